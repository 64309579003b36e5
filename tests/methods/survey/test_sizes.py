"""Sample sizes: what is asked for is reached, and by one sample fewer it is not."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.proportions import interval
from zhiheng.methods.survey.sizes import (
    Width,
    for_difference,
    for_half_width,
    half_width_reached,
    to_detect,
)

WIDTHS = st.floats(0.005, 0.3)
POPULATIONS = st.integers(2, 20_000)


@pytest.mark.parametrize("method", ["wald", "wilson"])
@given(d=WIDTHS, p=st.floats(0.01, 0.99), objects=POPULATIONS, effect=st.sampled_from([0.7, 1.0, 2.5]))
def test_the_size_reaches_the_half_width_and_one_fewer_does_not(
    method: Width, d: float, p: float, objects: int, effect: float
) -> None:
    for population in (np.inf, objects):
        asked = {"rate": p, "population": population, "design_effect": effect, "method": method}
        found = for_half_width(d, **asked)  # type: ignore[arg-type]
        assert found.formula == method
        assert found.reached <= d * (1 + 1e-9)
        if found.size > 1 and found.size < population:
            assert half_width_reached(found.size - 1, **asked) > d * (1 - 1e-9)  # type: ignore[arg-type]


def test_the_textbook_value() -> None:
    """z²/(4d²) = 1.96²/(4·0.05²) = 384.1 at 95 % and ± 5 points, and 10 000 objects need 370."""
    assert for_half_width(0.05).size == 385
    assert for_half_width(0.05, population=10_000).size == 370
    assert for_half_width(0.05, design_effect=2).size == 769
    assert for_half_width(0.03, population=20).whole


@given(n=st.integers(1, 2000), share=st.floats(0, 1))
def test_wilsons_half_width_is_that_of_the_interval(n: int, share: float) -> None:
    x = round(share * n)
    found = interval(x, n, method="wilson")
    expected = (found.upper - found.lower) / 2
    assert half_width_reached(n, rate=x / n, method="wilson") == pytest.approx(float(expected), rel=1e-9)


def test_two_rates_as_r_gives_them() -> None:
    """R 4.2 `power.prop.test`, examples of its manual page: p1 = .50, p2 = .75, power = .90 → n = 76.7."""
    found = for_difference(0.50, 0.75, power=0.90)
    assert (found.size, found.other) == (77, 77)
    assert found.formula == "pooled_normal"


def exact_power(p1: float, p2: float, n1: int, n2: int, level: float) -> float:
    """Of the pooled z-test, over every pair of outcomes."""
    x, y = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
    pooled = (x + y) / (n1 + n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (x / n1 - y / n2) / np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    reject = np.abs(np.nan_to_num(z)) > stats.norm.isf((1 - level) / 2)
    return float((stats.binom.pmf(x, n1, p1) * stats.binom.pmf(y, n2, p2) * reject).sum())


@pytest.mark.parametrize(
    ("p1", "p2", "ratio"), [(0.05, 0.12, 1.0), (0.3, 0.45, 1.0), (0.1, 0.2, 2.0), (0.02, 0.08, 0.5)]
)
def test_the_normal_power_is_near_the_exact_one(p1: float, p2: float, ratio: float) -> None:
    found = for_difference(p1, p2, power=0.9, ratio=ratio)
    exact = exact_power(p1, p2, int(found.size), int(found.other), 0.95)
    assert exact == pytest.approx(0.9, abs=0.03)
    assert found.reached >= 0.9 - 1e-9
    corrected = for_difference(p1, p2, power=0.9, ratio=ratio, corrected=True)
    assert corrected.size > found.size


POWERS = st.floats(0.01, 0.99)


@given(p1=st.floats(0, 0.9), gap=st.floats(0.01, 0.1), powers=st.tuples(POWERS, POWERS))
def test_more_power_never_needs_fewer(p1: float, gap: float, powers: tuple[float, float]) -> None:
    low, high = sorted(powers)
    for corrected in (False, True):
        few, many = (for_difference(p1, p1 + gap, power=power, corrected=corrected) for power in (low, high))
        assert 1 <= few.size <= many.size
        assert few.reached >= low - 1e-9 or few.size == 1


@given(p=st.floats(0.005, 1), power=st.sampled_from([0.5, 0.8, 0.95, 0.99]), c=st.integers(0, 4))
def test_detection_in_a_large_population_is_the_smallest_size(p: float, power: float, c: int) -> None:
    found = to_detect(p, power=power, tolerated=c)
    n = int(found.size)
    assert stats.binom.sf(c, n, p) >= power - 1e-12
    assert n == c + 1 or stats.binom.sf(c, n - 1, p) < power
    assert found.reached == pytest.approx(float(stats.binom.sf(c, n, p)), abs=1e-12)


@settings(max_examples=60)
@given(objects=st.integers(1, 80), p=st.floats(0.02, 1), c=st.integers(0, 3))
def test_detection_among_few_objects_by_whole_number_arithmetic(objects: int, p: float, c: int) -> None:
    failing = int(np.ceil(objects * p * (1 - 1e-11)))
    power = Fraction(19, 20)
    if failing <= c:
        with pytest.raises(InvalidInput, match="never be found") as caught:
            to_detect(p, population=objects, tolerated=c, power=0.95)
        assert caught.value.code == "size.undetectable"
        return

    def seen(n: int) -> Fraction:
        few = range(min(c, n) + 1)
        missed = sum(comb(failing, i) * comb(objects - failing, n - i) for i in few)
        return 1 - Fraction(missed, comb(objects, n))

    found = to_detect(p, population=objects, tolerated=c, power=0.95)
    assert found.formula == "hypergeometric"
    smallest = next(n for n in range(1, objects + 1) if seen(n) >= power)
    assert int(found.size) == smallest
    assert float(found.reached) == pytest.approx(float(seen(smallest)), abs=1e-12)


def test_one_failure_in_closed_form_and_whole_arrays() -> None:
    p = np.array([0.3, 0.05, 0.01, 0.001])
    np.testing.assert_array_equal(to_detect(p).size, np.ceil(np.log(0.05) / np.log1p(-p)))
    assert to_detect([[0.1, 0.2], [0.3, 1.0]]).size.shape == (2, 2)
    assert to_detect(0.05, method="normal").formula == "normal"
    # The approximation asks for more than is needed here, which is why the exact search is the default.
    assert to_detect(0.05, method="normal").size > to_detect(0.05).size
    mixed = to_detect(0.05, population=[100, np.inf])
    assert mixed.size.tolist() == [45, 59]


@pytest.mark.parametrize(
    ("call", "code", "says"),
    [
        (lambda: for_half_width(0.0), "size.half_width", "is 0; it must"),
        (lambda: for_half_width([0.1, 0.7]), "size.half_width", "position 1 is 0.7"),
        (lambda: for_half_width(0.1, rate=5), "size.rate", "is 5;"),
        (lambda: for_half_width(0.1, population=0), "size.population", "is 0;"),
        (lambda: for_half_width(0.1, population=2.5), "size.population", "2.5"),
        (lambda: for_half_width(0.1, design_effect=-1), "size.design_effect", "-1"),
        (lambda: for_half_width(np.nan), "size.missing", "position 0"),
        (lambda: for_half_width(0.1, level=95), "level.range", "95"),
        (lambda: for_half_width(1e-9), "size.too_large", "More than"),
        (lambda: for_half_width(0.1, method="exact"), "method.unknown", "exact"),  # type: ignore[arg-type]
        (lambda: half_width_reached(11, population=10), "size.above_population", "11"),
        (lambda: for_difference(0.1, 0.1), "size.same_rates", "0.1"),
        (lambda: for_difference(0.1, 0.2, ratio=0), "size.ratio", "0"),
        (lambda: for_difference(0.1, 0.2, power=1.0), "size.power", "1"),
        (lambda: to_detect(0.0), "size.rate", "0"),
        (lambda: to_detect(0.1, tolerated=1.5), "size.tolerated", "1.5"),
        (lambda: to_detect(1e-13), "size.too_large", "More than"),
    ],
)
def test_what_cannot_be_is_refused_with_the_value(call: object, code: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as caught:
        call()  # type: ignore[operator]
    assert caught.value.code == code


def test_a_size_of_nothing_reaches_nothing() -> None:
    assert np.isnan(half_width_reached(0))
    assert half_width_reached(10, population=10) == 0.0
