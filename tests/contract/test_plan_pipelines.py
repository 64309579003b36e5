"""The tables of a plan on every engine: the same rows, in the same order, with the same digest."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.analytics.pipelines.test_plan_tables import maker, result
from tests.contract.conftest import NOW, Open
from zhiheng.analytics.pipelines.plan_objects import PlanQuestion, plan_objects
from zhiheng.analytics.pipelines.plan_strata import PlanYear, plan_strata
from zhiheng.foundation.ledger.acts import ACTS, act
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.entries import append
from zhiheng.foundation.ledger.snapshots import snapshot_take
from zhiheng.foundation.org.actors import system

pytestmark = pytest.mark.django_db


def test_plans_start_from_the_same_tables(opens: Open, tmp_path: Path) -> None:
    drafts = [maker(number, "C1" if number % 3 else "C2", f"9001{number % 4:02}") for number in range(30)]
    drafts += [
        result(
            number,
            f"U{number % 25:03}",
            "玩具" if number % 25 % 3 else "灯具",
            date(2025, 1 + number % 12, 9),
            verdict="conforming" if number % 5 else "nonconforming",
            selection="random" if number % 4 else "risk_targeted",
        )
        for number in range(120)
    ]

    @act
    def go() -> None:
        append(actor=system("A1"), recorded_at=NOW, drafts=drafts)

    ACTS.pop(f"{go.__module__}.{go.__qualname__}")
    go()
    snapshot = snapshot_take(tmp_path / "snapshots", checkpoint_take(at=NOW))
    asked, year = PlanQuestion(date(2025, 1, 1), date(2025, 12, 31), "900000"), PlanYear(date(2026, 1, 1))
    one, two = plan_objects(snapshot, asked), plan_objects(snapshot, asked, opens())
    assert two.rows == one.rows != ()
    assert two.unplaced == one.unplaced
    assert two.digest == one.digest
    strata = plan_strata(snapshot, asked, year)
    assert plan_strata(snapshot, asked, year, opens()).rows == strata.rows != ()
