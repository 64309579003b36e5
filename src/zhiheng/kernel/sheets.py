"""The language in which a sheet is declared, and the reading of one row of it.

A domain says which columns it takes; the template, the import page, the refusals and the export
follow from that. Cells come in as text. This module refuses to read files (doors/imports does)
and to look anything up in a database (the domain's service does).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from zhiheng.kernel.errors import N_, Problem, Refused, refuse

Parse = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in code, its headings, how a cell becomes a value."""

    name: str
    zh: str
    en: str
    parse: Parse
    required: bool = False
    example: str = ""
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] | None = None
    note: str = ""

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading under which the column is recognised."""
        return (self.zh, self.en, self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A problem and the column it stands in; the row number belongs to the reader."""

    column: str
    found: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was read without a problem: its place in the file and its values by column name."""

    number: int
    values: Mapping[str, object]


Check = Callable[[Mapping[str, object]], Sequence[CellProblem]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A named set of columns, with checks that need more than one cell."""

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = ()
    # What reading a row asks of each column, laid out once: rows are read by the hundred thousand.
    _plan: tuple[tuple[str, Parse, Column], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        plan = tuple((column.name, column.parse, column) for column in self.columns)
        object.__setattr__(self, "_plan", plan)

    def column(self, name: str) -> Column:
        """The column of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def read(self, cells: Mapping[str, str]) -> tuple[dict[str, object], list[CellProblem]]:
        """The values of a row, and every problem in it: all are found, not the first alone."""
        values: dict[str, object] = {}
        problems: list[CellProblem] = []
        for name, parse, column in self._plan:
            text = cells.get(name)
            if not text:
                if column.required:
                    problems.append(CellProblem(name, "", _missing(column)))
                continue
            try:
                value = parse(text)
            except Refused as refused:
                problems.extend(CellProblem(name, text, problem) for problem in refused.problems)
            else:
                if value is not None:
                    values[name] = value
        if not problems:
            for check in self.checks:
                problems.extend(check(values))
        return values, problems


def _missing(column: Column) -> Problem:
    return Problem(
        "cell.missing",
        N_("The cell is empty."),
        {"example": column.example},
        N_("A value is needed, for example %(example)s.") if column.example else "",
    )


_HEADING_NOISE: Final = re.compile(r"[\s*＊:：]+")


def heading_key(text: str) -> str:
    """Headings are compared without regard to width, case, spaces and the mark of a required column."""
    return _HEADING_NOISE.sub("", unicodedata.normalize("NFKC", text)).casefold()


# ---- how a cell becomes a value -------------------------------------------------------------

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def text(limit: int) -> Parse:
    """Plain text of at most `limit` characters."""

    def parse(cell: str) -> str:
        if len(cell) > limit:
            raise refuse(
                "cell.length",
                N_("The text has %(length)d characters."),
                N_("At most %(limit)d are taken."),
                length=len(cell),
                limit=limit,
            )
        if not cell.isprintable() and _CONTROL.search(cell):  # the first alone is cheap
            raise refuse(
                "cell.control",
                N_("The text holds a control character."),
                N_("Type the text again, or save the file as UTF-8."),
            )
        return cell

    return parse


def texts(limit: int, separators: str = "；;") -> Parse:
    """Several texts in one cell, kept in order, blanks dropped."""
    one, cut = text(limit), re.compile(f"[{re.escape(separators)}\n]")

    def parse(cell: str) -> tuple[str, ...] | None:
        one(cell)
        return tuple(part.strip() for part in cut.split(cell) if part.strip()) or None

    return parse


_DATE: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?|(\d{4})(\d{2})(\d{2})"
)
_EARLIEST: Final = 1900


def day(cell: str) -> date:
    """A calendar day: 2026-03-02, 2026/3/2, 2026.3.2, 2026年3月2日 or 20260302."""
    match = _DATE.fullmatch(cell)
    if match:
        year, month, number = (int(part) for part in match.groups() if part)
        try:
            found = date(year, month, number)
        except ValueError:
            found = None
        if found and found.year >= _EARLIEST:
            return found
    raise refuse(
        "cell.date",
        N_("%(found)s is not a day of the calendar."),
        N_("Write year, month and day, for example 2026-03-02."),
        found=cell[:40],
    )


def decimal(*, minimum: Decimal | None = None, maximum: Decimal | None = None) -> Parse:
    """A number; thousands separators are taken, text and units are not."""

    def parse(cell: str) -> Decimal:
        plain = unicodedata.normalize("NFKC", cell).replace(",", "").strip()
        try:
            number = Decimal(plain)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise refuse(
                "cell.number",
                N_("%(found)s is not a number."),
                N_("Write digits only, for example 12.5, without a unit."),
                found=cell[:40],
            )
        _within(number, minimum, maximum, cell)
        return number

    return parse


def _within(number: Decimal, minimum: Decimal | None, maximum: Decimal | None, cell: str) -> None:
    if minimum is not None and number < minimum:
        raise refuse(
            "cell.below",
            N_("%(found)s is too small."),
            N_("The least that is possible is %(minimum)s."),
            found=cell[:40],
            minimum=str(minimum),
        )
    if maximum is not None and number > maximum:
        raise refuse(
            "cell.above",
            N_("%(found)s is too large."),
            N_("The most that is possible is %(maximum)s."),
            found=cell[:40],
            maximum=str(maximum),
        )


def choice(choices: Mapping[str, tuple[str, ...]]) -> Parse:
    """One of a few codes; the code itself and every word for it are taken, in any case and width."""
    known = {heading_key(word): code for code, words in choices.items() for word in (code, *words)}

    def parse(cell: str) -> str:
        try:
            return known[heading_key(cell)]
        except KeyError:
            raise refuse(
                "cell.choice",
                N_("%(found)s is not one of the words that are known here."),
                N_("Write one of: %(known)s."),
                found=cell[:40],
                known="、".join(words[0] for words in choices.values()),
            ) from None

    return parse


def coded(parse_code: Callable[[str], object]) -> Parse:
    """A cell that is parsed by a code of `kernel.codes`; the normalised text is the value."""

    def parse(cell: str) -> str:
        return str(parse_code(cell))

    return parse


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: accepted, unresolved (kept, but a party in it is not known), refused, skipped."""

    number: int
    state: str
    problems: tuple[CellProblem, ...] = ()


ACCEPTED: Final = "accepted"
UNRESOLVED: Final = "unresolved"
REFUSED: Final = "refused"
SKIPPED: Final = "skipped"
