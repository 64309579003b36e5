"""Capability: invariances, coverage of the intervals, scipy's fits, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from zhiheng.methods.charts.capability import Tolerance, indices, study
from zhiheng.methods.charts.percentiles import percentile_capability
from zhiheng.methods.charts.variables import given as known
from zhiheng.methods.charts.variables import individual_process, process, subgroups
from zhiheng.methods.errors import InvalidInput


@given(
    center=st.floats(-3, 3), sigma=st.floats(0.1, 5), factor=st.sampled_from([0.01, 4.0, 1000.0]),
    shift=st.integers(-9, 9),
)  # fmt: skip
def test_units_do_not_change_an_index(center: float, sigma: float, factor: float, shift: int) -> None:
    plain = indices(Tolerance(-4, 4, 0), center=center, sigma=sigma, values=30)
    moved = indices(
        Tolerance(-4 * factor + shift, 4 * factor + shift, shift),
        center=center * factor + shift, sigma=sigma * factor, values=30,
    )  # fmt: skip
    for name in ("cp", "cpl", "cpu", "cpk", "cpm"):
        one, other = getattr(plain, name), getattr(moved, name)
        assert (other.value, other.lower, other.upper) == pytest.approx(
            (one.value, one.lower, one.upper), rel=1e-9, abs=1e-9
        )
    assert plain.cpk.value <= plain.cp.value + 1e-12
    assert plain.cp.value == pytest.approx((plain.cpl.value + plain.cpu.value) / 2)
    assert plain.cpm.value <= plain.cp.value + 1e-12


def test_expected_shares_are_those_of_the_normal_distribution() -> None:
    found = indices(Tolerance(-3, 4), center=0, sigma=1, values=100)
    assert (found.below, found.above) == pytest.approx((stats.norm.cdf(-3), stats.norm.sf(4)))


def test_one_limit_alone() -> None:
    found = indices(Tolerance(upper=10), center=7, sigma=1, values=50)
    assert found.cpk == found.cpu
    assert found.cpk.value == 1
    assert math.isnan(found.cp.value)
    assert math.isnan(found.cpl.value)
    assert found.below == 0


def test_intervals_cover() -> None:
    """4 000 samples of 50: 95 % intervals of Pp (exact) and Ppk (approximate)."""
    x = np.random.default_rng(1).normal(0.3, 1, (4000, 50))
    tolerance, hits = Tolerance(-4, 4), np.zeros(2)
    for row in x:
        found = indices(tolerance, center=row.mean(), sigma=row.std(ddof=1), values=50)
        hits += (found.cp.lower <= 4 / 3 <= found.cp.upper, found.cpk.lower <= 3.7 / 3 <= found.cpk.upper)
    assert hits / 4000 == pytest.approx([0.95, 0.95], abs=0.0105)  # three standard errors


def test_within_and_overall() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(25, 5)) + rng.normal(0, 1, (25, 1))
    found = study(x, process(subgroups(x), estimator="pooled"), Tolerance(-6, 6))
    assert found.within.sigma < found.overall.sigma
    assert found.overall.sigma == pytest.approx(np.std(x, ddof=1))
    assert found.within.cp.value > found.overall.cp.value
    assert study([1, 2, 4], individual_process([1, 2, 4]), Tolerance(0, 9)).within.center == pytest.approx(
        7 / 3
    )


def test_normal_percentiles_are_the_usual_indices() -> None:
    x = np.random.default_rng(3).normal(10, 2, 80)
    usual = indices(Tolerance(2, 19), center=x.mean(), sigma=x.std(ddof=1), values=80)
    found = percentile_capability(x, Tolerance(2, 19), distribution="normal", seed=1, resamples=0)
    # 0.00135 is the rounded share beyond 3σ: its quantile is 2.99998.
    assert found.pp.value == pytest.approx(usual.cp.value, rel=2e-5)
    assert found.ppk.value == pytest.approx(usual.cpk.value, rel=2e-5)
    assert found.distance == pytest.approx(stats.kstest(x, stats.norm(x.mean(), x.std(ddof=1)).cdf).statistic)


@pytest.mark.parametrize("distribution", ["lognormal", "weibull"])
def test_fits_equal_scipy(distribution: str) -> None:
    x = np.random.default_rng(4).weibull(1.7, 300) * 40
    found = percentile_capability(x, Tolerance(upper=150), distribution=distribution, seed=1, resamples=0)
    if distribution == "weibull":
        shape, _, scale = stats.weibull_min.fit(x, floc=0)
        expected = stats.weibull_min(shape, scale=scale)
    else:
        expected = stats.lognorm(np.log(x).std(ddof=1), scale=np.exp(np.log(x).mean()))
    points = expected.ppf([0.00135, 0.5, 0.99865])
    assert (found.lower, found.median, found.upper) == pytest.approx(points, rel=1e-4)
    assert found.above == pytest.approx(expected.sf(150), rel=1e-3)
    assert found.ppk.value == pytest.approx((150 - points[1]) / (points[2] - points[1]), rel=1e-4)


@pytest.mark.parametrize("distribution", ["normal", "lognormal", "weibull"])
def test_bootstrap_holds_the_index_and_is_repeatable(distribution: str) -> None:
    x = np.random.default_rng(5).lognormal(1, 0.4, 120)
    first, again = (
        percentile_capability(x, Tolerance(0.2, 12), distribution=distribution, seed=9, resamples=200)
        for _ in range(2)
    )
    assert first == again
    assert first.ppk.lower < first.ppk.value < first.ppk.upper


def test_empirical_percentiles_lie_within_the_values() -> None:
    x = np.random.default_rng(6).exponential(size=5000)
    found = percentile_capability(x, Tolerance(upper=9), distribution="empirical", seed=1, resamples=50)
    assert x.min() <= found.lower < found.median < found.upper <= x.max()
    assert found.above == (x > 9).mean()
    assert found.upper == pytest.approx(-math.log(0.00135), rel=0.2)


@given(factor=st.sampled_from([1e-6, 0.5, 1e6]))
def test_units_do_not_change_percentile_indices(factor: float) -> None:
    x = np.random.default_rng(7).weibull(2, 60) + 0.1
    for distribution in ("normal", "lognormal", "weibull"):
        one, other = (
            percentile_capability(
                k * x, Tolerance(upper=3 * k), distribution=distribution, seed=1, resamples=20
            )
            for k in (1.0, factor)
        )
        assert (other.ppk.value, other.ppk.lower) == pytest.approx((one.ppk.value, one.ppk.lower), rel=1e-9)


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (Tolerance, "capability.limits"),
        (lambda: Tolerance(5, 5), "capability.crossed"),
        (lambda: Tolerance(5, 4), "capability.crossed"),
        (lambda: Tolerance(1, 4, 5), "capability.target"),
        (lambda: Tolerance(float("nan"), 4), "chart.missing"),
        (lambda: indices(Tolerance(1, 4), center=2, sigma=0, values=9), "chart.parameter"),
        (lambda: indices(Tolerance(1, 4), center=2, sigma=1, values=1), "chart.parameter"),
        (lambda: indices(Tolerance(1, 4), center=2, sigma=1, values=9, level=95), "chart.parameter"),
        (lambda: study([0.1] * 9, known(0, 1), Tolerance(1, 4)), "chart.constant"),
        (lambda: study([1, 2], known([0, 0], [1, 1]), Tolerance(1, 4)), "capability.many"),
        (lambda: fitted([1, 1, 1], "normal"), "chart.constant"),
        (lambda: fitted([1, 2, 0], "weibull"), "capability.positive"),
        (lambda: fitted([1, 2, 3], "empirical"), "capability.few_values"),
        (lambda: fitted([1, 2, 3], "cauchy"), "capability.distribution"),
        (lambda: fitted([1, None, 3], "normal"), "chart.missing"),
    ],
)
def test_faults_are_told(work: Callable[[], object], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        work()
    assert caught.value.code == code


def fitted(x: list[float | None], distribution: str) -> object:
    return percentile_capability(x, Tolerance(0, 9), distribution=distribution, seed=1)
