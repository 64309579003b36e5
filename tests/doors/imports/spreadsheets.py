"""Files as people and other programs make them, for the readers to read."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

from zhiheng.doors.imports.readers.layout import Fit

HEADINGS = ("编号", "名称", "数值")


def fits(cells: Sequence[str]) -> Fit:
    """Headings that a test knows."""
    known = sum(cell.strip("*") in HEADINGS for cell in cells)
    return Fit(known == len(HEADINGS), known)


def csv_text(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


def csv_file(
    path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8", delimiter: str = ","
) -> Path:
    path.write_bytes(csv_text(rows, delimiter).encode(encoding))
    return path


def xlsx_file(path: Path, rows: Sequence[Sequence[object]], title: str = "数据") -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = title
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path
