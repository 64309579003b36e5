"""The snapshot that rates and reports are computed from: how old it is, and taking a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db.models import Sum

from zhiheng.doors.workbench import errands
from zhiheng.doors.workbench.errands import Errand, Report
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.entries import moment
from zhiheng.foundation.ledger.models import Book
from zhiheng.foundation.ledger.snapshots import Snapshot, snapshot_last, snapshot_take
from zhiheng.settings import settings

ERRAND: Final = "snapshot"
# What came since the last snapshot is cut at some 100 000 entries a second: more is done apart.
AT_ONCE: Final = 150_000


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest snapshot, when it was taken, and how many entries came since."""

    snapshot: Snapshot | None
    taken_at: datetime | None
    since: int
    errand: Errand | None


def folder() -> Path:
    """Where snapshots lie."""
    return settings().folder("snapshots")


def standing() -> Standing:
    """The newest snapshot and what it lacks."""
    snapshot = snapshot_last(folder())
    entries = entries_now()
    errand = errands.find(ERRAND)
    if snapshot is None:
        return Standing(None, None, entries, errand)
    return Standing(snapshot, moment(snapshot.at), entries - snapshot.entries, errand)


def entries_now() -> int:
    """How many entries the ledger holds."""
    return Book.objects.aggregate(entries=Sum("head"))["entries"] or 0


def take(by: str, at: datetime) -> Errand:
    """Cut a new snapshot; only what came since the last one is written."""

    def work(report: Report) -> dict[str, Any]:
        cut = checkpoint_take(at=at)
        return {"snapshot": snapshot_take(folder(), cut).name}

    fresh = standing().since
    return errands.run(ERRAND, work, by=by, at=at, total=fresh, apart=fresh > AT_ONCE)
