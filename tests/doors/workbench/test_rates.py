"""Pass rates on the page: from a snapshot, populations apart, exported whole."""

from __future__ import annotations

import csv
import io

from tests.doors.workbench.conftest import World, cells
from zhiheng.doors.workbench import errands, snapshots
from zhiheng.foundation.org import roles


def test_without_a_snapshot_the_page_says_so_and_takes_one(world: World) -> None:
    world.load([cells(1)])
    client = world.client(roles.ANALYST)
    assert "尚无快照" in client.get("/workbench/rates/").content.decode()
    assert client.get("/workbench/rates/export.csv").status_code == 422
    answer = client.post("/workbench/rates/snapshot/", {"back": "/workbench/rates/?by=city"})
    assert answer["Location"] == "/workbench/rates/?by=city"
    assert snapshots.standing().since == 0
    assert "杭州市" in client.get("/workbench/rates/?by=city").content.decode()
    world.load([cells(2)])
    assert "此后新增" in client.get("/workbench/rates/").content.decode()


def test_the_way_back_is_never_to_another_host(world: World) -> None:
    answer = world.client(roles.ANALYST).post("/workbench/rates/snapshot/", {"back": "https://evil.example/"})
    assert answer["Location"] == "/workbench/rates/"


def test_populations_stand_apart_with_their_intervals(world: World) -> None:
    world.load(
        [
            *(cells(number) for number in range(1, 41)),
            cells(50, verdict="不合格", items="", failed_items="标志"),
            *(cells(number, selection="风险定向", verdict="不合格", items="") for number in range(60, 70)),
            cells(80, coverage="仅不合格", verdict="不合格", items=""),
        ]
    )
    world.snapshot()
    said = world.client(roles.ANALYST).get("/workbench/rates/").content.decode()
    random, risk = said.split('id="p-random"')[1].split('id="p-risk_targeted"')
    assert "97.6%" in random  # 40 of 41
    assert "0%" in risk
    assert "样本少" in risk  # ten samples are marked
    assert "1 条结果来自仅公布不合格的来源" in said
    assert "pass_rates" in said  # where the numbers come from


def test_every_grouping_answers(stocked: World) -> None:
    client = stocked.client(roles.ANALYST)
    for query in (
        "by=", "by=city", "by=county", "by=year", "by=quarter&then=product_kind", "by=producer",
        "by=laboratory&then=month", "by=product_kind&population=random&since=2026-01-01",
    ):  # fmt: skip
        assert client.get(f"/workbench/rates/?{query}").status_code == 200, query
    assert client.get("/workbench/rates/?by=nonsense").status_code == 200
    backwards = client.get("/workbench/rates/?since=2026-02-01&until=2026-01-01")
    assert backwards.status_code == 422


def test_a_place_that_is_not_ours_is_not_offered(stocked: World) -> None:
    said = stocked.client(roles.ANALYST).get("/workbench/rates/?place=440000").content.decode()
    assert 'id="errors"' in said
    assert "<section" not in said


def test_the_export_holds_all_groups_and_names_the_snapshot(stocked: World) -> None:
    answer = stocked.client(roles.ANALYST).get("/workbench/rates/export.csv?by=product_kind")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row["产品种类"] for row in rows] == ["电线电缆"]
    assert (rows[0]["样品数"], rows[0]["合格"]) == ("7", "6")
    standing = snapshots.standing().snapshot
    assert standing
    assert rows[0]["快照"] == standing.name


def test_a_snapshot_that_takes_long_is_told_while_it_is_taken(stocked: World) -> None:
    errand = errands.find(snapshots.ERRAND)
    assert errand
    errand.state = "running"
    errands._write(errand)
    lock = errands._lock(snapshots.ERRAND)
    assert lock
    said = stocked.client(roles.ANALYST).get("/workbench/rates/snapshot/").content.decode()
    assert "正在生成快照" in said
    assert "hx-trigger" in said
    lock.close()
    assert (
        "hx-trigger" not in stocked.client(roles.ANALYST).get("/workbench/rates/snapshot/").content.decode()
    )
