"""Reads of quality reports: lists and one by its code, as the reader may see them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.policy import report_act
from zhiheng.domains.indicators.workflow import REPORT
from zhiheng.foundation.org.actors import Actor
from zhiheng.kernel.decision import Decision


def reports(actor: Actor) -> QuerySet[Report]:
    """All reports that the actor may see; filter and sort it further. Contents are not loaded."""
    return Report.objects.visible_to(actor).defer("content")


def report_by_code(actor: Actor, code: str) -> Report | None:
    """The report of that code, or nothing where there is none that the actor may see."""
    return Report.objects.visible_to(actor).select_related("superseded_by").filter(code=code).first()


def published_since(actor: Actor, moment: datetime) -> QuerySet[Report]:
    """What was published after a moment, newest first."""
    return reports(actor).filter(published_at__gt=moment).order_by("-published_at")


def acts_open_to(actor: Actor, report: Report) -> dict[str, Decision]:
    """What can be done with the report in its state, each with whether this actor may and why."""
    return {row.act: report_act(actor, report, row.act) for row in REPORT.acts_from(report.state)}
