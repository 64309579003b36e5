"""The first page of the toolbox: which question each tool answers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhiheng.doors.toolbox.visit import tool_page


@tool_page
def home(request: HttpRequest) -> HttpResponse:
    """`/tools/`."""
    return render(request, "toolbox/home.html")
