"""Random numbers that are a function of a seed, a name and a position, the same on every machine.

numpy keeps its bit generators stable but not its distributions, and floating-point logarithms
differ between processors. So all draws here are integer arithmetic on a hash of the position
(splitmix64), and any row can be computed without the rows before it: files are streamed in
chunks of any size. This module refuses to draw from anything but integers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]

MILLION: Final = 1_000_000
_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_HALF: Final = np.uint64(32)
_MASK: Final = np.uint64(0xFFFFFFFF)


class Noise:
    """A stream of random words, named, so that two streams of one seed do not run together."""

    def __init__(self, seed: int, name: str) -> None:
        digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
        self._key = np.uint64(int.from_bytes(digest[:8], "big"))

    def words(self, positions: Numbers) -> Words:
        """64 random bits for each position."""
        mixed = positions.astype(np.uint64)
        mixed *= _STEP
        mixed += self._key
        mixed ^= mixed >> np.uint64(30)
        mixed *= _FIRST
        mixed ^= mixed >> np.uint64(27)
        mixed *= _SECOND
        mixed ^= mixed >> np.uint64(31)
        return mixed

    def pair(self, positions: Numbers) -> tuple[Words, Words]:
        """Two independent random words of 32 bits for each position."""
        words = self.words(positions)
        return words >> _HALF, words & _MASK


def below(half: Words, bound: int | Numbers) -> Numbers:
    """Numbers from 0 to bound - 1 out of words of 32 bits; the bias is below bound / 2^32."""
    limit = np.uint64(bound) if isinstance(bound, int) else bound.astype(np.uint64)
    return ((half * limit) >> _HALF).astype(np.int64)


def skewed(first: Words, second: Words, bound: int | Numbers) -> Numbers:
    """Numbers below the bound with small ones common, as market leaders are: a product of uniforms."""
    return below((first * second) >> _HALF, bound)


def deck(weights: Sequence[int]) -> Numbers:
    """Each position as often as its weight: a draw from the deck is a draw with these weights."""
    return np.repeat(np.arange(len(weights), dtype=np.int64), np.asarray(weights, dtype=np.int64))


def chosen(cards: Numbers, half: Words) -> Numbers:
    """One card of the deck for each word."""
    return cards[below(half, len(cards))]
