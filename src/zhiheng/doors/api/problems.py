"""What was refused, as `application/problem+json` (RFC 9457), in the language that the program asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import Field

from zhiheng.kernel.errors import N_, Problem, Refused

log = structlog.get_logger("zhiheng.api")
TYPE: Final = "application/problem+json"
_STATUS: Final = {
    "api.key": 401,
    "api.key_needed": 401,
    "api.rate": 429,
    "api.absent": 404,
    "org.role_missing": 403,
    "org.not_covered": 403,
    "result.not_found": 404,
    "exchange.run_unknown": 404,
    "snapshot.missing": 404,
    "import.too_large": 413,
    "import.not_stored": 507,
}
UNREADABLE: Final = 422


class Said(Schema):
    """One problem."""

    code: str = Field(description="Stable; for programs.")
    message: str = Field(description="What is wrong, for people.")
    remedy: str = Field(description="What would be right, for people.")
    params: dict[str, str | int | float] = {}


class ProblemOut(Schema):
    """A refusal. `code`, `message` and `remedy` are those of the first problem; `problems` has all."""

    type: str = Field(examples=["urn:zhiheng:problem:result.not_found"])
    title: str
    status: int = Field(examples=[404])
    code: str = Field(examples=["result.not_found"])
    message: str
    remedy: str
    problems: list[Said]


def absent(message: str, remedy: str = "", /, **params: str | int) -> Refused:
    """What was asked for is not there, or not for this actor."""
    return Refused(Problem("api.absent", message, params, remedy or N_("Look for it in the list.")))


def answer(problems: Sequence[Problem], status: int | None = None) -> HttpResponse:
    """The problems as a response."""
    first = problems[0]
    status = status or _STATUS.get(first.code, UNREADABLE)
    found = [said(problem) for problem in problems]
    body = {"type": f"urn:zhiheng:problem:{first.code}", "title": found[0]["message"], "status": status}
    text = json.dumps({**body, **_head(found[0]), "problems": found}, ensure_ascii=False)
    response = HttpResponse(text, status=status, content_type=TYPE)
    response["Cache-Control"] = "no-store"
    if status == 429:
        response["Retry-After"] = str(first.params.get("wait", 60))
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="zhiheng"'
    return response


def _head(first: dict[str, Any]) -> dict[str, Any]:
    return {name: first[name] for name in ("code", "message", "remedy")}


def said(problem: Problem) -> dict[str, Any]:
    """A problem in the language of the reader."""
    params = dict(problem.params)
    return {
        "code": problem.code,
        "message": _(problem.message) % params,
        "remedy": _(problem.remedy) % params if problem.remedy else "",
        "params": params,
    }


def handle(api: NinjaAPI) -> None:
    """Let every failure of the API be answered in this one form."""

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, error: Refused) -> HttpResponse:
        return answer(error.problems)

    @api.exception_handler(ValidationError)
    def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return answer([_parameter(one) for one in error.errors] or [_UNREADABLE])

    @api.exception_handler(HttpError)
    def http(request: HttpRequest, error: HttpError) -> HttpResponse:
        return answer([_UNREADABLE], error.status_code)

    @api.exception_handler(OperationalError)
    @api.exception_handler(InterfaceError)
    def away(request: HttpRequest, error: Exception) -> HttpResponse:
        log.error("failed", path=request.path, exc_info=error)
        return answer([_AWAY], 503)

    @api.exception_handler(Exception)
    def failed(request: HttpRequest, error: Exception) -> HttpResponse:
        log.error("failed", path=request.path, exc_info=error)
        return answer([_FAILED], 500)


_UNREADABLE: Final = Problem(
    "api.unreadable",
    N_("The request cannot be read."),
    remedy=N_("The description of the API is at /api/v1/openapi.json."),
)
_AWAY: Final = Problem(
    "api.database", N_("The database does not answer."), remedy=N_("Try again in a minute.")
)
_FAILED: Final = Problem(
    "api.failed",
    N_("Something failed that should not have."),
    remedy=N_("Tell the operator the X-Request-Id of this answer; the log says more under it."),
)


def _parameter(error: dict[str, Any]) -> Problem:
    """What is wrong with one parameter; the reason is the validator's own, in English."""
    place = [str(part) for part in error.get("loc", ())]
    return Problem(
        "api.parameter",
        N_("The parameter %(name)s cannot be read: %(why)s."),
        {"name": ".".join(place[1:] if len(place) > 1 else place), "why": str(error.get("msg", ""))},
        N_("The description of the API is at /api/v1/openapi.json."),
    )
