"""Hash chain and Merkle tree: how a record is written down, hashed, linked and proven.

Canonical form: JSON with sorted keys, no spaces, UTF-8, no floats that are not finite, text in
Unicode NFC as it came. Hash: SM3 (GB/T 32905-2016) from OpenSSL through hashlib; the algorithm is
named beside every hash, so that another can follow it. Merkle tree: as in RFC 6962, section 2.1:
leaf = H(0x00 ‖ data), node = H(0x01 ‖ left ‖ right), the split at the largest power of two below
the size; a leaf can therefore never pass for a node. This module refuses to store anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from zhiheng.kernel.errors import N_, refuse

Json = None | bool | int | float | str | Sequence["Json"] | dict[str, "Json"]

ALGORITHM: Final = "sm3"
KNOWN: Final = ("sm3", "sha256")
DIGEST_SIZE: Final = 32
ZERO: Final = bytes(DIGEST_SIZE)

_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def canonical(value: Json) -> str:
    """The one text form of a JSON value."""
    return _ENCODE(value)


quoted: Final[Callable[[str], str]] = json.encoder.encode_basestring
"""A text as it stands in the canonical form."""


def hasher(algorithm: str = ALGORITHM) -> Callable[[bytes], bytes]:
    """A function from bytes to their digest. Copying a prepared state is faster than a new one."""
    fresh = _fresh(algorithm)

    def digest(data: bytes) -> bytes:
        state = fresh.copy()
        state.update(data)
        return state.digest()

    return digest


def _fresh(algorithm: str) -> hashlib._Hash:
    if algorithm not in KNOWN:
        raise refuse(
            "chain.algorithm",
            N_("The hash algorithm %(name)s is not known."),
            N_("Known are: %(known)s."),
            name=algorithm,
            known=", ".join(KNOWN),
        )
    try:
        return hashlib.new(algorithm)
    except ValueError:
        raise refuse(
            "chain.openssl",
            N_("The OpenSSL of this Python does not offer %(name)s."),
            N_("Use a Python that is linked against OpenSSL 1.1.1 or later."),
            name=algorithm,
        ) from None


def file_digest(path: str, algorithm: str = ALGORITHM) -> str:
    """The digest of a file, in hexadecimal, read in pieces."""
    hasher(algorithm)
    with open(path, "rb") as file:  # noqa: PTH123  file_digest of hashlib wants a plain file object
        return hashlib.file_digest(file, algorithm).hexdigest()


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Proof that a leaf stands at `index` of a tree of `size` leaves."""

    index: int
    size: int
    path: tuple[bytes, ...]


class MerkleTree:
    """The tree over some leaves; all levels are kept, so proofs cost nothing but a walk.

    A level is one run of bytes: ten million digests as objects of their own would take 900 MB.
    """

    def __init__(self, leaves: Iterable[bytes], algorithm: str = ALGORITHM) -> None:
        fresh = _fresh(algorithm)
        level = _digests(fresh, b"\x00", leaves)
        self.size = len(level) // DIGEST_SIZE
        self._levels = [level]
        self._algorithm = algorithm
        # A level of odd length hands its last node up unchanged: the same tree as RFC 6962.
        while len(level) > DIGEST_SIZE:
            pair = 2 * DIGEST_SIZE
            whole = len(level) - len(level) % pair
            level = _digests(fresh, b"\x01", (level[i : i + pair] for i in range(0, whole, pair)))
            level += self._levels[-1][whole:]
            self._levels.append(level)

    @property
    def root(self) -> bytes:
        """The root; of an empty tree, the hash of nothing."""
        return bytes(self._levels[-1]) if self.size else hasher(self._algorithm)(b"")

    def inclusion(self, index: int) -> Inclusion:
        """The proof for the leaf at `index`."""
        if not 0 <= index < self.size:
            raise refuse(
                "merkle.index",
                N_("There is no leaf %(index)d in a tree of %(size)d leaves."),
                index=index,
                size=self.size,
            )
        path, position = [], index
        for level in self._levels[:-1]:
            sibling = (position ^ 1) * DIGEST_SIZE
            if sibling < len(level):
                path.append(bytes(level[sibling : sibling + DIGEST_SIZE]))
            position //= 2
        return Inclusion(index, self.size, tuple(path))


def _digests(fresh: hashlib._Hash, prefix: bytes, pieces: Iterable[bytes | bytearray]) -> bytearray:
    """The digests of prefix ‖ piece, one after another; a function call for each would take a third more."""
    ready = fresh.copy()
    ready.update(prefix)
    copy, out = ready.copy, bytearray()
    for piece in pieces:
        state = copy()
        state.update(piece)
        out += state.digest()
    return out


def includes(root: bytes, leaf: bytes, proof: Inclusion, algorithm: str = ALGORITHM) -> bool:
    """Whether the proof leads from the leaf to the root."""
    if not 0 <= proof.index < proof.size:
        return False
    digest = hasher(algorithm)
    node, position, last = digest(b"\x00" + leaf), proof.index, proof.size - 1
    for sibling in proof.path:
        if last == 0:
            return False
        # A node without a right neighbour is handed up unchanged until it has a left one.
        while not position % 2 and position == last:
            position, last = position // 2, last // 2
        pair = sibling + node if position % 2 else node + sibling
        node = digest(b"\x01" + pair)
        position, last = position // 2, last // 2
    while last and not position % 2 and position == last:
        position, last = position // 2, last // 2
    return last == 0 and node == root
