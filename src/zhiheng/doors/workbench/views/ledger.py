"""The ledger for auditors: verification, books, checkpoints, acts of officers; one entry for everybody."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from zhiheng.doors.look.bounded import cut_said, page_of
from zhiheng.doors.workbench import errands, verifying
from zhiheng.doors.workbench.archive import acts_of, archived, entry_name, lines
from zhiheng.doors.workbench.desk import (
    AUDITORS,
    KEEPERS,
    WORKERS,
    OfficerRequest,
    absent,
    desk,
    partial,
    show,
)
from zhiheng.doors.workbench.said import kinds
from zhiheng.doors.workbench.snapshots import entries_now
from zhiheng.foundation.ledger.entries import moment
from zhiheng.foundation.ledger.models import Book, Checkpoint, Entry, entry_id
from zhiheng.foundation.ledger.selectors import entries_visible
from zhiheng.foundation.org.models import Agency, Officer
from zhiheng.kernel.errors import N_

CHECKPOINTS: Final = 20
OFFICERS: Final = 500


@desk(*AUDITORS)
def overview(request: OfficerRequest) -> HttpResponse:
    """Books with their heads, checkpoints, and how the last verification ended."""
    page = page_of(request, Book.objects.order_by("key"))
    names = dict(
        Agency.objects.visible_to(request.actor)
        .filter(code__in=[book.key for book in page])
        .values_list("code", "name")
    )
    context = {
        **_verification(),
        "page": page,
        "books": [(book, names.get(book.key, ""), bytes(book.head_hash).hex()) for book in page],
        "checkpoints": [(one, moment(one.at), bytes(one.root).hex()) for one in _checkpoints()],
        "entries": entries_now(),
    }
    return show(request, "ledger.html", context)


def _checkpoints() -> list[Checkpoint]:
    return list(Checkpoint.objects.order_by("-number")[:CHECKPOINTS])


def _verification() -> dict[str, Any]:
    errand = errands.find(verifying.ERRAND)
    return {"errand": errand, "broken": verifying.broken_of(errand)}


@desk(*AUDITORS)
def verify(request: OfficerRequest) -> HttpResponse:
    """Verify now, or tell how far it is."""
    if request.method == "POST":
        errand = verifying.start(request.actor.key, request.at)
        if not errand.running:
            messages.success(request, _("The ledger was verified; the answer stands below."))
        return redirect("workbench:ledger")
    context = _verification()
    answer = show(request, "parts/verification.html", context)
    errand_now = context["errand"]
    if partial(request) and not (errand_now and errand_now.running):
        answer["HX-Refresh"] = "true"
    return answer


@desk(*AUDITORS)
def acts(request: OfficerRequest) -> HttpResponse:
    """What officers did, by whom and of which kind."""
    who, kind = request.GET.get("who", ""), request.GET.get("kind", "")
    people = Officer.objects.visible_to(request.actor).select_related("account", "agency")[:OFFICERS]
    officers = [(f"officer:{one.pk}", f"{one.account.name} · {one.agency.name}") for one in people]
    offered = kinds()
    rows = acts_of(
        request.actor, request.today, who if who in dict(officers) else "", kind if kind in offered else ""
    )
    page = page_of(request, rows)
    context = {
        "page": page,
        "lines": lines(request.actor, archived(page)),
        "officers": officers,
        "kinds": offered.items(),
        "who": who,
        "kind": kind,
        "cut": cut_said(page),
    }
    return show(request, "acts.html", context)


@desk(*WORKERS, *KEEPERS)
def entry(request: OfficerRequest, book: str, number: int) -> HttpResponse:
    """One entry, recomputed: anybody can do the same by hand from what the page shows."""
    held = Book.objects.filter(key=book).first()
    wanted = entry_id(held.pk, number) if held else -1
    visible = entries_visible(request.actor, request.today)
    found = visible.filter(pk=wanted).select_related("book").first()
    if found is None:
        raise absent(N_("There is no such entry, or it is not yours to see."))
    before = Entry.objects.filter(pk=wanted - 1).first() if number > 1 else None
    context = {
        "entry": found,
        "name": entry_name(book, number),
        "line": lines(request.actor, archived([found]))[0],
        "proof": verifying.proof(found, before),
        "recorded_at": moment(found.recorded_at),
    }
    return show(request, "entry.html", context)
