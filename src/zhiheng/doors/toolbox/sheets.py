"""The tables that a reader may hand to a tool: their columns, and what makes a row impossible.

Declared in the language of all sheets, so that reading, refusals and the template to fill in are those
of the imports. This module refuses to compute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from zhiheng.kernel.errors import N_, Problem, refuse
from zhiheng.kernel.sheets import CellProblem, Column, Parse, Sheet, choice, decimal, text

LARGEST: Final = 10**12
LABEL: Final = 80
FINITE_MOST: Final = 10**6  # exact bounds of a larger population take long, and tell hardly more


def whole(minimum: int, maximum: int = LARGEST) -> Parse:
    """A whole number between two bounds."""
    number = decimal(minimum=Decimal(minimum), maximum=Decimal(maximum))

    def parse(cell: str) -> int:
        found = number(cell)
        if not isinstance(found, Decimal) or found != found.to_integral_value():
            raise refuse(
                "cell.fraction",
                N_("%(found)s is not a whole number."),
                N_("Write a count, without a decimal point."),
                found=cell[:40],
            )
        return int(found)

    return parse


def real(minimum: str, maximum: str) -> Parse:
    """A number between two bounds, as a float."""
    number = decimal(minimum=Decimal(minimum), maximum=Decimal(maximum))

    def parse(cell: str) -> float:
        return float(str(number(cell)))

    return parse


def _counts_fit(values: Mapping[str, object]) -> Sequence[CellProblem]:
    """No more nonconforming than tested, no more tested than there are."""
    found = []
    tested, wrong, size = (values.get(name) for name in ("tested", "nonconforming", "size"))
    if isinstance(tested, int) and isinstance(size, int) and tested > size:
        problem = Problem(
            "row.above_size",
            N_("%(tested)d tested, but the population has only %(size)d."),
            {"tested": tested, "size": size},
            N_("Give the number of all units that could have been drawn, or leave the cell empty."),
        )
        found.append(CellProblem("size", str(size), problem))
    if isinstance(tested, int) and isinstance(wrong, int) and wrong > tested:
        found.append(
            CellProblem(
                "nonconforming",
                str(wrong),
                Problem(
                    "row.above_tested",
                    N_("%(wrong)d nonconforming, but only %(tested)d tested."),
                    {"wrong": wrong, "tested": tested},
                    N_("Check whether the two columns are in the right order."),
                ),
            )
        )
    return found


PASS_RATES: Final = Sheet(
    "tool-pass-rates",
    "合格率计算",
    "Pass rates",
    (
        Column("label", "名称", "Name", text(LABEL), example="电热毯", aliases=("产品种类", "类别", "Group")),
        Column(
            "tested",
            "抽检数",
            "Tested",
            whole(1),
            required=True,
            example="120",
            aliases=("抽查批次", "抽检批次", "样本量", "n"),
        ),
        Column(
            "nonconforming",
            "不合格数",
            "Nonconforming",
            whole(0),
            required=True,
            example="3",
            aliases=("不合格批次", "不合格批次数", "x"),
        ),
        Column(
            "size",
            "总体数",
            "Population",
            whole(1, FINITE_MOST),
            example="850",
            aliases=("总体量", "总数"),
            note=N_("How many units there are in all; leave it empty when it is large or unknown."),
        ),
    ),
    (_counts_fit,),
)


def _bounds_fit(values: Mapping[str, object]) -> Sequence[CellProblem]:
    """The least is not above the most."""
    low, high = values.get("minimum"), values.get("maximum")
    if not isinstance(low, int) or not isinstance(high, int) or low <= high:
        return ()
    problem = Problem(
        "row.bounds",
        N_("The minimum %(low)d is above the maximum %(high)d."),
        {"low": low, "high": high},
        N_("Check whether the two columns are in the right order."),
    )
    return (CellProblem("minimum", str(low), problem),)


STRATA: Final = Sheet(
    "tool-strata",
    "分层",
    "Strata",
    (
        Column(
            "label", "层", "Stratum", text(LABEL), required=True, example="杭州市",
            aliases=("分层", "层名", "名称", "地区", "产品种类", "Name"),
        ),
        Column(
            "objects", "对象数", "Objects", whole(0), required=True, example="1280",
            aliases=("企业数", "总体数", "批次数", "N"),
            note=N_("How many objects can be drawn in this stratum."),
        ),
        Column(
            "rate", "预期不合格率（%）", "Expected nonconforming rate (%)", real("0", "100"), example="4.5",
            aliases=("预期不合格率", "不合格率", "Rate"),
            note=N_("Last year's rate in percent; without one the worst case, 50, is taken."),
        ),
        Column(
            "cost", "单个样品费用", "Cost of a sample", real("0.000001", "1000000000000"), example="800",
            aliases=("费用", "单价", "Cost"),
        ),
        Column("minimum", "最少样品数", "Minimum", whole(0), example="2", aliases=("最少", "下限")),
        Column("maximum", "最多样品数", "Maximum", whole(0), example="60", aliases=("最多", "上限")),
    ),
    (_bounds_fit,),
)  # fmt: skip


YES_NO: Final = {"yes": ("是", "Yes", "1", "true"), "no": ("否", "No", "0", "false")}


def _lot_fits(values: Mapping[str, object]) -> Sequence[CellProblem]:
    """The acceptance number at the tighter AQL is not above the own one."""
    number, tighter = values.get("acceptance"), values.get("tighter")
    found = []
    if isinstance(number, int) and isinstance(tighter, int) and tighter > number:
        problem = Problem(
            "row.tighter",
            N_("Ac at the tighter AQL is %(tighter)d, above Ac = %(number)d."),
            {"tighter": tighter, "number": number},
            N_("Give the acceptance number of the same sample at the AQL one step tighter."),
        )
        found.append(CellProblem("tighter", str(tighter), problem))
    return found


LOTS: Final = Sheet(
    "tool-lots",
    "逐批检验记录",
    "History of lots",
    (
        Column("label", "批号", "Lot", text(LABEL), example="20260301", aliases=("批次", "名称", "Name")),
        Column("n", "样本量", "n", whole(1, 10**7), required=True, example="80", aliases=("样本大小",)),
        Column("acceptance", "Ac", "Ac", whole(0, 10**6), required=True, example="2", aliases=("接收数",)),
        Column(
            "found", "不合格数", "Nonconforming", whole(0, 10**9), required=True, example="1",
            aliases=("不合格品数", "x", "d"),
        ),
        Column(
            "tighter", "加严一级 AQL 的 Ac", "Ac at the tighter AQL", whole(0, 10**6), example="1",
            aliases=("加严一级Ac", "Ac tighter"),
            note=N_("Only where Ac is 2 or more and n and Ac are in no table of normal inspection."),
        ),
        Column(
            "steady", "生产稳定", "Production steady", choice(YES_NO), example="是", choices=YES_NO,
            aliases=("稳定", "Steady"), note=N_("Empty: yes."),
        ),
        Column(
            "resumed", "恢复检验", "Inspection resumed", choice(YES_NO), example="否", choices=YES_NO,
            aliases=("恢复", "Resumed"),
            note=N_("Yes at the first lot after discontinued inspection was allowed to resume."),
        ),
    ),
    (_lot_fits,),
)  # fmt: skip
