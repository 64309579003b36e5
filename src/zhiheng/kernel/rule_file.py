"""The reading of one TOML file of the rulebook.

Every [[rule]] table becomes a rule, or a problem that names file, rule and field. It refuses unknown fields
as well as missing ones: a misspelt `valid_to` would otherwise be law without an end.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from zhiheng.kernel.errors import N_, Problem, Refused, refuse
from zhiheng.kernel.rule import DURATIONS, Checked, Rule, Unit, Value, Words

REQUIRED = ("id", "value", "unit", "instrument", "checked", "title")
OPTIONAL = ("article", "valid_from", "valid_to", "trigger", "note", "last_day_rule")

_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
_WHOLE = DURATIONS | {Unit.COUNT}
_Code = TypeVar("_Code", bound=StrEnum)


def read_rules(file: str, text: str) -> tuple[Rule, ...]:
    """Read the rules of one file, or refuse it with every problem in it."""
    rules: list[Rule] = []
    problems: list[Problem] = []
    for number, entry in enumerate(_entries(file, text), start=1):
        reading = _Entry(file, str(entry.get("id", number)), entry)
        problems += reading.problems_of_form()
        if not problems:
            try:
                rules.append(reading.rule())
            except Refused as refused:
                problems += refused.problems
    if problems:
        raise Refused(*problems)
    return tuple(rules)


def _entries(file: str, text: str) -> list[Mapping[str, object]]:
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise refuse(
            "rulebook.toml",
            N_("%(file)s is not a TOML file: %(reason)s."),
            N_("Mend the file at that place."),
            file=file,
            reason=str(error),
        ) from error
    entries = content.pop("rule", [])
    if content or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise refuse(
            "rulebook.layout",
            N_("%(file)s holds something else than rules."),
            N_("Write each rule as a table that begins with [[rule]]."),
            file=file,
        )
    return entries


class _Entry:
    """One [[rule]] table while it is read."""

    __slots__ = ("_fields", "_file", "_name")

    def __init__(self, file: str, name: str, fields: Mapping[str, object]) -> None:
        self._file = file
        self._name = name
        self._fields = fields

    def problems_of_form(self) -> Iterator[Problem]:
        """Name the fields that are missing and those that nobody knows."""
        for field in REQUIRED:
            if field not in self._fields:
                yield Problem(
                    "rulebook.missing",
                    N_("%(file)s: the rule “%(rule)s” lacks the field %(field)s."),
                    {"file": self._file, "rule": self._name, "field": field},
                    N_("Add it; a value without it cannot be shown as law."),
                )
        for field in sorted(self._fields.keys() - {*REQUIRED, *OPTIONAL}):
            yield Problem(
                "rulebook.field",
                N_("%(file)s: the rule “%(rule)s” has the unknown field %(field)s."),
                {"file": self._file, "rule": self._name, "field": field},
                N_("Compare its spelling with docs/topics/rulebook.md."),
            )

    def rule(self) -> Rule:
        """Read the fields, or refuse the first that does not fit."""
        unit = self._choice("unit", Unit)
        valid_from, valid_to = self._date("valid_from"), self._date("valid_to")
        if valid_from and valid_to and valid_to < valid_from:
            raise self._refusal("valid_to", N_("It must not lie before valid_from."))
        id = self._text("id")
        if not _ID.fullmatch(id):
            raise self._refusal("id", N_("Write it as field.rule, in small letters, digits and underscores."))
        return Rule(
            id=id,
            value=self._amount(unit),
            unit=unit,
            instrument=self._text("instrument"),
            article=self._text("article") if "article" in self._fields else "",
            checked=self._choice("checked", Checked),
            title=self._words("title"),
            valid_from=valid_from,
            valid_to=valid_to,
            trigger=self._words("trigger") if "trigger" in self._fields else None,
            note=self._words("note") if "note" in self._fields else None,
            last_day_rule=self._text("last_day_rule") if "last_day_rule" in self._fields else None,
            file=self._file,
        )

    def _text(self, field: str) -> str:
        value = self._fields[field]
        if not isinstance(value, str) or not value.strip():
            raise self._refusal(field, N_("Give a text."))
        return value

    def _words(self, field: str) -> Words:
        value = self._fields[field]
        if isinstance(value, dict) and value.keys() == {"zh", "en"} and all(map(_is_text, value.values())):
            return Words(**value)
        raise self._refusal(field, N_('Give both languages: { zh = "…", en = "…" }.'))

    def _date(self, field: str) -> date | None:
        value = self._fields.get(field)
        if value is None:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self._refusal(field, N_("Give a date without quotation marks: 2026-04-15."))
        return value

    def _choice(self, field: str, codes: type[_Code]) -> _Code:
        value = self._fields[field]
        for code in codes:
            if code == value:
                return code
        allowed = ", ".join(codes)
        raise self._refusal(field, N_("Give one of these: %(allowed)s."), allowed=allowed)

    def _amount(self, unit: Unit) -> Value:
        value = self._fields["value"]
        if unit is Unit.FLAG and isinstance(value, bool):
            return value
        if unit is Unit.CHARACTERS and _is_text(value):
            return str(value)
        if unit is Unit.NUMBERS and isinstance(value, list) and value and all(map(_is_number, value)):
            return tuple(value)
        if unit in _WHOLE and _is_number(value) and isinstance(value, int) and value >= 0:
            return value
        if unit in (Unit.PERCENT, Unit.POINTS) and isinstance(value, int | Decimal) and _is_number(value):
            return value
        raise self._refusal("value", N_("It does not fit its unit %(unit)s."), unit=unit.value)

    def _refusal(self, field: str, remedy: str, **params: str) -> Refused:
        return refuse(
            "rulebook.value",
            N_("%(file)s: the field %(field)s of the rule “%(rule)s” is not right (%(found)s)."),
            remedy,
            file=self._file,
            rule=self._name,
            field=field,
            found=str(self._fields[field]),
            **params,
        )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
