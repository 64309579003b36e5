"""The sheet `enterprises`: its headings, and cells that are refused with a reason."""

from __future__ import annotations

from datetime import date

import pytest

from tests.foundation.registry.conftest import code
from zhiheng.foundation.registry.sheets import ENTERPRISES, capital
from zhiheng.kernel.errors import Refused
from zhiheng.kernel.sheets import CellProblem


def read(**cells: str) -> tuple[dict[str, object], list[CellProblem]]:
    return ENTERPRISES.read({"uscc": code(1), "name": "岚岭实业有限公司", "division": "900101", **cells})


def test_headings_are_those_that_everybody_agreed_on() -> None:
    assert [column.zh for column in ENTERPRISES.columns] == [
        "统一社会信用代码", "企业名称", "曾用名", "行政区划代码", "住所", "行业代码", "企业类型", "成立日期",
        "注册资本（万元）", "经营状态", "经营范围",
    ]  # fmt: skip
    assert [column.zh for column in ENTERPRISES.columns if column.required] == [
        "统一社会信用代码", "企业名称", "行政区划代码",
    ]  # fmt: skip


def test_a_full_row_becomes_values() -> None:
    values, problems = read(
        former_names="岚岭厂；岚岭二厂",
        industry="1311",
        established="2016年3月2日",
        capital="1,000.50",
        status="存续",
    )
    assert problems == []
    assert values["former_names"] == ("岚岭厂", "岚岭二厂")
    assert values["industry"] == "C1311"
    assert values["established"] == date(2016, 3, 2)
    assert values["capital"] == "1000.5"
    assert values["status"] == "active"


@pytest.mark.parametrize("column", ENTERPRISES.columns, ids=lambda column: column.name)
def test_the_example_of_a_column_is_right(column) -> None:  # type: ignore[no-untyped-def]
    column.parse(column.example)


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("uscc", "91330106MA27XL0A5X", "uscc.check"),
        ("uscc", "", "cell.missing"),
        ("name", "\u200b", "registry.name_blank"),
        ("name", "厂" * 201, "cell.length"),
        ("name", "ﷺ" * 199, "registry.name_key"),
        ("former_names", "好厂；\u200b", "registry.name_blank"),
        ("division", "33010", "division.form"),
        ("industry", "Z99", "industry.section"),
        ("established", "2025-02-30", "cell.date"),
        ("capital", "-5", "cell.below"),
        ("capital", "五百万", "registry.capital"),
        ("status", "不详", "cell.choice"),
    ],
)
def test_a_bad_cell_is_refused(column: str, cell: str, problem: str) -> None:
    _, problems = read(**{column: cell})
    assert [(each.column, each.problem.code) for each in problems] == [(column, problem)]
    str(problems[0].problem)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("333,334(万元人民币)", "333334"),
        ("500 万元", "500"),
        ("500（万元（人民币））", "500"),
        ("30,000(万美元)", "30000 万美元"),
        ("735.30万人民币", "735.3"),
        ("120(万元(港币))", "120 万港币"),
        ("0", "0"),
        ("N/A", None),
        ("-", None),
    ],
)
def test_capital_as_registers_write_it(cell: str, value: str | None) -> None:
    assert capital(cell) == value


def test_capital_refuses_a_formula() -> None:
    with pytest.raises(Refused):
        capital("=1+1")
