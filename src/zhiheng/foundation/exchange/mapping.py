"""The language in which a source's headings and words are turned into ours: declared, never programmed.

Every step works on literal text. There is no regular expression in it, so no mapping can make an
import slow, and none can run anything. A word that a mapping does not know is kept, blanked or
refused as the mapping says; nothing is guessed. docs/topics/imports.md explains each step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, get_args

from zhiheng.kernel.chain import Json
from zhiheng.kernel.errors import N_, Problem, Refused
from zhiheng.kernel.sheets import Sheet

Otherwise = Literal["keep", "blank", "refuse"]
Within = Literal["divisions"]
NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,58}[a-z0-9]")
FACTOR: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
TEXT_MOST: Final = 500
LIST_MOST: Final = 2000


@dataclass(frozen=True, slots=True)
class Declaration:
    """A value that holds when a column of the source says so; without a column it holds always."""

    value: str
    column: str = ""
    contains: str = ""
    equals: str = ""


@dataclass(frozen=True, slots=True)
class Also:
    """Text of another column, added behind a label, unless it only repeats the column `unless`."""

    column: str
    label: str = ""
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Replacement:
    """One literal text for another."""

    find: str
    put: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one of our columns is filled. The fields stand in the order in which they act."""

    sources: tuple[str, ...] = ()
    constant: str = ""
    declare: tuple[Declaration, ...] = ()
    trim: str = ""
    replace: tuple[Replacement, ...] = ()
    part: tuple[int, ...] = ()
    within: Within | Literal[""] = ""
    values: Mapping[str, str] = field(default_factory=dict)
    otherwise: Otherwise = "keep"
    split: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    also: tuple[Also, ...] = ()
    says: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the source that the rule reads."""
        found = [*self.sources, *(one.column for one in self.declare), *(one.column for one in self.also)]
        found += [one.unless for one in self.also]
        return tuple(dict.fromkeys(name for name in found if name))


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """A named mapping: a rule for each of our columns that the source can fill."""

    name: str
    sheet: str
    rules: Mapping[str, Rule]
    title: str = ""
    blank: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the source that is read."""
        return tuple(dict.fromkeys(name for rule in self.rules.values() for name in rule.columns))

    def to_json(self) -> dict[str, Json]:
        """The mapping as JSON, empty parts left out."""
        return {
            "name": self.name,
            "sheet": self.sheet,
            "title": self.title,
            "blank": list(self.blank),
            "column": {name: _plain(rule) for name, rule in self.rules.items()},
        }


def by_headings(name: str, sheet: Sheet, pairs: Mapping[str, str]) -> SourceMapping:
    """The mapping that a person makes by matching columns: our column name → their heading."""
    body = {
        "name": name,
        "sheet": sheet.name,
        "column": {ours: {"from": theirs} for ours, theirs in pairs.items()},
    }
    return parse(body, sheet)


def _plain(rule: Rule) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for one in fields(rule):
        value = getattr(rule, one.name)
        if value and not (one.name == "otherwise" and value == "keep"):
            found[_WRITTEN.get(one.name, one.name)] = _json(value)
    return found


def _json(value: Any) -> Json:
    if isinstance(value, tuple):
        return [_json(part) for part in value]
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, str | int):
        return value
    return {one.name: text for one in fields(value) if (text := getattr(value, one.name))}


# ---- reading a mapping ----------------------------------------------------------------------

_WRITTEN: Final = {"sources": "from"}
_HEAD: Final = frozenset({"name", "sheet", "title", "blank", "column"})


