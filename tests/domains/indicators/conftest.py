"""A small province with an agency and officers, results in the ledger, snapshots cut from it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.scope import Scope
from zhiheng.domains.indicators.services import (
    report_draft,
    report_publish,
    report_review,
    report_submit,
)
from zhiheng.foundation.ledger.acts import ACTS, act
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.entries import Draft, Recorded, append
from zhiheng.foundation.ledger.facts.org import AgencyOpened
from zhiheng.foundation.ledger.facts.spot_check import Item, Party, SpotCheckResult
from zhiheng.foundation.ledger.snapshots import Snapshot, snapshot_take
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import Actor, system
from zhiheng.foundation.org.data import DivisionRow
from zhiheng.foundation.org.services import agencies_open, divisions_load
from zhiheng.kernel.codes.division import Level

AT = datetime(2026, 4, 10, 2, 0, tzinfo=UTC)
SCOPE = Scope("900000", date(2025, 1, 1), date(2025, 12, 31), date(2026, 4, 10))
KINDS = ("玩具", "头盔", "电线", "童车")
CITIES = ("900101", "900102", "900201", "900301")
FIRMS = (("某玩具厂", "91330100799655058B"), ("某头盔公司", "9144030071526726XG"), ("未知作坊", ""))


def officer(key: str, *held: str, division: str = "900000", agency: str = "P90") -> Actor:
    """An officer of an agency with some roles."""
    return Actor("officer", f"officer:{key}", key, agency, division, frozenset(held))


ANALYST = officer("analyst", roles.ANALYST)
REVIEWER = officer("reviewer", roles.REVIEWER)
PUBLISHER = officer("publisher", roles.PUBLISHER)


def result(number: int, **changes: object) -> SpotCheckResult:
    """A conforming random sample; what differs is named."""
    plain = SpotCheckResult(
        record=f"R{number}",
        source="2025年第1批",
        authority="示例省市场监督管理局",
        product_kind="玩具",
        product_name="积木",
        verdict="conforming",
        selection="random",
        coverage="all_results",
        sampled_on=date(2025, 6, 1),
        published_on=date(2026, 1, 15),
        producer=Party(*FIRMS[0]),
        key=f"k{number}",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def fails(number: int, **changes: object) -> SpotCheckResult:
    """A failed sample with a failed item."""
    return result(number, **{"verdict": "nonconforming", "failed_items": ("小零件",), **changes})


def some(count: int, seed: int = 1) -> list[tuple[SpotCheckResult, str]]:
    """Results of all sorts; one kind and the last quarter are planted worse than the others."""
    draw = random.Random(seed)
    made = []
    for number in range(count):
        kind, month = draw.choice(KINDS), draw.randint(1, 12)
        chance = 0.08 + 0.3 * (kind == "童车") + 0.1 * (month > 9)
        changes: dict[str, object] = {
            "product_kind": kind,
            "selection": draw.choice(["random", "random", "random", "risk_targeted", "undeclared"]),
            "coverage": "all_results",
            "sampled_on": date(2025, month, draw.randint(1, 28)),
            "published_on": draw.choice([date(2026, 1, 15), date(2026, 3, 1), None]),
            "producer": Party(*draw.choice(FIRMS)),
            "authority": draw.choice(["示例省市场监督管理局", "静安市市场监督管理局"]),
        }
        if draw.random() < chance:
            items = (Item("绳索", "1", "N", "≥2", "nonconforming"), Item("标志", verdict="conforming"))
            changes |= {
                "verdict": "nonconforming",
                "retest": draw.choice(["none", "confirmed", "overturned"]),
            }
            changes |= draw.choice([{"failed_items": ("小零件", "标志")}, {"items": items}, {}])
            if draw.random() < 0.2:
                changes["coverage"] = "failures_only"
            changes["counterfeit"] = draw.choice([None, False, True])
        made.append((result(number, **changes), draw.choice(CITIES)))
    return made


Keep = Callable[..., list[Recorded]]
Cut = Callable[[], Snapshot]


@pytest.fixture
def keep(db: None) -> Keep:
    """Put results on record; each is a fact alone, or a fact with its place and the entry it corrects."""

    @act
    def go(*, actor: Actor, drafts: Sequence[Draft]) -> list[Recorded]:
        return append(actor=actor, recorded_at=AT, drafts=drafts)

    ACTS.pop(f"{go.__module__}.{go.__qualname__}")

    def make(
        results: Sequence[SpotCheckResult | tuple[SpotCheckResult, str]],
        division: str = "900101",
        corrects: int | None = None,
    ) -> list[Recorded]:
        pairs = [one if isinstance(one, tuple) else (one, division) for one in results]
        drafts = [Draft(fact, fact.sampled_on or AT, place, corrects=corrects) for fact, place in pairs]
        return go(actor=system("P90", "900000"), drafts=drafts)

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the snapshots lie."""
    return tmp_path / "snapshots"


@pytest.fixture
def cut(db: None, folder: Path) -> Cut:
    """Cut a snapshot of the ledger as it is now."""
    moments = iter(AT + timedelta(minutes=minute) for minute in range(1, 100))

    def take() -> Snapshot:
        return snapshot_take(folder, checkpoint_take(at=next(moments)))

    return take


@pytest.fixture
def place(db: None) -> None:
    """The province with its cities, and its agency."""
    names = {
        "900100": ("静安市", "Jing'an (fictional)"),
        "900200": ("和宁市", "Hening (fictional)"),
        "900300": ("远安市", "Yuan'an (fictional)"),
    }
    rows = [DivisionRow("900000", "示例省", Level.PROVINCE, "", None, None, "Shili (fictional)")]
    rows += [
        DivisionRow(code, name, Level.CITY, "900000", None, None, english)
        for code, (name, english) in names.items()
    ]
    divisions_load(actor=system("P90", "900000"), rows=rows, source="test", at=AT)
    opened = AgencyOpened("P90", "示例省市场监督管理局", "authority", 1, "900000")
    agencies_open(actor=system("P90", "900000"), agencies=[opened], at=AT)


def drafted(
    snapshot: Snapshot, scope: Scope = SCOPE, title: str = "2025年示例省产品质量状况分析报告"
) -> Report:
    """A draft of the analyst's."""
    return report_draft(actor=ANALYST, title=title, scope=scope, snapshot=snapshot, at=AT)


def published(draft: Report) -> Report:
    """The draft, taken through all acts to publication."""
    submitted = report_submit(actor=ANALYST, report=draft, at=AT)
    reviewed = report_review(actor=REVIEWER, report=submitted, seen=submitted.content_digest, at=AT)
    return report_publish(actor=PUBLISHER, report=reviewed, seen=reviewed.content_digest, at=AT)
