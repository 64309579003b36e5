"""The draw: from the revealed nonces to the objects that are drawn.

The seed comes from the commitment and all nonces, an object's key from the seed and its own identity.
This module refuses nonces that do not match their commitment and a frame that is not the committed one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zhiheng.methods.errors import N_
from zhiheng.methods.lottery import keys
from zhiheng.methods.lottery.commitment import Commitment, Kind, check_nonce, nonce_hash
from zhiheng.methods.lottery.frame import Frame, Member, Stratum
from zhiheng.methods.lottery.lines import fields
from zhiheng.methods.lottery.notation import fault, hash_of, shown, tagged, text


@dataclass(frozen=True, slots=True)
class Nonces:
    """What was revealed: the nonces in the committed order, and the beacon's value as text."""

    authority: bytes
    witnesses: tuple[bytes, ...] = ()
    beacon: str | None = None


@dataclass(frozen=True, slots=True)
class Selected:
    """An object with its hash and, in a fixed sample, its key."""

    member: Member
    hash: bytes
    key: int | None

    @property
    def rank(self) -> tuple[int, bytes]:
        """What a fixed sample is ordered by."""
        return self.key or 0, self.hash


@dataclass(frozen=True, slots=True)
class Outcome:
    """The objects drawn from a stratum, by rank or by index, and the first one not drawn."""

    drawn: tuple[Selected, ...]
    next: Selected | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """A draw that was carried out; outcomes in the order of the strata."""

    frame: Frame
    commitment: Commitment
    nonces: Nonces
    seed: bytes
    outcomes: tuple[Outcome, ...]


def draw(frame: Frame, commitment: Commitment, nonces: Nonces) -> Draw:
    """Carry out a committed draw.

    Raises
    ------
    InvalidInput
        `draw.frame` if the frame is not the committed one; those of `check_nonces`.
    """
    check_frame(frame, commitment)
    seed = seed_of(commitment, nonces)
    amounts = [plan.amount for plan in commitment.strata]
    outcomes = select(frame, commitment.kind, amounts, seed, commitment.algorithm)
    return Draw(frame, commitment, nonces, seed, outcomes)


def check_frame(frame: Frame, commitment: Commitment) -> None:
    """Refuse a frame whose root, size, strata or sums are not the committed ones.

    Raises
    ------
    InvalidInput
        `draw.frame`, `draw.frame_stratum`.
    """
    root = frame.tree(commitment.algorithm).root
    if root != commitment.root or frame.size != commitment.size:
        fault(
            "draw.frame",
            N_("This frame has %(size)d objects and the root %(root)s; committed were %(committed)s."),
            N_("Take the frame as it was when the commitment was published."),
            size=frame.size,
            root=root.hex(),
            committed=f"{commitment.size}, {commitment.root.hex()}",
        )
    found = [(s.name, s.size, s.weight) for s in frame.strata]
    stated = [(plan.name, plan.size, plan.weight) for plan in commitment.strata]
    if found != stated:
        name = next((a[0] for a, b in zip(found, stated, strict=False) if a != b), found[-1][0])
        fault(
            "draw.frame_stratum",
            N_("The commitment says something else of the stratum %(name)s than the frame."),
            N_("The commitment is false: its sizes or weights are not those of its frame."),
            name=shown(name),
        )


def check_nonces(commitment: Commitment, nonces: Nonces) -> None:
    """Refuse nonces that are not the committed ones.

    Raises
    ------
    InvalidInput
        `nonce.size`, `nonce.mismatch`, `nonce.count`, `nonce.beacon`, and those of `notation.text`.
    """
    said = commitment.announcement
    if len(nonces.witnesses) != len(said.witnesses):
        fault(
            "nonce.count",
            N_("%(found)d witnesses revealed a nonce; %(expected)d were named."),
            N_("Give the nonce of every witness in the order of the commitment."),
            found=len(nonces.witnesses),
            expected=len(said.witnesses),
        )
    if (nonces.beacon is None) is not (said.beacon is None):
        fault(
            "nonce.beacon",
            N_("A beacon's value must be given if and only if the commitment names a beacon."),
            N_("Compare with the commitment."),
        )
    if nonces.beacon is not None:
        text(nonces.beacon, "beacon")
    values = (nonces.authority, *nonces.witnesses)
    for party, value in zip((said.authority, *said.witnesses), values, strict=True):
        check_nonce(party.name, value)
        if party.nonce_hash not in (None, nonce_hash(party.name, value, commitment.algorithm)):
            fault(
                "nonce.mismatch",
                N_("The nonce of %(name)s, %(value)s, does not give the committed hash %(hash)s."),
                N_("Reveal the nonce that was committed to; without it the draw cannot be completed."),
                name=shown(party.name),
                value=value.hex(),
                hash=party.nonce_hash or "",
            )


