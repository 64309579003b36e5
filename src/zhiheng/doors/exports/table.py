"""A list on its way out, in any of three forms. Rows are taken one by one; nothing is held.

Text that a spreadsheet would take for a formula gets a quotation mark before it, as OWASP advises;
our own import takes it away again. A list that is cut says so in the file itself, and before the
file in a header when the number of rows is known. This module refuses to read the database.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

Kind = Literal["text", "integer", "number", "day", "moment", "truth"]
Form = Literal["csv", "xlsx", "parquet"]
FORMS: Final[dict[Form, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
CUT_HEADER: Final = "X-Zhiheng-Cut"
XLSX_ROWS_MOST: Final = 1_048_575
XLSX_CELL_MOST: Final = 32_767
_BATCH: Final = 5000
_FORMULA_LEAD: Final = frozenset("=+-@\t\r")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?|[+-]+")
_NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A heading and what stands below it."""

    heading: str
    kind: Kind = "text"


@dataclass(slots=True)
class Table:
    """A list: its columns and its rows, which can be walked through once.

    `total` is how many rows there are to be had, where that is known; `limit` how many are given.
    `notes` say of what the numbers speak; a workbook carries them on a sheet of their own.
    """

    name: str
    title: str
    columns: tuple[ExportColumn, ...]
    rows: Iterable[tuple[object, ...]]
    limit: int | None = None
    total: int | None = None
    notes: tuple[str, ...] = ()
    written: int = 0
    cut: bool = False

    def taken(self, most: int | None = None) -> Iterator[tuple[object, ...]]:
        """The rows up to the limit; afterwards `cut` tells whether there would have been more."""
        limits = [limit for limit in (self.limit, most) if limit is not None]
        limit = min(limits) if limits else None
        for row in self.rows:
            if limit is not None and self.written >= limit:
                self.cut = True
                return
            self.written += 1
            yield row

    def cut_text(self) -> str:
        """What the file says about its length when it is cut; empty when it is whole."""
        if not self.cut:
            return ""
        if self.total is None:
            return _("This list is cut: only the first %(written)d rows are in it.") % {
                "written": self.written
            }
        return _("This list is cut: only the first %(written)d of %(total)d rows are in it.") % {
            "written": self.written,
            "total": self.total,
        }

    def headers(self) -> dict[str, str]:
        """HTTP headers that say beforehand that the list will be cut."""
        if self.limit is None or self.total is None or self.total <= self.limit:
            return {}
        return {CUT_HEADER: f"rows={self.limit}; total={self.total}"}


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula; numbers, and signs alone, stay as they are."""
    leads = text[:1] in _FORMULA_LEAD or text.lstrip()[:1] in _FORMULA_LEAD
    return f"'{text}" if leads and not _PLAIN_NUMBER.fullmatch(text) else text


def as_text(value: object) -> str:
    """A value as a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def csv_bytes(table: Table) -> Iterator[bytes]:
    """The list as CSV in UTF-8 with a byte order mark, which Excel needs, block by block."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([harmless(column.heading) for column in table.columns])
    for number, row in enumerate(table.taken(), 1):
        writer.writerow([as_text(value) for value in row])
        if number % _BATCH == 0:
            yield _emptied(buffer)
    if cut := table.cut_text():
        writer.writerow([cut])
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return data


def write(table: Table, target: Path | IO[bytes], form: Form) -> None:
    """Write the list into a file."""
    if form == "xlsx":
        _write_xlsx(table, target)
    elif form == "parquet":
        _write_parquet(table, target)
    elif isinstance(target, Path):
        with target.open("wb") as file:
            file.writelines(csv_bytes(table))
    else:
        target.writelines(csv_bytes(table))


def _write_xlsx(table: Table, target: Path | IO[bytes]) -> None:
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(_sheet_title(table.title))
    sheet.freeze_panes = "A2"
    for place, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = min(max(12, 2 * len(column.heading)), 40)
    sheet.append([_heading(sheet, column.heading) for column in table.columns])
    for row in table.taken(XLSX_ROWS_MOST):
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    notes = [text for text in (table.cut_text(), *table.notes) if text]
    if notes:
        note: Any = book.create_sheet(_("Note"))
        note.column_dimensions["A"].width = 100
        for text in notes:
            note.append([_xlsx_cell(note, text)])
    book.save(target)


def _sheet_title(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", title).strip()[:31] or "1"


def _heading(sheet: Any, heading: str) -> Any:
    cell = WriteOnlyCell(sheet, harmless(heading))
    cell.font = Font(bold=True)
    return cell


def _xlsx_cell(sheet: Any, value: object) -> object:
    if isinstance(value, str):
        text = harmless(_NOT_IN_XML.sub("\ufffd", value))[:XLSX_CELL_MOST]
        if text[:1] != "=":
            return text
        cell = WriteOnlyCell(sheet, text)
        cell.data_type = "s"
        return cell
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if value is None or isinstance(value, bool | int | float | Decimal | date):
        return value
    return str(value)


_ARROW: Final[dict[Kind, Any]] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "day": pa.date32(),
    "moment": pa.timestamp("us", tz="UTC"),
    "truth": pa.bool_(),
}


def _write_parquet(table: Table, target: Path | IO[bytes]) -> None:
    schema = pa.schema([(column.heading, _ARROW[column.kind]) for column in table.columns])
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        batch: list[tuple[object, ...]] = []
        for row in table.taken():
            batch.append(row)
            if len(batch) == _BATCH:
                writer.write_batch(_record_batch(batch, table.columns, schema))
                batch = []
        if batch or not table.written:
            writer.write_batch(_record_batch(batch, table.columns, schema))
        if cut := table.cut_text():
            writer.add_key_value_metadata({"zhiheng.cut": cut})


def _record_batch(batch: list[tuple[object, ...]], columns: tuple[ExportColumn, ...], schema: Any) -> Any:
    arrays = []
    for place, column in enumerate(columns):
        values = [_arrow_value(row[place], column.kind) for row in batch]
        arrays.append(pa.array(values, type=_ARROW[column.kind]))
    return pa.record_batch(arrays, schema=schema)


def _arrow_value(value: object, kind: Kind) -> object:
    if value is None or (value == "" and kind != "text"):
        return None
    if kind == "text":
        return value if isinstance(value, str) else as_text(value)
    if kind == "number":
        return float(str(value))
    return value
