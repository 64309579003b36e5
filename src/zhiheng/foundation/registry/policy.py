"""Who may change the registry.

A registrar records what a file says, of any division: files of the market entity register cross
divisions, enterprises move, and a producer may sit anywhere. What is recorded stands in the book of
the registrar's agency, so it stays known who said it.
"""

from __future__ import annotations

from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.policy import needs_role
from zhiheng.kernel.decision import Decision


def enterprises_record(actor: Actor) -> Decision:
    """Registrars record enterprises."""
    return needs_role(actor, roles.REGISTRAR)


def party_resolve(actor: Actor) -> Decision:
    """Registrars decide which enterprise a name means."""
    return needs_role(actor, roles.REGISTRAR)
