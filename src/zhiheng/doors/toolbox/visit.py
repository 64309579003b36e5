"""Who comes in at the toolbox: nobody in particular, with numbers of their own.

A page of a tool follows from its address, the language and this version of the program, and from
nothing that was recorded: it needs no database, and it may be kept as long as the program runs. What a
reader sends (a table, a file) is read, answered and forgotten. This module refuses
more than a few tables a minute from one connection, and anything larger than a table of strata is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from time import monotonic
from typing import Any, Final

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from zhiheng.doors.callers import address_of
from zhiheng.doors.look.errors import too_many
from zhiheng.doors.look.preferences import scheme_of
from zhiheng.doors.portal.visit import asked, kept_or_made, program
from zhiheng.kernel.errors import N_, refuse

View = Callable[..., HttpResponseBase]
SENT_MOST: Final = 2_000_000  # bytes of a request: some ten thousand rows
SENT_PER_MINUTE: Final = 30
MINUTE: Final = 60.0


def tool_page(view: View) -> View:
    """A page that follows from its address alone: kept, validated, refused in words."""

    @require_safe
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return kept_or_made(_tag, view, request, *args, **kwargs)

    return answered


def tool_file(view: View) -> View:
    """A download: made anew each time, refused in words."""

    @require_safe
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return asked(view, request, *args, **kwargs)

    return answered


def tool_page_taking_tables(view: View) -> View:
    """A page that a table or file may be sent to as well; the answer to one is kept nowhere.

    A form of a tool changes nothing and knows no account, so a forged one gains nothing: it carries
    no token, and the page needs no cookie.
    """

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return kept_or_made(_tag, view, request, *args, **kwargs)
        wait = seconds_to_wait(address_of(request))
        if wait:
            return too_many(request, wait=wait)
        response = asked(_bounded(view), request, *args, **kwargs)
        patch_cache_control(response, no_store=True)
        return response

    return answered


def seconds_to_wait(who: str) -> int:
    """How long this connection has to wait before it may send again; 0 when it need not."""
    key = f"toolbox.sent.{sha256(who.encode()).hexdigest()[:32]}"
    began, count = cache.get(key) or (monotonic(), 0)
    left = MINUTE - (monotonic() - began)
    if left <= 0:
        began, count, left = monotonic(), 0, MINUTE
    if count >= SENT_PER_MINUTE:
        return max(1, round(left))
    cache.set(key, (began, count + 1), left)
    return 0


def _bounded(view: View) -> View:
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # The declared length is looked at before anything of the body is read.
        declared = str(request.META.get("CONTENT_LENGTH") or "0")
        size = int(declared) if declared.isascii() and declared.isdigit() else SENT_MOST + 1
        if size > SENT_MOST:
            raise refuse(
                "toolbox.too_large",
                N_("What was sent has %(size)d bytes; a tool of this page takes %(most)d."),
                N_("Send only the columns that are asked for, or use the command line for a large table."),
                size=size,
                most=SENT_MOST,
            )
        return view(request, *args, **kwargs)

    return read


def _tag(request: HttpRequest) -> str:
    parts = (
        "toolbox",
        request.get_host(),
        request.scheme,
        request.get_full_path(),
        get_language(),
        scheme_of(request),
        program(),
    )
    return sha256(repr(parts).encode()).hexdigest()[:32]
