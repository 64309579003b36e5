"""Exact products, bands at their edges, levels, tipping points, and every input that is refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.methods.risk.conftest import BOUNDS, ROWS
from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.risk.matrices import RiskMatrix, risk_matrix
from zhiheng.methods.risk.probabilities import Range, between, exactly, fraction
from zhiheng.methods.risk.scenarios import Consumer, Scenario, Step, assess, grade, probability
from zhiheng.methods.risk.tipping import sensitivity

SEVERITIES = ("S1", "S2", "S3", "S4")
steps_of = st.lists(
    st.fractions(min_value=Fraction(1, 10**4), max_value=1, max_denominator=10**4), min_size=1, max_size=5
)


def scenario(*steps: Range | str | Fraction | None, severity: str = "S3", title: str = "打翻") -> Scenario:
    made = [
        Step(f"第{n}步", exactly(one) if isinstance(one, str | Fraction) else one)
        for n, one in enumerate(steps, 1)
    ]
    return Scenario(title, tuple(made), severity)


# ---- reading a probability -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1/10", Fraction(1, 10)),
        ("0.1", Fraction(1, 10)),
        ("10%", Fraction(1, 10)),
        ("１０ ％", Fraction(1, 10)),
        ("0.5‰", Fraction(1, 2000)),
        ("2e-3", Fraction(1, 500)),
        (Decimal("0.02"), Fraction(1, 50)),
        (0, Fraction(0)),
        (1, Fraction(1)),
    ],
)
def test_a_probability_is_read_exactly(written: str | Decimal | int, meant: Fraction) -> None:
    assert fraction(written) == meant


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (0.1, "risk.probability_float"),
        (True, "risk.probability_float"),
        ("", "risk.probability_text"),
        ("often", "risk.probability_text"),
        ("1/0", "risk.probability_text"),
        ("nan", "risk.probability_text"),
        ("1e999999999", "risk.probability_text"),
        ("0." + "0" * 100 + "1", "risk.probability_text"),
        (Decimal("NaN"), "risk.probability_text"),
        (Decimal("1e-999999"), "risk.probability_text"),
        ("1.01", "risk.probability_range"),
        ("-1/10", "risk.probability_range"),
        (2, "risk.probability_range"),
    ],
)
def test_what_is_no_probability_is_refused(written: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        fraction(written)
    assert refused.value.code == code


def test_a_range_that_is_empty_is_refused() -> None:
    with pytest.raises(InvalidInput, match="1/10 to 1/100"):
        between("1/10", "1/100")


# ---- bands and levels ------------------------------------------------------------------------------


@pytest.mark.parametrize("band", range(len(BOUNDS)))
def test_a_bound_itself_lies_in_the_band_below_and_anything_above_it_in_its_own(
    matrix: RiskMatrix, band: int
) -> None:
    tiny = Fraction(1, 10**30)
    assert matrix.band(BOUNDS[band]) == band + 1
    assert matrix.band(BOUNDS[band] + tiny) == band
    assert matrix.band(BOUNDS[band] - tiny) == band + 1


def test_a_probability_is_not_rounded_to_one_in_n_before_it_is_banded(matrix: RiskMatrix) -> None:
    """0.51 to 0.66 is "1 in 2" when rounded and would fall below the bound of one half."""
    assert matrix.levels[grade(scenario("0.51", severity="S1"), matrix).level] == "H"
    assert matrix.levels[grade(scenario("0.5", severity="S1"), matrix).level] == "M"


@given(steps=steps_of, severity=st.sampled_from(SEVERITIES))
def test_the_product_is_exact_and_the_order_of_steps_is_nothing(
    matrix: RiskMatrix, steps: list[Fraction], severity: str
) -> None:
    one = scenario(*steps, severity=severity)
    other = scenario(*reversed(steps), severity=severity)
    product = Fraction(1)
    for step in steps:
        product *= step
    assert probability(one) == probability(other) == Range(product, product)
    assert grade(one, matrix).level == grade(other, matrix).level


@given(steps=steps_of, more=st.fractions(0, 1, max_denominator=1000), severity=st.sampled_from(SEVERITIES))
def test_a_further_step_never_raises_the_level(
    matrix: RiskMatrix, steps: list[Fraction], more: Fraction, severity: str
) -> None:
    before = grade(scenario(*steps, severity=severity), matrix)
    after = grade(scenario(*steps, more, severity=severity), matrix)
    assert after.level <= before.level


def test_a_step_that_nobody_estimated_is_an_error_and_never_left_out(matrix: RiskMatrix) -> None:
    with pytest.raises(InvalidInput, match="Step 2 of the scenario “打翻”") as refused:
        grade(scenario("1/10", None, "1/10"), matrix)
    assert refused.value.code == "risk.step_missing"


def test_a_range_is_graded_by_its_upper_end_and_tells_the_lower(matrix: RiskMatrix) -> None:
    graded = grade(scenario(between("1/100000", "1/100")), matrix)
    assert (matrix.levels[graded.level], matrix.levels[graded.level_lower]) == ("S", "L")
    assert not graded.certain


def test_the_worst_scenario_decides(matrix: RiskMatrix) -> None:
    mild, grave = scenario("1/2", severity="S1"), scenario("1/20", severity="S4", title="窒息")
    child = Scenario("吞下", (Step("拿到", exactly("1/20")),), "S4", Consumer.VERY_VULNERABLE)
    found = assess([mild, grave, child], matrix)
    assert found.level_name == "S"
    assert [one.scenario.title for one in found.graded] == ["窒息", "吞下", "打翻"]


@pytest.mark.parametrize(
    ("given_scenarios", "code"),
    [
        ([], "risk.no_scenarios"),
        ([scenario()], "risk.no_steps"),
        ([scenario("1", severity="S9")], "risk.severity_unknown"),
    ],
)
def test_what_cannot_be_assessed_is_refused(
    matrix: RiskMatrix, given_scenarios: list[Scenario], code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        assess(given_scenarios, matrix)
    assert refused.value.code == code


# ---- what would change the level -------------------------------------------------------------------


@given(steps=steps_of, severity=st.sampled_from(SEVERITIES))
def test_just_beyond_a_tipping_point_the_level_is_the_one_told_and_just_before_it_is_not(
    matrix: RiskMatrix, steps: list[Fraction], severity: str
) -> None:
    now = scenario(*steps, severity=severity)
    found = sensitivity(now, matrix)
    for tip in found.tips:
        nudge = Fraction(1, 10**20)

        def level_at(value: Fraction, number: int = tip.step) -> int:
            changed = [*steps]
            changed[number] = value
            return grade(scenario(*changed, severity=severity), matrix).level

        if tip.towards == "higher":
            assert level_at(tip.at) < level_at(tip.at + nudge) == tip.level > found.level
        else:
            assert level_at(tip.at) == tip.level < found.level
            assert level_at(tip.at + nudge) > tip.level
        assert tip.factor is not None
        assert tip.factor * steps[tip.step] == tip.at


def test_every_way_up_and_down_is_found(matrix: RiskMatrix) -> None:
    """1/10 · 1/100 = 1/1000 at S3 is H; above 1/1000 it is S, at 1/10000 and below it is M."""
    found = sensitivity(scenario("1/10", "1/100"), matrix)
    assert matrix.levels[found.level] == "H"
    assert {(tip.step, tip.towards, tip.at, matrix.levels[tip.level]) for tip in found.tips} == {
        (0, "higher", Fraction(1, 10), "S"),
        (1, "higher", Fraction(1, 100), "S"),
        (0, "lower", Fraction(1, 100), "M"),
        (1, "lower", Fraction(1, 1000), "M"),
    }
    assert [tip.towards for tip in found.tips[:2]] == ["higher", "higher"]  # the nearest first
    assert not found.robust


def test_beside_an_impossible_step_nothing_changes_the_level(matrix: RiskMatrix) -> None:
    found = sensitivity(scenario("0", "1/2"), matrix)
    assert [tip.step for tip in found.tips] == [0]
    assert found.tips[0].factor is None


def test_at_the_edges_there_is_no_neighbour(matrix: RiskMatrix) -> None:
    found = sensitivity(scenario("1", severity="S4"), matrix)
    assert (found.band_up, found.severity_up) == (found.level, found.level)


# ---- the matrix itself -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "rows", "code"),
    [
        (BOUNDS[::-1], ROWS, "risk.matrix_bounds"),
        ((Fraction(1), *BOUNDS[1:]), ROWS, "risk.matrix_bounds"),
        (BOUNDS, ROWS[1:], "risk.matrix_shape"),
        (BOUNDS, (*ROWS[:-1], "LLL"), "risk.matrix_shape"),
        (BOUNDS, (*ROWS[:-1], "LLLX"), "risk.matrix_level"),
        (BOUNDS, (*ROWS[:-1], "LLLS"), "risk.matrix_falls"),
        (BOUNDS, ("SHSS", *ROWS[1:]), "risk.matrix_falls"),
    ],
)
def test_a_matrix_that_cannot_be_is_refused(
    bounds: tuple[Fraction, ...], rows: tuple[str, ...], code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        risk_matrix("x", bounds=bounds, severities=SEVERITIES, levels=tuple("LMHS"), rows=rows)
    assert refused.value.code == code
