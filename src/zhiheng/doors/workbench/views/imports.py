"""Imports under way and done: the list, how far one is, what was refused, and mending it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from zhiheng.doors.exports.answers import download
from zhiheng.doors.exports.tables import heading, heading_of
from zhiheng.doors.imports.catalogue import CATALOGUE, importable
from zhiheng.doors.imports.mapped import built_in
from zhiheng.doors.imports.summary import refused_table, summary
from zhiheng.doors.look.bounded import cut_said, page_of
from zhiheng.doors.workbench.desk import REGISTRARS, WORKERS, OfficerRequest, absent, desk, show
from zhiheng.doors.workbench.sheetforms import SheetForm
from zhiheng.foundation.exchange import policy, selectors
from zhiheng.foundation.exchange.mapping import parse as parse_mapping
from zhiheng.foundation.exchange.models import ImportRun, Mapping, RefusedRow
from zhiheng.foundation.exchange.problems import from_json
from zhiheng.foundation.exchange.services import OPEN_STATES, import_cancel, refused_row_mend
from zhiheng.kernel.errors import N_, Refused
from zhiheng.kernel.sheets import REFUSED, Sheet

STATES: Final = ("queued", "running", "finished", "failed", "cancelled")
SLOW_AFTER: Final = 15  # seconds that a queued import waits before the page says why


@desk(*WORKERS)
def listed(request: OfficerRequest) -> HttpResponse:
    """All imports that the officer may see."""
    rows = selectors.runs(request.actor)
    state, sheet = request.GET.get("state", ""), request.GET.get("sheet", "")
    if state in STATES:
        rows = rows.filter(state=state)
    if sheet in CATALOGUE:
        rows = rows.filter(sheet=sheet)
    page = page_of(request, rows)
    shown = [(run, heading_of(importable(run.sheet).sheet)) for run in page]
    return show(
        request,
        "imports.html",
        {"page": page, "rows": shown, "cut": cut_said(page), "filtered": state or sheet},
    )


@desk(*WORKERS)
def detail(request: OfficerRequest, public_id: str) -> HttpResponse:
    """One import: how far it is, and what became of its rows."""
    run = selectors.run_by_id(request.actor, public_id)
    sheet = importable(run.sheet).sheet
    page = page_of(request, selectors.refused_rows(request.actor, run))
    context = {
        **_way(run, request),
        "sheet": heading_of(sheet),
        "counts": summary(run),
        "page": page,
        "rows": [(row, _problems(sheet, row)) for row in page],
        "cut": cut_said(page),
        "decision": policy.import_work(request.actor, run),
    }
    return show(request, "import.html", context)


@desk(*WORKERS)
def progress(request: OfficerRequest, public_id: str) -> HttpResponse:
    """The part of the page that moves; when the import has ended, the whole page is asked for."""
    run = selectors.run_by_id(request.actor, public_id)
    answer = show(request, "parts/run_progress.html", _way(run, request))
    if run.state not in OPEN_STATES:
        answer["HX-Refresh"] = "true"
    return answer


def _way(run: ImportRun, request: OfficerRequest) -> dict[str, Any]:
    """How far a run is: rows a second, and how long it will take."""
    open_still = run.state in OPEN_STATES
    seconds = (request.at - run.started_at).total_seconds() if run.started_at else 0.0
    speed = run.position / seconds if seconds > 0 else 0.0
    waited = (request.at - run.opened_at).total_seconds()
    return {
        "run": run,
        "open": open_still,
        "speed": round(speed),
        "left": _left(run, speed) if open_still else "",
        "stuck": run.state == ImportRun.State.QUEUED and waited > SLOW_AFTER,
    }


def _left(run: ImportRun, speed: float) -> str:
    if not run.rows_total or not speed:
        return ""
    seconds = max(round((run.rows_total - run.position) / speed), 1)
    if seconds < 90:
        return ngettext("about %(n)s second left", "about %(n)s seconds left", seconds) % {"n": seconds}
    minutes = round(seconds / 60)
    return ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes) % {"n": minutes}


def _problems(sheet: Sheet, row: RefusedRow) -> list[dict[str, Any]]:
    names = {column.name: heading(column) for column in sheet.columns}
    return [
        {"column": names.get(one.column, _("whole row")), "found": one.found, "problem": one.problem}
        for one in from_json(row.problems)
    ]


@desk(*REGISTRARS)
def cancel(request: OfficerRequest, public_id: str) -> HttpResponse:
    """Stop an import; what was taken in stays."""
    run = selectors.run_by_id(request.actor, public_id)
    if request.method == "POST":
        import_cancel(actor=request.actor, run=run, at=request.at)
        messages.success(
            request, _("The import is stopped. What was taken in stays; import the file again to go on.")
        )
    return redirect("workbench:import", public_id=public_id)


@desk(*WORKERS)
def refused_file(request: OfficerRequest, public_id: str) -> HttpResponseBase:
    """The open refused rows as a workbook, to be mended there and imported again."""
    run = selectors.run_by_id(request.actor, public_id)
    return download(refused_table(request.actor, run, get_language() or "zh-hans"), "xlsx")


@desk(*REGISTRARS)
def mend(request: OfficerRequest, public_id: str, number: int) -> HttpResponse:
    """Mend one refused row here and load it."""
    run = selectors.run_by_id(request.actor, public_id)
    row = selectors.refused_rows(request.actor, run).filter(number=number).select_related("run").first()
    if row is None:
        raise absent(N_("This import refused no row of that number."))
    found = importable(run.sheet)
    form = SheetForm(found.sheet, row.cells, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        return _mended(request, run, row, form)
    return _mend_page(request, run, row, form)


def _mended(request: OfficerRequest, run: ImportRun, row: RefusedRow, form: SheetForm) -> HttpResponse:
    found = importable(run.sheet)
    cells = {name: cell for name, cell in form.cells().items() if cell}
    try:
        outcome = refused_row_mend(
            actor=request.actor, row=row, cells=cells, sheet=found.sheet, load=found.load, at=request.at
        )
    except Refused as refused:
        return _mend_page(request, run, row, form, refused.problems)
    if outcome.state == REFUSED:
        loose = form.complain(outcome.problems)
        return _mend_page(request, run, row, form, tuple(loose))
    messages.success(request, _("Row %(number)s is taken in.") % {"number": row.number})
    following = selectors.refused_rows(request.actor, run).filter(state=RefusedRow.State.OPEN).first()
    if request.POST.get("next") and following is not None:
        return redirect("workbench:import-mend", public_id=run.public_id, number=following.number)
    return redirect("workbench:import", public_id=run.public_id)


def _mend_page(
    request: OfficerRequest, run: ImportRun, row: RefusedRow, form: SheetForm, problems: tuple[Any, ...] = ()
) -> HttpResponse:
    wrong = from_json(row.problems)
    if not form.is_bound:
        # The fields show what is wrong before anything is typed.
        form = SheetForm(
            form.sheet, row.cells, {form.add_prefix(name): cell for name, cell in row.cells.items()}
        )
        problems = tuple(form.complain(wrong))
    bad = [form[name] for name in form.errors if name in form.fields]
    rest = [field for field in form if not field.errors]
    context = {"run": run, "row": row, "form": form, "bad": bad, "rest": rest, "problems": problems}
    return show(request, "import_mend.html", context, status=422 if request.method == "POST" else 200)


@desk(*WORKERS)
def mappings(request: OfficerRequest) -> HttpResponse:
    """Mappings that ship with the program, and those that were saved."""
    saved = list(Mapping.objects.visible_to(request.actor))
    own = [
        (
            one,
            heading_of(importable(one.sheet).sheet),
            len(parse_mapping(one.body, importable(one.sheet).sheet).rules),
        )
        for one in saved
        if one.sheet in CATALOGUE
    ]
    shipped = [
        (one, heading_of(found.sheet))
        for found in CATALOGUE.values()
        for one in built_in(found.sheet).values()
    ]
    return show(request, "mappings.html", {"own": own, "shipped": shipped})
