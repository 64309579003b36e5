"""Rates with their provenance, checkpoints, entries with their proofs: a program can check them alone."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.doors.api.conftest import PUBLISHED, SECRET, Api, Keys
from zhiheng.foundation.org import roles
from zhiheng.kernel.chain import Inclusion, includes

pytestmark = pytest.mark.django_db


def test_rates_of_the_public_and_of_an_officer(snapshot: Any, public: Api, officer: Api) -> None:
    shown = public.get("/pass-rates?by=product_kind")
    (rate,) = shown["rates"]
    assert (rate["keys"], rate["n"], rate["conforming"]) == (["电线电缆"], PUBLISHED, PUBLISHED - 1)
    assert 0 <= rate["lower"] <= rate["estimate"] <= rate["upper"] <= 1
    assert shown["provenance"]["snapshot"] == snapshot.name
    assert shown["provenance"]["root"] == snapshot.root
    (rate,) = officer.get("/pass-rates?by=product_kind")["rates"]
    assert rate["n"] == PUBLISHED + SECRET


def test_rates_outside_the_own_division_are_refused(snapshot: Any, keys: Keys, public: Api) -> None:
    city = Api(public.client, keys(roles.ANALYST, "C3302"))
    assert city.get("/pass-rates?place=330000", 403)["code"] == "org.not_covered"
    assert city.get("/pass-rates")["rates"] == []


@pytest.mark.parametrize(
    ("query", "code"), [("by=colour", "api.parameter"), ("level=0.5", "pass_rates.level")]
)
def test_a_question_that_cannot_be_asked(snapshot: Any, public: Api, query: str, code: str) -> None:
    assert public.get(f"/pass-rates?{query}", 422)["code"] == code


def test_without_a_snapshot_there_is_no_rate(
    results: None, public: Api, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhiheng.settings import settings

    monkeypatch.setattr(settings(), "home", tmp_path)
    assert public.get("/pass-rates", 404)["code"] == "api.absent"


def test_who_has_the_answer_is_told_so(snapshot: Any, public: Api) -> None:
    for path in ("/pass-rates?by=product_kind", "/ledger/checkpoints/1"):
        first = public.raw(path)
        again = public.raw(path, **{"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert public.raw(path, **{"If-None-Match": '"other"'}).status_code == 200
        english = public.raw(path, **{"If-None-Match": first["ETag"], "Accept-Language": "en"})
        assert english.status_code == 200


def test_an_entry_is_proven_by_the_answer_alone(snapshot: Any, public: Api) -> None:
    entry = public.get("/results?limit=1")["items"][0]["entry"]
    told = public.get(f"/ledger/entries/{entry}")
    assert hashlib.new("sm3", told["text"].encode()).hexdigest() == told["hash"]
    assert told["intact"]
    proof = told["proof"]
    root = public.get(f"/ledger/checkpoints/{proof['checkpoint']}")["root"]
    path = Inclusion(proof["index"], proof["size"], tuple(bytes.fromhex(node) for node in proof["path"]))
    assert includes(bytes.fromhex(root), proof["leaf"].encode(), path)
    assert not includes(bytes.fromhex(root), b"another", path)
    book, number, _ = proof["leaf"].split("\n")
    assert entry.rpartition("-")[0] == book
    assert told["between"] == int(number) - int(entry.rpartition("-")[2])


def test_an_entry_that_is_not_public(snapshot: Any, public: Api, officer: Api) -> None:
    shown = {one["entry"] for one in public.walk("/results")}
    secret = next(one["entry"] for one in officer.walk("/results") if one["entry"] not in shown)
    public.get(f"/ledger/entries/{secret}", 404)
    assert officer.get(f"/ledger/entries/{secret}")["intact"]
    assert public.get("/ledger/entries/P33-999999", 404)["code"] == "api.absent"
    assert public.get("/ledger/entries/nothing", 422)["code"] == "api.parameter"


def test_checkpoints(snapshot: Any, public: Api) -> None:
    (told,) = public.walk("/ledger/checkpoints?limit=1")
    assert told["root"] == snapshot.root
    assert public.get("/ledger/checkpoints/99", 404)["code"] == "api.absent"
