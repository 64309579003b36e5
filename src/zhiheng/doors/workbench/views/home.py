"""My work: what waits for the officer who signed in, and what he did lately."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import F
from django.http import HttpResponse

from zhiheng.doors.imports.catalogue import importable
from zhiheng.doors.workbench import errands, snapshots
from zhiheng.doors.workbench.archive import recent_acts
from zhiheng.doors.workbench.desk import EVERYBODY, OfficerRequest, desk, may, show
from zhiheng.doors.workbench.tables import heading_of
from zhiheng.doors.workbench.verifying import ERRAND
from zhiheng.foundation.exchange import selectors
from zhiheng.foundation.exchange.models import ImportRun
from zhiheng.foundation.exchange.services import OPEN_STATES
from zhiheng.foundation.registry.selectors import parties_open

SHOWN: Final = 5
COUNTED: Final = 1000


@desk(*EVERYBODY)
def mine(request: OfficerRequest) -> HttpResponse:
    """What waits for me."""
    opened = may(request.actor)
    context: dict[str, Any] = {"lines": recent_acts(request.actor, request.today)}
    if opened.work:
        context |= _work(request)
    if opened.audit:
        context |= {"verified": errands.find(ERRAND), "entries": snapshots.entries_now()}
    return show(request, "mine.html", context)


def _work(request: OfficerRequest) -> dict[str, Any]:
    runs = selectors.runs(request.actor).filter(agency=request.actor.agency)
    parties = parties_open(request.actor)
    waiting = parties.order_by("-results", "id")
    return {
        "running": [(run, _share(run)) for run in runs.filter(state__in=OPEN_STATES)[:SHOWN]],
        "to_mend": _named(runs.filter(refused__gt=F("mended")).exclude(state__in=OPEN_STATES)[:SHOWN]),
        "parties": waiting[:SHOWN],
        "parties_count": waiting[: COUNTED + 1].count(),
        "parties_most": COUNTED,
        "empty": not selectors.runs(request.actor).exists(),
    }


def _named(runs: Any) -> list[tuple[ImportRun, str, int]]:
    return [(run, heading_of(importable(run.sheet).sheet), run.refused - run.mended) for run in runs]


def _share(run: ImportRun) -> int:
    return round(100 * run.position / run.rows_total) if run.rows_total else 0
