"""The plan finder: a lot by GB/T 2828.1, two points of a curve, a declared quality level."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhiheng.doors.exports.table import ExportColumn
from zhiheng.doors.toolbox import charts, planfinder, plans, results
from zhiheng.doors.toolbox.forms import ToolForm, asked
from zhiheng.doors.toolbox.planfinder import Answer
from zhiheng.doors.toolbox.planforms import Declared, ForLot, TwoPoints
from zhiheng.doors.toolbox.refusals import refusals_of_methods
from zhiheng.doors.toolbox.visit import tool_file, tool_page
from zhiheng.kernel.errors import Refused

Name = Literal["lot", "points", "declared"]
NAMES: Final[dict[str, str]] = {"lot": "plan", "points": "plan_points", "declared": "plan_declared"}
FIELDS: Final = {
    "lot_size": "lot", "sample.above_lot": "lot", "level": "level", "aql": "aql", "severity": "severity",
    "prq": "prq", "crq": "crq", "producer_risk": "alpha", "consumer_risk": "beta",
    "search.order": "crq", "search.risks": "beta", "search.same_items": "crq", "search.too_large": "crq",
    "dql": "dql", "limit": "limit", "declared.ratio": "lqr", "declared": "limit", "nonconforming": "dql",
}  # fmt: skip


@tool_page
def for_lot(request: HttpRequest) -> HttpResponse:
    """`/tools/plan/?lot=&level=&aql=&severity=&counted=`."""
    return _page(request, "lot")


@tool_page
def two_points(request: HttpRequest) -> HttpResponse:
    """`/tools/plan/two-points/?kind=&prq=&alpha=&crq=&beta=&model=&lot=`; in percent."""
    return _page(request, "points")


@tool_page
def declared_level(request: HttpRequest) -> HttpResponse:
    """`/tools/plan/declared/?dql=&limit=&lqr=&lot=`."""
    return _page(request, "declared")


def _page(request: HttpRequest, name: Name) -> HttpResponse:
    form_class, _find, examples = _KINDS[name]
    context: dict[str, Any] = {"name": name, "address": reverse(f"toolbox:{NAMES[name]}"), **_TEXTS[name]}
    if not asked(request, *form_class.base_fields):
        context |= {"form": form_class(None), "example": f"?{examples}#result"}
        return render(request, "toolbox/plan.html", context)
    form = form_class(request.GET)
    found = _answer(form, name)
    context["form"] = form
    if found is None:
        return render(request, "toolbox/plan.html", context, status=422)
    context |= {
        "found": found,
        "means": found.means,
        "means_not": found.means_not,
        "link": results.link_to(request),
        "query": request.GET.urlencode(),
        "export": f"{context['address']}result.xlsx?{request.GET.urlencode()}",
    }
    if found.judged is not None:
        context |= {
            "chart": charts.operating_characteristic(found.judged, found.asked),
            "heads": (heads := charts.heads(found.judged)),
            "rows": [
                list(zip(heads, charts.cells(found.plan, one), strict=True)) for one in found.judged.named
            ],
        }
    return render(request, "toolbox/plan.html", context)


def _answer(form: ToolForm, name: Name) -> Answer | None:
    if not form.is_valid():
        return None
    try:
        with refusals_of_methods():
            return _KINDS[name][1](form.cleaned_data)
    except Refused as refused:
        form.refuse(refused, FIELDS)
        return None


def _export(request: HttpRequest, name: Name, form: str) -> HttpResponseBase:
    address = f"{reverse(f'toolbox:{NAMES[name]}')}?{request.GET.urlencode()}"
    filled = _KINDS[name][0](request.GET)
    found = _answer(filled, name)
    if found is None:
        return HttpResponseRedirect(address)
    facts = [f"{label}: {value}" for label, value in found.facts]
    notes = [found.rule, found.standard, found.sure, *facts, *found.means, *found.means_not]
    judged = found.judged
    texts = charts.heads(judged) if judged else (_("Sample size"), _("Acceptance number"))
    columns = [ExportColumn(head, "number") for head in texts]
    rows: list[tuple[object, ...]] = [(found.plan.n, found.plan.c)]
    if judged is not None:
        rows = [_values(found.plan, one) for one in judged.curve]
    link = request.build_absolute_uri(address)
    return results.sent(form, "plan", _("Sampling plan"), columns, rows, [*notes, link])


def _values(plan: plans.Plan, one: plans.Point) -> tuple[object, ...]:
    if plan.declaration or not plan.items:
        return one.p, one.accepted
    return (one.p, one.accepted, one.aoq, *((one.ati,) if plan.lot is not None else ()), one.asn)


@tool_file
def for_lot_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """`/tools/plan/result.xlsx?…`."""
    return _export(request, "lot", form)


@tool_file
def two_points_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """`/tools/plan/two-points/result.xlsx?…`."""
    return _export(request, "points", form)


@tool_file
def declared_level_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """`/tools/plan/declared/result.xlsx?…`."""
    return _export(request, "declared", form)


Find = Callable[[Mapping[str, Any]], Answer]
_KINDS: Final[dict[str, tuple[type[ToolForm], Find, str]]] = {
    "lot": (ForLot, planfinder.of_lot, "lot=1200&level=II&aql=1.0&severity=normal"),
    "points": (TwoPoints, planfinder.of_points, "prq=1&alpha=5&crq=5&beta=10"),
    "declared": (Declared, planfinder.of_declared, "dql=1&limit=1"),
}
_TEXTS: Final[dict[str, dict[str, Any]]] = {
    "lot": {
        "title": gettext_lazy("Plan finder: lot by lot"),
        "question": gettext_lazy("How many items of this lot are inspected, and how many may fail?"),
        "example_said": gettext_lazy("Example: lot of 1 200, AQL 1.0"),
    },
    "points": {
        "title": gettext_lazy("Plan finder: two points"),
        "question": gettext_lazy("Which is the smallest plan that passes the good and stops the bad?"),
        "example_said": gettext_lazy("Example: pass at 1, stop at 5 percent"),
    },
    "declared": {
        "title": gettext_lazy("Plan finder: declared quality level"),
        "question": gettext_lazy("Does a sample contradict what is declared about a population?"),
        "example_said": gettext_lazy("Example: at most 1 percent declared"),
    },
}
