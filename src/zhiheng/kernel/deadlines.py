"""Time limits: from a rule and a day to the last day, with every step explained.

The day of the trigger does not count. Pauses stop the clock, extensions lengthen it, and a last day that is
not worked moves to the next working day where the rule says so. The result is computed from recorded acts
whenever it is asked for; this module refuses to store anything and to know what day it is today.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from zhiheng.kernel.calendar import WorkingCalendar
from zhiheng.kernel.errors import N_, Param, refuse
from zhiheng.kernel.rule import DURATIONS, Checked, Rule, Unit, Words
from zhiheng.kernel.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Sentence:
    """One step of an explanation: a msgid and its parameters; `Words` come in both languages."""

    message: str
    params: Mapping[str, Param | Words]

    def render(self, translate: Callable[[str], str], language: str) -> str:
        """Return the sentence, with `translate` a gettext function of that language."""
        values = {
            name: value.in_language(language) if isinstance(value, Words) else value
            for name, value in self.params.items()
        }
        return translate(self.message) % values

    def __str__(self) -> str:
        return self.render(str, "en")


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that do not count, both inclusive; without `last` the clock still stands."""

    first: dt.date
    last: dt.date | None = None

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise refuse(
                "deadline.pause",
                N_("The pause ends on %(last)s, before it begins on %(first)s."),
                N_("Give a last day on or after the first."),
                first=self.first.isoformat(),
                last=self.last.isoformat(),
            )


