"""Published quality reports."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.selectors import report_by_code, reports
from zhiheng.doors.portal.visit import Visit, absent, public_file, public_page
from zhiheng.kernel.errors import N_


@public_page
def report_list(visit: Visit) -> HttpResponse:
    """`/reports/`."""
    return render(visit, "portal/reports.html", {"reports": reports(visit.actor).order_by("-published_at")})


def _report(visit: Visit, code: str) -> Report:
    found = report_by_code(visit.actor, code)
    if found is None:
        raise absent(
            N_("No report %(code)s was published here."), N_("The list names all reports."), code=code[:40]
        )
    return found


@public_page
def report(visit: Visit, code: str) -> HttpResponse:
    """`/reports/CODE/`."""
    return render(visit, "portal/report.html", {"report": _report(visit, code)})


@public_file
def report_pdf(visit: Visit, code: str) -> HttpResponseBase:
    raise NotImplementedError


@public_file
def report_package(visit: Visit, code: str) -> HttpResponseBase:
    raise NotImplementedError
