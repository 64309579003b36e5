"""Who acts, who may see what, and the three administrators kept apart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from zhiheng.foundation.ledger.facts.org import AgencyOpened
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import NATION, PUBLIC, Actor, division_prefix, system
from zhiheng.foundation.org.data import SOURCE, rows
from zhiheng.foundation.org.guard import GuardedQuerySet, Unguarded
from zhiheng.foundation.org.models import Account, Agency, Division, Officer
from zhiheng.foundation.org.selectors import actor_of, actor_of_token, division_names, divisions
from zhiheng.foundation.org.services import (
    SignIn,
    agencies_open,
    divisions_load,
    officer_appoint,
    officer_dismiss,
    officer_enter,
    token_issue,
    token_revoke,
)
from zhiheng.kernel.errors import Refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, tzinfo=UTC)
ROOT = system("900000")


def agency(code: str = "MSA-900000", division: str = "900000") -> Agency:
    fact = AgencyOpened(code=code, name=f"{code}局", kind="authority", level=1, division=division)
    agencies_open(actor=ROOT, agencies=[fact], at=NOW)
    return Agency.objects.visible_to(PUBLIC).get(code=code)


def officer(name: str, role: str, at: Agency) -> Officer:
    sign_in = SignIn(username=name, name=name, password="long-enough-77")
    return officer_enter(actor=ROOT, sign_in=sign_in, agency=at, role=role, at=NOW)


@pytest.mark.parametrize(
    ("code", "prefix"),
    [("100000", ""), ("370000", "37"), ("370100", "3701"), ("370102", "370102"), ("100100", "1001")],
)
def test_a_division_covers_what_begins_with_its_prefix(code: str, prefix: str) -> None:
    assert division_prefix(code) == prefix


def test_the_built_in_divisions_load_once() -> None:
    table = list(rows())
    assert divisions_load(actor=ROOT, rows=table, source=SOURCE, at=NOW) == len(table)
    assert divisions_load(actor=ROOT, rows=table, source=SOURCE, at=NOW) == 0
    assert Division.objects.count() == len(table)
    today = divisions(date(2024, 1, 1))
    assert today.filter(level=Division.Level.PROVINCE).count() == 34
    assert division_names({"110000", "370200"}) == {"110000": "北京市", "370200": "青岛市"}
    assert division_names({"110000"}, "en")["110000"] == "Beijing"


def test_a_division_is_itself_in_its_time_only() -> None:
    divisions_load(actor=ROOT, rows=list(rows()), source=SOURCE, at=NOW)
    ended = Division.objects.exclude(valid_to=None).first()
    assert ended is not None
    assert not divisions(ended.valid_to).filter(pk=ended.pk).exists()
    assert divisions(ended.valid_to - timedelta(days=1)).filter(pk=ended.pk).exists()


def test_a_guarded_table_answers_nobody_who_did_not_say_who_asks() -> None:
    agency()
    unasked = Officer.objects.all()
    for read in (
        list,
        len,
        bool,
        lambda q: q.count(),
        lambda q: q.exists(),
        lambda q: q.first(),
        lambda q: q.get(),
    ):
        with pytest.raises(Unguarded, match="visible_to"):
            read(unasked)
    for change in (lambda q: q.update(title=""), lambda q: q.delete(), lambda q: list(q.iterator())):
        with pytest.raises(Unguarded):
            change(unasked)
    with pytest.raises(Unguarded):
        list(Officer.objects.filter(title="").values_list("pk"))
    with pytest.raises(Unguarded):
        Officer.objects.unguarded("")


def test_a_table_that_forgets_its_rule_shows_nothing() -> None:
    agency()
    assert GuardedQuerySet(Agency).visible_to(ROOT).count() == 0


def test_officers_are_seen_by_their_own_division_and_those_above() -> None:
    above, here, there = agency(), agency("MSA-900100", "900100"), agency("MSA-900200", "900200")
    for name, at in (("a", above), ("b", here), ("c", there)):
        officer(name, roles.REGISTRAR, at)

    def seen(division: str) -> set[str]:
        actor = Actor(kind="officer", key="officer:0", name="x", agency="X", division=division)
        return {one.account.username for one in Officer.objects.visible_to(actor)}

    assert seen("900000") == {"a", "b", "c"}
    assert seen("900100") == {"b"}
    assert seen(NATION) == {"a", "b", "c"}
    assert not Officer.objects.visible_to(PUBLIC)


@pytest.mark.parametrize("role", sorted(roles.ADMINISTRATORS))
@pytest.mark.parametrize("other", sorted(set(roles.TITLES)))
def test_an_administrator_holds_one_role_and_nothing_else(role: str, other: str) -> None:
    if role == other:
        return
    one = officer("o", role, agency())
    with pytest.raises(Refused, match="cannot be held together"):
        officer_appoint(actor=ROOT, officer=one, role=other, at=NOW)


def test_a_role_that_ended_excludes_nothing_and_allows_nothing() -> None:
    one = officer("o", roles.AUDITOR, agency())
    officer_dismiss(actor=ROOT, appointment=one.appointments.get(), at=NOW)
    assert actor_of(one.account, NOW).roles == frozenset()
    officer_appoint(actor=ROOT, officer=one, role=roles.ANALYST, at=NOW)
    assert actor_of(one.account, NOW).roles == {roles.ANALYST}
    assert [entry.kind for entry in Entry.objects.order_by("id")][-3:] == [
        "org.officer_appointed",
        "org.officer_dismissed",
        "org.officer_appointed",
    ]


def test_no_name_of_a_person_enters_the_ledger() -> None:
    officer("wang-xiaoming", roles.ANALYST, agency())
    assert not Entry.objects.filter(payload__contains="wang-xiaoming").exists()


def test_roles_are_given_by_the_security_administrator_of_the_place_or_above() -> None:
    here, there = agency("MSA-900100", "900100"), agency("MSA-900200", "900200")
    target = officer("t", roles.REGISTRAR, there)
    security = actor_of(officer("s", roles.SECURITY_ADMIN, here).account, NOW)
    with pytest.raises(Refused, match="not yours"):
        officer_appoint(actor=security, officer=target, role=roles.ANALYST, at=NOW)
    analyst = actor_of(officer("n", roles.ANALYST, here).account, NOW)
    with pytest.raises(Refused, match="needs one of the roles"):
        officer_appoint(actor=analyst, officer=target, role=roles.ANALYST, at=NOW)


def test_an_account_without_an_officer_reads_as_the_public() -> None:
    account = Account.objects.create(username="x", name="x", created_at=NOW)
    assert actor_of(account, NOW) == PUBLIC


def test_a_token_narrows_ends_and_is_revoked() -> None:
    one = officer("o", roles.REGISTRAR, agency())
    officer_appoint(actor=ROOT, officer=one, role=roles.ANALYST, at=NOW)
    me = actor_of(one.account, NOW)
    key = token_issue(
        actor=me, officer=one, label="export", scopes=(roles.ANALYST, roles.PUBLISHER), days=7, at=NOW
    )
    found = actor_of_token(key, NOW)
    assert found is not None
    assert found.roles == {roles.ANALYST}, "a scope never adds a role that the officer does not hold"
    assert actor_of_token(key, NOW + timedelta(days=8)) is None
    assert actor_of_token(key + "x", NOW) is None
    assert not Entry.objects.filter(payload__contains=key).exists()
    token_revoke(actor=me, token=one.tokens.get(), at=NOW)
    assert actor_of_token(key, NOW) is None
    with pytest.raises(Refused, match="between 1 and 366"):
        token_issue(actor=me, officer=one, label="x", scopes=(), days=0, at=NOW)
