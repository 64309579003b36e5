"""What a pipeline may ask of an engine, so that the engine can be another.

Questions are SQL that every engine of this kind understands (docs/topics/engines.md says which):
SELECT over named relations, with parameters that are bound, never pasted. Answers are Arrow
tables. This port refuses to hand out the engine's own objects.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import pyarrow as pa

Value = str | int | float | bool | None
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine is and can: shown beside results, asked by tests."""

    name: str
    version: str
    spills_to_disk: bool
    distributed: bool


class Engine(Protocol):
    """An analytics engine for the length of one question; used as a context."""

    @property
    def capabilities(self) -> Capabilities:
        """What this engine is and can."""

    def read(self, name: str, files: Sequence[Path], schema: pa.Schema) -> None:
        """Name the rows of Parquet files as a relation; without files it is empty and has the schema."""

    def define(self, name: str, sql: str) -> None:
        """Name the answer of a question as a relation, computed when it is asked."""

    def to_arrow(self, sql: str, parameters: Mapping[str, Value] | None = None) -> pa.Table:
        """The answer of a question; parameters stand in it as $name."""

    def write(self, sql: str, path: Path, parameters: Mapping[str, Value] | None = None) -> int:
        """Write the answer of a question as a Parquet file; the number of its rows."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def relation_name(name: str) -> str:
    """The name, if a relation may have it: names are the one thing that stands in SQL unbound."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a relation: small letters, digits and underscores only")
    return name
