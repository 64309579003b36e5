"""Pages for what goes wrong: what happened, and what the reader can do.

Name these functions in the URL configuration (`handler404 = "zhiheng.doors.look.errors.not_found"`)
and in `CSRF_FAILURE_VIEW`. They refuse to show internals, and to need a database.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _

from zhiheng.doors.look.preferences import scheme_of
from zhiheng.kernel.errors import Refused


def _page(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    # Without context processors: they ask for the account, and the account may be what is broken.
    scope = {"request": request, "scheme": scheme_of(request), **context}
    return HttpResponse(loader.render_to_string(f"look/errors/{status}.html", scope), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the address or form cannot be read."""
    return _page(request, 400)


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: a policy said no; its reason is shown when it gave one."""
    return _page(request, 403, problems=exception.problems if isinstance(exception, Refused) else ())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing stands at this address, or nothing that this reader may see."""
    return _page(request, 404, path=request.path)


def too_many(request: HttpRequest, exception: Exception | None = None, *, wait: int = 60) -> HttpResponse:
    """429: too many requests; `wait` is in seconds."""
    response = _page(request, 429, wait=wait)
    response["Retry-After"] = str(wait)
    return response


def failed(request: HttpRequest, *, reference: str = "") -> HttpResponse:
    """500: our fault; `reference` finds the failure in the log."""
    return _page(request, 500, reference=reference)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form was sent without its token, mostly because the page stood open for too long."""
    return _page(request, 403, stale=True)


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """422: an act was refused; every reason and what to do instead."""
    return _page(request, 422, problems=refusal.problems, title=_("This was refused"))
