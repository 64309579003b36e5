"""Which column of a file is which column of a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from zhiheng.doors.imports.readers.layout import Fit
from zhiheng.foundation.exchange.mapping import Rule, SourceMapping
from zhiheng.kernel.errors import N_, Problem, refuse
from zhiheng.kernel.sheets import Column, Sheet, heading_key

# The columns that our own list of refused rows adds; on the way back in they say nothing.
WRONG: Final = ("问题（导入时忽略）", "Problem (ignored on import)")
RIGHT: Final = ("应如何改正（导入时忽略）", "What would be right (ignored on import)")
ROW: Final = ("原文件行号（导入时忽略）", "Row in the file (ignored on import)")
_IGNORED: Final = frozenset(heading_key(word) for pair in (WRONG, RIGHT, ROW) for word in pair)


@dataclass(frozen=True, slots=True)
class Matching:
    """What was recognised: our column → place in the file; what is missing, unknown or there twice."""

    columns: dict[str, int]
    missing: tuple[Column, ...] = ()
    unknown: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    says: tuple[tuple[str, str], ...] = ()

    @property
    def fit(self) -> Fit:
        """How well these headings do."""
        return Fit(not self.missing, len(self.columns))

    def require(self) -> None:
        """Refuse headings that lack a column or name one twice."""
        if self.duplicates:
            raise refuse(
                "file.duplicate_headings",
                N_("These headings stand in the file more than once: %(headings)s."),
                N_("Delete or rename one of each, so that it is clear which column counts."),
                headings="、".join(self.duplicates)[:300],
            )
        if self.missing:
            raise refuse(
                "file.missing_headings",
                N_("These columns are missing: %(missing)s. Not recognised: %(unknown)s."),
                N_("Use the headings of the template, or a mapping that knows the headings of this source."),
                missing="、".join(column.zh for column in self.missing)[:300],
                unknown="、".join(self.unknown)[:300] or "—",
            )

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What the person who imports should know: what the mapping says, and columns that are not read."""
        said = tuple(
            Problem(
                "mapping.says",
                N_("About “%(column)s”: %(says)s"),
                {"column": heading, "says": text},
            )
            for heading, text in self.says
        )
        if not self.unknown:
            return said
        return (
            *said,
            Problem(
                "file.unknown_headings",
                N_("These columns are not read: %(unknown)s."),
                {"unknown": "、".join(self.unknown)[:300]},
                N_("If one of them matters, match it by a mapping."),
            ),
        )


@cache
def _index(sheet_name: str, headings: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, words in headings:
        for word in words:
            key = heading_key(word)
            if found.setdefault(key, name) != name:
                raise ValueError(f"the sheet {sheet_name} calls two columns {word!r}")
    return found


def match_headings(sheet: Sheet, headings: Sequence[str]) -> Matching:
    """Recognise the columns of a sheet by any of their headings."""
    index = _index(sheet.name, tuple((column.name, column.headings) for column in sheet.columns))
    columns: dict[str, int] = {}
    unknown, duplicates = [], []
    for place, heading in enumerate(headings):
        key = heading_key(heading)
        if not key or key in _IGNORED:
            continue
        name = index.get(key)
        if name is None:
            unknown.append(heading)
        elif name in columns:
            duplicates.append(heading)
        else:
            columns[name] = place
    missing = tuple(column for column in sheet.columns if column.required and column.name not in columns)
    return Matching(columns, missing, tuple(unknown), tuple(duplicates))


def match_mapping(sheet: Sheet, mapping: SourceMapping, headings: Sequence[str]) -> Matching:
    """Recognise the columns of a source that a mapping reads.

    Missed are the columns that a declaration looks at, for without them nothing would be declared, and
    those without which a required column of ours would stay empty.
    """
    wanted = {heading_key(name): name for name in mapping.columns}
    found: dict[str, int] = {}
    unknown, duplicates = [], []
    for place, heading in enumerate(headings):
        name = wanted.get(heading_key(heading))
        if name is None:
            unknown += [heading] if heading else []
        elif name in found:
            duplicates.append(heading)
        else:
            found[name] = place
    needed = [
        name for ours, rule in mapping.rules.items() for name in _needed(sheet.column(ours), rule, found)
    ]
    missing = tuple(Column(name, name, name, str, required=True) for name in dict.fromkeys(needed))
    says = tuple((sheet.column(ours).zh, rule.says) for ours, rule in mapping.rules.items() if rule.says)
    return Matching(found, missing, tuple(unknown), tuple(duplicates), says)


def _needed(column: Column, rule: Rule, found: Mapping[str, int]) -> list[str]:
    declared = [one.column for one in rule.declare if one.column and one.column not in found]
    filled = rule.constant or rule.declare or any(name in found for name in rule.sources)
    if column.required and not filled:
        declared += rule.sources[:1] or [column.zh]
    return declared
