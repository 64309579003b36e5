"""The description of the API: committed, current, with an example and a refusal for each operation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.conftest import ROOT
from zhiheng.doors.api.examples import EXAMPLES
from zhiheng.doors.api.root import api

FILE = ROOT / "docs" / "reference" / "openapi.json"
SCHEMA = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
OPERATIONS = [
    (method, path, operation)
    for path, operations in SCHEMA["paths"].items()
    for method, operation in operations.items()
]


def test_the_committed_description_is_current() -> None:
    wrong = "run: python -m zhiheng.doors.api > docs/reference/openapi.json"
    assert json.loads(FILE.read_text(encoding="utf-8")) == SCHEMA, wrong


def test_it_is_served(client: Client) -> None:
    assert json.loads(client.get("/api/v1/openapi.json").content) == SCHEMA


def test_no_example_is_left_over() -> None:
    assert {(method, path) for method, path, _ in OPERATIONS} == set(EXAMPLES)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=lambda value: str(value)[:60])
def test_an_operation_tells_what_it_is_and_how_it_refuses(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert "application/problem+json" in operation["responses"]["default"]["content"]


def _models() -> dict[tuple[str, str], Any]:
    """The shape of each operation's answer, from the program itself."""
    found = {}
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                shapes = [
                    shape for shape in operation.response_models.values() if hasattr(shape, "model_fields")
                ]
                place = f"/api/v1{prefix}{path}".replace("int:", "")
                found[operation.methods[0].lower(), place] = shapes[0] if shapes else None
    return found


MODELS = _models()


@pytest.mark.parametrize("place", sorted(EXAMPLES), ids=" ".join)
def test_an_example_fits_its_operation(place: tuple[str, str]) -> None:
    model = MODELS[place]
    if model is None:
        assert isinstance(EXAMPLES[place], str), f"{place} answers a file"
        return
    model.model_validate({"response": EXAMPLES[place]})


def test_nothing_is_loaded_from_another_host(client: Client) -> None:
    assert client.get("/api/v1/docs").status_code == 404


def test_an_unknown_address_is_refused_for_programs(client: Client) -> None:
    response = client.get("/api/v2/results")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
