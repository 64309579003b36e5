"""Headings, mappings at work, and the template that comes back as it went out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from zhiheng.doors.imports import readers
from zhiheng.doors.imports.catalogue import CATALOGUE
from zhiheng.doors.imports.checking import Way
from zhiheng.doors.imports.mapped import built_in
from zhiheng.doors.imports.matching import match_headings, match_mapping
from zhiheng.doors.imports.template import template
from zhiheng.doors.imports.turning import Turning
from zhiheng.foundation.exchange.mapping import by_headings, parse
from zhiheng.kernel.errors import Refused
from zhiheng.kernel.sheets import Column, Sheet, text

SHEET = Sheet(
    "readings",
    "读数",
    "Readings",
    (
        Column("code", "编号", "Code", text(20), required=True, aliases=("代码",)),
        Column("name", "名称（全称）", "Name", text(50)),
        Column("note", "备注", "Note", text(200)),
    ),
)


WITHIN = {"from": "a", "part": [3, 8], "within": "divisions"}
DIVISIONS = frozenset({"330000", "330100", "330106"})


def turned(rule: dict[str, Any], *cells: str, blank: tuple[str, ...] = ()) -> str:
    """What a rule makes of a row whose columns are called a, b, c …"""
    body = {"name": "m1", "sheet": "readings", "blank": list(blank), "column": {"code": rule}}
    places = {chr(97 + place): place for place in range(len(cells))}
    turning = Turning(parse(body, SHEET), places, {"divisions": DIVISIONS})
    found, problems = turning(cells)
    return problems[0].problem.code if problems else found["code"]


def test_headings_in_any_language_width_and_order() -> None:
    matching = match_headings(SHEET, ["Note", "名称(全称)*", " 编 号 ：", "别的"])
    assert matching.columns == {"note": 0, "name": 1, "code": 2}
    assert matching.unknown == ("别的",)
    assert matching.fit == (True, 3)


def test_missing_and_double_headings_are_refused_by_name() -> None:
    with pytest.raises(Refused, match="编号"):
        match_headings(SHEET, ["Name"]).require()
    with pytest.raises(Refused, match="代码"):
        match_headings(SHEET, ["编号", "代码", "Name"]).require()


@pytest.mark.parametrize(
    ("rule", "cells", "value"),
    [
        ({"from": "a"}, ["x"], "x"),
        ({"from": ["a", "b"]}, ["", "y"], "y"),
        ({"from": ["a", "b"]}, ["—", "y"], "y"),
        ({"from": "a", "constant": "k"}, [""], "k"),
        ({"from": "a", "values": {"True": "yes"}}, ["TRUE"], "yes"),
        ({"from": "a", "values": {"True": "yes"}}, ["maybe"], "maybe"),
        ({"from": "a", "values": {"True": "yes"}, "otherwise": "blank"}, ["maybe"], ""),
        ({"from": "a", "values": {"True": "yes"}, "otherwise": "refuse"}, ["maybe"], "mapping.unknown_word"),
        ({"from": "a", "split": "|"}, ["杂质含量(钙|钠)|密度"], "杂质含量(钙，钠)；密度"),
        ({"from": "a", "split": "|"}, ["杂质含量（钙、钠）"], "杂质含量（钙，钠）"),
        ({"from": "a", "split": "|"}, ["尿素|杂质(钠）|密度"], "尿素；杂质(钠）；密度"),
        ({"from": "a", "split": ",", "trim": "[]' "}, ["['GB 1-2013', 'Q/3 01']"], "GB 1-2013；Q/3 01"),
        ({"from": "a", "split": ",", "trim": "[]' "}, ["[]"], ""),
        ({"from": "a", "part": [3, 8]}, ["91310000100006397J"], "310000"),
        (WITHIN, ["91330106799655058B"], "330106"),
        (WITHIN, ["91330199799655058B"], "330100"),
        (WITHIN, ["91339999799655058B"], "330000"),
        (WITHIN, ["91999999799655058B"], "999999"),
        (WITHIN, ["33"], ""),
        ({"from": "a", "replace": [{"find": "市", "put": ""}]}, ["杭州市"], "杭州"),
        ({"from": "a", "units": {"(万元)": "1"}}, ["333,334.50（万元）"], "333334.5"),
        ({"from": "a", "units": {"(万元)": "1", "(元)": "0.0001"}}, ["50000(元)"], "5"),
        ({"from": "a", "units": {"(万元)": "1"}, "otherwise": "blank"}, ["50(万美元)"], ""),
        ({"from": "a", "dates": ["%d.%m.%Y"]}, ["02.03.2026"], "2026-03-02"),
        ({"from": "a", "dates": ["%d.%m.%Y"]}, ["soon"], "soon"),
        ({"declare": [{"column": "a", "contains": "fail", "value": "f"}, {"value": "all"}]}, ["x-FAIL"], "f"),
        ({"declare": [{"column": "a", "contains": "fail", "value": "f"}, {"value": "all"}]}, ["x"], "all"),
        ({"declare": [{"column": "a", "equals": "samr", "value": "f"}]}, ["samrx"], ""),
        (
            {"from": "a", "also": [{"column": "b", "label": "原文：", "unless": "c"}]},
            ["n", "x", "y"],
            "n；原文：x",
        ),
        ({"from": "a", "also": [{"column": "b", "label": "原文：", "unless": "c"}]}, ["n", "x", "x"], "n"),
    ],
)
def test_each_step_of_a_rule(rule: dict[str, Any], cells: list[str], value: str) -> None:
    assert turned(rule, *cells, blank=("—",)) == value


@pytest.mark.parametrize(
    "body",
    [
        {"column": {"code": {"from": 3}}},
        {"column": {"code": {"from": "a", "regex": "(a+)+$"}}},
        {"column": {"nowhere": {"from": "a"}}},
        {"column": {"note": {"from": "a"}}},
        {"column": {"code": {}}},
        {"column": {"code": {"from": "a", "part": [8, 3]}}},
        {"column": {"code": {"from": "a", "otherwise": "guess"}}},
        {"column": {"code": {"from": "a", "part": [3, 8], "within": "streets"}}},
        {"column": {"code": {"from": "a", "within": "divisions"}}},
        {"column": {"code": {"declare": [{"column": "a"}]}}},
        {"column": {"code": {"from": "a", "units": {"万": "many"}}}},
        {"column": {"code": {"from": "x" * 600}}},
        {"name": "../secret", "column": {"code": {"from": "a"}}},
        {"sheet": "other", "column": {"code": {"from": "a"}}},
        {"column": []},
        {"columns": {}},
    ],
)
def test_a_wrong_mapping_is_refused_with_its_place(body: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        parse({"name": "m1", "sheet": "readings", **body}, SHEET)
    assert {problem.code for problem in caught.value.problems} == {"mapping.form"}


def test_a_mapping_by_matching_columns() -> None:
    mapping = by_headings("m1", SHEET, {"code": "their code", "note": "remark"})
    assert match_mapping(SHEET, mapping, ["Remark", "their code"]).columns == {"remark": 0, "their code": 1}


def test_a_column_that_a_declaration_looks_at_cannot_be_missing() -> None:
    rule = {"declare": [{"column": "src", "contains": "x", "value": "1"}, {"value": "2"}]}
    mapping = parse({"name": "m1", "sheet": "readings", "column": {"code": rule}}, SHEET)
    with pytest.raises(Refused, match="src"):
        match_mapping(SHEET, mapping, ["other"]).require()


@pytest.mark.parametrize("sheet", [one.sheet for one in CATALOGUE.values()], ids=lambda sheet: sheet.name)
def test_built_in_mappings_survive_being_written_down(sheet: Sheet) -> None:
    assert built_in(sheet)
    for mapping in built_in(sheet).values():
        assert parse(mapping.to_json(), sheet) == mapping


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("sheet", [one.sheet for one in CATALOGUE.values()], ids=lambda sheet: sheet.name)
def test_the_template_comes_back(tmp_path: Path, sheet: Sheet, language: str) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(template(sheet, language))
    book = load_workbook(path)
    page = book.worksheets[0]
    for place, column in enumerate(sheet.columns, 1):
        page.cell(2, place, column.example)
    book.save(path)
    layout = readers.inspect(path, Way(sheet).fits)
    matching = match_headings(sheet, layout.headings)
    assert list(matching.columns) == [column.name for column in sheet.columns]
    assert not matching.unknown
    (line,) = readers.lines(path, layout)
    values, problems = sheet.read({name: line.cells[place] for name, place in matching.columns.items()})
    assert not [one for one in problems if one.problem.code.startswith("cell.")]
    assert values
    assert len(book.worksheets) == 2
    ruled = {str(rule.sqref) for rule in page.data_validations.dataValidation}
    assert len(ruled) == sum(column.choices is not None for column in sheet.columns)


def test_the_template_can_be_read_by_others() -> None:
    book = load_workbook(io.BytesIO(template(SHEET, "zh-hans")))
    assert [cell.value for cell in book.worksheets[0][1]] == ["编号*", "名称（全称）", "备注"]


@given(st.text(max_size=60), st.text(min_size=1, max_size=3))
def test_splitting_loses_nothing_but_separators(cell: str, separators: str) -> None:
    found = turned({"from": "a", "split": "|"}, cell)
    kept = {sign for sign in cell if not sign.isspace()} - set("|、；;")
    assert kept <= set(found) | set("，")
