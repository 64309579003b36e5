"""Pages by cursor: each goes on behind the last row of the one before, so new rows shift nothing.

A cursor is opaque: it holds the sort values of the last row, and may hold others tomorrow. An answer
says whether the list was cut. This module refuses offsets.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Final, Generic, TypeVar

from django.db.models import Q, QuerySet
from ninja import Query, Schema
from pydantic import Field

from zhiheng.kernel.errors import N_, refuse

LIMIT: Final = 100
LIMIT_MOST: Final = 1000
T = TypeVar("T")
Value = str | int

Cursor = Annotated[
    str, Query(description="`next` of the page before; empty for the first page.", max_length=400)
]
Limit = Annotated[int, Query(description="Rows of a page.", ge=1, le=LIMIT_MOST)]


class Page(Schema, Generic[T]):
    """A page of a list. `cut` says that there is more; `next` then asks for it."""

    items: list[T]
    next: str = Field(description="Cursor of the following page; empty on the last one.")
    cut: bool = Field(description="Whether there is more than this page.")


def encode(values: Sequence[Value]) -> str:
    """A cursor."""
    text = json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, kinds: Sequence[type]) -> list[Any]:
    """The values of a cursor, when it is one of this list."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        fits = isinstance(values, list) and len(values) == len(kinds)
        if fits and all(type(value) is kind for value, kind in zip(values, kinds, strict=True)):
            return list(values)
    except (binascii.Error, ValueError):
        pass
    raise refuse(
        "api.cursor",
        N_("This is not a cursor of this list."),
        N_("Begin without one, then use `next` of each page, with the same filters."),
    )


def page(
    rows: QuerySet[Any],
    order: tuple[str, ...],
    cursor: str,
    limit: int,
    shape: Callable[[list[Any]], list[T]],
) -> dict[str, Any]:
    """One page of rows in an order that ends in something unique; `-` before a name means descending."""
    names = [name.removeprefix("-") for name in order]
    kinds = [_kind(rows, name) for name in names]
    asked = rows.order_by(*order)
    if cursor:
        asked = asked.filter(_behind(order, decode(cursor, [_stored(kind) for kind in kinds]), kinds))
    found = list(asked[: limit + 1])
    shown, more = found[:limit], len(found) > limit
    last = [_plain(getattr(shown[-1], name)) for name in names] if more else []
    return {"items": shape(shown), "next": encode(last) if more else "", "cut": more}


def _kind(rows: QuerySet[Any], name: str) -> type:
    field = rows.model._meta.get_field(name)
    inner = str(field.get_internal_type())
    if inner == "DateField":
        return date
    return int if inner.endswith(("IntegerField", "AutoField")) else str


def _stored(kind: type) -> type:
    return str if kind is date else kind


def _plain(value: Any) -> Value:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int) else str(value)


def _behind(order: tuple[str, ...], values: list[Any], kinds: list[type]) -> Q:
    """Rows behind the one with these values. The first condition alone is what an index serves."""
    typed = [_day(value) if kind is date else value for value, kind in zip(values, kinds, strict=True)]
    found, same = Q(), Q()
    for name, value in zip(order, typed, strict=True):
        column = name.removeprefix("-")
        side = "lt" if name.startswith("-") else "gt"
        found |= same & Q(**{f"{column}__{side}": value})
        same &= Q(**{column: value})
    first = order[0]
    edge = "lte" if first.startswith("-") else "gte"
    return Q(**{f"{first.removeprefix('-')}__{edge}": typed[0]}) & found


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        decode("-", ())
        raise
