"""The pages of the provable draw: what it is, checking one, committing to one, revealing one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhiheng.doors.exports.table import FORMS
from zhiheng.doors.imports.template import template
from zhiheng.doors.toolbox.draws.forms import NumberForm
from zhiheng.doors.toolbox.draws.frames import FRAME, OBJECTS_MOST
from zhiheng.doors.toolbox.draws.sending import attachment
from zhiheng.doors.toolbox.draws.words import CHECKS, said_by_script
from zhiheng.doors.toolbox.visit import tool_file, tool_page, tool_page_taking_tables


@tool_page
def home(request: HttpRequest) -> HttpResponse:
    """`/tools/draw/`."""
    return render(request, "toolbox/draw.html", {"objects_most": OBJECTS_MOST})


@tool_page_taking_tables
def verify(request: HttpRequest) -> HttpResponse:
    """`/tools/draw/verify/`."""
    checks = [{"name": check.name, "title": _(check.title), "about": _(check.about)} for check in CHECKS]
    return render(request, "toolbox/draw_verify.html", {"checks": checks, "words": said_by_script()})


@tool_page
def number(request: HttpRequest) -> HttpResponse:
    """`/tools/draw/number/`: a witness makes a secret number; the server hears nothing of it."""
    return render(request, "toolbox/draw_number.html", {"form": NumberForm(None)})


@tool_file
def template_of_frame(request: HttpRequest) -> HttpResponse:
    """`/tools/draw/template.xlsx`, in the language of the reader."""
    data = template(FRAME, get_language() or "zh-hans")
    return attachment("draw-frame.xlsx", data, FORMS["xlsx"])
