"""Divisions (行政区划) as they were on a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import Field

from zhiheng.doors.api.asking import Asked
from zhiheng.doors.api.paging import LIMIT, Cursor, Limit, Page, page
from zhiheng.foundation.org.models import Division
from zhiheng.foundation.org.selectors import divisions

router = Router(tags=["divisions"])


class DivisionOut(Schema):
    """A division; a code may have stood for several names, each for its time."""

    code: str = Field(examples=["370200"])
    name: str = Field(examples=["青岛市"])
    name_en: str = Field(examples=["Qingdao"])
    level: int = Field(description="0 nation, 1 province, 2 city, 3 county", examples=[2])
    parent: str = Field(examples=["370000"])
    valid_from: date | None
    valid_to: date | None


@router.get("", response=Page[DivisionOut], summary="List divisions")
def division_list(
    request: Asked,
    on: Annotated[date | None, Query(description="The day; else today.")] = None,
    parent: Annotated[str, Query(description="Only what lies directly below this code.", max_length=6)] = "",
    level: Annotated[int | None, Query(ge=0, le=3)] = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Any:
    """The divisions that are valid on a day, in the order of their codes."""
    rows = divisions(on or request.today)
    if parent:
        rows = rows.filter(parent=parent)
    if level is not None:
        rows = rows.filter(level=level)
    return page(rows, ("code", "id"), cursor, limit, _shape)


def _shape(rows: list[Division]) -> list[dict[str, Any]]:
    names = ("code", "name", "name_en", "level", "parent", "valid_from", "valid_to")
    return [{name: getattr(row, name) for name in names} for row in rows]
