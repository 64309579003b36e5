"""Writing many rows at once: COPY on PostgreSQL, one prepared statement on SQLite.

The ORM would build an object per row and a statement per batch; an import writes entries by the
hundred thousand. This module refuses to compute anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

EntryRow = tuple[
    int, int, int, str, int, int, int, str, str, str, str, str, int | None, str, bytes, str, bytes
]  # fmt: skip
SubjectRow = tuple[str, str, int]

_ENTRY: Final = (
    "id, book_id, number, kind, version, occurred_at, recorded_at, actor, agency, division, subjects, basis, "
    "corrects, algorithm, previous, payload, hash"
)
_SUBJECT: Final = "kind, key, entry_id"


def write(
    connection: BaseDatabaseWrapper, entries: Sequence[EntryRow], subjects: Sequence[SubjectRow]
) -> None:
    """Insert the rows of a chain and of its index."""
    bulk_insert(connection, "ledger_entry", _ENTRY, entries)
    bulk_insert(connection, "ledger_entrysubject", _SUBJECT, subjects)


def bulk_insert(
    connection: BaseDatabaseWrapper, table: str, columns: str, rows: Sequence[tuple[object, ...]]
) -> None:
    """Insert rows into a table; table and columns are constants of the code, never input."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        # Django wraps the errors of calls, not of a context: a double key must be an IntegrityError here too.
        with (
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join(["?"] * len(rows[0]))
    connection.ensure_connection()
    # Past Django's cursor: it would rewrite the placeholders of every statement and log each row.
    with connection.wrap_database_errors:
        statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608  constants of the code
        connection.connection.executemany(statement, rows)
