"""The pass-rate calculator: for one sample by the address, for many by a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from zhiheng.analytics.charts.specs import RateRow, Words, rate_bars
from zhiheng.doors.exports.table import ExportColumn
from zhiheng.doors.look.charts import PageChart
from zhiheng.doors.look.figures import amount, percent, span
from zhiheng.doors.toolbox import passrates, results
from zhiheng.doors.toolbox.forms import (
    TableField,
    ToolForm,
    asked,
    count_field,
    level_field,
    share_field,
)
from zhiheng.doors.toolbox.passrates import ABOUT, METHODS, NAMES, Rate, Sample
from zhiheng.doors.toolbox.refusals import refusals_of_methods
from zhiheng.doors.toolbox.sheets import FINITE_MOST, PASS_RATES
from zhiheng.doors.toolbox.tables import Given
from zhiheng.doors.toolbox.tabletool import TableTool
from zhiheng.doors.toolbox.visit import tool_file, tool_page, tool_page_taking_tables

DRAWN_MOST: Final = 40
EXAMPLE: Final = {"n": 120, "x": 3}


def _method_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=pgettext_lazy("of an interval", "Method"),
        choices=[(name, NAMES.get(name, name)) for name in METHODS],
        initial="wilson",
    )


class OneSample(ToolForm):
    """One sample: n tested, x of them nonconforming."""

    n = count_field(gettext_lazy("Samples tested"), least=1)
    x = count_field(gettext_lazy("Of these nonconforming"))
    size = count_field(
        gettext_lazy("Units in the population"),
        least=1,
        most=FINITE_MOST,
        required=False,
        help_text=gettext_lazy(
            "Leave it empty when it is large or unknown. With it the exact bounds for this population are"
            " computed, whatever the method."
        ),
    )
    method = _method_field()
    level = level_field()
    target = share_field(
        gettext_lazy("Target pass rate to compare with, in %"), required=False, least=0.1, most=100
    )

    def clean(self) -> dict[str, Any]:
        """No more nonconforming than tested, no more tested than there are."""
        given = super().clean() or {}
        n, x, size = (given.get(name) for name in ("n", "x", "size"))
        if n is not None and size is not None and n > size:
            self.add_error(
                "size",
                _("%(n)s were tested, so the population has at least %(n)s units.") % {"n": amount(n)},
            )
        if n is not None and x is not None and x > n:
            self.add_error(
                "x",
                _("Only %(n)s were tested, so at most %(n)s can be nonconforming.") % {"n": amount(n)},
            )
        return given


class ManySamples(ToolForm):
    """A table of samples, pasted or uploaded."""

    table = TableField(
        label=gettext_lazy("Table"),
        help_text=gettext_lazy(
            "Columns in this order: name, tested, nonconforming, population (may be left out). Copy the rows"
            " from a spreadsheet; with headings the order is free."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("or a file"),
        required=False,
        help_text=gettext_lazy("xlsx, CSV or Parquet with the headings of the template, at most 2 MB."),
    )
    method = _method_field()
    level = level_field()


@tool_page
def one(request: HttpRequest) -> HttpResponse:
    """`/tools/pass-rate/?n=&x=&size=&method=&level=&target=`."""
    if not asked(request, "n", "x"):
        example = f"{request.path}?{urlencode(EXAMPLE)}#result"
        return render(request, "toolbox/pass_rate.html", {"form": OneSample(None), "example": example})
    form = OneSample(request.GET)
    rate = _rate(form)
    context: dict[str, Any] = {"form": form, "rate": rate}
    if rate is not None:
        target, beside = form.cleaned_data["target"], _beside(rate)
        context |= {
            "about": _about(rate),
            "failing": rate.failing,
            "failing_said": span(rate.failing[1], rate.failing[2]),
            "means": passrates.means(rate),
            "means_not": passrates.means_not(rate),
            "against": passrates.against(rate, target / 100) if target else "",
            "target": target / 100 if target else None,
            "beside": beside,
            "floor": _floor([*beside, rate], target),
            "about_method": ABOUT.get(rate.method, ""),
            "link": results.link_to(request),
            "query": request.GET.urlencode(),
        }
    return render(request, "toolbox/pass_rate.html", context, status=200 if rate else 422)


def _rate(form: OneSample) -> Rate | None:
    if not form.is_valid():
        return None
    given = form.cleaned_data
    sample = Sample(given["n"], given["x"], size=given["size"])
    return _computed(form, [sample])[0] if form.is_valid() else None


def _computed(form: ToolForm, samples: Sequence[Sample]) -> list[Rate]:
    given = form.cleaned_data
    with refusals_of_methods():
        return passrates.rates(samples, method=given["method"], level=given["level"])


def _about(rate: Rate) -> dict[str, str]:
    return {
        "population": _("what the samples were drawn from, if they were drawn at random"),
        "source": _("the numbers that were typed in"),
        "method": rate.method_said,
    }


def _beside(rate: Rate) -> list[Rate]:
    """The same sample by every method: how much the choice matters."""
    sample = Sample(rate.n, rate.nonconforming)
    exact = [rate] if rate.size else []
    with refusals_of_methods():
        return exact + [passrates.rates([sample], method=name, level=rate.level)[0] for name in METHODS]


@tool_file
def one_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """`/tools/pass-rate/result.xlsx?n=&x=…`: the same sample by every method."""
    filled = OneSample(request.GET)
    rate = _rate(filled)
    if rate is None:
        return HttpResponseRedirect(f"{reverse('toolbox:pass_rate')}?{request.GET.urlencode()}")
    page = request.build_absolute_uri(f"{reverse('toolbox:pass_rate')}?{request.GET.urlencode()}")
    return results.sent(
        form,
        "pass-rate",
        _("Pass rate"),
        _columns(),
        [_row(one) for one in _beside(rate)],
        _notes(rate, page),
    )


def _columns() -> tuple[ExportColumn, ...]:
    counts = (ExportColumn(_("Tested"), "integer"), ExportColumn(_("Nonconforming"), "integer"))
    names = (
        _("Pass rate"), _("Lower"), _("Upper"),
        _("Nonconforming rate"), _("Lower (nonconforming)"), _("Upper (nonconforming)"), _("Level"),
    )  # fmt: skip
    shares = tuple(ExportColumn(name, "number") for name in names)
    return (
        ExportColumn(_("Name")),
        *counts,
        ExportColumn(_("Population size"), "integer"),
        *shares,
        ExportColumn(_("Method of the interval")),
    )


def _row(rate: Rate) -> tuple[object, ...]:
    own = (rate.label, rate.n, rate.nonconforming, rate.size)
    return (*own, rate.estimate, rate.lower, rate.upper, *rate.failing, rate.level, str(NAMES[rate.method]))


def _notes(rate: Rate | None, link: str) -> list[str]:
    said = [] if rate is None else [*passrates.means(rate), *passrates.means_not(rate)]
    return [*said, link] if link else said


def _of_table(given: Mapping[str, Any], table: Given) -> list[Rate]:
    samples = [
        Sample(
            n=row.values["tested"],  # type: ignore[arg-type]  # the sheet reads a whole number
            nonconforming=row.values["nonconforming"],  # type: ignore[arg-type]
            size=row.values.get("size"),  # type: ignore[arg-type]
            label=str(row.values.get("label", "")) or _("Row %(number)d") % {"number": row.number},
        )
        for row in table.rows
    ]
    return passrates.rates(samples, method=given["method"], level=given["level"])


def _shown(given: Mapping[str, Any], found: list[Rate]) -> dict[str, Any]:
    return {
        "rates": found,
        "about": _about(found[0]),
        "floor": _floor(found),
        "small": passrates.SMALL,
        "chart": _chart(found) if len(found) <= DRAWN_MOST else None,
        "about_method": ABOUT.get(found[0].method, ""),
        "level": f"{100 * found[0].level:g}%",
    }


def _floor(found: Sequence[Rate], target: float | None = None) -> float:
    """Where the bars begin: below the lowest interval, and below the target."""
    lowest = min([rate.lower for rate in found] + ([target / 100] if target else []))
    return min(90, max(0, int(10 * lowest) * 10)) / 100


def _chart(found: Sequence[Rate]) -> PageChart:
    best, worst = (pick(found, key=lambda rate: rate.estimate) for pick in (max, min))
    words = {"worst": worst.label, "rate": percent(worst.estimate), "best": best.label}
    title = _("Lowest: %(worst)s with %(rate)s") % words
    rows = [RateRow(rate.label, rate.estimate, rate.lower, rate.upper, rate.n, rate.small) for rate in found]
    description = _("Pass rates of %(count)d rows with their intervals; the lowest is %(worst)s.")
    said = Words(_("Pass rate, %"), description % {"count": len(found), **words}, few=_("few"))
    return PageChart(
        title=title,
        chart=rate_bars(rows, said),
        heads=(_("Name"), _("Pass rate"), _("Interval"), _("Tested")),
        rows=[
            (rate.label, percent(rate.estimate), span(rate.lower, rate.upper), amount(rate.n))
            for rate in found
        ],
    )


def _file(given: Mapping[str, Any], found: list[Rate], notes: list[str], kind: str) -> HttpResponseBase:
    said = [*passrates.means_not(found[0]), *notes]
    return results.sent(kind, "pass-rates", _("Pass rates"), _columns(), [_row(one) for one in found], said)


TABLE: Final = TableTool(
    sheet=PASS_RATES,
    form=ManySamples,
    page="toolbox/pass_rates.html",
    address="toolbox:pass_rates",
    template="pass-rates",
    fields={"method": "method", "level": "level"},
    compute=_of_table,
    context=_shown,
    file=_file,
)


@tool_page_taking_tables
def many(request: HttpRequest) -> HttpResponseBase:
    """`/tools/pass-rate/table/`: a table by POST, or a small one out of a link (`t=`)."""
    return TABLE.answer(request)


@tool_file
def many_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """`/tools/pass-rate/table/result.xlsx?t=`."""
    return TABLE.export(request, form)
