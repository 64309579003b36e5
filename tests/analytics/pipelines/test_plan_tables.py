"""The tables that a plan starts from, against a direct count over the same facts."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from zhiheng.analytics.pipelines.plan_objects import (
    PlanObject,
    PlanQuestion,
    months_later,
    plan_objects,
)
from zhiheng.analytics.pipelines.plan_strata import PlanYear, plan_strata
from zhiheng.foundation.ledger.acts import ACTS, act
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.entries import Draft, append
from zhiheng.foundation.ledger.facts.enterprise import EnterpriseRecorded
from zhiheng.foundation.ledger.facts.spot_check import Party, SpotCheckResult
from zhiheng.foundation.ledger.snapshots import Snapshot, snapshot_take
from zhiheng.foundation.org.actors import system
from zhiheng.kernel.errors import Refused
from zhiheng.methods.survey.betabinomial import prior

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, tzinfo=UTC)
LAST_YEAR = PlanQuestion(date(2025, 1, 1), date(2025, 12, 31), division="900000")
Write = Callable[[Sequence[Draft]], Snapshot]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Put facts on record and cut a snapshot."""

    @act
    def go(drafts: Sequence[Draft]) -> None:
        append(actor=system("A1"), recorded_at=NOW, drafts=drafts)

    ACTS.pop(f"{go.__module__}.{go.__qualname__}")

    def cut(drafts: Sequence[Draft]) -> Snapshot:
        go(drafts)
        return snapshot_take(tmp_path / "snapshots", checkpoint_take(at=NOW))

    return cut


def maker(number: int, industry: str, division: str = "900101", status: str = "active") -> Draft:
    fact = EnterpriseRecorded(uscc=f"U{number:03}", name=f"厂{number}", division=division, industry=industry,
                              status=status)  # fmt: skip
    return Draft(fact, date(2020, 1, 1), division)


def result(number: int, uscc: str, kind: str, day: date | None, **changes: object) -> Draft:
    plain = SpotCheckResult(
        record=f"R{number}", source="测试", authority="示例省局", product_kind=kind, product_name=kind,
        verdict="conforming", selection="random", coverage="all_results", sampled_on=day,
        producer=Party("某厂", uscc), key=f"k{number}",
    )  # fmt: skip
    return Draft(replace(plain, **changes), day or NOW, "999999")  # type: ignore[arg-type]


def by_object(rows: Sequence[PlanObject]) -> dict[tuple[str, str], PlanObject]:
    return {(row.uscc, row.product_kind): row for row in rows}


def test_who_makes_what_is_known_from_results_and_from_the_industry(write: Write) -> None:
    drafts = [
        maker(1, "C1"), maker(2, "C1"), maker(3, "C1", "900201"), maker(4, "C2"), maker(5, ""),
        maker(6, "C1", status="revoked"), maker(7, "C1", "910101"),
        result(1, "U001", "玩具", date(2025, 3, 31)),
        result(2, "U001", "玩具", date(2025, 8, 31), verdict="nonconforming"),
        result(3, "U002", "玩具", date(2023, 5, 5)),
        result(4, "U005", "灯具", date(2025, 2, 2)),
        result(5, "", "玩具", date(2025, 2, 2)),
        result(6, "U999", "玩具", date(2025, 2, 2)),
        result(7, "U007", "玩具", date(2025, 2, 2)),
        result(8, "U002", "玩具", date(2026, 1, 5)),
    ]  # fmt: skip
    found = plan_objects(write(drafts), LAST_YEAR)
    rows = by_object(found.rows)
    assert set(rows) == {
        ("U001", "玩具"),
        ("U002", "玩具"),
        ("U003", "玩具"),
        ("U006", "玩具"),
        ("U005", "灯具"),
    }
    one = rows["U001", "玩具"]
    assert (one.basis, one.samples, one.failures, one.last_failed) == ("sampled", 2, 1, True)
    assert (one.last_sampled, one.eligible_from) == (date(2025, 8, 31), date(2026, 2, 28))
    two = rows["U002", "玩具"]
    assert (two.samples, two.last_sampled) == (0, date(2023, 5, 5))  # nothing after the last day is known
    three = rows["U003", "玩具"]
    assert (three.basis, three.eligible_from, three.place) == ("industry", None, "900200")
    assert not rows["U006", "玩具"].operating
    assert (found.unplaced.without_code, found.unplaced.elsewhere) == (1, 2)
    assert [row.product_kind for row in found.rows] == sorted(row.product_kind for row in found.rows)
    assert found.provenance.pipeline == "plan_objects"
    assert len(found.digest) == 64


def test_a_kind_that_few_of_an_industry_make_is_not_that_industrys(write: Write) -> None:
    drafts = [maker(n, "C1") for n in range(21)]
    drafts += [result(n, f"U{n:03}", "玩具", date(2025, 1, 9)) for n in range(20)]
    drafts += [result(50, "U000", "灯具", date(2025, 1, 9))]
    snapshot = write(drafts)
    found = {(row.uscc, row.product_kind) for row in plan_objects(snapshot, LAST_YEAR).rows}
    assert ("U020", "玩具") in found
    assert ("U000", "灯具") in found
    assert ("U020", "灯具") not in found
    wide = replace(LAST_YEAR, industry_share=5)
    assert ("U020", "灯具") in {(row.uscc, row.product_kind) for row in plan_objects(snapshot, wide).rows}


