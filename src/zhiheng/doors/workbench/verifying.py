"""Verification started from a page: the whole ledger as an errand, one entry at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from zhiheng.doors.workbench import errands
from zhiheng.doors.workbench.errands import Errand, Report
from zhiheng.doors.workbench.snapshots import entries_now
from zhiheng.foundation.exchange.problems import problem_from_json, problem_to_json
from zhiheng.foundation.ledger.entries import header
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.ledger.verify import Broken, ledger_verify
from zhiheng.kernel.chain import ZERO, hasher

ERRAND: Final = "verification"
# Checked at some 200 000 entries a second; more than this is done apart from the request.
AT_ONCE: Final = 200_000


def start(by: str, at: datetime) -> Errand:
    """Verify every book, every checkpoint and the index of subjects."""

    def work(report: Report) -> dict[str, Any]:
        found = ledger_verify(report)
        return {
            "entries": found.entries,
            "books": found.books,
            "checkpoints": found.checkpoints,
            "broken": [
                {"book": one.book, "number": one.number, "problem": problem_to_json(one.problem)}
                for one in found.broken
            ],
        }

    total = entries_now()
    return errands.run(ERRAND, work, by=by, at=at, total=total, apart=total > AT_ONCE)


def broken_of(errand: Errand | None) -> list[Broken]:
    """What a verification found broken."""
    found = errand.answer.get("broken", []) if errand else []
    return [Broken(one["book"], one["number"], problem_from_json(one["problem"])) for one in found]


@dataclass(frozen=True, slots=True)
class Proof:
    """One entry, checked: what is hashed, what that gives, and whether it continues the entry before."""

    head: str
    payload: str
    stated: str
    computed: str
    linked: bool

    @property
    def sound(self) -> bool:
        """Whether the entry is what its hash says and continues its book."""
        return self.stated == self.computed and self.linked


def proof(entry: Entry, before: Entry | None) -> Proof:
    """Recompute the hash of an entry and look at its link."""
    hashed = header(
        entry.book.key, entry.number, entry.kind, entry.version, entry.occurred_at, entry.recorded_at,
        entry.actor, entry.agency, entry.division, entry.subjects, entry.basis, entry.corrects,
        entry.algorithm, bytes(entry.previous), entry.payload,
    )  # fmt: skip
    previous = bytes(before.hash) if before else ZERO
    return Proof(
        head=hashed.decode().rpartition("\n")[0],
        payload=json.dumps(json.loads(entry.payload), ensure_ascii=False, indent=2),
        stated=bytes(entry.hash).hex(),
        computed=hasher(entry.algorithm)(hashed).hex(),
        linked=previous == bytes(entry.previous) and (before is not None or entry.number == 1),
    )
