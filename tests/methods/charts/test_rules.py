"""Run rules: against a reading of the definitions point by point, and their known run lengths."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiheng.methods.charts.limits import Chart
from zhiheng.methods.charts.rules import NELSON, WESTERN_ELECTRIC, Rule, signals
from zhiheng.methods.charts.variables import given as known
from zhiheng.methods.charts.variables import individuals, moving_ranges
from zhiheng.methods.errors import InvalidInput

STANDARD = known(0.0, 1.0)
VALUES = st.lists(
    st.sampled_from([-3.5, -2.5, -1.5, -1.2, -0.5, -0.2, 0.0, 0.3, 0.6, 1.4, 1.6, 2.2, 2.6, 3.1]),
    min_size=1,
    max_size=40,
)


def chart(values: object) -> Chart:
    return individuals(values, STANDARD)  # type: ignore[arg-type]


def by_hand(rule: Rule, x: list[float], i: int) -> bool:
    """The definition, read for one point."""
    last = x[max(0, i - rule.span + 1) : i + 1]
    if rule.pattern == "beyond":
        return any(
            side * x[i] > rule.zone and sum(side * one > rule.zone for one in last) >= rule.count
            for side in (1, -1)
        )
    if len(last) < rule.span:
        return False
    steps = [after - before for before, after in pairwise(last)]
    return {
        "same_side": all(one > 0 for one in last) or all(one < 0 for one in last),
        "trend": all(one > 0 for one in steps) or all(one < 0 for one in steps),
        "alternating": all(a * b < 0 for a, b in pairwise(steps)),
        "within": all(abs(one) < rule.zone for one in last),
        "avoiding": all(abs(one) > rule.zone for one in last),
    }[rule.pattern]


@settings(max_examples=200)
@given(x=VALUES)
def test_each_rule_reads_its_definition(x: list[float]) -> None:
    rules = (*WESTERN_ELECTRIC, *NELSON, Rule("short", "alternating", 4), Rule("short", "trend", 3))
    found = signals(chart(x), rules)
    for rule, fired in zip(rules, found.fired, strict=True):
        assert fired.tolist() == [by_hand(rule, x, i) for i in range(len(x))], rule


@given(x=VALUES)
def test_turned_over_the_same_rules_fire(x: list[float]) -> None:
    upright, turned = (signals(chart(side * np.array(x)), NELSON).fired for side in (1, -1))
    np.testing.assert_array_equal(upright, turned)


@given(x=VALUES)
def test_units_change_nothing(x: list[float]) -> None:
    scaled = individuals(1024 * np.array(x) + 2**20, known(2.0**20, 1024.0))
    np.testing.assert_array_equal(signals(scaled, NELSON).fired, signals(chart(x), NELSON).fired)


def test_rules_are_named_at_their_point() -> None:
    found = signals(chart([0.5, 2.5, -0.1, 2.1, 3.2]), WESTERN_ELECTRIC)
    assert [found.at(i) for i in range(5)] == [
        (), (), (), ("western electric 2",), ("western electric 1", "western electric 2"),
    ]  # fmt: skip
    assert found.any.tolist() == [False, False, False, True, True]


def test_a_batch_is_its_charts() -> None:
    x = np.random.default_rng(1).normal(size=(30, 60))
    together = signals(chart(x), NELSON).fired
    for row in range(30):
        np.testing.assert_array_equal(together[:, row], signals(chart(x[row]), NELSON).fired)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [((0,), 370.40), ((0, 1), 225.44), ((0, 2), 166.05), ((0, 3), 152.73), ((0, 1, 2, 3), 91.75)],
)
def test_run_lengths_of_champ_and_woodall(chosen: tuple[int, ...], expected: float) -> None:
    """C. W. Champ, W. H. Woodall (1987), table 1, no shift; 2 500 simulated processes, 3 standard errors.

    Processes that never signal in 1 200 points count by the exponential tail that such run lengths have.
    """
    points, processes = 1200, 2500
    x = np.random.default_rng(19870401).normal(size=(processes, points))
    fired = signals(chart(x), tuple(WESTERN_ELECTRIC[one] for one in chosen)).any
    signalled = fired.any(axis=1)
    lengths = np.where(signalled, fired.argmax(axis=1) + 1, points)
    mean = lengths.sum() / signalled.sum()  # exponential with censoring
    assert mean == pytest.approx(expected, rel=3 / np.sqrt(processes))


def test_refusals() -> None:
    with pytest.raises(InvalidInput) as caught:
        signals(moving_ranges([1, 2, 4], STANDARD), NELSON)
    assert caught.value.code == "chart.dependent"
    assert signals(moving_ranges([1, 2, 4], STANDARD), NELSON[:1]).fired.shape == (1, 2)
    for odd in (Rule("odd", "beyond", 2, 3, 1.0), Rule("odd", "trend", 1), Rule("odd", "circle", 2)):  # type: ignore[arg-type]
        with pytest.raises(InvalidInput) as caught:
            signals(chart([1.0]), (odd,))
        assert caught.value.code == "chart.rule"
    assert signals(chart([1.0]), ()).any.tolist() == [False]
