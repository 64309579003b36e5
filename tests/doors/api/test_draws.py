"""Draws by the API: checked, asked about, carried out; nothing of them is kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.doors.toolbox.drawn import FIRST, FORGED, OWN, SECOND, made


@pytest.fixture
def send(client: Client) -> Any:
    """Hands files and fields in; the answer as JSON. No database fixture: a query would fail the test."""
    cache.clear()

    def post(path: str, expect: int = 200, **given: bytes | str) -> Any:
        fields = {
            name: SimpleUploadedFile(name, value) if isinstance(value, bytes) else value
            for name, value in given.items()
        }
        answer = client.post(f"/api/v1/draws{path}", fields, headers={"Accept-Language": "en"})
        assert answer.status_code == expect, answer.content[:500]
        return answer.json()

    return post


def test_an_honest_draw_is_valid(send: Any) -> None:
    whole = made()
    found = send("/verify", proof=whole.proof, frame=whole.frame.data, exclusions=whole.left.data)
    assert found["valid"] is True
    assert found["drawn"] is None
    assert {check["state"] for check in found["checks"]} == {"passed"}
    assert found["commitment"] == whole.done.commitment.digest.hex()


@pytest.mark.parametrize("name", ["another weight", "a space", "an object spared"])
def test_a_forgery_is_an_answer(send: Any, name: str) -> None:
    check, forge = FORGED[name]
    found = send("/verify", proof=forge(), frame=made().frame.data)
    assert found["valid"] is False
    states = {one["name"]: one for one in found["checks"]}
    assert states[check]["state"] == "failed"
    assert states[check]["found"]


def test_one_object_is_asked_about(send: Any) -> None:
    whole = made()
    drawn = whole.done.outcomes[0].drawn[0].member.identity
    assert send("/verify", proof=whole.proof, identity=drawn)["drawn"] is True
    beyond = whole.done.outcomes[0].next
    assert beyond is not None
    other = beyond.member.identity
    assert send("/verify", proof=whole.ticket(other), identity=other)["drawn"] is False
    assert send("/verify", proof=whole.proof, identity="X")["drawn"] is None


def test_a_draw_is_carried_out(send: Any) -> None:
    whole = made()
    given = {"commitment": whole.done.commitment.text.encode(), "frame": whole.frame.data, "nonce": OWN.hex()}
    numbers = f"{FIRST.hex()}, {SECOND.hex()}"
    found = send("", **given, witnesses=numbers)
    assert found["proof"].encode() == whole.proof
    assert len(found["drawn"]) == 13
    refused = send("", 422, **given, witnesses=FIRST.hex())
    assert refused["code"] == "nonce.count"
    assert send("", 422, **given, witnesses="zz")["code"] == "draw.number"
    assert send("", 422, **{**given, "nonce": "0" * 64}, witnesses=numbers)["code"] == "nonce.mismatch"
    assert send("", 422, **{**given, "frame": b"A\tB\t1\n"}, witnesses=numbers)["code"] == "draw.frame"


def test_a_file_that_is_too_large_is_refused(send: Any) -> None:
    assert send("/verify", 422, proof=b"x" * 8_000_001)["code"] == "draw.too_large"
