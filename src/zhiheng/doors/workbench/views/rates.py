"""Pass rates: a question, the answer with its intervals, and where every number comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from zhiheng.analytics.pipelines.pass_rates import PassRates
from zhiheng.domains.supervision.models import Result
from zhiheng.doors.exports.answers import download, form_named
from zhiheng.doors.exports.tables import TITLES, rates_table
from zhiheng.doors.look.lists import address
from zhiheng.doors.workbench import snapshots
from zhiheng.doors.workbench.asking import PLACES, QuestionForm, answered
from zhiheng.doors.workbench.desk import WORKERS, OfficerRequest, desk, partial, show
from zhiheng.doors.workbench.forms_results import agencies, kinds, offered
from zhiheng.doors.workbench.rates_shown import BELOW, legend, names_of, ordered, period_of, sections
from zhiheng.kernel.errors import N_, refuse

OVERALL: Final = ()


@desk(*WORKERS)
def page(request: OfficerRequest) -> HttpResponse:
    """The question and its answer."""
    form = QuestionForm(request)
    standing = snapshots.standing()
    context: dict[str, Any] = {
        "form": form,
        "standing": standing,
        "offered": {
            "kind": offered(request, "kind", kinds),
            "authority": offered(request, "authority", agencies),
        },
    }
    if standing.snapshot is None or not form.is_valid():
        return show(request, "rates.html", context)
    question = form.question()
    found = answered(standing.snapshot, question)
    overall = answered(standing.snapshot, replace(question, by=OVERALL))
    context |= {
        "found": found,
        "question": question,
        "sections": sections(request.actor, found, overall, standing.snapshot, _links(request, found)),
        "heads": [TITLES[name] for name in question.by],
        "period": period_of(question),
        "legend": legend(),
    }
    return show(request, "rates.html", context)


def _links(request: OfficerRequest, found: PassRates) -> dict[str, str]:
    by = found.question.by[0] if found.question.by else ""
    return {"place": address(request, {"place": "CODE", "by": BELOW.get(by, by)}) if by in PLACES else ""}


@desk(*WORKERS)
def exported(request: OfficerRequest, form: str) -> HttpResponseBase:
    """All groups as a file, with the snapshot that they were computed from."""
    wanted, asked = form_named(form), QuestionForm(request)
    standing = snapshots.standing()
    if standing.snapshot is None:
        raise refuse(
            "workbench.no_snapshot",
            N_("There is no snapshot yet."),
            N_("Take one on the page of pass rates."),
        )
    found = answered(standing.snapshot, asked.question())
    heads = tuple(str(TITLES[name]) for name in found.question.by)
    return download(rates_table(found, heads, _rows(request, found)), wanted)


def _rows(request: OfficerRequest, found: PassRates) -> Iterator[tuple[object, ...]]:
    names = names_of(request.actor, found.question, found.rates)
    titles = {code: str(title) for code, title in Result.Selection.choices}
    for rate in ordered(found.rates, found.question):
        labels = (names.get((number, key), key) for number, key in enumerate(rate.keys))
        figures = (
            rate.estimate, rate.lower, rate.upper, rate.exact_lower, rate.exact_upper,
            rate.shrunk, rate.shrunk_lower, rate.shrunk_upper,
        )  # fmt: skip
        counts = (titles.get(rate.selection, rate.selection), rate.n, rate.conforming)
        yield (*labels, *counts, *figures, rate.small, found.provenance.snapshot)


@desk(*WORKERS)
def snapshot(request: OfficerRequest) -> HttpResponse:
    """Take a new snapshot, or tell how far one is."""
    if request.method == "POST":
        errand = snapshots.take(request.actor.key, request.at)
        if not errand.running:
            messages.success(request, _("A new snapshot is taken. What follows is computed from it."))
        back = request.POST.get("back", "")
        if url_has_allowed_host_and_scheme(back, {request.get_host()}):
            return redirect(back)
        return redirect("workbench:rates")
    answer = show(request, "parts/snapshot.html", {"standing": snapshots.standing()})
    errand_now = snapshots.standing().errand
    if partial(request) and not (errand_now and errand_now.running):
        answer["HX-Refresh"] = "true"
    return answer
