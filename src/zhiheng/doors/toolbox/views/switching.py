"""The plan finder's switching rules: a history of lots, and the severity that the next one meets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from zhiheng.doors.exports.table import ExportColumn
from zhiheng.doors.toolbox import lothistory, results
from zhiheng.doors.toolbox.forms import TableField, ToolForm
from zhiheng.doors.toolbox.lothistory import STANDINGS, History
from zhiheng.doors.toolbox.sheets import LOTS
from zhiheng.doors.toolbox.tables import Given
from zhiheng.doors.toolbox.tabletool import TableTool
from zhiheng.doors.toolbox.visit import tool_file, tool_page_taking_tables

_BEGINNINGS: Final = ("normal", "tightened", "reduced")


class HistoryOfLots(ToolForm):
    """A table of lots in the order of production, pasted or uploaded."""

    table = TableField(
        label=gettext_lazy("Table"),
        help_text=gettext_lazy(
            "One lot a row, in the order of production. Columns in this order: lot, n, Ac, nonconforming, Ac"
            " at the tighter AQL (may be left out), production steady, inspection resumed. With headings the"
            " order is free."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("or a file"),
        required=False,
        help_text=gettext_lazy("xlsx, CSV or Parquet with the headings of the template, at most 2 MB."),
    )
    start = forms.ChoiceField(
        label=gettext_lazy("Severity of the first lot"),
        choices=[(name, STANDINGS[name]) for name in _BEGINNINGS],
        initial="normal",
        help_text=gettext_lazy("Normal, unless the history goes on from an earlier one."),
    )
    reduced = forms.ChoiceField(
        label=gettext_lazy("Reduced inspection"),
        choices=[
            ("yes", gettext_lazy("The responsible authority agrees to it")),
            ("no", pgettext_lazy("inspection", "Not allowed")),
        ],
        initial="yes",
    )


def _followed(given: Mapping[str, Any], table: Given) -> History:
    lots = lothistory.lots_of([row.values for row in table.rows])
    return lothistory.followed(lots, authorised=given["reduced"] == "yes", start=given["start"])


def _shown(given: Mapping[str, Any], found: History) -> dict[str, Any]:
    final = found.final
    return {
        "found": found,
        "severity": STANDINGS[final.severity],
        "score": final.score if final.severity == "normal" else None,
        "steps": [
            (step, STANDINGS[step.severity], STANDINGS[step.after], lothistory.why(step))
            for step in found.steps
        ],
        "outlook": lothistory.outlook(final, authorised=found.authorised),
        "standard": lothistory.STANDARD,
        "sure": lothistory.SURE,
        "means": lothistory.means(found),
        "means_not": lothistory.means_not(),
    }


def _file(given: Mapping[str, Any], found: History, notes: list[str], kind: str) -> HttpResponseBase:
    columns = [
        ExportColumn(_("Lot")), ExportColumn("n", "integer"), ExportColumn("Ac", "integer"),
        ExportColumn(_("Nonconforming"), "integer"), ExportColumn(pgettext("lot", "Accepted"), "truth"),
        ExportColumn(_("Inspected under")), ExportColumn(_("Switching score"), "integer"),
        ExportColumn(_("Next lot")), ExportColumn(_("Why")),
    ]  # fmt: skip
    rows: list[tuple[object, ...]] = [
        (
            step.lot.label,
            step.lot.n,
            step.lot.acceptance,
            step.lot.found,
            step.lot.accepted,
            str(STANDINGS[step.severity]),
            step.score,
            str(STANDINGS[step.after]),
            lothistory.why(step),
        )
        for step in found.steps
    ]
    outlook = lothistory.outlook(found.final, authorised=found.authorised)
    words = [*lothistory.means(found), *outlook, lothistory.STANDARD, str(lothistory.SURE)]
    said = [*words, *lothistory.means_not(), *notes]
    return results.sent(kind, "switching", _("Switching rules"), columns, rows, said)


TABLE: Final = TableTool(
    sheet=LOTS,
    form=HistoryOfLots,
    page="toolbox/plan_switching.html",
    address="toolbox:plan_switching",
    template="lots",
    fields={},
    compute=_followed,
    context=_shown,
    file=_file,
)


@tool_page_taking_tables
def switching(request: HttpRequest) -> HttpResponseBase:
    """`/tools/plan/switching/`: a history by POST, or a short one out of a link (`t=`)."""
    return TABLE.answer(request)


@tool_file
def switching_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """`/tools/plan/switching/result.xlsx?t=`."""
    return TABLE.export(request, form)
