"""Step 2 of a draw: the committed frame, everybody's numbers, and what follows from them.

The proof is made anew for each download from what the page sends along, and is the same each time.
"""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhiheng.doors.exports.answers import download
from zhiheng.doors.exports.table import ExportColumn, Table
from zhiheng.doors.look.figures import amount
from zhiheng.doors.toolbox.draws.forms import NumbersForm
from zhiheng.doors.toolbox.draws.frames import OBJECTS_MOST, frozen
from zhiheng.doors.toolbox.draws.sending import attachment, lines_of
from zhiheng.doors.toolbox.forms import said
from zhiheng.doors.toolbox.refusals import refusals_of_methods
from zhiheng.doors.toolbox.visit import tool_page_taking_tables
from zhiheng.kernel.errors import Refused
from zhiheng.methods.lottery.commitment import Commitment, read_commitment
from zhiheng.methods.lottery.draw import Nonces, check_frame, draw
from zhiheng.methods.lottery.frame import Frame
from zhiheng.methods.lottery.proof import Entry, Proof, make_proof, ticket_of

PAGE: Final = "toolbox/draw_reveal.html"
SHOWN_MOST: Final = 200


@tool_page_taking_tables
def page(request: HttpRequest) -> HttpResponseBase:
    """`/tools/draw/reveal/`: first the files, then the numbers, then who is drawn."""
    if request.method != "POST":
        return render(request, PAGE, {"most": amount(OBJECTS_MOST)})
    try:
        frame, commitment = _files(request)
    except Refused as refused:
        return render(request, PAGE, {"most": amount(OBJECTS_MOST), "problems": refused.problems}, status=422)
    context = {"commitment": commitment, "frame": frame.data.decode()}
    if "numbers" not in request.POST:
        return render(request, PAGE, context | {"form": NumbersForm(commitment, None)})
    form = NumbersForm(commitment, request.POST)
    proof = _drawn(frame, commitment, form)
    if proof is None:
        return render(request, PAGE, context | {"form": form}, status=422)
    return _answered(request, frame, proof)


def _files(request: HttpRequest) -> tuple[Frame, Commitment]:
    frame = frozen(lines_of(request, "frame"), b"").frame
    with refusals_of_methods():
        commitment = read_commitment(lines_of(request, "commitment"))
        check_frame(frame, commitment)
    return frame, commitment


def _drawn(frame: Frame, commitment: Commitment, form: NumbersForm) -> Proof | None:
    if not form.is_valid():
        return None
    own, witnesses, beacon = form.numbers()
    try:
        with refusals_of_methods():
            return make_proof(draw(frame, commitment, Nonces(own, witnesses, beacon)))
    except Refused as refused:
        form.refuse(refused, {"text.": "beacon"})
        return None


def _answered(request: HttpRequest, frame: Frame, proof: Proof) -> HttpResponseBase:
    give, identity = request.POST.get("give", ""), request.POST.get("identity", "").strip()
    absent = ""
    if give == "proof":
        return attachment("proof.json", proof.data, "application/json")
    if give == "xlsx":
        return download(_table(proof), "xlsx")
    if give == "ticket":
        try:
            with refusals_of_methods():
                return attachment("ticket.json", ticket_of(proof, frame, identity), "application/json")
        except Refused as refused:
            absent = said(refused.problems[0])
    context: dict[str, Any] = {
        "proof": proof,
        "commitment": proof.head.commitment,
        "digest": proof.digest.hex(),
        "total": len(proof.drawn),
        "drawn": [_shown(entry) for entry in proof.drawn[:SHOWN_MOST]],
        "identity": identity,
        "absent": absent,
        "carried": _carried(request, frame, proof),
    }
    return render(request, PAGE, context, status=422 if absent else 200)


def _carried(request: HttpRequest, frame: Frame, proof: Proof) -> dict[str, str]:
    """Everything that the downloads need, as the form sends it along."""
    numbers = {
        name: str(value)
        for name, value in request.POST.items()
        if name in ("numbers", "nonce", "beacon") or name.startswith("witness-")
    }
    return {"frame": frame.data.decode(), "commitment": proof.head.commitment.text, **numbers}


def _shown(entry: Entry) -> dict[str, object]:
    member = entry.member
    return {
        "identity": member.identity,
        "stratum": member.stratum,
        "weight": member.weight,
        "line": member.index + 1,
        "inclusion": entry.inclusion,
    }


def _table(proof: Proof) -> Table:
    columns = (
        ExportColumn(_("Stratum")),
        ExportColumn(_("Identity")),
        ExportColumn(_("Weight"), "number"),
        ExportColumn(_("Line in the frame"), "integer"),
        ExportColumn(_("Probability of being drawn"), "number"),
        ExportColumn(_("Lot (hash)")),
        ExportColumn(_("Key")),
    )
    rows = [
        (
            entry.member.stratum,
            entry.member.identity,
            float(entry.member.weight),
            entry.member.index + 1,
            float(entry.inclusion),
            entry.selected.hash.hex(),
            "" if entry.selected.key is None else str(entry.selected.key),
        )
        for entry in proof.drawn
    ]
    head = proof.head.commitment
    notes = [
        head.announcement.title,
        _("Digest of the commitment: %(digest)s") % {"digest": head.digest.hex()},
        _("Digest of the proof: %(digest)s") % {"digest": proof.digest.hex()},
        _("This list is for reading; what can be checked is the proof file."),
    ]
    return Table("drawn", _("Drawn objects"), columns, rows, notes=tuple(notes))
