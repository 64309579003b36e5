"""The plan finder for measured values: a plan by variables, and the verdict on a sample."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhiheng.doors.exports.table import ExportColumn
from zhiheng.doors.toolbox import charts, results, variableplans
from zhiheng.doors.toolbox.forms import asked
from zhiheng.doors.toolbox.refusals import refusals_of_methods
from zhiheng.doors.toolbox.variableforms import ByVariables
from zhiheng.doors.toolbox.variableplans import Answer
from zhiheng.doors.toolbox.visit import tool_file, tool_page
from zhiheng.kernel.errors import Refused

EXAMPLE: Final = "prq=1&alpha=5&crq=5&beta=10&lower=180&mean=184.5&deviation=1.9"
FIELDS: Final = {
    "prq": "prq", "crq": "crq", "producer_risk": "alpha", "consumer_risk": "beta",
    "search.order": "crq", "search.risks": "beta", "variables.too_large": "crq",
    "sample_size": "n", "constant": "k", "sample.size": "values", "values": "values",
    "limits.none": "lower", "limits.order": "upper", "deviation": "deviation", "control": "control",
    "sigma": "sigma",
}  # fmt: skip


@tool_page
def by_variables(request: HttpRequest) -> HttpResponse:
    """`/tools/plan/variables/?kind=&prq=&alpha=&crq=&beta=&sigma=&lower=&upper=&values=&mean=&deviation=`."""
    context: dict[str, Any] = {"address": reverse("toolbox:plan_variables")}
    if not asked(request, *ByVariables.base_fields):
        context |= {"form": ByVariables(None), "example": f"?{EXAMPLE}#result"}
        return render(request, "toolbox/plan_variables.html", context)
    form = ByVariables(request.GET)
    found = _answer(form)
    context["form"] = form
    if found is None:
        return render(request, "toolbox/plan_variables.html", context, status=422)
    context |= {
        "found": found,
        "k": variableplans.constant(found.curve.plan.constant),
        "means": found.means,
        "means_not": found.means_not,
        "chart": charts.by_variables(found.curve, found.asked),
        "rows": [charts.quality_cells(one) for one in found.curve.named],
        "link": results.link_to(request),
        "export": f"{context['address']}result.xlsx?{request.GET.urlencode()}",
    }
    return render(request, "toolbox/plan_variables.html", context)


def _answer(form: ByVariables) -> Answer | None:
    if not form.is_valid():
        return None
    try:
        with refusals_of_methods():
            return variableplans.answered(form.cleaned_data)
    except Refused as refused:
        form.refuse(refused, FIELDS)
        return None


@tool_file
def by_variables_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """`/tools/plan/variables/result.xlsx?…`: the curve, with plan and verdict on the second sheet."""
    address = f"{reverse('toolbox:plan_variables')}?{request.GET.urlencode()}"
    found = _answer(ByVariables(request.GET))
    if found is None:
        return HttpResponseRedirect(address)
    plan = found.curve.plan
    facts = [f"n: {plan.sample_size}", f"k: {plan.constant!r}"]
    facts += [f"{label}: {value}" for label, value in (*found.facts, *found.figures)]
    words = [text for text in (found.verdict, found.rule, found.standard, found.sure) if text]
    notes = [*words, *facts, *found.means, *found.means_not, request.build_absolute_uri(address)]
    columns = [ExportColumn(head, "number") for head in (_("Quality"), _("Accepted"))]
    rows = [(one.p, one.accepted) for one in found.curve.curve]
    return results.sent(form, "plan-variables", _("Sampling plan by variables"), columns, rows, notes)
