"""Places to choose from: the officer's own division and the two levels below it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.core.cache import cache

from zhiheng.doors.look.reader import chinese, language
from zhiheng.foundation.org.actors import NATION, Actor
from zhiheng.foundation.org.guard import within
from zhiheng.foundation.org.models import Division
from zhiheng.foundation.org.selectors import divisions

KEPT: Final = 300  # seconds; divisions change a few times a year
LEVELS: Final = 2


def places_below(actor: Actor, on: date) -> list[tuple[str, str]]:
    """Code and name of the officer's division and of what lies below, in the order of codes."""
    key = f"workbench.places.{actor.division}.{language()}.{on}"
    found = cache.get(key)
    if found is None:
        found = _below(actor, on, english=not chinese())
        cache.set(key, found, KEPT)
    return found


def _below(actor: Actor, on: date, *, english: bool) -> list[tuple[str, str]]:
    own = _level(actor.division)
    rows = divisions(on).filter(level__gte=own, level__lte=own + LEVELS)
    if actor.division != NATION:
        rows = rows.filter(within("code", actor.scope))
    return [(row.code, _indented(row, own, english)) for row in rows.order_by("code")]


def _indented(row: Division, own: int, english: bool) -> str:
    name = row.name_en if english and row.name_en else row.name
    return "– " * max(row.level - max(own, 1), 0) + name


def _level(code: str) -> int:
    if code in ("", NATION):
        return int(Division.Level.NATION)
    if code.endswith("0000"):
        return int(Division.Level.PROVINCE)
    return int(Division.Level.CITY if code.endswith("00") else Division.Level.COUNTY)


def choices(places: list[tuple[str, str]], empty: str) -> list[tuple[str, Any]]:
    """The places as choices of a select."""
    return [("", empty), *places]
