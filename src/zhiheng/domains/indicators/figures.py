"""How a report writes its numbers, days and names, in text and tables alike.

The column says what a value is: a share, a count, a day or a name. A share that is not whole is never
rounded to nothing or to all. This module refuses to compute.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date
from typing import Final

from zhiheng.domains.indicators.pointers import Plain

GROUP: Final = "\N{NARROW NO-BREAK SPACE}"
MISSING: Final = "—"
_SHARES: Final = (
    "estimate", "lower", "upper", "exact_lower", "exact_upper", "shrunk", "shrunk_lower", "shrunk_upper",
    "rest_estimate", "rest_lower", "rest_upper",
)  # fmt: skip
_DAYS: Final = ("since", "until", "published_by")
_MOST_DIGITS: Final = 3


def count(value: int) -> str:
    """A count, its thousands grouped."""
    return f"{value:,}".replace(",", GROUP)


def share(value: float) -> str:
    """A share in percent: one decimal, more where rounding would claim none or all."""
    for digits in range(1, _MOST_DIGITS + 1):
        shown = f"{100 * value:.{digits}f}"
        if value in (0, 1) or float(shown) not in (0.0, 100.0):
            return f"{shown}%"
    return f"<{10**-_MOST_DIGITS}%" if value < 1 / 2 else f">{100 - 10**-_MOST_DIGITS}%"


def interval(lower: float, upper: float) -> str:
    """An interval of shares, in percent."""
    return f"{share(lower)[:-1]}–{share(upper)}"


def day(text: str, language: str) -> str:
    """A day written out."""
    of = date.fromisoformat(text)
    if language.startswith("zh"):
        return f"{of.year}年{of.month}月{of.day}日"
    return f"{of.day} {calendar.month_name[of.month]} {of.year}"


def written(pointer: str, value: Plain, language: str, names: Mapping[str, str]) -> str:
    """The value of a cell, as its column asks; `names` are those of the places."""
    column = pointer.rsplit("/", 1)[-1]
    if value is None:
        return MISSING
    if isinstance(value, str):
        return day(value, language) if column in _DAYS else names.get(value, value)
    if column == "level":
        return f"{100 * value:.0f}%"
    # In the summary, `kinds_lower` counts; in a table of rates, `lower` is a bound.
    return share(float(value)) if column in _SHARES else count(int(value))
