"""What is known of the enterprises of a chunk is read, what changed written: a fixed number of statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from zhiheng.foundation.registry import name_index
from zhiheng.foundation.registry.bulk import insert, upsert
from zhiheng.foundation.registry.models import Enterprise, EnterpriseName
from zhiheng.foundation.registry.name_index import Indexed
from zhiheng.foundation.registry.services.particulars import FIELDS, Known, NameKnown, Particulars

ENTERPRISE: Final = {
    "uscc": "text", "name": "text", "name_key": "text", "division": "text", "industry": "text",
    "address": "text", "type": "text", "established": "date", "capital": "text", "status": "text",
    "scope": "text", "entry": "bigint", "recorded_at": "timestamptz",
}  # fmt: skip
_NAME: Final = {
    "uscc": "text", "name": "text", "name_key": "text", "current": "boolean", "since": "date",
    "until": "date", "source": "text", "entry": "bigint",
}  # fmt: skip
_LOCK: Final = 0x7A68_0001


def _set(columns: Collection[str]) -> str:
    return ", ".join(f"{column} = excluded.{column}" for column in columns)


_ON_ENTERPRISE: Final = f"(uscc) DO UPDATE SET {_set(ENTERPRISE.keys() - {'uscc'})}"
_ON_NAME: Final = f"(uscc, name_key) DO UPDATE SET {_set(('name', 'current', 'since', 'until'))}"


def lock() -> None:
    """Let one writer of enterprises at a time through, until its transaction ends.

    SQLite has one writer anyway. On PostgreSQL two files that both bring a new enterprise would
    otherwise both find it missing.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def load(codes: Collection[str]) -> dict[str, Known]:
    """What is stored of these enterprises: two queries."""
    found: dict[str, Known] = {}
    enterprises = Enterprise.objects.unguarded("the bulk loader compares rows with what is stored")
    for uscc, entry, *values in enterprises.filter(uscc__among=codes).values_list("uscc", "entry", *FIELDS):
        particulars = Particulars(*values)
        found[uscc] = Known(uscc, particulars, entry, stored_division=particulars.division)
    names = EnterpriseName.objects.filter(enterprise__uscc__among=found).order_by("id")
    for uscc, *values in names.values_list(
        "enterprise__uscc", "id", "name", "name_key", "current", "since", "until", "source", "entry"
    ):
        name = NameKnown(*values)
        found[uscc].names[name.key] = name
    return found


def save(known: Sequence[Known], at: datetime) -> None:
    """Write the enterprises that a chunk touched, their names, and the index of names."""
    fresh = [each.stored(at) for each in known if not each.stored_division]
    changed = [each.stored(at) for each in known if each.stored_division]
    insert(connection, "registry_enterprise", ENTERPRISE, fresh)
    upsert(connection, "registry_enterprise", ENTERPRISE, changed, _ON_ENTERPRISE)
    names = [(each.uscc, name) for each in known for name in each.names.values() if name.touched]
    insert(connection, "registry_enterprisename", _NAME, [_row(*each) for each in names if not each[1].id])
    upsert(
        connection, "registry_enterprisename", _NAME, [_row(*each) for each in names if each[1].id], _ON_NAME
    )
    _index(known)


def _row(uscc: str, name: NameKnown) -> tuple[object, ...]:
    return uscc, name.name, name.key, name.current, name.since, name.until, name.source, name.entry


def _index(known: Sequence[Known]) -> None:
    fresh = {each.uscc for each in known for name in each.names.values() if not name.id}
    moved = [
        (Indexed(name.id, name.key, each.stored_division), Indexed(name.id, name.key, _division(each)))
        for each in known
        if each.stored_division and each.stored_division != _division(each)
        for name in each.names.values()
        if name.id
    ]
    name_index.move(connection, moved)
    if not fresh:
        return
    places = {each.uscc: each for each in known}
    ids = EnterpriseName.objects.filter(enterprise__uscc__among=fresh).order_by("id")
    name_index.add(
        connection,
        [
            Indexed(identifier, key, _division(places[uscc]))
            for identifier, uscc, key in ids.values_list("id", "enterprise__uscc", "name_key")
            if not places[uscc].names[key].id
        ],
    )


def _division(known: Known) -> str:
    return known.particulars.division if known.particulars else ""
