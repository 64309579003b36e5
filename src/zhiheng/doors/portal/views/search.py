"""One box for enterprises and products: two characters are enough."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render

from zhiheng.domains.supervision.selectors import Filters, results
from zhiheng.doors.portal.places import place_names
from zhiheng.doors.portal.rows import result_rows
from zhiheng.doors.portal.visit import Visit, public_page
from zhiheng.foundation.registry.names import terms
from zhiheng.foundation.registry.search import QUERY_MOST, WORDS_MOST
from zhiheng.foundation.registry.selectors import SearchPage
from zhiheng.foundation.registry.selectors import search as registry_search
from zhiheng.kernel.errors import N_, refuse

ENTERPRISES: Final = 12
RESULTS: Final = 10
LEAST: Final = 2
NOTHING: Final = SearchPage(())


@public_page
def search(visit: Visit) -> HttpResponse:
    """`/search/?q=`: enterprises by name or code, results by product; `cursor` leads through the former."""
    query = visit.GET.get("q", "").strip()
    _require_readable(query)
    short = bool(query) and sum(map(len, terms(query))) < LEAST
    asked = query and not short
    found = NOTHING
    if asked:
        found = registry_search(visit.actor, query, limit=ENTERPRISES, cursor=visit.GET.get("cursor") or None)
    first = not visit.GET.get("cursor")
    matching = (
        list(results(visit.actor, visit.today, Filters(text=query))[: RESULTS + 1]) if asked and first else []
    )
    context = {
        "query": query,
        "short": short,
        "hits": found.hits,
        "next": found.next,
        "first": first,
        "places": place_names(hit.enterprise.division for hit in found.hits),
        "rows": result_rows(matching[:RESULTS]),
        "more_results": len(matching) > RESULTS,
    }
    return render(visit, "portal/search.html", context)


def _require_readable(query: str) -> None:
    if len(query) > QUERY_MOST or len(terms(query)) > WORDS_MOST:
        raise refuse(
            "portal.query",
            N_("The search holds %(words)d words and %(length)d characters."),
            N_("At most %(most_words)d words and %(most)d characters are searched for; leave some out."),
            words=len(terms(query[:10_000])),
            length=len(query),
            most_words=WORDS_MOST,
            most=QUERY_MOST,
        )
    if any(ord(letter) < 32 for letter in query):
        raise refuse(
            "portal.query_control",
            N_("The search holds a control character."),
            N_("Type the name or code again."),
        )
