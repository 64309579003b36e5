"""Reads of recorded results: lists with filters, one result, what there is to choose from.

Every read begins at `visible_to(actor)`; for the public it ends at the day of publication. Rates are
not computed here: analytics does, from the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, Q

from zhiheng.domains.supervision.models import Result, ResultQuerySet
from zhiheng.foundation.org.actors import Actor, division_prefix
from zhiheng.foundation.org.guard import within
from zhiheng.kernel.errors import N_, refuse

TEXT_LENGTH: Final = 100
FACETS: Final = ("verdict", "selection", "coverage", "retest")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; empty parts narrow nothing. `division` covers all that lies below it."""

    verdict: str = ""
    selection: str = ""
    coverage: str = ""
    retest: str = ""
    product_kind: str = ""
    authority: str = ""
    division: str = ""
    producer: str = ""
    since: date | None = None
    until: date | None = None
    unresolved: bool = False
    text: str = ""

    def query(self) -> Q:
        """The filters as one condition."""
        same = {
            name: value
            for name in ("verdict", "selection", "coverage", "retest", "product_kind", "authority")
            if (value := getattr(self, name))
        }
        found = Q(**same)
        if self.division:
            found &= within("division", division_prefix(self.division))
        if self.producer:
            found &= Q(producer_uscc=self.producer)
        if self.since:
            found &= Q(dated_on__gte=self.since)
        if self.until:
            found &= Q(dated_on__lte=self.until)
        if self.unresolved:
            found &= _unresolved("producer") | _unresolved("seller")
        for word in self.text[:TEXT_LENGTH].split():
            found &= _mentions(word)
        return found


NOTHING: Final = Filters()


def _unresolved(role: str) -> Q:
    return Q(**{f"{role}_uscc": ""}) & ~Q(**{f"{role}_party": ""})


def _mentions(word: str) -> Q:
    found = Q()
    for column in ("product_name", "producer_name", "seller_name", "brand", "record"):
        found |= Q(**{f"{column}__icontains": word})
    return found | Q(producer_uscc=word.upper())


def results(actor: Actor, on: date, filters: Filters = NOTHING) -> ResultQuerySet:
    """The results that the actor may see on that day, newest first."""
    table = Result.objects.visible_to(actor)
    if actor.kind == "public":
        table = table.published(on)
    return table.filter(filters.query())


def result_detail(actor: Actor, key: str, on: date) -> Result:
    """One result by its key; a result that the actor may not see is not there."""
    found = results(actor, on).filter(key=key).first()
    if found is None:
        raise refuse(
            "result.not_found",
            N_("There is no such result, or it is not yours to see."),
            N_("Look for it in the list of results."),
        )
    return found


def product_kinds(actor: Actor, on: date) -> list[str]:
    """The product kinds that occur in what the actor may see, in the order of their names."""
    return _distinct(actor, on, "product_kind")


def authorities(actor: Actor, on: date) -> list[str]:
    """The authorities that occur in what the actor may see, in the order of their names."""
    return _distinct(actor, on, "authority")


def _distinct(actor: Actor, on: date, column: str) -> list[str]:
    return list(results(actor, on).order_by(column).values_list(column, flat=True).distinct())


def facets(actor: Actor, on: date, filters: Filters = NOTHING) -> Mapping[str, Mapping[str, int]]:
    """How many results of the list each word of the short columns would leave; one query for all."""
    rows = results(actor, on, filters).order_by().values_list(*FACETS).annotate(count=Count("id"))
    counts: dict[str, dict[str, int]] = {name: {} for name in FACETS}
    for *words, count in rows:
        for name, word in zip(FACETS, words, strict=True):
            counts[name][word] = counts[name].get(word, 0) + count
    return counts


def waiting_results(actor: Actor, party: str) -> ResultQuerySet:
    """The results that name an unresolved party, given by the key of its name."""
    named = Q(producer_party=party) & ~Q(producer_party="") | Q(seller_party=party) & ~Q(seller_party="")
    return Result.objects.visible_to(actor).filter(named)
