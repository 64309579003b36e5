"""A stranger at the toolbox: in either language, without a database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from zhiheng.doors.portal.visit import kept

CHINESE, ENGLISH = "zh-CN,zh;q=0.9", "en"


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Pages that are kept, and tables that are counted, are those of one test."""
    cache.clear()
    kept.clear()
    yield
    cache.clear()
    kept.clear()


@pytest.fixture
def reader() -> Client:
    """A stranger who reads Chinese. No test here asks for a database, so a query would fail it."""
    return Client(HTTP_ACCEPT_LANGUAGE=CHINESE)


@pytest.fixture
def english() -> Client:
    """A stranger who reads English."""
    return Client(HTTP_ACCEPT_LANGUAGE=ENGLISH)
