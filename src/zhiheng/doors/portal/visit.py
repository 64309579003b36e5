"""Who comes in at the public's door: nobody in particular, today, and as fresh as the ledger.

Everything the public may see follows from the ledger and the day. So the state of the ledger is the
validator of a page: while no entry was appended, the page that was sent before is the page now,
and the browser and this process may keep it. A reader who is signed in gets a page of their own. This
module refuses to keep refusals, and to keep anything longer than it is true.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache, wraps
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from django.conf import settings as of_django
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from zhiheng.doors.look.preferences import scheme_of
from zhiheng.doors.portal.kept import Kept
from zhiheng.foundation.ledger.entries import BEIJING
from zhiheng.foundation.ledger.models import Book, Checkpoint
from zhiheng.foundation.org.actors import PUBLIC, Actor
from zhiheng.kernel.errors import N_, Problem, Refused
from zhiheng.settings import settings

kept: Final = Kept()
ADDRESS_MOST: Final = 500
ABSENT: Final = frozenset({"portal.absent", "result.not_found"})
SIGNED_IN: Final = (of_django.SESSION_COOKIE_NAME, "messages")


class Visit(HttpRequest):
    """A request of the public: it asks as `PUBLIC`, on a day in Beijing."""

    actor: Actor
    at: datetime
    today: date


View = Callable[..., HttpResponseBase]


def public_page(view: View) -> View:
    """A page that follows from the ledger and the day: kept, validated, refused in words."""

    @require_safe
    @wraps(view)
    def answered(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        _enter(request)
        return kept_or_made(_tag, view, request, *args, **kwargs)

    return answered


def public_file(view: View) -> View:
    """A download: made anew each time, refused in words."""

    @require_safe
    @wraps(view)
    def answered(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        _enter(request)
        return asked(view, request, *args, **kwargs)

    return answered


def _enter(request: Any) -> None:
    request.actor = PUBLIC
    request.at = timezone.now()
    request.today = request.at.astimezone(BEIJING).date()


def kept_or_made(
    tag_of: Callable[[Any], str], view: View, request: Any, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    """A page by what it follows from, which `tag_of` says in one word: validated, kept, or made."""
    if any(name in request.COOKIES for name in SIGNED_IN):
        response = asked(view, request, *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        return response
    tag = f'"{tag_of(request)}"'
    if request.headers.get("If-None-Match") in (tag, f"W/{tag}"):
        return _validated(HttpResponseNotModified(), tag)
    found = kept.get(tag)
    if found is not None:
        body, kind = found
        return _validated(HttpResponse(body, content_type=kind), tag)
    response = asked(view, request, *args, **kwargs)
    if response.status_code != 200 or not isinstance(response, HttpResponse):
        patch_cache_control(response, no_store=True)
        return response
    if len(request.get_full_path()) <= ADDRESS_MOST:
        kept.put(tag, (response.content, response["Content-Type"]))
    return _validated(response, tag)


def _validated(response: HttpResponseBase, tag: str) -> HttpResponseBase:
    response["ETag"] = tag
    # Asked again each time, which costs a 304: what was withdrawn is gone at once.
    patch_cache_control(response, public=True, no_cache=True)
    return response


def asked(view: View, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """What the view answers; a refusal as a page that says it."""
    try:
        return view(request, *args, **kwargs)
    except Refused as refused:
        return said_no(request, refused)


def _tag(request: Any) -> str:
    """What a page follows from, as one word."""
    parts = (
        request.get_host(),
        request.scheme,
        request.get_full_path(),
        get_language(),
        scheme_of(request),
        request.today.isoformat(),
        Book.objects.aggregate(entries=Sum("head"))["entries"],
        Checkpoint.objects.aggregate(last=Max("number"))["last"],
        _snapshots(),
        program(),
    )
    return sha256(repr(parts).encode()).hexdigest()[:32]


def _snapshots() -> int:
    """When the last snapshot was taken; asked of the folder, because reading a manifest costs more."""
    try:
        return (settings().folder("snapshots") / "manifests").stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@cache
def program() -> str:
    """This version of the program: its number, and when the newest file of the doors was written."""
    doors = Path(__file__).resolve().parents[1]
    return (
        f"{version('zhiheng')}-{max(path.stat().st_mtime_ns for path in doors.rglob('*') if path.is_file())}"
    )


def absent(message: str, remedy: str = "", /, **params: str | int) -> Refused:
    """What was asked for is not there, or not for the public."""
    return Refused(Problem("portal.absent", message, params, remedy or N_("Search from the first page.")))


def said_no(request: HttpRequest, refused: Refused) -> HttpResponse:
    """A refusal as a page in the frame of the portal: 404 for what is not there, else 422."""
    codes = {problem.code for problem in refused.problems}
    status = 404 if codes & ABSENT else 422
    return render(
        request, "portal/refused.html", {"problems": refused.problems, "status": status}, status=status
    )


def site(request: HttpRequest) -> str:
    """The address of this site: as the operator states it, else as it was asked. No slash at its end."""
    stated = settings().public_url.rstrip("/")
    return stated or f"{request.scheme}://{request.get_host()}"
