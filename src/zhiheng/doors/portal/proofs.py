"""What a stranger needs to check an entry: its text, its hash, and the way up to a published root.

Text → hash can be computed by anybody. Hash → head of the book goes through every entry between,
of which some are not public; that stretch is walked by `zhiheng verify ledger` and is only counted
here. Head → root is a Merkle proof that anybody can compute. This module refuses to blur the three.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from zhiheng.foundation.ledger.checkpoints import checkpoint_leaves, checkpoint_root, leaf
from zhiheng.foundation.ledger.entries import header, moment
from zhiheng.foundation.ledger.models import Book, Checkpoint, Entry, entry_id
from zhiheng.foundation.ledger.selectors import entries_visible
from zhiheng.foundation.org.actors import PUBLIC
from zhiheng.kernel.chain import Inclusion, Json, MerkleTree, hasher, includes


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry with the text that was hashed and the hash that this server just computed from it."""

    entry: Entry
    book: str
    text: bytes
    recomputed: bytes

    @property
    def fits(self) -> bool:
        """Whether the text gives the hash that is on record."""
        return self.recomputed == bytes(self.entry.hash)


def entry_sealed(book: str, number: int, on: date) -> Sealed | None:
    """The entry of that book and number, if the public may read it on that day."""
    found = Book.objects.filter(key=book).first()
    if found is None:
        return None
    entry = entries_visible(PUBLIC, on).filter(id=entry_id(found.pk, number)).first()
    if entry is None:
        return None
    text = header(
        book, entry.number, entry.kind, entry.version, entry.occurred_at, entry.recorded_at, entry.actor,
        entry.agency, entry.division, entry.subjects, entry.basis, entry.corrects, entry.algorithm,
        bytes(entry.previous), entry.payload,
    )  # fmt: skip
    return Sealed(entry, book, text, hasher(entry.algorithm)(text))


@dataclass(frozen=True, slots=True)
class Bound:
    """How a checkpoint binds a book: the head, the leaf made of it, and the proof up to the root."""

    checkpoint: Checkpoint
    head: int
    leaf: bytes
    proof: Inclusion

    @property
    def root(self) -> bytes:
        """The published root."""
        return bytes(self.checkpoint.root)

    @property
    def fits(self) -> bool:
        """Whether the proof leads from the leaf to the root."""
        return includes(self.root, self.leaf, self.proof, self.checkpoint.algorithm)

    def between(self, number: int) -> int:
        """How many entries stand between an entry and the head that is bound."""
        return self.head - number

    def to_json(self) -> dict[str, Json]:
        """The proof for programs."""
        return {
            "checkpoint": self.checkpoint.number,
            "algorithm": self.checkpoint.algorithm,
            "leaf": self.leaf.decode(),
            "index": self.proof.index,
            "size": self.proof.size,
            "path": [node.hex() for node in self.proof.path],
            "root": self.root.hex(),
        }


def bound_by(sealed: Sealed) -> Bound | None:
    """The first checkpoint that binds the entry, as far as can be told; none if none does yet."""
    later = Checkpoint.objects.filter(at__gte=sealed.entry.recorded_at).order_by("number")[:2]
    newest = Checkpoint.objects.order_by("-number")[:1]
    for checkpoint in (*later, *newest):
        heads = _heads(checkpoint)
        place = next((at for at, head in enumerate(heads) if head[0] == sealed.book), None)
        if place is not None and heads[place][1] >= sealed.entry.number:
            tree = MerkleTree(leaves(checkpoint), checkpoint.algorithm)
            # The first leaf speaks of the checkpoint itself.
            return Bound(checkpoint, heads[place][1], leaf(heads[place]), tree.inclusion(place + 1))
    return None


def _heads(checkpoint: Checkpoint) -> list[tuple[str, int, bytes]]:
    return sorted(
        (key, number, bytes.fromhex(hashed)) for key, number, hashed in json.loads(checkpoint.heads)
    )


def leaves(checkpoint: Checkpoint) -> list[bytes]:
    """The leaves of a checkpoint's tree in their order, as docs/topics/ledger.md states them."""
    return checkpoint_leaves(checkpoint.number, checkpoint.at, _heads(checkpoint), bytes(checkpoint.previous))


def stands(checkpoint: Checkpoint) -> bool:
    """Whether the heads of a checkpoint give its root."""
    root = checkpoint_root(
        checkpoint.number, checkpoint.at, _heads(checkpoint), bytes(checkpoint.previous), checkpoint.algorithm
    )
    return root == bytes(checkpoint.root)


def taken_at(checkpoint: Checkpoint) -> datetime:
    """When a checkpoint was taken."""
    return moment(checkpoint.at)


def checkpoint_json(checkpoint: Checkpoint) -> dict[str, Json]:
    """A checkpoint for programs: everything that its root is made of."""
    return {
        "number": checkpoint.number,
        "at": checkpoint.at,
        "taken_at": taken_at(checkpoint).isoformat(),
        "entries": checkpoint.entries,
        "algorithm": checkpoint.algorithm,
        "previous": bytes(checkpoint.previous).hex(),
        "heads": [[key, number, hashed.hex()] for key, number, hashed in _heads(checkpoint)],
        "root": bytes(checkpoint.root).hex(),
    }
