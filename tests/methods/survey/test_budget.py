"""The year's split: optimal against every other split, within its limits, and honest about what is left."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.budget import Split, split, undetected
from zhiheng.methods.survey.budget_inputs import Rules, Stratum
from zhiheng.methods.survey.budget_periods import spread, yearly_capacity
from zhiheng.methods.survey.sizes import for_half_width

SMALL = st.lists(
    st.tuples(
        st.integers(0, 4),  # objects
        st.floats(0.2, 4.0),  # a
        st.floats(0.5, 30.0),  # b
        st.sampled_from([1.0, 2.0, 5.0]),  # severity
        st.integers(0, 1),  # laboratory
    ),
    min_size=1,
    max_size=5,
)


def made(rows: list[tuple[int, float, float, float, int]], **more: Any) -> Stratum:
    objects, a, b, severity, laboratory = (np.array(column) for column in zip(*rows, strict=True))
    return Stratum(objects, a, b, np.zeros(len(rows)), severity, laboratory=laboratory, **more)


@settings(max_examples=80, deadline=None)
@given(rows=SMALL, part=st.floats(0, 1), shared=st.sampled_from([0.0, 0.3, 1.0]), labs=st.tuples(
    st.integers(0, 12), st.integers(0, 12)
))  # fmt: skip
def test_no_other_split_leaves_less_undetected(
    rows: list[tuple[int, float, float, float, int]], part: float, shared: float, labs: tuple[int, int]
) -> None:
    strata = made(rows)
    objects, laboratory = np.asarray(strata.objects), np.asarray(strata.laboratory)
    most = [2 * n for n in objects]  # four periods, a window of two
    in_lab = [
        min(sum(m for m, lab in zip(most, laboratory, strict=True) if lab == k), labs[k]) for k in (0, 1)
    ]
    budget = int(part * sum(in_lab))
    rules = Rules(budget, random_share=0.0, half_width=None, shared=shared, laboratory_capacity=labs)
    found = split(strata, rules)
    assert found.total.sum() == budget

    def value(n: np.ndarray) -> float:
        loss = undetected(objects, strata.a, strata.b, n, shared=shared)
        return float((np.asarray(strata.severity) * loss).sum())

    every = (
        np.array(n)
        for n in itertools.product(*(range(m + 1) for m in most))
        if sum(n) == budget and (np.bincount(laboratory, n, 2) <= labs).all()
    )  # fmt: skip
    best = min(value(n) for n in every)
    assert found.objective == pytest.approx(best, rel=1e-10, abs=1e-12)
    assert found.objective == pytest.approx(value(found.total.sum(axis=1)), rel=1e-12, abs=1e-15)


def realistic(seed: int, strata: int = 120, periods: int = 4) -> tuple[Stratum, np.random.Generator]:
    rng = np.random.default_rng(seed)
    objects = rng.integers(0, 30, strata)
    fresh = rng.multinomial(1, np.full(periods, 1 / periods), (strata, 30)).argmax(axis=2)
    ready = [[(fresh[s, : objects[s]] <= t).sum() for t in range(periods)] for s in range(strata)]
    eligible = np.array(ready)
    eligible[:, -1] = objects
    a = 1.5 + rng.binomial(12, 0.08, strata)
    return Stratum(
        objects, a, a / rng.uniform(0.03, 0.2, strata), np.arange(strata) % 6,
        rng.choice([1.0, 3.0], strata), eligible, np.arange(strata) % 4, rng.binomial(2, 0.1, strata),
    ), rng  # fmt: skip


def scheduled(cells: np.ndarray, eligible: np.ndarray, window: int) -> bool:
    """Whether real objects can take the samples, each at most once in any window."""
    periods = cells.size
    starts = np.searchsorted(eligible, np.arange(1, eligible[-1] + 1))
    free_from = starts.astype(int)
    for now in range(periods):
        ready = np.flatnonzero(free_from <= now)[: cells[now]]
        if ready.size < cells[now]:
            return False
        free_from[ready] = now + window
    return True


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("periods", "window"), [(4, 2), (4, 3), (12, 6), (2, 1), (1, 1), (3, 5)])
def test_the_limits_hold(seed: int, periods: int, window: int) -> None:
    strata, _ = realistic(seed, periods=periods)
    objects, eligible = np.asarray(strata.objects), np.asarray(strata.eligible)
    capacity = yearly_capacity(eligible, window)
    budget = int(0.8 * capacity.sum())
    labs = np.full(4, budget // 3)
    found = split(
        strata,
        Rules(budget, 0.3, half_width=0.12, periods=periods, window=window, laboratory_capacity=labs),
    )
    total = found.total
    assert total.sum() == budget
    assert (np.minimum(np.minimum(found.random, found.targeted), found.follow_ups) >= 0).all()
    np.testing.assert_array_equal(found.follow_ups.sum(axis=1), strata.follow_ups)
    np.testing.assert_array_equal(found.random.sum(axis=1), found.domains.random)
    assert (np.bincount(np.asarray(strata.laboratory), total.sum(axis=1)) <= labs).all()
    regular = found.random + found.targeted
    assert (regular.sum(axis=1) <= found.capacity).all()
    assert all(scheduled(regular[s], eligible[s], window) for s in range(objects.size) if objects[s])
    assert found.random.sum() >= 0.3 * budget
    loads = total.sum(axis=0)
    if (regular.sum(axis=1) <= eligible[:, 0]).all():
        assert loads.max() - loads.min() <= 1


@pytest.mark.parametrize("seed", range(4))
def test_the_floor_keeps_every_pass_rate_estimable(seed: int) -> None:
    strata, _ = realistic(seed, 300)
    found = split(strata, Rules(2400, 0.2, half_width=0.04))
    floor = found.domains
    expected = for_half_width(0.04, rate=floor.rate, population=floor.objects, method="wilson").size
    np.testing.assert_array_equal(floor.needed, expected)
    assert (floor.samples >= floor.needed).all()
    assert (floor.half_width <= 0.04 + 1e-12).all()
    assert floor.samples.sum() == found.random.sum()
    # In proportion to the objects within a domain.
    domain, objects = np.asarray(strata.domain), np.asarray(strata.objects)
    ideal = objects * floor.samples[domain] / floor.objects[domain]
    assert (np.abs(floor.random - ideal) < 1.0).all()


def test_more_budget_never_leaves_more_undetected_and_the_next_gain_is_the_difference() -> None:
    strata, _ = realistic(11)
    rules = Rules(500, 0.0, half_width=None)
    plans = [split(strata, replace(rules, budget=budget)) for budget in range(500, 520)]
    values = np.array([plan.objective for plan in plans])
    gains = np.array([plan.next_gain for plan in plans])
    np.testing.assert_allclose(-np.diff(values), gains[:-1], rtol=1e-9)
    assert (np.diff(gains) <= 1e-12).all()


def test_risk_severity_and_doubt_draw_batches() -> None:
    """Four strata that are alike but for one thing each."""
    strata = Stratum(
        objects=[40, 40, 40, 40], a=[2.0, 6.0, 2.0, 0.4], b=[38.0, 34.0, 38.0, 7.6], domain=[0] * 4,
        severity=[1.0, 1.0, 4.0, 1.0],
    )  # fmt: skip
    plain, risky, severe, doubtful = split(strata, Rules(60, 0.0, half_width=None, shared=1.0)).targeted.sum(
        axis=1
    )
    assert risky > plain
    assert severe > plain
    assert doubtful < plain  # few samples tell it apart from a good one: most of its mass lies near 0
    first = split(strata, Rules(4, 0.0, half_width=None, shared=1.0)).targeted.sum(axis=1)
    assert first[0] == 0


def test_undetected_is_what_a_simulation_counts() -> None:
    rng = np.random.default_rng(3)
    objects, a, b, n, shared, runs = 30, 2.0, 20.0, 7, 0.6, 200_000
    p = rng.beta(a, b, runs)
    bad = rng.binomial(objects, p)
    quiet = rng.random(runs) < (1 - p) ** n  # no failure among n independent samples
    own = rng.hypergeometric(bad, objects - bad, objects - n)  # those not sampled themselves
    counted = shared * objects * (p * quiet).mean() + (1 - shared) * own.mean()
    assert undetected(objects, a, b, n, shared=shared) == pytest.approx(counted, rel=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_left_open_is_told(seed: int) -> None:
    strata, _ = realistic(seed)
    found = split(strata, Rules(120, 0.0, half_width=None))
    objects = np.asarray(strata.objects)
    regular = (found.random + found.targeted).sum(axis=1)
    np.testing.assert_array_equal(found.unsampled, (objects > 0) & (regular == 0))
    assert found.unsampled.any()
    np.testing.assert_allclose(found.undetected_before, objects * found.rate)
    assert (found.undetected <= found.undetected_before + 1e-12).all()
    assert found.objective < found.objective_before


def every_spread(samples: int, eligible: list[int], window: int) -> list[tuple[int, ...]]:
    cells = itertools.product(*(range(n + 1) for n in eligible))
    return [
        x for x in cells
        if sum(x) == samples
        and all(sum(x[max(t - window + 1, 0) : t + 1]) <= eligible[t] for t in range(len(x)))
    ]  # fmt: skip


@settings(deadline=None)
@given(
    fresh=st.lists(st.integers(0, 3), min_size=1, max_size=5), window=st.integers(1, 4), part=st.floats(0, 1)
)
def test_a_single_stratum_is_laid_out_whenever_it_can_be(fresh: list[int], window: int, part: float) -> None:
    eligible = np.cumsum(fresh)
    capacity = int(yearly_capacity(eligible[None, :], window)[0])
    possible = [n for n in range(sum(eligible) + 1) if every_spread(n, eligible.tolist(), window)]
    assert capacity == max(possible)
    samples = int(part * capacity)
    found = spread(np.array([samples]), np.array([0]), np.array([0]), eligible[None, :], window, None).random
    assert tuple(found[0]) in every_spread(samples, eligible.tolist(), window)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.floats(0, 1)), min_size=1, max_size=3),
    capacity=st.lists(st.integers(0, 8), min_size=3, max_size=3),
)
def test_capacities_of_periods_are_refused_only_where_no_spread_keeps_them(
    rows: list[tuple[int, int, float]], capacity: list[int]
) -> None:
    eligible = np.array([[first, first + later, first + later] for first, later, _ in rows])
    most = yearly_capacity(eligible, 2)
    samples = np.array([int(part * n) for (_, _, part), n in zip(rows, most, strict=True)])
    spreads = [every_spread(int(n), one.tolist(), 2) for n, one in zip(samples, eligible, strict=True)]
    fits = any((np.sum(choice, axis=0) <= capacity).all() for choice in itertools.product(*spreads))
    nothing = np.zeros_like(samples)
    if not fits:
        with pytest.raises(InvalidInput) as caught:
            spread(samples, nothing, nothing, eligible, 2, capacity)
        assert caught.value.code in {"budget.period", "budget.period_total"}
        return
    found = spread(samples, nothing, nothing, eligible, 2, capacity)
    assert (found.random.sum(axis=0) <= capacity).all()
    assert all(tuple(row) in allowed for row, allowed in zip(found.random, spreads, strict=True))


STRATA = Stratum([50, 50], [2.0, 2.0], [30.0, 30.0], [0, 1], laboratory=[0, 1], follow_ups=[3, 0])


@pytest.mark.parametrize(
    ("strata", "rules", "code", "says"),
    [
        (STRATA, Rules(60), "budget.too_small", "60 batches .* at least 71"),
        (STRATA, Rules(5000, 0.01), "budget.too_large", "5000 batches .* at most 203"),
        (STRATA, Rules(180, 0.9), "budget.share", "share of 0.9 .* at most 0.555"),
        (STRATA, Rules(90, 0.5, None, laboratory_capacity=[10, 90]), "budget.laboratory",
         "Laboratory 0 can test 10 .* need 26"),
        (STRATA, Rules(90, 0.5, None, laboratory_capacity=[10]), "budget.laboratories", "1 lab.* name 2"),
        (STRATA, Rules(90, 0.5, None, period_capacity=20), "budget.period_total", "only 80 together"),
        (STRATA, Rules(90, 0.5, None, period_capacity=[90, 90]), "budget.capacities", "2 capacities"),
        (STRATA, Rules(90, 1.5), "budget.part", "is 1.5"),
        (STRATA, Rules(-1), "capacity.value", "-1"),
        (STRATA, Rules(90, periods=0), "budget.periods", "0"),
        (replace(STRATA, a=[0.0, 1.0]), Rules(90), "stratum.posterior", "stratum 0 is 0"),
        (replace(STRATA, objects=[1.5, 1.0]), Rules(90), "stratum.objects", "1.5"),
        (replace(STRATA, severity=[1.0, -1.0]), Rules(90), "stratum.weight", "stratum 1 is -1"),
        (replace(STRATA, domain=[0.5, 1]), Rules(90), "stratum.label", "0.5"),
        (replace(STRATA, follow_ups=[-3, 0]), Rules(90), "stratum.follow_ups", "-3"),
        (replace(STRATA, eligible=[[50] * 4, [50, 40, 50, 50]]), Rules(90), "stratum.eligible",
         "Stratum 1 has 40"),
        (replace(STRATA, eligible=[[50] * 3] * 2), Rules(90), "budget.eligible_shape", "2 strata and 4"),
        (replace(STRATA, a=[np.nan, 1.0]), Rules(90), "size.missing", "position 0"),
        (Stratum([9], [1.0], [9.0], [0], eligible=[[9, 9]]),
         Rules(18, 0.0, None, periods=2, window=1, period_capacity=[8, 12]), "budget.period",
         "Period 1 takes 8 .* at least 9"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_could(
    strata: Stratum, rules: Rules, code: str, says: str
) -> None:
    with pytest.raises(InvalidInput, match=says) as caught:
        split(strata, rules)
    assert caught.value.code == code


def test_the_smallest_budget_that_is_named_is_feasible() -> None:
    with pytest.raises(InvalidInput) as caught:
        split(STRATA, Rules(1))
    least = int(caught.value.params["smallest"])
    assert split(STRATA, Rules(least)).total.sum() == least
    with pytest.raises(InvalidInput):
        split(STRATA, Rules(least - 1))
    with pytest.raises(InvalidInput) as caught:
        split(STRATA, Rules(999, 0.1))
    assert (
        split(STRATA, Rules(int(caught.value.params["most"]), 0.1)).total.sum() == caught.value.params["most"]
    )


def test_strata_that_are_alike_and_an_order_that_stays() -> None:
    strata = Stratum([10] * 6, [1.0] * 6, [20.0] * 6, [0] * 6)
    found: Split = split(strata, Rules(15, 0.0, half_width=None, shared=1.0))
    assert sorted(found.targeted.sum(axis=1)) == [2, 2, 2, 3, 3, 3]
    again = split(strata, Rules(15, 0.0, half_width=None, shared=1.0))
    np.testing.assert_array_equal(found.targeted, again.targeted)
