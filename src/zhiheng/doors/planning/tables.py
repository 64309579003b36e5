"""Strata, objects and plans as tables to be written, under the headings by which they are read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from zhiheng.analytics.pipelines.plan_objects import PlanObjects
from zhiheng.analytics.pipelines.plan_strata import PlanStrata
from zhiheng.analytics.provenance import Provenance
from zhiheng.doors.exports.table import ExportColumn, Kind, Table
from zhiheng.doors.exports.tables import heading, heading_of
from zhiheng.doors.look.reader import chinese
from zhiheng.doors.planning.sheets import BASES, OBJECTS, PLAN, STRATA, word
from zhiheng.doors.planning.splitting import Planned
from zhiheng.foundation.registry.sheets import STATUSES
from zhiheng.kernel.sheets import Sheet

_DAYS: Final = frozenset({"last_sampled", "eligible_from", "start"})
_TRUTHS: Final = frozenset({"last_failed"})
_NUMBERS: Final = frozenset({"a", "b", "rate", "lower", "upper", "severity"})
_TEXTS: Final = frozenset(
    {"product_kind", "place", "eligible", "laboratory", "snapshot", "uscc", "name", "seat", "industry",
     "status", "basis"}
)  # fmt: skip


def strata_table(found: PlanStrata) -> Table:
    """The strata, one row each."""
    rows = (
        {
            **{name: getattr(row, name) for name in STRATA_PLAIN},
            "eligible": "；".join(str(number) for number in row.eligible),
            "severity": 1.0,
            "laboratory": "",
            "snapshot": found.provenance.snapshot,
        }
        for row in found.rows
    )
    return _table(STRATA, rows)


STRATA_PLAIN: Final = (
    "product_kind", "place", "objects", "samples", "failures", "targeted", "targeted_failures",
    "last_sampled", "follow_ups", "a", "b", "rate", "lower", "upper",
)  # fmt: skip
_OBJECTS_PLAIN: Final = tuple(
    column.name for column in OBJECTS.columns if column.name not in ("seat", "snapshot")
)


def objects_table(found: PlanObjects) -> Table:
    """The objects, one row each."""
    in_chinese = chinese()
    rows = (
        {
            **{name: getattr(row, name) for name in _OBJECTS_PLAIN},
            "seat": row.division,
            "status": word(STATUSES, row.status, chinese=in_chinese),
            "basis": word(BASES, row.basis, chinese=in_chinese),
            "snapshot": found.provenance.snapshot,
        }
        for row in found.rows
    )
    return _table(OBJECTS, rows)


def plan_table(made: Planned, snapshot: str) -> Table:
    """The plan, one row for each stratum and period, rows without a batch too: nothing is left out."""

    def rows() -> Iterator[Mapping[str, object]]:
        starts = made.year.starts
        for number, line in enumerate(made.lines):
            for period, start in enumerate(starts):
                yield {
                    "product_kind": line.product_kind,
                    "place": line.place,
                    "period": period + 1,
                    "start": start,
                    "random": int(made.found.random[number, period]),
                    "targeted": int(made.found.targeted[number, period]),
                    "follow_ups": int(made.found.follow_ups[number, period]),
                    "objects": line.objects,
                    "a": line.a,
                    "b": line.b,
                    "rate": line.rate,
                    "laboratory": line.laboratory,
                    "snapshot": snapshot,
                }

    return _table(PLAN, rows())


def plan_summary(made: Planned, provenance: Provenance | None) -> dict[str, Any]:
    """What a plan is, what it reaches, and what it leaves open, for a program."""
    found, floor = made.found, made.found.domains
    held = np.array([line.objects for line in made.lines])
    return {
        "budget": made.rules.budget,
        "random": int(found.random.sum()),
        "targeted": int(found.targeted.sum()),
        "follow_ups": int(found.follow_ups.sum()),
        "strata": len(made.lines),
        "objects": int(held.sum()),
        "capacity": int(found.capacity.sum()),
        "periods": [
            {"period": number + 1, "start": start, "batches": int(found.total[:, number].sum())}
            for number, start in enumerate(made.year.starts)
        ],
        "domains": [
            {
                "domain": name,
                "objects": int(floor.objects[number]),
                "expected_rate": float(floor.rate[number]),
                "random_needed": int(floor.needed[number]),
                "random": int(floor.samples[number]),
                "half_width": None if np.isnan(floor.half_width[number]) else float(floor.half_width[number]),
            }
            for number, name in enumerate(made.domains)
        ],
        "uncovered": {
            "strata": [
                {"product_kind": line.product_kind, "place": line.place, "objects": line.objects}
                for line, unsampled in zip(made.lines, found.unsampled, strict=True)
                if unsampled
            ],
            "expected_nonconforming": float(found.undetected_before.sum()),
            "expected_undetected": float(found.undetected.sum()),
            "next_batch_gains": found.next_gain,
            "shared_cause": made.rules.shared,
        },
        "provenance": None if provenance is None else {
            name: getattr(provenance, name) for name in provenance.__slots__
        },
    }  # fmt: skip


def _table(sheet: Sheet, rows: Any) -> Table:
    names = [column.name for column in sheet.columns]
    return Table(
        name=sheet.name,
        title=heading_of(sheet),
        columns=tuple(ExportColumn(heading(column), _kind(column.name)) for column in sheet.columns),
        rows=(tuple(row[name] for name in names) for row in rows),
    )


def _kind(name: str) -> Kind:
    if name in _TEXTS:
        return "text"
    if name in _DAYS:
        return "day"
    if name in _TRUTHS:
        return "truth"
    return "number" if name in _NUMBERS else "integer"
