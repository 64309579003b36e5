"""Typed values of workbooks and Parquet files as the text that a person would have typed."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final


def cell_text(value: object) -> str:
    """One value as text: codes without “.0”, days without midnight."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    for kind, written in _WRITTEN:
        if isinstance(value, kind):
            return written(value)
    return str(value)


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    if value.is_integer():
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def _moment(value: datetime) -> str:
    return value.date().isoformat() if value.time() == time() else value.isoformat(" ")


# In this order: a truth value is an integer too, and a moment is a day too.
_WRITTEN: Final[tuple[tuple[type, Callable[[Any], str]], ...]] = (
    (bool, lambda value: "TRUE" if value else "FALSE"),
    (int, str),
    (float, _number),
    (datetime, _moment),
    (date, date.isoformat),
    (time, time.isoformat),
    (Decimal, lambda value: format(value, "f")),
    (bytes, lambda value: value.decode("utf-8").strip()),
)
