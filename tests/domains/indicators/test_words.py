"""The author's own words: numbers only through placeholders, each fault named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domains.indicators.conftest import ANALYST, AT, Cut, Keep, drafted, fails, result
from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.presentation import Prose, read
from zhiheng.domains.indicators.services import report_comment_edit
from zhiheng.domains.indicators.words import Paragraph, loose_number
from zhiheng.kernel.errors import Refused


@pytest.fixture
def report(place: None, keep: Keep, cut: Cut) -> Report:
    keep(
        [*(result(n) for n in range(9)), fails(9), result(10, product_kind="头盔", selection="risk_targeted")]
    )
    return drafted(cut())


def edited(report: Report, *texts: str, section: str = "kinds", language: Any = "zh-hans") -> Report:
    paragraphs = [Paragraph(section, language, text) for text in texts]
    return report_comment_edit(
        actor=ANALYST, report=report, paragraphs=paragraphs, seen=report.content_digest, at=AT
    )


@pytest.mark.django_db
def test_placeholders_are_filled_from_their_cells_and_marked_as_own_words(report: Report) -> None:
    text = (
        "玩具合格率{rate:product_kind=玩具}（{samples:product_kind=玩具}批次），"
        "头盔{rate:product_kind=头盔@risk_targeted}，置信水平{level}。"
    )
    done = edited(report, text)
    (section,) = [s for s in read(done.document, "", "zh-hans").sections if s.name == "kinds"]
    (own,) = [block for block in section.blocks if isinstance(block, Prose) and block.own]
    assert own.text == "玩具合格率90.0%（10批次），头盔100.0%，置信水平95%。"


@pytest.mark.django_db
def test_the_title_of_a_document_may_hold_digits(report: Report) -> None:
    assert edited(report, "依据《GB 6675.1—2014 玩具安全》检验。").document["words"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("合格率为90%。", "comes from no table"),
        ("合格率为９０％。", "comes from no table"),
        ("增长了½。", "comes from no table"),
        ("合格率{rate:product_kind=电线}。", "has a cell for"),
        ("合格率{rate:colour=红}。", "has a cell for"),
        ("合格率{estimate}。", "has a cell for"),
        ("合格率{rate:product_kind=头盔}。", "has a cell for"),
        ("合格率{rate:。", "without its partner"),
        ("合格率}。", "without its partner"),
        ("", "one line of text"),
        ("一行\n两行", "one line of text"),
        ("长" * 2001, "one line of text"),
    ],
)
def test_words_that_cannot_be_checked_are_refused(report: Report, text: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        edited(report, text)


@pytest.mark.django_db
def test_every_fault_of_all_paragraphs_is_told_at_once(report: Report) -> None:
    with pytest.raises(Refused) as refused:
        edited(report, "有1个。", "好。", "有{x}。")
    assert [problem.params["number"] for problem in refused.value.problems] == [1, 3]


@pytest.mark.django_db
@pytest.mark.parametrize(("section", "language"), [("nowhere", "zh-hans"), ("kinds", "fr")])
def test_an_unknown_section_or_language_is_refused(report: Report, section: str, language: str) -> None:
    with pytest.raises(Refused):
        edited(report, "好。", section=section, language=language)


LETTERS = st.text(st.characters(categories=["L", "P", "S", "Zs"], exclude_characters="{}《》"))


@given(LETTERS, st.characters(categories=["N"], exclude_characters="〇"), LETTERS)
def test_a_number_is_found_wherever_it_stands(before: str, number: str, after: str) -> None:
    assert loose_number(before + number + after) == number


@given(LETTERS)
def test_letters_are_no_numbers(text: str) -> None:
    assert loose_number(text + "二〇二五年") == ""
