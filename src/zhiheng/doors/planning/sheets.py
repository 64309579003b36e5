"""The three sheets of a plan: strata, objects, and the plan itself. What is written out can be read in again.

Declared in the language of all sheets, so that headings are recognised in Chinese and in English and
refusals are those of the imports. This module refuses to compute.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from zhiheng.foundation.registry.sheets import STATUSES
from zhiheng.kernel.errors import N_, refuse
from zhiheng.kernel.sheets import Column, Parse, Sheet, choice, day, decimal, text

LARGEST: Final = 10**12
RANDOM, TARGETED = "random", "targeted"
_PARTS_OF_A_YEAR: Final = 12


def whole(minimum: int = 0) -> Parse:
    """A whole number from `minimum` on."""
    number = decimal(minimum=Decimal(minimum), maximum=Decimal(LARGEST))

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


def real(minimum: str = "0") -> Parse:
    """A number from `minimum` on, as a float."""
    number = decimal(minimum=Decimal(minimum), maximum=Decimal(LARGEST))

    def parse(cell: str) -> float:
        return float(str(number(cell)))

    return parse


def counts(cell: str) -> tuple[int, ...]:
    """Whole numbers, one for each period, with semicolons between them."""
    one = whole()
    parts = [part.strip() for part in cell.replace("；", ";").split(";")]
    if len(parts) > _PARTS_OF_A_YEAR:
        raise refuse(
            "cell.counts",
            N_("%(count)d numbers stand in the cell."),
            N_("Write one for each period of the year, at most 12, with semicolons between them."),
            count=len(parts),
        )
    found = [one(part) for part in parts]
    return tuple(number for number in found if isinstance(number, int))


def word(choices: Mapping[str, tuple[str, ...]], code: str, *, chinese: bool) -> str:
    """The word for a code: the first Chinese one, in English the code itself."""
    return choices[code][0] if chinese and code in choices else code


BASES: Final = {"sampled": ("已抽样", "sampled"), "industry": ("同行业", "industry")}
TRUTHS: Final = {"true": ("是", "yes", "TRUE", "1"), "false": ("否", "no", "FALSE", "0")}

_KIND: Final = Column("product_kind", "产品种类", "Product kind", text(80), required=True, example="电热毯")
_PLACE: Final = Column("place", "行政区划", "Division", text(40), required=True, example="900100")
_LABORATORY: Final = Column("laboratory", "检验机构", "Laboratory", text(80))
_SNAPSHOT: Final = Column("snapshot", "快照", "Snapshot", text(80))
_POSTERIOR: Final = (
    Column("a", "后验参数a", "Posterior a", real()),
    Column("b", "后验参数b", "Posterior b", real()),
    Column("rate", "预计不合格率", "Expected nonconforming rate", real()),
)

STRATA: Final = Sheet(
    "plan-strata",
    "抽查分层表",
    "Strata of a plan",
    (
        _KIND,
        _PLACE,
        Column("objects", "对象数", "Objects", whole(), required=True, example="7"),
        Column("eligible", "各期可抽对象数", "Eligible by period", counts, example="6；7；7；7"),
        Column("samples", "随机抽样批次数", "Random samples", whole(), example="6"),
        Column("failures", "随机抽样不合格数", "Nonconforming of them", whole(), example="1"),
        Column("targeted", "风险抽样批次数", "Risk-targeted samples", whole()),
        Column("targeted_failures", "风险抽样不合格数", "Nonconforming risk-targeted", whole()),
        Column("last_sampled", "最近抽样日期", "Last sampled", day),
        Column("follow_ups", "跟踪抽查批次数", "Follow-up batches", whole(), example="0"),
        Column("severity", "严重程度权重", "Severity", real(), example="1"),
        _LABORATORY,
        *_POSTERIOR,
        Column("lower", "不合格率下限", "Lower", real()),
        Column("upper", "不合格率上限", "Upper", real()),
        _SNAPSHOT,
    ),
)

OBJECTS: Final = Sheet(
    "plan-objects",
    "抽查对象表",
    "Objects of a plan",
    (
        _KIND,
        _PLACE,
        Column("uscc", "统一社会信用代码", "Unified social credit code", text(40), required=True),
        Column("name", "企业名称", "Enterprise", text(200)),
        Column("seat", "企业所在区划", "Division of the enterprise", text(40)),
        Column("industry", "行业代码", "Industry", text(40)),
        Column("status", "经营状态", "Status", choice(STATUSES), choices=STATUSES),
        Column("basis", "列入依据", "Basis", choice(BASES), choices=BASES),
        Column("samples", "抽样批次数", "Samples", whole()),
        Column("failures", "不合格批次数", "Nonconforming", whole()),
        Column("last_sampled", "最近抽样日期", "Last sampled", day),
        Column("last_failed", "最近一次不合格", "Last one failed", choice(TRUTHS)),
        Column("eligible_from", "可抽起始日期", "Eligible from", day),
        _SNAPSHOT,
    ),
)

PLAN: Final = Sheet(
    "plan",
    "抽查计划",
    "Plan",
    (
        _KIND,
        _PLACE,
        Column("period", "期次", "Period", whole(1), required=True, example="1"),
        Column("start", "期初日期", "First day", day, required=True, example="2026-01-01"),
        Column("random", "随机抽取数", "Drawn at random", whole(), required=True),
        Column("targeted", "风险抽取数", "Drawn by risk", whole(), required=True),
        Column("follow_ups", "跟踪抽查数", "Follow-ups", whole()),
        Column("objects", "对象数", "Objects", whole()),
        *_POSTERIOR,
        _LABORATORY,
        _SNAPSHOT,
    ),
)
