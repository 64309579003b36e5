"""Working days, by the State Council's yearly table of holidays and make-up workdays.

The tables are handed in as data. A year that they do not cover is answered by the weekend alone, and the
answer says so: `certain` is False. This module refuses to know any holiday of its own and to read a clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Generic, NoReturn, TypeVar

from zhiheng.kernel.errors import N_, Problem, Refused, refuse

T = TypeVar("T")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A value, and whether it rests on published tables or on the weekend alone."""

    value: T
    certain: bool

    def __bool__(self) -> NoReturn:
        raise TypeError("ask for .value: an answer of the calendar is not a truth value")


class WorkingCalendar:
    """Which days are worked. Counts are found by search in the exceptions, never day by day."""

    __slots__ = ("_changes", "_exceptions", "_years")

    def __init__(
        self, *, holidays: Collection[date], workdays: Collection[date], years: Collection[int]
    ) -> None:
        """Take holidays, make-up workdays, and the years for which both are complete."""
        self._years = frozenset(years)
        _require_consistent(frozenset(holidays), frozenset(workdays), self._years)
        changes = {day.toordinal(): -1 for day in holidays if day.weekday() < 5}
        changes |= {day.toordinal(): 1 for day in workdays if day.weekday() >= 5}
        self._exceptions = sorted(changes)
        self._changes = [0, *accumulate(changes[ordinal] for ordinal in self._exceptions)]

    def is_working(self, day: date) -> Answer[bool]:
        """Tell whether `day` is worked."""
        ordinal = day.toordinal()
        return Answer(self._count_up_to(ordinal) > self._count_up_to(ordinal - 1), day.year in self._years)

    def add_working_days(self, day: date, count: int) -> Answer[date]:
        """Return the `count`-th working day after `day`, or before it when negative; 0 is `day` itself."""
        if count == 0:
            return Answer(day, certain=True)
        ordinal = day.toordinal()
        wanted = count + self._count_up_to(ordinal if count > 0 else ordinal - 1) + (count < 0)
        found = date.fromordinal(self._find(wanted, ordinal, count))
        return Answer(
            found, self._covers(day + _DAY, found) if count > 0 else self._covers(found, day - _DAY)
        )

    def working_days_between(self, start: date, end: date) -> Answer[int]:
        """Count the working days after `start` up to and including `end`; negative when `end` is earlier.

        It undoes `add_working_days`: backwards, the days before `start` down to and including `end` count.
        """
        if end < start:
            count = self._count_up_to(end.toordinal() - 1) - self._count_up_to(start.toordinal() - 1)
            return Answer(count, self._covers(end, start - _DAY))
        count = self._count_up_to(end.toordinal()) - self._count_up_to(start.toordinal())
        return Answer(count, start == end or self._covers(start + _DAY, end))

    def next_working_day(self, day: date) -> Answer[date]:
        """Return the first working day after `day`."""
        return self.add_working_days(day, 1)

    def on_or_after(self, day: date) -> Answer[date]:
        """Return `day` if it is worked, else the first working day after it."""
        today = self.is_working(day)
        if today.value:
            return Answer(day, today.certain)
        later = self.next_working_day(day)
        return Answer(later.value, today.certain and later.certain)

    def _count_up_to(self, ordinal: int) -> int:
        """Count the working days from the first day of year 1, a Monday, up to this one."""
        weeks, rest = divmod(ordinal, 7)
        return 5 * weeks + min(rest, 5) + self._changes[bisect_right(self._exceptions, ordinal)]

    def _find(self, wanted: int, start: int, count: int) -> int:
        """Find the first day up to which `wanted` working days are counted, between here and far enough."""
        reach = 2 * abs(count) + 2 * len(self._exceptions) + 14
        low, high = (start, start + reach) if count > 0 else (start - reach, start)
        if low < 1 or high > date.max.toordinal():
            raise refuse(
                "calendar.range",
                N_("%(count)d working days lead out of the calendar."),
                N_("Give a smaller number of days."),
                count=count,
            )
        while low < high:
            middle = (low + high) // 2
            if self._count_up_to(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def _covers(self, first: date, last: date) -> bool:
        return all(year in self._years for year in range(first.year, last.year + 1))


def _require_consistent(holidays: frozenset[date], workdays: frozenset[date], years: frozenset[int]) -> None:
    both = [
        Problem(
            "calendar.both",
            N_("%(day)s is given as a holiday and as a workday."),
            {"day": day.isoformat()},
            N_("Compare the table with the State Council's notice."),
        )
        for day in sorted(holidays & workdays)
    ]
    outside = [
        Problem(
            "calendar.uncovered",
            N_("%(day)s lies in a year that the calendar does not claim to cover."),
            {"day": day.isoformat()},
            N_("Name the year among those covered once its table is complete, or leave the day out."),
        )
        for day in sorted(holidays | workdays)
        if day.year not in years
    ]
    if both or outside:
        raise Refused(*both, *outside)