@dataclass(frozen=True, slots=True)
class Extension:
    """A recorded act that lengthens the time limit by the rule `rule_id`."""

    rule_id: str
    granted_on: dt.date


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a time limit, None while a pause still runs, and how it was found.

    `certain` is False when holidays not yet published could move it.
    """

    rule: Rule
    trigger: dt.date
    date: dt.date | None
    certain: bool
    explanation: tuple[Sentence, ...]

    def days_left(self, today: dt.date) -> int | None:
        """Return the calendar days left: 0 on the last day, negative afterwards, None while paused."""
        return None if self.date is None else (self.date - today).days

    def is_overdue(self, today: dt.date) -> bool:
        """Tell whether the last day has passed."""
        return self.date is not None and today > self.date


def deadline(
    rulebook: Rulebook,
    rule_id: str,
    trigger: dt.date,
    calendar: WorkingCalendar,
    *,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> Due:
    """Compute the last day of the time limit `rule_id` that began with the event of `trigger`.

    The rule is the one valid on the day of the trigger, and so are the rules of the extensions.
    """
    rule = rulebook.rule(rule_id, trigger)
    clock = _Clock(calendar, pauses)
    sentences = _limit(rule, trigger)
    end, certain = clock.advance(trigger, rule)
    for extension in extensions:
        longer = rulebook.rule(extension.rule_id, trigger)
        end, sure = clock.advance(end, longer)
        certain = certain and sure
        sentences += _extended(longer, extension.granted_on)
    sentences += clock.sentences(trigger, end)
    if clock.is_standing(end):
        return Due(rule, trigger, None, certain=False, explanation=tuple(sentences))
    if rule.last_day_rule is not None:
        moved = calendar.on_or_after(end)
        certain = certain and moved.certain
        if moved.value != end:
            sentences += _moved(rulebook.rule(rule.last_day_rule, trigger), end, moved.value)
        end = moved.value
    if not certain:
        message = N_(
            "The holidays are not published for all of this time; weekends alone were counted there."
        )
        sentences.append(Sentence(message, {}))
    return Due(rule, trigger, end, certain, tuple(sentences))


class _Clock:
    """Counts days after a start, leaving out the days of pauses."""

    __slots__ = ("_calendar", "_open", "_pauses")

    def __init__(self, calendar: WorkingCalendar, pauses: Sequence[Pause]) -> None:
        self._calendar = calendar
        self._pauses = _merged(pauses)
        self._open = min((pause.first for pause in pauses if pause.last is None), default=None)

    def advance(self, start: dt.date, rule: Rule) -> tuple[dt.date, bool]:
        """Return the day on which the duration of `rule` after `start` ends, and whether that is certain."""
        paused = 0
        end, certain = self._end(start, rule, paused)
        # A later end can reach into further pauses; there are finitely many, so this comes to rest.
        while (found := self._paused_days(start, end, rule.unit)) > paused:
            paused = found
            end, certain = self._end(start, rule, paused)
        return end, certain

    def is_standing(self, end: dt.date) -> bool:
        """Tell whether a pause without an end began on or before this day."""
        return self._open is not None and self._open <= end

    def sentences(self, trigger: dt.date, end: dt.date) -> Iterator[Sentence]:
        """Explain the pauses that touched the time limit."""
        for first, last in self._pauses:
            if first <= end and last > trigger:
                yield Sentence(
                    N_("The clock stood still from %(first)s to %(last)s."),
                    {"first": first.isoformat(), "last": last.isoformat()},
                )
        if self._open is not None and self._open <= end:
            yield Sentence(
                N_("The clock has stood still since %(first)s."), {"first": self._open.isoformat()}
            )

    def _end(self, start: dt.date, rule: Rule, paused: int) -> tuple[dt.date, bool]:
        amount = _duration(rule)
        if rule.unit is Unit.WORKING_DAYS:
            answer = self._calendar.add_working_days(start, amount + paused)
            return answer.value, answer.certain
        if rule.unit is Unit.DAYS:
            return start + dt.timedelta(days=amount + paused), True
        months = 12 * amount if rule.unit is Unit.YEARS else amount
        return _add_months(start, months) + dt.timedelta(days=paused), True

    def _paused_days(self, start: dt.date, end: dt.date, unit: Unit) -> int:
        total = 0
        for first, last in self._pauses:
            before, until = max(first - dt.timedelta(days=1), start), min(last, end)
            if until <= before:
                continue
            if unit is Unit.WORKING_DAYS:
                total += self._calendar.working_days_between(before, until).value
            else:
                total += (until - before).days
        return total


def _merged(pauses: Sequence[Pause]) -> list[tuple[dt.date, dt.date]]:
    """Return the closed pauses without overlaps, so that no day is left out twice."""
    merged: list[tuple[dt.date, dt.date]] = []
    for first, last in sorted((pause.first, pause.last) for pause in pauses if pause.last is not None):
        if merged and first <= merged[-1][1] + dt.timedelta(days=1):
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day of a later month, or that month's last day where it has no such day."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _duration(rule: Rule) -> int:
    if rule.unit in DURATIONS and isinstance(rule.value, int):
        return rule.value
    raise refuse(
        "deadline.no_duration",
        N_("The rule “%(id)s” is not a time limit."),
        N_("Name a rule whose value counts days, working days, months or years."),
        id=rule.id,
    )


_LIMITS = {
    Unit.DAYS: N_("%(count)d days from %(trigger)s of %(day)s."),
    Unit.WORKING_DAYS: N_("%(count)d working days from %(trigger)s of %(day)s."),
    Unit.MONTHS: N_("%(count)d months from %(trigger)s of %(day)s."),
    Unit.YEARS: N_("%(count)d years from %(trigger)s of %(day)s."),
}
_EXTENSIONS = {
    Unit.DAYS: N_("Extended on %(day)s by %(count)d days."),
    Unit.WORKING_DAYS: N_("Extended on %(day)s by %(count)d working days."),
    Unit.MONTHS: N_("Extended on %(day)s by %(count)d months."),
    Unit.YEARS: N_("Extended on %(day)s by %(count)d years."),
}


def _limit(rule: Rule, trigger: dt.date) -> list[Sentence]:
    if rule.trigger is None:
        raise refuse(
            "deadline.no_trigger",
            N_("The rule “%(id)s” does not say from which event its time limit runs."),
            N_("Add the field trigger to the rule."),
            id=rule.id,
        )
    params: dict[str, Param | Words] = {
        "count": _duration(rule),
        "trigger": rule.trigger,
        "day": trigger.isoformat(),
    }
    return [Sentence(_LIMITS[rule.unit], params), *_basis(rule)]


def _extended(rule: Rule, granted_on: dt.date) -> list[Sentence]:
    params: dict[str, Param | Words] = {"count": _duration(rule), "day": granted_on.isoformat()}
    return [Sentence(_EXTENSIONS[rule.unit], params), *_basis(rule)]


def _moved(rule: Rule, end: dt.date, moved: dt.date) -> list[Sentence]:
    message = N_("The last day, %(end)s, is not worked, so the time limit ends on %(moved)s.")
    return [Sentence(message, {"end": end.isoformat(), "moved": moved.isoformat()}), *_basis(rule)]


def _basis(rule: Rule) -> Iterator[Sentence]:
    """Name the source, and say it where the value is not known to be law."""
    if rule.article:
        yield Sentence(
            N_("Basis: %(instrument)s, art. %(article)s."),
            {"instrument": rule.instrument, "article": rule.article},
        )
    else:
        yield Sentence(N_("Basis: %(instrument)s."), {"instrument": rule.instrument})
    if rule.checked is Checked.UNVERIFIED:
        yield Sentence(N_("This value has not been verified and is not presented as law."), {})
    if rule.checked is Checked.OURS:
        yield Sentence(N_("This value is a default of this platform, not law."), {})
