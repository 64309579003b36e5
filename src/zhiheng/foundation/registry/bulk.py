"""Inserting or updating many rows in one statement, on both databases.

The ORM would read back and write row by row, or run into the limit of parameters. This module
refuses to compute anything; tables, columns and clauses are constants of the code, never input.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, cast

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
            given = [
                _for_postgres(kind, column)
                for kind, column in zip(columns.values(), zip(*rows, strict=True), strict=True)
            ]
            arrays = ", ".join(array for array, _ in given)
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT {on_conflict}",  # noqa: S608
                [value for _, value in given],
            )
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({places}) ON CONFLICT {on_conflict}",  # noqa: S608
                _for_sqlite(connection, columns, rows),
            )


# Signs that no text of ours holds, between the values of a column and for a missing one.
_BETWEEN: Final = "\x1f"
_MISSING: Final = "\x1e"


def _for_postgres(kind: str, column: Sequence[object]) -> tuple[str, str | list[Any]]:
    """A column as an expression that gives an array, and its parameter.

    Texts go over in one piece that the server cuts: psycopg would write an array value by value.
    """
    if kind == "text":
        texts = cast("Sequence[str | None]", column)
        whole = _BETWEEN.join([_MISSING if text is None else text for text in texts])
        # Nothing but separators of ours may look like one; an empty text would be cut into no value at all.
        missing = sum(text is None for text in texts)
        if whole and whole.count(_BETWEEN) == len(texts) - 1 and whole.count(_MISSING) == missing:
            return "string_to_array(%s, E'\\x1f', E'\\x1e')", whole
    return f"%s::{kind}[]", list(column)


def _for_sqlite(
    connection: BaseDatabaseWrapper, columns: Mapping[str, str], rows: Sequence[RowOfValues]
) -> list[tuple[Any, ...]]:
    """SQLite has no days and moments; Django writes them as text, and so must we."""

    @lru_cache(maxsize=64)  # the rows of one chunk were seen at one moment
    def moment(value: datetime | None) -> str | None:
        return None if value is None else str(connection.ops.adapt_datetimefield_value(value))

    adapt: dict[str, Callable[[Any], object]] = {
        "date": lambda value: value and _day(value),
        "timestamptz": moment,
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
