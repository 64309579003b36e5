"""A page asks the same number of questions however much there is to show."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.doors.workbench.conftest import MAKER, UNKNOWN, World, cells
from zhiheng.domains.supervision.models import Result
from zhiheng.doors.look import bounded
from zhiheng.foundation.exchange.models import ImportRun
from zhiheng.foundation.org import roles
from zhiheng.foundation.registry.models import UnresolvedParty

# Session, account, officer and appointments are four of each.
MOST = {
    "/workbench/": 16,
    "/workbench/imports/": 8,
    "/workbench/imports/mappings/": 8,
    "/workbench/enterprises/": 9,
    "/workbench/enterprises/?q=线缆": 10,
    "/workbench/parties/": 8,
    "/workbench/parties/?show=resolved": 8,
    "/workbench/results/": 11,
    "/workbench/rates/": 10,
    "/workbench/reports/": 8,
    "/workbench/tokens/": 8,
}
OTHERS = {
    "/workbench/ledger/": (roles.AUDITOR, 12),
    "/workbench/acts/": (roles.AUDITOR, 12),
    "/workbench/officers/": (roles.SECURITY_ADMIN, 9),
}


def asked(client: Any, address: str) -> int:
    client.get(address)  # what is cached for minutes is asked once
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(caught)


def test_lists_ask_a_constant_number_of_questions(stocked: World) -> None:
    clients = {role: stocked.client(role) for role in (roles.REGISTRAR, roles.AUDITOR, roles.SECURITY_ADMIN)}
    pages = {address: (roles.REGISTRAR, most) for address, most in MOST.items()} | OTHERS
    before = {address: asked(clients[role], address) for address, (role, _) in pages.items()}
    stocked.load(
        [cells(number, producer=f"{UNKNOWN}{number}", producer_uscc="") for number in range(100, 140)]
    )
    stocked.snapshot()
    for address, (role, most) in pages.items():
        after = asked(clients[role], address)
        assert after <= most, (address, after)
        assert after <= before[address] + 1, (address, before[address], after)  # a first name of a place


def test_details_ask_a_bounded_number_of_questions(
    stocked: World, result_key: str, party: UnresolvedParty, django_assert_max_num_queries: Any
) -> None:
    run = ImportRun.objects.unguarded("test").first()
    assert run
    client = stocked.client(roles.REGISTRAR)
    for address, most in {
        f"/workbench/results/{result_key}/": 12,
        f"/workbench/enterprises/{MAKER[0]}/": 14,
        f"/workbench/parties/{party.pk}/": 10,
        f"/workbench/imports/{run.public_id}/": 9,
        "/workbench/ledger/P33/1/": 12,
    }.items():
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200, address


def test_a_long_list_is_counted_to_the_bound_only(stocked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SIZE", 2)
    monkeypatch.setattr(bounded, "MOST", 4)
    client = stocked.client(roles.REGISTRAR)
    with CaptureQueriesContext(connection) as caught:
        said = client.get("/workbench/results/?page=99").content.decode()
    assert "实际更多" in said
    assert "第 3–4 条" in said  # the last page within the bound
    counts = [
        query["sql"] for query in caught if "COUNT(" in query["sql"] and Result._meta.db_table in query["sql"]
    ]
    assert counts
    assert all("LIMIT 5" in sql for sql in counts)
