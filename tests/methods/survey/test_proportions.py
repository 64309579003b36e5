"""Properties of the intervals: bounds, mirror, coverage; and values printed in the literature."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.proportions import METHODS, Method, interval

LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
TOTALS = st.integers(1, 5_000) | st.sampled_from([10**6, 10**9])

# R. G. Newcombe (1998), Statistics in Medicine 17, 857-872, table I, level 95 %, four decimals.
NEWCOMBE = [
    ("wilson", 81, 263, 0.2553, 0.3662),
    ("wilson", 15, 148, 0.0624, 0.1605),
    ("wilson", 0, 20, 0.0000, 0.1611),
    ("wilson", 1, 29, 0.0061, 0.1718),
    ("clopper_pearson", 81, 263, 0.2527, 0.3676),
    ("clopper_pearson", 15, 148, 0.0578, 0.1617),
    ("clopper_pearson", 0, 20, 0.0000, 0.1684),
    ("clopper_pearson", 1, 29, 0.0009, 0.1776),
    ("wald", 81, 263, 0.2522, 0.3638),
    ("wald", 15, 148, 0.0527, 0.1500),
]


@pytest.mark.parametrize(("method", "x", "n", "lower", "upper"), NEWCOMBE)
def test_values_of_newcombe_1998(method: Method, x: int, n: int, lower: float, upper: float) -> None:
    found = interval(x, n, method=method)
    assert (found.lower, found.upper) == (pytest.approx(lower, abs=6e-5), pytest.approx(upper, abs=6e-5))


def test_no_failure_in_n_samples_is_the_rule_of_three() -> None:
    """Clopper-Pearson at x = 0 has the closed form 1 - (alpha/2)^(1/n)."""
    n = np.array([1, 10, 100, 10_000])
    upper = interval(0, n, method="clopper_pearson", level=0.95).upper
    np.testing.assert_allclose(upper, 1 - 0.025 ** (1 / n), rtol=1e-12)


@pytest.mark.parametrize("method", METHODS)
@given(total=TOTALS, share=st.floats(0, 1), level=LEVELS)
def test_bounds_lie_in_the_unit_interval_about_the_estimate(
    method: Method, total: int, share: float, level: float
) -> None:
    found = interval(round(share * total), total, method=method, level=level)
    assert 0.0 <= found.lower <= found.estimate <= found.upper <= 1.0


@pytest.mark.parametrize("method", METHODS)
@given(total=TOTALS, share=st.floats(0, 1), level=LEVELS)
def test_failures_and_passes_give_mirrored_intervals(
    method: Method, total: int, share: float, level: float
) -> None:
    x = round(share * total)
    failing = interval(x, total, method=method, level=level)
    passing = interval(total - x, total, method=method, level=level)
    assert passing.lower == pytest.approx(1 - failing.upper, abs=1e-15)
    assert passing.upper == pytest.approx(1 - failing.lower, abs=1e-15)
    if method not in ("agresti_coull", "wald"):
        assert passing.upper == 1 - failing.lower


@pytest.mark.parametrize("method", ["wilson", "clopper_pearson", "jeffreys", "likelihood"])
@given(total=st.integers(1, 400), level=LEVELS)
def test_more_failures_move_both_bounds_up(method: Method, total: int, level: float) -> None:
    found = interval(np.arange(total + 1), total, method=method, level=level)
    assert (np.diff(found.lower) > 0).all()
    assert (np.diff(found.upper) > 0).all()


@given(total=st.integers(1, 300), share=st.floats(0, 1))
def test_a_higher_level_is_never_narrower(total: int, share: float) -> None:
    x = round(share * total)
    for method in METHODS:
        narrow, wide = (interval(x, total, method=method, level=level) for level in (0.8, 0.99))
        assert wide.lower <= narrow.lower
        assert narrow.upper <= wide.upper


def coverage(method: Method, total: int, rates: np.ndarray, level: float) -> np.ndarray:
    """Exact coverage: the probability of all outcomes whose interval holds the true rate."""
    x = np.arange(total + 1)
    found = interval(x, total, method=method, level=level)
    holds = (found.lower[:, None] <= rates) & (rates <= found.upper[:, None])
    return np.asarray((stats.binom.pmf(x[:, None], total, rates) * holds).sum(axis=0))


@pytest.mark.parametrize("total", [1, 2, 5, 10, 31, 100])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_clopper_pearson_covers_at_least_its_level(total: int, level: float) -> None:
    x = interval(np.arange(total + 1), total, method="clopper_pearson", level=level)
    # Coverage has its minima just beside the bounds, so these are the rates to try.
    edges = np.concatenate([x.lower, x.upper, np.linspace(0, 1, 501)])
    rates = np.clip(np.concatenate([edges - 1e-9, edges, edges + 1e-9]), 0, 1)
    assert coverage("clopper_pearson", total, rates, level).min() >= level - 1e-9


def test_wilson_covers_about_its_level_on_average_and_wald_does_not() -> None:
    rates = np.linspace(0.01, 0.99, 393)
    assert coverage("wilson", 20, rates, 0.95).mean() == pytest.approx(0.95, abs=0.005)
    assert coverage("wald", 20, rates, 0.95).mean() < 0.90


@pytest.mark.parametrize(
    ("method", "least", "average"),
    [
        ("wilson", 0.9172, 0.9538),
        ("jeffreys", 0.8937, 0.9491),
        ("logit", 0.9305, 0.9635),
        ("arcsine", 0.8968, 0.9545),
        ("likelihood", 0.8233, 0.9426),
        ("agresti_coull", 0.9292, 0.9597),
        ("wald", 0.6389, 0.8984),
    ],
)
def test_coverage_at_twenty_items_is_what_the_page_says(method: Method, least: float, average: float) -> None:
    """Exact enumeration of all 21 outcomes for rates from 5 to 95 %."""
    found = coverage(method, 20, np.linspace(0.05, 0.95, 1801), 0.95)
    assert (found.min(), found.mean()) == (pytest.approx(least, abs=5e-5), pytest.approx(average, abs=5e-5))


@given(total=TOTALS, share=st.floats(0, 1), level=LEVELS)
def test_likelihood_bounds_have_the_deviance_of_their_level(total: int, share: float, level: float) -> None:
    x = round(share * total)
    found = interval(x, total, method="likelihood", level=level)
    z = stats.norm.ppf((1 + level) / 2)
    for p, ends in ((found.lower, x == 0), (found.upper, x == total)):
        if not ends:
            deviance = 2 * (special.rel_entr(x, total * p) + special.rel_entr(total - x, total * (1 - p)))
            assert deviance == pytest.approx(z * z, rel=1e-6)


def test_likelihood_at_no_failure_has_a_closed_form() -> None:
    n = np.array([1, 10, 300, 10**6])
    z = stats.norm.ppf(0.975)
    upper = interval(0, n, method="likelihood").upper
    np.testing.assert_allclose(upper, -np.expm1(-z * z / (2 * n)), rtol=1e-9)


@given(total=st.integers(1, 2_000), share=st.floats(0, 1), level=LEVELS)
def test_arcsine_is_a_step_of_fixed_length_in_the_angle(total: int, share: float, level: float) -> None:
    x = round(share * total)
    found = interval(x, total, method="arcsine", level=level)
    centre = np.arcsin(np.sqrt((x + 0.375) / (total + 0.75)))
    half = stats.norm.ppf((1 + level) / 2) / (2 * np.sqrt(total))
    assert found.lower == pytest.approx(min(np.sin(max(centre - half, 0)) ** 2, x / total), abs=1e-12)
    upper = np.sin(min(centre + half, np.pi / 2)) ** 2
    assert found.upper == pytest.approx(max(upper, x / total), abs=1e-12)


@given(total=st.integers(1, 2_000), share=st.floats(0, 1), level=LEVELS)
def test_wilson_bounds_solve_the_score_equation(total: int, share: float, level: float) -> None:
    x = round(share * total)
    found = interval(x, total, method="wilson", level=level)
    z = stats.norm.ppf((1 + level) / 2)
    for p in (found.lower, found.upper):
        assert (x / total - p) ** 2 == pytest.approx(z * z * p * (1 - p) / total, rel=1e-9, abs=1e-14)


def test_agresti_coull_contains_wilson() -> None:
    x, n = np.divmod(np.arange(51 * 51), 51)
    x, n = x[x <= n], n[x <= n]
    inner, outer = interval(x, n, method="wilson"), interval(x, n, method="agresti_coull")
    held = n > 0
    assert (outer.lower[held] <= inner.lower[held] + 1e-15).all()
    assert (inner.upper[held] <= outer.upper[held] + 1e-15).all()


@pytest.mark.parametrize("method", METHODS)
def test_no_samples_give_nan_without_a_warning(method: Method) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = interval([0, 1], [0, 2], method=method)
    assert np.isnan([found.estimate[0], found.lower[0], found.upper[0]]).all()
    assert found.estimate[1] == 0.5


def test_tiny_rates_keep_their_digits() -> None:
    """Subtracting the root from the centre would leave about nine digits here."""
    found = interval(1, 10**9, method="wilson")
    assert found.lower == pytest.approx(1.7652e-10, rel=1e-4)


def test_an_unknown_method_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r'"waldo".*wilson, clopper_pearson') as caught:
        interval(1, 2, method="waldo")  # type: ignore[arg-type]  # the wrong name is the point
    assert caught.value.code == "method.unknown"


def test_the_result_says_how_it_was_made() -> None:
    found = interval(1, 2, method="jeffreys", level=0.9)
    assert (found.method, found.level) == ("jeffreys", 0.9)
