"""What machines ask for: robots.txt, a map of the site, a feed of published reports."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhiheng.domains.indicators.selectors import reports
from zhiheng.doors.portal.visit import Visit, public_page, site

PAGES: Final = (
    "home", "results", "rates", "reports", "verify", "checkpoints", "about", "data", "accessibility",
)  # fmt: skip
TOOLS: Final = (
    "home", "plan", "plan_points", "plan_declared", "plan_variables", "plan_switching", "size",
    "size_difference", "size_detection", "allocation", "pass_rate", "pass_rates", "draw", "draw_verify",
    "draw_commit", "draw_reveal", "draw_number",
)  # fmt: skip
REPORTS_MOST: Final = 5_000
FEED_MOST: Final = 50
CLOSED: Final = ("/workbench/", "/accounts/", "/api/", "/search/", "/results/export.")


@public_page
def robots(visit: Visit) -> HttpResponse:
    """`/robots.txt`: the pages are open, lists that answer a question are not for crawling."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines += ["", f"Sitemap: {site(visit)}{reverse('portal:sitemap')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@public_page
def sitemap(visit: Visit) -> HttpResponse:
    """`/sitemap.xml`: the standing pages, the tools and the reports."""
    here = site(visit)
    places: list[tuple[str, datetime | None]] = [(here + reverse(f"portal:{name}"), None) for name in PAGES]
    places += [(here + reverse(f"toolbox:{name}"), None) for name in TOOLS]
    known = reports(visit.actor).order_by("-published_at")[:REPORTS_MOST]
    places += [(here + reverse("portal:report", args=[report.code]), report.published_at) for report in known]
    return HttpResponse(
        render_to_string("portal/sitemap.xml", {"places": places}),
        content_type="application/xml; charset=utf-8",
    )


@public_page
def feed(visit: Visit) -> HttpResponse:
    """`/reports/feed.atom`: reports as they are published."""
    here = site(visit)
    atom = Atom1Feed(
        title=_("Quality reports"),
        link=here + reverse("portal:reports"),
        description="",
        language=get_language(),
        feed_url=here + reverse("portal:feed"),
    )
    newest = reports(visit.actor).filter(state="published").order_by("-published_at")[:FEED_MOST]
    for report in newest:
        address = here + reverse("portal:report", args=[report.code])
        atom.add_item(
            title=report.title,
            link=address,
            unique_id=address,
            description=_("%(agency)s, period %(since)s to %(until)s")
            % {"agency": report.agency_name, "since": report.period_from, "until": report.period_to},
            pubdate=report.published_at,
            updateddate=report.published_at,
            author_name=report.agency_name,
        )
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