def seed_of(commitment: Commitment, nonces: Nonces) -> bytes:
    """The seed, from the commitment's digest and everything that was revealed.

    Raises
    ------
    InvalidInput
        Those of `check_nonces`.
    """
    check_nonces(commitment, nonces)
    beacon = () if nonces.beacon is None else (nonces.beacon.encode(),)
    parts = (commitment.digest, nonces.authority, *nonces.witnesses, *beacon)
    return tagged(hash_of(commitment.algorithm), "seed", *parts)


def object_hash(seed: bytes, identity: str, algorithm: str) -> bytes:
    """h: what the seed makes of one identity."""
    digest = hash_of(algorithm)
    return digest(tagged(digest, "key", seed) + identity.encode())


def select(
    frame: Frame, kind: Kind, amounts: Sequence[int], seed: bytes, algorithm: str = "sm3"
) -> tuple[Outcome, ...]:
    """What a seed draws from a frame.

    Parameters
    ----------
    frame : Frame
    kind : {"fixed", "bernoulli", "poisson"}
    amounts : sequence of int
        For each stratum the sample size, or the rate in units of 10^-12.
    seed : bytes
    algorithm : {"sm3", "sha256"}

    Returns
    -------
    tuple of Outcome
        One for each stratum. An object's fate depends on the seed and its own stratum alone.
    """
    x = _uniforms(frame, seed, algorithm)
    chosen = []
    for stratum, amount in zip(frame.strata, amounts, strict=True):
        lines = slice(stratum.start, stratum.start + stratum.size)
        weights = frame.weights[lines]
        if kind == "fixed":
            # One more than is drawn: the first object that is not.
            wanted = min(amount + 1, stratum.size)
            positions = keys.smallest(x[lines], weights, wanted)
            ranked = sorted(_selected(frame, stratum, positions, seed, algorithm), key=lambda s: s.rank)
            beyond = ranked[amount] if amount < stratum.size else None
            chosen.append(Outcome(tuple(ranked[:amount]), beyond))
        else:
            positions = keys.below(x[lines], weights if kind == "poisson" else None, amount)
            found = _selected(frame, stratum, positions, seed, algorithm, keyed=False)
            chosen.append(Outcome(tuple(found)))
    return tuple(chosen)


def _uniforms(frame: Frame, seed: bytes, algorithm: str) -> keys.Hashes:
    """x of every object; eight bytes each, the rest of a hash is made again where it matters."""
    copy = hashlib.new(algorithm, tagged(hash_of(algorithm), "key", seed)).copy
    out = bytearray()
    for block in frame.blocks():
        for identity in fields(block)[1]:
            state = copy()
            state.update(identity)
            out += state.digest()[:8]
    return np.frombuffer(out, ">u8").astype(np.uint64)


def _selected(
    frame: Frame,
    stratum: Stratum,
    positions: keys.Integers,
    seed: bytes,
    algorithm: str,
    *,
    keyed: bool = True,
) -> list[Selected]:
    digest = hash_of(algorithm)
    prefix = tagged(digest, "key", seed)
    found = []
    for index in (positions + stratum.start).tolist():
        member = frame.member(index)
        value = digest(prefix + member.identity.encode())
        key = keys.key(keys.uniform_bits(value), int(frame.weights[index])) if keyed else None
        found.append(Selected(member, value, key))
    return found
