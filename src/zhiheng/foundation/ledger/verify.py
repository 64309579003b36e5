"""Verification: recompute every hash, follow every link, name the first entry that does not fit.

Reads the stored columns as they are, past the ORM, so that what is checked is what is stored.
Ranges of a book are independent until their ends are joined, so they are spread over processes.
This module refuses to mend anything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

from django.db import connection

from zhiheng.foundation.ledger.checkpoints import checkpoint_root
from zhiheng.foundation.ledger.entries import FORMAT
from zhiheng.foundation.ledger.models import entry_id
from zhiheng.foundation.ledger.processes import django_ready
from zhiheng.kernel.chain import KNOWN, ZERO, hasher
from zhiheng.kernel.errors import N_, Problem

Progress = Callable[[int], None]
RANGE: Final = 100_000
PARALLEL_FROM: Final = 200_000
# The bytes that are hashed (`entries.header`), put together by the database from the stored columns:
# formatting a million of them in Python would cost more than hashing them.
_LINES: Final = (
    *("algorithm", "book", "number", "kind", "version", "occurred_at", "recorded_at", "actor", "agency"),
    *("division", "subjects", "basis", "corrects", "previous", "payload"),
)
_TEXT: Final = {
    "sqlite": {
        "book": "%s",
        "corrects": "COALESCE(corrects, '')",
        "previous": "LOWER(HEX(previous))",
        "all": "CAST({0} AS BLOB)",
    },
    "postgresql": {
        "book": "CAST(%s AS TEXT)",
        "corrects": "COALESCE(CAST(corrects AS TEXT), '')",
        "previous": "ENCODE(previous, 'hex')",
        "all": "CONVERT_TO({0}, 'UTF8')",
    },
}
_NEWLINE: Final = {"sqlite": "CHAR(10)", "postgresql": "CHR(10)"}


def _select(vendor: str) -> str:
    words = _TEXT[vendor]
    joined = f" || {_NEWLINE[vendor]} || ".join([f"'{FORMAT}'", *(words.get(line, line) for line in _LINES)])
    return (
        f"SELECT number, previous, hash, algorithm, {words['all'].format(joined)} "  # noqa: S608  constants
        "FROM ledger_entry WHERE id BETWEEN %s AND %s ORDER BY id"
    )


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place of a book that does not fit, and why."""

    book: str
    number: int
    problem: Problem


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked and what was found broken."""

    entries: int
    books: int
    checkpoints: int
    broken: tuple[Broken, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing was found broken."""
        return not self.broken


@dataclass(frozen=True, slots=True)
class _Range:
    book_id: int
    book: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Checked:
    """A range that was walked: what it begins from, what it ends with, how many it saw."""

    seen: int
    begins_from: bytes
    ends_with: bytes
    broken: Broken | None


