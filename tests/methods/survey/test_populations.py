"""Samples of different kinds are never added up, and the refusal says why."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.populations import (
    SPEAKS_OF,
    Coverage,
    Design,
    Population,
    Tally,
    nonconforming_rate,
    pass_rate,
    pool,
    population,
    tally,
)
from zhiheng.methods.survey.proportions import Intervals, wilson

RANDOM = Population(Design.RANDOM, Coverage.ALL_RESULTS)
TARGETED = Population(Design.RISK_TARGETED, Coverage.ALL_RESULTS)
UNDECLARED = Population(Design.UNDECLARED, Coverage.ALL_RESULTS)
FAILURES = Population(Design.RANDOM, Coverage.FAILURES_ONLY)


def test_results_of_one_kind_have_one_population() -> None:
    assert population(["random"] * 3, ["all_results"] * 3) == RANDOM


@pytest.mark.parametrize("other", [TARGETED, UNDECLARED])
def test_different_designs_are_not_pooled(other: Population) -> None:
    with pytest.raises(InvalidInput, match=r"no common rate") as caught:
        pool([tally(RANDOM, 1, 10), tally(other, 5, 10), tally(RANDOM, 0, 3)])
    assert caught.value.code == "population.mixed_designs"
    assert caught.value.params["found"] == f"random: 2, {other.design}: 1"


def test_failure_lists_are_not_pooled_with_full_results() -> None:
    with pytest.raises(InvalidInput) as caught:
        population(["random", "random"], ["all_results", "failures_only"])
    assert caught.value.code == "population.mixed_coverage"


@pytest.mark.parametrize("rate", [pass_rate, nonconforming_rate])
def test_a_list_of_failures_has_no_rate(rate: Callable[[Tally], Intervals]) -> None:
    with pytest.raises(InvalidInput) as caught:
        rate(tally(FAILURES, 4, 4))
    assert caught.value.code == "population.failures_only"


@pytest.mark.parametrize(
    ("designs", "coverages", "code"),
    [
        (["random", "convenience"], ["all_results"] * 2, "population.unknown"),
        (["random"], ["some"], "population.unknown"),
        ([], [], "population.none"),
    ],
)
def test_unknown_codes_and_no_results_are_refused(
    designs: list[str], coverages: list[str], code: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        population(designs, coverages)
    assert caught.value.code == code


def test_pooling_adds_group_by_group() -> None:
    total = pool([tally(TARGETED, [1, 2], [10, 20]), tally(TARGETED, [0, 5], [5, 5])])
    assert total.population == TARGETED
    assert (total.nonconforming.tolist(), total.total.tolist()) == ([1.0, 7.0], [15.0, 25.0])


def test_pooling_needs_the_same_groups() -> None:
    with pytest.raises(InvalidInput) as caught:
        pool([tally(RANDOM, [1, 2], [10, 20]), tally(RANDOM, [1], [5])])
    assert caught.value.code == "population.shapes"


def test_pass_rate_and_failure_rate_are_two_sides_of_one_count() -> None:
    of = tally(RANDOM, [3, 0], [50, 0])
    assert pass_rate(of).estimate[0] == pytest.approx(0.94)
    assert nonconforming_rate(of).upper[0] == pytest.approx(1 - pass_rate(of).lower[0], abs=1e-15)
    assert nonconforming_rate(of).lower[0] == wilson(3, 50).lower


def test_only_random_samples_speak_beyond_themselves() -> None:
    assert [p.inferential for p in (RANDOM, TARGETED, UNDECLARED)] == [True, False, False]
    assert {d for d in Design if SPEAKS_OF[d]} == set(Design)
    assert "risk" in TARGETED.speaks_of
