"""Logs tell what happened and not what a person typed; headers are on every answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from django.http import HttpResponse
from django.test import Client, RequestFactory

from zhiheng.doors.security import POLICY, HeadersMiddleware

# A process of its own: the logging of this one belongs to the test runner.
PROGRAM = """
import django
django.setup()
from django.http import HttpResponse
from django.test import RequestFactory
from zhiheng.doors import logs
logs.configure()
middleware = logs.RequestLogMiddleware(lambda _: HttpResponse("ok"))
response = middleware(RequestFactory().get("/search/", {"q": "王小明"}))
print(response.headers["X-Request-Id"])
try:
    raise ZeroDivisionError("here")
except ZeroDivisionError as error:
    middleware.process_exception(RequestFactory().post("/x/"), error)
"""


def test_a_request_is_one_line_without_its_query_and_a_failure_carries_its_traceback() -> None:
    environment = {**os.environ, "ZHIHENG_LOG_FORMAT": "json"}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    answered, failed = (json.loads(line) for line in ran.stderr.splitlines())
    assert (answered["method"], answered["path"], answered["status"]) == ("GET", "/search/", 200)
    assert answered["request"] == ran.stdout.strip()
    assert "ZeroDivisionError: here" in failed["exception"]
    assert "王小明" not in ran.stderr


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
