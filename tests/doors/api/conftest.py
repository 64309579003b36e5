"""A small country with published and unpublished results, and keys of officers at two levels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.domains.supervision.conftest import MAKER, SYSTEM, Record, country, record, row
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.facts.org import AgencyOpened
from zhiheng.foundation.ledger.snapshots import Snapshot, snapshot_take
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import system
from zhiheng.foundation.org.models import Agency
from zhiheng.foundation.org.services import SignIn, agencies_open, officer_enter, token_issue
from zhiheng.settings import settings

__all__ = ["MAKER", "Api", "country", "record", "row"]

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
PUBLISHED, SECRET = 7, 3


@dataclass
class Api:
    """A program that uses the API, with a key or without."""

    client: Client
    key: str = ""

    def get(self, path: str, expect: int = 200, **headers: str) -> Any:
        """The answer as JSON; for another status than expected the test fails with the answer."""
        response = self.raw(path, **headers)
        assert response.status_code == expect, (response.status_code, response.content[:800])
        return json.loads(response.content)

    def raw(self, path: str, **headers: str) -> Any:
        """The response itself."""
        given = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return self.client.get(f"/api/v1{path}", headers={**given, **headers})

    def walk(self, path: str) -> list[Any]:
        """The rows of all pages."""
        joint = "&" if "?" in path else "?"
        rows, cursor = [], ""
        while True:
            page = self.get(f"{path}{joint}cursor={cursor}")
            rows += page["items"]
            cursor = page["next"]
            assert page["cut"] == bool(cursor)
            if not cursor:
                return rows


@pytest.fixture
def public(client: Client) -> Iterator[Api]:
    """A stranger. Requests of other tests are not counted against this one."""
    cache.clear()
    yield Api(client)
    cache.clear()


@pytest.fixture
def results(country: None, record: Record) -> None:
    """Ten results of one county: seven published, three not, one of the seven nonconforming."""
    record(*(row(number) for number in range(2, 1 + PUBLISHED)))
    record(row(1 + PUBLISHED, verdict="不合格", items="绝缘平均厚度|0.60|mm|≥0.70|不合格"))
    record(*(row(number, published_on="") for number in range(2 + PUBLISHED, 2 + PUBLISHED + SECRET)))


Keys = Callable[..., str]


@pytest.fixture
def keys(country: None) -> Keys:
    """Makes an officer and a key: `keys(role, agency)`."""
    agencies_open(
        actor=SYSTEM,
        agencies=[
            AgencyOpened("C3301", "杭州市市场监督管理局", "authority", 2, "330100"),
            AgencyOpened("C3302", "宁波市市场监督管理局", "authority", 2, "330200"),
        ],
        at=AT,
    )

    def make(role: str = roles.ANALYST, agency: str = "P33", days: int = 30) -> str:
        body = Agency.objects.unguarded("a test").get(code=agency)
        now = timezone.now()
        officer = officer_enter(
            actor=system(agency, body.division),
            sign_in=SignIn(f"{role}-{agency}", "某某", "a-long-password"),
            agency=body,
            role=role,
            at=now,
        )
        return token_issue(
            actor=system(agency, body.division),
            officer=officer,
            label="test",
            scopes=(role,),
            days=days,
            at=now,
        )

    return make


@pytest.fixture
def officer(keys: Keys, client: Client) -> Api:
    """An analyst of the province."""
    cache.clear()
    return Api(client, keys())


@pytest.fixture
def snapshot(results: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """A snapshot of the ten results, in a data folder of its own."""
    monkeypatch.setattr(settings(), "home", tmp_path)
    return snapshot_take(tmp_path / "snapshots", checkpoint_take(at=AT))
