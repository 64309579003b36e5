"""Every page of the toolbox answers a stranger in both languages, without one look at the database."""

from __future__ import annotations

import pytest
from django.test import Client

PAGES = ("/tools/",)
LANGUAGES = pytest.mark.parametrize("language", ["zh-CN,zh;q=0.9", "en"])


@LANGUAGES
@pytest.mark.parametrize("address", PAGES)
def test_a_page_answers_without_a_database(address: str, language: str) -> None:
    # No database fixture: a query would fail the test.
    answer = Client(HTTP_ACCEPT_LANGUAGE=language).get(address)
    assert answer.status_code == 200
    again = Client(HTTP_ACCEPT_LANGUAGE=language).get(address, HTTP_IF_NONE_MATCH=answer["ETag"])
    assert again.status_code == 304
