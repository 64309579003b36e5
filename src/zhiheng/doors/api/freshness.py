"""ETags for answers that follow from something already hashed: who has the answer is told so, and no more."""

from __future__ import annotations

from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language


def tag_of(*parts: object) -> str:
    """The ETag of an answer that follows from these parts, and from the language."""
    return f'"{sha256(repr((get_language(), *parts)).encode()).hexdigest()[:32]}"'


def known(request: HttpRequest, tag: str) -> HttpResponse | None:
    """304 when the program has this answer already."""
    given = {part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")}
    if tag not in given:
        return None
    return tagged(HttpResponse(status=304), tag)


def tagged(response: HttpResponse, tag: str) -> HttpResponse:
    """The answer with its tag. With a key it is the program's own; shared caches keep out of it."""
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response
