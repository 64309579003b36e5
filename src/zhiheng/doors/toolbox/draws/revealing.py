"""Step 2 of a draw: the committed frame, everybody's numbers, and what follows from them."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from zhiheng.doors.toolbox.visit import tool_page_taking_tables

PAGE: Final = "toolbox/draw_reveal.html"


@tool_page_taking_tables
def page(request: HttpRequest) -> HttpResponseBase:
    """`/tools/draw/reveal/`."""
    return render(request, PAGE, {})
