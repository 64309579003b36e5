"""Detectors against R's surveillance 1.20.3 on refs/c_outbreak; the calls stand in refs/scripts/ref_c.R."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import special

from zhiheng.methods.surveillance.ears import Chart, ears

Shared = Callable[[str], Path]
WEEKS = np.arange(468, 520)


def series(path: Path) -> np.ndarray:
    return np.loadtxt(path, delimiter=",", skiprows=1).T


def printed(path: Path, method: str, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Upper bounds (NaN where R says NA) and alarms of one method."""
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["method"] == method]
    upper = [np.nan if row["upper"] == "NA" else float(row["upper"]) for row in rows]
    return np.reshape(upper, shape), np.reshape([row["alarm"] == "1" for row in rows], shape)


@pytest.mark.parametrize("chart", ["C1", "C2"])
def test_ears_equals_r(shared: Shared, chart: Chart) -> None:
    counts = series(shared("refs/c_outbreak/in_daily.csv"))
    found = ears(counts, chart=chart, periods=np.arange(11, 200))
    path = shared("refs/c_outbreak/surveillance_ears_daily.csv")
    upper, alarm = printed(path, f"ears{chart}_base7_alpha.001", found.upper.shape)
    np.testing.assert_allclose(found.upper, upper, atol=1e-8, rtol=1e-9)
    np.testing.assert_array_equal(found.alarm, alarm)


def test_c3_differs_from_r_only_by_its_fault(shared: Shared) -> None:
    """R adds the observed count where the mean belongs, and its manual leaves out the 1 of today's term."""
    counts = series(shared("refs/c_outbreak/in_daily.csv"))
    days = np.arange(11, 200)
    found = ears(counts, chart="C3", periods=days)
    today = np.maximum(ears(counts, chart="C2", periods=days).score - 1, 0)
    room = found.spread * (-special.ndtri(0.025) - (found.score - today))
    path = shared("refs/c_outbreak/surveillance_ears_daily.csv")
    upper, alarm = printed(path, "earsC3_base7_alpha.001", found.upper.shape)
    np.testing.assert_allclose(np.maximum(counts[:, days] + room, 0), upper, atol=1e-8, rtol=1e-9)
    wide = found.upper > 0
    np.testing.assert_allclose((found.expected + room + found.spread)[wide], found.upper[wide])
    assert (found.alarm & ~alarm).any()
