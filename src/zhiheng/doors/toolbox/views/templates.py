"""The templates to fill in, one for each table that a tool takes."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from zhiheng.doors.exports.table import FORMS
from zhiheng.doors.imports.template import template
from zhiheng.doors.portal.visit import absent
from zhiheng.doors.toolbox.sheets import LOTS, PASS_RATES, STRATA
from zhiheng.doors.toolbox.visit import tool_file
from zhiheng.kernel.errors import N_

SHEETS: Final = {"pass-rates": PASS_RATES, "strata": STRATA, "lots": LOTS}


@tool_file
def filled_in(request: HttpRequest, name: str) -> HttpResponse:
    """`/tools/templates/NAME.xlsx`, in the language of the reader."""
    sheet = SHEETS.get(name)
    if sheet is None:
        raise absent(N_("There is no template %(name)s."), N_("Each tool links to its own."), name=name[:40])
    return HttpResponse(
        template(sheet, get_language() or "zh-hans"),
        content_type=FORMS["xlsx"],
        headers={"Content-Disposition": f"attachment; filename={name}.xlsx"},
    )
