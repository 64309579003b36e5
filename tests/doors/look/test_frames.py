"""Frames, errors and preferences: what a visitor meets before any business."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from zhiheng.doors.look import errors
from zhiheng.doors.look.charts import BUNDLE, BundleFinder
from zhiheng.doors.look.preferences import PreferencesMiddleware, appearance
from zhiheng.kernel.errors import refuse

PAGES: list[tuple[Callable[..., HttpResponse], int, str]] = [
    (errors.bad_request, 400, "无法识别这一请求"),
    (errors.denied, 403, "没有权限"),
    (errors.csrf_failed, 403, "表单已失效"),
    (errors.not_found, 404, "没有找到"),
    (errors.too_many, 429, "请求过于频繁"),
    (errors.failed, 500, "系统出现故障"),
]


@pytest.fixture
def request_() -> HttpRequest:
    return RequestFactory().get("/results/", {"kind": "玩具"})


@pytest.mark.parametrize(("page", "status", "heading"), PAGES)
def test_an_error_says_what_happened_and_what_to_do(
    request_: HttpRequest, page: Callable[..., HttpResponse], status: int, heading: str
) -> None:
    with translation.override("zh-hans"):
        response = page(request_)
    text = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{heading}</h1>" in text
    assert "您可以这样做" in text
    assert '<html lang="zh-Hans">' in text


@pytest.mark.parametrize(("page", "status", "heading"), PAGES)
def test_errors_speak_english_too(
    request_: HttpRequest, page: Callable[..., HttpResponse], status: int, heading: str
) -> None:
    with translation.override("en"):
        text = page(request_).content.decode()
    assert '<html lang="en">' in text
    assert "What you can do" in text
    assert heading not in text


def test_a_refusal_is_shown_with_its_remedy(request_: HttpRequest) -> None:
    response = errors.refused(request_, refuse("x", "No catalogue says this.", "Nor this."))
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "No catalogue says this." in response.content.decode()
    assert "Nor this." in response.content.decode()


def test_an_address_cannot_write_into_the_page() -> None:
    text = errors.not_found(RequestFactory().get("/<script>x</script>")).content.decode()
    assert "<script>x" not in text


def test_too_many_says_when_to_come_back(request_: HttpRequest) -> None:
    assert errors.too_many(request_, wait=30)["Retry-After"] == "30"


def test_the_failure_page_needs_no_request() -> None:
    assert "<h1>" in render_to_string("look/errors/500.html")


def passed(request: HttpRequest) -> HttpResponse:
    return PreferencesMiddleware(lambda _: HttpResponse("page"))(request)


def test_a_language_is_remembered_and_leaves_the_address() -> None:
    response = passed(RequestFactory().get("/results/?kind=1&lang=en"))
    assert response.status_code == HTTPStatus.FOUND
    assert response["Location"] == "/results/?kind=1"
    assert response.cookies["django_language"].value == "en"


def test_an_appearance_is_remembered_and_taken_back() -> None:
    dark = passed(RequestFactory().get("/?scheme=dark"))
    assert dark.cookies["zhiheng_scheme"].value == "dark"
    request = RequestFactory().get("/")
    request.COOKIES["zhiheng_scheme"] = "dark"
    assert appearance(request) == {"scheme": "dark"}
    back = passed(RequestFactory().get("/?scheme=auto"))
    assert back.cookies["zhiheng_scheme"]["max-age"] == 0


@pytest.mark.parametrize("address", ["/?lang=fr", "/?scheme=<script>", "/api/v1/results?lang=en", "/?q=lang"])
def test_what_is_not_offered_is_left_alone(address: str) -> None:
    response = passed(RequestFactory().get(address))
    assert response.status_code == HTTPStatus.OK
    assert not response.cookies


def test_a_form_is_never_redirected_away() -> None:
    assert passed(RequestFactory().post("/?lang=en")).status_code == HTTPStatus.OK


def test_an_address_cannot_lead_to_another_host() -> None:
    location = passed(RequestFactory().get("//example.org/?lang=en"))["Location"]
    assert not location.startswith("//")


def test_a_made_up_cookie_is_ignored() -> None:
    request = RequestFactory().get("/")
    request.COOKIES["zhiheng_scheme"] = '"><script>'
    assert appearance(request) == {"scheme": ""}


def test_the_script_of_charts_is_found_like_any_static_file() -> None:
    finder = BundleFinder()
    path = finder.find(BUNDLE)
    assert path.endswith("look/vega.js")
    assert [name for name, _ in finder.list(None)] == [BUNDLE]
    assert finder.find("look/other.js") == []
