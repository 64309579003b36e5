"""A quality report from the draft to the public, with everything that is refused on the way."""

from __future__ import annotations

import re

from django.test import Client

from tests.doors.workbench.conftest import World, cells
from zhiheng.domains.indicators.models import Report
from zhiheng.foundation.org import roles

SCOPE = {"place": "330000", "since": "2026-01-01", "until": "2026-03-31", "kind": "", "title": ""}


def drafted(world: World) -> tuple[Client, str]:
    client = world.client(roles.ANALYST)
    answer = client.post("/workbench/reports/new/", SCOPE)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return client, answer["Location"]


def seen(client: Client, address: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', client.get(address).content.decode())
    return found[1] if found else ""


def test_a_report_goes_its_way(stocked: World) -> None:
    analyst, address = drafted(stocked)
    reviewer, publisher = stocked.client(roles.REVIEWER), stocked.client(roles.PUBLISHER)
    assert analyst.get(address).status_code == 200
    assert analyst.post(f"{address}submit/").status_code == 302
    assert "等待您审核" in reviewer.get("/workbench/").content.decode()
    assert reviewer.post(f"{address}review/", {"seen": "other"}).status_code == 422
    assert reviewer.post(f"{address}review/", {"seen": seen(reviewer, address)}).status_code == 302
    assert "等待您发布" in publisher.get("/workbench/").content.decode()
    code = address.rstrip("/").split("/")[-1]
    form = {"seen": seen(publisher, address), "confirm": "yes"}
    wrong = publisher.post(f"{address}publish/", form)
    assert wrong.status_code == 422
    assert "输入的内容与报告编号不符" in wrong.content.decode()
    assert publisher.post(f"{address}publish/", {**form, "confirm": code}).status_code == 302
    assert Report.objects.unguarded("test").get().state == Report.State.PUBLISHED
    pdf = publisher.get(f"{address}report.pdf")
    assert pdf.content.startswith(b"%PDF")
    verified = publisher.get(f"{address}verify/").content.decode()
    assert 'class="state nonconforming"' not in verified
    assert publisher.post(f"{address}withdraw/", {"reason": "", "confirm": code}).status_code == 422
    publisher.post(f"{address}withdraw/", {"reason": "来源有误", "confirm": code})
    assert "来源有误" in analyst.get(address).content.decode()


def test_a_report_that_was_returned_waits_for_its_author(stocked: World) -> None:
    analyst, address = drafted(stocked)
    analyst.post(f"{address}submit/")
    reviewer = stocked.client(roles.REVIEWER)
    assert reviewer.post(f"{address}return/", {"reason": " "}).status_code == 422
    reviewer.post(f"{address}return/", {"reason": "缺少说明"})
    mine = analyst.get("/workbench/").content.decode()
    assert "已退回给您" in mine
    assert "缺少说明" in mine


def test_what_is_closed_to_an_officer_says_why(stocked: World) -> None:
    analyst, address = drafted(stocked)
    analyst.post(f"{address}submit/")
    said = analyst.get(address).content.decode()
    assert "审核人员" in said  # who may review
    answer = analyst.post(f"{address}review/", {"seen": "x"})
    assert answer.status_code == 422
    assert Report.objects.unguarded("test").get().state == Report.State.SUBMITTED
    assert analyst.post(f"{address}nonsense/").status_code == 404


def test_a_draft_is_refused_with_words(world: World) -> None:
    client = world.client(roles.ANALYST)
    assert client.post("/workbench/reports/new/", SCOPE).status_code == 422  # no snapshot
    world.load([cells(1)])
    world.snapshot()
    for wrong in ({"until": "2025-01-01"}, {"since": "x"}, {"title": "合格率 99.5"}, {"place": "440000"}):
        answer = client.post("/workbench/reports/new/", {**SCOPE, **wrong})
        assert answer.status_code == 422, wrong
        assert 'role="alert"' in answer.content.decode()


def test_own_paragraphs_carry_no_loose_number(stocked: World) -> None:
    analyst, address = drafted(stocked)
    form = {"seen": seen(analyst, f"{address}words/"), "overview.zh-hans": "合格率为 99%。"}
    refused = analyst.post(f"{address}words/", form)
    assert refused.status_code == 422
    assert "合格率为 99%。" in refused.content.decode()
    form["overview.zh-hans"] = "本期抽查 {samples:} 批次。"
    assert analyst.post(f"{address}words/", form).status_code == 302
    assert "本期抽查" in analyst.get(address).content.decode()
