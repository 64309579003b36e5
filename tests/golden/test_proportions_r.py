"""Intervals against R package binom 1.1-1.1 (binom.confint), 27 pairs (x, n) times levels."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from zhiheng.methods.survey.proportions import Method, interval


@pytest.mark.parametrize(
    ("method", "named"),
    [
        ("wilson", "wilson"),
        ("clopper_pearson", "exact"),
        ("agresti_coull", "agresti-coull"),
        ("wald", "asymptotic"),
        ("logit", "logit"),
    ],
)
def test_bounds_equal_binom(shared: Callable[[str], Path], method: Method, named: str) -> None:
    with shared("refs/e_survey/binom_ci.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["method"] == named]
    assert len(rows) == 27
    for row in rows:
        found = interval(int(row["x"]), int(row["n"]), method=method, level=float(row["conf"]))
        # binom leaves bounds below 0 and above 1; ours are cut, which is all that may differ.
        expected = np.clip([float(row["mean"]), float(row["lower"]), float(row["upper"])], 0, 1)
        np.testing.assert_allclose([found.estimate, found.lower, found.upper], expected, atol=1e-8, rtol=0)
