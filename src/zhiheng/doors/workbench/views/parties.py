"""Names without a code: who is meant, by whom it was decided, and taking a decision back."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhiheng.domains.supervision import policy
from zhiheng.domains.supervision.selectors import waiting_results
from zhiheng.domains.supervision.services import party_release, party_resolve
from zhiheng.doors.look.bounded import cut_said, page_of
from zhiheng.doors.look.reader import language
from zhiheng.doors.workbench.desk import REGISTRARS, WORKERS, OfficerRequest, absent, desk, partial, show
from zhiheng.foundation.org.selectors import division_names
from zhiheng.foundation.registry.models import UnresolvedParty
from zhiheng.foundation.registry.names import name_key
from zhiheng.foundation.registry.selectors import search
from zhiheng.kernel.errors import N_, Refused

CANDIDATES: Final = 20
SHOWN_RESULTS: Final = 10


@desk(*WORKERS)
def listed(request: OfficerRequest) -> HttpResponse:
    """The names that await a decision, or those that were decided."""
    resolved = request.GET.get("show") == "resolved"
    rows = UnresolvedParty.objects.visible_to(request.actor).filter(resolved_to__isnull=not resolved)
    rows = rows.select_related("resolved_to")
    query = request.GET.get("q", "").strip()[:200]
    if query:
        rows = rows.filter(name_key__contains=name_key(query))
    if resolved:
        rows = rows.order_by("-resolved_at", "id")
    page = page_of(request, rows)
    context = {"page": page, "resolved": resolved, "query": query, "cut": cut_said(page)}
    return show(request, "parties.html", context)


@desk(*WORKERS)
def detail(request: OfficerRequest, number: int) -> HttpResponse:
    """One name: the results that bear it, the enterprises that may be meant, the decision."""
    party = _party(request, number)
    query = request.GET.get("q", party.name).strip()[:200]
    if partial(request):
        return show(request, "parts/candidates.html", {"hits": _candidates(request, query), "query": query})
    return _shown(request, party, query)


def _party(request: OfficerRequest, number: int) -> UnresolvedParty:
    rows = UnresolvedParty.objects.visible_to(request.actor).select_related("resolved_to")
    party = rows.filter(pk=number).first()
    if party is None:
        raise absent(N_("There is no such name on the list."))
    return party


def _candidates(request: OfficerRequest, query: str) -> list[Any]:
    hits = search(request.actor, query, "", CANDIDATES).hits if query else ()
    places = division_names({hit.enterprise.division for hit in hits}, language())
    key = name_key(query)
    return [
        {
            "row": hit.enterprise,
            "place": places.get(hit.enterprise.division, ""),
            "former": hit.name if hit.former else "",
            "exact": name_key(hit.name) == key,
        }
        for hit in hits
    ]


def _shown(
    request: OfficerRequest, party: UnresolvedParty, query: str, refused: Refused | None = None
) -> HttpResponse:
    context = {
        "party": party,
        "query": query,
        "hits": [] if party.resolved_to else _candidates(request, query),
        "results": waiting_results(request.actor, party.name_key)[:SHOWN_RESULTS],
        "decision": policy.party_resolve(request.actor),
        "problems": refused.problems if refused else (),
        "chosen": request.POST.get("uscc", ""),
        "reason": request.POST.get("reason", ""),
    }
    return show(request, "party.html", context, status=422 if refused else 200)


@desk(*REGISTRARS)
def resolve(request: OfficerRequest, number: int) -> HttpResponse:
    """Decide which enterprise a name means."""
    party = _party(request, number)
    if request.method != "POST":
        return redirect("workbench:party", number=number)
    code = (request.POST.get("code", "").strip() or request.POST.get("uscc", "")).upper()
    try:
        changed = party_resolve(
            actor=request.actor, party=party, uscc=code, reason=request.POST.get("reason", ""), at=request.at
        )
    except Refused as refused:
        return _shown(request, party, request.POST.get("q", party.name), refused)
    said = ngettext(
        "“%(name)s” is resolved; %(count)s result follows.",
        "“%(name)s” is resolved; %(count)s results follow.",
        changed,
    )
    messages.success(request, said % {"name": party.name, "count": changed})
    return redirect("workbench:parties")


@desk(*REGISTRARS)
def release(request: OfficerRequest, number: int) -> HttpResponse:
    """Take a decision back."""
    party = _party(request, number)
    if request.method != "POST":
        return redirect("workbench:party", number=number)
    try:
        party_release(actor=request.actor, party=party, reason=request.POST.get("reason", ""), at=request.at)
    except Refused as refused:
        return _shown(request, party, party.name, refused)
    messages.success(request, _("The decision is taken back; the name is open again."))
    return redirect("workbench:party", number=number)
