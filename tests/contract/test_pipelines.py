"""Every pipeline gives the same on every engine: counts, keys, their order, and figures to the last bit.

Where pyspark or Java is missing, there is nothing to compare with DuckDB: skipped, saying why.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from zhiheng.analytics import datasets
from zhiheng.analytics.engine import Engine
from zhiheng.analytics.engine.spark import SparkEngine
from zhiheng.analytics.pipelines.coverage import coverage
from zhiheng.analytics.pipelines.extent import Extent
from zhiheng.analytics.pipelines.failing_items import failing_items
from zhiheng.analytics.pipelines.named_producers import named_producers
from zhiheng.analytics.pipelines.pass_rates import PassRateQuestion, pass_rates
from zhiheng.analytics.pipelines.public_rows import public_rows
from zhiheng.foundation.ledger.snapshots import Snapshot

pytestmark = pytest.mark.django_db

QUESTIONS = [
    PassRateQuestion(),
    PassRateQuestion(by=("product_kind", "city", "quarter")),
    PassRateQuestion(by=("province", "county", "authority", "year")),
    PassRateQuestion(by=("month", "laboratory", "source", "producer")),
    PassRateQuestion(by=("product_kind",), since=date(2024, 3, 1), until=date(2025, 6, 30), level=0.99),
    PassRateQuestion(by=("quarter",), division="900100", product_kind="玩具", selection="random"),
    PassRateQuestion(by=("city",), division="910000", authority="示例省局", published_by=date(2025, 1, 1)),
    PassRateQuestion(producer="O'Neill \\ 丙"),
    PassRateQuestion(product_kind="'; DROP TABLE x; --"),
]


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: "-".join(asked.by) or "all")
def test_pass_rates_are_the_same_to_the_last_bit(
    snapshot: Snapshot, spark: Any, asked: PassRateQuestion
) -> None:
    one, two = pass_rates(snapshot, asked), pass_rates(snapshot, asked, engine=SparkEngine(spark))
    assert two.provenance.engine.startswith("Spark ")
    assert one.rates or asked.product_kind.startswith("'")
    assert two.table.schema == one.table.schema
    assert two.table.equals(one.table)
    assert two.rates == one.rates
    assert two.excluded == one.excluded
    assert two.digest == one.digest


def test_pass_rates_of_an_empty_snapshot(spark: Any, snapshot: Snapshot) -> None:
    empty = replace(snapshot, parts=())
    found = pass_rates(empty, PassRateQuestion(by=("month",)), engine=SparkEngine(spark))
    assert found.table.equals(pass_rates(empty, PassRateQuestion(by=("month",))).table)
    assert found.rates == ()


EXTENTS = [
    Extent(),
    Extent(since=date(2024, 6, 1), until=date(2025, 11, 1), division="900000"),
    Extent(product_kind="玩具"),
]


@pytest.mark.parametrize("asked", EXTENTS, ids=["all", "place", "kind"])
def test_the_other_pipelines_answer_alike(snapshot: Snapshot, spark: Any, asked: Extent) -> None:
    day = date(2025, 7, 1)
    assert coverage(snapshot, asked, SparkEngine(spark)).rows == coverage(snapshot, asked).rows != ()
    one, two = failing_items(snapshot, asked), failing_items(snapshot, asked, SparkEngine(spark))
    assert (two.rows, two.failed, two.unnamed) == (one.rows, one.failed, one.unnamed)
    assert one.rows
    named = named_producers(snapshot, asked, day)
    assert named_producers(snapshot, asked, day, SparkEngine(spark)).rows == named.rows != ()
    rows = public_rows(snapshot, asked, level="city", published_by=day)
    again = public_rows(snapshot, asked, level="city", published_by=day, engine=SparkEngine(spark))
    assert again.rows == rows.rows != ()
    assert again.digest == rows.digest


def test_enterprises_can_be_asked_where_none_are_on_record(engine: Engine, snapshot: Snapshot) -> None:
    datasets.enterprises(engine, snapshot)
    assert engine.to_arrow(f"SELECT * FROM {datasets.ENTERPRISES}").num_rows == 0
