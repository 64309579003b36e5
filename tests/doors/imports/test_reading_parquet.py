"""Parquet: typed columns become the text that a person would have typed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.doors.imports.spreadsheets import HEADINGS, fits
from zhiheng.doors.imports import readers
from zhiheng.kernel.errors import Refused


def parquet(path: Path, **columns: object) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_every_type(tmp_path: Path) -> None:
    path = parquet(
        tmp_path / "a",
        编号=pa.array(["a", None, "c"]).dictionary_encode(),
        名称=[datetime(2004, 6, 30), datetime(2004, 6, 30, 1, 2), None],
        数值=[1.0, float("nan"), 2.5],
        day=[date(2026, 1, 1)] * 3,
        amount=[Decimal("1.50")] * 3,
        truth=[True, False, None],
    )
    layout = readers.inspect(path, fits)
    rows = [line.cells for line in readers.lines(path, layout)]
    assert layout.total == 3
    assert rows == [
        ["a", "2004-06-30", "1", "2026-01-01", "1.50", "TRUE"],
        ["", "2004-06-30 01:02:00", "", "2026-01-01", "1.50", "FALSE"],
        ["c", "", "2.5", "2026-01-01", "1.50", ""],
    ]


def test_lists_are_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a", 编号=[["1"]], 名称=["a"], 数值=["1"])
    with pytest.raises(Refused) as caught:
        readers.inspect(path, fits)
    assert caught.value.problems[0].code == "file.nested"


def test_no_rows_and_too_many_columns(tmp_path: Path) -> None:
    empty = parquet(tmp_path / "a", **{heading: pa.array([], pa.string()) for heading in HEADINGS})
    wide = parquet(tmp_path / "b", **{f"c{n}": ["x"] for n in range(1000)})
    for path, code in ((empty, "file.empty"), (wide, "file.columns")):
        with pytest.raises(Refused) as caught:
            readers.inspect(path, fits)
        assert caught.value.problems[0].code == code


def test_a_damaged_page_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a", 编号=[str(n) for n in range(5000)], 名称=["a"] * 5000, 数值=["1"] * 5000)
    data = bytearray(path.read_bytes())
    data[20:400] = bytes(380)
    path.write_bytes(bytes(data))
    with pytest.raises(Refused) as caught:
        list(readers.lines(path, readers.inspect(path, fits)))
    assert caught.value.problems[0].code == "file.damaged"
