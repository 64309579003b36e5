"""The catalogue: right codes, whole decks, and cells whose verdict follows from their value."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from zhiheng.kernel.codes import industry, standard
from zhiheng.simulation.catalogue import KINDS
from zhiheng.simulation.products import MAX_ITEMS, PASSES, VARIANTS, Item
from zhiheng.simulation.trades import TRADES


def judged(cell: str) -> bool:
    """Whether the item conforms, from value and limit alone."""
    _, value, _, limit, _ = cell.split("|")
    if limit == "应符合":
        return value == "符合"
    number = Decimal(value)
    if limit[0] in "≤≥":
        bound = Decimal(limit[1:])
        return number <= bound if limit[0] == "≤" else number >= bound
    lower, upper = limit.split("～")
    return Decimal(lower) <= number <= Decimal(upper)


@pytest.mark.parametrize("item", [item for kind in KINDS for item in kind.items], ids=lambda item: item.name)
def test_the_verdict_of_an_item_follows_from_its_value(item: Item) -> None:
    cells = item.cells()
    assert len(cells) == VARIANTS
    for variant, cell in enumerate(cells):
        assert judged(cell) is (variant < PASSES), cell
        assert cell.endswith("|合格" if variant < PASSES else "|不合格")
        assert not set(cell) & set(',"\r\n；')
        assert "|-" not in cell


def test_thirty_kinds_with_whole_decks() -> None:
    assert len({kind.name for kind in KINDS}) == len({kind.trade for kind in KINDS}) == 30
    for kind in KINDS:
        assert (len(kind.season), sum(kind.season)) == (12, 256)
        assert 2 <= len(kind.items) <= MAX_ITEMS
        assert 0 < kind.failing < 200


def test_standards_are_well_formed_and_the_invented_one_is_there() -> None:
    for kind in KINDS:
        numbers = [standard.parse(text) for text in kind.standards.split("；")]
        assert numbers[-1].kind is standard.Kind.ENTERPRISE
        assert all(number.kind is standard.Kind.NATIONAL for number in numbers[:-1])


def test_industries_are_classes_of_the_classification(shared: Callable[[str], Path]) -> None:
    with shared("data/classifications/gbt4754_2017.csv").open(encoding="utf-8") as rows:
        known = {row["code"] for row in csv.DictReader(rows) if row["level"] == "4"}
    for trade in TRADES:
        assert industry.parse(trade.industry).level == 4
        assert trade.industry in known, trade.industry
