"""Snapshots: cut at a checkpoint, extended and never rewritten, altered files found and named."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.foundation.ledger.conftest import NOW, Record
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.columns import fact_schema
from zhiheng.foundation.ledger.facts.base import all_facts
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.ledger.snapshots import (
    snapshot_last,
    snapshot_open,
    snapshot_take,
    snapshot_verify,
)
from zhiheng.kernel.errors import Refused

pytestmark = pytest.mark.django_db


def test_a_snapshot_holds_the_entries_as_they_are_chained(record: Record, tmp_path: Path) -> None:
    record(count=3, agency="A1")
    record(first=3, count=2, agency="A2")
    snapshot = snapshot_take(tmp_path, checkpoint_take(at=NOW))
    assert snapshot.entries == 5
    rows = [
        row
        for path in sorted(tmp_path.glob("entries/*/*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]
    assert [row["hash"] for row in rows] == [bytes(entry.hash) for entry in Entry.objects.order_by("id")]
    assert [row["payload"] for row in rows] == [entry.payload for entry in Entry.objects.order_by("id")]


def test_facts_are_typed_columns(record: Record, tmp_path: Path) -> None:
    record(count=2)
    snapshot = snapshot_take(tmp_path, checkpoint_take(at=NOW))
    (row, _) = pq.read_table(snapshot.files("spot_check.result", 1)[0]).to_pylist()
    assert row["sampled_on"] == date(2026, 1, 1)
    assert row["producer"]["uscc"] == "91330100799655058B"
    assert row["items"][0]["value"] == "1089"
    assert row["entry_division"] == "900101"
    assert row["published_on"] is None


def test_a_later_snapshot_keeps_the_parts_and_adds_what_came_since(record: Record, tmp_path: Path) -> None:
    record(count=3)
    first = snapshot_take(tmp_path, checkpoint_take(at=NOW))
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    record(first=3, count=2)
    second = snapshot_take(tmp_path, checkpoint_take(at=NOW + timedelta(hours=1)))
    assert set(first.parts) < set(second.parts)
    assert all(path.stat().st_mtime_ns == at for path, at in written.items())
    assert sum(part.rows for part in second.parts if part.form == "entries") == 5
    assert snapshot_last(tmp_path) == second
    assert snapshot_open(tmp_path, first.name) == first, "the earlier snapshot can still be read"
    assert snapshot_take(tmp_path, checkpoint_take(at=NOW + timedelta(hours=2))) == second


def test_an_altered_or_missing_file_is_named(record: Record, tmp_path: Path) -> None:
    record(count=3)
    snapshot = snapshot_take(tmp_path, checkpoint_take(at=NOW))
    assert snapshot_verify(snapshot) == ()
    facts, entries = snapshot.files("spot_check.result", 1)[0], next(tmp_path.glob("entries/A1/*.parquet"))
    facts.write_bytes(facts.read_bytes()[:-1] + b"?")
    entries.unlink()
    assert {problem.code for problem in snapshot_verify(snapshot)} == {
        "snapshot.part_altered",
        "snapshot.part_missing",
    }
    assert str(facts.relative_to(tmp_path)) in " ".join(map(str, snapshot_verify(snapshot)))


def test_a_snapshot_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no snapshot 7-abc"):
        snapshot_open(tmp_path, "7-abc")
    assert snapshot_last(tmp_path) is None


def test_every_fact_can_stand_in_columns() -> None:
    assert all(len(fact_schema(fact.KIND, fact.VERSION)) for fact in all_facts())
