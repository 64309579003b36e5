"""The sheet `spot-checks`: its headings, its choices, and the checks that need more than one cell."""

from __future__ import annotations

from datetime import date

import pytest

from zhiheng.domains.supervision.sheets import SPOT_CHECKS
from zhiheng.kernel.sheets import heading_key

HEADINGS = {
    "抽查编号": "Record number", "数据来源": "Source", "抽查机关": "Authority", "抽样日期": "Sampled on",
    "公布日期": "Published on", "抽样方式": "Selection", "公布范围": "Coverage", "产品种类": "Product kind",
    "产品名称": "Product name", "商标": "Brand", "规格型号": "Model", "生产日期/批号": "Batch",
    "被抽样单位": "Sampled party", "被抽样单位统一社会信用代码": "Sampled party USCC",
    "抽样地行政区划代码": "Division code of sampling place", "标称生产企业": "Producer",
    "标称生产企业统一社会信用代码": "Producer USCC", "所在地": "Producer place", "执行标准": "Standards",
    "检验项目": "Items", "抽查结果": "Verdict", "主要不合格项目": "Failed items", "复检结论": "Retest",
    "涉嫌假冒": "Suspected counterfeit", "承检机构": "Laboratory", "备注": "Note", "来源网址": "Source URL",
}  # fmt: skip
REQUIRED = {"抽查编号", "抽查机关", "产品种类", "产品名称", "抽查结果"}

CELLS = {
    "record": "R-1",
    "authority": "浙江省市场监督管理局",
    "sampled_on": "2026-01-10",
    "product_kind": "电线电缆",
    "product_name": "聚氯乙烯绝缘电线",
    "verdict": "合格",
}


def read(**cells: str) -> tuple[dict[str, object], list[str]]:
    values, problems = SPOT_CHECKS.read({**CELLS, **cells})
    return values, [f"{cell.column}:{cell.problem.code}" for cell in problems]


def test_headings_are_those_agreed_on() -> None:
    assert {column.zh: column.en for column in SPOT_CHECKS.columns} == HEADINGS
    assert {column.zh for column in SPOT_CHECKS.columns if column.required} == REQUIRED
    keys = [{heading_key(heading) for heading in column.headings} for column in SPOT_CHECKS.columns]
    assert sum(map(len, keys)) == len(set().union(*keys)), "a heading belongs to two columns"


def test_every_example_is_read() -> None:
    for column in SPOT_CHECKS.columns:
        if column.example:
            assert column.parse(column.example) is not None, column.zh


@pytest.mark.parametrize(
    ("column", "word", "code"),
    [
        ("verdict", "符合", "conforming"),
        ("verdict", "符合标准", "conforming"),
        ("verdict", "Conforming", "conforming"),
        ("verdict", "不符合", "nonconforming"),
        ("verdict", "nonconforming", "nonconforming"),
        ("selection", "随机抽取", "random"),
        ("selection", "风险定向", "risk_targeted"),
        ("selection", "未说明", "undeclared"),
        ("coverage", "全部结果", "all_results"),
        ("coverage", "failures_only", "failures_only"),
        ("coverage", "未说明", "undeclared"),
        ("retest", "未复检", "none"),
        ("retest", "复检合格", "overturned"),
        ("counterfeit", "是", True),
        ("counterfeit", "否", False),
    ],
)
def test_words_become_codes(column: str, word: str, code: object) -> None:
    assert SPOT_CHECKS.column(column).parse(word) == code


def test_dashes_and_slashes_say_nothing() -> None:
    values, problems = read(brand="/", model="—", batch="／", laboratory="——", producer="/", counterfeit="/")
    assert not problems
    assert not {"brand", "model", "batch", "laboratory", "producer", "counterfeit"} & values.keys()


def test_standards_are_kept_in_one_form_where_they_can_be_read() -> None:
    values, problems = read(standards="gb／t 5023.3—2008；企业标准；GB/T 5023.3-2008")
    assert not problems
    assert values["standards"] == ("GB/T 5023.3-2008", "企业标准")


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"sampled_on": ""}, "sampled_on:result.no_date"),
        ({"published_on": "2026-01-09"}, "published_on:result.published_before"),
        ({"sampled_on": "2024-13-05"}, "sampled_on:cell.date"),
        ({"verdict": "基本合格"}, "verdict:cell.choice"),
        ({"verdict": ""}, "verdict:cell.missing"),
        ({"division": "3301"}, "division:division.form"),
        ({"producer": "甲公司", "producer_uscc": "91330100799655058A"}, "producer_uscc:uscc.check"),
        ({"producer_uscc": "91330100799655058B"}, "producer:result.nameless_party"),
        ({"seller_uscc": "91330100799655058B"}, "seller:result.nameless_party"),
        ({"producer_place": "浙江"}, "producer:result.nameless_party"),
        ({"items": "水分|2|%|≤1|不合格"}, "items:result.item_contradicts"),
        ({"failed_items": "水分"}, "failed_items:result.item_contradicts"),
        ({"retest": "复检不合格"}, "retest:result.retest_contradicts"),
        ({"verdict": "不合格", "items": "水分|1|%|≤1|合格"}, "verdict:result.nothing_failed"),
        (
            {"verdict": "不合格", "items": "水分|1|%|≤1|合格", "failed_items": "水分"},
            "failed_items:result.failed_item_passed",
        ),
        ({"source_url": "javascript:alert(1)"}, "source_url:cell.address"),
        ({"source_url": 'https://a.cn/"><script>'}, "source_url:cell.address"),
        ({"product_name": "x" * 201}, "product_name:cell.length"),
        ({"note": "a\x00b"}, "note:cell.control"),
    ],
)
def test_a_contradiction_or_a_wrong_cell_is_refused_in_its_column(cells: dict[str, str], found: str) -> None:
    assert read(**cells)[1] == [found]


@pytest.mark.parametrize(
    "cells",
    [
        {"sampled_on": "", "published_on": "2026-02-01"},
        {"verdict": "不合格"},
        {"verdict": "不合格", "failed_items": "水分"},
        {"verdict": "不合格", "items": "水分|2|%|≤1|不合格；标志||||合格", "failed_items": "水分*"},
        {"verdict": "不合格", "items": "标志||||合格", "failed_items": "水分"},
        {"verdict": "不合格", "items": "水分|2|%|≤1"},
        {"items": "水分|2|%|≤1|不合格", "retest": "复检合格"},
        {"verdict": "不合格", "items": "水分|2|%|≤1|不合格", "failed_items": "水分", "retest": "复检合格"},
        {"verdict": "不合格", "failed_items": "水分", "retest": "复检不合格"},
    ],
)
def test_what_bulletins_really_say_is_taken(cells: dict[str, str]) -> None:
    assert read(**cells)[1] == []


def test_values_are_typed() -> None:
    values, _ = read(published_on="2026年3月2日", producer="甲公司", producer_uscc="9133 0100 7996 5505 8b")
    assert values["published_on"] == date(2026, 3, 2)
    assert values["producer_uscc"] == "91330100799655058B"
