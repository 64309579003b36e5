"""Step 1 of a draw: freeze the frame, announce, commit. Nothing is kept: the page carries it all."""

from __future__ import annotations

import secrets
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from zhiheng.doors.look.figures import amount
from zhiheng.doors.toolbox.draws.forms import AnnouncementForm, FrameForm, amounts
from zhiheng.doors.toolbox.draws.frames import FRAME, OBJECTS_MOST, Faulty, Frozen, frozen, frozen_from_table
from zhiheng.doors.toolbox.draws.sending import attachment, lines_of
from zhiheng.doors.toolbox.refusals import refusals_of_methods
from zhiheng.doors.toolbox.tables import PROBLEMS_MOST
from zhiheng.doors.toolbox.visit import tool_page_taking_tables
from zhiheng.foundation.ledger.entries import BEIJING
from zhiheng.kernel.errors import Refused
from zhiheng.methods.lottery.commitment import Commitment, commit, nonce_hash

PAGE: Final = "toolbox/draw_commit.html"
# Where a refusal of the method belongs; what is not here stands above the form.
FIELDS: Final = {
    "commitment.alone": "witnesses",
    "commitment.names": "witnesses",
    "draw.witnesses": "witnesses",
    "form.time": "time",
}


@tool_page_taking_tables
def page(request: HttpRequest) -> HttpResponseBase:
    """`/tools/draw/commit/`: first the frame, then what is announced, then the commitment."""
    if request.method != "POST":
        return render(request, PAGE, {"frame_form": FrameForm(None), "most": amount(OBJECTS_MOST)})
    if "frame" in request.POST:
        return _announced(request)
    return _framed(request)


def _framed(request: HttpRequest) -> HttpResponse:
    form = FrameForm(request.POST, request.FILES)
    form.is_valid()
    file = request.FILES.get("file")
    context: dict[str, Any] = {"frame_form": form, "most": amount(OBJECTS_MOST)}
    try:
        found = frozen_from_table(request.POST.get("table", ""), file)
    except Refused as refused:
        form.refuse(refused, {}, "file" if file else "table")
        return render(request, PAGE, context, status=422)
    if isinstance(found, Faulty):
        problems = {"problems": found.problems[:PROBLEMS_MOST], "count": len(found.problems), "sheet": FRAME}
        return render(request, PAGE, context | problems, status=422)
    return render(request, PAGE, _second(request, found, AnnouncementForm(None)))


def _second(request: HttpRequest, found: Frozen, form: AnnouncementForm) -> dict[str, Any]:
    strata = [
        {
            "name": stratum.name,
            "size": stratum.size,
            "weight": stratum.weight / 10**6,
            "field": f"amount-{place}",
            "amount": request.POST.get(f"amount-{place}", ""),
        }
        for place, stratum in enumerate(found.frame.strata)
    ]
    return {
        "form": form,
        "frozen": found,
        "strata": strata,
        "frame": found.frame.data.decode(),
        "exclusions": found.exclusions.data.decode(),
        "excluded": len(found.exclusions.identities),
    }


def _announced(request: HttpRequest) -> HttpResponseBase:
    found = frozen(lines_of(request, "frame"), lines_of(request, "exclusions"))
    form = AnnouncementForm(request.POST)
    made = _committed(request, found, form)
    if made is None:
        return render(request, PAGE, _second(request, found, form), status=422)
    commitment, nonce = made
    given = request.POST.get("give", "")
    if given == "frame":
        return attachment("frame.tsv", found.frame.data, "text/tab-separated-values; charset=utf-8")
    if given == "exclusions":
        return attachment("exclusions.tsv", found.exclusions.data, "text/tab-separated-values; charset=utf-8")
    if given == "commitment":
        return attachment("commitment.json", f"{commitment.text}\n".encode(), "application/json")
    # Everything is sent along again for the downloads, with the number's fingerprint and the time now fixed.
    said = commitment.announcement
    fixed = {"nonce_hash": said.authority.nonce_hash, "time": said.time}
    context = {
        "commitment": commitment,
        "digest": commitment.digest.hex(),
        "nonce": nonce,
        "carried": _carried(request) | fixed,
        "excluded": len(found.exclusions.identities),
    }
    return render(request, PAGE, context)


def _carried(request: HttpRequest) -> dict[str, str]:
    """What was sent, to be sent again; a browser ends lines its own way."""
    given = request.POST.items()
    return {name: str(value).replace("\r\n", "\n") for name, value in given if name != "give"}


def _committed(request: HttpRequest, found: Frozen, form: AnnouncementForm) -> tuple[Commitment, str] | None:
    """The commitment and, where this server made it, the secret number."""
    if not form.is_valid():
        return None
    given, nonce = form.cleaned_data, b""
    try:
        with refusals_of_methods():
            fingerprint = given["nonce_hash"]
            if not fingerprint:
                nonce = secrets.token_bytes(32)
                fingerprint = nonce_hash(given["authority"], nonce, given["algorithm"])
            announced = form.announcement(fingerprint, timezone.now().astimezone(BEIJING))
            design = amounts(given["design"], found.frame, request.POST)
            made = commit(
                found.frame, design, announced, exclusions=found.exclusions, algorithm=given["algorithm"]
            )
    except Refused as refused:
        form.refuse(refused, FIELDS)
        return None
    return made, nonce.hex()
