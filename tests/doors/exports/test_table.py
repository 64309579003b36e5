"""Lists out: the same content in three forms, safe to open, and honest when cut."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from zhiheng.doors.exports.table import CUT_HEADER, ExportColumn, Form, Table, csv_bytes, harmless, write
from zhiheng.doors.imports import readers
from zhiheng.doors.imports.readers import delimited
from zhiheng.doors.imports.readers.layout import Fit

COLUMNS = (
    ExportColumn("名称"),
    ExportColumn("数量", "integer"),
    ExportColumn("数值", "number"),
    ExportColumn("日期", "day"),
    ExportColumn("时刻", "moment"),
    ExportColumn("是否", "truth"),
)
ROW = ("车用尿素", 3, 0.5, date(2026, 3, 2), datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC), True)
EMPTY = (None, None, None, None, None, None)


def table(rows: Iterator[tuple[object, ...]] | list[tuple[object, ...]], **more: int) -> Table:
    return Table("list", "清单", COLUMNS, rows, **more)


def as_csv(one: Table) -> list[list[str]]:
    data = b"".join(csv_bytes(one))
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv() -> None:
    found = as_csv(table([ROW, EMPTY]))
    assert found[1] == ["车用尿素", "3", "0.5", "2026-03-02", "2026-03-02T01:02:03+00:00", "TRUE"]
    assert found[2] == [""] * 6


def test_xlsx_and_parquet_keep_types(tmp_path: Path) -> None:
    write(table([ROW, EMPTY]), tmp_path / "a.xlsx", "xlsx")
    cells = [cell.value for cell in load_workbook(tmp_path / "a.xlsx").worksheets[0][2]]
    assert cells == ["车用尿素", 3, 0.5, datetime(2026, 3, 2), datetime(2026, 3, 2, 1, 2, 3), True]
    write(table([ROW, EMPTY]), tmp_path / "a.parquet", "parquet")
    assert [tuple(row.values()) for row in pq.read_table(tmp_path / "a.parquet").to_pylist()] == [ROW, EMPTY]


def test_an_empty_list_has_its_headings(tmp_path: Path) -> None:
    for form in ("csv", "xlsx", "parquet"):
        write(table([]), tmp_path / form, form)  # type: ignore[arg-type]
    assert (tmp_path / "csv").read_text(encoding="utf-8-sig").strip() == "名称,数量,数值,日期,时刻,是否"
    assert pq.read_table(tmp_path / "parquet").num_rows == 0
    assert load_workbook((tmp_path / "xlsx").open("rb")).worksheets[0].max_row == 1


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "-2+3+cmd|' /C calc'!A0"]
)
def test_formulas_are_made_harmless(tmp_path: Path, text: str) -> None:
    assert as_csv(table([(text, *ROW[1:])]))[1][0] == f"'{text}"
    write(table([(text, *ROW[1:])]), tmp_path / "a.xlsx", "xlsx")
    cell = load_workbook(tmp_path / "a.xlsx").worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")


@pytest.mark.parametrize("text", ["-", "-3.5", "+5", "—", "-40", "1,234", "合格"])
def test_numbers_and_signs_stay(text: str) -> None:
    assert harmless(text) == text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufffd"), max_size=30))
def test_what_goes_out_comes_in_again(text: str) -> None:
    """A cell that was exported is imported as it was, but for the blanks at its ends."""
    data = b"".join(csv_bytes(Table("x", "x", (ExportColumn("甲"), ExportColumn("乙")), [(text, "1")])))
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    line = delimited._line(2, [cell.strip() for cell in rows[1]], 2)
    assert line.flaws is None
    # A text that itself begins with a quotation mark before a sign loses it: the price of the mark.
    assert line.cells[0] == text.strip() or text.strip()[:1] == "'"


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_a_cut_list_says_so(tmp_path: Path, form: Form) -> None:
    one = table([ROW] * 5, limit=3, total=5)
    assert one.headers() == {CUT_HEADER: "rows=3; total=5"}
    write(one, tmp_path / "a", form)
    assert (one.written, one.cut) == (3, True)
    if form == "csv":
        said = (tmp_path / "a").read_text(encoding="utf-8-sig").splitlines()[-1]
    elif form == "xlsx":
        said = str(load_workbook((tmp_path / "a").open("rb")).worksheets[1]["A1"].value)
    else:
        said = pq.read_metadata(tmp_path / "a").metadata[b"zhiheng.cut"].decode()
    assert "3" in said
    assert "5" in said


def test_a_whole_list_says_nothing(tmp_path: Path) -> None:
    one = table([ROW] * 3, limit=3, total=3)
    assert one.headers() == {}
    assert len(as_csv(one)) == 4
    assert not one.cut


def test_a_long_list_is_not_held(tmp_path: Path) -> None:
    rows = ((f"名称{n}", n, Decimal(n), None, None, None) for n in range(60_000))
    tracemalloc.start()
    for _ in csv_bytes(table(rows)):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def test_an_export_can_be_imported(tmp_path: Path) -> None:
    write(table([ROW]), tmp_path / "a", "xlsx")
    layout = readers.inspect(tmp_path / "a", lambda cells: Fit("名称" in cells, 1))
    (line,) = readers.lines(tmp_path / "a", layout)
    assert line.cells == ["车用尿素", "3", "0.5", "2026-03-02", "2026-03-02 01:02:03", "TRUE"]
