"""Who asks: a program with a key, acting for its officer within the key's scopes, or the public.

A key that is not valid is refused, never taken for the public: whoever sends one must learn that it
no longer works. Requests are counted in a window of a minute per key or address, in the cache of the
server process: with several processes the limit is that of each. This module refuses cookies.
"""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import Final, cast

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from zhiheng.doors.callers import address_of
from zhiheng.foundation.ledger.entries import BEIJING
from zhiheng.foundation.org.actors import PUBLIC, Actor
from zhiheng.foundation.org.selectors import actor_of_token
from zhiheng.kernel.errors import N_, refuse

WINDOW: Final = 60
MOST_WITH_KEY: Final = 1200
MOST_WITHOUT: Final = 120


class Asked(HttpRequest):
    """A request to the API: who asks, when, and which day that is in Beijing."""

    actor: Actor
    at: datetime
    today: date


class Key(HttpBearer):
    """`Authorization: Bearer zh_…`; without the header the public asks."""

    openapi_description = "A key for programs (zh_…). Without one, what is public is answered."

    def __call__(self, request: HttpRequest) -> Actor:
        """The actor; the request is counted before anything is looked up."""
        asked = cast(Asked, request)
        asked.at = timezone.now()
        asked.today = asked.at.astimezone(BEIJING).date()
        header = request.headers.get("Authorization", "")
        _count(_who(request, header), MOST_WITH_KEY if header else MOST_WITHOUT, asked.at)
        asked.actor = self._actor(header, asked.at) if header else PUBLIC
        return asked.actor

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor behind a key."""
        return actor_of_token(token, timezone.now())

    def _actor(self, header: str, at: datetime) -> Actor:
        kind, _, key = header.partition(" ")
        actor = actor_of_token(key.strip(), at) if kind.lower() == "bearer" else None
        if actor is None:
            raise refuse(
                "api.key",
                N_("This key is not valid: it is wrong, has run out, or was revoked."),
                N_("Send “Authorization: Bearer zh_…”; your security administrator issues keys."),
            )
        return actor


def _who(request: HttpRequest, header: str) -> str:
    if header:
        return sha256(header.encode()).hexdigest()[:32]
    return address_of(request)


def _count(who: str, most: int, at: datetime) -> None:
    second = int(at.timestamp())
    key = f"api:{second // WINDOW}:{who}"
    cache.add(key, 0, WINDOW)
    try:
        count = cache.incr(key)
    except ValueError:  # the window closed between the two
        return
    if count > most:
        raise refuse(
            "api.rate",
            N_("More than %(most)d requests came within a minute."),
            N_("Wait %(wait)d seconds. Larger pages (limit=1000) need fewer requests."),
            most=most,
            wait=WINDOW - second % WINDOW,
        )


class OfficersKey(Key):
    """A key is needed; what its officer may do, services decide."""

    openapi_name = "OfficersKey"
    openapi_description = "A key for programs (zh_…) is needed."

    def __call__(self, request: HttpRequest) -> Actor:
        """The officer; the public is refused."""
        actor = super().__call__(request)
        if actor.kind == "public":
            raise refuse(
                "api.key_needed",
                N_("This is for officers: it needs a key."),
                N_("Send “Authorization: Bearer zh_…”; your security administrator issues keys."),
            )
        return actor
