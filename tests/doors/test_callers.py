"""Whose address limits are counted by: a header of a stranger changes nothing, a proxy's own word counts."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from zhiheng.doors.callers import address_of


@pytest.mark.parametrize(
    ("remote", "forwarded", "meant"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::1", "10.0.0.1, 198.51.100.1", "198.51.100.1"),
    ],
)
def test_only_a_proxy_of_this_machine_speaks_for_others(remote: str, forwarded: str, meant: str) -> None:
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=remote, **headers)) == meant
