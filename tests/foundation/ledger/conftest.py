"""An act that records results, for tests of the ledger itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from zhiheng.foundation.ledger.acts import ACTS, act
from zhiheng.foundation.ledger.entries import Draft, Recorded, append
from zhiheng.foundation.ledger.facts.spot_check import Item, Party, SpotCheckResult
from zhiheng.foundation.org.actors import Actor, system

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
Record = Callable[..., list[Recorded]]


def result(number: int, verdict: str = "conforming") -> SpotCheckResult:
    """A result whose every value follows from its number."""
    return SpotCheckResult(
        record=f"R{number}",
        source="测试",
        authority="示例省局",
        product_kind="车用尿素",
        product_name="车用尿素溶液",
        verdict=verdict,
        selection="random",
        coverage="all_results",
        sampled_on=date(2026, 1, 1 + number % 28),
        producer=Party("某某公司", "91330100799655058B"),
        items=(Item("密度", "1089", "kg/m3", "1087~1093", "conforming"),),
        key=f"key{number}",
    )


@pytest.fixture
def record() -> Record:
    """Record some results for an agency."""

    @act
    def results(*, actor: Actor, first: int, count: int, corrects: int | None = None) -> list[Recorded]:
        drafts = [
            Draft(result(n), date(2026, 1, 1), "900101", corrects=corrects)
            for n in range(first, first + count)
        ]
        return append(actor=actor, recorded_at=NOW, drafts=drafts)

    # The test that enumerates the acts of the program must not meet this one.
    ACTS.pop(f"{results.__module__}.{results.__qualname__}", None)

    def make(
        first: int = 0, count: int = 5, agency: str = "A1", corrects: int | None = None
    ) -> list[Recorded]:
        return results(actor=system(agency, "900100"), first=first, count=count, corrects=corrects)

    return make
