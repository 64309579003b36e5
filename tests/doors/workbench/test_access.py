"""Every page for every role: open, or closed with a reason that names who may."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.doors.workbench.conftest import MAKER, World
from zhiheng.domains.supervision.models import Result
from zhiheng.doors.workbench.urls import urlpatterns
from zhiheng.foundation.exchange.models import ImportRun
from zhiheng.foundation.org import roles
from zhiheng.foundation.registry.models import UnresolvedParty
from zhiheng.settings import settings

PATTERNS = {pattern.name: pattern for pattern in urlpatterns}
WORK = {roles.REGISTRAR, roles.ANALYST, roles.REVIEWER, roles.PUBLISHER}
# Said once more by hand, so that a page that is opened to others by mistake is seen.
OPEN = {
    "mine": set(roles.TITLES),
    "tokens": set(roles.TITLES),
    "token-revoke": set(roles.TITLES),
    "import-new": {roles.REGISTRAR},
    "import-template": {roles.REGISTRAR},
    "import-columns": {roles.REGISTRAR},
    "import-preview": {roles.REGISTRAR},
    "import-cancel": {roles.REGISTRAR},
    "import-mend": {roles.REGISTRAR},
    "result-correct": {roles.REGISTRAR},
    "party-resolve": {roles.REGISTRAR},
    "party-release": {roles.REGISTRAR},
    "report-new": {roles.ANALYST},
    "report-words": {roles.ANALYST},
    "ledger": {roles.AUDITOR},
    "ledger-verify": {roles.AUDITOR},
    "acts": {roles.AUDITOR},
    "entry": set(roles.TITLES),
    "officers": {roles.SECURITY_ADMIN, roles.SYSTEM_ADMIN, roles.AUDITOR},
    "officer": {roles.SECURITY_ADMIN, roles.SYSTEM_ADMIN, roles.AUDITOR},
    "officer-new": {roles.SECURITY_ADMIN},
    "officer-appoint": {roles.SECURITY_ADMIN},
    "officer-dismiss": {roles.SECURITY_ADMIN},
}


def arguments(name: str, world: World) -> dict[str, Any]:
    """What the address of a page needs, pointing at things that are there."""
    run = ImportRun.objects.unguarded("test").first()
    party = UnresolvedParty.objects.unguarded("test").first()
    result = Result.objects.unguarded("test").first()
    assert run
    assert party
    assert result
    officer = world.officers[roles.REGISTRAR]
    known: dict[str, Any] = {
        "public_id": run.public_id, "uscc": MAKER[0], "key": result.key, "book": "P33",
        "form": "csv", "sheet": "enterprises", "token": uuid.uuid4().hex[:24], "code": "2026-330000-01",
        "name": "submit", "appointment": officer.appointments.all()[0].pk,
    }  # fmt: skip
    numbers = {"party": party.pk, "entry": 1, "import-mend": 9, "token-revoke": 1}
    wanted = PATTERNS[name].pattern.converters
    number = numbers.get(name.split("-", maxsplit=1)[0] if name.startswith("party") else name, officer.pk)
    return {key: known.get(key, number) for key in wanted}


@pytest.mark.parametrize("role", roles.TITLES)
def test_a_page_is_open_to_its_roles_and_to_no_other(role: str, stocked: World) -> None:
    client = stocked.client(role)
    for name, pattern in PATTERNS.items():
        address = reverse(f"workbench:{name}", kwargs=arguments(name, stocked))
        allowed = OPEN.get(name, WORK)
        assert pattern.callback.open_to == allowed, name
        answer = client.get(address)
        assert (answer.status_code == 403) == (role not in allowed), (name, answer.status_code)
        assert answer.status_code < 500
        if answer.status_code == 403:
            said = answer.content.decode()
            assert "GB/T 22239-2019" in said
            assert "安全管理员" in said  # whom to ask


def test_a_stranger_is_sent_to_sign_in(stocked: World) -> None:
    for name in PATTERNS:
        address = reverse(f"workbench:{name}", kwargs=arguments(name, stocked))
        for ask in (Client().get, Client().post):
            answer = ask(address)
            assert answer.status_code == 302, name
            assert answer["Location"].startswith("/accounts/login/?next=/workbench/")


def test_an_account_without_an_office_is_told_so(nobody: Client) -> None:
    answer = nobody.get("/workbench/")
    assert answer.status_code == 403
    assert "不属于任何在职工作人员" in answer.content.decode()


def test_the_second_factor_is_demanded_where_the_house_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "require_mfa", True)
    answer = world.client(roles.REGISTRAR).get("/workbench/imports/")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("mfa_activate_totp")


def test_another_authority_sees_nothing_of_ours(stocked: World, result_key: str) -> None:
    client = stocked.client("elsewhere")
    run = ImportRun.objects.unguarded("test").first()
    assert run
    assert client.get(f"/workbench/imports/{run.public_id}/").status_code == 404
    assert "R-6" not in client.get("/workbench/results/?text=R-7").content.decode()
    assert client.get("/workbench/ledger/P33/99999/").status_code == 404


def test_the_menu_names_only_what_is_open(world: World) -> None:
    registrar = world.client(roles.REGISTRAR).get("/workbench/").content.decode()
    auditor = world.client(roles.AUDITOR).get("/workbench/").content.decode()
    assert "/workbench/imports/" in registrar
    assert "/workbench/ledger/" not in registrar
    assert "/workbench/imports/" not in auditor
    assert "/workbench/ledger/" in auditor


def test_nobody_signs_up(client: Client, db: None) -> None:
    assert "不开放注册" in client.get("/accounts/signup/").content.decode()
