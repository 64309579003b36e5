"""Working days: against a walk day by day, against the published table, and outside the years covered."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.kernel.calendar import WorkingCalendar
from zhiheng.kernel.errors import Refused

DAY = timedelta(days=1)
days = st.dates(date(2023, 1, 1), date(2027, 12, 31))
tables = st.sets(st.dates(date(2024, 1, 1), date(2025, 12, 31)), max_size=60).flatmap(
    lambda holidays: st.builds(
        lambda workdays: (frozenset(holidays), frozenset(workdays) - frozenset(holidays)),
        st.sets(st.dates(date(2024, 1, 1), date(2025, 12, 31)), max_size=60),
    )
)


def calendar_of(table: tuple[frozenset[date], frozenset[date]]) -> WorkingCalendar:
    return WorkingCalendar(holidays=table[0], workdays=table[1], years=(2024, 2025))


def walked(table: tuple[frozenset[date], frozenset[date]], day: date) -> bool:
    return day in table[1] or (day.weekday() < 5 and day not in table[0])


@given(tables, days)
def test_a_day_is_worked_as_the_table_says(table: tuple[frozenset[date], frozenset[date]], day: date) -> None:
    answer = calendar_of(table).is_working(day)
    assert (answer.value, answer.certain) == (walked(table, day), day.year in (2024, 2025))


@given(tables, days, st.integers(-80, 80))
def test_adding_is_the_same_as_walking(
    table: tuple[frozenset[date], frozenset[date]], day: date, count: int
) -> None:
    step = DAY if count > 0 else -DAY
    left, walker = abs(count), day
    while left:
        walker += step
        left -= walked(table, walker)
    answer = calendar_of(table).add_working_days(day, count)
    assert answer.value == walker
    touched = {(day + step).year, walker.year} if count else set()
    assert answer.certain == (touched <= {2024, 2025})


@given(tables, days, st.integers(-80, 80))
def test_counting_undoes_adding(
    table: tuple[frozenset[date], frozenset[date]], day: date, count: int
) -> None:
    calendar = calendar_of(table)
    assert calendar.working_days_between(day, calendar.add_working_days(day, count).value).value == count


@given(tables, days, days)
def test_counting_is_the_same_as_walking(
    table: tuple[frozenset[date], frozenset[date]], start: date, end: date
) -> None:
    answer = calendar_of(table).working_days_between(start, end)
    if start <= end:
        span = [start + DAY * n for n in range(1, (end - start).days + 1)]
    else:
        span = [end + DAY * n for n in range((start - end).days)]
    assert abs(answer.value) == sum(walked(table, day) for day in span)
    assert answer.certain == all(day.year in (2024, 2025) for day in span)


@given(tables, days)
def test_on_or_after(table: tuple[frozenset[date], frozenset[date]], day: date) -> None:
    calendar = calendar_of(table)
    found = calendar.on_or_after(day).value
    assert walked(table, found)
    assert found == (day if walked(table, day) else calendar.next_working_day(day).value)


def test_the_published_table_of_2024() -> None:
    import chinese_calendar

    calendar = WorkingCalendar(
        holidays=[day for day in chinese_calendar.holidays if day.year == 2024],
        workdays=[day for day in chinese_calendar.workdays if day.year == 2024],
        years=[2024],
    )
    # Spring Festival 10 to 17 February, with work on Sunday the 4th and the 18th; the 9th was worked.
    assert [calendar.is_working(date(2024, 2, day)).value for day in (4, 9, 10, 12, 17, 18)] == [
        True, True, False, False, False, True,
    ]  # fmt: skip
    assert calendar.add_working_days(date(2024, 2, 9), 1).value == date(2024, 2, 18)
    assert calendar.working_days_between(date(2023, 12, 31), date(2024, 12, 31)).value == 251
    year = [date(2024, 1, 1) + DAY * n for n in range(366)]
    assert [day for day in year if calendar.is_working(day).value != chinese_calendar.is_workday(day)] == []


def test_a_year_without_a_table_is_answered_by_the_weekend_and_says_so() -> None:
    calendar = WorkingCalendar(holidays=[date(2025, 1, 1)], workdays=[], years=[2025])
    new_year = calendar.is_working(date(2026, 1, 1))
    assert (new_year.value, new_year.certain) == (True, False)
    across = calendar.add_working_days(date(2025, 12, 31), 1)
    assert (across.value, across.certain) == (date(2026, 1, 1), False)


def test_an_answer_is_no_truth_value() -> None:
    calendar = WorkingCalendar(holidays=[], workdays=[], years=[])
    with pytest.raises(TypeError, match="value"):
        bool(calendar.is_working(date(2025, 1, 4)))


def test_a_table_that_contradicts_itself_is_refused() -> None:
    day = date(2025, 1, 1)
    with pytest.raises(Refused) as refused:
        WorkingCalendar(holidays=[day, date(2026, 1, 1)], workdays=[day], years=[2025])
    assert [problem.code for problem in refused.value.problems] == ["calendar.both", "calendar.uncovered"]


def test_days_beyond_the_calendar_are_refused() -> None:
    calendar = WorkingCalendar(holidays=[], workdays=[], years=[])
    with pytest.raises(Refused, match="out of the calendar"):
        calendar.add_working_days(date(9999, 12, 1), 60)
