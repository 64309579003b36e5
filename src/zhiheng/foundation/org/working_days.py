"""The working days of the State Council's yearly notices, handed to the kernel's calendar as data.

The tables come with the package `chinesecalendar`, which follows the notices; a year whose notice it
does not hold yet is answered by the weekend alone, and the calendar says so. This module refuses to
decide what a deadline is: `kernel.deadlines` does.
"""

from __future__ import annotations

from functools import cache

from chinese_calendar import constants

from zhiheng.kernel.calendar import WorkingCalendar


@cache
def working_calendar() -> WorkingCalendar:
    """The calendar of the years for which the package holds a notice."""
    holidays, workdays = constants.holidays, constants.workdays
    return WorkingCalendar(holidays=holidays, workdays=workdays, years={day.year for day in holidays})
