"""The commitment: what an authority publishes before anybody can know the outcome.

It binds the frame, the sample sizes, the secret nonce, the witnesses and the beacon by one digest.
This module refuses a draw without a witness or a beacon, since its authority could try nonces until
the outcome pleases it, and it refuses to read a clock: the time is the caller's statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from zhiheng.kernel.chain import Json
from zhiheng.methods.errors import N_
from zhiheng.methods.lottery import notation
from zhiheng.methods.lottery.exclusions import Exclusions
from zhiheng.methods.lottery.frame import Frame
from zhiheng.methods.lottery.notation import (
    FORMAT,
    NONCE_SIZE,
    RATE_PLACES,
    WEIGHT_PLACES,
    Document,
    decimal,
    digest_text,
    fault,
    hash_of,
    integer,
    items,
    matched,
    members,
    scaled,
    tagged,
    text,
    written,
)

Kind = Literal["fixed", "bernoulli", "poisson"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Design:
    """How much is drawn: for each stratum a sample size (fixed) or a rate as a decimal (others)."""

    kind: Kind
    amounts: Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Party:
    """Who contributes a nonce, with the nonce's hash; only a witness may leave its hash open."""

    name: str
    nonce_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Beacon:
    """A public random value fixed in advance: whose, and which future value, written how."""

    source: str
    which: str


@dataclass(frozen=True, slots=True)
class Redraw:
    """The draw that this one replaces, why, and who approved; `proof` is None if it has none."""

    approver: str
    commitment: str
    proof: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """Who draws and in whose presence, when it was committed, and what it is called."""

    title: str
    time: str
    authority: Party
    witnesses: tuple[Party, ...] = ()
    beacon: Beacon | None = None
    redraw_of: Redraw | None = None


@dataclass(frozen=True, slots=True)
class StratumPlan:
    """A stratum as committed: weight in 10^-6; amount is a sample size, or a rate in 10^-12."""

    name: str
    size: int
    weight: int
    amount: int


@dataclass(frozen=True)
class Commitment:
    """The commitment document, checked."""

    algorithm: str
    kind: Kind
    root: bytes
    size: int
    strata: tuple[StratumPlan, ...]
    excluded: tuple[int, str]
    announcement: Announcement

    @cached_property
    def text(self) -> str:
        """The canonical document: what is published, and hashed."""
        return written(self.document()).decode()

    @cached_property
    def digest(self) -> bytes:
        """The digest that everybody notes before a nonce is revealed."""
        return tagged(hash_of(self.algorithm), "commitment", self.text.encode())

    def document(self) -> Document:
        """The document as JSON values."""
        said = self.announcement
        count, digest = self.excluded
        beacon, redraw = said.beacon, said.redraw_of
        return {
            "algorithm": self.algorithm,
            "authority": _party_document(said.authority),
            "beacon": None if beacon is None else {"source": beacon.source, "which": beacon.which},
            "design": self.kind,
            "exclusions": {"count": count, "digest": digest},
            "format": FORMAT,
            "frame": {"root": self.root.hex(), "size": self.size},
            "redraw_of": None
            if redraw is None
            else {
                "approver": redraw.approver,
                "commitment": redraw.commitment,
                "proof": redraw.proof,
                "reason": redraw.reason,
            },
            "strata": [self._stratum_document(plan) for plan in self.strata],
            "time": said.time,
            "title": said.title,
            "witnesses": [_party_document(witness) for witness in said.witnesses],
        }

    def _stratum_document(self, plan: StratumPlan) -> Document:
        amount: Document = (
            {"sample": plan.amount} if self.kind == "fixed" else {"rate": decimal(plan.amount, RATE_PLACES)}
        )
        return {"name": plan.name, "size": plan.size, "weight": decimal(plan.weight, WEIGHT_PLACES), **amount}


def nonce_hash(name: str, nonce: bytes, algorithm: str = "sm3") -> str:
    """The hash by which the owner of a name commits to a secret nonce of 32 random bytes.

    Raises
    ------
    InvalidInput
        `nonce.size`; `text.*` for the name.
    """
    check_nonce(name, nonce)
    return tagged(hash_of(algorithm), "nonce", text(name, "name").encode(), nonce).hex()


