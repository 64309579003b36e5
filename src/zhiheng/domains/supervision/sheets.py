"""The sheet `spot-checks` 监督抽查结果: one row is one sample and its verdict.

The headings are those of official bulletins. Checks that need no database stand here; whether a
division, a laboratory or an enterprise is known is asked by the service. This module refuses to
fill in what a source left open: an empty cell says that nothing was said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, cast

from zhiheng.domains.supervision.items import (
    CONFORMING,
    NONCONFORMING,
    VERDICTS,
    parse_items,
    parse_names,
    plain_name,
)
from zhiheng.foundation.ledger.facts.spot_check import Item
from zhiheng.foundation.registry.sheets import party_name
from zhiheng.kernel.codes import division, standard, uscc
from zhiheng.kernel.errors import N_, Problem, Refused, refuse
from zhiheng.kernel.sheets import CellProblem, Column, Parse, Sheet, choice, coded, day, text, texts

RANDOM: Final = "random"
RISK_TARGETED: Final = "risk_targeted"
ALL_RESULTS: Final = "all_results"
FAILURES_ONLY: Final = "failures_only"
UNDECLARED: Final = "undeclared"
CONFIRMED: Final = "confirmed"
OVERTURNED: Final = "overturned"

SELECTIONS: Final = {
    RANDOM: ("随机抽取", "随机", "随机抽样", "双随机"),
    RISK_TARGETED: ("风险定向", "定向", "重点抽查", "risk-targeted"),
    UNDECLARED: ("未说明", "不详"),
}
COVERAGES: Final = {
    ALL_RESULTS: ("全部结果", "全部", "all results"),
    FAILURES_ONLY: ("仅不合格", "仅公布不合格", "failures only"),
    UNDECLARED: ("未说明", "不详"),
}
RETESTS: Final = {
    "none": ("未复检", "无", "no retest"),
    CONFIRMED: ("复检不合格", "复检仍不合格"),
    OVERTURNED: ("复检合格",),
}
YES_NO: Final = {"yes": ("是", "y", "true", "1"), "no": ("否", "n", "false", "0")}

_BLANK: Final = frozenset({"/", "／", "-", "－", "—", "——", "--", "\\"})


def stated(limit: int) -> Parse:
    """Text in which the dash or slash that bulletins put for "nothing" counts as an empty cell."""
    parse_text = text(limit)

    def parse(cell: str) -> object:
        return None if cell in _BLANK else parse_text(cell)

    return parse


def _or_blank(parse_cell: Parse) -> Parse:
    def parse(cell: str) -> object:
        return None if cell in _BLANK else parse_cell(cell)

    return parse


_yes_no_code = choice(YES_NO)


def yes_or_no(cell: str) -> bool:
    """是 or 否."""
    return _yes_no_code(cell) == "yes"


@lru_cache(maxsize=8192)
def _standard(written: str) -> str:
    # A number that cannot be read ("企业标准", a number without its year) is kept as the source wrote it.
    try:
        return str(standard.parse(written))
    except Refused:
        return written


_standard_texts = texts(2000, "；;、")


def standards(cell: str) -> tuple[str, ...] | None:
    """Numbers of standards, in the one form in which they are kept where they can be read."""
    written = cast(tuple[str, ...] | None, _standard_texts(cell))
    return (
        tuple(dict.fromkeys(_standard(one) for one in written if one not in _BLANK)) or None
        if written
        else None
    )


_web_text = text(500)


def web_address(cell: str) -> str:
    """An address that begins with http: it is shown as a link, so nothing else may stand there."""
    _web_text(cell)
    if not cell.lower().startswith(("http://", "https://")) or any(mark in cell for mark in "\"'<> \n"):
        raise refuse(
            "cell.address",
            N_("%(found)s is not a web address."),
            N_("Write the full address, beginning with https://."),
            found=cell[:80],
        )
    return cell


# ---- checks that need more than one cell ------------------------------------------------------

Values = Mapping[str, object]


def _dates(values: Values) -> Sequence[CellProblem]:
    sampled, published = values.get("sampled_on"), values.get("published_on")
    if sampled is None and published is None:
        problem = Problem(
            "result.no_date",
            N_("Neither the day of sampling nor the day of publication is given."),
            remedy=N_("Give at least one of the two."),
        )
        return (CellProblem("sampled_on", "", problem),)
    if sampled is not None and published is not None and cast(date, published) < cast(date, sampled):
        problem = Problem(
            "result.published_before",
            N_("Published on %(published)s, before it was sampled on %(sampled)s."),
            {"published": str(published), "sampled": str(sampled)},
            N_("Compare both days with the bulletin and the sampling sheet."),
        )
        return (CellProblem("published_on", str(published), problem),)
    return ()


def _parties(values: Values) -> Sequence[CellProblem]:
    found = []
    for name, beside in (
        ("producer", "producer_uscc"),
        ("producer", "producer_place"),
        ("seller", "seller_uscc"),
    ):
        if beside in values and name not in values:
            problem = Problem(
                "result.nameless_party",
                N_("The name that belongs to “%(found)s” is empty."),
                {"found": str(values[beside])},
                N_("Write the name as the sampling sheet states it."),
            )
            found.append(CellProblem(name, "", problem))
            break
    return found


def _verdict(values: Values) -> Sequence[CellProblem]:
    verdict, retest = values["verdict"], values.get("retest")
    failed_names = cast(tuple[str, ...], values.get("failed_items", ()))
    failing = [
        item.name for item in cast(tuple[Item, ...], values.get("items", ())) if item.verdict == NONCONFORMING
    ]
    if verdict == CONFORMING and retest == CONFIRMED:
        problem = Problem(
            "result.retest_contradicts",
            N_("The retest confirmed a failure, but the result is conforming."),
            remedy=N_("Correct one of the two after the retest report."),
        )
        return (CellProblem("retest", "复检不合格", problem),)
    if verdict == CONFORMING and retest != OVERTURNED and (failing or failed_names):
        name = (failing or failed_names)[0]
        problem = Problem(
            "result.item_contradicts",
            N_("The item %(name)s failed, but the result is conforming."),
            {"name": name[:60]},
            N_("Correct the item or the result; if a retest overturned the failure, say so under 复检结论."),
        )
        return (CellProblem("items" if failing else "failed_items", name, problem),)
    items = cast(tuple[Item, ...], values.get("items", ()))
    all_passed = bool(items) and all(item.verdict == CONFORMING for item in items)
    if verdict == NONCONFORMING and retest != OVERTURNED and all_passed and not failed_names:
        problem = Problem(
            "result.nothing_failed",
            N_("The result is nonconforming, but every item is conforming and no failed item is named."),
            remedy=N_("Name the failed item, or correct the result."),
        )
        return (CellProblem("verdict", "不合格", problem),)
    return ()


def _failed_items(values: Values) -> Sequence[CellProblem]:
    names = cast(tuple[str, ...], values.get("failed_items", ()))
    passed = {
        plain_name(item.name): item.name
        for item in cast(tuple[Item, ...], values.get("items", ()))
        if item.verdict == CONFORMING
    }
    if not names or not passed or values.get("retest") == OVERTURNED:
        return ()
    failing = {
        plain_name(item.name)
        for item in cast(tuple[Item, ...], values.get("items", ()))
        if item.verdict == NONCONFORMING
    }
    found = []
    for name in names:
        plain = plain_name(name)
        if plain in passed and plain not in failing:
            problem = Problem(
                "result.failed_item_passed",
                N_("%(name)s stands among the failed items, but the item itself is conforming."),
                {"name": name[:60]},
                N_("Correct the verdict of the item or take it out of the failed items."),
            )
            found.append(CellProblem("failed_items", name, problem))
    return found


# ---- the sheet --------------------------------------------------------------------------------

_code = coded(uscc.parse)

SPOT_CHECKS: Final = Sheet(
    name="spot-checks",
    zh="监督抽查结果",
    en="Spot-check results",
    columns=(
        Column(
            "record",
            "抽查编号",
            "Record number",
            text(80),
            required=True,
            example="2026-CJ-00017",
            aliases=("抽样单编号",),
            note=N_("Unique within its source."),
        ),
        Column(
            "source",
            "数据来源",
            "Source",
            stated(120),
            example="2026年第1批省级监督抽查",
            note=N_("Bulletin or file; empty: the authority."),
        ),
        Column(
            "authority", "抽查机关", "Authority", text(120), required=True, example="浙江省市场监督管理局"
        ),
        Column("sampled_on", "抽样日期", "Sampled on", _or_blank(day), example="2026-03-02"),
        Column(
            "published_on",
            "公布日期",
            "Published on",
            _or_blank(day),
            example="2026-05-20",
            note=N_("One of the two days is needed. From this day on the public sees the result."),
        ),
        Column(
            "selection", "抽样方式", "Selection", choice(SELECTIONS), example="随机抽取", choices=SELECTIONS
        ),
        Column(
            "coverage",
            "公布范围",
            "Coverage",
            choice(COVERAGES),
            example="全部结果",
            choices=COVERAGES,
            note=N_("All results, or failures only? Lists of failures never enter a pass rate."),
        ),
        Column(
            "product_kind",
            "产品种类",
            "Product kind",
            text(80),
            required=True,
            example="电线电缆",
            aliases=("产品类别",),
        ),
        Column(
            "product_name",
            "产品名称",
            "Product name",
            text(200),
            required=True,
            example="聚氯乙烯绝缘电线",
            aliases=("样品名称",),
        ),
        Column("brand", "商标", "Brand", stated(200), example="安达"),
        Column("model", "规格型号", "Model", stated(500), example="60227 IEC 01(BV) 450/750V 2.5mm²"),
        Column("batch", "生产日期/批号", "Batch", stated(500), example="2026-01-15/A12"),
        Column("seller", "被抽样单位", "Sampled party", _or_blank(party_name()), example="杭州某某电器商行"),
        Column(
            "seller_uscc",
            "被抽样单位统一社会信用代码",
            "Sampled party USCC",
            _or_blank(_code),
            example="91330100799655058B",
        ),
        Column(
            "division",
            "抽样地行政区划代码",
            "Division code of sampling place",
            _or_blank(coded(division.parse)),
            example="330106",
        ),
        Column(
            "producer",
            "标称生产企业",
            "Producer",
            _or_blank(party_name()),
            example="某某线缆有限公司",
            aliases=("标称生产单位", "生产企业"),
        ),
        Column(
            "producer_uscc",
            "标称生产企业统一社会信用代码",
            "Producer USCC",
            _or_blank(_code),
            example="9144030071526726XG",
        ),
        Column("producer_place", "所在地", "Producer place", stated(300), example="广东省深圳市"),
        Column("standards", "执行标准", "Standards", standards, example="GB/T 5023.3-2008；JB/T 8734.2-2016"),
        Column(
            "items",
            "检验项目",
            "Items",
            parse_items,
            example="绝缘平均厚度|0.72|mm|≥0.70|合格",
            note=N_("One item a line or separated by “；”: name|value|unit|limit|verdict."),
        ),
        Column(
            "verdict",
            "抽查结果",
            "Verdict",
            choice(VERDICTS),
            required=True,
            example="合格",
            choices=VERDICTS,
        ),
        Column(
            "failed_items",
            "主要不合格项目",
            "Failed items",
            parse_names(2000),
            example="绝缘平均厚度、导体电阻",
            aliases=("不合格项目",),
        ),
        Column("retest", "复检结论", "Retest", choice(RETESTS), example="未复检", choices=RETESTS),
        Column(
            "counterfeit",
            "涉嫌假冒",
            "Suspected counterfeit",
            _or_blank(yes_or_no),
            example="否",
            choices=YES_NO,
        ),
        Column("laboratory", "承检机构", "Laboratory", stated(120), example="浙江省某某质量检验研究院"),
        Column("note", "备注", "Note", text(2000)),
        Column(
            "source_url",
            "来源网址",
            "Source URL",
            _or_blank(web_address),
            example="https://example.org/2026-1",
        ),
    ),
    checks=(_dates, _parties, _verdict, _failed_items),
)

COLUMNS: Final = tuple(column.name for column in SPOT_CHECKS.columns)
