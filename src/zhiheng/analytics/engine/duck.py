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

from zhiheng.analytics.engine.port import Capabilities, Value

MEMORY = "2GB"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


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
            }
        )

    @property
    def capabilities(self) -> Capabilities:
        """DuckDB, in this process."""
        return Capabilities("DuckDB", duckdb.__version__, spills_to_disk=True, distributed=False)

    def read(self, name: str, files: Sequence[Path], schema: pa.Schema) -> None:
        """Name the rows of Parquet files; columns that a file lacks are missing values."""
        _checked(name)
        if not files:
            self._connection.register(name, schema.empty_table())
            return
        relation = self._connection.read_parquet([str(path) for path in files], union_by_name=True)
        relation.create_view(name)

    def define(self, name: str, sql: str) -> None:
        """Name the answer of a question."""
        self._connection.execute(f"CREATE VIEW {_checked(name)} AS {sql}")

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


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a relation: small letters, digits and underscores only")
    return name
