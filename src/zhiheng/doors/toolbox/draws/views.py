"""The pages of the provable draw: what it is, checking one, committing to one, revealing one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhiheng.doors.toolbox.draws.words import CHECKS, said_by_script
from zhiheng.doors.toolbox.visit import tool_page, tool_page_taking_tables

OBJECTS_MOST = 20000


@tool_page
def home(request: HttpRequest) -> HttpResponse:
    """`/tools/draw/`."""
    return render(request, "toolbox/draw.html", {"objects_most": OBJECTS_MOST})


@tool_page_taking_tables
def verify(request: HttpRequest) -> HttpResponse:
    """`/tools/draw/verify/`."""
    checks = [{"name": check.name, "title": _(check.title), "about": _(check.about)} for check in CHECKS]
    return render(request, "toolbox/draw_verify.html", {"checks": checks, "words": said_by_script()})


@tool_page_taking_tables
def commit(request: HttpRequest) -> HttpResponse:
    """`/tools/draw/commit/`."""
    return render(request, "toolbox/draw.html", {})


@tool_page_taking_tables
def reveal(request: HttpRequest) -> HttpResponse:
    """`/tools/draw/reveal/`."""
    return render(request, "toolbox/draw.html", {})
