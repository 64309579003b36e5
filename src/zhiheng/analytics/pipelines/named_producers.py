"""Producers in published failures: who may be named, and how often.

A producer is named only for a failure that the authority itself has published by a given day, that
no retest overturned, and that is not suspected to be another's counterfeit of the brand. Counts
only: how many samples of a producer were taken follows the authority's choice, so a rate would
measure the choice. This pipeline refuses to rank by rate and to guess whom a name means.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from zhiheng.analytics import datasets
from zhiheng.analytics.engine import DuckEngine, Engine
from zhiheng.analytics.engine.port import Value
from zhiheng.analytics.pipelines.extent import Extent
from zhiheng.analytics.provenance import Provenance, provenance
from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.methods.survey.populations import Coverage

NAME: Final = "named_producers"
VERSION: Final = 1

# Also asked by `public_rows`: a row carries its producer only where the producer may be named.
MAY_BE_NAMED: Final = """
    result.conforming = 0 AND result.day IS NOT NULL
    AND stated.published_on IS NOT NULL AND stated.published_on <= CAST($published_by AS DATE)
    AND COALESCE(stated.counterfeit, FALSE) = FALSE AND result.producer_name <> ''
"""


@dataclass(frozen=True, slots=True)
class NamedProducer:
    """A producer and its published failures. `uscc` is empty while nobody knows whom the name means."""

    uscc: str
    name: str
    failures: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class NamedProducers:
    """Producers, most failures first."""

    rows: tuple[NamedProducer, ...]
    provenance: Provenance


def named_producers(
    snapshot: Snapshot, asked: Extent, published_by: date, engine: Engine | None = None
) -> NamedProducers:
    """Count the published failures of each producer in the extent."""
    bound: dict[str, Value] = {**asked.bound(), "published_by": published_by.isoformat()}
    with engine or DuckEngine() as opened:
        datasets.results(opened, snapshot)
        found = opened.to_arrow(_sql(asked), bound).to_pylist()
        name = f"{opened.capabilities.name} {opened.capabilities.version}"
    parameters = {**asked.parameters(), "published_by": published_by.isoformat()}
    return NamedProducers(
        rows=tuple(NamedProducer(**row) for row in found),
        provenance=provenance(snapshot, pipeline=NAME, version=VERSION, parameters=parameters, engine=name),
    )


def _sql(asked: Extent) -> str:
    return f"""
        SELECT uscc, MIN(name) AS name,
            CAST(SUM(full_results) AS BIGINT) AS failures,
            CAST(SUM(1 - full_results) AS BIGINT) AS elsewhere
        FROM (
            SELECT
                result.producer_uscc AS uscc,
                result.producer_name AS name,
                CASE WHEN result.producer_uscc <> '' THEN '' ELSE result.producer_name END AS unknown,
                CASE WHEN result.coverage = '{Coverage.ALL_RESULTS}' THEN 1 ELSE 0 END AS full_results
            FROM (SELECT * FROM {datasets.RESULTS} WHERE {asked.where()}) AS result
            JOIN spot_check_facts AS stated ON stated.entry = result.entry
            WHERE {MAY_BE_NAMED}
        )
        GROUP BY uscc, unknown ORDER BY COUNT(*) DESC, uscc, name
    """  # noqa: S608  constants of the code; every value of the question is bound
