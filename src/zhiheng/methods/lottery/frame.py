"""The frame of a draw: its objects, strata and weights as one run of canonical bytes.

Ten million objects are one bytes object and two arrays, not ten million of Python's. This module
refuses to mend a line: what is not canonical is named, and corrected by whom it belongs to.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from zhiheng.kernel.chain import MerkleTree
from zhiheng.methods.errors import N_
from zhiheng.methods.lottery import notation
from zhiheng.methods.lottery.lines import canonical_lines, check_lengths, fields
from zhiheng.methods.lottery.notation import WEIGHT, WEIGHT_PLACES, fault, hash_of, scaled, shown

Integers = NDArray[np.int64]
CHUNK = 1 << 18  # lines that are Python objects at one time
_KEPT_WEIGHTS = 1 << 18


@dataclass(frozen=True, slots=True)
class Stratum:
    """A run of lines: `size` objects from `start`; `weight` is their sum in units of 10^-6."""

    name: str
    start: int
    size: int
    weight: int


@dataclass(frozen=True, slots=True)
class Member:
    """One object of the frame, as its line says; `weight` is the canonical decimal."""

    index: int
    stratum: str
    identity: str
    weight: str

    @property
    def line(self) -> bytes:
        """The leaf of the Merkle tree."""
        return f"{self.stratum}\t{self.identity}\t{self.weight}".encode()


@dataclass(frozen=True, eq=False)
class Frame:
    """A frozen frame.

    Attributes
    ----------
    data : bytes
        The canonical lines, each ended by a line feed.
    ends : ndarray of int64
        Position of each line's line feed.
    weights : ndarray of int64
        Weight of each object in units of 10^-6, 1 <= W < 10^15.
    strata : tuple of Stratum
        In the order of the lines.
    """

    data: bytes
    ends: Integers
    weights: Integers
    strata: tuple[Stratum, ...]
    _trees: dict[str, MerkleTree] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> int:
        """Number of objects."""
        return len(self.ends)

    def tree(self, algorithm: str = "sm3") -> MerkleTree:
        """The Merkle tree over the lines; made once for each algorithm."""
        hash_of(algorithm)
        if algorithm not in self._trees:
            lines = (line for block in self.blocks() for line in block.split(b"\n"))
            self._trees[algorithm] = MerkleTree(lines, algorithm)
        return self._trees[algorithm]

    def blocks(self) -> Iterator[bytes]:
        """Some hundred thousand lines at a time, without the last line feed."""
        start = 0
        for last in range(CHUNK - 1, self.size + CHUNK - 1, CHUNK):
            end = int(self.ends[min(last, self.size - 1)])
            yield self.data[start:end]
            start = end + 1

    def member(self, index: int) -> Member:
        """The object on a line, counted from 0."""
        start = int(self.ends[index - 1]) + 1 if index else 0
        stratum, identity, weight = self.data[start : int(self.ends[index])].decode().split("\t")
        return Member(index, stratum, identity, weight)

    def find(self, identity: str) -> Member:
        """The object of an identity.

        Raises
        ------
        InvalidInput
            `frame.absent`.
        """
        # The second field alone stands between two tabulators.
        at = (
            -1
            if not identity or notation.text_flaw(identity)
            else self.data.find(b"\t" + identity.encode() + b"\t")
        )
        if at < 0:
            fault(
                "frame.absent",
                N_("The frame holds no object %(identity)s."),
                N_("Check the number; if it is right, the object was not in the draw."),
                identity=shown(identity),
            )
        return self.member(int(np.searchsorted(self.ends, at)))


def parse_frame(data: bytes) -> Frame:
    r"""Read the lines of a frame and freeze them.

    Parameters
    ----------
    data : bytes
        UTF-8 lines `stratum TAB identity TAB weight`, in any order, the last with or without LF.

    Returns
    -------
    Frame
        Sorted by bytes: the order of the input changes nothing.

    Raises
    ------
    InvalidInput
        `frame.empty`, `frame.weight`, `frame.duplicate`, and those of
        `lines.canonical_lines`: the line or the value is named.
    """
    if not data:
        fault("frame.empty", N_("The frame holds no object."), N_("Give at least one line."))
    data = canonical_lines(data)
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 0x0A)
    unfinished = Frame(data, ends, np.empty(0, np.int64), ())
    reader = _Reader()
    for block in unfinished.blocks():
        reader.take(block)
    return reader.frame(unfinished)


def frame_of(rows: Iterable[tuple[str, str, str | int | float | Decimal]]) -> Frame:
    """Freeze rows of stratum, identity and weight; a number is brought to its canonical form.

    Raises
    ------
    InvalidInput
        As for `parse_frame`; `frame.weight` for a weight with more than six decimals.
    """
    lines = (f"{stratum}\t{identity}\t{canonical_weight(weight)}\n" for stratum, identity, weight in rows)
    return parse_frame("".join(lines).encode("utf-8", "surrogatepass"))


def canonical_weight(value: str | int | float | Decimal) -> str:
    """The canonical decimal of a weight; NaN, zero, negative and over-long ones are refused.

    Raises
    ------
    InvalidInput
        `frame.weight` with the value.
    """
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        _wrong_weight(str(value))
    if not number.is_finite() or abs(number.adjusted()) > 20:
        _wrong_weight(str(value))
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    if not WEIGHT.fullmatch(plain) or plain == "0":
        _wrong_weight(str(value))
    return plain


class _Reader:
    """Takes the sorted lines chunk by chunk and gathers what a frame keeps of them."""

    def __init__(self) -> None:
        self._strata: list[tuple[bytes, int]] = []  # name and first line
        self._weights: list[Integers] = []
        self._hashes: list[Integers] = []
        self._known: dict[bytes, int] = {}
        self._count = 0

    def take(self, block: bytes) -> None:
        """Read some lines."""
        strata, identities, weights = fields(block)
        check_lengths(strata, identities)
        self._take_strata(strata)
        self._weights.append(np.fromiter(map(self._weight, weights), np.int64, len(weights)))
        # Equal identities have equal hashes; unequal ones with equal hashes are told apart later.
        self._hashes.append(np.fromiter(map(hash, identities), np.int64, len(weights)))
        self._count += len(weights)

    def frame(self, of: Frame) -> Frame:
        """The frame, when all lines were taken."""
        weights = np.concatenate(self._weights)
        self._weights.clear()
        _check_unique(of, np.concatenate(self._hashes))
        starts = [start for _, start in self._strata]
        strata = tuple(
            Stratum(name.decode(), start, end - start, exact_sum(weights[start:end]))
            for (name, start), end in zip(self._strata, [*starts[1:], of.size], strict=True)
        )
        for array in (weights, of.ends):
            array.flags.writeable = False
        return Frame(of.data, of.ends, weights, strata)

    def _take_strata(self, strata: list[bytes]) -> None:
        position = 0
        while position < len(strata):
            name = strata[position]
            if not self._strata or self._strata[-1][0] != name:
                self._strata.append((name, self._count + position))
            position = bisect_right(strata, name, position)

    def _weight(self, stated: bytes) -> int:
        units = self._known.get(stated)
        if units is None:
            decimal = stated.decode()
            if not WEIGHT.fullmatch(decimal) or decimal == "0":
                _wrong_weight(decimal)
            units = scaled(decimal, WEIGHT_PLACES)
            if len(self._known) < _KEPT_WEIGHTS:
                self._known[stated] = units
        return units


def exact_sum(units: Integers) -> int:
    """The sum of weights as a whole number; ten million of them can exceed 64 bits."""
    return (int((units >> 25).sum()) << 25) + int((units & (1 << 25) - 1).sum())


def _check_unique(of: Frame, hashes: Integers) -> None:
    ordered = np.sort(hashes)
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    seen: dict[str, Member] = {}
    for index in np.flatnonzero(np.isin(hashes, repeated)) if repeated.size else ():
        member = of.member(int(index))
        first = seen.setdefault(member.identity, member)
        if first is not member:
            fault(
                "frame.duplicate",
                N_("The object %(identity)s stands in the frame twice: in %(first)s and in %(second)s."),
                N_("List every object once; where it belongs to two strata, decide for one."),
                identity=shown(member.identity),
                first=shown(first.stratum),
                second=shown(member.stratum),
            )


def _wrong_weight(value: str) -> NoReturn:
    fault(
        "frame.weight",
        N_("The weight %(value)s is not in the canonical form of a positive number."),
        N_("Write it as 1 or 2.5: above 0, below 10^9, at most six decimals, no exponent, no needless zero."),
        value=shown(value),
    )
