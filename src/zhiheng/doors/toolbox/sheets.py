"""The tables that a reader may hand to a tool: their columns, and what makes a row impossible.

Declared in the language of all sheets, so that reading, refusals and the template to fill in are those
of the imports. This module refuses to compute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from zhiheng.kernel.errors import N_, Problem, refuse
from zhiheng.kernel.sheets import CellProblem, Column, Parse, Sheet, decimal, text

LARGEST: Final = 10**12
LABEL: Final = 80


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
    """No more nonconforming than tested."""
    found = []
    tested, wrong = (values.get(name) for name in ("tested", "nonconforming"))
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
    ),
    (_counts_fit,),
)
