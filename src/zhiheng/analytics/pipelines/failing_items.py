"""Which items fail: in how many failed samples of a product kind an item was named as failed.

The items that the source names as failed count; where it names none, those whose own verdict is a
failure. Sources that make only failures known are counted in a column of their own. A failure that
a retest overturned is none. This pipeline refuses to compute a rate per item: how many samples were
tested for an item is not on record everywhere.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from zhiheng.analytics import datasets
from zhiheng.analytics.engine import DuckEngine, Engine
from zhiheng.analytics.pipelines.extent import Extent
from zhiheng.analytics.provenance import Provenance, provenance
from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.methods.survey.populations import Coverage

NAME: Final = "failing_items"
VERSION: Final = 1
_FAILED: Final = "nonconforming"


@dataclass(frozen=True, slots=True)
class FailingItem:
    """In how many failed samples an item failed: of sources with all results, and elsewhere."""

    product_kind: str
    item: str
    failures: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class FailingItems:
    """Items, most often failed first; `failed` samples in all, `unnamed` ones without an item."""

    rows: tuple[FailingItem, ...]
    failed: int
    unnamed: int
    provenance: Provenance


def failing_items(snapshot: Snapshot, asked: Extent, engine: Engine | None = None) -> FailingItems:
    """Count the failed items of the extent."""
    with engine or DuckEngine() as opened:
        datasets.results(opened, snapshot)
        found = opened.to_arrow(_sql(asked), asked.bound()).to_pylist()
        name = f"{opened.capabilities.name} {opened.capabilities.version}"
    counted: dict[tuple[str, str], Counter[bool]] = {}
    unnamed = 0
    for row in found:
        items = failed_names(row["failed_items"], row["items"])
        unnamed += not items
        for item in items:
            tally = counted.setdefault((row["product_kind"], item), Counter())
            tally[row["coverage"] == Coverage.ALL_RESULTS] += 1
    rows = [FailingItem(*key, failures=tally[True], elsewhere=tally[False]) for key, tally in counted.items()]
    rows.sort(key=lambda row: (-(row.failures + row.elsewhere), row.product_kind, row.item))
    return FailingItems(
        rows=tuple(rows),
        failed=len(found),
        unnamed=unnamed,
        provenance=provenance(
            snapshot, pipeline=NAME, version=VERSION, parameters=asked.parameters(), engine=name
        ),
    )


def failed_names(stated: list[str] | None, items: list[dict[str, Any]] | None) -> tuple[str, ...]:
    """The failed items of one sample, each once."""
    names = stated or [item["name"] for item in items or [] if item["verdict"] == _FAILED]
    return tuple(sorted({name for name in names if name}))


def _sql(asked: Extent) -> str:
    return f"""
        SELECT result.product_kind, result.coverage, stated.failed_items, stated.items
        FROM (SELECT * FROM {datasets.RESULTS} WHERE {asked.where()}) AS result
        JOIN spot_check_facts AS stated ON stated.entry = result.entry
        WHERE result.conforming = 0 AND result.day IS NOT NULL
    """  # noqa: S608  constants of the code; every value of the question is bound
