"""The rows behind published tables, reduced to what a stranger may have and needs to count them again.

One row a standing result: authority, product kind, division at the level that the tables use, the
first day of its quarter, selection, coverage, verdict after the retest, failed items; the producer
only where it may be named. Each row carries the hash of its ledger entry, so that whoever may read
the entry can compare. This module refuses to hand out anything else of a result.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import pyarrow as pa

from zhiheng.analytics import datasets
from zhiheng.analytics.engine import DuckEngine, Engine
from zhiheng.analytics.engine.port import Value
from zhiheng.analytics.pipelines.extent import Extent
from zhiheng.analytics.pipelines.failing_items import failed_names
from zhiheng.analytics.pipelines.named_producers import MAY_BE_NAMED
from zhiheng.foundation.ledger.columns import ENTRY_COLUMNS, ENTRY_SCHEMA, fact_schema
from zhiheng.foundation.ledger.facts.spot_check import SpotCheckResult
from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.kernel.chain import Json, canonical, hasher

Level = Literal["province", "city", "county"]
HASH: Final = "entry_hash"
# The digits of a division code that a level keeps; the rest is filled with zeros.
_KEPT: Final[dict[str, int]] = {"province": 2, "city": 4, "county": 6}
_LINES: Final = 10_000


@dataclass(frozen=True, slots=True)
class PublicRows:
    """The reduced rows, in the order of their entries."""

    rows: tuple[dict[str, Any], ...]

    @property
    def digest(self) -> str:
        """One digest of all rows: what a publishing entry binds."""
        lines = [canonical(_line(row)) for row in self.rows]
        digest = hasher()
        # A digest of digests, so that ten million rows need not stand in memory as one text.
        pieces = [
            digest("\n".join(lines[at : at + _LINES]).encode()).hex() for at in range(0, len(lines), _LINES)
        ]
        return digest("\n".join(pieces).encode()).hex()

    def table(self) -> pa.Table:
        """The rows in the columns of the fact, so that every pipeline reads them as it reads a snapshot."""
        schema = fact_schema(SpotCheckResult.KIND, SpotCheckResult.VERSION)
        for column, source in ENTRY_COLUMNS.items():
            schema = schema.append(pa.field(column, ENTRY_SCHEMA.field(source).type))
        schema = schema.append(pa.field(HASH, pa.string()))
        return pa.Table.from_pylist([_fact_row(row) for row in self.rows], schema=schema)


def public_rows(
    snapshot: Snapshot, asked: Extent, *, level: Level, published_by: date, engine: Engine | None = None
) -> PublicRows:
    """Reduce the results of the extent."""
    bound: dict[str, Value] = {**asked.bound(), "published_by": published_by.isoformat()}
    entries = [snapshot.folder / part.path for part in snapshot.parts if part.form == "entries"]
    with engine or DuckEngine() as opened:
        datasets.results(opened, snapshot)
        opened.read("entry_rows", entries, ENTRY_SCHEMA)
        found = opened.to_arrow(_sql(asked), bound).to_pylist()
    return PublicRows(tuple(_reduced(row, asked.since, _KEPT[level]) for row in found))


def rows_read(table: pa.Table) -> PublicRows:
    """The reduced rows of a file that `PublicRows.table` wrote."""
    rows = []
    for row in table.to_pylist():
        producer = row["producer"] or {}
        rows.append(
            {
                "entry": row["entry"],
                "hash": row[HASH],
                "authority": row["authority"],
                "product_kind": row["product_kind"],
                "division": row["entry_division"],
                "day": row["sampled_on"],
                "selection": row["selection"],
                "coverage": row["coverage"],
                "verdict": row["verdict"],
                "failed_items": row["failed_items"] or [],
                "producer_uscc": producer.get("uscc") or "",
                "producer_name": producer.get("name") or "",
                "published_on": row["published_on"],
            }
        )
    return PublicRows(tuple(rows))


def _reduced(row: dict[str, Any], since: date | None, kept: int) -> dict[str, Any]:
    named = bool(row["named"])
    failed = not row["conforming"]
    items = failed_names(row["failed_items"], row["items"]) if failed else ()
    return {
        "entry": row["entry"],
        "hash": row["hash"].hex(),
        "authority": row["authority"] or "",
        "product_kind": row["product_kind"],
        "division": row["division"][:kept].ljust(6, "0"),
        "day": quarter_day(row["day"], since),
        "selection": row["selection"],
        "coverage": row["coverage"],
        "verdict": "nonconforming" if failed else "conforming",
        "failed_items": list(items),
        "producer_uscc": row["producer_uscc"] if named else "",
        "producer_name": row["producer_name"] if named else "",
        "published_on": row["published_on"] if named else None,
    }


def quarter_day(day: date | None, since: date | None) -> date | None:
    """The day that a public row tells: the first of its quarter that lies in the period."""
    if day is None:
        return None
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return max(first, since) if since else first


def _line(row: dict[str, Any]) -> list[Json]:
    return [value.isoformat() if isinstance(value, date) else value for value in row.values()]


def _fact_row(row: dict[str, Any]) -> dict[str, Any]:
    producer = {"name": row["producer_name"], "uscc": row["producer_uscc"]} if row["producer_name"] else None
    return {
        "authority": row["authority"],
        "product_kind": row["product_kind"],
        "verdict": row["verdict"],
        "selection": row["selection"],
        "coverage": row["coverage"],
        "sampled_on": row["day"],
        "published_on": row["published_on"],
        "producer": producer,
        "failed_items": row["failed_items"],
        "entry": row["entry"],
        "entry_division": row["division"],
        HASH: row["hash"],
    }


def _sql(asked: Extent) -> str:
    return f"""
        SELECT
            result.entry, entry_rows.hash, result.authority, result.product_kind, result.division, result.day,
            result.selection, result.coverage, result.conforming, result.producer_uscc, result.producer_name,
            stated.published_on, stated.failed_items, stated.items,
            CASE WHEN {MAY_BE_NAMED} THEN 1 ELSE 0 END AS named
        FROM (SELECT * FROM {datasets.RESULTS} WHERE {asked.where()}) AS result
        JOIN spot_check_facts AS stated ON stated.entry = result.entry
        JOIN entry_rows ON entry_rows.id = result.entry
        ORDER BY result.entry
    """  # noqa: S608  constants of the code; every value of the question is bound
