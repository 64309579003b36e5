"""Saying who a name means, and taking it back."""

from __future__ import annotations

from tests.doors.workbench.conftest import SECOND, World
from zhiheng.domains.supervision.models import Result
from zhiheng.foundation.org import roles
from zhiheng.foundation.registry.models import UnresolvedParty


def test_candidates_are_found_with_and_without_a_script(stocked: World, party: UnresolvedParty) -> None:
    client = stocked.client(roles.REGISTRAR)
    address = f"/workbench/parties/{party.pk}/?q=电子"
    whole = client.get(address).content.decode()
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert SECOND[0] in whole
    assert SECOND[0] in part
    assert "<html" in whole
    assert "<html" not in part


def test_a_name_is_resolved_with_a_reason_and_released_again(stocked: World, party: UnresolvedParty) -> None:
    client = stocked.client(roles.REGISTRAR)
    address = f"/workbench/parties/{party.pk}/"
    silent = client.post(f"{address}resolve/", {"uscc": SECOND[0], "reason": ""})
    assert silent.status_code == 422
    assert 'role="alert"' in silent.content.decode()
    assert client.post(f"{address}resolve/", {"code": SECOND[0], "reason": "住所一致"}).status_code == 302
    assert Result.objects.unguarded("test").get(record="R-7").producer_uscc == SECOND[0]
    archive = client.get(f"/workbench/enterprises/{SECOND[0]}/").content.decode()
    assert "住所一致" in archive
    assert client.post(f"{address}resolve/", {"code": SECOND[0], "reason": "again"}).status_code == 422
    assert client.post(f"{address}release/", {"reason": "认错了"}).status_code == 302
    assert Result.objects.unguarded("test").get(record="R-7").producer_uscc == ""


def test_a_reader_sees_why_he_cannot_decide(stocked: World, party: UnresolvedParty) -> None:
    client = stocked.client(roles.ANALYST)
    said = client.get(f"/workbench/parties/{party.pk}/").content.decode()
    assert "数据登记员" in said
    assert "<textarea" not in said.split("<main")[1]
