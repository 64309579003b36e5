"""Who may change the organisation and who may hand out roles."""

from __future__ import annotations

from django.utils.translation import gettext

from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import NOT_COVERED, Actor
from zhiheng.kernel.decision import Decision
from zhiheng.kernel.errors import N_, Problem

SEPARATION = "GB/T 22239-2019"


def needs_role(actor: Actor, *wanted: str, basis: str = "") -> Decision:
    """Allowed when the actor holds one of the roles."""
    if actor.has(*wanted):
        return Decision(True, Problem("org.has_role", N_("Your role allows this.")), basis)
    # Titles are msgids too, and a parameter is not translated by whoever shows the problem.
    names = "、".join(gettext(roles.TITLES.get(role, role)) for role in wanted)
    return Decision(
        False,
        Problem(
            "org.role_missing",
            N_("This act needs one of the roles: %(roles)s."),
            {"roles": names},
            N_("Ask the security administrator of your agency for the role."),
        ),
        basis,
    )


def covers(actor: Actor, division: str, *wanted: str) -> Decision:
    """Allowed when the actor holds one of the roles and the division is the actor's own or below."""
    decision = needs_role(actor, *wanted)
    if decision.allowed and not actor.covers(division):
        return Decision(False, NOT_COVERED)
    return decision


def agency_open(actor: Actor, division: str) -> Decision:
    """System administrators open agencies in their own division and below."""
    return covers(actor, division, roles.SYSTEM_ADMIN)


def officer_appoint(actor: Actor, division: str) -> Decision:
    """Security administrators hand out roles in their own division and below."""
    return covers(actor, division, roles.SECURITY_ADMIN)
