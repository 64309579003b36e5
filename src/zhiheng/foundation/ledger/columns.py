"""The columns of a snapshot: entries as they are chained, and facts as typed columns of their own.

A fact's columns follow from its dataclass; nobody writes them down twice.
"""

from __future__ import annotations

import types
from dataclasses import is_dataclass
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any, Final, Union, cast, get_args, get_origin, get_type_hints

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from zhiheng.foundation.ledger.facts.base import fact_class, names

ENTRY_SCHEMA: Final = pa.schema(
    [
        ("id", pa.int64()),
        ("book", pa.string()),
        ("number", pa.int64()),
        ("kind", pa.string()),
        ("version", pa.int16()),
        ("occurred_at", pa.int64()),
        ("recorded_at", pa.int64()),
        ("actor", pa.string()),
        ("agency", pa.string()),
        ("division", pa.string()),
        ("subjects", pa.string()),
        ("basis", pa.string()),
        ("corrects", pa.int64()),
        ("algorithm", pa.string()),
        ("previous", pa.binary(32)),
        ("payload", pa.string()),
        ("hash", pa.binary(32)),
    ]
)
# What of its entry a fact keeps beside its own columns, under names that no fact uses.
ENTRY_COLUMNS: Final = {
    "entry": "id",
    "entry_division": "division",
    "entry_agency": "agency",
    "entry_occurred_at": "occurred_at",
    "entry_recorded_at": "recorded_at",
    "entry_corrects": "corrects",
}


@cache
def fact_schema(kind: str, version: int) -> pa.Schema:
    """The columns of a fact, from the types of its dataclass; dates come as text and are cast after."""
    known: Any = fact_class(kind, version)
    hints = get_type_hints(known)
    return pa.schema([(name, _arrow(hints[name])) for name in names(known)])


def _arrow(hint: Any) -> pa.DataType:
    if get_origin(hint) is tuple:
        return pa.list_(_arrow(get_args(hint)[0]))
    if get_origin(hint) in (Union, types.UnionType):
        return _arrow(next(part for part in get_args(hint) if part is not type(None)))
    if is_dataclass(hint):
        inner, shape = get_type_hints(hint), cast(Any, hint)
        return pa.struct([(name, _arrow(inner[name])) for name in names(shape)])
    plain = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), date: pa.date32()}
    return plain[hint]


def _as_read(kind: pa.DataType) -> pa.DataType:
    """JSON has no dates: they are read as text first."""
    return pa.string() if pa.types.is_date(kind) else kind


def fact_table(entries: pa.Table, kind: str, version: int) -> pa.Table:
    """The facts of one kind among some entries, one row each, parsed by the columns of their dataclass."""
    chosen = entries.filter(pc.and_(pc.equal(entries["kind"], kind), pc.equal(entries["version"], version)))
    schema = fact_schema(kind, version)
    lines = "\n".join(chosen["payload"].to_pylist()).encode()
    asked = pa.schema([(field.name, _as_read(field.type)) for field in schema])
    parsed = pj.read_json(
        BytesIO(lines),
        read_options=pj.ReadOptions(use_threads=True, block_size=16 << 20),
        parse_options=pj.ParseOptions(explicit_schema=asked, unexpected_field_behavior="ignore"),
    )
    table = pa.table(
        {field.name: parsed[field.name].cast(field.type) for field in schema}
        | {name: chosen[source] for name, source in ENTRY_COLUMNS.items()}
    )
    # One chunk a column: the same facts give the same bytes, however they were read.
    return table.combine_chunks()
