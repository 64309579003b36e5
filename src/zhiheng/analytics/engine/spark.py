"""Spark as the engine of those who have one: the same questions, asked in a session of their cluster.

The session is handed in; this module starts none, stops none and imports no pyspark, so that it
can be loaded where there is no Spark. Answers come to the caller whole, through Spark's driver.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from zhiheng.analytics.engine.port import Capabilities, Value, relation_name

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# What makes Spark understand a question as DuckDB does, whatever the cluster's own defaults are.
_DIALECT: Final = {
    "spark.sql.ansi.enabled": "true",  # a value that does not fit is an error, not a missing value
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.variable.substitute": "false",  # else ${env:…} is filled in, in literals too
    "spark.sql.caseSensitive": "false",
    "spark.sql.files.ignoreMissingFiles": "false",  # else counts are silently too small
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.execution.arrow.useLargeVarTypes": "false",
}
# Literals, quoted names and comments are stepped over; what is left of `$name` is a parameter.
_TOKEN: Final = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|--[^\n]*|/\*.*?\*/|\$([A-Za-z_]\w*)""", re.DOTALL)
_GLOB: Final = re.compile(r"([\\*?\[\]{}])")
_TYPES: Final = {
    pa.string(): "STRING",
    pa.bool_(): "BOOLEAN",
    pa.int16(): "SMALLINT",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
}


class SparkEngine:
    """A session beside the one given: it shares the cluster, but neither settings nor relations."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session.newSession()
        self._named: list[str] = []
        for key, value in _DIALECT.items():
            self._session.conf.set(key, value)

    @property
    def capabilities(self) -> Capabilities:
        """Spark, where the session runs."""
        return Capabilities("Spark", self._session.version, spills_to_disk=True, distributed=True)

    def read(self, name: str, files: Sequence[Path], schema: pa.Schema) -> None:
        """Name the rows of Parquet files; columns that a file lacks are missing values."""
        relation_name(name)
        typed = [(f"`{field.name}`", _spark_type(field.type)) for field in schema]
        if files:
            columns = ", ".join(f"{column} {kind}" for column, kind in typed)
            frame = self._session.read.schema(columns).parquet(*map(_location, files))
        else:
            nulls = ", ".join(f"CAST(NULL AS {kind}) AS {column}" for column, kind in typed)
            frame = self._session.sql(f"SELECT {nulls} WHERE FALSE")
        frame.createOrReplaceTempView(name)
        self._named.append(name)

    def define(self, name: str, sql: str) -> None:
        """Name the answer of a question."""
        self._ask(f"CREATE TEMPORARY VIEW {relation_name(name)} AS {sql}", None)
        self._named.append(name)

    def to_arrow(self, sql: str, parameters: Mapping[str, Value] | None = None) -> pa.Table:
        """The answer of a question."""
        table = self._ask(sql, parameters).toArrow()
        # Spark also says where nothing can be missing; the port does not, so the types stay the same.
        return table.cast(pa.schema([field.with_nullable(True) for field in table.schema]))

    def write(self, sql: str, path: Path, parameters: Mapping[str, Value] | None = None) -> int:
        """Write the answer as one Parquet file, from here: Spark itself would write a folder."""
        table = self.to_arrow(sql, parameters)
        pq.write_table(table, path, compression="zstd")
        return int(table.num_rows)

    def _ask(self, sql: str, parameters: Mapping[str, Value] | None) -> DataFrame:
        return self._session.sql(_translated(sql, parameters or {}), args=dict(parameters or {}))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in self._named:
            self._session.catalog.dropTempView(name)


def _translated(sql: str, parameters: Mapping[str, Value]) -> str:
    """The question with `$name` as Spark's `:name`; parameters and question must fit each other."""
    asked: set[str] = set()

    def replaced(token: re.Match[str]) -> str:
        text, name = token[0], token[1]
        if text.startswith("'") and "\\" in text:
            raise ValueError(f"{text} means one thing here and another there: bind it as a parameter")
        if not name:
            return text
        asked.add(name)
        return f":{name}"

    translated = _TOKEN.sub(replaced, sql)
    if asked != set(parameters):
        raise ValueError(f"the question asks for {sorted(asked)}, given were {sorted(parameters)}")
    return translated


def _location(path: Path) -> str:
    # Named as a file of this file system, because a cluster's default is often another one.
    return "file://" + _GLOB.sub(r"\\\1", str(path.absolute()))


def _spark_type(kind: pa.DataType) -> str:
    if pa.types.is_struct(kind):
        return f"STRUCT<{', '.join(f'`{field.name}`: {_spark_type(field.type)}' for field in kind)}>"
    if pa.types.is_list(kind):
        return f"ARRAY<{_spark_type(kind.value_type)}>"
    if pa.types.is_fixed_size_binary(kind) or pa.types.is_binary(kind):
        return "BINARY"
    if kind not in _TYPES:
        raise ValueError(f"columns of type {kind} are not read by Spark here")
    return _TYPES[kind]
