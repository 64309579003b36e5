"""Checkpoints that nobody asked for: taken when due, never without need, never when switched off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.foundation.registry.conftest import NOW, REGISTRAR, row
from zhiheng.doors.upkeep import keep_up
from zhiheng.foundation.ledger.checkpoints import checkpoint_last, checkpoint_take
from zhiheng.foundation.ledger.snapshots import snapshot_last
from zhiheng.foundation.org.models import Division
from zhiheng.foundation.registry.services import enterprises_record
from zhiheng.settings import settings

pytestmark = pytest.mark.django_db
DAY, MOST = timedelta(days=1), timedelta(hours=23)


@pytest.fixture(autouse=True)
def installation(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A data folder of its own, and the place that the enterprises are in."""
    monkeypatch.setenv("ZHIHENG_HOME", str(tmp_path))
    settings.cache_clear()
    Division.objects.create(code="900101", name="岚岭区", level=3, source="test")
    yield
    settings.cache_clear()


def record(number: int) -> None:
    enterprises_record(actor=REGISTRAR, rows=[row(number)], at=NOW)


def test_an_empty_ledger_needs_none() -> None:
    assert not keep_up(NOW)
    assert snapshot_last(settings().folder("snapshots")) is None


def test_the_first_is_taken_at_once_and_the_next_when_a_day_has_passed() -> None:
    record(1)
    assert keep_up(NOW)
    record(2)
    assert not keep_up(NOW + MOST)
    assert keep_up(NOW + DAY)
    last, snapshot = checkpoint_last(), snapshot_last(settings().folder("snapshots"))
    assert last is not None
    assert snapshot is not None
    assert (last.entries, snapshot.entries, snapshot.checkpoint) == (2, 2, last.number)


def test_nothing_is_taken_while_nothing_is_recorded() -> None:
    record(1)
    asked_for = checkpoint_take(at=NOW)
    assert not keep_up(NOW + 30 * DAY)
    assert checkpoint_last() == asked_for


def test_it_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIHENG_CHECKPOINT_HOURS", "0")
    settings.cache_clear()
    record(1)
    assert not keep_up(NOW)
    assert checkpoint_last() is None
