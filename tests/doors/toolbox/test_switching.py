"""The switching rules on a page: the state after each lot, why it changed, and what brings it back."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override
from openpyxl import load_workbook

from zhiheng.doors.toolbox import lothistory
from zhiheng.doors.toolbox.lothistory import Lot, followed, outlook
from zhiheng.kernel.errors import Refused
from zhiheng.methods.sampling.attributes import AQLS, tabled_plan
from zhiheng.methods.sampling.letters import LETTERS
from zhiheng.methods.sampling.switching import Switching, tighter_acceptance_number

PAGE = "/tools/plan/switching/"


def text(response: Any) -> str:
    return str(response.content.decode())


def lots(*found: int, n: int = 80, acceptance: int = 2) -> list[Lot]:
    return [Lot(n, acceptance, one) for one in found]


def states(*found: int, **given: Any) -> list[str]:
    return [step.after for step in followed(lots(*found, **given), authorised=True).steps]


def test_the_tighter_number_is_that_of_the_table() -> None:
    for letter in LETTERS:
        for aql in AQLS:
            plan = tabled_plan(letter=letter, aql=aql)
            if plan.plan_letter == letter and plan.acceptance_number >= 2:
                found = lothistory.tighter_number(plan.sample_size, plan.acceptance_number)
                assert found == tighter_acceptance_number(plan)


def test_a_score_of_thirty_leads_to_reduced() -> None:
    # 80/2 is letter J, AQL 1.0; one step tighter, 0.65, it has Ac 1: three points for a lot with one.
    history = followed(lots(*[1] * 10), authorised=True)
    assert [step.score for step in history.steps] == [3 * lot for lot in range(1, 11)]
    assert history.final.severity == "reduced"
    assert followed(lots(*[1] * 10), authorised=False).final.severity == "normal"
    assert followed(lots(1, 1, 2), authorised=True).steps[-1].score == 0  # fails the tighter AQL
    assert followed(lots(*[0] * 15, n=13, acceptance=0), authorised=True).final.severity == "reduced"


def test_discontinued_inspection_has_to_resume() -> None:
    bad = lots(3, 3, *[3] * 5)
    assert followed(bad, authorised=True).final.severity == "discontinued"
    with pytest.raises(Refused) as refused:
        followed([*bad, *lots(0)], authorised=True)
    assert refused.value.problems[0].params["position"] == 7
    again = followed([*bad, Lot(80, 2, 0, resumed=True)], authorised=True)
    assert (again.steps[-1].severity, again.final.severity) == ("tightened", "tightened")


@pytest.mark.parametrize("severity", ["normal", "tightened"])
def test_the_outlook_comes_true(severity: Any) -> None:
    """As many lots as are said, and no fewer, change the severity."""
    for pattern in range(64):
        found = [3 * (pattern >> bit & 1) for bit in range(6)]
        if severity == "tightened" and sum(map(bool, found)) >= 5:
            continue  # inspection is discontinued before the last lot
        history = followed(lots(*found, n=13, acceptance=0), authorised=True, start=severity)
        state = history.final
        if state.severity == "normal":
            back = list(state.recent[-4:])
            window = 5 - next((place for place, ok in enumerate(reversed(back), 1) if not ok), 5)
            with override("en"):
                said = outlook(state, authorised=True)[0]
            for wait in range(5):
                more = followed(
                    lots(*found, *[0] * wait, 3, n=13, acceptance=0), authorised=False, start=severity
                )
                assert (more.final.severity == "tightened") == (wait < window), (found, wait)
            assert ("Two lots" in said) == (window == 0)
        elif state.severity == "tightened":
            streak = next(
                (place for place, ok in enumerate(reversed(state.recent)) if not ok), len(state.recent)
            )
            needed = [0] * (5 - streak)
            for end, wanted in ((len(needed) - 1, "tightened"), (len(needed), "normal")):
                after = followed(
                    lots(*found, *needed[:end], n=13, acceptance=0), authorised=True, start=severity
                )
                assert after.final.severity == wanted


def test_words_of_the_outlook() -> None:
    with override("en"):
        said = outlook(Switching("tightened", recent=(False, True, True), rejected=3), authorised=True)
    # One rejected, then two accepted: three more without a break; three of five rejected: two more.
    assert "next 3 lots" in said[0]
    assert "after 2 more" in said[1]


def test_a_history_is_pasted_linked_and_taken_away(reader: Client) -> None:
    table = "\n".join(f"L{lot}\t80\t2\t{found}" for lot, found in enumerate([0, 1, 3, 0, 4, 0]))
    answer = reader.post(PAGE, {"table": table})
    assert answer.status_code == 303
    link = answer["Location"].partition("#")[0]
    shown = reader.get(link)
    assert [step.after for step in shown.context["found"].steps][-2:] == ["tightened", "tightened"]
    assert "接下来连续 4 批接收，就恢复正常检验" in text(shown)
    assert "GB/T 2828.1-2012" in text(shown)
    file: Any = reader.get(shown.context["export"])
    book = load_workbook(io.BytesIO(b"".join(file.streaming_content)))
    assert book.worksheets[0].max_row == 7
    assert any(PAGE in str(row[0]) for row in book.worksheets[1].iter_rows(values_only=True))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A\t80\t2\tx", "不是数字"), ("A\t0\t2\t1", "80"), ("A\t81\t2\t1", "正常检验的主表中没有"),
        ("A\t80\t2\t1\t3", "大于 Ac = 2"), ("A\t80\t2\t1\t\t也许", "也许"),
        ("A\t80\t2\t1\t\t是\t是", "恢复检验"),
    ],
)  # fmt: skip
def test_a_lot_that_cannot_be_is_said_in_its_row(reader: Client, row: str, said: str) -> None:
    answer = reader.post(PAGE, {"table": f"B\t80\t2\t0\n{row}"})
    assert answer.status_code == 422
    assert answer.context["problems"][0].row == 2
    if said != "80":
        assert said in text(answer)


def test_the_tighter_number_may_be_given(reader: Client) -> None:
    answer = reader.post(PAGE, {"table": "A\t81\t2\t1\t1", "reduced": "no"})
    assert answer.status_code == 303
