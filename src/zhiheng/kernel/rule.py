"""A rule: one value of law or standard, dated, with its source and how surely it was checked.

It refuses to be a bare number: who shows a value can always show where it comes from and how it was checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

Value = bool | int | Decimal | str | tuple[int | Decimal, ...]


class Unit(StrEnum):
    """What a value counts. `days` are calendar days."""

    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    YEARS = "years"
    PERCENT = "percent"
    POINTS = "points"
    COUNT = "count"
    FLAG = "flag"
    CHARACTERS = "characters"
    NUMBERS = "numbers"


DURATIONS = frozenset({Unit.DAYS, Unit.WORKING_DAYS, Unit.MONTHS, Unit.YEARS})


class Checked(StrEnum):
    """How surely a value is known; shown wherever the value is shown."""

    TEXT = "text"  # read in the text of the instrument, or in a reprint or excerpt of it
    SECONDARY = "secondary"  # press, local rules, quotations, general knowledge
    UNVERIFIED = "unverified"  # never presented as law
    OURS = "ours"  # our own default, not law


@dataclass(frozen=True, slots=True)
class Words:
    """A wording in both languages. It is data of the rulebook and needs no catalogue."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the Chinese wording for zh, zh-hans …, the English one for any other language."""
        return self.zh if language.lower().startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Rule:
    """One value of one rule for one period; both dates are inclusive, None means not known or not ended.

    `trigger` names the event from which a time limit runs; `last_day_rule` is the id of the rule that moves a
    last day falling on a holiday; `file` is where the rule stands.
    """

    id: str
    value: Value
    unit: Unit
    instrument: str
    article: str
    checked: Checked
    title: Words
    valid_from: date | None = None
    valid_to: date | None = None
    trigger: Words | None = None
    note: Words | None = None
    last_day_rule: str | None = None
    file: str = ""

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the value held on `day`."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)
