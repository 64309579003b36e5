"""Inserting or updating many rows in one statement, on both databases.

The ORM would read back and write row by row, or run into the limit of parameters. This module
refuses to compute anything; tables, columns and clauses are constants of the code, never input.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from zhiheng.foundation.ledger.writer import bulk_insert

RowOfValues = tuple[object, ...]


def insert(
    connection: BaseDatabaseWrapper, table: str, columns: Mapping[str, str], rows: Sequence[RowOfValues]
) -> None:
    """Insert rows that are known to be new."""
    if connection.vendor != "postgresql":
        rows = _for_sqlite(connection, columns, rows)
    bulk_insert(connection, table, ", ".join(columns), rows)


def upsert(
    connection: BaseDatabaseWrapper,
    table: str,
    columns: Mapping[str, str],
    rows: Sequence[RowOfValues],
    on_conflict: str,
) -> None:
    """Insert the rows; `on_conflict` says what becomes of those that are there. One statement for all.

    `columns` maps a column to its PostgreSQL type. No two rows may be in conflict with each other.
    """
    if not rows:
        return
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT {on_conflict}",  # noqa: S608
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({places}) ON CONFLICT {on_conflict}",  # noqa: S608
                _for_sqlite(connection, columns, rows),
            )


def _for_sqlite(
    connection: BaseDatabaseWrapper, columns: Mapping[str, str], rows: Sequence[RowOfValues]
) -> list[tuple[Any, ...]]:
    """SQLite has no days and moments; Django writes them as text, and so must we."""
    adapt: dict[str, Callable[[Any], object]] = {
        "date": lambda value: value and _day(value),
        "timestamptz": lambda value: value and str(connection.ops.adapt_datetimefield_value(value)),
    }
    converted = [(place, adapt[kind]) for place, kind in enumerate(columns.values()) if kind in adapt]
    if not converted:
        return list(rows)
    found = []
    for row in rows:
        values = list(row)
        for place, convert in converted:
            values[place] = convert(values[place])
        found.append(tuple(values))
    return found


def _day(value: date | datetime) -> str:
    return value.isoformat()[:10]