def test_strata_agree_with_a_direct_count(write: Write) -> None:
    draw = random.Random(5)
    divisions = {f"U{n:03}": draw.choice(["900101", "900102", "900201", "900301"]) for n in range(60)}
    drafts = [maker(n, "C1" if n % 2 else "C2", divisions[f"U{n:03}"]) for n in range(60)]
    samples = []
    for number in range(500):
        uscc = f"U{draw.randrange(60):03}"
        kind = "玩具" if int(uscc[1:]) % 2 else "灯具"
        day = date(2024, 1, 1) + timedelta(draw.randrange(730))
        more = {
            "verdict": draw.choice(["conforming"] * 4 + ["nonconforming"]),
            "selection": draw.choice(["random", "random", "risk_targeted", "undeclared"]),
            "coverage": "all_results" if draw.random() < 0.9 else "failures_only",
            "retest": "overturned" if draw.random() < 0.1 else "none",
        }
        samples.append((uscc, kind, day, more))
        drafts.append(result(number, uscc, kind, day, **more))
    year = PlanYear(date(2026, 1, 1), 4)
    found = plan_strata(write(drafts), LAST_YEAR, year)
    assert year.starts == (date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1))
    for row in found.rows:
        mine = {u for u, division in divisions.items() if division[:4] == row.place[:4]
                and (int(u[1:]) % 2 == 1) == (row.product_kind == "玩具")}  # fmt: skip
        assert row.objects == len(mine)
        last = {u: max((day for who, _, day, _ in samples if who == u), default=None) for u in mine}
        assert row.last_sampled == max((day for day in last.values() if day), default=None)
        for eligible, start in zip(row.eligible, year.starts, strict=True):
            assert eligible == sum(day is None or months_later(day, 6) <= start for day in last.values())
        counts = {"random": [0, 0], "risk_targeted": [0, 0], "undeclared": [0, 0]}
        for who, _, day, more in samples:
            if who in mine and day.year == 2025 and more["coverage"] == "all_results":
                counts[more["selection"]][0] += 1
                failed = more["verdict"] == "nonconforming" and more["retest"] != "overturned"
                counts[more["selection"]][1] += failed
        assert [row.samples, row.failures] == counts["random"]
        assert [row.targeted, row.targeted_failures] == counts["risk_targeted"]
    for kind in ("玩具", "灯具"):
        rows = [row for row in found.rows if row.product_kind == kind]
        fitted = prior([row.failures for row in rows], [row.samples for row in rows])
        for row in rows:
            assert row.a == pytest.approx(fitted.a + row.failures)
            assert row.rate == pytest.approx(row.a / (row.a + row.b))
            assert row.lower < row.rate < row.upper


def test_only_a_fresh_failure_asks_for_a_follow_up(write: Write) -> None:
    drafts = [
        maker(1, "C1"), maker(2, "C1"), maker(3, "C1"),
        result(1, "U001", "玩具", date(2025, 11, 1), verdict="nonconforming"),
        result(2, "U002", "玩具", date(2025, 6, 1), verdict="nonconforming"),
        result(3, "U003", "玩具", date(2025, 11, 1), verdict="nonconforming"),
        result(4, "U003", "玩具", date(2025, 12, 1)),
    ]  # fmt: skip
    (row,) = plan_strata(write(drafts), LAST_YEAR, PlanYear(date(2026, 1, 1))).rows
    assert row.follow_ups == 1


def test_the_same_question_has_the_same_digest(write: Write) -> None:
    snapshot = write([maker(1, "C1"), result(1, "U001", "玩具", date(2025, 11, 1))])
    year = PlanYear(date(2026, 1, 1), 2)
    one, two = plan_strata(snapshot, LAST_YEAR, year), plan_strata(snapshot, LAST_YEAR, year)
    assert one.digest == two.digest
    assert one.provenance == two.provenance
    assert plan_strata(snapshot, LAST_YEAR, PlanYear(date(2026, 7, 1), 2)).digest != one.digest


def test_nothing_on_record_is_nothing_to_plan(write: Write) -> None:
    snapshot = write([maker(1, "C1")])
    assert plan_objects(snapshot, LAST_YEAR).rows == ()
    assert plan_strata(snapshot, LAST_YEAR, PlanYear(date(2026, 1, 1))).rows == ()


def test_months_and_windows() -> None:
    assert months_later(date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert months_later(date(2023, 8, 31), 6) == date(2024, 2, 29)
    assert months_later(date(2025, 6, 30), 6) == date(2025, 12, 30)
    assert [PlanYear(date(2026, 1, 1), n).window(6) for n in (1, 2, 4, 12)] == [1, 1, 2, 6]
    assert PlanYear(date(2026, 1, 1), 3).window(6) == 2
    assert PlanYear(date(2026, 1, 1), 4).window(0) == 1


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: PlanQuestion(date(2025, 2, 1), date(2025, 1, 1)), "plan.period"),
        (lambda: replace(LAST_YEAR, level="village"), "plan.level"),
        (lambda: replace(LAST_YEAR, industry_share=0), "plan.numbers"),
        (lambda: replace(LAST_YEAR, waiting_months=-1), "plan.numbers"),
        (lambda: PlanYear(date(2026, 1, 1), 5), "plan.periods"),
    ],
)
def test_a_question_that_cannot_be_is_refused(make: Callable[[], object], code: str) -> None:
    with pytest.raises(Refused) as caught:
        make()
    assert caught.value.problems[0].code == code
