"""Whatever is typed into the boxes is data: never markup, never SQL, never an error of ours."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.doors.portal.conftest import Published
from zhiheng.foundation.org.models import Agency

pytestmark = pytest.mark.django_db
NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' OR '1'='1",
    "'; DROP TABLE org_agency;--",
    '"',
    '""',
    '" OR NEAR(a b)',
    "a* OR b",
    "NOT 电线",
    "{}(){{7*7}}",
    "{% now 'Y' %}",
    "%s %(name)s %d",
    "\\",
    "../../etc/passwd",
    "电线\u202e线电",
    "\ud83d\ude00",
    "＜script＞",
    "a" * 400,
    "😀😀",
    "%",
    "_",
    "%%%%",
    "电%线",
)
BOXES = (
    "/search/?q=",
    "/results/?text=",
    "/results/?kind=",
    "/results/?producer=",
    "/rates/?kind=",
    "/verify/?entry=",
    "/results/?page=",
    "/results/?sort=",
    "/search/?q=电线&cursor=",
    "/rates/?population=",
    "/results/export.csv?text=",
)


@pytest.mark.parametrize("box", BOXES)
def test_what_is_typed_is_never_run(reader: Client, published: Published, box: str) -> None:
    for typed in NASTY:
        safe = typed.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        response = reader.get(box + urlencode({"": safe})[1:])
        assert response.status_code in (200, 302, 422), typed
        body = b"".join(response.streaming_content) if response.streaming else response.content
        if "html" in response.get("Content-Type", ""):
            assert b"<script>alert" not in body
            assert b"<img src=x" not in body
    assert Agency.objects.unguarded("is it still there").exists()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_any_text_can_be_searched_for(reader: Client, published: Published, typed: str) -> None:
    for address in ("/search/", "/results/"):
        name = "q" if address == "/search/" else "text"
        response = reader.get(address, {name: typed.encode("utf-8", "replace").decode()})
        assert response.status_code in (200, 422)


@pytest.mark.parametrize(
    "path",
    [
        "/enterprises/%27/",
        "/results/%00/",
        "/results/" + "a" * 2000 + "/",
        "/verify/entries/-1/",
        "/verify/entries/P33--1/",
        "/reports/..%2f..%2fx.zip",
    ],
)
def test_odd_paths_lead_nowhere(reader: Client, published: Published, path: str) -> None:
    assert reader.get(path).status_code == 404
