"""A new import in steps: the file, the columns, a look at it, the start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhiheng.doors.exports.table import FORMS
from zhiheng.doors.exports.tables import heading, heading_of
from zhiheng.doors.imports.catalogue import CATALOGUE, importable
from zhiheng.doors.imports.mapped import built_in
from zhiheng.doors.imports.matching import match_mapping
from zhiheng.doors.imports.run import Opening, open_import
from zhiheng.doors.imports.template import template
from zhiheng.doors.workbench import staging
from zhiheng.doors.workbench.desk import REGISTRARS, OfficerRequest, desk, show
from zhiheng.doors.workbench.staging import Staged
from zhiheng.doors.workbench.suggestions import suggest
from zhiheng.foundation.exchange.mapping import parse as parse_mapping
from zhiheng.foundation.exchange.models import Mapping as SavedMapping
from zhiheng.foundation.exchange.services import mapping_save
from zhiheng.kernel.errors import N_, Problem, Refused, refuse
from zhiheng.kernel.sheets import Column, Sheet
from zhiheng.settings import settings

SAMPLES: Final = 3
PREVIEWED: Final = 12
SHOWN_PROBLEMS: Final = 30
MEGABYTE: Final = 1_000_000


@desk(*REGISTRARS)
def new(request: OfficerRequest) -> HttpResponse:
    """Choose a sheet and hand a file in."""
    chosen = request.POST.get("sheet") or request.GET.get("sheet", "")
    context: dict[str, Any] = {
        "sheets": [(one.sheet.name, heading_of(one.sheet), _needed(one.sheet)) for one in CATALOGUE.values()],
        "chosen": chosen if chosen in CATALOGUE else "spot-checks",
        "most": settings().upload_max_bytes // MEGABYTE,
        "far_most": settings().import_max_bytes // MEGABYTE,
    }
    if request.method != "POST":
        return show(request, "import_new.html", context)
    try:
        file = request.FILES.get("file")
        if file is None:
            raise refuse(
                "workbench.no_file", N_("No file was chosen."), N_("Choose an xlsx, CSV or Parquet file.")
            )
        _require_size(file.size or 0)
        given = staging.stage(request.actor, chosen, file.name or "upload", file)
        return _next(request, given)
    except Refused as refused:
        return show(request, "import_new.html", {**context, "problems": refused.problems}, status=422)


def _needed(sheet: Sheet) -> str:
    return "、".join(heading(column) for column in sheet.columns if column.required)


def _require_size(size: int) -> None:
    most = settings().upload_max_bytes
    if size > most:
        raise refuse(
            "workbench.upload_size",
            N_("The file has %(size)d MB; this page takes at most %(most)d MB."),
            N_("Cut it into several files, or let the system administrator import it by the command line."),
            size=size // MEGABYTE,
            most=most // MEGABYTE,
        )


def _next(request: OfficerRequest, given: Staged) -> HttpResponse:
    """To the preview when every needed column is recognised, else to the columns."""
    try:
        way = staging.way_of(request.actor, given)
        layout = staging.layout_of(given, way)
    except Refused:
        staging.drop(given)
        raise
    matching = way.match(layout.headings)
    step = "columns" if matching.missing or matching.duplicates else "preview"
    return redirect(f"workbench:import-{step}", token=given.token)


@desk(*REGISTRARS)
def template_file(request: OfficerRequest, sheet: str) -> HttpResponse:
    """The template of a sheet, to be filled in."""
    found = importable(sheet).sheet
    answer = HttpResponse(template(found, get_language() or "zh-hans"), content_type=FORMS["xlsx"])
    answer["Content-Disposition"] = f'attachment; filename="{found.name}.xlsx"'
    return answer


@desk(*REGISTRARS)
def columns(request: OfficerRequest, token: str) -> HttpResponse:
    """Match the columns of the file with ours, and save that as a mapping."""
    given = staging.staged(request.actor, token)
    if request.method == "POST" and request.POST.get("mapping"):
        return _take_mapping(request, given, request.POST["mapping"])
    if request.method == "POST":
        try:
            return _save_match(request, given)
        except Refused as refused:
            return _columns_page(request, given, refused.problems)
    return _columns_page(request, given)


def _take_mapping(request: OfficerRequest, given: Staged, name: str) -> HttpResponse:
    changed = staging.with_mapping(given, name)
    staging.way_of(request.actor, changed)
    return redirect("workbench:import-preview", token=given.token)


def _columns_page(request: OfficerRequest, given: Staged, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    sheet = staging.sheet_of(given)
    way = staging.way_of(request.actor, Staged(given.token, given.actor, given.sheet, given.name, given.path))
    layout = staging.layout_of(given, way)
    lines = staging.first_lines(given, layout, SAMPLES)
    samples = [line.cells for line in lines]
    chosen = _chosen(request.POST) if request.method == "POST" else suggest(sheet, layout.headings, samples)
    rows = [
        (
            place,
            name,
            " ｜ ".join(filter(None, (row[place][:40] for row in samples if place < len(row)))),
            chosen.get(place, ""),
        )
        for place, name in enumerate(layout.headings)
        if name
    ]
    context = {
        "given": given,
        "sheet": heading_of(sheet),
        "rows": rows,
        "options": [
            (column.name, heading(column) + (" *" if column.required else "")) for column in sheet.columns
        ],
        "fixed": [_fixed(column, request.POST.get(f"all-{column.name}", "")) for column in _fixable(sheet)],
        "mappings": _mappings(request, sheet, layout.headings),
        "name": request.POST.get("name") or _name(given, request.today),
        "problems": problems,
    }
    return show(request, "import_columns.html", context, status=422 if problems else 200)


def _name(given: Staged, today: date) -> str:
    return f"{given.sheet}-{today:%Y%m%d}"


def _chosen(posted: Mapping[str, str]) -> dict[int, str]:
    return {
        int(key.removeprefix("c-")): name
        for key, name in posted.items()
        if key.startswith("c-") and key.removeprefix("c-").isdigit() and name
    }


def _fixable(sheet: Sheet) -> list[Column]:
    """Columns that may hold one thing for a whole file: those with choices, and those that name a source."""
    names = {"authority", "source", "laboratory", "published_on"}
    return [column for column in sheet.columns if column.choices or column.name in names]


def _fixed(column: Column, value: str) -> dict[str, Any]:
    words = [known[0] for known in (column.choices or {}).values()]
    return {
        "name": column.name,
        "label": heading(column),
        "words": words,
        "value": value,
        "note": column.note,
    }


def _mappings(request: OfficerRequest, sheet: Sheet, headings: tuple[str, ...]) -> list[tuple[str, str]]:
    """Mappings that find every column they need in this file, with what they are."""
    saved = SavedMapping.objects.visible_to(request.actor).filter(sheet=sheet.name)
    known = {**built_in(sheet), **{one.name: parse_mapping(one.body, sheet) for one in saved}}
    fitting = (one for one in known.values() if not match_mapping(sheet, one, headings).missing)
    return [(one.name, one.title or one.name) for one in fitting]


def _save_match(request: OfficerRequest, given: Staged) -> HttpResponse:
    sheet = staging.sheet_of(given)
    way = staging.way_of(request.actor, Staged(given.token, given.actor, given.sheet, given.name, given.path))
    headings = staging.layout_of(given, way).headings
    body: dict[str, Any] = {}
    for place, name in _chosen(request.POST).items():
        if name in body:
            raise refuse(
                "workbench.column_twice",
                N_("“%(column)s” is chosen for two columns of the file."),
                N_("Choose it for one of them, and “not imported” for the other."),
                column=heading(sheet.column(name)),
            )
        if place < len(headings):
            body[name] = {"from": [headings[place]]}
    for column in _fixable(sheet):
        value = request.POST.get(f"all-{column.name}", "").strip()
        if value:
            body.setdefault(column.name, {})["constant"] = value
    _require_all(sheet, body)
    name = request.POST.get("name", "").strip().lower()
    mapping = mapping_save(actor=request.actor, name=name, sheet=sheet, body={"column": body}, at=request.at)
    staging.with_mapping(given, mapping.name)
    return redirect("workbench:import-preview", token=given.token)


def _require_all(sheet: Sheet, body: Mapping[str, Any]) -> None:
    missing = [heading(column) for column in sheet.columns if column.required and column.name not in body]
    if missing:
        raise refuse(
            "workbench.columns_missing",
            N_("Nothing is chosen for: %(missing)s."),
            N_("Choose a column of the file for each, or say what holds for all rows."),
            missing="、".join(missing),
        )


@desk(*REGISTRARS)
def preview(request: OfficerRequest, token: str) -> HttpResponse:
    """The first rows as they would be taken in, and the start."""
    given = staging.staged(request.actor, token)
    if request.method == "POST":
        return _start(request, given)
    way = staging.way_of(request.actor, given)
    layout = staging.layout_of(given, way)
    matching = way.match(layout.headings)
    if matching.missing or matching.duplicates:
        return redirect("workbench:import-columns", token=token)
    rows = list(staging.look(given, way, layout))
    used = [column for column in way.sheet.columns if any(row.cells.get(column.name) for row in rows)]
    wrong = [row for row in rows if row.refusal]
    context = {
        "given": given,
        "sheet": heading_of(way.sheet),
        "layout": layout,
        "notes": (*layout.notes, *matching.notes),
        "heads": [heading(column) for column in used],
        "rows": [(row, [row.cells.get(column.name, "") for column in used]) for row in rows[:PREVIEWED]],
        "looked_at": len(rows),
        "wrong": len(wrong),
        "problems": [
            (row.number, _column_heading(way.sheet, one.column), one.found, one.problem)
            for row in wrong
            for one in (row.refusal.problems if row.refusal else ())
        ][:SHOWN_PROBLEMS],
    }
    return show(request, "import_preview.html", context)


def _column_heading(sheet: Sheet, name: str) -> str:
    return heading(sheet.column(name)) if name else _("whole row")


def _start(request: OfficerRequest, given: Staged) -> HttpResponse:
    opening = Opening(given.sheet, given.mapping, given.name, bytes_most=settings().upload_max_bytes)
    run = open_import(actor=request.actor, source=given.file, opening=opening, at=request.at)
    staging.drop(given)
    return redirect("workbench:import", public_id=run.public_id)
