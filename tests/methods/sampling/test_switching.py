"""Switching rules: each arrow of the diagram, its borders, and histories of any length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.sampling.attributes import AQLS, tabled_plan
from zhiheng.methods.sampling.letters import LETTERS
from zhiheng.methods.sampling.switching import (
    REASONS,
    LotVerdict,
    Resumption,
    Switching,
    SwitchingHistory,
    advance,
    follow,
    resume,
    tighter_acceptance_number,
    verdict_on,
)

VERDICTS = st.builds(LotVerdict, st.booleans(), st.none(), st.booleans())


def history(marks: str, *, start: Switching | None = None, reduced: bool = True) -> SwitchingHistory:
    """`+` accepted, `-` not accepted, `*` accepted but not at the tighter limit, `~` accepted, unsteady."""
    verdicts = {
        "+": LotVerdict(True, True),
        "-": LotVerdict(False, False),
        "*": LotVerdict(True, False),
        "~": LotVerdict(True, True, production_steady=False),
    }
    return follow((verdicts[mark] for mark in marks), start=start, reduced_authorised=reduced)


@pytest.mark.parametrize(
    ("marks", "severity", "reason"),
    [
        ("--", "tightened", "two_of_five_rejected"),
        ("-+++-", "tightened", "two_of_five_rejected"),
        ("-++++-", "normal", "unchanged"),
        ("+" * 9, "normal", "unchanged"),
        ("+" * 10, "reduced", "score_reached"),
        ("+" * 9 + "*" + "+" * 9, "normal", "unchanged"),
        ("+" * 9 + "~", "normal", "unchanged"),
        ("+" * 9 + "~+", "reduced", "score_reached"),
        ("+" * 10 + "-", "normal", "rejected_on_reduced"),
        ("+" * 10 + "~", "normal", "production_irregular"),
        ("+" * 10 + "*" * 40, "reduced", "unchanged"),
        ("--" + "++++", "tightened", "unchanged"),
        ("--" + "+++++", "normal", "five_accepted"),
        ("--" + "++++-++++", "tightened", "unchanged"),
        ("--" + "----", "tightened", "unchanged"),
        ("--" + "-----", "discontinued", "five_rejected"),
        ("--" + "-++++" * 4 + "-", "discontinued", "five_rejected"),
    ],
)
def test_each_arrow_of_the_diagram(marks: str, severity: str, reason: str) -> None:
    found = history(marks)
    assert (found.final.severity, found.steps[-1].reason) == (severity, reason)


def test_rejections_before_a_return_to_normal_do_not_count_again() -> None:
    found = history("--" + "----" + "+++++" + "-")
    assert found.final.severity == "normal"
    assert found.final.rejected == 0


def test_a_lot_rejected_on_reduced_inspection_is_not_one_of_two_on_normal() -> None:
    assert history("+" * 10 + "-" + "-").final.severity == "normal"
    assert history("+" * 10 + "-" + "--").final.severity == "tightened"


def test_small_acceptance_numbers_score_two_and_need_fifteen_lots() -> None:
    lots = [LotVerdict(True)] * 15
    assert [step.score for step in follow(lots).steps] == list(range(2, 31, 2))
    assert follow(lots).final.severity == "reduced"
    assert follow(lots[:14]).final.severity == "normal"


def test_reduced_inspection_waits_for_the_authority() -> None:
    found = history("+" * 30, reduced=False)
    assert (found.final.severity, found.final.score) == ("normal", 90)
    assert history("+", start=found.final).final.severity == "reduced"


def test_after_discontinuation_only_a_resumption_is_taken() -> None:
    stopped = history("-" * 7)
    assert stopped.final.severity == "discontinued"
    with pytest.raises(InvalidInput) as caught:
        advance(stopped.final, LotVerdict(True))
    assert caught.value.code == "switching.discontinued"
    resumed = follow([Resumption(), LotVerdict(True)], start=stopped.final)
    assert [step.severity_after for step in resumed.steps] == ["tightened", "tightened"]
    assert [step.lot for step in resumed.steps] == [None, 1]
    assert resumed.final.rejected == 0


def test_what_was_not_discontinued_does_not_resume() -> None:
    with pytest.raises(InvalidInput) as caught:
        resume(Switching("tightened"))
    assert caught.value.code == "switching.not_discontinued"


def test_a_lot_cannot_pass_the_tighter_limit_alone() -> None:
    with pytest.raises(InvalidInput) as caught:
        follow([LotVerdict(False, True)])
    assert caught.value.code == "switching.contradiction"


@given(st.lists(VERDICTS, max_size=60))
def test_a_history_in_two_parts_ends_as_the_whole(verdicts: list[LotVerdict]) -> None:
    taken: list[LotVerdict] = []
    state = Switching()
    for verdict in verdicts:
        if state.severity == "discontinued":
            break
        taken.append(verdict)
        state, reason = advance(state, verdict)
        assert reason in REASONS
    half = len(taken) // 2
    first = follow(taken[:half])
    assert follow(taken[half:], start=first.final).final == follow(taken).final == state


@given(st.lists(VERDICTS, min_size=1, max_size=60))
def test_scores_count_under_normal_inspection_only_and_stay_below_thirty(verdicts: list[LotVerdict]) -> None:
    state = Switching()
    for verdict in verdicts:
        state, _ = advance(state, verdict)
        if state.severity == "discontinued":
            return
        assert state.severity == "normal" or state.score == 0
        assert len(state.recent) <= 5


def test_the_tighter_number_belongs_to_the_same_sample() -> None:
    """Wherever the score asks for it, the sample inspected has a plan of its own one step tighter."""
    asked = 0
    for letter in LETTERS:
        for aql in AQLS:
            plan = tabled_plan(letter=letter, aql=aql)
            tighter = tighter_acceptance_number(plan)
            assert (tighter is None) == (plan.acceptance_number < 2)
            if tighter is not None:
                asked += 1
                other = tabled_plan(letter=plan.plan_letter, aql=AQLS[AQLS.index(aql) - 1])
                assert other.sample_size == plan.sample_size
                assert tighter < plan.acceptance_number
    assert asked > 100


def test_verdicts_from_what_was_found() -> None:
    plan = tabled_plan(letter="K", aql="1.0")  # n = 125, Ac = 3; at 0.65 Ac = 2
    assert verdict_on(plan, 2) == LotVerdict(True, True)
    assert verdict_on(plan, 3) == LotVerdict(True, False)
    assert verdict_on(plan, 4) == LotVerdict(False, False)
    assert verdict_on(tabled_plan(letter="K", aql="0.40"), 1) == LotVerdict(True)
    assert verdict_on(tabled_plan(letter="K", aql="1.0", severity="tightened"), 2) == LotVerdict(True)
    with pytest.raises(InvalidInput):
        verdict_on(plan, -1)
