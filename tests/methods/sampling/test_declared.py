"""Plans against a declared level: both risks by exact sums, and what is refused."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.sampling.declared import (
    BASIS,
    PREFERRED_SIZES,
    declared_items,
    declared_plan,
    declared_plan_for_ratio,
    small_population_plan,
)


def exceeding(limit: int, d: int, size: int, n: int) -> Fraction:
    """P(X > limit) in whole numbers."""
    ways = sum(math.comb(d, k) * math.comb(size - d, n - k) for k in range(limit + 1, min(d, n) + 1))
    return Fraction(ways, math.comb(size, n))


@given(dql=st.floats(0.001, 0.15), limit=st.integers(0, 6))
def test_the_next_preferred_size_would_risk_more(dql: float, limit: int) -> None:
    smallest = min(size for size in PREFERRED_SIZES if size > limit)
    if stats.binom.sf(limit, smallest, dql) > 0.05:
        with pytest.raises(InvalidInput) as caught:
            declared_plan(dql=dql, limit=limit)
        assert caught.value.code == "declared.no_size"
        return
    plan = declared_plan(dql=dql, limit=limit)
    assert plan.risk <= 0.05 + 1e-12
    assert stats.binom.cdf(limit, plan.sample_size, plan.limiting_quality) == pytest.approx(0.10, abs=1e-9)
    larger = [size for size in PREFERRED_SIZES if size > plan.sample_size]
    assert not larger or stats.binom.sf(limit, larger[0], dql) > 0.05


@given(dql=st.floats(0.002, 0.1), lqr=st.floats(2, 9))
def test_a_ratio_asked_for_is_kept_with_both_risks(dql: float, lqr: float) -> None:
    assume(dql * lqr < 0.9)
    plan = declared_plan_for_ratio(dql=dql, lqr=lqr)
    assert stats.binom.sf(plan.limit, plan.sample_size, dql) <= 0.05 + 1e-9
    assert stats.binom.cdf(plan.limit, plan.sample_size, dql * lqr) <= 0.10 + 1e-9


@given(data=st.data(), size=st.integers(2, 120), limit=st.integers(0, 2))
def test_a_small_population_by_exact_sums(data: st.DataObject, size: int, limit: int) -> None:
    items = data.draw(st.integers(limit + 1, size)) if limit < size else 0
    assume(items)
    kept = [n for n in range(size + 1) if exceeding(limit, items, size, n) <= Fraction(5, 100)]
    if max(kept) <= limit:
        with pytest.raises(InvalidInput) as caught:
            small_population_plan(population=size, declared=items, limit=limit)
        assert caught.value.code == "declared.no_sample"
        return
    plan = small_population_plan(population=size, declared=items, limit=limit)
    assert plan.sample_size == max(kept)
    fewest = round(plan.limiting_quality * size)
    assert 1 - exceeding(limit, fewest, size, plan.sample_size) <= Fraction(1, 10)
    if fewest - 1 > items:
        assert 1 - exceeding(limit, fewest - 1, size, plan.sample_size) > Fraction(1, 10)


def test_a_risk_of_exactly_five_percent_is_kept() -> None:
    """One of 20 items: a sample of one finds it with probability 1/20."""
    plan = small_population_plan(population=20, declared=1, limit=0)
    assert plan.sample_size == 1
    assert plan.risk == pytest.approx(0.05)


def test_a_plan_says_where_it_comes_from_and_what_it_concludes() -> None:
    plan = declared_plan(dql=0.01, limit=1)
    assert plan.basis == BASIS == "by design property, not the printed table"
    assert (plan.sample_size, plan.limit) == (32, 1)
    assert [plan.contradicts(found) for found in (0, 1, 2)] == [False, False, True]
    with pytest.raises(InvalidInput):
        plan.contradicts(33)


def test_items_declared_are_counted_in_decimals() -> None:
    assert declared_items(population=100, dql=0.29) == 29
    assert declared_items(population=250, dql=0.01) == 2
    assert declared_items(population=50, dql=0.01) == 0


@pytest.mark.parametrize("dql", [0, 1, -0.1, 2.5, math.nan, "1 %"])
def test_what_is_no_declared_level_is_refused(dql: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        declared_plan(dql=dql, limit=1)  # type: ignore[arg-type]
    assert caught.value.code == "dql.share"


def test_limits_and_ratios_out_of_reach_are_refused() -> None:
    def code(call: object, **given_: object) -> str:
        with pytest.raises(InvalidInput) as caught:
            call(**given_)  # type: ignore[operator]
        return caught.value.code

    assert code(declared_plan, dql=0.01, limit=-1) == "limit.whole"
    assert code(declared_plan, dql=0.04, limit=0) == "declared.no_size"
    assert code(declared_plan_for_ratio, dql=0.01, lqr=1.0) == "declared.ratio"
    assert code(declared_plan_for_ratio, dql=0.2, lqr=5.0) == "declared.ratio"
    assert code(declared_plan_for_ratio, dql=0.01, lqr=math.nan) == "declared.ratio"
    assert code(declared_plan_for_ratio, dql=0.01, lqr=5, population=0) == "lot_size.whole"
    assert code(small_population_plan, population=50, declared=2, limit=2) == "declared.limit_reached"
    assert code(small_population_plan, population=50, declared=0, limit=0) == "declared.limit_reached"
    assert code(small_population_plan, population=50, declared=51, limit=0) == "nonconforming.whole"
    assert code(small_population_plan, population=0, declared=1, limit=0) == "lot_size.whole"
