"""The engines that are on this machine, and one snapshot for all of them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from zhiheng.analytics.engine import DuckEngine, Engine
from zhiheng.analytics.engine.spark import SparkEngine
from zhiheng.foundation.ledger.acts import ACTS, act
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.entries import Draft, append
from zhiheng.foundation.ledger.facts.spot_check import Item, Party, SpotCheckResult
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.ledger.snapshots import Snapshot, snapshot_take
from zhiheng.foundation.org.actors import system

Open = Callable[[], Engine]
NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Spark of one thread; where there is none, its half of the suite is skipped."""
    pyspark = pytest.importorskip(
        "pyspark.sql", reason="pyspark is not installed (pip install zhiheng[spark])"
    )
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or newer, and there is no java on this machine")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
        # What another's cluster may be set to; the engine has to hold its own against it.
        "spark.sql.ansi.enabled": "false",
        "spark.sql.caseSensitive": "true",
        "spark.sql.files.ignoreMissingFiles": "true",
        "spark.sql.execution.arrow.useLargeVarTypes": "true",
    }
    builder = pyspark.SparkSession.builder.master("local[1]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(params=["DuckDB", "Spark"])
def opens(request: pytest.FixtureRequest) -> Open:
    """How one engine is opened; the test runs once for each."""
    if request.param == "DuckDB":
        return lambda: DuckEngine(threads=1)
    session = request.getfixturevalue("spark")
    return lambda: SparkEngine(session)


@pytest.fixture
def engine(opens: Open) -> Iterator[Engine]:
    with opens() as opened:
        yield opened


@pytest.fixture(scope="module")
def snapshot(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Snapshot:
    """Two books, two cuts, corrections, and every value that a pipeline has to look at twice."""
    from django.db import transaction

    folder = tmp_path_factory.mktemp("质量 100% snapshots")
    draw = random.Random(7)
    with django_db_blocker.unblock(), transaction.atomic():
        record("A1", [draft(draw, number) for number in range(300)])
        snapshot_take(folder, checkpoint_take(at=NOW))
        record("B2", [draft(draw, number) for number in range(300, 500)])
        wrong = Entry.objects.filter(book__key="A1", number__lte=20).order_by("number")
        record("A1", [draft(draw, entry.number, corrects=entry.pk) for entry in wrong])
        taken = snapshot_take(folder, checkpoint_take(at=NOW + timedelta(minutes=1)))
        transaction.set_rollback(True)
    return taken


def record(agency: str, drafts: Sequence[Draft]) -> None:
    """Put results on record."""

    @act
    def go() -> None:
        append(actor=system(agency), recorded_at=NOW, drafts=drafts)

    ACTS.pop(f"{go.__module__}.{go.__qualname__}")
    go()


def draft(draw: random.Random, number: int, corrects: int | None = None) -> Draft:
    """A result, drawn."""
    name, uscc = draw.choice([("甲厂", "91330100799655058B"), ("乙厂", ""), ("O'Neill \\ 丙", ""), ("", "")])
    failed = draw.random() < 0.3
    items = tuple(Item(item, verdict="nonconforming") for item in draw.sample(["甲醛", "pH值", "标识"], 2))
    fact = SpotCheckResult(
        record=f"R{number}",
        source=draw.choice(["甲源", "乙源", ""]),
        authority=draw.choice(["示例省局", "示例市局", "Ä局"]),
        product_kind=draw.choice(["玩具", "头盔", "电线", "a", "B", "𠮷"]),
        product_name="样品",
        verdict="nonconforming" if failed else "conforming",
        selection=draw.choice(["random", "random", "risk_targeted", "undeclared"]),
        coverage=draw.choice(["all_results", "all_results", "all_results", "failures_only", "undeclared"]),
        sampled_on=draw.choice([None, day(draw), day(draw), day(draw)]),
        published_on=draw.choice([None, day(draw)]),
        producer=Party(name, uscc) if name else None,
        laboratory=draw.choice(["", "检测中心"]),
        items=items if failed and draw.random() < 0.5 else (),
        failed_items=("甲醛",) if failed and draw.random() < 0.5 else (),
        retest=draw.choice(["", "none", "overturned", "confirmed"]) if failed else "",
        counterfeit=draw.choice([None, True, False]),
        key=f"k{number}",
    )
    division = draw.choice(["900101", "900102", "900201", "910101"])
    return Draft(fact, fact.sampled_on or NOW, division, corrects=corrects)


def day(draw: random.Random) -> date:
    return date(2024, 1, 1) + timedelta(days=draw.randrange(730))
