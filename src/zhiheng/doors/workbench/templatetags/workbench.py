"""Small words that the pages of the workbench share: `{% load workbench %}`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.context import Context
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhiheng.domains.indicators.models import Report
from zhiheng.domains.supervision.models import Result
from zhiheng.doors.look.figures import amount
from zhiheng.foundation.exchange.models import ImportRun
from zhiheng.kernel.errors import Problem

register = template.Library()


@register.filter
def standing(row: Result) -> str:
    """The state of a result: its verdict, or what a retest made of it."""
    if row.retest == Result.Retest.OVERTURNED:
        return "overturned"
    return "confirmed" if row.retest == Result.Retest.CONFIRMED else row.verdict


@register.filter
def run_state(run: ImportRun) -> str:
    """The state of an import as the look knows it."""
    return "interrupted" if run.state == ImportRun.State.CANCELLED else str(run.state)


@register.filter
def run_word(run: ImportRun) -> str:
    """The word for the state of an import, where the look's own would say something else."""
    return pgettext("import", "Stopped") if run.state == ImportRun.State.CANCELLED else ""


@register.filter
def said(problem: Problem) -> str:
    """A problem in the language of the reader."""
    return _(problem.message) % dict(problem.params)


@register.filter
def advised(problem: Problem) -> str:
    """What would be right, in the language of the reader."""
    return _(problem.remedy) % dict(problem.params) if problem.remedy else ""


@register.filter
def joined(texts: Iterable[Any]) -> str:
    """Texts in one line."""
    return "、".join(str(text) for text in texts)


@register.inclusion_tag("workbench/parts/export.html", takes_context=True)
def export(context: Context, address: str) -> dict[str, Any]:
    """Links that download the list as it is shown, in each form."""
    query = context["request"].GET.urlencode()
    forms = [
        (form, address.replace("FORM", form) + (f"?{query}" if query else ""))
        for form in ("xlsx", "csv", "parquet")
    ]
    return {"forms": forms}


@register.filter
def failures(rate: Any) -> str:
    """How many of the samples of a rate did not conform."""
    return amount(rate.n - rate.conforming)


@register.filter
def report_state(report: Report) -> str:
    """The state of a report as the look knows it."""
    return "waiting" if report.state == Report.State.SUBMITTED else report.state


@register.filter
def translated(msgid: str) -> str:
    """A msgid of another room in the language of the reader."""
    return _(msgid)
