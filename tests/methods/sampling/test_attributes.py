"""Single plans of GB/T 2828.1: order within the tables, small lots, and what is refused."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.sampling.attributes import (
    AQLS,
    SEVERITIES,
    Severity,
    aql_position,
    single_plan,
    tabled_plan,
)
from zhiheng.methods.sampling.curves import acceptance_probability, quality_at
from zhiheng.methods.sampling.letters import LETTERS, LEVELS, LOT_BOUNDS, Level, code_letter

LOTS = st.integers(2, 2_000_000)
ANY_LEVEL = st.sampled_from(LEVELS)


def test_the_series_has_26_limits_in_steps_of_about_three_fifths() -> None:
    values = [float(text) for text in AQLS]
    assert len(values) == 26
    assert values == sorted(values)
    assert all(1.4 < later / earlier < 1.7 for earlier, later in pairwise(values))


@given(lot=LOTS, level=ANY_LEVEL)
def test_a_larger_lot_never_has_an_earlier_letter(lot: int, level: Level) -> None:
    assert code_letter(lot_size=lot, level=level) <= code_letter(lot_size=lot + 1, level=level)


@given(lot=LOTS)
def test_a_higher_level_never_has_an_earlier_letter(lot: int) -> None:
    special = [code_letter(lot_size=lot, level=level) for level in LEVELS[:4]]
    general = [code_letter(lot_size=lot, level=level) for level in LEVELS[4:]]
    assert special == sorted(special)
    assert general == sorted(general)


@pytest.mark.parametrize("bound", LOT_BOUNDS)
def test_the_letter_changes_just_above_a_bound(bound: int) -> None:
    assert code_letter(lot_size=bound) != code_letter(lot_size=bound + 1)


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("letter", LETTERS)
def test_a_wider_limit_lets_a_worse_quality_pass(severity: Severity, letter: str) -> None:
    """Along a row the quality that passes 95 times in 100 never gets better."""
    plans = [tabled_plan(letter=letter, aql=aql, severity=severity) for aql in AQLS]
    passing = quality_at(
        0.95,
        sample_size=[plan.sample_size for plan in plans],
        acceptance_number=[plan.acceptance_number for plan in plans],
        distribution="poisson",
    )
    assert (np.diff(passing) >= 0).all()


@pytest.mark.parametrize("severity", SEVERITIES)
def test_lots_at_the_limit_mostly_pass(severity: Severity) -> None:
    """No cell slips by a diagonal: at its AQL a lot passes about 9 times in 10, or 8 if tightened."""
    least = {"normal": 0.87, "tightened": 0.79, "reduced": 0.87}[severity]
    for letter in LETTERS:
        for aql in AQLS:
            plan = tabled_plan(letter=letter, aql=aql, severity=severity)
            passing = acceptance_probability(
                float(aql) / 100,
                sample_size=plan.sample_size,
                acceptance_number=plan.acceptance_number,
                distribution="poisson",
            )
            assert passing >= least, plan


@given(lot=LOTS, level=ANY_LEVEL, aql=st.sampled_from(AQLS), severity=st.sampled_from(SEVERITIES))
def test_no_sample_is_larger_than_its_lot(lot: int, level: Level, aql: str, severity: Severity) -> None:
    plan = single_plan(lot_size=lot, aql=aql, level=level, severity=severity)
    assert plan.sample_size == min(lot, plan.tabled.sample_size)
    assert plan.full_inspection == (plan.tabled.sample_size >= lot)
    assert plan.rejection_number == plan.acceptance_number + 1


def test_a_sample_as_large_as_the_lot_is_full_inspection() -> None:
    just = single_plan(lot_size=13, aql="1.0", level="II")
    assert (just.sample_size, just.full_inspection) == (13, True)
    more = single_plan(lot_size=14, aql="1.0", level="II")
    assert (more.sample_size, more.full_inspection) == (13, False)


def test_limits_are_read_as_number_and_as_printed() -> None:
    assert aql_position("0.010") == aql_position(0.01) == 0
    assert aql_position("4.0") == aql_position(4) == aql_position("4") == 13


@pytest.mark.parametrize("aql", [0.02, 0, -1, 5, "3 %", "", math.nan, math.inf, None])
def test_a_limit_outside_the_series_is_refused_with_the_series(aql: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        tabled_plan(letter="K", aql=aql)  # type: ignore[arg-type]
    assert caught.value.code == "aql.unknown"
    assert "0.010, 0.015, 0.025" in str(caught.value)
    assert "650, 1000" in str(caught.value)


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ({"lot_size": 0}, "lot_size.whole"),
        ({"lot_size": -3}, "lot_size.whole"),
        ({"lot_size": 2.5}, "lot_size.whole"),
        ({"lot_size": math.nan}, "lot_size.whole"),
        ({"lot_size": 1}, "lot_size.single"),
        ({"level": "IV"}, "level.unknown"),
        ({"severity": "strict"}, "severity.unknown"),
    ],
)
def test_what_is_no_lot_no_level_and_no_severity_is_refused(given_: dict[str, object], code: str) -> None:
    asked: dict[str, object] = {"lot_size": 100, "aql": 1.0} | given_
    with pytest.raises(InvalidInput) as caught:
        single_plan(**asked)  # type: ignore[arg-type]
    assert caught.value.code == code


@pytest.mark.parametrize("letter", ["I", "O", "S", "Z", "a", "AB", ""])
def test_what_is_no_code_letter_is_refused(letter: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        tabled_plan(letter=letter, aql=1.0)
    assert caught.value.code == "letter.unknown"
