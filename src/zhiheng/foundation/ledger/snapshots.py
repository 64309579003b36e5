"""Snapshots: the ledger up to a checkpoint as Parquet, cut once, never rewritten, cheap to extend.

A snapshot is a manifest that lists parts. `entries` parts hold the entries as they are chained;
`facts` parts hold the payloads of one kind of fact as typed columns, for analytics. Every part
is named by the entries it holds and carries its digest; a later snapshot lists the same parts
and adds what came since. This module refuses to change a part and to read one unasked.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection

from zhiheng.foundation.ledger.checkpoints import Cut
from zhiheng.foundation.ledger.columns import ENTRY_SCHEMA, fact_table
from zhiheng.foundation.ledger.models import Book, entry_id
from zhiheng.kernel.chain import canonical, file_digest
from zhiheng.kernel.errors import N_, Problem, refuse

FORMAT: Final = "zhiheng-snapshot/1"
PART_ENTRIES: Final = 250_000
_COLUMNS: Final = ", ".join(name for name in ENTRY_SCHEMA.names if name != "book")
_SELECT: Final = f"SELECT {_COLUMNS} FROM ledger_entry WHERE id BETWEEN %s AND %s ORDER BY id"  # noqa: S608  constants


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a snapshot: which entries of which book it holds, in which form, under which digest."""

    path: str
    form: str
    kind: str
    version: int
    book: str
    first: int
    last: int
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A manifest that was read: where its parts lie, and at which checkpoint it was cut."""

    folder: Path
    name: str
    checkpoint: int
    at: int
    entries: int
    root: str
    heads: tuple[tuple[str, int, str], ...]
    parts: tuple[Part, ...]
    digest: str

    def files(self, kind: str, version: int) -> list[Path]:
        """The files that hold the facts of a kind."""
        return [
            self.folder / part.path
            for part in self.parts
            if part.form == "facts" and (part.kind, part.version) == (kind, version)
        ]


def snapshot_take(folder: Path, cut: Cut) -> Snapshot:
    """Bring the folder up to the checkpoint and answer the snapshot; parts that exist are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        manifest = folder / "manifests" / f"{cut.name}.json"
        if manifest.exists():
            return snapshot_open(folder, cut.name)
        parts = list(_last_parts(folder, cut))
        covered: dict[str, int] = defaultdict(int)
        for part in parts:
            if part.form == "entries":
                covered[part.book] = max(covered[part.book], part.last)
        books = dict(Book.objects.values_list("key", "pk"))
        for key, head, _ in cut.heads:
            for first in range(covered[key] + 1, head + 1, PART_ENTRIES):
                last = min(first + PART_ENTRIES - 1, head)
                parts += _write_parts(folder, books[key], key, first, last)
        _write_manifest(manifest, cut, parts)
    return snapshot_open(folder, cut.name)


def snapshot_open(folder: Path, name: str) -> Snapshot:
    """Read a manifest; its parts are not touched."""
    path = folder / "manifests" / f"{name}.json"
    if not path.is_file():
        raise refuse(
            "snapshot.missing",
            N_("There is no snapshot %(name)s."),
            N_("Take a new one, or bring its files back from a backup."),
            name=name,
        )
    stated = json.loads(path.read_text(encoding="utf-8"))
    checkpoint = stated["checkpoint"]
    return Snapshot(
        folder=folder,
        name=name,
        checkpoint=checkpoint["number"],
        at=checkpoint["at"],
        entries=checkpoint["entries"],
        root=checkpoint["root"],
        heads=tuple((key, number, hashed) for key, number, hashed in checkpoint["heads"]),
        parts=tuple(Part(**part) for part in stated["parts"]),
        digest=file_digest(str(path)),
    )


def snapshot_last(folder: Path) -> Snapshot | None:
    """The newest snapshot of the folder, or nothing."""
    names = sorted((_number(path), path.stem) for path in (folder / "manifests").glob("*.json"))
    return snapshot_open(folder, names[-1][1]) if names else None


