"""What a product kind is: its items, their limits, and the cells in which measured values are written.

Values are whole multiples of the item's resolution, so a value that should pass or fail lies on its
side of the limit after rounding too, and the verdict follows from what is printed. This module refuses
to know any real limit: those of `catalogue` are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

PASSES: Final = 240
FAILS: Final = 120
VARIANTS: Final = PASSES + FAILS
MAX_ITEMS: Final = 4


@dataclass(frozen=True, slots=True)
class Item:
    """One test: lower and upper limit in steps of its resolution; neither means "meets the text"."""

    name: str
    unit: str = ""
    decimals: int = 0
    lower: int | None = None
    upper: int | None = None
    spread: int = 0

    def cells(self) -> list[str]:
        """Every way in which the item can be written: the passing ones first, then the failing."""
        return [self._cell(variant) for variant in range(VARIANTS)]

    def _cell(self, variant: int) -> str:
        verdict = "合格" if variant < PASSES else "不合格"
        if self.lower is None and self.upper is None:
            found = "符合" if variant < PASSES else "不符合"
            return f"{self.name}|{found}||应符合|{verdict}"
        return f"{self.name}|{self._number(self._value(variant))}|{self.unit}|{self._limit()}|{verdict}"

    def _value(self, variant: int) -> int:
        if self.lower is not None and self.upper is not None:
            width = self.upper - self.lower
            if variant < PASSES:
                return self.lower + variant * width // (PASSES - 1)
            beyond = 1 + (variant - PASSES) * self.spread // (FAILS - 1)
            return self.upper + beyond if variant % 2 else max(self.lower - beyond, 0)
        limit, sign = (self.upper, 1) if self.upper is not None else (self.lower, -1)
        assert limit is not None  # noqa: S101  an item without limits has returned above
        if variant < PASSES:
            return limit - sign * (variant * self.spread // (PASSES - 1))
        return max(limit + sign * (1 + (variant - PASSES) * self.spread // (2 * (FAILS - 1))), 0)

    def _limit(self) -> str:
        if self.lower is None:
            assert self.upper is not None  # noqa: S101  as above
            return f"≤{self._number(self.upper)}"
        if self.upper is None:
            return f"≥{self._number(self.lower)}"
        return f"{self._number(self.lower)}～{self._number(self.upper)}"

    def _number(self, steps: int) -> str:
        return f"{Decimal(steps).scaleb(-self.decimals):f}"


def at_most(name: str, unit: str, limit: str, spread: str) -> Item:
    """An item whose value may not exceed the limit; values spread that far below it."""
    decimals, steps = _steps(limit)
    return Item(name, unit, decimals, None, steps, _scaled(spread, decimals))


def at_least(name: str, unit: str, limit: str, spread: str) -> Item:
    """An item whose value must reach the limit; values spread that far above it."""
    decimals, steps = _steps(limit)
    return Item(name, unit, decimals, steps, None, _scaled(spread, decimals))


def within(name: str, unit: str, lower: str, upper: str) -> Item:
    """An item whose value must lie between two limits."""
    decimals, steps = _steps(lower)
    top = _scaled(upper, decimals)
    return Item(name, unit, decimals, steps, top, max((top - steps) // 2, 2))


def meets(name: str) -> Item:
    """An item that is judged by looking: it meets the requirement or does not."""
    return Item(name)


def _steps(limit: str) -> tuple[int, int]:
    decimals = len(limit.partition(".")[2])
    return decimals, _scaled(limit, decimals)


def _scaled(number: str, decimals: int) -> int:
    return int(Decimal(number).scaleb(decimals))


@dataclass(frozen=True, slots=True)
class Kind:
    """A product kind: who makes it, when it is sampled, how often it fails (per mille), what is tested."""

    name: str
    industry: str
    trade: str
    products: tuple[str, ...]
    standards: str
    failing: int
    season: tuple[int, ...]
    items: tuple[Item, ...]
