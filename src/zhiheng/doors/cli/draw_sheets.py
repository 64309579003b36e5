"""The tables that a draw and a pairing are made from, as sheets like those of the imports."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from zhiheng.kernel.errors import N_, refuse
from zhiheng.kernel.sheets import Column, Parse, Sheet, choice, decimal, text, texts

FIELD: Final = 255
LARGEST: Final = 1_000_000


def _whole(least: int) -> Parse:
    number = decimal(minimum=Decimal(least), maximum=Decimal(LARGEST))

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


def _weight(cell: str) -> str:
    from zhiheng.methods.errors import InvalidInput
    from zhiheng.methods.lottery.frame import canonical_weight

    try:
        return canonical_weight(cell)
    except InvalidInput as error:
        raise refuse(error.code, error.message, error.remedy, **error.params) from error


FRAME: Final = Sheet(
    "draw-frame",
    "抽样框",
    "Frame",
    (
        Column("stratum", "层", "Stratum", text(FIELD), required=True, example="电热毯/370200"),
        Column(
            "identity", "对象编号", "Object", text(FIELD), required=True, example="91370200MA3C000000",
            aliases=("统一社会信用代码", "编号", "Identity"),
        ),
        Column("weight", "权重", "Weight", _weight, example="1"),
        Column("excluded", "排除原因", "Excluded because", text(FIELD), example="已停业"),
    ),
)  # fmt: skip

TASKS: Final = Sheet(
    "draw-tasks",
    "检查任务",
    "Tasks",
    (
        Column("identity", "对象编号", "Object", text(FIELD), required=True, example="91370200MA3C000000",
               aliases=("任务编号", "Task")),
        Column("enterprise", "企业", "Enterprise", text(FIELD), example="91370200MA3C000000"),
        Column("division", "行政区划", "Division", text(6), example="370202"),
        Column("team", "人数", "Team", _whole(2), example="2"),
        Column("needs", "人人需有的资格", "Needs", texts(FIELD), example="执法证"),
        Column("leader", "组长需有的资格", "Leader needs", texts(FIELD), example="组长"),
    ),
)  # fmt: skip

INSPECTORS: Final = Sheet(
    "draw-inspectors",
    "检查人员",
    "Inspectors",
    (
        Column("identity", "工号", "Staff number", text(FIELD), required=True, example="0001"),
        Column("division", "行政区划", "Division", text(6), example="370202"),
        Column("qualifications", "资格", "Qualifications", texts(FIELD), example="执法证；组长"),
        Column("maximum", "最多任务数", "Most tasks", _whole(0), example="10"),
        Column("load", "已有任务数", "Tasks so far", _whole(0), example="0"),
    ),
)

RECUSALS: Final = Sheet(
    "draw-recusals",
    "回避",
    "Recusals",
    (
        Column("inspector", "工号", "Staff number", text(FIELD), required=True, example="0001"),
        Column("on", "回避的是", "From", choice({
            "object": ("对象", "Object"), "enterprise": ("企业", "Enterprise"),
        }), required=True, example="企业"),
        Column("target", "对象编号或企业", "Object or enterprise", text(FIELD), required=True,
               example="91370200MA3C000000"),
        Column("reason", "回避原因", "Reason", choice({
            "interest": ("利害关系", "Interest"),
            "kinship": ("亲属关系", "Kinship"),
            "former_employer": ("曾任职", "Former employer"),
            "same_place": ("同一地方", "Same place"),
            "other": ("其他", "Other"),
        }), required=True, example="亲属关系"),
    ),
)  # fmt: skip
