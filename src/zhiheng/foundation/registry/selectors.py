"""Reads of the registry: enterprises, whom a name means, what awaits a person's decision."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.registry.models import (
    GONE,
    Enterprise,
    EnterpriseName,
    EnterpriseQuerySet,
    Product,
    UnresolvedParty,
)
from zhiheng.foundation.registry.search import Hit, SearchPage, search

__all__ = [
    "Hit",
    "SearchPage",
    "enterprise_by_uscc",
    "enterprises",
    "match_names",
    "names_of",
    "parties_open",
    "products_of",
    "search",
    "usccs_known",
]


def enterprises(actor: Actor) -> EnterpriseQuerySet:
    """The enterprises that the actor may see."""
    return Enterprise.objects.visible_to(actor)


def enterprise_by_uscc(actor: Actor, uscc: str) -> Enterprise | None:
    """The enterprise of that code."""
    return enterprises(actor).filter(uscc=uscc).first()


def usccs_known(codes: Collection[str]) -> set[str]:
    """Which of these codes are in the registry; one query for a whole chunk."""
    known = Enterprise.objects.unguarded("whether a code is registered is public")
    return set(known.filter(uscc__among=codes).values_list("uscc", flat=True))


def names_of(actor: Actor, uscc: str) -> QuerySet[EnterpriseName]:
    """The names that an enterprise bears and bore, the present one first."""
    return EnterpriseName.objects.filter(enterprise__in=enterprises(actor).filter(uscc=uscc))


def products_of(actor: Actor, uscc: str) -> QuerySet[Product]:
    """The products that results know of a producer."""
    return Product.objects.visible_to(actor).filter(producer__uscc=uscc)


def parties_open(actor: Actor) -> QuerySet[UnresolvedParty]:
    """The names that await a person's decision."""
    return UnresolvedParty.objects.visible_to(actor).filter(resolved_to=None)


def match_names(keys: Collection[str]) -> dict[str, str]:
    """Whom each key of a name (`names.name_key`) means: the code, where it can be nobody else.

    All enterprises that bear the name, or bore it, are considered. Those that still trade go before
    those that are gone; if two are left, the name is ambiguous and absent from the answer. A name
    that no enterprise bears means what a person has said it means (`party_resolve`). Two queries.
    """
    trading: dict[str, set[str]] = {}
    gone: dict[str, set[str]] = {}
    bearers = EnterpriseName.objects.filter(name_key__among=keys)
    for key, uscc, status in bearers.values_list("name_key", "enterprise__uscc", "enterprise__status"):
        (gone if status in GONE else trading).setdefault(key, set()).add(uscc)
    found = dict(
        UnresolvedParty.objects.unguarded("a person's decision on a name holds for whoever imports")
        .filter(name_key__among=keys, resolved_to__isnull=False)
        .values_list("name_key", "resolved_to__uscc")
    )
    for key in {*trading, *gone}:
        possible = trading.get(key) or gone[key]
        found.pop(key, None)
        if len(possible) == 1:
            found[key] = next(iter(possible))
    return found
