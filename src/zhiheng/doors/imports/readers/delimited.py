"""Text files with delimiters: CSV as Excel, WPS and statistics programs write it.

The encoding is proved on the whole file, not on its beginning: a file is read in the one encoding
in which every byte has a meaning. Nothing is read with replacement signs.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from zhiheng.doors.imports.readers.kinds import TEXT, unknown
from zhiheng.doors.imports.readers.layout import (
    CELL_MOST,
    HEADER_WITHIN,
    LINE_MOST,
    ROWS_MOST,
    Fits,
    Layout,
    Line,
    best_header,
    cell_too_long,
    empty_file,
    no_headings,
    too_many_rows,
    trimmed,
)
from zhiheng.kernel.errors import N_, Problem, Refused, refuse

DELIMITERS: Final = (",", ";", "\t")
_BLOCK: Final = 1 << 20
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# GBK is a part of GB 18030, so a file in either is read rightly as GB 18030.
_GUESSES: Final = ("utf-8", "gb18030")
_QUOTED_LEAD: Final = frozenset("=+-@\t\r")
_FIELD_MOST: Final = 4 * CELL_MOST
csv.field_size_limit(_FIELD_MOST)  # the module keeps one limit for the whole process


def inspect(path: Path, fits: Fits) -> Layout:
    """How this text file is read."""
    encoding = encoding_of(path)
    found, problem = [], no_headings([])
    for delimiter in DELIMITERS:
        first = islice(_records(path, encoding, delimiter), HEADER_WITHIN)
        rows = [(number, [cell.strip() for cell in record]) for number, record in first]
        if not rows:
            raise empty_file()
        try:
            found.append((*best_header(rows, fits), delimiter))
        except Refused as refused:
            problem = refused
            if refused.problems[0].code != "file.headings":
                raise
    if not found:
        raise problem
    _, header, cells, delimiter = max(found, key=lambda one: one[0])
    return Layout(
        kind=TEXT,
        headings=tuple(trimmed(cells)),
        header=header,
        encoding=encoding,
        delimiter=delimiter,
        total=_count(path, encoding, delimiter, header),
    )


def lines(path: Path, layout: Layout) -> Iterator[Line]:
    """The rows below the headings; blank rows are passed over."""
    width = len(layout.headings)
    for number, cells in _records(path, layout.encoding, layout.delimiter):
        if number > layout.header:
            yield _line(number, list(map(str.strip, cells)), width)


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered records that are not blank, as they stand in the file."""
    with path.open(encoding=encoding, newline="") as file:
        number = 0
        try:
            for number, record in enumerate(csv.reader(file, delimiter=delimiter), 1):
                joined = "".join(record)
                if joined and not joined.isspace():
                    yield number, record
        except csv.Error as error:
            raise _broken(number + 1, error) from error


def _broken(number: int, error: csv.Error) -> Refused:
    return refuse(
        "file.quotes",
        N_("From row %(row)d on the file cannot be cut into cells (%(why)s)."),
        N_("A quotation mark is opened there and never closed: mend the row, or save the file as xlsx."),
        row=number,
        why=str(error)[:80],
    )


def _count(path: Path, encoding: str, delimiter: str, header: int) -> int:
    count = 0
    for number, _ in _records(path, encoding, delimiter):
        count += number > header
        if count > ROWS_MOST:
            raise too_many_rows()
    return count


def _line(number: int, cells: list[str], width: int) -> Line:
    if len(cells) != width:
        beyond = trimmed(cells)[width:]
        cells = cells[:width] + [""] * (width - len(cells))
        if beyond:
            return Line(number, cells, {0: _too_wide(width + len(beyond), width)})
    # One look at the whole row: almost no row needs a look at each cell.
    joined = "\x1f".join(cells)
    plain = "\x1f=" not in joined and "\x1f'" not in joined and joined[0] not in "='"
    if plain and "\ufffd" not in joined and len(joined) <= CELL_MOST:
        return Line(number, cells)
    flaws = {}
    for place, cell in enumerate(cells):
        problem = _flaw(cell)
        if problem:
            flaws[place] = problem
            cells[place] = cell[:CELL_MOST]
        elif cell[:1] == "'" and cell[1:2] in _QUOTED_LEAD:
            cells[place] = cell[1:].strip()  # an export of ours: the quote kept the cell from being a formula
    return Line(number, cells, flaws or None)


def _flaw(cell: str) -> Problem | None:
    if cell[:1] == "=":
        return _FORMULA
    if "\ufffd" in cell:
        return LOST
    if len(cell) > CELL_MOST:
        return cell_too_long(len(cell))
    return None


def _too_wide(found: int, width: int) -> Problem:
    return Problem(
        "row.too_wide",
        N_("The row has %(found)d cells, but there are %(width)d headings."),
        {"found": found, "width": width},
        N_("A cell with a comma in it needs quotation marks around it."),
    )


_FORMULA: Final = Problem(
    "cell.formula",
    N_("The cell begins with “=”: it is a formula, and a formula is not a fact."),
    remedy=N_("Put its value there instead of the formula."),
)
LOST: Final = Problem(
    "cell.lost",
    N_("A character was lost when the file was saved: the cell holds “�”."),
    remedy=N_("Save the file again as UTF-8 from the program it comes from, or as xlsx."),
)


# ---- encoding -------------------------------------------------------------------------------


def encoding_of(path: Path) -> str:
    """The encoding in which the whole file can be read."""
    with path.open("rb") as file:
        head = file.read(4)
    if head in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        raise unknown("UTF-32")
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    failures = []
    for encoding in (marked,) if marked else _GUESSES:
        failed = _undecodable(path, encoding)
        if failed is None:
            return encoding
        failures.append((failed, encoding))
    at, encoding = max(failures)
    raise refuse(
        "file.encoding",
        N_("The text cannot be read: byte %(byte)d has no meaning in %(encoding)s."),
        N_("Save the file as “CSV UTF-8” or as xlsx."),
        byte=at + 1,
        encoding="UTF-8, GB 18030" if not marked else encoding,
    )


def _undecodable(path: Path, encoding: str) -> int | None:
    """The first byte that has no meaning in this encoding; none when the file is right."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    read, open_line = 0, 0
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            if encoding != "utf-16" and b"\x00" in block:
                raise unknown("binary")
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return max(read + error.start, 0)
            if not block:
                return None
            if "\x00" in text:
                raise unknown("binary")
            open_line = _check_lines(text, open_line)
            read += len(block)


def _check_lines(text: str, open_line: int) -> int:
    """The length of the line that is still open at the end of this block; an endless line is refused."""
    last = max(text.rfind("\n"), text.rfind("\r"))
    open_line = len(text) - last - 1 if last >= 0 else open_line + len(text)
    if open_line > LINE_MOST:
        raise refuse(
            "file.line",
            N_("A line of the file has more than %(most)d characters."),
            N_("Look whether this is the right file: a table has one row a line."),
            most=LINE_MOST,
        )
    return open_line