def check_nonce(name: str, nonce: bytes) -> None:
    """Refuse a nonce of another length than 32 bytes."""
    if len(nonce) != NONCE_SIZE:
        fault(
            "nonce.size",
            N_("The nonce of %(name)s has %(size)d bytes."),
            N_("Take exactly 32 bytes from a cryptographic random generator."),
            name=notation.shown(name),
            size=len(nonce),
        )


def commit(
    frame: Frame,
    design: Design,
    announcement: Announcement,
    *,
    exclusions: Exclusions | None = None,
    algorithm: str = "sm3",
) -> Commitment:
    """Bind a frozen frame, a design and the parties of a draw.

    Parameters
    ----------
    frame : Frame
    design : Design
        An amount for every stratum of the frame, 0 where nothing is to be drawn, and for no other.
    announcement : Announcement
        The nonce hashes are those of `nonce_hash` under the same algorithm.
    exclusions : Exclusions, optional
        Who was left out and why; empty without it.
    algorithm : {"sm3", "sha256"}

    Raises
    ------
    InvalidInput
        `design.strata`, `design.sample`, `design.rate`, `commitment.alone`, `commitment.names`,
        `exclusions.in_frame`, and those of `notation`.
    """
    excluded = exclusions or Exclusions()
    excluded.check_against(frame)
    names = [stratum.name for stratum in frame.strata]
    differing = sorted(set(names).symmetric_difference(design.amounts))
    if differing:
        fault(
            "design.strata",
            N_("The design and the frame do not name the same strata: %(name)s stands in one of them only."),
            N_("Give an amount for every stratum of the frame, 0 where nothing is to be drawn."),
            name=notation.shown(differing[0]),
        )
    kind = _kind(design.kind)
    plans = tuple(
        StratumPlan(s.name, s.size, s.weight, _amount(kind, design.amounts[s.name], s.name))
        for s in frame.strata
    )
    made = Commitment(
        algorithm, kind, frame.tree(algorithm).root, frame.size, plans,
        (len(excluded.identities), excluded.digest(algorithm)), announcement,
    )  # fmt: skip
    return commitment_of(made.document())


def read_commitment(data: bytes | str) -> Commitment:
    """Read a commitment document: canonical JSON, with or without a line feed at its end.

    Raises
    ------
    InvalidInput
        As for `commitment_of` and `notation.read`.
    """
    line = "\n" if isinstance(data, str) else b"\n"
    return commitment_of(notation.read(data if data.endswith(line) else data + line))  # type: ignore[operator,arg-type]  # str with str, bytes with bytes


def commitment_of(value: Json) -> Commitment:
    """Check a commitment document against every rule of the format.

    Raises
    ------
    InvalidInput
        The first rule that is broken.
    """
    document = members(
        value, "commitment", "algorithm", "authority", "beacon", "design", "exclusions", "format", "frame",
        "redraw_of", "strata", "time", "title", "witnesses",
    )  # fmt: skip
    if document["format"] != FORMAT:
        fault(
            "commitment.format",
            N_("The format is %(value)s."),
            N_("This program knows zhiheng-draw/1."),
            value=notation.shown(document["format"]),
        )
    algorithm = document["algorithm"]
    hash_of(algorithm if isinstance(algorithm, str) else str(algorithm))
    kind = _kind(document["design"])
    frame = members(document["frame"], "frame", "root", "size")
    excluded = members(document["exclusions"], "exclusions", "count", "digest")
    made = Commitment(
        str(algorithm),
        kind,
        digest_text(frame["root"], "root"),
        integer(frame["size"], "size", 1),
        tuple(_plan(kind, plan) for plan in items(document["strata"], "strata")),
        (integer(excluded["count"], "count"), digest_text(excluded["digest"], "digest").hex()),
        _announcement(document),
    )
    _check_strata(made)
    _check_parties(made.announcement)
    return made


