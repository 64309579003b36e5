"""Names of places, for a page at once, and the places that a filter offers.

A filter offers the provinces and, once one is chosen, what lies below: never all three thousand
counties. This module refuses to know which places have results.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhiheng.foundation.org.actors import NATION
from zhiheng.foundation.org.models import Division
from zhiheng.foundation.org.selectors import division_names, divisions

_GROUPINGS: Final = frozenset({"市辖区", "县"})


def chinese() -> bool:
    """Whether the reader reads Chinese."""
    return (get_language() or "zh").startswith("zh")


def above(code: str) -> tuple[str, ...]:
    """The codes of the province and city that a place lies in, and its own."""
    if len(code) != 6 or code == NATION:
        return (code,)
    return tuple(dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code)))


def place_names(codes: Iterable[str]) -> dict[str, str]:
    """For each code the name of the place with what it lies in, 浙江省杭州市西湖区; one query for a page."""
    asked = {code for code in codes if code}
    known = division_names({part for code in asked for part in above(code)}, "zh" if chinese() else "en")
    return {code: _joined([known[part] for part in above(code) if part in known]) for code in asked}


def _joined(names: list[str]) -> str:
    # Headings of the standard between a municipality and its districts are no places.
    real = [name for name in names[:-1] if name not in _GROUPINGS and "直辖" not in name] + names[-1:]
    distinct = list(dict.fromkeys(real))
    return "".join(distinct) if chinese() else ", ".join(reversed(distinct))


def short_names(codes: Iterable[str]) -> dict[str, str]:
    """For each code the name of the place alone, 西湖区; for pages that say already what it lies in."""
    return division_names(set(codes), "zh" if chinese() else "en")


def places_offered(chosen: str, on: date) -> list[tuple[str, str]]:
    """Code and name of the provinces and, around the chosen place, of the cities and counties."""
    wanted = Q(level=Division.Level.PROVINCE)
    for parent in above(chosen)[:2] if chosen and chosen != NATION else ():
        wanted |= Q(parent=parent)
    rows = divisions(on).filter(wanted).order_by("code")
    depth = {Division.Level.CITY: "– ", Division.Level.COUNTY: "– – "}
    own = [(row.code, depth.get(Division.Level(row.level), "") + _name(row)) for row in rows]
    return [("", _("All places")), *own]


def _name(row: Division) -> str:
    return row.name if chinese() or not row.name_en else row.name_en
