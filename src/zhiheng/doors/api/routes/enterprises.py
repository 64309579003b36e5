"""Enterprises: search, particulars, and the quality archive (质量档案)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import Field

from zhiheng.doors.api.asking import Asked
from zhiheng.doors.api.paging import LIMIT, Cursor, Limit, Page, page
from zhiheng.doors.api.problems import absent
from zhiheng.foundation.ledger import selectors as ledger
from zhiheng.foundation.ledger.models import split_id
from zhiheng.foundation.org.actors import division_prefix
from zhiheng.foundation.org.guard import within
from zhiheng.foundation.registry import selectors
from zhiheng.foundation.registry.models import Enterprise
from zhiheng.foundation.registry.search import PAGE_MOST
from zhiheng.kernel.errors import N_

router = Router(tags=["enterprises"])


class EnterpriseOut(Schema):
    """An enterprise, as last recorded."""

    uscc: str = Field(examples=["91370200MA3CEXAMP1"])
    name: str = Field(examples=["示例电器有限公司"])
    division: str = Field(examples=["370200"])
    industry: str
    address: str
    type: str
    established: date | None
    status: str = Field(examples=["active"])


class NameOut(Schema):
    """A name that it bears or bore."""

    name: str
    current: bool
    since: date | None
    until: date | None


class EnterpriseDetail(EnterpriseOut):
    """An enterprise with its names."""

    capital: str
    scope: str
    names: list[NameOut]


class ArchiveEntryOut(Schema):
    """One entry about the enterprise. `corrects` and `corrected_by` name entries."""

    entry: str = Field(description="Book and number.", examples=["MSA-370200-4711"])
    kind: str = Field(examples=["spot_check.result"])
    occurred_at: datetime
    recorded_at: datetime
    agency: str
    division: str
    basis: str
    hash: str
    fact: dict[str, Any]
    corrects: int | None = Field(description="Id of the entry that this one corrects.")
    corrected_by: int | None = Field(description="Id of the entry that corrects this one.")


@router.get("", response=Page[EnterpriseOut], summary="Search or list enterprises")
def enterprise_list(
    request: Asked,
    text: Annotated[str, Query(description="Code, name or any part of a name.", max_length=400)] = "",
    place: Annotated[str, Query(description="Division code; all below is meant.", max_length=6)] = "",
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Any:
    """With `text` in the order of the search (at most 100 a page), else in the order of codes."""
    prefix = division_prefix(place) if place else ""
    if text:
        found = selectors.search(request.actor, text, prefix, min(limit, PAGE_MOST), cursor or None)
        return {
            "items": _shape([hit.enterprise for hit in found.hits]),
            "next": found.next,
            "cut": bool(found.next),
        }
    rows = selectors.enterprises(request.actor).filter(within("division", prefix))
    return page(rows, ("uscc",), cursor, limit, _shape)


_NAMES = ("uscc", "name", "division", "industry", "address", "type", "established", "status")


def _shape(rows: list[Enterprise]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in _NAMES} for row in rows]


def _enterprise(request: Asked, uscc: str) -> Enterprise:
    found = selectors.enterprise_by_uscc(request.actor, uscc.upper())
    if found is None:
        raise absent(N_("There is no enterprise %(uscc)s."), N_("Search for it by its name."), uscc=uscc[:18])
    return found


@router.get("/{uscc}", response=EnterpriseDetail, summary="One enterprise")
def enterprise(request: Asked, uscc: str) -> Any:
    """Its particulars and its names."""
    found = _enterprise(request, uscc)
    names = selectors.names_of(request.actor, found.uscc).values("name", "current", "since", "until")
    return {**_shape([found])[0], "capital": found.capital, "scope": found.scope, "names": list(names)}


@router.get("/{uscc}/archive", response=Page[ArchiveEntryOut], summary="Its quality archive")
def archive(request: Asked, uscc: str, cursor: Cursor = "", limit: Limit = LIMIT) -> Any:
    """What the ledger says about it and the actor may know, the latest first (at most 500 a page)."""
    found = _enterprise(request, uscc)
    shown = ledger.archive(request.actor, found.uscc, cursor or None, limit, on=request.today)
    return {
        "items": [_entry(entry) for entry in shown.entries],
        "next": shown.next,
        "cut": bool(shown.next),
    }


def _entry(entry: ledger.ArchiveEntry) -> dict[str, Any]:
    return {
        "entry": f"{entry.book}-{split_id(entry.id)[1]}",
        "kind": entry.kind,
        "occurred_at": entry.occurred_at,
        "recorded_at": entry.recorded_at,
        "agency": entry.agency,
        "division": entry.division,
        "basis": entry.basis,
        "hash": entry.hash.hex(),
        "fact": entry.fact.payload(),
        "corrects": entry.corrects,
        "corrected_by": entry.corrected_by,
    }
