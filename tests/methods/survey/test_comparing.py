"""Comparisons of two rates: properties, exact coverage, and a restricted likelihood maximised by search."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special, stats

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.comparing import Comparison, difference, ratio

BOTH = pytest.mark.parametrize("compare", [difference, ratio])
SIZES = st.integers(1, 300)


@BOTH
@settings(deadline=None)
@given(n1=SIZES, n2=SIZES, s1=st.floats(0, 1), s2=st.floats(0, 1))
def test_bounds_hold_the_estimate_and_widen_with_the_level(
    compare: Callable[..., Comparison], n1: int, n2: int, s1: float, s2: float
) -> None:
    x1, x2 = round(s1 * n1), round(s2 * n2)
    narrow, wide = (compare(x1, n1, x2, n2, level=level) for level in (0.8, 0.99))
    assert wide.lower <= narrow.lower <= narrow.upper <= wide.upper
    if not np.isnan(narrow.estimate):
        assert narrow.lower <= narrow.estimate <= narrow.upper


@settings(deadline=None)
@given(n1=SIZES, n2=SIZES, s1=st.floats(0, 1), s2=st.floats(0, 1))
def test_exchanging_the_samples_mirrors(n1: int, n2: int, s1: float, s2: float) -> None:
    x1, x2 = round(s1 * n1), round(s2 * n2)
    there, back = difference(x1, n1, x2, n2), difference(x2, n2, x1, n1)
    assert there.lower == pytest.approx(-float(back.upper), abs=1e-7)
    there, back = ratio(x1, n1, x2, n2), ratio(x2, n2, x1, n1)
    if x1 and x2:
        assert there.lower == pytest.approx(1 / float(back.upper), rel=1e-7)


@pytest.mark.parametrize(
    ("x1", "n1", "x2", "n2"), [(56, 70, 48, 80), (9, 10, 3, 10), (5, 20, 4, 25), (29, 30, 12, 25)]
)
def test_bounds_solve_the_score_equation(x1: int, n1: int, x2: int, n2: int) -> None:
    """The restricted shares by maximising the likelihood in the open, not by the cubic."""
    z = stats.norm.ppf(0.975)
    found = difference(x1, n1, x2, n2)
    for delta in (float(found.lower), float(found.upper)):

        def loss(p: float, delta: float = delta) -> float:
            q = p - delta
            return -float(
                special.xlogy(x1, p) + special.xlog1py(n1 - x1, -p)
                + special.xlogy(x2, q) + special.xlog1py(n2 - x2, -q)
            )  # fmt: skip

        p = optimize.minimize_scalar(
            loss, bounds=(max(0, delta), min(1, 1 + delta)), method="bounded", options={"xatol": 1e-12}
        ).x
        q = p - delta
        score = (x1 / n1 - x2 / n2 - delta) / np.sqrt(p * (1 - p) / n1 + q * (1 - q) / n2)
        score *= np.sqrt((n1 + n2 - 1) / (n1 + n2))
        assert abs(score) == pytest.approx(z, abs=1e-5)


def test_an_interval_without_zero_is_a_rejected_chi_square() -> None:
    """At equal rates the score statistic is Pearson's χ² without correction, for δ times (N - 1)/N."""
    limit = stats.chi2.ppf(0.95, 1)
    for x1 in range(0, 31, 3):
        for x2 in range(1, 24, 2):
            found = difference(x1, 30, x2, 25)
            pooled = (x1 + x2) / 55
            score = (x1 / 30 - x2 / 25) ** 2 / (pooled * (1 - pooled) * (1 / 30 + 1 / 25))
            assert (score * 54 / 55 > limit) == (not found.lower <= 0 <= found.upper)
            other = ratio(x1, 30, x2, 25)
            assert (score > limit) == (not other.lower <= 1 <= other.upper)


@BOTH
def test_coverage_by_enumeration(compare: Callable[..., Comparison]) -> None:
    """All 31 x 26 outcomes at sixteen pairs of rates: 95 % on average, 93 % at the least."""
    x1, x2 = (a.ravel() for a in np.meshgrid(np.arange(31), np.arange(26), indexing="ij"))
    found = compare(x1, 30, x2, 25)
    covered = []
    for p in (0.1, 0.3, 0.5, 0.8):
        for q in (0.15, 0.35, 0.6, 0.85):
            truth = p - q if compare is difference else p / q
            chance = stats.binom.pmf(x1, 30, p) * stats.binom.pmf(x2, 25, q)
            covered.append(float(chance @ ((found.lower <= truth) & (truth <= found.upper))))
    assert np.mean(covered) == pytest.approx(0.95, abs=0.01)
    assert min(covered) > 0.93


def test_ends_of_the_scale() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert difference(5, 5, 0, 5).upper == 1
        assert difference(0, 5, 5, 5).lower == -1
        assert ratio(0, 20, 4, 25).lower == 0
        assert ratio(4, 20, 0, 25).upper == np.inf
        nothing = ratio(0, 20, 0, 25)
        assert (nothing.lower, nothing.upper) == (0, np.inf)
        assert np.isnan(nothing.estimate)
        for compare in (difference, ratio):
            empty = compare([0, 1], [0, 3], 1, 2)
            assert np.isnan([empty.lower[0], empty.upper[0]]).all()
            assert np.isfinite(empty.lower[1])


def test_shapes_that_do_not_fit_are_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        difference([1, 2], 5, [1, 2, 3], 5)
    assert caught.value.code == "count.shapes"
