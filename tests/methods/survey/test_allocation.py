"""Allocation: sums, bounds, and optimality against every other choice that there is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.allocation import Allocation, neyman, optimum, proportional
from zhiheng.methods.survey.marginal import best_units, filled, largest_remainder

STRATA = st.lists(
    st.tuples(st.integers(1, 60), st.floats(0.01, 5.0), st.sampled_from([0.5, 1.0, 2.0, 7.0])),
    min_size=1,
    max_size=12,
)
FEW = st.lists(st.tuples(st.integers(1, 7), st.floats(0.05, 3.0)), min_size=1, max_size=4)


def variance(objects: np.ndarray, deviations: np.ndarray, size: np.ndarray) -> float:
    share = objects / objects.sum()
    return float((share**2 * deviations**2 * (1 / size - 1 / objects)).sum())


@given(strata=STRATA, share=st.floats(0, 1), minimum=st.integers(1, 3))
def test_every_allocation_adds_up_within_its_bounds(
    strata: list[tuple[int, float, float]], share: float, minimum: int
) -> None:
    objects, deviations, costs = (np.array(column) for column in zip(*strata, strict=True))
    low = np.minimum(minimum, objects)
    total = int(low.sum() + share * (objects - low).sum())
    for found in (
        proportional(objects, total, minimum=minimum),
        neyman(objects, deviations, total, minimum=minimum),
    ):
        assert found.size.sum() == total
        assert found.ideal.sum() == pytest.approx(total)
        assert (found.size >= low).all()
        assert (found.size <= objects).all()
        assert (found.ideal >= low - 1e-9).all()
        assert (found.ideal <= objects + 1e-9).all()
    budget = float((costs * low).sum() + share * (costs * (objects - low)).sum())
    bought = optimum(objects, deviations, costs, budget, minimum=minimum)
    assert bought.cost <= budget * (1 + 1e-12)
    assert (bought.size >= low).all()
    assert (bought.size <= objects).all()
    # Nothing that could still be bought was left lying.
    open_ = bought.size < objects
    assert (costs[open_] > budget - bought.cost - 1e-9).all()
    assert bought.least_variance <= bought.variance + 1e-12


@given(strata=STRATA, share=st.floats(0, 1))
def test_proportional_is_the_floor_or_the_ceiling_of_the_ideal(
    strata: list[tuple[int, float, float]], share: float
) -> None:
    objects = np.array([one[0] for one in strata])
    total = int(share * objects.sum())
    found = proportional(objects, total)
    np.testing.assert_allclose(found.ideal, total * objects / objects.sum(), atol=1e-9)
    assert (np.abs(found.size - found.ideal) < 1 + 1e-9).all()
    assert found.rounding == "largest_remainder"


@settings(max_examples=60)
@given(strata=FEW, share=st.floats(0, 1))
def test_no_other_whole_numbers_have_a_smaller_variance(
    strata: list[tuple[int, float]], share: float
) -> None:
    objects, deviations = (np.array(column) for column in zip(*strata, strict=True))
    total = int(len(strata) + share * (objects - 1).sum())
    found = neyman(objects, deviations, total)
    every = (
        np.array(size)
        for size in itertools.product(*(range(1, n + 1) for n in objects))
        if sum(size) == total
    )
    best = min(variance(objects, deviations, size) for size in every)
    assert found.variance == pytest.approx(best, rel=1e-9, abs=1e-15)
    assert variance(objects, deviations, found.size) == pytest.approx(found.variance, abs=1e-15)
    assert found.least_variance <= best + 1e-12


@settings(max_examples=60)
@given(
    strata=FEW,
    costs=st.lists(st.sampled_from([1.0, 2.0, 3.5]), min_size=4, max_size=4),
    share=st.floats(0, 1),
)
def test_what_costs_decide_is_bracketed_by_the_bound_and_the_best(
    strata: list[tuple[int, float]], costs: list[float], share: float
) -> None:
    objects, deviations = (np.array(column) for column in zip(*strata, strict=True))
    price = np.array(costs[: len(strata)])
    budget = float(price.sum() + share * (price * (objects - 1)).sum())
    found = optimum(objects, deviations, price, budget)
    every = (np.array(size) for size in itertools.product(*(range(1, n + 1) for n in objects)))
    best = min(variance(objects, deviations, s) for s in every if (price * s).sum() <= budget + 1e-9)
    assert found.least_variance <= best + 1e-12
    assert best <= found.variance + 1e-12


@given(strata=STRATA, share=st.floats(0, 1))
def test_with_equal_costs_it_is_neymans(strata: list[tuple[int, float, float]], share: float) -> None:
    objects, deviations, _ = (np.array(column) for column in zip(*strata, strict=True))
    total = int(len(strata) + share * (objects - 1).sum())
    one, two = neyman(objects, deviations, total), optimum(objects, deviations, 1.0, total)
    assert two.variance == pytest.approx(one.variance, rel=1e-9, abs=1e-15)


def test_neyman_without_bounds_is_the_closed_form() -> None:
    objects, deviations = np.array([4000, 2500, 1000]), np.array([10.0, 20.0, 60.0])
    found = neyman(objects, deviations, 300)
    weight = objects * deviations
    np.testing.assert_allclose(found.ideal, 300 * weight / weight.sum(), rtol=1e-12)
    # Neyman's minimum variance: (ΣWS)²/n − ΣWS²/N
    share = objects / objects.sum()
    least = (share * deviations).sum() ** 2 / 300 - (share * deviations**2).sum() / objects.sum()
    assert found.least_variance == pytest.approx(least, rel=1e-12)


def test_equal_spread_is_the_method_of_equal_proportions() -> None:
    """Wright (2012): with equal S_h the exact allocation is Huntington and Hill's apportionment.

    Its criterion: no seat would have had a higher priority, N/√(n(n+1)), elsewhere.
    """
    objects = np.array([21_878, 9_713, 4_167, 3_252, 3_065, 1_000])
    seats = neyman(objects, 1.0, 36).size
    priority_of_last = objects / np.sqrt(seats * (seats - 1.0), where=seats > 1, out=np.full(6, 1e-300))
    priority_of_next = objects / np.sqrt(seats * (seats + 1.0))
    assert priority_of_last[seats > 1].min() >= priority_of_next.max()
    assert seats.sum() == 36


def test_more_for_who_varies_more() -> None:
    found = neyman([1000, 1000], [1.0, 3.0], 100)
    assert found.size.tolist() == [25, 75]
    assert optimum([1000, 1000], [1.0, 1.0], [1.0, 4.0], 300.0).size.tolist() == [100, 50]


def test_a_full_stratum_gives_the_rest_to_the_others() -> None:
    assert proportional([10, 100, 100], 120, maximum=[10, 30, 100]).size.tolist() == [8, 30, 82]
    assert proportional([1, 5, 200], 20, minimum=3).size.tolist() == [1, 3, 16]


def test_strata_that_do_not_vary_get_their_minimum_and_the_leftovers() -> None:
    assert neyman([50, 50, 10], [0.0, 1.0, 1.0], 30).size.tolist()[0] == 1
    assert neyman([50, 5], [0.0, 1.0], 30).size.tolist() == [25, 5]


@pytest.mark.parametrize(
    ("call", "code", "says"),
    [
        (lambda: proportional([10, 10], 3, minimum=2), "allocation.too_small", "3 .* at least 4"),
        (lambda: neyman([10, 10], 1.0, 21), "allocation.too_large", "21 .* at most 20"),
        (lambda: optimum([10, 10], 1.0, 2.5, 4.0), "allocation.too_small", "at least 5"),
        (lambda: neyman([10, 10], [1.0, 2.0], 5, minimum=0), "allocation.unsampled", "Stratum 0"),
        (lambda: neyman([10, 10], [1.0, -2.0], 5), "stratum.deviation", "stratum 1 is -2"),
        (lambda: proportional([10, -1], 5), "stratum.objects", "Stratum 1 has -1"),
        (lambda: proportional([10, np.nan], 5), "size.missing", "position 1"),
        (lambda: proportional([10, 2.5], 5), "stratum.objects", "2.5"),
        (lambda: optimum([10, 10], 1.0, [1.0, 0.0], 5.0), "stratum.cost", "stratum 1 costs 0"),
        (lambda: proportional([10, 10], 5, minimum=4, maximum=3), "allocation.bounds", "at least 4"),
        (lambda: proportional([10, 10, 3], 5, minimum=[1, 2]), "size.shapes", "shapes"),
        (lambda: proportional([10, 10], 5.5), "allocation.total", "5.5"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_refused_with_the_value(call: object, code: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as caught:
        call()  # type: ignore[operator]
    assert caught.value.code == code


def test_results_are_closed() -> None:
    found: Allocation = proportional([10, 20], 6)
    with pytest.raises(ValueError, match="read-only"):
        found.size[0] = 9


@given(
    levels=st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=9), min_size=1, max_size=6),
    total=st.integers(0, 30),
    limits=st.tuples(st.integers(0, 12), st.integers(0, 12)),
)
def test_units_are_the_best_there_are(levels: list[list[int]], total: int, limits: tuple[int, int]) -> None:
    """Against a greedy walk, one unit at a time, with ties: two groups with limits of their own."""
    table = [sorted(map(float, one), reverse=True) for one in levels]
    room = np.array([len(one) for one in table])
    group = np.arange(room.size) % 2
    padded = np.full((room.size, 64), -1.0)
    for at, one in enumerate(table):
        padded[at, : len(one)] = one
    found = best_units(
        lambda at, start, width: np.stack([padded[h, s : s + width] for h, s in zip(at, start, strict=True)]),
        room, total, group=group, group_room=np.array(limits),
    )  # fmt: skip
    taken, left = np.zeros(room.size, dtype=int), list(limits)
    for _ in range(total):
        open_ = [h for h in range(room.size) if taken[h] < room[h] and left[group[h]] > 0]
        if not open_:
            break
        best = max(open_, key=lambda h: (padded[h, taken[h]], -h))
        taken[best] += 1
        left[group[best]] -= 1
    assert found.tolist() == taken.tolist()


def test_filled_and_largest_remainder_keep_their_promise() -> None:
    rng = np.random.default_rng(7)
    for _ in range(300):
        low = rng.integers(0, 4, 6).astype(float)
        high = low + rng.integers(0, 9, 6).astype(float)
        weight = rng.random(6) * (rng.random(6) > 0.2)
        total = int(rng.integers(low.sum(), high.sum(), endpoint=True))
        ideal = filled(weight, low, high, float(total))
        assert ideal.sum() == pytest.approx(total)
        assert (ideal >= low - 1e-9).all()
        assert (ideal <= high + 1e-9).all()
        size = largest_remainder(ideal, total)
        assert size.sum() == total
        assert (size >= low).all()
        assert (size <= high).all()
