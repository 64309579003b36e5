"""Reads of imports: the runs an actor sees, those that wait for a worker, refused rows, mappings."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from zhiheng.foundation.exchange.mapping import SourceMapping
from zhiheng.foundation.exchange.models import (
    ImportRun,
    ImportRunQuerySet,
    Mapping,
    RefusedRow,
    RefusedRowQuerySet,
)
from zhiheng.foundation.org.actors import Actor, system
from zhiheng.foundation.org.models import Division, Officer
from zhiheng.foundation.org.selectors import actor_of
from zhiheng.kernel.errors import N_, refuse


def runs(actor: Actor) -> ImportRunQuerySet:
    """The imports that the actor sees, newest first."""
    return ImportRun.objects.visible_to(actor)


def run_by_id(actor: Actor, public_id: str) -> ImportRun:
    """One import by its id."""
    run = runs(actor).filter(public_id=public_id).first()
    if run is None:
        raise refuse(
            "exchange.run_unknown",
            N_("There is no import %(run)s that you may see."),
            N_("Look at the list of imports for its id."),
            run=public_id[:40],
        )
    return run


def refused_rows(actor: Actor, run: ImportRun) -> RefusedRowQuerySet:
    """The refused rows of a run, in the order of the file."""
    return RefusedRow.objects.visible_to(actor).filter(run=run).order_by("number")


def waiting(at: datetime) -> list[ImportRun]:
    """Runs that a worker may take: queued, or left by a worker whose lease has run out; oldest first."""
    free = Q(state=ImportRun.State.QUEUED) | Q(state=ImportRun.State.RUNNING) & (
        Q(lease_until__isnull=True) | Q(lease_until__lte=at)
    )
    found = ImportRun.objects.unguarded("the worker serves all agencies").filter(free)
    return list(found.order_by("opened_at", "pk")[:20])


def leased() -> list[ImportRun]:
    """Runs that somebody holds, so that a worker can tell whether the holder still lives."""
    found = ImportRun.objects.unguarded("the worker serves all agencies").filter(
        state=ImportRun.State.RUNNING, lease_until__isnull=False
    )
    return list(found.order_by("opened_at", "pk")[:20])


def actor_of_run(run: ImportRun, at: datetime) -> Actor:
    """Who a run acts for, with the roles held now: a registrar who was dismissed imports no more."""
    if run.actor == "system":
        return system(run.agency, run.division)
    kind, _, number = run.actor.partition(":")
    officer = (
        Officer.objects.unguarded("the run names the officer it acts for")
        .select_related("account")
        .filter(pk=number if kind == "officer" and number.isdigit() else 0)
        .first()
    )
    if officer is None:
        raise refuse(
            "exchange.actor_gone",
            N_("The import acts for %(actor)s, who is not an officer any more."),
            N_("Another registrar can hand the file in again."),
            actor=run.actor,
        )
    return actor_of(officer.account, at)


def mapping_by_name(actor: Actor, name: str) -> Mapping | None:
    """A saved mapping: the agency's own first, else one of an agency above."""
    found = list(Mapping.objects.visible_to(actor).filter(name=name))
    own = [mapping for mapping in found if mapping.agency == actor.agency]
    return next(iter(own or found), None)


def codes_of(mapping: SourceMapping) -> dict[str, frozenset[str]]:
    """The codes that a mapping asks for, once a run: one query a table, former divisions too."""
    asked = {rule.within for rule in mapping.rules.values()}
    if "divisions" not in asked:
        return {}
    return {"divisions": frozenset(Division.objects.values_list("code", flat=True))}
