"""The first page: what this is, one box to search in, what was published lately, how to check it."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render

from zhiheng.domains.indicators.selectors import reports
from zhiheng.domains.supervision.selectors import results
from zhiheng.doors.portal.proofs import taken_at
from zhiheng.doors.portal.rows import result_rows
from zhiheng.doors.portal.visit import Visit, public_page
from zhiheng.foundation.ledger.models import Checkpoint

RESULTS: Final = 5
REPORTS: Final = 4


@public_page
def home(visit: Visit) -> HttpResponse:
    """`/`."""
    latest = results(visit.actor, visit.today).order_by("-published_on", "-id")[:RESULTS]
    newest = Checkpoint.objects.order_by("number").last()
    return render(
        visit,
        "portal/home.html",
        {
            "rows": result_rows(latest),
            "reports": reports(visit.actor).filter(state="published").order_by("-published_at")[:REPORTS],
            "checkpoint": newest,
            "root": bytes(newest.root).hex() if newest else "",
            "taken_at": taken_at(newest) if newest else None,
        },
    )
