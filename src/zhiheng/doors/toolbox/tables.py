"""A table that a reader pastes or uploads, and its way through a link.

What is read becomes one canonical text: a line of column names, then the cells as they stood, with tabs.
Its digest names the table; a small one travels in the link, packed. This module refuses a table
with a single faulty row, because a row that is left out changes what is computed from the others.
"""

from __future__ import annotations

import base64
import binascii
import csv
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from zhiheng.doors.imports import readers
from zhiheng.doors.imports.matching import match_headings
from zhiheng.doors.imports.readers.layout import Fit
from zhiheng.doors.look.reader import chinese
from zhiheng.kernel.chain import hasher
from zhiheng.kernel.errors import N_, Problem, Refused, refuse
from zhiheng.kernel.sheets import CellProblem, Row, Sheet

ROWS_MOST: Final = 5_000
PASTED_MOST: Final = 400_000
LINK_MOST: Final = 1_800  # characters: the whole address stays below what every browser and server takes
UNPACKED_MOST: Final = 200_000
PROBLEMS_MOST: Final = 100
_DELIMITERS: Final = ("\t", ",", ";", "，", "；")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in one cell, and in which row it stands."""

    row: int
    column: str
    found: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Given:
    """A table as it was given: its rows, or what is wrong with them."""

    rows: tuple[Row, ...]
    problems: tuple[RowProblem, ...]
    text: str

    @property
    def digest(self) -> str:
        """The SM3 digest of the canonical text: who has the same one has the same table."""
        return hasher("sm3")(self.text.encode()).hex()

    def shown(self, sheet: Sheet) -> str:
        """The table as a text field shows it: under headings in the language of the reader."""
        names, _, rest = self.text.partition("\n")
        columns = [sheet.column(name) for name in names.split("\t")]
        heads = "\t".join(column.zh if chinese() else column.en for column in columns)
        return f"{heads}\n{rest}"

    def column(self, name: str) -> list[Any]:
        """The values of a column, `None` where a cell was empty."""
        return [row.values.get(name) for row in self.rows]


def pasted(sheet: Sheet, text: str) -> Given:
    """A table out of a text field; without a row of headings the columns count in their order."""
    if len(text) > PASTED_MOST:
        raise refuse(
            "table.too_long",
            N_("The pasted table has %(length)d characters; at most %(most)d are taken."),
            N_("Upload it as a file instead, or use the command line."),
            length=len(text),
            most=PASTED_MOST,
        )
    lines = list(_cut(text))
    if not lines:
        raise _empty()
    matching = match_headings(sheet, lines[0][1])
    if matching.columns:
        matching.require()
        return _read(sheet, matching.columns, lines[1:])
    return _read(sheet, {column.name: place for place, column in enumerate(sheet.columns)}, lines)


def uploaded(sheet: Sheet, file: Any, most: int = ROWS_MOST) -> Given:
    """A table out of a file that was sent; no trace of it stays."""
    with tempfile.NamedTemporaryFile(prefix="toolbox-") as copy:
        for block in file.chunks():
            copy.write(block)
        copy.flush()
        return in_file(sheet, Path(copy.name), most)


def in_file(sheet: Sheet, path: Path, most: int = ROWS_MOST) -> Given:
    """A table out of a file; its kind is told by its content, never by its name."""

    def fits(headings: Sequence[str]) -> Fit:
        return match_headings(sheet, headings).fit

    layout = readers.inspect(path, fits)
    matching = match_headings(sheet, layout.headings)
    matching.require()
    lines, flaws = [], []
    for line in readers.lines(path, layout):
        lines.append((line.number, line.cells))
        flaws += [
            RowProblem(line.number, layout.headings[place], line.cells[place][:40], flaw)
            for place, flaw in (line.flaws or {}).items()
        ]
        _require_few(len(lines), most)
    return _read(sheet, matching.columns, lines, flaws, most)


def _cut(text: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows of a pasted text, cut at the sign that its first row is cut at."""
    rows = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not rows:
        return
    first = rows[0][1]
    delimiter = next((sign for sign in _DELIMITERS if sign in first), None)
    for number, line in rows:
        cells = next(csv.reader([line], delimiter=delimiter)) if delimiter else line.split()
        yield number, [cell.strip() for cell in cells]


def _read(
    sheet: Sheet,
    columns: Mapping[str, int],
    lines: Iterable[tuple[int, list[str]]],
    flaws: Sequence[RowProblem] = (),
    most: int = ROWS_MOST,
) -> Given:
    rows: list[Row] = []
    problems = list(flaws)
    kept = [column.name for column in sheet.columns if column.name in columns]
    texts = ["\t".join(kept)]
    for number, cells in lines:
        read = {name: cells[columns[name]] if columns[name] < len(cells) else "" for name in kept}
        values, wrong = sheet.read(read)
        rows.append(Row(number, values))
        problems += [_placed(sheet, number, one) for one in wrong]
        texts.append("\t".join(" ".join(read[name].split()) for name in kept))
        _require_few(len(rows), most)
    if not rows:
        raise _empty()
    problems.sort(key=lambda one: one.row)
    return Given(tuple(rows), tuple(problems), "\n".join(texts))


def _placed(sheet: Sheet, number: int, wrong: CellProblem) -> RowProblem:
    return RowProblem(number, wrong.column, wrong.found[:40], wrong.problem)


def _require_few(count: int, most: int) -> None:
    if count > most:
        raise refuse(
            "table.rows",
            N_("The table has more than %(most)d rows."),
            N_("Use the command line for larger tables."),
            most=most,
        )


def _empty() -> Refused:
    return refuse(
        "table.empty",
        N_("The table holds no row."),
        N_("Paste rows from a spreadsheet, or upload the filled-in template."),
    )


def packed(given: Given) -> str:
    """The table as it stands in a link; empty when it is too large for one."""
    text = base64.urlsafe_b64encode(zlib.compress(given.text.encode(), 9)).decode().rstrip("=")
    return text if len(text) <= LINK_MOST else ""


def unpacked(link: str) -> str:
    """The text of a table out of a link."""
    try:
        data = base64.b64decode(link + "=" * (-len(link) % 4), altchars=b"-_", validate=True)
        opener = zlib.decompressobj()
        # Bounded: a short link could unfold into a flood.
        text = opener.decompress(data, UNPACKED_MOST)
        if not opener.eof:
            raise ValueError("the packed table does not end")
        return text.decode()
    except (binascii.Error, ValueError, zlib.error) as error:
        raise refuse(
            "table.link",
            N_("The table in this link cannot be read: the link is damaged or was cut off."),
            N_("Copy the whole link again, or paste the table itself."),
        ) from error
