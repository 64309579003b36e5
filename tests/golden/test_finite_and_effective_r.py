"""Hypergeometric bounds against base R (phyper), design-based ones against R survey 4.1-1 (svyciprop)."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from zhiheng.methods.survey.effective import DesignEstimate, design_interval
from zhiheng.methods.survey.finite import finite_bounds
from zhiheng.methods.survey.proportions import Method

Shared = Callable[[str], Path]


def test_upper_bounds_equal_phyper(shared: Shared) -> None:
    with shared("refs/e_survey/hyper_upper_bound.csv").open(newline="") as file:
        rows = [{name: int(value) for name, value in row.items()} for row in csv.DictReader(file)]
    assert len(rows) == 18
    for row in rows:
        found = finite_bounds(row["x"], row["n"], row["N"], level=0.95, sides="upper")
        assert found.upper == row["D_upper95"]


@pytest.mark.parametrize(
    ("method", "named", "tolerance", "factor"),
    [
        ("wald", "mean", 1e-8, 1.0),
        ("logit", "xlogit", 1e-8, 1.0),
        ("logit", "logit", 1e-8, 1.0),
        ("clopper_pearson", "beta", 1e-8, 1.0),
        # R's working model divides by n - 1, and its profile is interpolated between few points.
        ("likelihood", "likelihood", 4e-6, 270 / 269),
    ],
)
def test_design_based_intervals_equal_svyciprop(
    shared: Shared, method: Method, named: str, tolerance: float, factor: float
) -> None:
    """270 items in 4 strata, so 266 degrees of freedom."""
    survey = json.loads(shared("refs/e_survey/survey_pkg.json").read_text())
    mean, expected = survey["strat_fpc_mean_passed"], survey[f"ciprop_{named}"]["ci"]
    estimate = DesignEstimate(mean["est"], mean["se"] ** 2 * factor, 270, 266)
    found = design_interval(estimate, method=method, capped=False).intervals
    np.testing.assert_allclose([found.lower, found.upper], expected, atol=tolerance, rtol=0)
