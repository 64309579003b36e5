"""Recorded results of spot checks: the list, one result, its correction."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from zhiheng.domains.supervision import policy
from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.selectors import result_detail, results
from zhiheng.domains.supervision.services import result_correct
from zhiheng.domains.supervision.services.statements import cells_of
from zhiheng.domains.supervision.sheets import SPOT_CHECKS
from zhiheng.doors.exports.answers import download, form_named
from zhiheng.doors.exports.tables import results_table
from zhiheng.doors.look.bounded import cut_said, page_of
from zhiheng.doors.look.lists import SORT
from zhiheng.doors.look.reader import language
from zhiheng.doors.workbench.archive import about
from zhiheng.doors.workbench.desk import REGISTRARS, WORKERS, OfficerRequest, desk, show
from zhiheng.doors.workbench.forms_results import ResultFilters
from zhiheng.doors.workbench.sheetforms import SheetForm
from zhiheng.foundation.org.selectors import division_names
from zhiheng.kernel.errors import Refused

# Each order has an index; any other would sort a million rows to show fifty.
ORDERS: Final = ("dated_on", "product_kind", "authority", "verdict")
FIXED: Final = ("record", "source")


def _ordered(request: OfficerRequest, rows: Any) -> Any:
    asked = request.GET.get(SORT, "")
    name = asked.removeprefix("-")
    if name not in ORDERS:
        return rows.order_by("-dated_on", "-id")
    down = "-" if asked.startswith("-") else ""
    if name == "dated_on":
        return rows.order_by(asked, f"{down}id")
    return rows.order_by(asked, "-dated_on", "-id")


@desk(*WORKERS)
def listed(request: OfficerRequest) -> HttpResponse:
    """The list with its filters."""
    form = ResultFilters(request)
    rows = _ordered(request, results(request.actor, request.today, form.filters()))
    page = page_of(request, rows)
    codes = {row.division or row.entry_division for row in page}
    names = division_names(codes, language())
    shown = [(row, names.get(row.division or row.entry_division, "")) for row in page]
    context = {
        "form": form,
        "page": page,
        "rows": shown,
        "cut": cut_said(page),
        "query": request.GET.urlencode(),
    }
    return show(request, "results.html", context)


@desk(*WORKERS)
def exported(request: OfficerRequest, form: str) -> HttpResponseBase:
    """The list as a file, with the same filters and the same order."""
    rows = _ordered(request, results(request.actor, request.today, ResultFilters(request).filters()))
    wanted = form_named(form)
    return download(results_table(rows, wanted), wanted)


@desk(*WORKERS)
def detail(request: OfficerRequest, key: str) -> HttpResponse:
    """One result with its items and its history."""
    row = result_detail(request.actor, key, request.today)
    place = row.division or row.entry_division
    decision = policy.result_correct(request.actor, row.agency, row.entry_division)
    context = {
        "row": row,
        "place": division_names({place}, language()).get(place, place),
        "lines": about(request.actor, "result", key, request.today),
        "decision": decision,
    }
    return show(request, "result.html", context)


@desk(*REGISTRARS)
def correct(request: OfficerRequest, key: str) -> HttpResponse:
    """Correct a result: a new entry, with a reason; what stood before stays in the history."""
    row = result_detail(request.actor, key, request.today)
    policy.result_correct(request.actor, row.agency, row.entry_division).require()
    before = cells_of(row)
    form = SheetForm(SPOT_CHECKS, before, request.POST if request.method == "POST" else None, FIXED)
    context: dict[str, Any] = {
        "row": row,
        "form": form,
        "reason": request.POST.get("reason", ""),
        "entry": row.entry,
    }
    if request.method == "POST":
        try:
            return _corrected(request, row, form)
        except Refused as refused:
            context |= {"problems": refused.problems, "entry": request.POST.get("entry", row.entry)}
            return show(request, "result_correct.html", context, status=422)
    return show(request, "result_correct.html", context)


def _corrected(request: OfficerRequest, row: Result, form: SheetForm) -> HttpResponse:
    before = cells_of(row)
    # A browser sends line ends of its own; they change nothing.
    cells = {name: cell.replace("\r\n", "\n") for name, cell in form.cells().items()}
    changes = {name: cell for name, cell in cells.items() if cell != before[name].strip()}
    seen = request.POST.get("entry", "")
    row.entry = int(seen) if seen.isdigit() else row.entry  # so that a correction in between is noticed
    result_correct(
        actor=request.actor, result=row, changes=changes, reason=request.POST.get("reason", ""), at=request.at
    )
    messages.success(request, _("The correction is on record. What stood before stays in the history."))
    return redirect("workbench:result", key=row.key)
