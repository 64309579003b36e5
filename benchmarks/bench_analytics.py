"""Pass rates over ten million results by five dimensions, and the cutting of a snapshot."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.deployment import django_ready
from zhiheng.simulation.arrays import spot_check_arrays

RESULTS = 10_000_000
SEED = 20260302
Row = tuple[str, float, str, str]


def rows() -> Iterator[Row]:
    """Write the snapshot's parts once, then ask."""
    with tempfile.TemporaryDirectory(prefix="zhiheng-bench-") as home, django_ready(Path(home)):
        from zhiheng.analytics.pipelines.pass_rates import PassRateQuestion, pass_rates

        started = time.perf_counter()
        snapshot = _snapshot(Path(home))
        yield f"write {RESULTS:,} facts as Parquet", time.perf_counter() - started, "s", ""
        asked = PassRateQuestion(by=("product_kind", "city", "authority", "quarter", "laboratory"))
        for what, question in (
            ("by kind, city, authority, quarter, laboratory", asked),
            ("by kind", PassRateQuestion(by=("product_kind",))),
            ("by producer", PassRateQuestion(by=("producer",))),
        ):
            times, groups = [], 0
            for _ in range(3):
                started = time.perf_counter()
                groups = len(pass_rates(snapshot, question).rates)
                times.append(time.perf_counter() - started)
            target = "≤ 3" if question is asked else ""
            yield f"pass rates {what} ({groups:,} groups), median of 3", sorted(times)[1], "s", target


def _snapshot(folder: Path):
    """A snapshot of simulated results, as the ledger would have cut it, without the ledger."""
    from zhiheng.foundation.ledger.columns import ENTRY_COLUMNS, ENTRY_SCHEMA, fact_schema
    from zhiheng.foundation.ledger.snapshots import Part, Snapshot

    drawn = spot_check_arrays(RESULTS, SEED)
    schema = fact_schema("spot_check.result", 1)
    for column, source in ENTRY_COLUMNS.items():
        schema = schema.append(pa.field(column, ENTRY_SCHEMA.field(source).type))
    parts, size = [], 250_000
    days = (np.datetime64("2023-01-01", "D") + drawn.period.astype(np.int64) * 30).astype("datetime64[D]")
    for first in range(0, RESULTS, size):
        at = slice(first, first + size)
        path = folder / f"{first}.parquet"
        pq.write_table(_table(drawn, days, at, schema), path, compression="zstd", row_group_size=100_000)
        parts.append(Part(path.name, "facts", "spot_check.result", 1, "B", first + 1, first + size, size, ""))
    return Snapshot(folder, "bench", 1, 0, RESULTS, "", (), tuple(parts), "")


def _table(drawn, days: np.ndarray, at: slice, schema: pa.Schema) -> pa.Table:
    count = len(drawn.product_kind[at])
    plain = {
        "product_kind": _texts("产品种类{:02d}", drawn.product_kind[at]),
        "authority": _texts("第{}号监管局", drawn.authority[at]),
        "laboratory": _texts("检验院{}", drawn.authority[at] % 24),
        "entry_division": _texts("90{:04d}", drawn.division[at] + 101),
        "verdict": pa.array(np.where(drawn.nonconforming[at], "nonconforming", "conforming")),
        "selection": _texts("{}", np.array(["random", "risk_targeted", "undeclared"])[drawn.selection[at]]),
        "coverage": pa.array(np.where(drawn.failures_only[at], "failures_only", "all_results")),
        "sampled_on": pa.array(days[at]),
        "entry": pa.array(np.arange(at.start, at.start + count)),
        "producer": pa.StructArray.from_arrays(
            [
                _texts("企业{}", drawn.producer[at]),
                _texts("91900000MA{:08d}", drawn.producer[at]),
                pa.nulls(count, pa.string()),
            ],
            fields=list(schema.field("producer").type),
        ),
    }
    return pa.table(
        [plain[f.name].cast(f.type) if f.name in plain else pa.nulls(count, f.type) for f in schema],
        schema=schema,
    )


def _texts(form: str, codes: np.ndarray) -> pa.Array:
    kinds, at = np.unique(codes, return_inverse=True)
    return pa.DictionaryArray.from_arrays(at.astype(np.int32), [form.format(kind) for kind in kinds]).cast(
        pa.string()
    )
