"""CSV as Excel, WPS and other programs write it, and everything that is not CSV."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors.imports.spreadsheets import HEADINGS, csv_file, csv_text, fits
from zhiheng.doors.imports import readers
from zhiheng.doors.imports.readers.layout import COLUMNS_MOST, Line
from zhiheng.kernel.errors import Refused

ROWS = [HEADINGS, ("1", "车用尿素", "0.5"), ("2", "机油，柴油", "-3")]


def read(path: Path) -> list[Line]:
    return list(readers.lines(path, readers.inspect(path, fits)))


def refused(path: Path) -> str:
    with pytest.raises(Refused) as caught:
        readers.inspect(path, fits)
    return caught.value.problems[0].code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = csv_file(tmp_path / "a.xlsx", ROWS, encoding, delimiter)
    assert [line.cells for line in read(path)] == [list(row) for row in ROWS[1:]]
    assert [line.number for line in read(path)] == [2, 3]
    assert readers.inspect(path, fits).total == 2


def test_characters_beyond_gbk(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", [HEADINGS, ("1", "𠮷野㐂", "1")], "gb18030")
    assert read(path)[0].cells[1] == "𠮷野㐂"


def test_the_whole_file_decides_the_encoding(tmp_path: Path) -> None:
    """A file that is UTF-8 for its first 300 kB and GBK afterwards is in neither encoding."""
    path = tmp_path / "a.csv"
    first = csv_text([HEADINGS, *[(str(n), "ascii only", "1") for n in range(20_000)]]).encode()
    path.write_bytes(first + "20001,机油,1\n".encode("gbk") + "20002,机油,1\n".encode())
    assert refused(path) == "file.encoding"


def test_ascii_first_and_gbk_late_is_gbk(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    body = csv_text([HEADINGS, *[(str(n), "ascii", "1") for n in range(20_000)], ("x", "机油", "1")])
    path.write_bytes(body.encode("gbk"))
    assert read(path)[-1].cells[1] == "机油"


@pytest.mark.parametrize("encoding", ["latin-1", "big5", "shift-jis", "utf-32"])
def test_a_wrong_encoding_never_passes_as_right(tmp_path: Path, encoding: str) -> None:
    text = {"latin-1": "numéro,désignation,valeur\n1,ä,2\n", "shift-jis": "番号,なまえ,値\n1,ﾅﾏｴ,2\n"}.get(
        encoding, "編號,名稱,數值\n1,機油,2\n"
    )
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    assert refused(path) in {"file.encoding", "file.headings", "file.kind"}


def test_a_title_above_the_headings(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", [("附件1", "", ""), ("", "", ""), *ROWS])
    assert [line.number for line in read(path)] == [4, 5]


def test_blank_rows_are_passed_over_and_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号,名称,数值\n\n1,a,2\n , ,\n2,b,3\n", encoding="utf-8")
    assert [(line.number, line.cells[0]) for line in read(path)] == [(3, "1"), (5, "2")]


def test_line_breaks_in_cells(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", [HEADINGS, ("1", "第一行\n第二行", "3")])
    assert read(path)[0].cells[1] == "第一行\n第二行"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(tmp_path: Path, end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(end.join(["编号,名称,数值", "1,a,2", "2,b,3"]).encode())
    assert len(read(path)) == 2


@pytest.mark.parametrize("content", [b"", b"\n\n \r\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert refused(path) == "file.empty"


def test_a_thousand_columns(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", [[*HEADINGS, *map(str, range(1000))], ["1"] * 1003])
    assert refused(path) == "file.columns"
    path = csv_file(
        tmp_path / "b.csv", [[*HEADINGS, *map(str, range(COLUMNS_MOST - 3))], ["1"] * COLUMNS_MOST]
    )
    assert len(read(path)[0].cells) == COLUMNS_MOST


def test_no_headings(tmp_path: Path) -> None:
    assert refused(csv_file(tmp_path / "a.csv", [("甲", "乙"), ("1", "2")])) == "file.headings"


@pytest.mark.parametrize("cell", ['=HYPERLINK("http://x","y")', "=1+1", "=cmd|' /C calc'!A0", " =2"])
def test_a_formula_is_refused_with_its_place(tmp_path: Path, cell: str) -> None:
    line = read(csv_file(tmp_path / "a.csv", [HEADINGS, ("1", cell, "2")]))[0]
    assert line.flaws is not None
    assert {place: problem.code for place, problem in line.flaws.items()} == {1: "cell.formula"}


@pytest.mark.parametrize("cell", ["-", "-3.5", "+86 571", "@张三", "—", "-40℃"])
def test_signs_alone_are_text(tmp_path: Path, cell: str) -> None:
    line = read(csv_file(tmp_path / "a.csv", [HEADINGS, (cell, cell, cell)]))[0]
    assert line == Line(2, [cell] * 3)


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-1+1", "@SUM(A1)"])
def test_the_quote_of_our_own_exports_is_taken_away(tmp_path: Path, cell: str) -> None:
    line = read(csv_file(tmp_path / "a.csv", [HEADINGS, (f"'{cell}", f"'{cell}", "'s-Hertogenbosch")]))[0]
    assert line.cells == [cell, cell, "'s-Hertogenbosch"]
    assert line.flaws is None


def test_a_lost_character_is_named(tmp_path: Path) -> None:
    line = read(csv_file(tmp_path / "a.csv", [HEADINGS, ("1", "机\ufffd油", "2")]))[0]
    assert line.flaws is not None
    assert line.flaws[1].code == "cell.lost"


def test_more_cells_than_headings(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号,名称,数值\n1,a,2,,\n2,机油,柴油,3\n3\n", encoding="utf-8")
    whole, wide, short = read(path)
    assert whole.flaws is None
    assert wide.flaws is not None
    assert wide.flaws[0].code == "row.too_wide"
    assert short == Line(4, ["3", "", ""])


def test_a_quotation_mark_that_is_never_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('编号,名称,数值\n1,"a,2\n' + "2,b,3\n" * 40_000, encoding="utf-8")
    assert refused(path) == "file.quotes"


def test_a_line_without_end(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号,名称,数值\n" + "x" * 9_000_000, encoding="utf-8")
    assert refused(path) == "file.line"


def test_a_huge_cell(tmp_path: Path) -> None:
    line = read(csv_file(tmp_path / "a.csv", [HEADINGS, ("1", "x" * 40_000, "2")]))[0]
    assert line.flaws is not None
    assert line.flaws[1].code == "cell.too_long"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file.old_xls"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900) + "EncryptedPackage".encode("utf-16-le"),
            "file.encrypted",
        ),
        (b"%PDF-1.7\n", "file.kind"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "file.web_page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "file.web_page"),
        (b"\x1f\x8b\x08\x00abc", "file.kind"),
        (b"PK\x03\x04not a zip file at all", "file.damaged"),
        (bytes(range(256)) * 20, "file.kind"),
        ("编号,名称,数值\n1,a\x00b,2\n".encode(), "file.kind"),
        (b"PAR1 but nothing else", "file.damaged"),
    ],
)
def test_what_is_no_table_says_how_to_save_it(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "spot-checks.csv"
    path.write_bytes(content)
    assert refused(path) == code


def test_the_layout_survives_being_stored(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", ROWS, "gbk", ";")
    layout = readers.inspect(path, fits)
    assert type(layout).from_json(layout.to_json(), layout.total) == layout
