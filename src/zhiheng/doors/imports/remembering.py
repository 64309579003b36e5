"""A sheet whose parsers remember short cells that they have read: most columns repeat few values.

Only answers are remembered, never refusals, and the memory of each column is bounded. Values of a
sheet are immutable, so rows may share them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from zhiheng.kernel.sheets import Column, Parse, Sheet

CELL_MOST: Final = 48
CELLS_MOST: Final = 4096


def remembering(sheet: Sheet) -> Sheet:
    """The same sheet; reading a cell that was read before costs one look."""
    return replace(sheet, columns=tuple(_quick(column) for column in sheet.columns))


def _quick(column: Column) -> Column:
    return replace(column, parse=_remembered(column.parse))


def _remembered(parse: Parse) -> Parse:
    known: dict[str, object] = {}
    nothing = object()

    def quick(cell: str) -> object:
        value = known.get(cell, nothing)
        if value is not nothing:
            return value
        value = parse(cell)
        if len(cell) <= CELL_MOST:
            if len(known) >= CELLS_MOST:
                known.clear()
            known[cell] = value
        return value

    return quick
