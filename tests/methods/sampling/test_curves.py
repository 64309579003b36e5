"""Curves of a plan: exact enumeration, order, agreement of the models, and what is refused."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.sampling.curves import (
    acceptance_probability,
    average_outgoing_quality,
    average_sample_number,
    average_total_inspection,
    curve_points,
    outgoing_quality_limit,
    quality_at,
)
from zhiheng.methods.sampling.distributions import (
    DISTRIBUTIONS,
    Distribution,
    binomial_cumulative,
    hypergeometric_cumulative,
    hypergeometric_probability,
)

SAMPLES = st.integers(1, 400)
NUMBERS = st.integers(0, 30)


def exact_tail(c: int, d: int, size: int, n: int) -> Fraction:
    """P(X <= c), hypergeometric, in whole numbers."""
    ways = sum(math.comb(d, k) * math.comb(size - d, n - k) for k in range(min(c, n) + 1))
    return Fraction(ways, math.comb(size, n))


@given(data=st.data(), size=st.integers(1, 300) | st.sampled_from([5_000, 100_000]))
def test_hypergeometric_is_exact_to_twelve_digits(data: st.DataObject, size: int) -> None:
    d, n = data.draw(st.integers(0, size)), data.draw(st.integers(1, min(size, 300)))
    c = data.draw(st.integers(0, min(n, d)))
    expected = exact_tail(c, d, size, n)
    if expected > Fraction(1, 10**200):
        assert float(hypergeometric_cumulative(c, d, size, n)) == pytest.approx(float(expected), rel=1e-12)
        single = expected - (exact_tail(c - 1, d, size, n) if c else 0)
        found = float(hypergeometric_probability(c, d, size, n))
        assert found == pytest.approx(float(single), rel=1e-12, abs=1e-200)


def test_hypergeometric_of_a_lot_of_a_thousand_million_is_nearly_binomial() -> None:
    c = np.arange(0, 12)
    found = hypergeometric_cumulative(c, 4_000_000, 10**9, 1_000)
    np.testing.assert_allclose(found, stats.binom.cdf(c, 1_000, 0.004), rtol=1e-5)


@given(n=SAMPLES, p=st.just(0.0) | st.floats(1e-100, 1), c=NUMBERS)
def test_binomial_equals_scipy(n: int, p: float, c: int) -> None:
    assert float(binomial_cumulative(c, n, p)) == pytest.approx(stats.binom.cdf(c, n, p), abs=1e-12)


def test_small_risks_keep_their_digits() -> None:
    """(1 - p)^n by hand, far below what a complement to 1 could hold."""
    assert float(binomial_cumulative(0, 10_000, 0.01)) == pytest.approx(0.99**10_000, rel=1e-11, abs=0)


@given(n=SAMPLES, c=NUMBERS, p=st.lists(st.floats(0, 1), min_size=2, max_size=20))
@pytest.mark.parametrize("distribution", ["binomial", "poisson"])
def test_worse_quality_is_never_accepted_more_often(
    distribution: Distribution, n: int, c: int, p: list[float]
) -> None:
    found = acceptance_probability(sorted(p), sample_size=n, acceptance_number=c, distribution=distribution)
    assert (np.diff(found) <= 1e-14).all()
    assert ((found >= 0) & (found <= 1)).all()


@given(lot=st.integers(2, 400), data=st.data(), c=st.integers(0, 10))
def test_a_lot_with_more_nonconforming_items_is_never_accepted_more_often(
    lot: int, data: st.DataObject, c: int
) -> None:
    n = data.draw(st.integers(1, lot))
    found = acceptance_probability(
        np.arange(lot + 1) / lot,
        sample_size=n,
        acceptance_number=c,
        distribution="hypergeometric",
        lot_size=lot,
    )
    assert found[0] == 1.0
    assert (np.diff(found) <= 1e-12).all()
    assert found[-1] == (1.0 if c >= n else 0.0)


@given(n=SAMPLES, c=NUMBERS, p=st.floats(0.001, 0.999))
def test_more_items_accept_less_and_a_larger_number_accepts_more(n: int, c: int, p: float) -> None:
    found = acceptance_probability(p, sample_size=[n, n + 1], acceptance_number=[[c], [c + 1]])
    assert (np.diff(found, axis=1) <= 1e-14).all()
    assert (np.diff(found, axis=0) >= -1e-14).all()


def test_plans_and_qualities_broadcast() -> None:
    p = np.linspace(0, 0.2, 7)
    found = acceptance_probability(p, sample_size=[[50], [80], [125]], acceptance_number=[[1], [2], [3]])
    assert found.shape == (3, 7)
    np.testing.assert_array_equal(found[1], acceptance_probability(p, sample_size=80, acceptance_number=2))
    with pytest.raises(ValueError, match="read-only"):
        found[0, 0] = 1.0


@pytest.mark.parametrize(("n", "c"), [(5, 0), (8, 1), (13, 2), (6, 6), (4, 9)])
def test_average_sample_number_by_following_every_sequence(n: int, c: int) -> None:
    p = np.array([0.0, 0.03, 0.3, 0.8, 1.0])
    for rule in ("none", "rejection", "both"):
        expected = np.zeros(p.shape)
        for bits in range(2**n):
            items = [(bits >> k) & 1 for k in range(n)]
            probability = np.prod([p if item else 1 - p for item in items], axis=0)
            expected += probability * _stopping(items, c, rule)
        found = average_sample_number(p, sample_size=n, acceptance_number=c, curtailed=rule)  # type: ignore[arg-type]
        np.testing.assert_allclose(found, expected, atol=1e-12)


def _stopping(items: list[int], c: int, rule: str) -> int:
    """After how many items the verdict is certain; with c >= n it is so before the first."""
    n = len(items)
    for k in range(n + 1):
        bad = sum(items[:k])
        if rule != "none" and bad > c:
            return k
        if rule == "both" and bad + (n - k) <= c:
            return k
    return n


@pytest.mark.parametrize(("lot", "n", "c"), [(20, 5, 0), (30, 8, 1), (12, 12, 1), (15, 3, 2)])
def test_outgoing_quality_of_a_finite_lot_by_enumeration(lot: int, n: int, c: int) -> None:
    d = np.arange(lot + 1)
    expected = [
        sum((k - x) * stats.hypergeom.pmf(x, lot, k, n) for x in range(min(c, n, k) + 1)) / lot for k in d
    ]
    plan = {"sample_size": n, "acceptance_number": c, "distribution": "hypergeometric", "lot_size": lot}
    found = average_outgoing_quality(d / lot, **plan)  # type: ignore[arg-type]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    limit = outgoing_quality_limit(**plan)  # type: ignore[arg-type]
    assert float(limit.aoql) == pytest.approx(max(expected), abs=1e-12)


@given(n=SAMPLES, c=st.integers(0, 12))
@pytest.mark.parametrize("distribution", ["binomial", "poisson"])
def test_the_outgoing_limit_is_not_exceeded_anywhere(distribution: Distribution, n: int, c: int) -> None:
    limit = outgoing_quality_limit(sample_size=n, acceptance_number=c, distribution=distribution)
    p = np.linspace(0, 1, 801)
    found = average_outgoing_quality(p, sample_size=n, acceptance_number=c, distribution=distribution)
    assert (found <= limit.aoql + 1e-12).all() or distribution == "poisson"
    near = float(limit.at) * np.array([0.999, 1.001])
    if near[1] < 1 or distribution == "poisson":
        beside = average_outgoing_quality(near, sample_size=n, acceptance_number=c, distribution=distribution)
        assert (beside <= limit.aoql).all()


def test_total_inspection_runs_from_the_sample_to_the_lot() -> None:
    found = average_total_inspection([0.0, 0.5, 1.0], sample_size=50, acceptance_number=1, lot_size=1000)
    np.testing.assert_allclose(found, [50, 1000, 1000], rtol=1e-9)


@given(n=SAMPLES, c=st.integers(0, 12), level=st.floats(0.001, 0.999))
@pytest.mark.parametrize("distribution", ["binomial", "poisson"])
def test_quality_at_is_the_curve_read_backwards(
    distribution: Distribution, n: int, c: int, level: float
) -> None:
    p = quality_at(level, sample_size=n, acceptance_number=c, distribution=distribution)
    if p < 1 or distribution == "poisson":
        back = acceptance_probability(p, sample_size=n, acceptance_number=c, distribution=distribution)
        assert float(back) == pytest.approx(level, abs=1e-9)


@given(lot=st.integers(1, 200), data=st.data(), level=st.floats(0.01, 0.99))
def test_quality_at_in_a_finite_lot_is_the_last_that_passes(
    lot: int, data: st.DataObject, level: float
) -> None:
    n, c = data.draw(st.integers(1, lot)), data.draw(st.integers(0, 5))
    plan = {"sample_size": n, "acceptance_number": c, "distribution": "hypergeometric", "lot_size": lot}
    items = round(float(quality_at(level, **plan)) * lot)  # type: ignore[arg-type]
    curve = acceptance_probability(np.arange(lot + 1) / lot, **plan)  # type: ignore[arg-type]
    assert curve[items] >= level
    assert items == lot or curve[items + 1] < level


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_points_of_a_chart(distribution: Distribution) -> None:
    found = curve_points(
        sample_size=80, acceptance_number=2, distribution=distribution, lot_size=1000, points=51
    )
    assert found.p.size == 51
    assert found.acceptance[0] == 1.0
    assert found.acceptance[-1] < 0.0015
    assert found.aoq.max() <= found.aoql + 1e-12
    assert (found.asn <= 80).all()
    assert found.ati[0] == 80
    without = curve_points(sample_size=80, acceptance_number=2, points=5)
    assert np.isnan(without.ati).all()


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"p": -0.1}, "p.share"),
    ({"p": 1.1}, "p.share"),
    ({"p": math.nan}, "p.share"),
    ({"p": "0.1"}, "p.share"),
    ({"p": np.ma.masked_array([0.1], [True])}, "p.share"),
    ({"p": -1, "distribution": "poisson"}, "p.rate"),
    ({"p": math.inf, "distribution": "poisson"}, "p.rate"),
    ({"sample_size": 0}, "sample_size.whole"),
    ({"sample_size": 10.5}, "sample_size.whole"),
    ({"sample_size": True}, "sample_size.whole"),
    ({"acceptance_number": -1}, "acceptance_number.whole"),
    ({"lot_size": 0}, "lot_size.whole"),
    ({"lot_size": 49}, "sample.above_lot"),
    ({"distribution": "hypergeometric"}, "lot_size.missing"),
    ({"distribution": "hypergeometric", "lot_size": 1000, "p": 0.0123}, "p.not_in_lot"),
    ({"distribution": "normal"}, "distribution.unknown"),
    ({"p": [0.1, 0.2], "sample_size": [1, 2, 3]}, "sampling.shapes"),
]


@pytest.mark.parametrize(("given_", "code"), REFUSED)
def test_what_no_curve_is_drawn_for(given_: dict[str, object], code: str) -> None:
    asked: dict[str, object] = {"p": 0.01, "sample_size": 50, "acceptance_number": 1} | given_
    with pytest.raises(InvalidInput) as caught:
        acceptance_probability(**asked)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_an_unknown_way_of_stopping_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        average_sample_number(0.1, sample_size=5, acceptance_number=1, curtailed="sometimes")  # type: ignore[arg-type]
    assert caught.value.code == "curtailed.unknown"
