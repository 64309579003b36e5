"""Workbooks: what Excel does to codes and days, formulas, several worksheets, and malice."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.doors.imports.spreadsheets import HEADINGS, fits, xlsx_file
from zhiheng.doors.imports import readers
from zhiheng.doors.imports.readers.layout import Line
from zhiheng.kernel.errors import Refused


def read(path: Path) -> list[Line]:
    return list(readers.lines(path, readers.inspect(path, fits)))


def refused(path: Path) -> str:
    with pytest.raises(Refused) as caught:
        read(path)
    return caught.value.problems[0].code


def one(tmp_path: Path, *cells: object) -> Line:
    return read(xlsx_file(tmp_path / "a.csv", [HEADINGS, cells]))[0]


def changed(path: Path, part: str, old: str, new: str) -> Path:
    """The workbook with a part of it rewritten."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("330106", "330106"),
        (330106.0, "330106"),
        (330106, "330106"),
        (0.1, "0.1"),
        (1e-05, "0.00001"),
        (-3, "-3"),
        (date(2026, 3, 2), "2026-03-02"),
        (datetime(2026, 3, 2), "2026-03-02"),
        (datetime(2026, 3, 2, 8, 30), "2026-03-02 08:30:00"),
        (True, "TRUE"),
        ("  空格  ", "空格"),
        ("第一行\n第二行", "第一行\n第二行"),
        ("-40℃", "-40℃"),
        (None, ""),
    ],
)
def test_values_become_what_a_person_typed(tmp_path: Path, value: object, text: str) -> None:
    assert one(tmp_path, "1", "a", value) == Line(2, ["1", "a", text])


def test_a_formula_is_refused_with_its_place(tmp_path: Path) -> None:
    line = one(tmp_path, "1", "=A1&B1", "2")
    assert line.flaws is not None
    assert {place: problem.code for place, problem in line.flaws.items()} == {1: "cell.formula"}


def test_text_that_begins_with_an_equals_sign_is_text(tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(list(HEADINGS))
    page.append(["1", "x", "2"])
    page["B2"].value = "=not a formula"
    page["B2"].data_type = "s"
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx")[0] == Line(2, ["1", "=not a formula", "2"])


def test_a_code_that_excel_rounded_is_refused(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path / "a.xlsx", [HEADINGS, ("1", "a", 77.0)])
    line = read(changed(path, "xl/worksheets/sheet1.xml", "<v>77</v>", "<v>9.1330106799655058E+17</v>"))[0]
    assert line.flaws is not None
    assert line.flaws[2].code == "cell.rounded"


def test_an_error_of_excel_is_refused(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path / "a.xlsx", [HEADINGS, ("1", "a", 77)])
    path = changed(path, "xl/worksheets/sheet1.xml", 't="n"><v>77</v>', 't="e"><v>#N/A</v>')
    line = read(path)[0]
    assert line.flaws is not None
    assert line.flaws[2].code == "cell.excel_error"


def test_the_first_worksheet_with_the_headings_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "说明"
    first.append(["填表说明"])
    second = book.create_sheet("结果")
    second.append(["附件"])
    second.append(list(HEADINGS))
    second.append(["1", "a", 2])
    book.create_sheet("备用").append(list(HEADINGS))
    book.save(tmp_path / "a.xlsx")
    layout = readers.inspect(tmp_path / "a.xlsx", fits)
    assert (layout.worksheet, layout.header) == ("结果", 2)
    assert layout.notes[0].params["others"] == "说明、备用"
    assert [line.number for line in readers.lines(tmp_path / "a.xlsx", layout)] == [3]


def test_a_wrong_dimension_cuts_nothing(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path / "a.xlsx", [HEADINGS, ("1", "a", "2"), ("2", "b", "3")])
    path = changed(path, "xl/worksheets/sheet1.xml", 'ref="A1:C3"', 'ref="A1"')
    assert [line.cells for line in read(path)] == [["1", "a", "2"], ["2", "b", "3"]]


def test_gaps_and_formatted_blank_rows(tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(list(HEADINGS))
    page["A9"], page["C9"] = "9", "x"
    page.row_dimensions[20].height = 30
    page["B30"].number_format = "@"
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == [Line(9, ["9", "", "x"])]


def test_a_thousand_columns(tmp_path: Path) -> None:
    assert refused(xlsx_file(tmp_path / "a.xlsx", [[*HEADINGS, *range(1000)]])) == "file.columns"


def test_an_empty_workbook(tmp_path: Path) -> None:
    assert refused(xlsx_file(tmp_path / "a.xlsx", [])) == "file.empty"


def test_a_cell_without_a_heading(tmp_path: Path) -> None:
    line = read(xlsx_file(tmp_path / "a.xlsx", [HEADINGS, ("1", "a", "2", "旁注")]))[0]
    assert line.flaws is not None
    assert line.flaws[0].code == "row.beyond"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml"])
def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, part: str) -> None:
    path = xlsx_file(tmp_path / "a.xlsx", [HEADINGS, ("1", "a", "2")])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] += b" " * 60_000_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert path.stat().st_size < 200_000
    assert refused(path) == "file.bomb"


def test_a_size_that_lies_is_found(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path / "a.xlsx", [HEADINGS, *[(str(n), "名" * 20, n) for n in range(2000)]])
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    while b"sheet1.xml" not in data[at : at + 80]:
        at = data.rfind(b"PK\x01\x02", 0, at)
    data[at + 24 : at + 28] = (5000).to_bytes(4, "little")  # the declared size, unpacked
    path.write_bytes(bytes(data))
    assert refused(path) == "file.damaged"


def test_entities_are_refused(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path / "a.xlsx", [HEADINGS, ("1", "a", "2")])
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><worksheet '
    assert refused(changed(path, "xl/worksheets/sheet1.xml", "<worksheet ", bomb)) == "file.damaged"
    path = xlsx_file(tmp_path / "b.xlsx", [HEADINGS, ("1", "a", "2")])
    assert refused(changed(path, "xl/workbook.xml", "<workbook ", bomb.replace("worksheet", "workbook"))) == (
        "file.damaged"
    )


def test_a_row_number_beyond_excel_is_refused(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path / "a.xlsx", [HEADINGS, ("1", "a", "2")])
    assert (
        refused(changed(path, "xl/worksheets/sheet1.xml", 'row r="2"', 'row r="99999999999"'))
        == "file.damaged"
    )


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path / "a.xlsx", [HEADINGS, ("1", "a", "2")])
    path.write_bytes(path.read_bytes()[:-200])
    assert refused(path) == "file.damaged"


def test_other_zip_files_are_named(tmp_path: Path) -> None:
    for name, members in {
        "ods": ("mimetype", "content.xml"),
        "docx": ("word/document.xml",),
        "zip": ("a.txt",),
    }.items():
        path = tmp_path / f"{name}.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            for member in members:
                archive.writestr(member, "x")
        with pytest.raises(Refused) as caught:
            readers.inspect(path, fits)
        assert caught.value.problems[0].params["kind"] == name


def test_rows_agree_with_openpyxl(tmp_path: Path) -> None:
    """The streamed reading against openpyxl's own, on a workbook with many types and repeated texts."""
    rows = [HEADINGS, *[(f"R{n}", f"产品{n % 7}", n / 4) for n in range(500)]]
    path = xlsx_file(tmp_path / "a.xlsx", rows)
    page = load_workbook(path)["数据"]
    expected = [[str(a.value), str(b.value), f"{c.value:g}"] for a, b, c in page.iter_rows(min_row=2)]  # type: ignore[misc]
    assert [line.cells for line in read(path)] == expected
