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
    # What is known is answered by the dictionary itself, without a call of Python's.
    return replace(column, parse=_Known(column.parse).__getitem__)


class _Known(dict[str, object]):
    """Cells that were read, and their values; a cell that is missing is parsed."""

    def __init__(self, parse: Parse) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, cell: str) -> object:
        value = self._parse(cell)
        if len(cell) <= CELL_MOST:
            if len(self) >= CELLS_MOST:
                self.clear()
            self[cell] = value
        return value
