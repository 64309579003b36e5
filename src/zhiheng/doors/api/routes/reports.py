"""Quality reports: list, content, and the package that a stranger verifies alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.package import package_write
from zhiheng.domains.indicators.selectors import report_by_code, reports
from zhiheng.doors.api.asking import Asked
from zhiheng.doors.api.freshness import known, tag_of, tagged
from zhiheng.doors.api.paging import LIMIT, Cursor, Limit, Page, page
from zhiheng.doors.api.problems import absent
from zhiheng.foundation.org.actors import division_prefix
from zhiheng.foundation.org.guard import within
from zhiheng.kernel.errors import N_
from zhiheng.settings import settings

router = Router(tags=["reports"])


class ReportOut(Schema):
    """A report and where it stands."""

    code: str = Field(examples=["2026-370200-01"])
    title: str
    agency: str
    agency_name: str
    division: str
    period_from: date
    period_to: date
    state: str = Field(examples=["published"])
    published_at: datetime | None
    withdrawn_at: datetime | None
    reason: str = Field(description="Why it was withdrawn.")
    snapshot: str
    content_digest: str = Field(description="SM3 of the canonical content; it stands in the ledger.")
    checkpoint: int | None


class ReportDetail(ReportOut):
    """A report with its whole content: tables, sentences with the cells of their numbers, sources."""

    superseded_by: str = Field(description="Code of the report that replaces it.")
    content: dict[str, Any]


@router.get("", response=Page[ReportOut], summary="List reports")
def report_list(
    request: Asked,
    state: Annotated[Literal["", "draft", "submitted", "reviewed", "published", "withdrawn"], Query()] = "",
    place: Annotated[str, Query(description="Division code; all below is meant.", max_length=6)] = "",
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Any:
    """The reports that the actor may see, newest period first; the public sees what was published."""
    rows = reports(request.actor)
    if state:
        rows = rows.filter(state=state)
    if place:
        rows = rows.filter(within("division", division_prefix(place)))
    return page(rows, ("-period_to", "code"), cursor, limit, _shape)


_NAMES = (
    "code", "title", "agency", "agency_name", "division", "period_from", "period_to", "state",
    "published_at", "withdrawn_at", "snapshot", "content_digest", "checkpoint",
)  # fmt: skip


def _shape(rows: list[Report]) -> list[dict[str, Any]]:
    return [
        {**{name: getattr(row, name) for name in _NAMES}, "reason": row.reason if row.withdrawn_at else ""}
        for row in rows
    ]


def _report(request: Asked, code: str) -> Report:
    found = report_by_code(request.actor, code[:40])
    if found is None:
        raise absent(N_("There is no report %(code)s, or it is not yours to see."), code=code[:40])
    return found


@router.get("/{code}", response=ReportDetail, summary="One report")
def report(request: Asked, response: HttpResponse, code: str) -> Any:
    """The report with its content."""
    found = _report(request, code)
    tag = tag_of(found.code, found.state, found.entry, found.content_digest)
    if unchanged := known(request, tag):
        return unchanged
    tagged(response, tag)
    later = found.superseded_by
    return {
        **_shape([found])[0],
        "superseded_by": later.code if later else "",
        "content": found.document,
    }


@router.get("/{code}/package", summary="Its package for strangers")
def package(request: Asked, code: str) -> Any:
    """A zip file for `zhiheng verify report FILE`: content, rows, publishing entry and proof."""
    found = _report(request, code)
    tag = tag_of("package", found.code, found.content_digest, found.checkpoint)
    if unchanged := known(request, tag):
        return unchanged
    data = package_write(found, settings().folder("snapshots"))
    response = HttpResponse(data, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{found.code}.zip"'
    return tagged(response, tag)
