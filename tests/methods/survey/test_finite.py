"""Bounds for a small population: exact coverage by enumeration, integers as the second opinion."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.finite import Sides, finite_bounds
from zhiheng.methods.survey.proportions import interval


def chance(x: int, big: int, d: int, n: int) -> Fraction:
    if not max(0, n - (big - d)) <= x <= min(d, n):
        return Fraction(0)
    return Fraction(comb(d, x) * comb(big - d, n - x), comb(big, n))


@pytest.mark.parametrize(("big", "n"), [(1, 1), (7, 3), (20, 19), (30, 8), (41, 41), (60, 13)])
@pytest.mark.parametrize("sides", ["two", "lower", "upper"])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_coverage_is_never_below_the_level(big: int, n: int, sides: Sides, level: float) -> None:
    x = np.arange(n + 1)
    found = finite_bounds(x, n, big, level=level, sides=sides)
    for d in range(big + 1):
        held = [chance(i, big, d, n) for i in x if found.lower[i] <= d <= found.upper[i]]
        assert sum(held) >= level - 1e-9


@pytest.mark.parametrize(("big", "n"), [(9, 4), (25, 6), (40, 17)])
@pytest.mark.parametrize("tail", [Fraction(1, 20), Fraction(1, 5)])
def test_bounds_are_the_definition_in_whole_numbers(big: int, n: int, tail: Fraction) -> None:
    for x in range(n + 1):
        found = finite_bounds(x, n, big, level=float(1 - tail), sides="upper")
        possible = range(x, big - n + x + 1)
        below = {d: sum((chance(i, big, d, n) for i in range(x + 1)), Fraction(0)) for d in possible}
        assert found.upper == max(d for d in possible if below[d] > tail)


@settings(deadline=None)
@given(big=st.integers(1, 500), data=st.data(), level=st.sampled_from([0.8, 0.95, 0.99]))
def test_traits_and_their_absence_mirror(big: int, data: st.DataObject, level: float) -> None:
    n = data.draw(st.integers(0, big))
    x = data.draw(st.integers(0, n))
    first, second = (finite_bounds(i, n, big, level=level) for i in (x, n - x))
    assert first.lower == big - second.upper
    assert first.upper == big - second.lower
    assert x <= first.lower <= first.upper <= big - n + x


def test_the_whole_population_leaves_no_doubt() -> None:
    found = finite_bounds(np.arange(6), 5, 5)
    np.testing.assert_array_equal(found.lower, np.arange(6))
    np.testing.assert_array_equal(found.upper, np.arange(6))


def test_an_empty_sample_tells_nothing() -> None:
    found = finite_bounds(0, 0, 17)
    assert (found.lower, found.upper) == (0, 17)
    assert np.isnan(found.estimate)


def test_a_large_population_approaches_clopper_pearson() -> None:
    found = finite_bounds(3, 60, 10**7)
    binomial = interval(3, 60, method="clopper_pearson")
    assert found.share_lower == pytest.approx(float(binomial.lower), abs=1e-5)
    assert found.share_upper == pytest.approx(float(binomial.upper), abs=1e-5)


@pytest.mark.parametrize(
    ("code", "work"),
    [
        ("finite.sample", lambda: finite_bounds(1, 11, 10)),
        ("finite.sides", lambda: finite_bounds(1, 5, 10, sides="both")),
        ("count.above_total", lambda: finite_bounds(6, 5, 10)),
        ("count.negative", lambda: finite_bounds(0, 0, -1)),
        ("count.shapes", lambda: finite_bounds([1, 2], 5, [10, 11, 12])),
        ("level.range", lambda: finite_bounds(1, 5, 10, level=1.0)),
    ],
)
def test_bad_input_is_named(code: str, work) -> None:  # type: ignore[no-untyped-def]  # any call
    with pytest.raises(InvalidInput) as caught:
        work()
    assert caught.value.code == code
    assert "%(" not in str(caught.value)
