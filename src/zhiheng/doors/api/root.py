"""The API itself: its description, its operations, and one way of failing."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer

from zhiheng.doors.api import problems
from zhiheng.doors.api.asking import Key
from zhiheng.doors.api.examples import add_examples
from zhiheng.doors.api.routes import (
    divisions,
    draws,
    enterprises,
    imports,
    ledger,
    rates,
    reports,
    results,
    tool_plans,
    tools,
)
from zhiheng.kernel.errors import N_

DESCRIPTION: Final = (
    "Reads and imports of Zhiheng 质衡 for programs. Without a key, what is public is answered. Lists come "
    "in pages by cursor; every rate carries its provenance; every refusal says what is wrong and what "
    "would be right, in the language of Accept-Language (zh-Hans, en). See docs/topics/api.md."
)


class Readable(JSONRenderer):
    """JSON in which Chinese stands as Chinese: half the bytes, and a person can read it."""

    json_dumps_params: dict[str, Any] = {"ensure_ascii": False}


class Api(NinjaAPI):
    """The framework's API, whose description also holds examples and refusals."""

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """The description of every operation."""
        schema = super().get_openapi_schema(**given)
        add_examples(schema)
        return schema


api = Api(
    title="Zhiheng 质衡",
    version="1",
    description=DESCRIPTION,
    docs_url=None,  # the page of the framework would load its scripts from another host
    auth=Key(),
    renderer=Readable(),
    urls_namespace="api-1",
)
problems.handle(api)
api.add_router("/divisions", divisions.router)
api.add_router("/enterprises", enterprises.router)
api.add_router("/results", results.router)
api.add_router("/pass-rates", rates.router)
api.add_router("/reports", reports.router)
api.add_router("/ledger", ledger.router)
api.add_router("/imports", imports.router)
api.add_router("/draws", draws.router)
api.add_router("/tools", tools.router)
api.add_router("/tools", tool_plans.router)


def nothing_here(request: HttpRequest, path: str = "") -> HttpResponse:
    """404 for a program: an address below /api/ that is none of ours."""
    absent = problems.absent(
        N_("There is nothing at this address."), N_("The description of the API is at /api/v1/openapi.json.")
    )
    return problems.answer(absent.problems)
