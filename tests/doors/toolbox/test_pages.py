"""Every page of the toolbox answers a stranger in both languages, without one look at the database."""

from __future__ import annotations

import pytest
from django.test import Client

PAGES = (
    "/tools/", "/tools/pass-rate/", "/tools/pass-rate/?n=120&x=3", "/tools/pass-rate/table/",
    "/tools/plan/", "/tools/plan/?lot=1200", "/tools/plan/two-points/?prq=1&crq=5",
    "/tools/plan/declared/?dql=1", "/tools/size/", "/tools/size/?half=3", "/tools/size/difference/?first=9",
    "/tools/size/detection/?rate=5", "/tools/allocation/",
)  # fmt: skip
LANGUAGES = pytest.mark.parametrize("language", ["zh-CN,zh;q=0.9", "en"])


@LANGUAGES
@pytest.mark.parametrize("address", PAGES)
def test_a_page_answers_without_a_database(address: str, language: str) -> None:
    # No database fixture: a query would fail the test.
    answer = Client(HTTP_ACCEPT_LANGUAGE=language).get(address)
    assert answer.status_code == 200
    again = Client(HTTP_ACCEPT_LANGUAGE=language).get(address, HTTP_IF_NONE_MATCH=answer["ETag"])
    assert again.status_code == 304