class _Reader:
    """Reads the parts of a mapping and collects all that is wrong, each with its place."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, where: str, found: object, wanted: str) -> None:
        self.problems.append(
            Problem(
                "mapping.form",
                N_("The mapping is wrong at %(where)s: %(found)s."),
                {"where": where, "found": str(found)[:80], "wanted": wanted},
                N_("What can stand there: %(wanted)s."),
            )
        )

    def text(self, where: str, value: object) -> str:
        if isinstance(value, str) and len(value) <= TEXT_MOST and value.isprintable():
            return value
        self.wrong(where, value, f"text of at most {TEXT_MOST} characters")
        return ""

    def texts(self, where: str, value: object) -> tuple[str, ...]:
        listed = [value] if isinstance(value, str) else value
        if isinstance(listed, list) and len(listed) <= LIST_MOST:
            return tuple(self.text(where, one) for one in listed)
        self.wrong(where, value, "a text, or a list of texts")
        return ()

    def words(self, where: str, value: object) -> dict[str, str]:
        if isinstance(value, dict) and len(value) <= LIST_MOST:
            return {self.text(where, word): self.text(where, put) for word, put in value.items()}
        self.wrong(where, value, "a table of texts")
        return {}

    def units(self, where: str, value: object) -> dict[str, str]:
        found = self.words(where, value)
        for unit, factor in found.items():
            if not FACTOR.fullmatch(factor):
                self.wrong(f"{where}.{unit}", factor, "a number, for example 0.0001")
        return found

    def part(self, where: str, value: object) -> tuple[int, ...]:
        if isinstance(value, list) and len(value) == 2 and all(type(one) is int for one in value):
            first, last = value
            if 1 <= first <= last <= TEXT_MOST:
                return (first, last)
        self.wrong(where, value, "[first, last], counted from 1")
        return ()

    def otherwise(self, where: str, value: object) -> str:
        if value in get_args(Otherwise):
            return str(value)
        self.wrong(where, value, "keep, blank or refuse")
        return "keep"

    def within(self, where: str, value: object) -> str:
        if value in get_args(Within):
            return str(value)
        self.wrong(where, value, ", ".join(get_args(Within)))
        return ""

    def tables(self, where: str, value: object, kind: Callable[..., Any]) -> tuple[Any, ...]:
        known = {one.name for one in fields(kind)}  # type: ignore[arg-type]  # each kind is a dataclass
        found = []
        for number, one in enumerate(value if isinstance(value, list) else [value], 1):
            place = f"{where}[{number}]"
            if not isinstance(one, dict) or not one.keys() <= known:
                self.wrong(place, one, ", ".join(sorted(known)))
                continue
            try:
                found.append(kind(**{name: self.text(place, text) for name, text in one.items()}))
            except TypeError:
                self.wrong(place, one, ", ".join(sorted(known)))
        return tuple(found)

    def rule(self, where: str, body: object) -> Rule:
        if not isinstance(body, dict):
            self.wrong(where, body, "a table")
            return Rule()
        readers: dict[str, Callable[[str, object], Any]] = {
            "from": self.texts,
            "constant": self.text,
            "declare": lambda place, value: self.tables(place, value, Declaration),
            "trim": self.text,
            "replace": lambda place, value: self.tables(place, value, Replacement),
            "part": self.part,
            "within": self.within,
            "values": self.words,
            "otherwise": self.otherwise,
            "split": self.text,
            "units": self.units,
            "dates": self.texts,
            "also": lambda place, value: self.tables(place, value, Also),
            "says": self.text,
        }
        found = {}
        for key, value in body.items():
            if key in readers:
                found["sources" if key == "from" else key] = readers[key](f"{where}.{key}", value)
            else:
                self.wrong(f"{where}.{key}", key, ", ".join(readers))
        if not {"sources", "constant", "declare", "also"} & found.keys():
            self.wrong(where, "no source", "from, constant, declare or also")
        # A code that the file states itself is refused where it is unknown, never put for another.
        if "within" in found and not found.get("part"):
            self.wrong(f"{where}.within", "no part", "within beside part: for codes cut out of another text")
        return Rule(**found)


def parse(body: Mapping[str, Any], sheet: Sheet) -> SourceMapping:
    """Read a mapping for a sheet, or refuse it with all that is wrong."""
    reader = _Reader()
    if not body.keys() <= _HEAD:
        reader.wrong("the top", ", ".join(sorted(body.keys() - _HEAD)), ", ".join(sorted(_HEAD)))
    name = body.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        reader.wrong("name", name, "small letters, digits and hyphens, 2 to 60")
    if body.get("sheet") != sheet.name:
        reader.wrong("sheet", body.get("sheet"), sheet.name)
    columns = body.get("column")
    known = {column.name for column in sheet.columns}
    if not isinstance(columns, dict) or not columns or not columns.keys() <= known:
        reader.wrong(
            "column", sorted(columns) if isinstance(columns, dict) else columns, ", ".join(sorted(known))
        )
        columns = {}
    rules = {ours: reader.rule(f"column.{ours}", rule) for ours, rule in columns.items()}
    found = SourceMapping(
        name=str(name),
        sheet=sheet.name,
        rules=rules,
        title=reader.text("title", body.get("title", "")),
        blank=reader.texts("blank", body.get("blank", [])),
    )
    _check_required(reader, sheet, rules)
    if reader.problems:
        raise Refused(*reader.problems)
    return found


def _check_required(reader: _Reader, sheet: Sheet, rules: Mapping[str, Rule]) -> None:
    missing: Sequence[str] = [
        column.name for column in sheet.columns if column.required and column.name not in rules
    ]
    if missing and not reader.problems:
        reader.wrong("column", f"nothing fills {', '.join(missing)}", "a rule for every required column")
