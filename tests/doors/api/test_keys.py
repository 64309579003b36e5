"""Who asks: keys, scopes, the public, and how often."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.doors.api.conftest import Api, Keys
from tests.doors.imports.conftest import HEAD, result
from zhiheng.doors.api import asking
from zhiheng.foundation.exchange.models import ImportRun
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import system
from zhiheng.foundation.org.models import Token
from zhiheng.foundation.org.services import token_revoke

pytestmark = pytest.mark.django_db


def test_a_false_key_is_not_the_public(public: Api, results: None) -> None:
    for key in ("zh_wrong", "", "x y"):
        response = public.raw("/results", Authorization=f"Bearer {key}")
        assert response.status_code == 401, key
        assert json.loads(response.content)["code"] == "api.key"
        assert response["WWW-Authenticate"].startswith("Bearer")
    assert public.raw("/results", Authorization="Basic eDp5").status_code == 401


def test_a_key_that_ran_out_or_was_revoked(officer: Api) -> None:
    officer.get("/imports")
    token = Token.objects.get()
    token.expires_at = timezone.now() - timedelta(seconds=1)
    token.save()
    officer.get("/imports", 401)
    token.expires_at = timezone.now() + timedelta(days=1)
    token.save()
    officer.get("/imports")
    token_revoke(actor=system("P33", "330000"), token=token, at=timezone.now())
    officer.get("/imports", 401)


def test_imports_are_for_officers(public: Api, results: None) -> None:
    answer = public.get("/imports", 401)
    assert answer["code"] == "api.key_needed"


def _upload(api: Api, name: str = "results.csv", sheet: str = "spot-checks") -> tuple[int, dict[str, object]]:
    lines = [HEAD, *(result(number) for number in range(3))]
    data = "\n".join(",".join(line) for line in lines).encode()
    response = api.client.post(
        "/api/v1/imports",
        {"sheet": sheet, "file": SimpleUploadedFile(name, data)},
        headers={"Authorization": f"Bearer {api.key}"},
    )
    return response.status_code, json.loads(response.content)


def test_a_registrar_hands_a_file_in(keys: Keys, public: Api) -> None:
    api = Api(public.client, keys(roles.REGISTRAR))
    status, run = _upload(api)
    assert (status, run["state"]) == (202, "queued")
    assert api.get(f"/imports/{run['run']}")["file"] == "results.csv"
    assert [one["run"] for one in api.walk("/imports?limit=1")] == [run["run"]]
    assert api.get(f"/imports/{run['run']}/refused")["items"] == []
    other = Api(public.client, keys(roles.REGISTRAR, "C3302"))
    assert other.get(f"/imports/{run['run']}", 404)["code"] == "exchange.run_unknown"


def test_an_analyst_may_not_import(officer: Api) -> None:
    status, answer = _upload(officer)
    assert (status, answer["code"]) == (403, "org.role_missing")
    assert ImportRun.objects.unguarded("a test").count() == 0


def test_a_key_does_no_more_than_its_scopes(keys: Keys, public: Api) -> None:
    key = keys(roles.REGISTRAR)
    token = Token.objects.get()
    token.scopes = []
    token.save()
    status, answer = _upload(Api(public.client, key))
    assert (status, answer["code"]) == (403, "org.role_missing")


def test_an_unknown_sheet_is_refused(keys: Keys, public: Api) -> None:
    status, answer = _upload(Api(public.client, keys(roles.REGISTRAR)), sheet="nothing")
    assert (status, answer["code"]) == (422, "import.sheet_unknown")


def test_too_many_requests(public: Api, country: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_WITHOUT", 3)
    statuses = [public.raw("/divisions").status_code for _ in range(5)]
    # A new window may begin in the middle; then fewer than two are too many.
    assert statuses[:3] == [200, 200, 200]
    if 429 in statuses:
        refused = public.raw("/divisions")
        assert refused.status_code == 429
        assert 1 <= int(refused["Retry-After"]) <= asking.WINDOW
    else:
        pytest.skip("the window of a minute ended within this test")


def test_only_a_proxy_on_this_machine_speaks_for_others(
    country: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(asking, "_count", lambda who, *_: seen.append(who))
    client = Client()
    client.get("/api/v1/divisions", headers={"X-Forwarded-For": "8.8.8.8, 9.9.9.9"})
    client.get("/api/v1/divisions", headers={"X-Forwarded-For": "8.8.8.8"}, REMOTE_ADDR="7.7.7.7")
    assert seen == ["9.9.9.9", "7.7.7.7"]


def test_the_language_of_a_refusal(public: Api, country: None) -> None:
    english = public.get("/results/none", 404, **{"Accept-Language": "en"})
    chinese = public.get("/results/none", 404, **{"Accept-Language": "zh-CN"})
    assert english["code"] == chinese["code"]
    assert english["message"].isascii()
    assert not chinese["message"].isascii()
    assert not chinese["remedy"].isascii()


def test_a_failure_tells_nothing_and_can_be_found(
    public: Api, country: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("zhiheng.doors.api.routes.divisions.page", fails)
    response = public.raw("/divisions")
    assert response.status_code == 500
    assert b"secret" not in response.content
    assert response["X-Request-Id"]