def _kind(value: Json) -> Kind:
    kind = next((kind for kind in KINDS if value == kind), None)
    if kind is None:
        fault(
            "design.kind",
            N_("There is no design %(value)s."),
            N_("Choose one of: %(known)s."),
            value=notation.shown(value),
            known=", ".join(KINDS),
        )
    return kind


def _amount(kind: Kind, value: Json, stratum: str) -> int:
    if kind == "fixed":
        return integer(value, stratum)
    rate = scaled(matched(value, notation.RATE, stratum), RATE_PLACES)
    if kind == "bernoulli" and rate > 10**RATE_PLACES:
        fault(
            "design.rate",
            N_("The rate of the stratum %(name)s is %(value)s: more than 1."),
            N_("Give the share of the objects that are to be drawn: 0.05 for 5 %%."),
            name=notation.shown(stratum),
            value=str(value),
        )
    return rate


def _plan(kind: Kind, value: Json) -> StratumPlan:
    amount = "sample" if kind == "fixed" else "rate"
    plan = members(value, "stratum", "name", "size", "weight", amount)
    name = notation.field(plan["name"], "name")
    weight = scaled(matched(plan["weight"], notation.SUM, "weight"), WEIGHT_PLACES)
    return StratumPlan(name, integer(plan["size"], "size", 1), weight, _amount(kind, plan[amount], name))


def _check_strata(made: Commitment) -> None:
    names = [plan.name.encode() for plan in made.strata]
    if sorted(set(names)) != names or sum(plan.size for plan in made.strata) != made.size:
        fault(
            "commitment.strata",
            N_("The strata are not in order, not distinct, or do not add up to %(size)d objects."),
            N_("Make the commitment from the frame anew."),
            size=made.size,
        )
    for plan in made.strata if made.kind == "fixed" else ():
        if plan.amount > plan.size:
            fault(
                "design.sample",
                N_("In the stratum %(name)s %(sample)d objects are to be drawn, but it has only %(size)d."),
                N_("Draw at most as many as there are."),
                name=notation.shown(plan.name),
                sample=plan.amount,
                size=plan.size,
            )


def _check_parties(said: Announcement) -> None:
    if not said.witnesses and said.beacon is None:
        fault(
            "commitment.alone",
            N_("There is neither a witness nor a beacon: the authority would draw alone."),
            N_("Name at least one witness, or a public random value of the future."),
        )
    names = [party.name for party in (said.authority, *said.witnesses)]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        fault(
            "commitment.names",
            N_("%(name)s is named twice among authority and witnesses."),
            N_("Every contributor has a name of its own."),
            name=notation.shown(double),
        )


def _announcement(document: Document) -> Announcement:
    authority = _party(document["authority"], "authority")
    if authority.nonce_hash is None:
        digest_text(None, "nonce_hash")
    beacon, redraw = document["beacon"], document["redraw_of"]
    return Announcement(
        title=text(document["title"], "title"),
        time=notation.time_text(document["time"], "time"),
        authority=authority,
        witnesses=tuple(_party(party, "witness") for party in items(document["witnesses"], "witnesses")),
        beacon=None if beacon is None else _beacon(members(beacon, "beacon", "source", "which")),
        redraw_of=None if redraw is None else _redraw(redraw),
    )


def _beacon(value: Document) -> Beacon:
    return Beacon(text(value["source"], "source"), text(value["which"], "which"))


def _redraw(value: Json) -> Redraw:
    redraw = members(value, "redraw_of", "approver", "commitment", "proof", "reason")
    proof = redraw["proof"]
    return Redraw(
        text(redraw["approver"], "approver"),
        digest_text(redraw["commitment"], "commitment").hex(),
        None if proof is None else digest_text(proof, "proof").hex(),
        text(redraw["reason"], "reason"),
    )


def _party(value: Json, where: str) -> Party:
    party = members(value, where, "name", "nonce_hash")
    stated = party["nonce_hash"]
    name = text(party["name"], "name")
    return Party(name, None if stated is None else digest_text(stated, "nonce_hash").hex())


def _party_document(party: Party) -> Document:
    return {"name": party.name, "nonce_hash": party.nonce_hash}
