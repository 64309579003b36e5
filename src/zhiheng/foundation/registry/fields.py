"""Columns and a lookup for codes and keys: compared byte by byte, looked up by the thousand at once.

A database that sorts by the rules of a language cannot answer "begins with 9131" from its index, and
answers equal keys differently from the next database. This module refuses to normalise anything.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Lookup


class _ByteOrder:
    """SQLite compares text byte by byte anyway; PostgreSQL is told to."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        """As Django's, with the collation that every PostgreSQL has."""
        parameters: dict[str, Any] = super().db_parameters(connection)  # type: ignore[misc]  # from the field
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class CodeField(_ByteOrder, models.CharField):  # type: ignore[type-arg]  # no generic when it runs
    """A short text that is a code or a key."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """As Django's, in the long form of the type's name on PostgreSQL.

        By the short form, varchar, Django knows where to add a second index of a unique column for
        "begins with". In byte order the first index answers that, and keys that are digests come in no
        order: each index more costs an import a tenth of its speed.
        """
        kind = super().db_type(connection)
        return kind and kind.replace("varchar", "character varying", 1)


class KeyField(_ByteOrder, models.TextField):  # type: ignore[type-arg]  # no generic when it runs
    """A text of any length that is a key: normalised, never shown."""


@models.CharField.register_lookup
@models.TextField.register_lookup
class Among(Lookup):
    """`code__among=codes`: as `in`, but one parameter however many codes, so no limit is ever met."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """Membership in an array that is handed over whole."""
        left, parameters = self.process_lhs(compiler, connection)
        codes: list[str] = sorted(self.rhs)
        if connection.vendor == "postgresql":
            return f"{left} = ANY(%s::text[])", [*parameters, codes]
        return f"{left} IN (SELECT value FROM json_each(%s))", [*parameters, json.dumps(codes)]  # noqa: S608  a column
