"""What every reader says about a file, and the limits that every file is held to.

A layout is found once, when the file is handed in, and stored with the run: going on after a
crash reads the file in exactly the same way. This module refuses to read files itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from zhiheng.foundation.exchange.problems import problem_from_json, problem_to_json
from zhiheng.kernel.chain import Json
from zhiheng.kernel.errors import N_, Problem, Refused, refuse

COLUMNS_MOST: Final = 200
ROWS_MOST: Final = 5_000_000
CELL_MOST: Final = 32_767  # what Excel itself can hold in a cell
LINE_MOST: Final = 8_000_000
HEADER_WITHIN: Final = 20


class Line(NamedTuple):
    """A row of a file: its number there, its cells as text, and what is wrong with single cells."""

    number: int
    cells: list[str]
    flaws: Mapping[int, Problem] | None = None


class Fit(NamedTuple):
    """How well a row would do as the headings: whether nothing needed is missing, and how much is known."""

    complete: bool
    known: int


Fits = Callable[[Sequence[str]], Fit]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is read."""

    kind: str
    headings: tuple[str, ...]
    header: int
    encoding: str = ""
    delimiter: str = ""
    worksheet: str = ""
    total: int | None = None
    notes: tuple[Problem, ...] = field(default=())

    def to_json(self) -> dict[str, Json]:
        """The layout as it is stored with the run."""
        return {
            "kind": self.kind,
            "headings": list(self.headings),
            "header": self.header,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "worksheet": self.worksheet,
            "notes": [problem_to_json(note) for note in self.notes],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], total: int | None) -> Layout:
        """The layout that was stored."""
        return cls(
            kind=stored["kind"],
            headings=tuple(stored["headings"]),
            header=stored["header"],
            encoding=stored["encoding"],
            delimiter=stored["delimiter"],
            worksheet=stored["worksheet"],
            total=total,
            notes=tuple(problem_from_json(note) for note in stored["notes"]),
        )


def best_header(rows: Sequence[tuple[int, list[str]]], fits: Fits) -> tuple[Fit, int, list[str]]:
    """The row among the first ones that holds the headings: bulletins put a title above them."""
    best: tuple[Fit, int, list[str]] | None = None
    for number, cells in rows[:HEADER_WITHIN]:
        if len(cells) > COLUMNS_MOST:
            raise too_many_columns(len(cells))
        fit = fits(cells)
        if best is None or fit > best[0]:
            best = (fit, number, cells)
    if best is None or best[0].known == 0:
        raise no_headings(next((cells for _, cells in rows), []))
    return best


def trimmed(cells: list[str]) -> list[str]:
    """Cells without the empty ones at the end."""
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return cells[:width]


def empty_file() -> Refused:
    """The file holds nothing."""
    return refuse(
        "file.empty",
        N_("The file is empty."),
        N_("Save it again from the program it comes from, and look whether it opens there."),
    )


def no_headings(found: Sequence[str]) -> Refused:
    """No row of headings was found."""
    return refuse(
        "file.headings",
        N_("No headings were found; the file begins with: %(found)s"),
        N_("The first row names the columns: take the template, or a mapping that knows this source."),
        found="｜".join(found)[:200],
    )


def too_many_columns(count: int) -> Refused:
    """More columns than any sheet has."""
    return refuse(
        "file.columns",
        N_("The file has %(count)d columns."),
        N_("At most %(most)d are read: delete those that are not needed."),
        count=count,
        most=COLUMNS_MOST,
    )


def too_many_rows() -> Refused:
    """More rows than one import takes."""
    return refuse(
        "file.rows",
        N_("The file has more than %(most)d rows."),
        N_("Cut it into several files; rows that were taken in before are skipped."),
        most=ROWS_MOST,
    )


def damaged(kind: str, why: object) -> Refused:
    """The file is of a known kind, but cannot be read to its end."""
    return refuse(
        "file.damaged",
        N_("The %(kind)s file is damaged: %(why)s"),
        N_("Open it in the program it comes from and save it again."),
        kind=kind,
        why=str(why)[:200],
    )


def cell_too_long(length: int) -> Problem:
    """A cell of absurd length."""
    return Problem(
        "cell.too_long",
        N_("The cell has %(length)d characters."),
        {"length": length, "most": CELL_MOST},
        N_("At most %(most)d are read."),
    )
