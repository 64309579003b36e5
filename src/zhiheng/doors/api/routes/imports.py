"""Imports: hand a file in, see how far it is, fetch the rows that were refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from zhiheng.doors.api.asking import Asked, OfficersKey
from zhiheng.doors.api.paging import LIMIT, Cursor, Limit, Page, page
from zhiheng.doors.api.problems import Said, said
from zhiheng.doors.imports.run import Opening, open_import
from zhiheng.doors.imports.summary import summary
from zhiheng.foundation.exchange import selectors
from zhiheng.foundation.exchange.models import ImportRun, RefusedRow
from zhiheng.foundation.exchange.problems import from_json
from zhiheng.settings import settings

router = Router(tags=["imports"], auth=OfficersKey())


class ImportOut(Schema):
    """An import; accepted + unresolved + refused + skipped = rows so far."""

    run: str = Field(examples=["20260302-1a2b3c4d"])
    sheet: str = Field(examples=["spot-checks"])
    mapping: str
    file: str
    state: str = Field(description="queued, running, finished, failed or cancelled")
    rows_total: int | None
    rows: int
    accepted: int
    unresolved: int
    refused: int
    skipped: int
    mended: int
    opened_at: datetime
    finished_at: datetime | None
    notes: list[Said]


class WrongOut(Said):
    """One problem of a row."""

    column: str
    found: str


class RefusedOut(Schema):
    """A row that was not taken in."""

    number: int = Field(description="Its number in the file.")
    cells: dict[str, str]
    problems: list[WrongOut]
    state: str = Field(description="open or mended")


@router.post("", response={202: ImportOut}, summary="Hand a file in")
def start(
    request: Asked,
    response: HttpResponse,
    sheet: Annotated[str, Form(max_length=40, description="enterprises or spot-checks")],
    file: Annotated[UploadedFile, File(description="xlsx, csv or parquet")],
    mapping: Annotated[str, Form(max_length=60, description="Mapping from the source's headings.")] = "",
) -> Any:
    """The file is checked at once and taken in by the worker; needs the scope `registrar`."""
    opening = Opening(
        sheet=sheet, mapping=mapping, name=file.name or "upload", bytes_most=settings().upload_max_bytes
    )
    run = open_import(actor=request.actor, source=file.file or file, opening=opening, at=request.at)
    response["Location"] = f"/api/v1/imports/{run.public_id}"
    return Status(202, _run(run))


@router.get("", response=Page[ImportOut], summary="List imports")
def import_list(
    request: Asked,
    state: Annotated[str, Query(max_length=12)] = "",
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Any:
    """The imports of the officer's agency and of those below, newest first."""
    rows = selectors.runs(request.actor)
    if state:
        rows = rows.filter(state=state)
    return page(rows, ("-id",), cursor, limit, lambda found: [_run(run) for run in found])


@router.get("/{run}", response=ImportOut, summary="One import")
def import_state(request: Asked, run: str) -> Any:
    """How far it is, and what became of its rows."""
    return _run(selectors.run_by_id(request.actor, run))


@router.get("/{run}/refused", response=Page[RefusedOut], summary="Its refused rows")
def refused(request: Asked, run: str, cursor: Cursor = "", limit: Limit = LIMIT) -> Any:
    """The rows that were not taken in, with all that is wrong with each, in the order of the file."""
    found = selectors.run_by_id(request.actor, run)
    return page(selectors.refused_rows(request.actor, found), ("number",), cursor, limit, _refused)


def _run(run: ImportRun) -> dict[str, Any]:
    found = summary(run)
    return {
        "run": found.run,
        "sheet": run.sheet,
        "mapping": run.mapping,
        "file": run.file_name,
        "state": found.state,
        "rows_total": run.rows_total,
        **found.counts(),
        "mended": found.mended,
        "opened_at": run.opened_at,
        "finished_at": run.finished_at,
        "notes": [said(problem) for problem in found.notes],
    }


def _refused(rows: list[RefusedRow]) -> list[dict[str, Any]]:
    return [
        {
            "number": row.number,
            "cells": row.cells,
            "problems": [
                {**said(one.problem), "column": one.column, "found": one.found}
                for one in from_json(row.problems)
            ],
            "state": row.state,
        }
        for row in rows
    ]
