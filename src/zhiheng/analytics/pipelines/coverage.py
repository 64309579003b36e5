"""What was recorded and what of it can enter a rate: counts by authority, coverage and selection.

A source that makes only failures known, or does not say what it makes known, has no pass rate; here
its results are at least counted, so that nothing disappears. This pipeline refuses to compute a rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from zhiheng.analytics import datasets
from zhiheng.analytics.engine import DuckEngine, Engine
from zhiheng.analytics.pipelines.extent import Extent
from zhiheng.analytics.provenance import Provenance, provenance
from zhiheng.foundation.ledger.snapshots import Snapshot

NAME: Final = "coverage"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Covered:
    """The results of one authority under one coverage and one selection."""

    authority: str
    coverage: str
    selection: str
    n: int
    nonconforming: int
    undated: int


@dataclass(frozen=True, slots=True)
class Coverages:
    """Every result of the extent, counted once."""

    rows: tuple[Covered, ...]
    provenance: Provenance


def coverage(snapshot: Snapshot, asked: Extent, engine: Engine | None = None) -> Coverages:
    """Count the results of the extent."""
    with engine or DuckEngine() as opened:
        datasets.results(opened, snapshot)
        found = opened.to_arrow(_sql(asked), asked.bound()).to_pylist()
        name = f"{opened.capabilities.name} {opened.capabilities.version}"
    return Coverages(
        rows=tuple(Covered(**row) for row in found),
        provenance=provenance(
            snapshot, pipeline=NAME, version=VERSION, parameters=asked.parameters(), engine=name
        ),
    )


def _sql(asked: Extent) -> str:
    return f"""
        SELECT
            COALESCE(authority, '') AS authority, coverage, selection,
            COUNT(*) AS n,
            CAST(SUM(1 - conforming) AS BIGINT) AS nonconforming,
            CAST(SUM(CASE WHEN day IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS undated
        FROM {datasets.RESULTS} WHERE {asked.where()}
        GROUP BY ALL ORDER BY authority, coverage, selection
    """  # noqa: S608  constants of the code; every value of the question is bound
