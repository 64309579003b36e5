"""Wald's test: a worked example, the bounds of the risks, and the exact walk between the lines."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.sampling.sequential import SequentialTest, curves, exact, lines, sequential_test

P1 = st.floats(0.001, 0.2)
RATIO = st.floats(1.5, 4.5)
RISKS = st.sampled_from([0.01, 0.05, 0.1, 0.2])


@pytest.fixture
def usual() -> SequentialTest:
    return sequential_test(prq=0.01, crq=0.06, producer_risk=0.05, consumer_risk=0.10)


def test_the_worked_example_of_montgomery(usual: SequentialTest) -> None:
    """D. C. Montgomery, Introduction to Statistical Quality Control, 15-3.3: X_A = -1.22 + 0.028 n."""
    assert usual.accept_intercept == pytest.approx(1.22, abs=5e-3)
    assert usual.reject_intercept == pytest.approx(1.57, abs=5e-3)
    assert usual.slope == pytest.approx(0.028, abs=5e-4)
    table = lines(usual, [1, 2, 43, 44, 45, 79, 80])
    assert table.acceptance_number.tolist() == [-1, -1, -1, 0, 0, 0, 1]
    assert table.rejection_number.tolist() == [2, 2, 3, 3, 3, 4, 4]


@given(p1=P1, ratio=RATIO, alpha=RISKS, beta=RISKS)
def test_the_curve_passes_through_its_points_and_falls(
    p1: float, ratio: float, alpha: float, beta: float
) -> None:
    test = sequential_test(prq=p1, crq=p1 * ratio, producer_risk=alpha, consumer_risk=beta)
    found = curves(test, [0.0, p1, test.slope, p1 * ratio, 1.0])
    middle = test.reject_intercept / (test.accept_intercept + test.reject_intercept)
    np.testing.assert_allclose(found.acceptance, [1, 1 - alpha, middle, beta, 0], atol=1e-9)
    grid = curves(test, np.linspace(0, 1, 400))
    assert (np.diff(grid.acceptance) <= 1e-12).all()
    assert (grid.asn > 0).all()


@given(p1=P1, ratio=RATIO)
def test_average_sample_numbers_at_the_marked_qualities(p1: float, ratio: float) -> None:
    """Closed forms: h1/s at 0, h1 h2 / (s (1 - s)) at s, h2/(1 - s) at 1."""
    test = sequential_test(prq=p1, crq=p1 * ratio)
    h1, h2, s = test.accept_intercept, test.reject_intercept, test.slope
    found = curves(test, [0.0, s, 1.0]).asn
    np.testing.assert_allclose(found, [h1 / s, h1 * h2 / (s * (1 - s)), h2 / (1 - s)], rtol=1e-9)


def test_the_curves_are_smooth_through_the_slope(usual: SequentialTest) -> None:
    p = usual.slope + np.linspace(-2e-3, 2e-3, 4001)
    found = curves(usual, p)
    assert np.abs(np.diff(found.asn, 2)).max() < 1e-6
    assert np.abs(np.diff(found.acceptance, 2)).max() < 1e-8


def test_the_exact_walk_against_a_simulation(usual: SequentialTest) -> None:
    rng = np.random.default_rng(20261121)
    p, most, runs = 0.03, 150, 40_000
    items = rng.random((runs, most)) < p
    counts = np.cumsum(items, axis=1)
    limits = lines(usual, np.arange(1, most + 1))
    ends = (counts <= limits.acceptance_number) | (counts >= limits.rejection_number)
    first = np.where(ends.any(axis=1), ends.argmax(axis=1), most - 1)
    last = counts[np.arange(runs), first]
    found = exact(usual, p, most=most)
    error = 4 * 0.5 / math.sqrt(runs)
    decided = ends.any(axis=1)
    assert found.accepted == pytest.approx(
        np.mean(decided & (last <= limits.acceptance_number[first])), abs=error
    )
    assert found.rejected == pytest.approx(
        np.mean(decided & (last >= limits.rejection_number[first])), abs=error
    )
    assert found.asn == pytest.approx(np.mean(first + 1), abs=4 * np.std(first) / math.sqrt(runs))


@given(p1=st.floats(0.01, 0.2), ratio=RATIO, alpha=RISKS, beta=RISKS)
def test_the_true_risks_keep_walds_bounds(p1: float, ratio: float, alpha: float, beta: float) -> None:
    """Exactly: risk at p1 at most α/(1 - β), at p2 at most β/(1 - α), their sum at most α + β."""
    test = sequential_test(prq=p1, crq=p1 * ratio, producer_risk=alpha, consumer_risk=beta)
    found = exact(test, [p1, p1 * ratio], most=1500)
    rejecting, accepting = float(found.rejected[0]), float(found.accepted[1])
    assert rejecting <= alpha / (1 - beta) + 1e-9
    assert accepting <= beta / (1 - alpha) + 1e-9
    assert rejecting + accepting <= alpha + beta + 1e-9


def test_the_ends_of_the_exact_walk_add_up(usual: SequentialTest) -> None:
    p = np.linspace(0, 1, 21)
    found = exact(usual, p, most=60)
    np.testing.assert_allclose(found.accepted + found.rejected + found.undecided, 1.0, atol=1e-12)
    assert found.accepted[0] == 1.0
    assert found.asn[0] == 44
    assert found.rejected[-1] == 1.0
    assert found.asn[-1] == 2


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ({"prq": 0.06, "crq": 0.06}, "search.order"),
        ({"prq": 0, "crq": 0.06}, "prq.share"),
        ({"prq": 0.01, "crq": math.nan}, "crq.share"),
        ({"prq": 0.01, "crq": 0.06, "producer_risk": 0.5, "consumer_risk": 0.5}, "search.risks"),
    ],
)
def test_points_without_a_test_are_refused(given_: dict[str, float], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        sequential_test(**given_)
    assert caught.value.code == code


def test_counts_and_qualities_that_are_none_are_refused(usual: SequentialTest) -> None:
    with pytest.raises(InvalidInput):
        lines(usual, 0)
    with pytest.raises(InvalidInput):
        curves(usual, 1.2)
    with pytest.raises(InvalidInput):
        exact(usual, 0.1, most=0)
