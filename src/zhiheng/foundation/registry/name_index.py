"""The index that answers "part of a name" at once: every character and every pair of neighbours.

SQLite keeps it as an FTS5 table, PostgreSQL as arrays under GIN; docs/decisions/0005-search-of-names.md says
why. Both are asked for the rows that hold all grams of a term, which is a little too many; the
search then looks at the names themselves. Grams are numbers or hexadecimal digits, so no query can
be taken for a command. The index is kept by the services, a whole chunk at a time. It refuses to
know what a name means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

from zhiheng.foundation.ledger.writer import bulk_insert

TABLE: Final = "registry_namegram"
BUCKETS: Final = 512
"""PostgreSQL: a fixed random part of the names, looked through first (see `search_names`)."""

# Nothing but the row numbers is kept of a text: no positions, no sizes, no second copy.
_FTS5: Final = (
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5"
    "(grams, content='', detail='none', columnsize=0, tokenize='ascii')"
)
_ARRAYS: Final = (
    f"CREATE TABLE {TABLE} (name_id bigint PRIMARY KEY, bucket smallint NOT NULL, grams integer[] NOT NULL)"
)
_GIN: Final = f"CREATE INDEX {TABLE}_grams ON {TABLE} USING gin (grams)"
_UP: Final = {"sqlite": (_FTS5,), "postgresql": (_ARRAYS, _GIN)}


def create(connection: BaseDatabaseWrapper) -> None:
    """Make the index; for the migration."""
    with connection.cursor() as cursor:
        for statement in _UP[connection.vendor]:
            cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take the index away; for the migration."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


@dataclass(frozen=True, slots=True)
class Indexed:
    """A row of names as the index sees it."""

    id: int
    key: str
    division: str


def add(connection: BaseDatabaseWrapper, names: Sequence[Indexed]) -> None:
    """Enter names that are not yet in the index."""
    if connection.vendor == "postgresql":
        bulk_insert(connection, TABLE, "name_id, bucket, grams", [_array_row(name) for name in names])
    else:
        bulk_insert(connection, TABLE, "rowid, grams", [(name.id, _text(name)) for name in names])


def move(connection: BaseDatabaseWrapper, names: Sequence[tuple[Indexed, Indexed]]) -> None:
    """Enter names anew whose division changed: what the index held, and what it shall hold."""
    if not names:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DELETE FROM {TABLE} WHERE name_id = ANY(%s)", [[old.id for old, _ in names]])  # noqa: S608  a constant
        else:
            # A table without content must be told what it is to forget.
            cursor.executemany(
                f"INSERT INTO {TABLE} ({TABLE}, rowid, grams) VALUES ('delete', %s, %s)",  # noqa: S608  a constant
                [(old.id, _text(old)) for old, _ in names],
            )
    add(connection, [new for _, new in names])


# ---- grams ----------------------------------------------------------------------------------


_DIGITS: Final = 4
_PLACE: Final = 0x0001_0000
_BUCKET: Final = 0x007F_0000
_SIGN: Final = 0x8000_0000


def bucket_of(name_id: int) -> int:
    """The bucket of a name: neighbours in a file come from one place, so they are scattered."""
    return (name_id * 2_654_435_761 >> 12) % BUCKETS


def _units(key: str) -> str:
    """Four hexadecimal digits for each UTF-16 unit; a rare character is two units and a pair by itself."""
    return key.encode("utf-16-be", "surrogatepass").hex()


def _pairs(units: str) -> Iterator[str]:
    return (units[start : start + 2 * _DIGITS] for start in range(0, len(units) - _DIGITS, _DIGITS))


def _singles(units: str) -> Iterator[str]:
    return (units[start : start + _DIGITS] for start in range(0, len(units), _DIGITS))


def _places(division: str) -> Iterator[str]:
    # p is no hexadecimal digit: a place is never taken for a character.
    return (f"p{division[:width]}" for width in (2, 4, 6))


def _stored(name: Indexed) -> set[str]:
    units = _units(name.key)
    return {*_pairs(units), *_singles(units), *_places(name.division)}


def _text(name: Indexed) -> str:
    return " ".join(_stored(name))


@lru_cache(maxsize=1 << 17)  # most grams of a chunk were met in the chunk before
def _number(gram: str) -> str:
    """A gram as a number of 32 bits, written out.

    Controls are in no name, so the numbers that begin like one are free for places and buckets.
    """
    value = _PLACE + int(f"1{gram[1:]}") if gram[0] == "p" else int(gram, 16)
    return str(value - _SIGN)


def _bucket_number(bucket: int) -> str:
    return str(_BUCKET + bucket - _SIGN)


def _array_row(name: Indexed) -> tuple[int, int, str]:
    bucket = bucket_of(name.id)
    return name.id, bucket, as_array(_stored(name), bucket)


def grams_asked(terms: Iterable[str], division_prefix: str) -> list[str]:
    """What a row must hold: the pairs of each term, the character of a term that has only one."""
    asked: set[str] = {f"p{division_prefix}"} if division_prefix else set()
    for term in terms:
        units = _units(term)
        asked.update(_pairs(units) if len(units) > _DIGITS else (units,))
    return sorted(asked)


def as_match(grams: Iterable[str]) -> str:
    """The question in the words of FTS5: hexadecimal digits and AND."""
    return " AND ".join(grams)


def as_array(grams: Iterable[str], bucket: int | None) -> str:
    """An array as PostgreSQL writes it; handed over as a list it would cost three times as much."""
    numbers = [*map(_number, grams), *([] if bucket is None else [_bucket_number(bucket)])]
    return f"{{{','.join(numbers)}}}"
