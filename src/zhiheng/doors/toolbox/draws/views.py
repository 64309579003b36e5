"""The pages of the provable draw: what it is, checking one, committing to one, revealing one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhiheng.doors.exports.table import FORMS
from zhiheng.doors.imports.template import template
from zhiheng.doors.look.figures import amount
from zhiheng.doors.toolbox.draws.checking import Checked, Files, asked, audited, rows_open
from zhiheng.doors.toolbox.draws.forms import NumberForm
from zhiheng.doors.toolbox.draws.frames import FRAME, OBJECTS_MOST
from zhiheng.doors.toolbox.draws.sending import attachment, lines_of
from zhiheng.doors.toolbox.draws.words import PAGE, said_by_script
from zhiheng.doors.toolbox.visit import tool_file, tool_page, tool_page_taking_tables
from zhiheng.kernel.errors import N_, Refused, refuse


@tool_page
def home(request: HttpRequest) -> HttpResponse:
    """`/tools/draw/`."""
    return render(request, "toolbox/draw.html", {"objects_most": amount(OBJECTS_MOST)})


@tool_page_taking_tables
def verify(request: HttpRequest) -> HttpResponse:
    """`/tools/draw/verify/`: the browser checks; without a script the files are sent here."""
    context: dict[str, Any] = {"checks": rows_open(), "words": said_by_script()}
    if request.method != "POST":
        return render(request, "toolbox/draw_verify.html", context)
    identity = request.POST.get("identity", "").strip()
    proof = lines_of(request, "proof") or lines_of(request, "text").strip() + b"\n"
    files = Files(proof, lines_of(request, "frame"), lines_of(request, "exclusions"))
    try:
        claimed = request.POST.get("act") == "claim"
        checked = asked(files, _named(identity)) if claimed else audited(files)
    except Refused as refused:
        context |= {"problems": refused.problems, "identity": identity}
        return render(request, "toolbox/draw_verify.html", context, status=422)
    context |= {"checked": checked, "checks": checked.rows, "identity": identity, "facts": _facts(checked)}
    return render(request, "toolbox/draw_verify.html", context)


def _named(identity: str) -> str:
    if not identity:
        raise refuse("draw.no_identity", N_("Write the identity of the object, exactly as in the frame."))
    return identity


def _facts(checked: Checked) -> list[tuple[str, str]]:
    digests = (("commitment", checked.verdict.commitment), ("digest", checked.verdict.digest))
    return [(_(PAGE[name]), digest) for name, digest in digests if digest]


@tool_page
def number(request: HttpRequest) -> HttpResponse:
    """`/tools/draw/number/`: a witness makes a secret number; the server hears nothing of it."""
    return render(request, "toolbox/draw_number.html", {"form": NumberForm(None)})


@tool_file
def template_of_frame(request: HttpRequest) -> HttpResponse:
    """`/tools/draw/template.xlsx`, in the language of the reader."""
    data = template(FRAME, get_language() or "zh-hans")
    return attachment("draw-frame.xlsx", data, FORMS["xlsx"])
