"""Estimates from complex samples against R package survey 4.1-1; the calls stand in refs/scripts/ref_e.R."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from zhiheng.methods.survey.calibration import post_stratify, rake
from zhiheng.methods.survey.design_proportions import DesignMethod, proportion
from zhiheng.methods.survey.designs import SurveyDesign, survey_design
from zhiheng.methods.survey.estimation import Estimates, design_effect, mean, ratio, total
from zhiheng.methods.survey.quantiles import quantiles

EXACT = {"rtol": 0, "atol": 1e-8}


class Inputs:
    """The sample of 270 rows in 4 strata, and its designs with and without a finite population."""

    def __init__(self, path: Path) -> None:
        table = np.genfromtxt(path, delimiter=",", names=True)
        self.stratum = table["stratum"].astype(np.int64)
        self.psu, self.passed, self.value = table["psu"], table["passed"], table["value"]
        self.size = table["N"]
        self.weights = self.size / np.bincount(self.stratum)[self.stratum]

    def finite(self) -> SurveyDesign:
        return survey_design(strata=self.stratum, population=self.size)

    def infinite(self) -> SurveyDesign:
        return survey_design(strata=self.stratum, weights=self.weights)


@pytest.fixture
def sample(shared: Callable[[str], Path]) -> Inputs:
    return Inputs(shared("refs/e_survey/in_strat.csv"))


@pytest.fixture
def expected(shared: Callable[[str], Path]) -> dict[str, Any]:
    return json.loads(shared("refs/e_survey/survey_pkg.json").read_text())


def same(found: Estimates, wanted: dict[str, Any]) -> None:
    np.testing.assert_allclose(found.value, wanted["est"], **EXACT)
    np.testing.assert_allclose(found.standard_error, wanted["se"], **EXACT)


def test_stratified_means_totals_and_ratio(sample: Inputs, expected: dict[str, Any]) -> None:
    design = sample.finite()
    same(mean(sample.passed, design), expected["strat_fpc_mean_passed"])
    same(mean(sample.passed, sample.infinite()), expected["strat_nofpc_mean_passed"])
    same(mean(sample.value, design), expected["strat_fpc_mean_value"])
    same(total(sample.value, design), expected["strat_fpc_total_value"])
    same(ratio(sample.passed, sample.value, design), expected["ratio_passed_value"])
    np.testing.assert_allclose(design_effect(sample.passed, design), expected["strat_deff_passed"], **EXACT)


def test_each_stratum_as_a_domain(sample: Inputs, expected: dict[str, Any]) -> None:
    same(mean(sample.passed, sample.finite(), by=sample.stratum), expected["by_stratum"])


def test_clusters_within_strata(sample: Inputs, expected: dict[str, Any]) -> None:
    design = survey_design(strata=sample.stratum, weights=sample.weights, clusters=sample.psu)
    same(mean(sample.passed, design), expected["strat_cluster_mean_passed"])


def test_quantiles_and_their_woodruff_intervals(sample: Inputs, expected: dict[str, Any]) -> None:
    found = quantiles(sample.value, sample.finite(), [0.25, 0.5, 0.75])
    columns = np.stack([found.value, found.lower, found.upper, found.standard_error], axis=1)
    np.testing.assert_allclose(columns, expected["quantile_value"], **EXACT)


def test_post_stratification(sample: Inputs, expected: dict[str, Any]) -> None:
    design = post_stratify(sample.infinite(), sample.stratum, {1: 1300, 2: 900, 3: 300, 4: 4700})
    same(mean(sample.passed, design), expected["poststrat_mean"])


def test_raking(sample: Inputs, expected: dict[str, Any]) -> None:
    """R stops once no cell changes by more than one item of 7300; so do we for this comparison."""
    band = np.digitize(sample.value, [5, 10], right=True) + 1
    design = survey_design(weights=np.full(band.size, 7300 / band.size))
    totals = [{1: 1200, 2: 800, 3: 300, 4: 5000}, {1: 2200, 2: 2300, 3: 2800}]
    raked = rake(design, [sample.stratum, band], totals, tolerance=1 / 7300)
    same(mean(sample.passed, raked), expected["rake_mean_passed"])


@pytest.mark.parametrize(
    ("method", "named"),
    [("logit", "logit"), ("logit", "xlogit"), ("arcsine", "asin"), ("beta", "beta"), ("mean", "mean")],
)
def test_intervals_of_a_share(
    sample: Inputs, expected: dict[str, Any], method: DesignMethod, named: str
) -> None:
    found = proportion(sample.passed, sample.finite(), method=method)
    wanted = expected[f"ciprop_{named}"]
    np.testing.assert_allclose(found.value, wanted["est"], **EXACT)
    np.testing.assert_allclose([found.lower, found.upper], wanted["ci"], **EXACT)


def test_likelihood_interval_differs_from_r_by_what_r_adds(sample: Inputs, expected: dict[str, Any]) -> None:
    """R 4.1-1 multiplies the limit by the dispersion n/(n-1) of its quasi-binomial fit and reads the
    bounds off a spline through a coarse grid, which moves them by up to 3e-6. Ours does neither.
    """
    found = proportion(sample.passed, sample.finite(), method="likelihood")
    ours = np.array([found.lower, found.upper])
    np.testing.assert_allclose(ours, expected["ciprop_likelihood"]["ci"], atol=1e-4)

    p, size = float(found.value), float(found.effective_size)
    n = sample.passed.size

    def limit(bounds: np.ndarray) -> np.ndarray:
        return 2 * size * (p * np.log(p / bounds) + (1 - p) * np.log((1 - p) / (1 - bounds)))

    t = stats.t.ppf(0.975, 266)
    np.testing.assert_allclose(limit(ours), t**2, rtol=1e-9)
    theirs = np.array(expected["ciprop_likelihood"]["ci"])
    np.testing.assert_allclose(limit(theirs), t**2 * n / (n - 1), rtol=2e-4)