def ledger_verify(on_progress: Progress | None = None, processes: int | None = None) -> Verification:
    """Check every book, every checkpoint and the index of subjects."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, key, head, head_hash FROM ledger_book ORDER BY id")
        books = [(row[0], row[1], row[2], bytes(row[3])) for row in cursor.fetchall()]
    ranges = [
        _Range(book_id, key, first, min(first + RANGE - 1, head))
        for book_id, key, head, _ in books
        for first in range(1, head + 1, RANGE)
    ]
    checked, index = _walk(ranges, on_progress, processes)
    broken: list[Broken] = []
    for book_id, key, head, head_hash in books:
        parts = [
            (part, result) for part, result in zip(ranges, checked, strict=True) if part.book_id == book_id
        ]
        found = _join(key, head, head_hash, parts) or _beyond(book_id, key, head)
        if found:
            broken.append(found)
    entries = sum(result.seen for result in checked)
    checkpoints = 0
    if not broken:
        checkpoints, found_at = _checkpoints(books)
        broken += [found_at] if found_at else []
        broken += [index] if index else []
    return Verification(entries, len(books), checkpoints, tuple(broken))


def _walk(
    ranges: list[_Range], on_progress: Progress | None, processes: int | None
) -> tuple[list[_Checked], Broken | None]:
    """Check the ranges and the index of subjects, side by side where the ledger is large."""
    total = sum(part.last - part.first + 1 for part in ranges)
    processes = processes or (os.cpu_count() or 1 if total >= PARALLEL_FROM else 1)
    if processes <= 1:
        return _collect(map(_check_range, ranges), on_progress), _subject_index()
    # Spawned, not forked: a database connection must not be shared between processes.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=django_ready) as pool:
        index = pool.submit(_subject_index)
        return _collect(pool.map(_check_range, ranges), on_progress), index.result()


def _collect(results: Iterable[_Checked], on_progress: Progress | None) -> list[_Checked]:
    done, collected = 0, []
    for result in results:
        collected.append(result)
        done += result.seen
        if on_progress:
            on_progress(done)
    return collected


def _check_range(part: _Range) -> _Checked:
    """Walk a range; stop at the first entry that is missing, not linked, or not what its hash says."""
    digests = {name: hasher(name) for name in KNOWN}
    low, high = entry_id(part.book_id, part.first), entry_id(part.book_id, part.last)
    begins_from = ends_with = b""
    expected, seen = part.first, 0

    def stopped(problem: Broken | None) -> _Checked:
        return _Checked(seen, begins_from, ends_with, problem)

    with connection.chunked_cursor() as cursor:
        cursor.execute(_select(connection.vendor), [part.book, low, high])
        while rows := cursor.fetchmany(2_000):
            for number, linked, stated, algorithm, text in rows:
                if number != expected:
                    return stopped(_gap(part.book, expected))
                if not seen:
                    begins_from = bytes(linked)
                elif linked != ends_with:
                    return stopped(_unlinked(part.book, number))
                digest = digests.get(algorithm)
                if not digest or digest(text) != stated:
                    return stopped(_altered(part.book, number))
                ends_with, expected, seen = stated, expected + 1, seen + 1
    return stopped(None if expected == part.last + 1 else _gap(part.book, expected))


def _join(key: str, head: int, head_hash: bytes, parts: list[tuple[_Range, _Checked]]) -> Broken | None:
    previous = ZERO
    for part, result in parts:
        if result.seen and result.begins_from != previous:
            return _unlinked(key, part.first)
        if result.broken:
            return result.broken
        previous = result.ends_with
    if previous != head_hash:
        return Broken(
            key, head, Problem("ledger.head", N_("The book's head is not the hash of its last entry."))
        )
    return None


def _beyond(book_id: int, key: str, head: int) -> Broken | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT MIN(number) FROM ledger_entry WHERE id > %s AND id < %s",
            [entry_id(book_id, head), entry_id(book_id + 1, 0)],
        )
        (number,) = cursor.fetchone()
    if number is None:
        return None
    return Broken(key, number, Problem("ledger.beyond", N_("The entry stands behind the head of its book.")))


def _altered(book: str, number: int) -> Broken:
    return Broken(
        book,
        number,
        Problem(
            "ledger.altered",
            N_("The content of the entry does not give its hash: it was changed after it was recorded."),
            remedy=N_("Restore the entry from a backup; the published checkpoints say which copy is right."),
        ),
    )


def _unlinked(book: str, number: int) -> Broken:
    return Broken(
        book,
        number,
        Problem("ledger.unlinked", N_("The entry does not continue the hash of the entry before it.")),
    )


def _gap(book: str, number: int) -> Broken:
    return Broken(book, number, Problem("ledger.gap", N_("The entry is missing: it was removed.")))


def _checkpoints(books: list[tuple[int, str, int, bytes]]) -> tuple[int, Broken | None]:
    """Every checkpoint must give its root, continue the one before, and speak of entries as they stand."""
    numbers = {key: book_id for book_id, key, _, _ in books}
    previous, count = ZERO, 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, at, heads, previous, root, algorithm FROM ledger_checkpoint ORDER BY number"
        )
        for number, at, heads_text, linked, root, algorithm in cursor.fetchall():
            heads = [(key, head, bytes.fromhex(hashed)) for key, head, hashed in json.loads(heads_text)]
            sound = bytes(linked) == previous and bytes(root) == checkpoint_root(
                number, at, heads, previous, algorithm
            )
            if not sound or number != count + 1 or not all(_stands(numbers, *head) for head in heads):
                problem = Problem(
                    "ledger.checkpoint", N_("The checkpoint does not fit the books that it binds.")
                )
                return count, Broken("checkpoint", number, problem)
            previous, count = bytes(root), count + 1
    return count, None


def _stands(numbers: dict[str, int], key: str, head: int, hashed: bytes) -> bool:
    if key not in numbers:
        return False
    if head == 0:
        return hashed == ZERO
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash FROM ledger_entry WHERE id = %s", [entry_id(numbers[key], head)])
        row = cursor.fetchone()
    return row is not None and bytes(row[0]) == hashed


def _subject_index() -> Broken | None:
    """The index of subjects must hold exactly what the entries say; sums of keyed hashes compare the two.

    `hash` of a string is keyed by a secret of this process, so that nobody can prepare a false
    index with the same sum.
    """
    stated, stored = _Sum(), _Sum()
    with connection.chunked_cursor() as cursor:
        cursor.execute("SELECT id, subjects FROM ledger_entry WHERE subjects <> ''")
        while rows := cursor.fetchmany(5_000):
            for identifier, subjects in rows:
                for subject in subjects.split(" "):
                    stated.add(f"{subject} {identifier}")
    with connection.chunked_cursor() as cursor:
        cursor.execute("SELECT kind, key, entry_id FROM ledger_entrysubject")
        while rows := cursor.fetchmany(5_000):
            for kind, key, identifier in rows:
                stored.add(f"{kind}:{key} {identifier}")
    if (stated.count, stated.total) == (stored.count, stored.total):
        return None
    return Broken(
        "index",
        0,
        Problem(
            "ledger.index",
            N_("The index of subjects holds %(stored)d lines; the entries state %(stated)d others."),
            {"stored": stored.count, "stated": stated.count},
        ),
    )


class _Sum:
    """A sum over a set of texts that does not depend on their order."""

    __slots__ = ("count", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0

    def add(self, text: str) -> None:
        """Add one text."""
        self.count += 1
        self.total = (self.total + hash(text)) & 0xFFFF_FFFF_FFFF_FFFF
