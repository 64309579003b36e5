"""Who is calling: the address that limits are counted by.

It refuses to believe a header that anybody can write: only a proxy on this machine may speak for others.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})


def address_of(request: HttpRequest) -> str:
    """The caller's address, as the connection or the proxy of this machine tells it."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.headers.get("X-Forwarded-For", "")
    # A proxy adds the address that it saw at the end; what stands before it, the caller may have written.
    return forwarded.rpartition(",")[2].strip() if forwarded and address in _LOOPBACK else address
