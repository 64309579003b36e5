"""The tables of a report: asked of the snapshot, written as plain JSON, each with where it comes from.

Everything a report says with a number stands in a cell of one of these tables. Rates are kept to
twelve places, which every machine reaches alike. This module refuses to write a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from zhiheng.analytics.pipelines.coverage import Coverages, coverage
from zhiheng.analytics.pipelines.failing_items import FailingItems, failing_items
from zhiheng.analytics.pipelines.named_producers import NamedProducers, named_producers
from zhiheng.analytics.pipelines.pass_rates import Dimension, PassRateQuestion, PassRates, Rate, pass_rates
from zhiheng.domains.indicators.comparing import Compared, against_rest
from zhiheng.domains.indicators.scope import Scope
from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.kernel.chain import Json, canonical, hasher
from zhiheng.methods.survey.populations import Coverage, Design

PLACES: Final = 12
VERSION: Final = 1
Cells = dict[str, Json]
# The groups that a report looks at; those of COMPARED are also held against each other.
GROUPED: Final[dict[str, Dimension]] = {
    "kinds": "product_kind",
    "quarters": "quarter",
    "authorities": "authority",
}
COMPARED: Final = ("kinds", "divisions", "quarters")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of named cells, and the question that gives them again."""

    pipeline: str
    version: int
    parameters: dict[str, Json]
    rows: tuple[Cells, ...]

    def to_json(self) -> Cells:
        """The table as it stands in the content."""
        return {
            "pipeline": self.pipeline,
            "version": self.version,
            "parameters": self.parameters,
            "rows": list(self.rows),
            "digest": digest_of(self.rows),
        }


Tables = dict[str, Table]


@dataclass(frozen=True, slots=True)
class Computed:
    """All tables of a report, and the engine that counted."""

    tables: Tables
    engine: str


def digest_of(rows: Iterable[Cells]) -> str:
    """One digest of the rows of a table, in their order."""
    return hasher()("\n".join(canonical(row) for row in rows).encode()).hex()


def compute(snapshot: Snapshot, scope: Scope) -> Computed:
    """Ask the snapshot everything that the report tells."""
    overall = _asked(snapshot, scope, ())
    tables = {"overall": _rates(overall)}
    grouped: dict[str, Dimension] = dict(GROUPED)
    if scope.below:
        grouped["divisions"] = scope.below
    for name, dimension in grouped.items():
        found = _asked(snapshot, scope, (dimension,))
        tables[name] = _rates(found)
        if name in COMPARED:
            tables[f"{name}_compared"] = _compared(found, scope)
    covered = coverage(snapshot, scope.extent)
    items = failing_items(snapshot, scope.extent)
    producers = named_producers(snapshot, scope.extent, scope.published_by)
    tables["sources"] = _sources(covered)
    tables["items"] = _items(items, scope)
    tables["producers"] = _producers(producers, scope)
    tables["summary"] = _summary(tables, covered, items, producers)
    return Computed(tables, overall.provenance.engine)


def _asked(snapshot: Snapshot, scope: Scope, by: tuple[Dimension, ...]) -> PassRates:
    question = PassRateQuestion(
        by=by,
        since=scope.since,
        until=scope.until,
        division=scope.division,
        product_kind=scope.product_kind,
        level=scope.level,
        small_below=scope.small_below,
    )
    return pass_rates(snapshot, question)


def _rates(found: PassRates) -> Table:
    rows = tuple(_rate_cells(rate) for rate in found.rates)
    return Table("pass_rates", found.provenance.version, found.question.parameters(), rows)


def _rate_cells(rate: Rate) -> Cells:
    cells = asdict(rate)
    keys = cells.pop("keys")
    for name, value in cells.items():
        cells[name] = round(value, PLACES) if isinstance(value, float) else value
    return {**({"key": keys[0]} if keys else {}), **cells, "nonconforming": rate.n - rate.conforming}


def _compared(found: PassRates, scope: Scope) -> Table:
    rows = against_rest(found.rates, level=scope.level, small_below=scope.small_below)
    parameters: Cells = {
        "level": scope.level,
        "small_below": scope.small_below,
        "selection": str(Design.RANDOM),
    }
    return Table("against_rest", VERSION, parameters, tuple(_compared_cells(row) for row in rows))


def _compared_cells(row: Compared) -> Cells:
    return {
        name: round(value, PLACES) if isinstance(value, float) else value
        for name, value in asdict(row).items()
    }


def _sources(found: Coverages) -> Table:
    rows = tuple(asdict(row) for row in found.rows)
    return Table("coverage", found.provenance.version, _plain(found.provenance.parameters), rows)


def _items(found: FailingItems, scope: Scope) -> Table:
    rows = tuple(asdict(row) for row in found.rows[: scope.items])
    return Table("failing_items", found.provenance.version, _plain(found.provenance.parameters), rows)


def _producers(found: NamedProducers, scope: Scope) -> Table:
    rows = tuple(asdict(row) for row in found.rows[: scope.producers])
    return Table("named_producers", found.provenance.version, _plain(found.provenance.parameters), rows)


def _plain(parameters: str) -> dict[str, Json]:
    plain: dict[str, Json] = json.loads(parameters)
    return plain


def _summary(tables: Tables, covered: Coverages, items: FailingItems, producers: NamedProducers) -> Table:
    """Counts over the other tables, so that a sentence can point at them too: one row, a cell a count."""

    def results(kept: Sequence[str]) -> int:
        return sum(row.n for row in covered.rows if row.coverage in kept)

    rated, failures = str(Coverage.ALL_RESULTS), str(Coverage.FAILURES_ONLY)
    known = (rated, failures)
    random = {
        name: [row for row in tables[name].rows if row["selection"] == Design.RANDOM]
        for name in ("kinds", "divisions", "quarters", "authorities")
        if name in tables
    }
    cells: Cells = {
        "results": sum(row.n for row in covered.rows),
        "failures_only": results([failures]),
        "coverage_unknown": sum(row.n for row in covered.rows if row.coverage not in known),
        "undated": sum(row.undated for row in covered.rows if row.coverage == rated),
        "authorities": len({row.authority for row in covered.rows}),
        "failed": items.failed,
        "items_unnamed": items.unnamed,
        "items": len(items.rows),
        "producers": len(producers.rows),
    }
    for name, rows in random.items():
        cells[f"{name}_random"] = len(rows)
        cells[f"{name}_small"] = sum(bool(row["small"]) for row in rows)
        if name in COMPARED:
            findings = [row["finding"] for row in tables[f"{name}_compared"].rows]
            cells[f"{name}_compared"] = sum(finding != "few" for finding in findings)
            cells[f"{name}_lower"] = findings.count("lower")
            cells[f"{name}_higher"] = findings.count("higher")
    return Table("summary", VERSION, {}, (cells,))
