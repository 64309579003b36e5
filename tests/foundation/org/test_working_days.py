"""The calendar against the notices of the State Council, and a deadline that it explains."""

from __future__ import annotations

from datetime import date

import pytest

from zhiheng.foundation.org.working_days import working_calendar
from zhiheng.kernel.deadlines import deadline
from zhiheng.kernel.rulebook import load_builtin

# The notice for 2025: Spring Festival 28 January to 4 February, worked on 26 January and 8 February;
# National Day and Mid-Autumn Festival 1 to 8 October, worked on 28 September and 11 October.
NOTICE_2025 = {
    date(2025, 1, 26): True,
    date(2025, 1, 28): False,
    date(2025, 2, 4): False,
    date(2025, 2, 5): True,
    date(2025, 2, 8): True,
    date(2025, 2, 9): False,
    date(2025, 9, 28): True,
    date(2025, 10, 8): False,
    date(2025, 10, 9): True,
    date(2025, 10, 11): True,
}


@pytest.mark.parametrize(("day", "worked"), NOTICE_2025.items())
def test_the_notice_is_followed(day: date, worked: bool) -> None:
    answer = working_calendar().is_working(day)
    assert (answer.value, answer.certain) == (worked, True)


def test_a_year_without_a_notice_is_answered_by_the_weekend_and_says_so() -> None:
    answer = working_calendar().is_working(date(2060, 10, 1))
    assert (answer.value, answer.certain) == (True, False)


def test_a_legal_deadline_is_computed_and_explained() -> None:
    """产品质量法 art. 15: 15 days from the written notice, the day of the notice not counted."""
    due = deadline(load_builtin(), "supervision.objection", date(2026, 3, 2), working_calendar())
    assert due.date == date(2026, 3, 17)
    said = " ".join(str(sentence) for sentence in due.explanation)
    assert "2026-03-02" in said
    assert "15" in said
