"""DuckDB as the embedded engine: in this process, over the snapshot's Parquet files, spilling to disk."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from zhiheng.analytics.engine.port import Capabilities, Value, relation_name

MEMORY = "2GB"
_PATTERN = re.compile(r"([*?\[])")


class DuckEngine:
    """One connection to a database in memory; nothing outlives it."""

    def __init__(self, *, memory: str = MEMORY, threads: int | None = None) -> None:
        # Left to itself it would load extensions from the network when a question names one.
        self._connection = duckdb.connect(
            config={
                "memory_limit": memory,
                "threads": threads or os.cpu_count() or 1,
                "temp_directory": tempfile.gettempdir(),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "preserve_insertion_order": False,
                # As Spark sorts them, so that ORDER BY means one thing.
                "default_null_order": "nulls_first_on_asc_last_on_desc",
            }
        )

    @property
    def capabilities(self) -> Capabilities:
        """DuckDB, in this process."""
        return Capabilities("DuckDB", duckdb.__version__, spills_to_disk=True, distributed=False)

    def read(self, name: str, files: Sequence[Path], schema: pa.Schema) -> None:
        """Name the rows of Parquet files; columns that a file lacks are missing values."""
        relation_name(name)
        if not files:
            self._connection.register(name, schema.empty_table())
            return
        # A folder named with a star would else be a pattern, and its neighbours' rows counted too.
        exact = [_PATTERN.sub(r"[\1]", str(path)) for path in files]
        relation = self._connection.read_parquet(exact, union_by_name=True)
        typed = self._connection.from_arrow(schema.empty_table())
        missing = [
            f'CAST(NULL AS {kind}) AS "{column}"'
            for column, kind in zip(typed.columns, typed.types, strict=True)
            if column not in relation.columns
        ]
        if missing:
            relation = relation.project(", ".join(["*", *missing]))
        relation.create_view(name)

    def define(self, name: str, sql: str) -> None:
        """Name the answer of a question."""
        self._connection.execute(f"CREATE VIEW {relation_name(name)} AS {sql}")

    def to_arrow(self, sql: str, parameters: Mapping[str, Value] | None = None) -> pa.Table:
        """The answer of a question."""
        return self._ask(sql, parameters).to_arrow_table()

    def write(self, sql: str, path: Path, parameters: Mapping[str, Value] | None = None) -> int:
        """Write the answer as one Parquet file."""
        reader = self._ask(sql, parameters).to_arrow_reader(100_000)
        rows = 0
        with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)
                rows += batch.num_rows
        return rows

    def _ask(self, sql: str, parameters: Mapping[str, Value] | None) -> duckdb.DuckDBPyRelation:
        return self._connection.sql(sql, params=dict(parameters or {}))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
