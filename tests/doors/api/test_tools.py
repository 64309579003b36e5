"""The tools for programs: answers of the methods without a key or a database, refusals as problems."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from zhiheng.doors.api.tool_examples import TOOLS

BASE = "/api/v1/tools"


@pytest.fixture
def stranger() -> Iterator[Client]:
    """A program without a key. No test here asks for a database, so a query would fail it."""
    cache.clear()
    yield Client(HTTP_ACCEPT_LANGUAGE="en")
    cache.clear()


def answer(stranger: Client, path: str, body: Any = None, expect: int = 200) -> Any:
    send = {"data": json.dumps(body), "content_type": "application/json"}
    response = stranger.get(BASE + path) if body is None else stranger.post(BASE + path, **send)
    assert response.status_code == expect, response.content[:500]
    return json.loads(response.content)


STRATA = [
    {"label": "霁宁市", "objects": 1280, "rate": 0.04},
    {"label": "霁川市", "objects": 900, "rate": 0.1},
]

MEASURED = {"sample_size": 5, "constant": 1.4, "values": [180.2, 181.9, 182.4, 183.0, 181.1]}
TOLD = {"sample_size": 5, "constant": 1.4, "mean": 3.0}
LOTS = [
    {"n": 80, "acceptance_number": 2, "nonconforming": 1, "label": "20260301"},
    {"n": 80, "acceptance_number": 2, "nonconforming": 3, "label": "20260302"},
    {"n": 80, "acceptance_number": 2, "nonconforming": 4, "label": "20260303"},
]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/plan?lot_size=1200&aql=1.0", None), ("/plan/two-points?prq=0.01&crq=0.05", None),
        ("/plan/declared?dql=0.01&limit=1", None), ("/sample-size/rate?half_width=0.03&rate=0.1", None),
        ("/sample-size/difference?first=0.1&second=0.05", None), ("/sample-size/detection?rate=0.05", None),
        ("/allocation", {"strata": STRATA, "total": 100, "method": "neyman"}),
        ("/plan/variables?prq=0.01&crq=0.05", None),
        ("/plan/variables/verdict", {**MEASURED, "lower": 180}),
        ("/plan/switching", {"lots": LOTS}),
        ("/pass-rate?n=120&nonconforming=3&label=电热毯", None),
        ("/pass-rates", {"samples": [{"n": 120, "nonconforming": 3, "label": "电热毯"}]}),
    ],
)  # fmt: skip
def test_the_examples_are_real_answers(stranger: Client, path: str, body: Any) -> None:
    found = answer(stranger, path, body)
    wanted = TOOLS["get" if body is None else "post", f"{BASE}{path.partition('?')[0]}"]
    assert _agrees(found, wanted), found


def _agrees(found: Any, wanted: Any) -> bool:
    """Whether an answer holds what the example says; long lists of the example are cut."""
    if isinstance(wanted, dict):
        return all(
            _agrees(found[name], value) for name, value in wanted.items() if name not in ("points", "curve")
        )
    if isinstance(wanted, list):
        return all(_agrees(*pair) for pair in zip(found, wanted, strict=False))
    if isinstance(wanted, float):
        return bool(found == pytest.approx(wanted, abs=1e-6))
    return bool(found == wanted)


def test_a_lot_inspected_whole_has_no_curve(stranger: Client) -> None:
    found = answer(stranger, "/plan?lot_size=5&aql=0.010")
    assert found["full_inspection"]
    assert found["curve"] == []


def test_nothing_tested_is_null_and_not_zero(stranger: Client) -> None:
    found = answer(stranger, "/pass-rate?n=0&nonconforming=0")
    assert (found["estimate"], found["lower"], found["upper"]) == (None, None, None)


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/plan?lot_size=1200&aql=3", None, "aql.unknown"),
        ("/plan?lot_size=1&aql=1.0", None, "api.parameter"),
        ("/plan/two-points?prq=0.05&crq=0.01", None, "search.order"),
        ("/plan/two-points?distribution=hypergeometric", None, "lot_size.missing"),
        ("/plan/declared?dql=0.6&limit=0", None, "declared.no_size"),
        ("/plan/variables?prq=0.05&crq=0.01", None, "search.order"),
        ("/plan/variables?sigma=maybe", None, "api.parameter"),
        ("/plan/variables/verdict", MEASURED, "limits.none"),
        ("/plan/variables/verdict", {**MEASURED, "lower": 9, "upper": 1}, "limits.order"),
        ("/plan/variables/verdict", {**MEASURED, "lower": 1, "sample_size": 6}, "sample.size"),
        ("/plan/variables/verdict", {**MEASURED, "lower": 1, "sigma": "known"}, "deviation.missing"),
        ("/plan/variables/verdict", {**TOLD, "lower": 1}, "deviation.missing"),
        ("/plan/variables/verdict", {**TOLD, "mean": None, "lower": 1}, "sample.missing"),
        ("/plan/variables/verdict", {**TOLD, "deviation": -1, "lower": 1}, "deviation.negative"),
        ("/plan/switching", {"lots": []}, "api.parameter"),
        ("/plan/switching", {"lots": [{**LOTS[0], "resumed": True}]}, "switching.not_discontinued"),
        ("/plan/switching", {"lots": [{**LOTS[0], "n": 81}]}, "row.needed"),
        ("/plan/switching", {"lots": [LOTS[2]] * 8}, "switching.discontinued"),
        ("/sample-size/rate?half_width=0.6", None, "size.half_width"),
        ("/sample-size/difference?first=0.1&second=0.1", None, "size.same_rates"),
        ("/sample-size/difference?first=nan&second=0.1", None, "size.missing"),
        ("/allocation", {"strata": STRATA, "total": 1}, "allocation.too_small"),
        ("/allocation", {"strata": STRATA, "total": 10.5}, "allocation.total"),
        ("/allocation", {"strata": [], "total": 1}, "api.parameter"),
        ("/allocation", {"strata": STRATA, "total": 100, "method": "optimum"}, "row.needed"),
        ("/pass-rate?n=3&nonconforming=5", None, "count.above_total"),
        ("/pass-rate?n=3&nonconforming=1&level=1", None, "api.parameter"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_problem(stranger: Client, path: str, body: Any, code: str) -> None:
    found = answer(stranger, path, body, expect=422)
    assert found["code"] == code
    assert found["message"]
    assert found["remedy"]
