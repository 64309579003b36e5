"""Detectors against R's surveillance 1.20.3 on refs/c_outbreak; the calls stand in refs/scripts/ref_c.R."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import special

from zhiheng.methods.surveillance.bayes import bayes
from zhiheng.methods.surveillance.cusum import generalised, likelihood_ratio, rossi
from zhiheng.methods.surveillance.ears import Chart, ears
from zhiheng.methods.surveillance.farrington import farrington, flexible
from zhiheng.methods.surveillance.series import Reason

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


@pytest.mark.parametrize(
    ("method", "options", "rtol"),
    [
        ("ff_noufaily_nbPlugin", {"threshold": "nb_plugin"}, 0),
        ("ff_muan", {"threshold": "muan"}, 2e-3),  # one threshold of 540 is 636, not 637
        (
            "ff_delta",
            {"threshold": "delta", "blocks": 1, "weights_above": 1.0, "exclude": 3, "trend_level": 0.05},
            2e-3,
        ),
    ],
)
def test_farrington_flexible_equals_r(
    shared: Shared, method: str, options: dict[str, object], rtol: float
) -> None:
    counts = series(shared("refs/c_outbreak/in_weekly.csv"))
    found = flexible(counts, periods=WEEKS, r_compatible=True, **options)  # type: ignore[arg-type]  # by name
    upper, alarm = printed(shared("refs/c_outbreak/surveillance_weekly.csv"), method, found.upper.shape)
    few = found.reason == Reason.FEW_CASES
    np.testing.assert_array_equal(few, np.isnan(upper))
    np.testing.assert_allclose(found.upper[~few], upper[~few], rtol=rtol)
    np.testing.assert_array_equal(found.alarm, alarm)


def test_the_plain_threshold_does_not_feel_the_fault_of_r(shared: Shared) -> None:
    counts = series(shared("refs/c_outbreak/in_weekly.csv"))
    as_r, right = (flexible(counts, periods=WEEKS, r_compatible=flag) for flag in (True, False))
    few = right.reason == Reason.FEW_CASES
    np.testing.assert_array_equal(as_r.upper[~few], right.upper[~few])


def test_farrington_1996_equals_r(shared: Shared) -> None:
    """To 1e-4: R stops its iterations early; stopped in the same place, ours gives R's ten digits."""
    counts = series(shared("refs/c_outbreak/in_weekly.csv"))
    found = farrington(counts, periods=WEEKS, r_compatible=True)
    path = shared("refs/c_outbreak/surveillance_weekly.csv")
    upper, alarm = printed(path, "farrington_1996", found.upper.shape)
    few = found.reason == Reason.FEW_CASES
    np.testing.assert_array_equal(few, upper == 0)
    np.testing.assert_allclose(found.upper[~few], upper[~few], rtol=1e-4)
    np.testing.assert_array_equal(found.alarm, alarm)


def test_bayes_equals_r(shared: Shared) -> None:
    counts = series(shared("refs/c_outbreak/in_weekly.csv"))
    path = shared("refs/c_outbreak/surveillance_weekly.csv")
    found = bayes(counts, periods=WEEKS, years=4)
    upper, alarm = printed(path, "bayes_b4w6", found.upper.shape)
    np.testing.assert_array_equal(found.upper, upper)
    np.testing.assert_array_equal(found.alarm, alarm)


def test_rossi_equals_r(shared: Shared) -> None:
    counts = series(shared("refs/c_outbreak/in_weekly.csv"))
    mean = counts[:, :468].mean(axis=1, keepdims=True)
    found = rossi(counts[:, WEEKS], mean)
    path = shared("refs/c_outbreak/surveillance_weekly.csv")
    upper, alarm = printed(path, "cusum_rossi_k1.04_h2.26", found.statistic.shape)
    np.testing.assert_array_equal(found.alarm, alarm)
    # R prints the count that would reach the limit: the statistic of the week before, solved for the count.
    room = 2.26 + 1.04 - np.pad(found.statistic[:, :-1], ((0, 0), (1, 0)))
    under = 4 * mean + 2 * np.sqrt(mean) * room
    solved = np.where(under > 0, (np.sqrt(np.maximum(under, 0)) - np.sqrt(mean)) ** 2, 0)
    np.testing.assert_allclose(solved, upper, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    ("method", "rtol"),
    [
        ("nbcusum_theta_log2_a0.2_mu0mean_value", 1e-9),
        ("nbglr_a0.2_mu0mean_value", 1e-6),
        ("poisglr_mu0mean_value", 1e-9),
    ],
)
def test_likelihood_charts_equal_r(shared: Shared, method: str, rtol: float) -> None:
    counts = series(shared("refs/c_outbreak/in_weekly.csv"))
    mean, now = counts[:, :468].mean(axis=1), counts[:, WEEKS]
    if method.startswith("nbcusum"):
        found = likelihood_ratio(now, mean, shift=float(np.log(2)), extra=0.2)
    else:
        found = generalised(now, mean, extra=0.2 if method.startswith("nb") else 0.0)
    path = shared("refs/c_outbreak/surveillance_weekly.csv")
    statistic, alarm = printed(path, method, found.statistic.shape)
    np.testing.assert_allclose(found.statistic, statistic, rtol=rtol, atol=1e-9)
    np.testing.assert_array_equal(found.alarm, alarm)
