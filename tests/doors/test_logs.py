"""Logs tell what happened and not what a person typed; headers are on every answer."""

from __future__ import annotations

import json
import logging

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from zhiheng.doors import logs
from zhiheng.doors.security import POLICY, HeadersMiddleware


@pytest.fixture
def json_logs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    handlers, level = list(logging.getLogger().handlers), logging.getLogger().level
    monkeypatch.setattr(logs.settings(), "log_format", "json")
    logs.configure()
    yield
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


def told(capsys: pytest.CaptureFixture[str]) -> tuple[str, dict[str, object]]:
    """The one line of ours; pytest hangs a handler of its own beside it, which says more."""
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    return line, json.loads(line)


def test_a_request_is_one_line_without_its_query(json_logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    middleware = logs.RequestLogMiddleware(lambda _: HttpResponse("ok"))
    response = middleware(RequestFactory().get("/search/", {"q": "王小明"}))
    line, said = told(capsys)
    assert (said["method"], said["path"], said["status"]) == ("GET", "/search/", 200)
    assert said["request"] == response.headers["X-Request-Id"]
    assert "王小明" not in line


def test_a_failure_carries_its_traceback(json_logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    def fails(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError("here")

    middleware = logs.RequestLogMiddleware(fails)
    try:
        fails(RequestFactory().get("/"))
    except ZeroDivisionError as error:
        middleware.process_exception(RequestFactory().get("/x/"), error)
    assert "ZeroDivisionError: here" in told(capsys)[1]["exception"]


def test_headers_are_strict() -> None:
    response = HeadersMiddleware(lambda _: HttpResponse())(RequestFactory().get("/"))
    assert response.headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY


def test_every_page_has_the_headers(client: Client, db: None) -> None:
    response = client.get("/accounts/login/")
    for header in (
        "Content-Security-Policy",
        "Permissions-Policy",
        "X-Content-Type-Options",
        "Referrer-Policy",
    ):
        assert header in response.headers
    assert response.headers["X-Frame-Options"] == "DENY"
