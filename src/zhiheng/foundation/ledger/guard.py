"""Triggers that refuse to update or delete what is on record, in SQLite and PostgreSQL alike.

They hold against mistakes and against whoever has the application's password; against whoever
owns the database itself the hash chain and the published checkpoints hold.
"""

from __future__ import annotations

from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES: Final = ("ledger_entry", "ledger_entrysubject", "ledger_checkpoint")
MESSAGE: Final = "the ledger is append-only: correct an entry by a new entry"

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$
"""


def statements_up(vendor: str) -> list[str]:
    """The statements that put the triggers in place."""
    if vendor == "postgresql":
        found = [_FUNCTION]
        for table in TABLES:
            found.append(
                f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
            )
            found.append(
                f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
            )
        return found
    return [
        f"CREATE TRIGGER {table}_{act} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        for table in TABLES
        for act in ("UPDATE", "DELETE")
    ]


def statements_down(vendor: str) -> list[str]:
    """The statements that take the triggers away; for tests that empty a database, and for nothing else."""
    if vendor == "postgresql":
        # A table with checks that wait for the commit cannot be altered: they are made now.
        return ["SET CONSTRAINTS ALL IMMEDIATE"] + [
            f"DROP TRIGGER IF EXISTS {table}_{part} ON {table}"
            for table in TABLES
            for part in ("rows", "truncate")
        ]
    return [f"DROP TRIGGER IF EXISTS {table}_{act}" for table in TABLES for act in ("UPDATE", "DELETE")]


def raise_guard(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place."""
    with connection.cursor() as cursor:
        for statement in statements_up(connection.vendor):
            cursor.execute(statement)


def lower_guard(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away."""
    with connection.cursor() as cursor:
        for statement in statements_down(connection.vendor):
            cursor.execute(statement)
