"""My work: what waits for the officer who signed in, and what he did lately."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import F, Q
from django.http import HttpResponse
from django.utils.translation import gettext as _

from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.selectors import reports
from zhiheng.doors.exports.tables import heading_of
from zhiheng.doors.imports.catalogue import importable
from zhiheng.doors.workbench import errands, snapshots
from zhiheng.doors.workbench.archive import recent_acts
from zhiheng.doors.workbench.desk import EVERYBODY, OfficerRequest, desk, may, show
from zhiheng.doors.workbench.verifying import ERRAND
from zhiheng.foundation.exchange import selectors
from zhiheng.foundation.exchange.models import ImportRun
from zhiheng.foundation.exchange.services import OPEN_STATES
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.guard import within
from zhiheng.foundation.registry.selectors import parties_open
from zhiheng.kernel.errors import N_

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
    found: dict[str, Any] = {
        "running": [(run, _share(run)) for run in runs.filter(state__in=OPEN_STATES)[:SHOWN]],
        "reports": _reports(request),
        "empty": not selectors.runs(request.actor).exists(),
    }
    if may(request.actor).register:
        waiting = parties_open(request.actor).order_by("-results", "id")
        found |= {
            "to_mend": _named(runs.filter(refused__gt=F("mended")).exclude(state__in=OPEN_STATES)[:SHOWN]),
            "parties": waiting[:SHOWN],
            "parties_count": waiting[: COUNTED + 1].count(),
            "parties_most": COUNTED,
        }
    return found


def _reports(request: OfficerRequest) -> list[tuple[Report, str]]:
    """Reports that wait for this officer: to be approved, to be published, to be mended."""
    mine = {
        "submitted": N_("to be reviewed by you"),
        "reviewed": N_("to be published by you"),
        "draft": N_("your draft"),
    }
    wanted = Q(state=Report.State.DRAFT, drafter=request.actor.key)
    if request.actor.has(roles.REVIEWER):
        wanted |= Q(state=Report.State.SUBMITTED)
    if request.actor.has(roles.PUBLISHER):
        wanted |= Q(state=Report.State.REVIEWED)
    below = reports(request.actor).filter(wanted, within("division", request.actor.scope))
    return [
        (one, _("returned to you") if one.state == Report.State.DRAFT and one.reason else _(mine[one.state]))
        for one in below[:SHOWN]
    ]


def _named(runs: Any) -> list[tuple[ImportRun, str, int]]:
    return [(run, heading_of(importable(run.sheet).sheet), run.refused - run.mended) for run in runs]


def _share(run: ImportRun) -> int:
    return round(100 * run.position / run.rows_total) if run.rows_total else 0
