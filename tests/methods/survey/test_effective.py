"""Weighted shares: properties, and coverage by enumerating every outcome of two strata."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.effective import DesignEstimate, design_interval, kish_interval, kish_size
from zhiheng.methods.survey.proportions import METHODS, Method, interval

WEIGHTS = st.lists(st.floats(0.01, 100), min_size=1, max_size=40)


@settings(deadline=None)
@given(weights=WEIGHTS, scale=st.floats(1e-200, 1e200))
def test_kish_lies_between_one_and_n_whatever_the_unit(weights: list[float], scale: float) -> None:
    w = np.array(weights)
    assert 1 - 1e-9 <= kish_size(w) <= w.size * (1 + 1e-12)
    assert kish_size(w * scale) == pytest.approx(kish_size(w), rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_equal_weights_give_the_plain_interval(method: Method) -> None:
    y = np.array([1] * 4 + [0] * 21)
    found, plain = kish_interval(y, np.full(25, 3.7), method=method), interval(4, 25, method=method)
    assert found.size == pytest.approx(25)
    assert found.intervals.lower == pytest.approx(float(plain.lower), abs=1e-12)
    assert found.intervals.upper == pytest.approx(float(plain.upper), abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None)
@given(weights=WEIGHTS, data=st.data())
def test_bounds_hold_the_weighted_share(method: Method, weights: list[float], data: st.DataObject) -> None:
    y = data.draw(st.lists(st.booleans(), min_size=len(weights), max_size=len(weights)))
    found = kish_interval(y, weights, method=method).intervals
    assert 0 <= found.lower <= found.estimate <= found.upper <= 1


def test_weights_that_leave_items_out_do_so() -> None:
    some = kish_interval([1, 0, 1, 0], [2.0, 2.0, 0.0, 2.0])
    assert some.intervals.upper == pytest.approx(float(kish_interval([1, 0, 0], [1, 1, 1]).intervals.upper))


def test_a_share_next_to_nothing_has_a_lower_bound_of_nothing() -> None:
    """The one item with the trait hardly weighs: its likelihood bound is below the smallest double."""
    found = kish_interval([0, 1], [92.0, 0.25], method="likelihood").intervals
    assert found.lower == pytest.approx(0, abs=1e-300)
    assert 0 < found.estimate < found.upper < 1


def test_no_weight_gives_nan() -> None:
    found = kish_interval([1, 0], [0.0, 0.0])
    assert np.isnan([found.intervals.estimate, found.intervals.lower, found.intervals.upper]).all()


def test_simple_random_variance_gives_back_n() -> None:
    p, n = 0.2, 50
    found = design_interval(DesignEstimate(p, p * (1 - p) / n, n))
    plain = interval(10, 50, method="clopper_pearson")
    # Infinite degrees against n - 1: t / z is all that is left between them, and it is capped.
    assert found.size == pytest.approx(50)
    assert found.intervals.upper == pytest.approx(float(plain.upper), abs=1e-12)


def test_wald_is_the_estimate_plus_t_standard_errors() -> None:
    found = design_interval(DesignEstimate(0.3, 0.04**2, 400, 7), method="wald").intervals
    half = stats.t.ppf(0.975, 7) * 0.04
    assert (found.lower, found.upper) == (pytest.approx(0.3 - half), pytest.approx(0.3 + half))


@pytest.mark.parametrize("estimate", [0.0, 1.0])
def test_an_estimate_at_the_end_stands_on_the_items(estimate: float) -> None:
    found = design_interval(DesignEstimate(estimate, 0.0, 60))
    plain = interval(60 * estimate, 60, method="clopper_pearson")
    assert found.intervals.lower == pytest.approx(float(plain.lower))
    assert found.intervals.upper == pytest.approx(float(plain.upper))


def test_fewer_degrees_never_narrow() -> None:
    found = design_interval(
        DesignEstimate(0.1, 0.02**2, 500, np.array([2, 5, 20, 1e3, np.inf])), capped=False
    )
    assert (np.diff(found.intervals.upper - found.intervals.lower) < 0).all()
    capped = design_interval(DesignEstimate(0.1, 1e-6, 100))
    assert capped.size == 100


def outcomes(sizes: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.meshgrid(np.arange(sizes[0] + 1), np.arange(sizes[1] + 1), indexing="ij")
    return first.ravel(), second.ravel()


@pytest.mark.parametrize("rates", [(0.1, 0.1), (0.3, 0.3), (0.2, 0.05), (0.05, 0.2)])
def test_design_based_coverage_of_a_stratified_sample(rates: tuple[float, float]) -> None:
    """All 41 x 41 outcomes: 40 of a stratum of weight 0.8, 40 of one of weight 0.2."""
    n, share = np.array([40, 40]), np.array([0.8, 0.2])
    x = np.stack(outcomes((40, 40)), axis=1)
    p = x / n
    estimate = p @ share
    variance = (p * (1 - p) / (n - 1)) @ (share * share)
    found = design_interval(DesignEstimate(estimate, variance, 80, 78)).intervals
    truth = float(np.array(rates) @ share)
    chance = stats.binom.pmf(x[:, 0], 40, rates[0]) * stats.binom.pmf(x[:, 1], 40, rates[1])
    held = (found.lower <= truth) & (truth <= found.upper)
    assert float(chance @ held) >= 0.95
    naive = interval(x.sum(axis=1), 80, method="wilson")
    if rates[0] != rates[1]:
        held = (naive.lower <= truth) & (truth <= naive.upper)
        assert float(chance @ held) < 0.9  # the unweighted share speaks of another population


def test_kish_covers_where_weights_and_trait_are_unrelated() -> None:
    """All 31 x 21 outcomes of 30 items of weight 1 and 20 of weight 4, one common rate; Wilson."""
    w = np.repeat([1.0, 4.0], [30, 20])
    first, second = outcomes((30, 20))
    found = [
        kish_interval(np.repeat([1, 0, 1, 0], [i, 30 - i, j, 20 - j]), w).intervals
        for i, j in zip(first, second, strict=True)
    ]
    lower, upper = (np.array([float(getattr(f, name)) for f in found]) for name in ("lower", "upper"))
    covered = [
        float(stats.binom.pmf(first, 30, p) * stats.binom.pmf(second, 20, p) @ ((lower <= p) & (p <= upper)))
        for p in np.linspace(0.05, 0.95, 91)
    ]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.005)
    assert min(covered) > 0.92


@pytest.mark.parametrize(
    ("code", "work"),
    [
        ("weights.number", lambda: kish_size([1.0, -2.0])),
        ("weights.number", lambda: kish_size([1.0, np.nan])),
        ("weights.number", lambda: kish_size(["1"])),
        ("weights.shapes", lambda: kish_interval([1, 0], [1.0])),
        ("trait.values", lambda: kish_interval([1, 2], [1.0, 1.0])),
        ("method.unknown", lambda: kish_interval([1, 0], [1.0, 1.0], method="waldo")),
        ("estimate.share", lambda: design_interval(DesignEstimate(1.2, 0.1, 5))),
        ("variance.number", lambda: design_interval(DesignEstimate(0.2, -0.1, 5))),
        ("size.number", lambda: design_interval(DesignEstimate(0.2, 0.1, 0))),
        ("degrees.number", lambda: design_interval(DesignEstimate(0.2, 0.1, 5, 0))),
        ("effective.shapes", lambda: design_interval(DesignEstimate([0.2, 0.1], [0.1, 0.1, 0.1], 5))),
        ("level.range", lambda: design_interval(DesignEstimate(0.2, 0.1, 5), level=95)),
    ],
)
def test_bad_input_is_named(code: str, work) -> None:  # type: ignore[no-untyped-def]  # any call
    with pytest.raises(InvalidInput) as caught:
        work()
    assert caught.value.code == code
    assert "%(" not in str(caught.value)
