"""Saying which enterprise a name without a code means, and taking it back; the results follow.

The decision itself is the registry's (`registry.services`); here each result that named the party
gets an entry that corrects its last one, in the same transaction. Results are attributed all or none:
who may not correct one of them may not decide the name. This module refuses near matches: it is told
the code.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Q

from zhiheng.domains.supervision import policy
from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.services import statements
from zhiheng.domains.supervision.services.corrections import require_reason
from zhiheng.foundation.ledger.acts import act
from zhiheng.foundation.ledger.entries import Draft, append
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.registry import services as registry
from zhiheng.foundation.registry.models import UnresolvedParty
from zhiheng.foundation.registry.selectors import match_names
from zhiheng.kernel.errors import N_, refuse

ROLES: Final = ("producer", "seller")
_BATCH: Final = 500


@act
def party_resolve(*, actor: Actor, party: UnresolvedParty, uscc: str, reason: str, at: datetime) -> int:
    """Say that the name means this enterprise; answers how many results were corrected."""
    policy.party_resolve(actor).require()
    require_reason(reason)
    key = party.name_key
    results = _naming(actor, key, waiting=True)
    registry.party_resolve(actor=actor, name_key=key, uscc=uscc, reason=reason, at=at)
    return _attribute(actor, results, (key, uscc), reason, at)


@act
def party_release(*, actor: Actor, party: UnresolvedParty, reason: str, at: datetime) -> int:
    """Take the decision back; results keep a code only where the registry alone gives it."""
    policy.party_resolve(actor).require()
    require_reason(reason)
    key = party.name_key
    results = _naming(actor, key, waiting=False)
    registry.party_release(actor=actor, name_key=key, reason=reason, at=at)
    code = match_names({key}).get(key, "")
    return _attribute(actor, results, (key, code), reason, at)


def _naming(actor: Actor, key: str, *, waiting: bool) -> list[Result]:
    """The results that name the party, locked; refused unless the actor may correct every one."""
    named = Q()
    for role in ROLES:
        one = Q(**{f"{role}_party": key}) & ~Q(**{f"{role}_party": ""})
        named |= one & (Q(**{f"{role}_uscc": ""}) if waiting else ~Q(**{f"{role}_uscc": ""}))
    table = Result.objects.unguarded("a decision on a name holds for all that name it, or for none")
    found = list(table.select_for_update().filter(named).order_by("id"))
    closed = [
        one for one in found if not policy.result_correct(actor, one.agency, one.entry_division).allowed
    ]
    if closed:
        raise refuse(
            "result.party_of_others",
            N_("%(count)d of the %(all)d results that bear this name are not yours to correct."),
            N_("Ask the authority above all of them to decide the name."),
            count=len(closed),
            all=len(found),
        )
    return found


def _attribute(
    actor: Actor, results: list[Result], decision: tuple[str, str], reason: str, at: datetime
) -> int:
    key, code = decision
    changed, drafts = [], []
    for result in results:
        before = (result.producer_uscc, result.seller_uscc)
        for role in ROLES:
            if getattr(result, f"{role}_party") == key:
                setattr(result, f"{role}_uscc", code)
        if (result.producer_uscc, result.seller_uscc) == before:
            continue
        fact = statements.fact_of_result(result, reason)
        changed.append(result)
        drafts.append(Draft(fact, result.dated_on, result.entry_division, corrects=result.entry))
    recorded = append(actor=actor, recorded_at=at, drafts=drafts)
    for result, entry in zip(changed, recorded, strict=True):
        result.entry = entry.id
    table = Result.objects.unguarded("the results were locked and the actor asked about each")
    table.bulk_update(changed, ["producer_uscc", "seller_uscc", "entry"], batch_size=_BATCH)
    return len(changed)
