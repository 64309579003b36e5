"""Checkpoints: the heads of all books at one moment, bound into one Merkle root that is published.

Whoever noted a root can later prove that no entry before it was changed, removed or slipped in.
Each root also binds the root before it, so the newest speaks for all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from zhiheng.foundation.ledger.entries import micros
from zhiheng.foundation.ledger.models import Book, Checkpoint
from zhiheng.kernel.chain import ALGORITHM, ZERO, MerkleTree, canonical

Head = tuple[str, int, bytes]


@dataclass(frozen=True, slots=True)
class Cut:
    """A checkpoint as a value: where every book stood."""

    number: int
    at: int
    heads: tuple[Head, ...]
    entries: int
    root: bytes

    @property
    def name(self) -> str:
        """Number and the beginning of the root: enough to cite it, and to see a wrong one."""
        return f"{self.number}-{self.root.hex()[:16]}"


def leaf(head: Head) -> bytes:
    """The bytes of one book's head in the tree."""
    key, number, hashed = head
    return f"{key}\n{number}\n{hashed.hex()}".encode()


def first_leaf(number: int, at: int, previous: bytes) -> bytes:
    """The leaf that binds number, time and the root before."""
    return f"checkpoint\n{number}\n{at}\n{previous.hex()}".encode()


def checkpoint_leaves(number: int, at: int, heads: list[Head], previous: bytes) -> list[bytes]:
    """The leaves of the tree in their order: the first leaf, then one leaf a book, by key."""
    return [first_leaf(number, at, previous), *(leaf(head) for head in sorted(heads))]


def checkpoint_root(
    number: int, at: int, heads: list[Head], previous: bytes, algorithm: str = ALGORITHM
) -> bytes:
    """The Merkle root over the leaves."""
    return MerkleTree(checkpoint_leaves(number, at, heads, previous), algorithm).root


@transaction.atomic
def checkpoint_take(*, at: datetime) -> Cut:
    """Bind the books as they stand; when none has moved since the last checkpoint, that one is answered.

    No entry is made: a checkpoint is about the ledger, it does not stand in it.
    """
    # The books are locked in the order of their keys, so that all heads belong to one moment.
    books = list(Book.objects.select_for_update().order_by("key"))
    heads: list[Head] = [(book.key, book.head, bytes(book.head_hash)) for book in books]
    last = Checkpoint.objects.order_by("number").last()
    text = canonical([[key, number, hashed.hex()] for key, number, hashed in heads])
    if last is not None and last.heads == text:
        return _cut(last)
    number = last.number + 1 if last else 1
    previous = bytes(last.root) if last else ZERO
    moment = micros(at)
    root = checkpoint_root(number, moment, heads, previous)
    taken = Checkpoint.objects.create(
        number=number,
        at=moment,
        heads=text,
        entries=sum(head for _, head, _ in heads),
        previous=previous,
        root=root,
        algorithm=ALGORITHM,
    )
    return _cut(taken)


def checkpoint_last() -> Cut | None:
    """The newest checkpoint."""
    last = Checkpoint.objects.order_by("number").last()
    return None if last is None else _cut(last)


def _cut(checkpoint: Checkpoint) -> Cut:
    heads = tuple(
        (key, number, bytes.fromhex(hashed)) for key, number, hashed in json.loads(checkpoint.heads)
    )
    return Cut(checkpoint.number, checkpoint.at, heads, checkpoint.entries, bytes(checkpoint.root))
