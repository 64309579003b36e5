"""Sample sizes: for a rate, for a difference, to detect; and their allocation to strata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhiheng.doors.exports.table import ExportColumn
from zhiheng.doors.look.figures import amount
from zhiheng.doors.toolbox import allocating, results, sizing
from zhiheng.doors.toolbox.allocating import Allocated
from zhiheng.doors.toolbox.forms import ToolForm, asked
from zhiheng.doors.toolbox.refusals import refusals_of_methods
from zhiheng.doors.toolbox.sheets import STRATA
from zhiheng.doors.toolbox.sizeforms import ALLOCATIONS, Allocate, ForDifference, ForRate, ToDetect
from zhiheng.doors.toolbox.sizing import Sized
from zhiheng.doors.toolbox.tables import Given
from zhiheng.doors.toolbox.tabletool import TableTool
from zhiheng.doors.toolbox.visit import tool_file, tool_page, tool_page_taking_tables
from zhiheng.kernel.errors import Refused

NAMES: Final[dict[str, str]] = {
    "rate": "size",
    "difference": "size_difference",
    "detection": "size_detection",
}
FIELDS: Final[dict[str, dict[str, str]]] = {
    "rate": {"size.half_width": "half", "size.rate": "rate", "size.population": "population",
             "size.design_effect": "effect", "size.too_large": "half"},
    "difference": {"size.same_rates": "second", "size.rate": "first", "size.power": "power",
                   "size.ratio": "ratio", "size.too_large": "second"},
    "detection": {"size.rate": "rate", "size.power": "power", "size.population": "population",
                  "size.tolerated": "tolerated", "size.undetectable": "tolerated", "size.too_large": "rate"},
}  # fmt: skip


@tool_page
def for_rate(request: HttpRequest) -> HttpResponse:
    """`/tools/size/?half=&rate=&level=&population=&effect=&formula=`."""
    return _page(request, "rate")


@tool_page
def for_difference(request: HttpRequest) -> HttpResponse:
    """`/tools/size/difference/?first=&second=&power=&level=&ratio=&sides=&corrected=`."""
    return _page(request, "difference")


@tool_page
def to_detect(request: HttpRequest) -> HttpResponse:
    """`/tools/size/detection/?rate=&power=&tolerated=&population=`."""
    return _page(request, "detection")


def _page(request: HttpRequest, name: str) -> HttpResponse:
    form_class, _compute, example = _KINDS[name]
    context: dict[str, Any] = {"name": name, "address": reverse(f"toolbox:{NAMES[name]}"), **_TEXTS[name]}
    if not asked(request, *form_class.base_fields):
        return render(
            request,
            "toolbox/size.html",
            {**context, "form": form_class(None), "example": f"?{example}#result"},
        )
    form = form_class(request.GET)
    found = _sized(form, name)
    context["form"] = form
    if found is None:
        return render(request, "toolbox/size.html", context, status=422)
    context |= {
        "found": found,
        "means": found.means,
        "means_not": found.means_not,
        "link": results.link_to(request),
        "export": f"{context['address']}result.xlsx?{request.GET.urlencode()}",
    }
    return render(request, "toolbox/size.html", context)


def _sized(form: ToolForm, name: str) -> Sized | None:
    if not form.is_valid():
        return None
    try:
        with refusals_of_methods():
            return _KINDS[name][1](form.cleaned_data)
    except Refused as refused:
        form.refuse(refused, FIELDS[name])
        return None


def _export(request: HttpRequest, name: str, form: str) -> HttpResponseBase:
    address = f"{reverse(f'toolbox:{NAMES[name]}')}?{request.GET.urlencode()}"
    found = _sized(_KINDS[name][0](request.GET), name)
    if found is None:
        return HttpResponseRedirect(address)
    facts = [f"{label}: {value}" for label, value in found.facts]
    notes = [found.rule, found.method, *facts, *found.means, *found.means_not]
    return results.sent(
        form,
        "sample-size",
        _("Sample size"),
        [ExportColumn(head) for head in found.heads],
        found.rows,
        [*notes, request.build_absolute_uri(address)],
    )


@tool_file
def for_rate_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """`/tools/size/result.xlsx?…`."""
    return _export(request, "rate", form)


@tool_file
def for_difference_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """`/tools/size/difference/result.xlsx?…`."""
    return _export(request, "difference", form)


@tool_file
def to_detect_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """`/tools/size/detection/result.xlsx?…`."""
    return _export(request, "detection", form)


Compute = Callable[[Mapping[str, Any]], Sized]
_KINDS: Final[dict[str, tuple[type[ToolForm], Compute, str]]] = {
    "rate": (ForRate, sizing.for_rate, "half=3&rate=10"),
    "difference": (ForDifference, sizing.for_difference, "first=10&second=5"),
    "detection": (ToDetect, sizing.to_detect, "rate=5&power=95"),
}
_TEXTS: Final[dict[str, dict[str, Any]]] = {
    "rate": {
        "title": gettext_lazy("Sample size: for a rate"),
        "question": gettext_lazy("How many samples until a pass rate is known well enough?"),
        "example_said": gettext_lazy("Example: ± 3 points at a rate of 10 percent"),
    },
    "difference": {
        "title": gettext_lazy("Sample size: for a difference"),
        "question": gettext_lazy("How many samples until two rates can be told apart?"),
        "example_said": gettext_lazy("Example: 10 against 5 percent"),
    },
    "detection": {
        "title": gettext_lazy("Sample size: to detect"),
        "question": gettext_lazy("How many samples until a bad rate cannot hide?"),
        "example_said": gettext_lazy("Example: find 5 percent in 95 of 100 cases"),
    },
}


def _allocated(given: Mapping[str, Any], table: Given) -> Allocated:
    return allocating.allocate(
        allocating.strata_of([row.values for row in table.rows]),
        method=given["method"],
        total=given["total"],
        minimum=given["minimum"],
        level=given["level"],
    )


def _shown(given: Mapping[str, Any], found: Allocated) -> dict[str, Any]:
    method = str(dict(ALLOCATIONS)[found.method])
    facts = [
        (_("How they are shared out"), method),
        (_("Half-width of the rate of all, points"), _points(found.half)),
        (_("Least half-width possible, points"), _points(found.least_half)),
        (_("Level"), f"{100 * found.level:g}%"),
    ]
    if found.method == "optimum":
        facts.insert(1, (_("Cost"), amount(found.cost)))
    return {
        "found": found,
        "facts": facts,
        "means": _means(found),
        "means_not": _means_not(),
        "money": found.method == "optimum",
    }


def _points(half: float | None) -> str:
    return sizing.NONE if half is None else sizing.points(half)


def _means(found: Allocated) -> list[str]:
    texts = [
        _(
            "The sizes add up to %(n)s of %(objects)s objects; with them the rate of all strata together is"
            " known to about %(half)s points, if the rates are as expected."
        )
        % {"n": amount(found.n), "objects": amount(found.objects), "half": _points(found.half)}
    ]
    if found.assumed:
        texts.append(
            _("Strata without an expected rate: %(count)s; they count with the worst case, 50%%.")
            % {"count": amount(found.assumed)}
        )
    if found.rounding == "integer_optimal":
        texts.append(_("No other whole numbers within the bounds have a smaller variance."))
    elif found.rounding == "greedy_by_cost":
        texts.append(
            _("Bought by gain per cost; whole numbers can come no closer than the least half-width above.")
        )
    else:
        texts.append(
            _("Made whole by the largest remainder: each stratum gets its share, give or take less than one.")
        )
    return texts


def _means_not() -> list[str]:
    return [
        _("A stratum with few samples is not known by itself: look at its half-width before you name it."),
        _(
            "The rate of all must be computed with the weights of the strata; the plain share of failures is"
            " wrong wherever the strata are not sampled in proportion."
        ),
        _("It says how many, not which ones: those are drawn at random from the objects of each stratum."),
    ]


def _file(given: Mapping[str, Any], found: Allocated, notes: list[str], kind: str) -> HttpResponseBase:
    columns = [
        ExportColumn(_("Stratum")),
        ExportColumn(_("Objects"), "integer"),
        ExportColumn(_("Expected nonconforming rate"), "number"),
        ExportColumn(_("Cost of a sample"), "number"),
        ExportColumn(_("Samples"), "integer"),
        ExportColumn(_("Share sampled"), "number"),
        ExportColumn(_("Half-width, points"), "number"),
        ExportColumn(_("Taken whole"), "truth"),
    ]
    rows: list[tuple[object, ...]] = [
        (
            part.stratum.label,
            part.stratum.objects,
            part.stratum.rate,
            part.stratum.cost,
            part.n,
            part.share,
            None if part.half is None else 100 * part.half,
            part.whole,
        )
        for part in found.parts
    ]
    facts = [f"{label}: {value}" for label, value in _shown(given, found)["facts"]]
    said = [*facts, *_means(found), *_means_not(), *notes]
    return results.sent(kind, "allocation", _("Allocation"), columns, rows, said)


ALLOCATION: Final = TableTool(
    sheet=STRATA,
    form=Allocate,
    page="toolbox/allocation.html",
    address="toolbox:allocation",
    template="strata",
    fields={"allocation.too": "total", "allocation.total": "total", "level": "level"},
    compute=_allocated,
    context=_shown,
    file=_file,
)


@tool_page_taking_tables
def allocation(request: HttpRequest) -> HttpResponseBase:
    """`/tools/allocation/`: strata by POST, or a few out of a link (`t=`)."""
    return ALLOCATION.answer(request)


@tool_file
def allocation_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """`/tools/allocation/result.xlsx?t=`."""
    return ALLOCATION.export(request, form)
