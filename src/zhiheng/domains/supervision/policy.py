"""Who may record, correct and attribute results of spot checks.

Recording is bound to the place: an authority records what was sampled in its own division or
below. Correcting is open to the agency that recorded and to whoever stands above the place. This
module refuses to look at the content of a result.
"""

from __future__ import annotations

from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import NOT_COVERED, Actor
from zhiheng.foundation.org.policy import covers, needs_role
from zhiheng.kernel.decision import Decision
from zhiheng.kernel.errors import N_, Problem

ALLOWED = Problem("supervision.allowed", N_("Your role and your division allow this."))


def results_record(actor: Actor) -> Decision:
    """Registrars record results; each row is asked about its place by `result_place`."""
    decision = needs_role(actor, roles.REGISTRAR)
    if decision.allowed and actor.kind == "officer" and not actor.agency:
        return Decision(False, NOT_COVERED)
    return decision


def result_place(actor: Actor, division: str) -> Decision:
    """A registrar records what was sampled in the own division and below."""
    return covers(actor, division, roles.REGISTRAR)


def result_correct(actor: Actor, agency: str, division: str) -> Decision:
    """Registrars of the agency that recorded, or of a division that holds the place of sampling."""
    decision = needs_role(actor, roles.REGISTRAR)
    if decision.allowed and not (actor.agency == agency or actor.covers(division)):
        return Decision(False, NOT_COVERED)
    return decision


def party_resolve(actor: Actor) -> Decision:
    """Registrars say which enterprise a name means; which results follow is asked by `result_correct`."""
    return needs_role(actor, roles.REGISTRAR)
