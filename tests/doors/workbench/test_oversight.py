"""The ledger for auditors, officers and roles, keys for programs."""

from __future__ import annotations

import re

import pytest

from tests.doors.workbench.conftest import PASSWORD, World
from zhiheng.doors.workbench import verifying
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.models import Account, Officer, Token
from zhiheng.foundation.org.selectors import actor_of_token


def test_an_auditor_verifies_and_finds_the_answer_again(stocked: World) -> None:
    client = stocked.client(roles.AUDITOR)
    assert "尚未在此验证" in client.get("/workbench/ledger/").content.decode()
    assert client.post("/workbench/ledger/verify/").status_code == 302
    said = client.get("/workbench/ledger/").content.decode()
    assert "验证通过" in said
    assert "重新计算了" in client.get("/workbench/ledger/verify/").content.decode()
    assert "验证通过" in client.get("/workbench/").content.decode()


def test_a_broken_ledger_is_named(stocked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    client = stocked.client(roles.AUDITOR)
    with connection.cursor() as cursor:  # the head is not guarded; an entry is
        cursor.execute("UPDATE ledger_book SET head_hash = %s WHERE key = 'P33'", [b"\x01" * 32])
    client.post("/workbench/ledger/verify/")
    said = client.get("/workbench/ledger/").content.decode()
    assert 'class="state nonconforming"' in said
    assert "P33/" in said


def test_an_entry_is_recomputed_and_a_changed_one_is_seen(stocked: World) -> None:
    said = stocked.client(roles.AUDITOR).get("/workbench/ledger/P33/2/").content.decode()
    assert "验证通过" in said
    before, entry = Entry.objects.select_related("book").filter(book__key="P33").order_by("id")[:2]
    sound = verifying.proof(entry, before)
    assert sound.sound
    assert sound.computed in said
    assert not verifying.proof(entry, entry).sound
    entry.payload = entry.payload.replace("a", "b", 1)
    assert not verifying.proof(entry, before).sound


def test_acts_are_listed_by_who_and_which(stocked: World) -> None:
    client = stocked.client(roles.AUDITOR)
    registrar = stocked.officers[roles.REGISTRAR]
    said = client.get(f"/workbench/acts/?who=officer:{registrar.pk}&kind=run.import_closed").content.decode()
    assert said.count('id="entry-P33/') == 1
    assert "registrar officer" in said
    assert "R-1" not in said  # rows of files are not acts
    nothing = client.get(f"/workbench/acts/?who=officer:{registrar.pk}&kind=report.published")
    assert "没有符合条件的操作" in nothing.content.decode()


def test_the_three_administrators_are_kept_apart(world: World) -> None:
    client = world.client(roles.SECURITY_ADMIN)
    analyst = world.officers[roles.ANALYST]
    assert (
        client.post(f"/workbench/officers/{analyst.pk}/appoint/", {"role": roles.REVIEWER}).status_code == 302
    )
    refused = client.post(f"/workbench/officers/{analyst.pk}/appoint/", {"role": roles.AUDITOR})
    assert refused.status_code == 422
    assert "GB/T 22239-2019" in refused.content.decode()
    held = analyst.appointments.filter(role=roles.REVIEWER).get()
    client.post(f"/workbench/officers/{analyst.pk}/roles/{held.pk}/end/")
    held.refresh_from_db()
    assert held.until is not None
    elsewhere = world.officers["elsewhere"]
    assert client.get(f"/workbench/officers/{elsewhere.pk}/").status_code == 404


def test_an_officer_is_entered_and_can_sign_in(world: World) -> None:
    client = world.client(roles.SECURITY_ADMIN)
    form = {"username": "new", "name": "新人", "password": PASSWORD, "agency": "P33", "role": roles.ANALYST}
    for wrong in ({"password": "short"}, {"username": "analyst"}, {"agency": "NONE"}):
        answer = client.post("/workbench/officers/new/", {**form, **wrong})
        assert answer.status_code == 422, wrong
        assert 'id="errors"' in answer.content.decode()
    assert client.post("/workbench/officers/new/", {**form, "agency": "P44"}).status_code == 422  # not ours
    assert client.post("/workbench/officers/new/", form).status_code == 302
    assert client.login(username="new", password=PASSWORD)
    assert Officer.objects.unguarded("test").get(account=Account.objects.get(username="new"))


def test_a_key_is_shown_once_and_can_be_revoked(world: World) -> None:
    client = world.client(roles.ANALYST)
    bad = client.post("/workbench/tokens/", {"label": "x", "scopes": [roles.PUBLISHER], "days": 5})
    assert bad.status_code == 422  # a role that the officer does not hold
    client.post("/workbench/tokens/", {"label": "报表程序", "scopes": [roles.ANALYST], "days": 5})
    said = client.get("/workbench/tokens/").content.decode()
    found = re.search(r"zh_[\w-]+", said)
    assert found
    assert "zh_" not in client.get("/workbench/tokens/").content.decode()
    actor = actor_of_token(found[0], world.officers[roles.ANALYST].account.created_at)
    assert actor
    assert actor.roles == {roles.ANALYST}
    token = Token.objects.get()
    assert world.client(roles.REVIEWER).post(f"/workbench/tokens/{token.pk}/revoke/").status_code == 404
    client.post(f"/workbench/tokens/{token.pk}/revoke/")
    assert actor_of_token(found[0], world.officers[roles.ANALYST].account.created_at) is None
