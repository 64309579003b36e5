"""Who may draft, review, publish and withdraw a quality report.

Roles come from the workflow's table, places from the report's division, and whoever worked on a
draft does not approve it. This module refuses to look at what a report says.
"""

from __future__ import annotations

from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.workflow import NOT_AN_AUTHOR, REPORT
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.policy import covers
from zhiheng.kernel.decision import Decision
from zhiheng.kernel.errors import N_, Problem

FOUR_EYES = Problem(
    "report.own",
    N_("You worked on this report, so you cannot approve it."),
    remedy=N_("Ask another reviewer of your agency, or of the one above."),
)


def report_draft(actor: Actor, division: str) -> Decision:
    """Analysts draft reports about their own division and below."""
    return covers(actor, division, roles.ANALYST)


def report_act(actor: Actor, report: Report, act: str) -> Decision:
    """Whether the actor may do this with the report now: the state, then role and place, then the guard."""
    known = REPORT.allowed(report.state, act)
    if not known.allowed:
        return known
    row = REPORT.transition(report.state, act)
    decision = covers(actor, report.division, *row.roles)
    if decision.allowed and row.guard == NOT_AN_AUTHOR and actor.key in report.authors:
        return Decision(False, FOUR_EYES)
    return decision
