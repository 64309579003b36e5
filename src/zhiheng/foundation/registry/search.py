"""Finding enterprises by code, by name or by any part of a name, quickly at a million enterprises.

Found first are codes that begin with the query, then names that equal it, then names that hold all
its words; each enterprise once, with the name that was found. The index of names only proposes
rows: every hit is checked against the name itself, so none is false. Within a step the order is
the database's own, but always the same, which is what a page needs. This module refuses to rank.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db import connection

from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.registry import name_index
from zhiheng.foundation.registry.models import Enterprise
from zhiheng.foundation.registry.names import name_key, terms
from zhiheng.kernel.codes.writing import compact
from zhiheng.kernel.errors import N_, refuse

PAGE_MOST: Final = 100
QUERY_MOST: Final = 400
WORDS_MOST: Final = 8
_CODE: Final = re.compile(r"[0-9A-Z]{2,18}")
_PREFIX: Final = re.compile(r"(?:[0-9]{2}){0,3}")
_CURSOR: Final = re.compile(r"(code|equal|part)(?:\.([0-9A-Z]{1,18}))?")


@dataclass(frozen=True, slots=True)
class Hit:
    """An enterprise that was found, and by what: its code, or the name given, which may be a former one."""

    enterprise: Enterprise
    by: str
    name: str
    former: bool


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The hits of one page; `next` asks for the following one and is empty on the last."""

    hits: tuple[Hit, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query, read."""

    code: str
    key: str
    words: tuple[str, ...]
    prefix: str


@dataclass(frozen=True, slots=True)
class Found:
    """A row that matches, before the enterprise is looked up."""

    position: str
    uscc: str
    name: str
    former: bool


Parameter = str | int
Step = Callable[[Wanted, str, int], list[Found]]


def search(
    actor: Actor, query: str, division_prefix: str = "", limit: int = 20, cursor: str | None = None
) -> SearchPage:
    """One page of the enterprises that the query means, within a division if one is given."""
    limit = max(1, min(limit, PAGE_MOST))
    wanted = _read(query, division_prefix)
    if wanted is None:
        return SearchPage(())
    found: list[tuple[str, Found]] = []
    for name, step, after in _steps(cursor):
        found += [(name, each) for each in step(wanted, after, limit + 1 - len(found))]
        if len(found) > limit:
            break
    more = f"{found[limit - 1][0]}.{found[limit - 1][1].position}" if len(found) > limit else ""
    return SearchPage(_hits(actor, found[:limit]), more)


def _read(query: str, division_prefix: str) -> Wanted | None:
    if not _PREFIX.fullmatch(division_prefix):
        raise refuse(
            "search.division",
            N_("“%(found)s” is not the beginning of a division code."),
            N_("Give 2 digits for a province, 4 for a city, 6 for a county."),
            found=division_prefix[:20],
        )
    words = terms(query[: QUERY_MOST + 1])
    if not words or len(query) > QUERY_MOST or len(words) > WORDS_MOST:
        return None
    code = compact(query)
    return Wanted(code if _CODE.fullmatch(code) else "", name_key(query), words, division_prefix)


def _steps(cursor: str | None) -> Iterator[tuple[str, Step, str]]:
    """The steps that are still to be gone, and where the first of them goes on."""
    steps: tuple[tuple[str, Step], ...] = (("code", _by_code), ("equal", _equal), ("part", _part))
    match = _CURSOR.fullmatch(cursor) if cursor else None
    if cursor and (match is None or (match[1] != "code" and not (match[2] or "0").isdigit())):
        raise refuse(
            "search.cursor",
            N_("This is not a page of the search."),
            N_("Search again from the first page."),
        )
    names = [name for name, _ in steps]
    first = names.index(match[1]) if match else 0
    for name, step in steps[first:]:
        yield name, step, (match[2] or "") if match and name == match[1] else ""


def _hits(actor: Actor, found: list[tuple[str, Found]]) -> tuple[Hit, ...]:
    codes = [each.uscc for _, each in found]
    enterprises = {each.uscc: each for each in Enterprise.objects.visible_to(actor).filter(uscc__in=codes)}
    return tuple(
        Hit(enterprises[each.uscc], "code" if step == "code" else "name", each.name, each.former)
        for step, each in found
        if each.uscc in enterprises
    )


def _rows(sql: str, parameters: list[Parameter]) -> list[Found]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [Found(str(at), uscc, name, not current) for at, uscc, name, current in cursor.fetchall()]


def _after_last(prefix: str) -> str:
    """The first text that no longer begins with the prefix, byte by byte."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


# ---- the three steps ------------------------------------------------------------------------


def _by_code(wanted: Wanted, after: str, count: int) -> list[Found]:
    if not wanted.code:
        return []
    low, high = wanted.prefix or "0", _after_last(wanted.prefix) if wanted.prefix else "~"
    return _rows(
        "SELECT uscc, uscc, name, true FROM registry_enterprise "
        "WHERE uscc >= %s AND uscc < %s AND uscc > %s AND division >= %s AND division < %s "
        "ORDER BY uscc LIMIT %s",
        [wanted.code, _after_last(wanted.code), after, low, high, count],
    )


def _equal(wanted: Wanted, after: str, count: int) -> list[Found]:
    low, high = wanted.prefix or "0", _after_last(wanted.prefix) if wanted.prefix else "~"
    not_code, code = _not_by_code(wanted)
    return _rows(
        "SELECT n.id, n.uscc, n.name, n.current FROM registry_enterprisename n "  # noqa: S608  constants
        "JOIN registry_enterprise e ON e.uscc = n.uscc "
        f"WHERE n.name_key = %s AND n.id > %s AND e.division >= %s AND e.division < %s {not_code} "
        "ORDER BY n.id LIMIT %s",
        [wanted.key, int(after or 0), low, high, *code, count],
    )


def _part(wanted: Wanted, after: str, count: int) -> list[Found]:
    step = _part_postgresql if connection.vendor == "postgresql" else _part_sqlite
    return step(wanted, int(after or 0), count)


def _not_by_code(wanted: Wanted) -> tuple[str, list[Parameter]]:
    """What the first step has shown is not shown again."""
    if not wanted.code:
        return "", []
    return "AND NOT (n.uscc >= %s AND n.uscc < %s)", [wanted.code, _after_last(wanted.code)]


def _checked(wanted: Wanted) -> tuple[str, list[Parameter]]:
    """The name holds every word; and of the names of one enterprise that do, the best stands for all.

    Best is the name that equals the query (the second step has shown it), then the present name,
    then the one that was known first.
    """
    holds = "strpos" if connection.vendor == "postgresql" else "instr"
    each_n = " AND ".join(f"{holds}(n.name_key, %s) > 0" for _ in wanted.words)
    each_o = " AND ".join(f"{holds}(o.name_key, %s) > 0" for _ in wanted.words)
    not_code, code = _not_by_code(wanted)
    sql = (
        f"{each_n} {not_code} AND n.name_key <> %s AND NOT EXISTS ("  # noqa: S608  words are parameters
        f"SELECT 1 FROM registry_enterprisename o WHERE o.uscc = n.uscc AND o.id <> n.id AND {each_o} "
        "AND (o.name_key = %s OR o.current OR (NOT n.current AND o.id < n.id)))"
    )
    return sql, [*wanted.words, *code, wanted.key, *wanted.words, wanted.key]


def _part_sqlite(wanted: Wanted, after: int, count: int) -> list[Found]:
    """FTS5 walks the lists of row numbers side by side, so it stops as soon as the page is full."""
    checked, parameters = _checked(wanted)
    grams = name_index.grams_asked(wanted.words, wanted.prefix)
    return _rows(
        f"SELECT n.id, n.uscc, n.name, n.current FROM {name_index.TABLE} g "  # noqa: S608
        "CROSS JOIN registry_enterprisename n ON n.id = g.rowid "
        f"WHERE {name_index.TABLE} MATCH %s AND g.rowid > %s AND {checked} ORDER BY g.rowid LIMIT %s",
        [name_index.as_match(grams), after, *parameters, count],
    )


_ID_BITS: Final = 48


def _part_postgresql(wanted: Wanted, after: int, count: int) -> list[Found]:
    """GIN collects all that match before the first is shown, which for 有限公司 is everything.

    So one bucket is asked first: a fixed random 1/512 of the names. A frequent word fills the page
    from it. If a whole bucket does not fill the page, there are few matches in all, and the rest
    is fetched in one go.
    """
    bucket, last = after >> _ID_BITS, after & ((1 << _ID_BITS) - 1)
    found = _bucket(wanted, bucket, last, count)
    if len(found) < count and last and bucket + 1 < name_index.BUCKETS:
        bucket += 1
        found += _bucket(wanted, bucket, 0, count - len(found))
    if len(found) < count:
        found += _rest(wanted, bucket, count - len(found))
    return found


def _bucket(wanted: Wanted, bucket: int, last: int, count: int) -> list[Found]:
    return _gin(wanted, bucket, "g.name_id > %s", last, count)


def _rest(wanted: Wanted, bucket: int, count: int) -> list[Found]:
    return _gin(wanted, None, "g.bucket > %s", bucket, count)


def _gin(wanted: Wanted, bucket: int | None, beyond: str, value: int, count: int) -> list[Found]:
    checked, parameters = _checked(wanted)
    grams = name_index.as_array(name_index.grams_asked(wanted.words, wanted.prefix), bucket)
    # What the index proposes is sorted first and looked at one by one, until the page is full.
    return _rows(
        f"SELECT (g.bucket::bigint << {_ID_BITS}) + g.name_id, f.uscc, f.name, f.current FROM "  # noqa: S608
        f"(SELECT g.name_id, g.bucket FROM {name_index.TABLE} g WHERE g.grams @> %s::integer[] AND {beyond} "
        "ORDER BY g.bucket, g.name_id OFFSET 0) g CROSS JOIN LATERAL "
        "(SELECT n.uscc, n.name, n.current FROM registry_enterprisename n "
        f"WHERE n.id = g.name_id AND {checked} LIMIT 1) f ORDER BY g.bucket, g.name_id LIMIT %s",
        [grams, value, *parameters, count],
    )
