"""The random orders of a pairing, from keyed hashes of its seed, so that any language can repeat them.

With H the named hash and S the seed of the pairing (32 bytes):

- key of a task: K = H(S ‖ 0x01 ‖ identity in UTF-8); tasks are worked in ascending order of K;
- number c = 0, 1, 2 … of a task: the first eight bytes of H(S ‖ 0x02 ‖ K ‖ c in four bytes), big-endian;
- a number below m: numbers are taken in turn, those at or above 2⁶⁴ − (2⁶⁴ mod m) left out, then mod m;
- candidates of a post: ascending by the bytes of their identity, then a Fisher-Yates shuffle from the
  front (place j changes with place j + number below m − j), carried out only as far as it is needed.
  The counter c runs on through the posts of one task.

Under a hash that behaves like a random function every order of tasks, and of each post's candidates, is
equally likely, and they are independent. This module refuses to know what the orders are for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from zhiheng.kernel.chain import DIGEST_SIZE, hasher
from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.lottery.pairing_eligibility import Ints

SPAN: Final = 1 << 64


def task_order(seed: bytes, identities: Sequence[str], algorithm: str) -> list[tuple[bytes, int]]:
    """Key and place of each task, in the order in which they are worked."""
    if len(seed) != DIGEST_SIZE:
        raise InvalidInput(
            "pairing.seed",
            N_("The seed has %(length)d bytes."),
            N_("Give the 32 bytes of a hash."),
            length=len(seed),
        )
    digest = hasher(algorithm)
    return sorted((digest(seed + b"\x01" + one.encode()), place) for place, one in enumerate(identities))


def numbers(seed: bytes, key: bytes, algorithm: str) -> Callable[[int], int]:
    """The numbers of one task: a function from m to the next number below m."""
    digest, prefix = hasher(algorithm), seed + b"\x02" + key
    counter = 0

    def below(limit: int) -> int:
        nonlocal counter
        while True:
            drawn = int.from_bytes(digest(prefix + counter.to_bytes(4, "big"))[:8], "big")
            counter += 1
            if drawn < SPAN - SPAN % limit:
                return drawn % limit

    return below


def shuffled(candidates: Ints, below: Callable[[int], int]) -> Iterator[int]:
    """The candidates in random order, one number for each that is asked for."""
    left = candidates.copy()
    for place in range(left.size):
        other = place + below(left.size - place)
        left[place], left[other] = left[other], left[place]
        yield int(left[place])
