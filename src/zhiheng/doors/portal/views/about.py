"""About the numbers: what an interval means, what can be downloaded, who can use the site."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from zhiheng.doors.portal.tables import MOST
from zhiheng.doors.portal.visit import Visit, public_page, site


@public_page
def methods(visit: Visit) -> HttpResponse:
    """`/about/`: how a rate is counted and what its interval says."""
    return render(visit, "portal/about.html")


@public_page
def data(visit: Visit) -> HttpResponse:
    """`/about/data/`: downloads and the interface for programs."""
    downloads = [{"form": form, "most": most} for form, most in MOST.items()]
    return render(visit, "portal/data.html", {"site": site(visit), "downloads": downloads})


@public_page
def accessibility(visit: Visit) -> HttpResponse:
    """`/about/accessibility/`."""
    return render(visit, "portal/accessibility.html")
