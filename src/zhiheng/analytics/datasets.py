"""Typed views of a snapshot: what a pipeline may ask about, under names that stay.

A corrected entry is gone from these views and its correction stands in its place, so that no
pipeline has to think of it. This module refuses to add up or to judge.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from zhiheng.analytics.engine.port import Engine
from zhiheng.foundation.ledger.columns import ENTRY_COLUMNS, ENTRY_SCHEMA, fact_schema
from zhiheng.foundation.ledger.facts.enterprise import EnterpriseRecorded
from zhiheng.foundation.ledger.facts.spot_check import SpotCheckResult
from zhiheng.foundation.ledger.snapshots import Snapshot

RESULTS: Final = "results"
ENTERPRISES: Final = "enterprises"

# A result counts on the day it was sampled; where the source does not tell, on the day it was
# published. A retest that overturned the first verdict is the verdict (产品质量法 art. 15).
_RESULTS: Final = """
SELECT
    entry,
    key,
    authority,
    product_kind,
    entry_division AS division,
    COALESCE(producer.uscc, '') AS producer_uscc,
    COALESCE(producer.name, '') AS producer_name,
    COALESCE(laboratory, '') AS laboratory,
    COALESCE(source, '') AS source,
    COALESCE(sampled_on, published_on) AS day,
    published_on,
    selection,
    coverage,
    CASE WHEN verdict = 'conforming' OR retest = 'overturned' THEN 1 ELSE 0 END AS conforming
FROM spot_check_facts
WHERE entry NOT IN (SELECT entry_corrects FROM spot_check_facts WHERE entry_corrects IS NOT NULL)
"""

_ENTERPRISES: Final = """
SELECT entry, uscc, name, division, industry, status, established
FROM enterprise_facts
WHERE entry NOT IN (SELECT entry_corrects FROM enterprise_facts WHERE entry_corrects IS NOT NULL)
"""


def results(engine: Engine, snapshot: Snapshot) -> None:
    """The relation `results`: one row per sample whose result stands."""
    _facts(engine, snapshot, "spot_check_facts", SpotCheckResult.KIND, SpotCheckResult.VERSION)
    engine.define(RESULTS, _RESULTS)


def enterprises(engine: Engine, snapshot: Snapshot) -> None:
    """The relation `enterprises`: one row per enterprise, as last recorded."""
    _facts(engine, snapshot, "enterprise_facts", EnterpriseRecorded.KIND, EnterpriseRecorded.VERSION)
    engine.define(ENTERPRISES, _ENTERPRISES)


def _facts(engine: Engine, snapshot: Snapshot, name: str, kind: str, version: int) -> None:
    schema = fact_schema(kind, version)
    for column, source in ENTRY_COLUMNS.items():
        schema = schema.append(pa.field(column, ENTRY_SCHEMA.field(source).type))
    engine.read(name, snapshot.files(kind, version), schema)
