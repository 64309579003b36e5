"""Who may import, mend and save mappings: registrars, in their own agency and in those below."""

from __future__ import annotations

from zhiheng.foundation.exchange.models import ImportRun
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import NOT_COVERED, Actor
from zhiheng.foundation.org.policy import needs_role
from zhiheng.kernel.decision import Decision


def import_open(actor: Actor) -> Decision:
    """Registrars hand files in."""
    return needs_role(actor, roles.REGISTRAR)


def import_work(actor: Actor, run: ImportRun) -> Decision:
    """Registrars work at the runs of their own agency, and of agencies below it."""
    decision = needs_role(actor, roles.REGISTRAR)
    if not decision.allowed or actor.kind == "system" or run.agency == actor.agency:
        return decision
    if actor.covers(run.division) and run.division != actor.division:
        return decision
    return Decision(False, NOT_COVERED)


def mapping_save(actor: Actor) -> Decision:
    """Registrars save mappings for their agency."""
    return needs_role(actor, roles.REGISTRAR)