def snapshot_verify(snapshot: Snapshot) -> tuple[Problem, ...]:
    """Whether every part is there and unaltered; each that is not, by name."""
    problems = []
    for part in snapshot.parts:
        path = snapshot.folder / part.path
        if not path.is_file():
            problems.append(
                Problem(
                    "snapshot.part_missing", N_("The snapshot file %(path)s is missing."), {"path": part.path}
                )
            )
        elif file_digest(str(path)) != part.digest:
            problems.append(
                Problem(
                    "snapshot.part_altered",
                    N_("The snapshot file %(path)s was altered after it was written."),
                    {"path": part.path},
                    N_("Bring it back from a backup, or cut the snapshot anew and compare."),
                )
            )
    return tuple(problems)


def _last_parts(folder: Path, cut: Cut) -> tuple[Part, ...]:
    """The parts of the newest snapshot that this cut continues."""
    names = sorted((_number(path), path.stem) for path in (folder / "manifests").glob("*.json"))
    earlier = [name for number, name in names if number < cut.number]
    return snapshot_open(folder, earlier[-1]).parts if earlier else ()


def _number(path: Path) -> int:
    return int(path.stem.split("-", 1)[0])


def _write_parts(folder: Path, book_id: int, book: str, first: int, last: int) -> Iterator[Part]:
    entries = _read(book_id, book, first, last)
    yield _write(folder, entries, "entries", "", 0, (book, first, last))
    kinds = entries.select(["kind", "version"]).group_by(["kind", "version"]).aggregate([]).to_pylist()
    for row in sorted(kinds, key=lambda row: (row["kind"], row["version"])):
        table = fact_table(entries, row["kind"], row["version"])
        yield _write(folder, table, "facts", row["kind"], row["version"], (book, first, last))


def _read(book_id: int, book: str, first: int, last: int) -> pa.Table:
    low, high = entry_id(book_id, first), entry_id(book_id, last)
    batches = []
    with connection.chunked_cursor() as cursor:
        cursor.execute(_SELECT, [low, high])
        while rows := cursor.fetchmany(10_000):
            columns: list[Any] = list(zip(*rows, strict=True))
            columns.insert(1, [book] * len(rows))
            arrays = [
                pa.array(
                    [bytes(value) for value in values]
                    if pa.types.is_fixed_size_binary(field.type)
                    else values,
                    field.type,
                )
                for field, values in zip(ENTRY_SCHEMA, columns, strict=True)
            ]
            batches.append(pa.record_batch(arrays, schema=ENTRY_SCHEMA))
    return pa.Table.from_batches(batches, schema=ENTRY_SCHEMA)


def _write(
    folder: Path, table: pa.Table, form: str, kind: str, version: int, span: tuple[str, int, int]
) -> Part:
    book, first, last = span
    place = f"entries/{_safe(book)}" if form == "entries" else f"facts/{kind}.v{version}/{_safe(book)}"
    path = folder / place / f"{first:012d}-{last:012d}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".tmp")
    pq.write_table(table, fresh, compression="zstd", row_group_size=100_000)
    _durable(fresh, path)
    relative = str(path.relative_to(folder))
    return Part(relative, form, kind, version, book, first, last, table.num_rows, file_digest(str(path)))


def _write_manifest(path: Path, cut: Cut, parts: list[Part]) -> None:
    text = canonical(
        {
            "format": FORMAT,
            "checkpoint": {
                "number": cut.number,
                "at": cut.at,
                "entries": cut.entries,
                "root": cut.root.hex(),
                "heads": [[key, number, hashed.hex()] for key, number, hashed in cut.heads],
            },
            "parts": [asdict(part) for part in parts],
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".tmp")
    fresh.write_text(text, encoding="utf-8")
    _durable(fresh, path)


def _durable(fresh: Path, path: Path) -> None:
    """Put a file in its place only when its bytes are on the disk, so that a name never means half a file."""
    descriptor = os.open(fresh, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fresh.replace(path)


def _safe(book: str) -> str:
    if not book or not all(char.isalnum() or char in "-_" for char in book):
        raise refuse("snapshot.book_name", N_("The book %(book)s cannot be a folder's name."), book=book)
    return book


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time extends a folder; the lock goes with the process."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
