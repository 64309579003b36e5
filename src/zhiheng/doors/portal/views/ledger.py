"""How to verify: the ledger in plain words, its checkpoints, and any public entry with its text and hash."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from zhiheng.doors.look.lists import PAGE
from zhiheng.doors.portal.proofs import (
    Sealed,
    bound_by,
    checkpoint_json,
    entry_sealed,
    leaves,
    stands,
    taken_at,
)
from zhiheng.doors.portal.visit import Visit, absent, public_file, public_page, site
from zhiheng.foundation.ledger.models import Checkpoint
from zhiheng.kernel.errors import N_, refuse

SIZE: Final = 50
_CITED: Final = re.compile(r"\s*(?P<book>[\w-]{1,32})[-–—](?P<number>[0-9]{1,12})\s*")
PLAIN: Final = "text/plain; charset=utf-8"
NOT_THERE: Final = N_("The entry %(name)s is not there, or it is not public.")
LOOK: Final = N_(
    "Public are registered particulars, published results and published reports. Copy the entry's name from"
    " a page of the archive."
)


@public_page
def verify(visit: Visit) -> HttpResponseBase:
    """`/verify/`; `?entry=BOOK-NUMBER` leads to the entry."""
    cited = visit.GET.get("entry", "")
    if cited.strip():
        match = _CITED.fullmatch(cited)
        if match is None:
            raise refuse(
                "portal.entry_name",
                N_("“%(found)s” is not the name of an entry."),
                N_("An entry is cited by its book and its number, for example M370000-12."),
                found=cited[:60],
            )
        return HttpResponseRedirect(reverse("portal:entry", args=[match["book"], int(match["number"])]))
    newest = Checkpoint.objects.order_by("-number")[:5]
    return render(visit, "portal/verify.html", {"checkpoints": _shown(newest), "site": site(visit)})


@public_page
def checkpoints(visit: Visit) -> HttpResponse:
    """`/verify/checkpoints/`: every root, the newest first."""
    page = Paginator(Checkpoint.objects.order_by("-number"), SIZE).get_page(visit.GET.get(PAGE))
    return render(visit, "portal/checkpoints.html", {"page": page, "checkpoints": _shown(page.object_list)})


def _shown(rows: object) -> list[dict[str, object]]:
    return [
        {
            "number": row.number,
            "taken_at": taken_at(row),
            "entries": row.entries,
            "root": bytes(row.root).hex(),
            "algorithm": row.algorithm,
        }
        for row in rows  # type: ignore[attr-defined]  # a query set or a page of one
    ]


@public_file
def checkpoints_text(visit: Visit) -> HttpResponseBase:
    """`/verify/checkpoints.txt`: number, moment, entries, algorithm and root, one checkpoint a line."""

    def lines() -> Iterator[str]:
        for row in Checkpoint.objects.order_by("number").defer("heads").iterator():
            moment = taken_at(row).isoformat()
            yield f"{row.number}\t{moment}\t{row.entries}\t{row.algorithm}\t{bytes(row.root).hex()}\n"

    return StreamingHttpResponse(lines(), content_type=PLAIN)


def _checkpoint(number: int) -> Checkpoint:
    found = Checkpoint.objects.filter(number=number).first()
    if found is None:
        raise absent(N_("There is no checkpoint %(number)d."), N_("The list names them all."), number=number)
    return found


@public_page
def checkpoint(visit: Visit, number: int) -> HttpResponse:
    """`/verify/checkpoints/N/`."""
    found = _checkpoint(number)
    heads = checkpoint_json(found)["heads"]
    context = {
        **_shown([found])[0],
        "heads": heads,
        "stands": stands(found),
        "previous": bytes(found.previous).hex(),
    }
    return render(visit, "portal/checkpoint.html", context)


@public_page
def checkpoint_file(visit: Visit, number: int, form: str) -> HttpResponse:
    """`/verify/checkpoints/N.json`, or `.txt` with the leaves of its tree one after another."""
    found = _checkpoint(number)
    if form == "json":
        return _json(checkpoint_json(found))
    # A leaf is three or four lines; an empty line parts two leaves.
    return HttpResponse(b"\n\n".join(leaves(found)) + b"\n", content_type=PLAIN)


def _json(value: object) -> HttpResponse:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return HttpResponse(text + "\n", content_type="application/json; charset=utf-8")


def _sealed(visit: Visit, book: str, number: int) -> Sealed:
    found = entry_sealed(book, number, visit.today)
    if found is None:
        raise absent(NOT_THERE, LOOK, name=f"{book}-{number}"[:60])
    return found


@public_page
def entry(visit: Visit, book: str, number: int) -> HttpResponse:
    """`/verify/entries/BOOK-NUMBER/`: the text, the hash computed on the spot, the way to a root."""
    found = _sealed(visit, book, number)
    bound = bound_by(found)
    context = {
        "name": f"{book}-{number}",
        "book": book,
        "number": number,
        "sealed": found,
        "text": found.text.decode(),
        "stored": bytes(found.entry.hash).hex(),
        "computed": found.recomputed.hex(),
        "bound": bound,
        "between": bound.between(number) if bound else 0,
        "leaf": bound.leaf.decode() if bound else "",
        "root": bound.root.hex() if bound else "",
    }
    return render(visit, "portal/entry.html", context)


@public_page
def entry_file(visit: Visit, book: str, number: int, form: str) -> HttpResponse:
    """`/verify/entries/BOOK-NUMBER.txt`: the very bytes that were hashed; `.json` with hash and proof."""
    found = _sealed(visit, book, number)
    if form == "txt":
        return HttpResponse(found.text, content_type=PLAIN)
    bound = bound_by(found)
    return _json(
        {
            "entry": f"{book}-{number}",
            "algorithm": found.entry.algorithm,
            "text": found.text.decode(),
            "hash": bytes(found.entry.hash).hex(),
            "entries_between": bound.between(number) if bound else None,
            "proof": bound.to_json() if bound else None,
        }
    )
