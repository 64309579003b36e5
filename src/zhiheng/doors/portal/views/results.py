"""Published results: the list, its downloads, and one result with all that was tested."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from zhiheng.domains.supervision.selectors import result_detail, results
from zhiheng.doors.exports.answers import download, form_named
from zhiheng.doors.look.bounded import MOST, BoundedPaginator, cut_said
from zhiheng.doors.look.lists import PAGE
from zhiheng.doors.portal.forms import ResultFilters, order_of
from zhiheng.doors.portal.places import place_names
from zhiheng.doors.portal.rows import result_rows
from zhiheng.doors.portal.tables import results_table
from zhiheng.doors.portal.visit import Visit, public_file, public_page
from zhiheng.doors.portal.words import coverage_said, selection_said, state_of, told, verdict_said
from zhiheng.foundation.ledger.selectors import archive
from zhiheng.foundation.registry.selectors import usccs_known
from zhiheng.kernel.errors import Refused

SIZE: Final = 20


@public_page
def result_list(visit: Visit) -> HttpResponse:
    """`/results/`: what cannot be read in a filter is said on the page, and no list is shown for it."""
    form = ResultFilters(visit)
    try:
        filters = form.filters()
    except Refused:
        return render(visit, "portal/results.html", {"form": form}, status=422)
    rows = results(visit.actor, visit.today, filters).order_by(*order_of(visit))
    page = BoundedPaginator(rows, SIZE, MOST).get_page(visit.GET.get(PAGE))
    context = {
        "form": form,
        "page": page,
        "rows": result_rows(page.object_list),
        "cut": cut_said(page),
        "query": visit.GET.urlencode(),
    }
    return render(visit, "portal/results.html", context)


@public_file
def result_export(visit: Visit, form: str) -> HttpResponseBase:
    """`/results/export.csv`, `.xlsx`, `.parquet`, with the filters and the order of the list."""
    chosen = form_named(form)
    filters = ResultFilters(visit).filters()
    rows = results(visit.actor, visit.today, filters).order_by(*order_of(visit))
    return download(results_table(rows, chosen), chosen)


@public_page
def result(visit: Visit, key: str) -> HttpResponse:
    """`/results/KEY/`."""
    found = result_detail(visit.actor, key, visit.today)
    parties = usccs_known({code for code in (found.producer_uscc, found.seller_uscc) if code})
    history = told(archive(visit.actor, found.key, kind="result", on=visit.today).entries)
    context = {
        "result": found,
        "state": state_of(found.verdict, found.retest),
        "said": verdict_said(found),
        "selection": selection_said(found),
        "coverage": coverage_said(found),
        "place": place_names([found.division]).get(found.division, ""),
        "known": parties,
        "items": found.tested_items,
        "failed": found.failed_names,
        "host": urlsplit(found.source_url).hostname if web(found.source_url) else "",
        "history": history,
        "entry": history[0] if history else None,
    }
    return render(visit, "portal/result.html", context)


def web(address: str) -> bool:
    """Whether an address may stand in a link: the import checks it, and a link is worth a second look."""
    return address.lower().startswith(("https://", "http://"))
