"""The acts by which a person decides which enterprise a name without a code means, or takes it back."""

from __future__ import annotations

from datetime import datetime

from zhiheng.foundation.ledger.acts import act
from zhiheng.foundation.ledger.entries import Draft, append
from zhiheng.foundation.ledger.facts.enterprise import PartyReleased, PartyResolved
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.registry import policy
from zhiheng.foundation.registry.models import Enterprise, Product, UnresolvedParty
from zhiheng.kernel.errors import N_, refuse


@act
def party_resolve(*, actor: Actor, name_key: str, uscc: str, reason: str, at: datetime) -> UnresolvedParty:
    """Say that an unresolved name means this enterprise; results that come later under it follow."""
    policy.party_resolve(actor).require()
    _require_reason(reason)
    party = (
        UnresolvedParty.objects.unguarded("the act locks the party that it decides on")
        .select_for_update()
        .filter(name_key=name_key, resolved_to=None)
        .first()
    )
    if party is None:
        raise refuse(
            "registry.party_not_open",
            N_("No open party has this name."),
            N_("Look at the list again: somebody may have resolved it."),
        )
    enterprise = Enterprise.objects.visible_to(actor).filter(uscc=uscc).first()
    if enterprise is None:
        raise refuse(
            "registry.enterprise_unknown",
            N_("The registry holds no enterprise %(uscc)s."),
            N_("Import the enterprise first."),
            uscc=uscc,
        )
    party.resolved_to, party.resolved_at, party.resolved_by = enterprise, at, actor.key
    party.save(update_fields=["resolved_to", "resolved_at", "resolved_by"])
    products = Product.objects.unguarded("the producer of what the party made is now known")
    products.filter(maker=party.name_key, producer=None).update(producer=enterprise)
    fact = PartyResolved(name=party.name, uscc=uscc, reason=reason, results=party.results)
    append(actor=actor, recorded_at=at, drafts=[Draft(fact, at, enterprise.division)])
    return party


@act
def party_release(*, actor: Actor, name_key: str, reason: str, at: datetime) -> UnresolvedParty:
    """Take a decision on a name back: the party is open again, and so is the producer of its products."""
    policy.party_resolve(actor).require()
    _require_reason(reason)
    party = (
        UnresolvedParty.objects.unguarded("the act locks the party that it decides on")
        .select_for_update(of=("self",))
        .select_related("resolved_to")
        .filter(name_key=name_key)
        .first()
    )
    if party is None or party.resolved_to is None:
        raise refuse(
            "registry.party_not_resolved",
            N_("No decision on this name is in force."),
            N_("Look at the list again: somebody may have taken it back."),
        )
    enterprise = party.resolved_to
    party.resolved_to, party.resolved_at, party.resolved_by = None, None, ""
    party.save(update_fields=["resolved_to", "resolved_at", "resolved_by"])
    products = Product.objects.unguarded("nobody knows again who makes what the party made")
    products.filter(maker=party.name_key, producer=enterprise).update(producer=None)
    fact = PartyReleased(name=party.name, uscc=enterprise.uscc, reason=reason, results=party.results)
    append(actor=actor, recorded_at=at, drafts=[Draft(fact, at, enterprise.division)])
    return party


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise refuse(
            "registry.reason_missing",
            N_("A decision on who is meant needs a reason."),
            N_("Say what you compared, for example the address or the licence."),
        )
