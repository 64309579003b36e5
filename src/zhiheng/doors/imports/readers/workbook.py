"""xlsx workbooks: openpyxl tells how they are built and which cells are days, the rows are streamed.

The first worksheet that has the headings is read. A formula is refused with its place: what it
shows depends on the program that last computed it. A number that Excel rounded is refused: a
code typed without being marked as text loses its last digits.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from defusedxml import DefusedXmlException
from openpyxl.packaging.manifest import Manifest
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.datetime import from_excel
from openpyxl.xml.constants import SHARED_STRINGS

from zhiheng.doors.imports.readers import sheetxml
from zhiheng.doors.imports.readers.archive import check_archive
from zhiheng.doors.imports.readers.delimited import LOST
from zhiheng.doors.imports.readers.kinds import XLSX
from zhiheng.doors.imports.readers.layout import (
    CELL_MOST,
    COLUMNS_MOST,
    HEADER_WITHIN,
    Fit,
    Fits,
    Layout,
    Line,
    best_header,
    cell_too_long,
    damaged,
    empty_file,
    too_many_columns,
    trimmed,
)
from zhiheng.doors.imports.readers.strings import TextsOnDisk
from zhiheng.doors.imports.readers.values import cell_text
from zhiheng.kernel.errors import N_, Problem, Refused

_EXACT_BELOW: Final = 1e15
_BROKEN: Final = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError, RuntimeError, EOFError,
    OSError, zipfile.BadZipFile, zlib.error, ParseError, ExpatError, DefusedXmlException,
)  # fmt: skip


class _Structure(ExcelReader):
    """What openpyxl reads of a workbook, without its rows and texts, which may not fit in memory."""

    package: Manifest
    parser: Any
    wb: Any

    def read(self) -> None:
        """Read how the workbook is built."""
        self.read_manifest()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)

    def worksheets(self) -> list[tuple[str, str]]:
        """Titles and parts of the worksheets that can be seen, then of the hidden ones."""
        found = [
            (sheet.state != "visible", sheet.name, rel.target)
            for sheet, rel in self.parser.find_sheets()
            if "chartsheet" not in rel.Type and rel.target in self.valid_files
        ]
        return [(title, part) for _, title, part in sorted(found, key=lambda one: one[0])]

    def texts_part(self) -> str:
        """The part that holds the shared texts, if there is one."""
        part = self.package.find(SHARED_STRINGS)
        return part.PartName[1:] if part is not None else ""


@dataclass(frozen=True, slots=True)
class _Workbook:
    archive: zipfile.ZipFile
    sheets: list[tuple[str, str]]
    texts: TextsOnDisk
    days: frozenset[int]
    spans: frozenset[int]
    epoch: datetime

    def lines(self, part: str) -> Iterator[Line]:
        """The rows of a worksheet that hold anything."""
        with self.archive.open(part) as source:
            for number, cells in sheetxml.rows(source):
                line = self._line(number, cells)
                if any(line.cells) or line.flaws:
                    yield line

    def _line(self, number: int, raw: list[sheetxml.RawCell]) -> Line:
        width = max((cell[0] for cell in raw), default=-1) + 1
        if width > COLUMNS_MOST:
            raise too_many_columns(width)
        cells = [""] * width
        flaws: dict[int, Problem] = {}
        for column, kind, style, text, formula in raw:
            if formula or kind == "e":
                flaws[column] = _FORMULA if formula else _ERROR
                cells[column] = text.strip()
                continue
            value = self._value(kind, style, text)
            if isinstance(value, Problem):
                flaws[column], value = value, text
            elif len(value) > CELL_MOST:
                flaws[column], value = cell_too_long(len(value)), value[:CELL_MOST]
            elif "\ufffd" in value:
                flaws[column] = LOST
            cells[column] = value
        return Line(number, cells, flaws or None)

    def _value(self, kind: str, style: int, text: str) -> str | Problem:
        if kind == "s":
            return _unquoted(self.texts[int(text)].strip())
        if kind in {"str", "inlineStr"}:
            return _unquoted(text.strip())
        if kind == "b":
            return "TRUE" if text.strip() == "1" else "FALSE"
        if kind == "d":
            return cell_text(datetime.fromisoformat(text.strip()))
        if style in self.days:
            return self._day(style, float(text))
        return _number(text)

    def _day(self, style: int, serial: float) -> str | Problem:
        try:
            return cell_text(from_excel(serial, self.epoch, timedelta=style in self.spans))
        except (OverflowError, ValueError):
            return Problem(
                "cell.serial",
                N_("The cell is shown as a day, but holds the number %(found)s."),
                {"found": format(serial, "g")},
                N_("Type the day again, for example 2026-03-02."),
            )


def _unquoted(text: str) -> str:
    # An export of ours put the quote there, to keep the cell from being a formula.
    return text[1:].strip() if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@", "\t", "\r"} else text


def _number(text: str) -> str | Problem:
    if text.isdigit():
        return text
    number = float(text)
    if abs(number) >= _EXACT_BELOW and "E" in text.upper():
        return _ROUNDED
    return cell_text(number)


@contextmanager
def _opened(path: Path) -> Iterator[_Workbook]:
    try:
        # As an open file: openpyxl judges a path by its ending, and a stored copy has none.
        with path.open("rb") as file:
            structure = _Structure(file, read_only=True, keep_links=False)
            archive = structure.archive
            structure.read()
            part = structure.texts_part()
            with TextsOnDisk(_texts(archive, part)) as texts:
                workbook = structure.wb
                yield _Workbook(
                    archive,
                    structure.worksheets(),
                    texts,
                    frozenset(workbook._date_formats),
                    frozenset(workbook._timedelta_formats),
                    workbook.epoch,
                )
    except Refused:
        raise
    except _BROKEN as error:
        raise damaged("xlsx", error) from error


def _texts(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    if part in archive.namelist():
        with archive.open(part) as source:
            yield from sheetxml.texts(source)


def inspect(path: Path, fits: Fits) -> Layout:
    """How this workbook is read: from the first worksheet that has the headings."""
    check_archive(path)
    best: tuple[Fit, str, int, list[str]] | None = None
    refused: Refused | None = None
    with _opened(path) as workbook:
        titles = [title for title, _ in workbook.sheets]
        for title, part in workbook.sheets:
            rows = [(line.number, line.cells) for line in islice(workbook.lines(part), HEADER_WITHIN)]
            if not rows:
                continue
            try:
                fit, number, cells = best_header(rows, fits)
            except Refused as found:
                refused = refused or found
                continue
            if best is None or fit > best[0]:
                best = (fit, title, number, trimmed(cells))
            if fit.complete:
                break
    if best is None:
        raise refused or empty_file()
    _, title, number, cells = best
    return Layout(
        kind=XLSX, headings=tuple(cells), header=number, worksheet=title, notes=_others_left(title, titles)
    )


def _others_left(title: str, titles: list[str]) -> tuple[Problem, ...]:
    others = [other for other in titles if other != title]
    if not others:
        return ()
    return (
        Problem(
            "file.worksheets",
            N_("Only the worksheet “%(title)s” is read, not: %(others)s."),
            {"title": title, "others": "、".join(others)[:200]},
            N_("Save another worksheet as a file of its own to import it too."),
        ),
    )


def lines(path: Path, layout: Layout) -> Iterator[Line]:
    """The rows below the headings that hold anything."""
    width = len(layout.headings)
    with _opened(path) as workbook:
        part = dict(workbook.sheets)[layout.worksheet]
        for line in workbook.lines(part):
            if line.number > layout.header:
                cells = line.cells
                if len(cells) < width:
                    cells += [""] * (width - len(cells))
                yield line if len(cells) == width else _cut(line, width)


def _cut(line: Line, width: int) -> Line:
    beyond = [cell for cell in line.cells[width:] if cell]
    flaws = {place: flaw for place, flaw in (line.flaws or {}).items() if place < width}
    if beyond:
        flaws[0] = Problem(
            "row.beyond",
            N_("Beside the last heading stands “%(found)s”, in a column without a heading."),
            {"found": beyond[0][:60]},
            N_("Give the column a heading, or empty it."),
        )
    return Line(line.number, line.cells[:width], flaws or None)


_FORMULA: Final = Problem(
    "cell.formula",
    N_("The cell holds a formula, and a formula is not a fact."),
    remedy=N_("Copy the column and paste it as values."),
)
_ERROR: Final = Problem(
    "cell.excel_error",
    N_("The cell holds an error of Excel."),
    remedy=N_("Type the value that belongs there, or empty the cell."),
)
_ROUNDED: Final = Problem(
    "cell.rounded",
    N_("The cell holds a number of more than 15 digits, which Excel has rounded."),
    remedy=N_("Mark the column as text, then type the code again."),
)
