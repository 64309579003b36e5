"""What stands beside pass rates in a report: coverage, failing items, named producers, public rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from zhiheng.analytics.pipelines.coverage import coverage
from zhiheng.analytics.pipelines.extent import Extent
from zhiheng.analytics.pipelines.failing_items import failing_items
from zhiheng.analytics.pipelines.named_producers import named_producers
from zhiheng.analytics.pipelines.public_rows import PublicRows, public_rows, rows_read
from zhiheng.foundation.ledger.acts import ACTS, act
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.entries import Draft, append
from zhiheng.foundation.ledger.facts.spot_check import Party, SpotCheckResult
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.ledger.snapshots import Snapshot, snapshot_take
from zhiheng.foundation.org.actors import system

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, tzinfo=UTC)
YEAR = Extent(date(2025, 2, 10), date(2025, 12, 31), "900000")
Write = Callable[..., Snapshot]

PLAIN = SpotCheckResult(
    record="R",
    source="测试",
    authority="甲局",
    product_kind="玩具",
    product_name="积木",
    verdict="nonconforming",
    selection="random",
    coverage="all_results",
    sampled_on=date(2025, 3, 20),
    published_on=date(2025, 6, 1),
    producer=Party("某厂", "91330100799655058B"),
    failed_items=("小零件",),
)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    @act
    def go(drafts: Sequence[Draft]) -> None:
        append(actor=system("A1"), recorded_at=NOW, drafts=drafts)

    ACTS.pop(f"{go.__module__}.{go.__qualname__}")

    def cut(*changes: dict[str, object], division: str = "900102") -> Snapshot:
        facts = [replace(PLAIN, record=f"R{n}", key=f"k{n}", **one) for n, one in enumerate(changes)]  # type: ignore[arg-type]
        go([Draft(fact, NOW, division) for fact in facts])
        return snapshot_take(tmp_path / "snapshots", checkpoint_take(at=NOW))

    return cut


def test_coverage_counts_every_result_once(write: Write) -> None:
    snapshot = write(
        {}, {"verdict": "conforming"}, {"coverage": "failures_only"}, {"coverage": "undeclared"},
        {"sampled_on": None, "published_on": None}, {"sampled_on": date(2025, 2, 9)},
    )  # fmt: skip
    found = coverage(snapshot, YEAR)
    assert [(row.coverage, row.n, row.nonconforming, row.undated) for row in found.rows] == [
        ("all_results", 3, 2, 1),
        ("failures_only", 1, 1, 0),
        ("undeclared", 1, 1, 0),
    ]
    assert json.loads(found.provenance.parameters) == YEAR.parameters()


def test_an_item_counts_once_a_sample_and_an_overturned_failure_not(write: Write) -> None:
    snapshot = write(
        {"failed_items": ("小零件", "小零件", "标志")}, {"retest": "overturned"}, {"failed_items": ()},
        {"coverage": "failures_only"},
    )  # fmt: skip
    found = failing_items(snapshot, YEAR)
    assert [(row.item, row.failures, row.elsewhere) for row in found.rows] == [
        ("小零件", 1, 1),
        ("标志", 1, 0),
    ]
    assert (found.failed, found.unnamed) == (3, 1)


def test_producers_of_one_code_are_one_and_names_without_code_stay_apart(write: Write) -> None:
    snapshot = write(
        {}, {"producer": Party("某厂（改名）", "91330100799655058B")}, {"producer": Party("某厂")},
        {"producer": None}, {"published_on": date(2026, 2, 1)},
    )  # fmt: skip
    found = named_producers(snapshot, YEAR, date(2026, 1, 1))
    assert [(row.uscc, row.name, row.failures) for row in found.rows] == [
        ("91330100799655058B", "某厂", 2),
        ("", "某厂", 1),
    ]


def test_public_rows_tell_no_more_than_the_tables_need(write: Write) -> None:
    rows = public_rows(
        write({}, {"published_on": None}, {"sampled_on": date(2025, 5, 5), "verdict": "conforming"}),
        YEAR,
        level="city",
        published_by=date(2026, 1, 1),
    ).rows
    assert [row["day"] for row in rows] == [date(2025, 2, 10), date(2025, 2, 10), date(2025, 4, 1)]
    assert {row["division"] for row in rows} == {"900100"}
    assert [row["producer_name"] for row in rows] == ["某厂", "", ""]
    assert [row["failed_items"] for row in rows] == [["小零件"], ["小零件"], []]
    stated = {entry.pk: bytes(entry.hash).hex() for entry in Entry.objects.all()}
    assert all(stated[row["entry"]] == row["hash"] for row in rows)


def test_public_rows_come_back_from_their_file_and_every_cell_counts(write: Write) -> None:
    rows = public_rows(
        write(*[{}] * 3, {"sampled_on": None, "published_on": None}),
        YEAR,
        level="county",
        published_by=date(2026, 1, 1),
    )
    assert rows_read(rows.table()) == rows
    changed = [
        {**row, name: (row[name] or "") + "x"} if name in ("hash", "authority", "verdict") else row
        for row, name in zip(rows.rows, ("hash", "authority", "verdict", ""), strict=True)
    ]
    digests = {PublicRows((*rows.rows[:at], changed[at], *rows.rows[at + 1 :])).digest for at in range(3)} | {
        rows.digest
    }
    assert len(digests) == 4


@pytest.mark.parametrize("division", ["100000", "", "900000", "900100", "900102"])
def test_an_extent_takes_what_lies_below(write: Write, division: str) -> None:
    found = coverage(write({}, {}), Extent(division=division))
    assert sum(row.n for row in found.rows) == 2
    assert not coverage(write({}), Extent(division="900200", product_kind="'; --")).rows
