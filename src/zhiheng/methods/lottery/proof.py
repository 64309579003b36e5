"""The proof of a draw as one file, and the ticket: the proof about one object alone.

A file has one form, byte by byte, and a digest that binds all of it. This module refuses to read what
is not in that form; whether what it reads is true, `verification` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from zhiheng.kernel.chain import Json
from zhiheng.methods.errors import N_
from zhiheng.methods.lottery import notation
from zhiheng.methods.lottery.commitment import Commitment, commitment_of
from zhiheng.methods.lottery.draw import Draw, Nonces, Outcome, Selected, seed_of
from zhiheng.methods.lottery.frame import Frame, Member
from zhiheng.methods.lottery.inclusion import Inclusions, inclusions
from zhiheng.methods.lottery.notation import (
    FORMAT,
    TICKET_FORMAT,
    Document,
    digest_text,
    fault,
    hash_of,
    integer,
    items,
    matched,
    members,
    tagged,
    text,
    written,
)

Rank = tuple[int, bytes]
METHODS = ("exact", "integral")


@dataclass(frozen=True, slots=True)
class Result:
    """What the head says of one stratum; `last` and `next` are ranks, in a fixed sample only."""

    drawn: int
    inclusion: str
    last: Rank | None = None
    next: Rank | None = None


@dataclass(frozen=True)
class Head:
    """The commitment, what was revealed, the seed, and each stratum's threshold."""

    commitment: Commitment
    nonces: Nonces
    seed: bytes
    results: tuple[Result, ...]

    @cached_property
    def data(self) -> bytes:
        """The canonical head."""
        nonces = self.nonces
        revealed: Document = {
            "authority": nonces.authority.hex(),
            "beacon": nonces.beacon,
            "witnesses": [nonce.hex() for nonce in nonces.witnesses],
        }
        fixed = self.commitment.kind == "fixed"
        return written(
            {
                "commitment": self.commitment.document(),
                "nonces": revealed,
                "seed": self.seed.hex(),
                "strata": [_result_document(result, fixed=fixed) for result in self.results],
            }
        )

    @cached_property
    def true_seed(self) -> bytes:
        """The seed as the commitment and the nonces give it, whatever the file states.

        Raises
        ------
        InvalidInput
            For nonces that are not the committed ones.
        """
        return seed_of(self.commitment, self.nonces)

    def digest(self, lists: bytes) -> bytes:
        """The digest of the proof with this head and these lists."""
        return tagged(hash_of(self.commitment.algorithm), "proof", self.data, lists)


@dataclass(frozen=True, slots=True)
class Entry:
    """An object of the proof: what was selected, how likely it was, and its way to the root."""

    selected: Selected
    inclusion: str
    path: tuple[bytes, ...]

    @property
    def member(self) -> Member:
        """The object."""
        return self.selected.member

    def document(self) -> Document:
        """The entry as JSON values."""
        key = self.selected.key
        return {
            "hash": self.selected.hash.hex(),
            "inclusion": self.inclusion,
            **({} if key is None else {"key": str(key)}),
            **_object_document(self.member, self.path),
        }


@dataclass(frozen=True)
class Proof:
    """A proof; `stated` is the digest that its file claims."""

    head: Head
    drawn: tuple[Entry, ...]
    next: tuple[Entry, ...]
    stated: bytes | None = None

    @cached_property
    def _lists(self) -> tuple[bytes, bytes]:
        return written([entry.document() for entry in self.drawn]), written(
            [entry.document() for entry in self.next]
        )

    @cached_property
    def lists(self) -> bytes:
        """The digest of both lists."""
        return tagged(hash_of(self.head.commitment.algorithm), "lists", *self._lists)

    @cached_property
    def digest(self) -> bytes:
        """The digest of the whole proof: what is published, and what a redraw names."""
        return self.head.digest(self.lists)

    @cached_property
    def data(self) -> bytes:
        """The file."""
        drawn, beyond = self._lists
        digest, form = self.digest.hex().encode(), FORMAT.encode()
        return (
            b'{"digest":"%b","drawn":%b,"format":"%b","head":%b,"next":%b}\n'
            % (digest, drawn, form, self.head.data, beyond)
        )  # fmt: skip


@dataclass(frozen=True)
class Ticket:
    """The proof about one object, drawn or not."""

    head: Head
    lists: bytes
    member: Member
    path: tuple[bytes, ...]
    stated: bytes


def make_proof(draw: Draw) -> Proof:
    """The proof of a draw that was carried out."""
    likely = inclusions(draw.frame, draw.commitment, draw.outcomes)
    tree = draw.frame.tree(draw.commitment.algorithm)

    def entry(selected: Selected, of: Inclusions) -> Entry:
        member = selected.member
        return Entry(selected, of.of(member.weight), tree.inclusion(member.index).path)

    pairs = list(zip(draw.outcomes, likely, strict=True))
    head = Head(
        draw.commitment, draw.nonces, draw.seed, tuple(_result(outcome, of.method) for outcome, of in pairs)
    )
    return Proof(
        head,
        tuple(entry(selected, of) for outcome, of in pairs for selected in outcome.drawn),
        tuple(entry(outcome.next, of) for outcome, of in pairs if outcome.next is not None),
    )


def proof_of(draw: Draw) -> bytes:
    """The proof file of a draw that was carried out."""
    return make_proof(draw).data


def ticket_of(proof: Proof, frame: Frame, identity: str) -> bytes:
    """The ticket file of one object of the frame, drawn or not.

    Raises
    ------
    InvalidInput
        `frame.absent`; `ticket.frame` for a frame that is not the one of the proof.
    """
    commitment = proof.head.commitment
    tree = frame.tree(commitment.algorithm)
    if tree.root != commitment.root:
        fault(
            "ticket.frame",
            N_("This frame is not the one that the proof speaks of."),
            N_("Take the frame as it was when the commitment was published."),
        )
    member = frame.find(identity)
    path = tree.inclusion(member.index).path
    pieces = (proof.digest.hex(), TICKET_FORMAT, proof.lists.hex())
    digest, form, lists = (piece.encode() for piece in pieces)
    return (
        b'{"digest":"%b","format":"%b","head":%b,"lists":"%b","object":%b}\n'
        % (digest, form, proof.head.data, lists, written(_object_document(member, path)))
    )  # fmt: skip


def read_proof(data: bytes | str) -> Proof:
    """Read a proof file.

    Raises
    ------
    InvalidInput
        For anything that is not in the form of docs/topics/draw-proof.md: `json.*`, `form.*`, `text.*`,
        `design.*`, `commitment.*`, `proof.format`.
    """
    value = members(notation.read(data), "proof", "digest", "drawn", "format", "head", "next")
    _check_format(value["format"], FORMAT)
    head = _head(value["head"])
    keyed = head.commitment.kind == "fixed"
    return Proof(
        head,
        tuple(_entry(item, keyed=keyed) for item in items(value["drawn"], "drawn")),
        tuple(_entry(item, keyed=keyed) for item in items(value["next"], "next")),
        digest_text(value["digest"], "digest"),
    )


def read_ticket(data: bytes | str) -> Ticket:
    """Read a ticket file; errors as for `read_proof`."""
    value = members(notation.read(data), "ticket", "digest", "format", "head", "lists", "object")
    _check_format(value["format"], TICKET_FORMAT)
    stated = members(value["object"], "object", "identity", "index", "path", "stratum", "weight")
    return Ticket(
        _head(value["head"]),
        digest_text(value["lists"], "lists"),
        _member(stated),
        notation.split_path(stated["path"], "path"),
        digest_text(value["digest"], "digest"),
    )


def _check_format(value: Json, expected: str) -> None:
    if value != expected:
        fault(
            "proof.format",
            N_("The format is %(value)s, not %(expected)s."),
            N_("Choose the file of the proof or of the ticket."),
            value=notation.shown(value),
            expected=expected,
        )


def _result(outcome: Outcome, method: str) -> Result:
    drawn = outcome.drawn
    if outcome.next is None and (not drawn or drawn[-1].key is None):
        return Result(len(drawn), method)
    last = drawn[-1].rank if drawn else None
    return Result(len(drawn), method, last, outcome.next.rank if outcome.next else None)


def _result_document(result: Result, *, fixed: bool) -> Document:
    ranks: Document = (
        {"last": _rank_document(result.last), "next": _rank_document(result.next)} if fixed else {}
    )
    return {"drawn": result.drawn, "inclusion": result.inclusion, **ranks}


def _rank_document(rank: Rank | None) -> Json:
    return None if rank is None else {"hash": rank[1].hex(), "key": str(rank[0])}


def _object_document(member: Member, path: tuple[bytes, ...]) -> Document:
    return {
        "identity": member.identity,
        "index": member.index,
        "path": notation.joined(path),
        "stratum": member.stratum,
        "weight": member.weight,
    }


def _head(value: Json) -> Head:
    head = members(value, "head", "commitment", "nonces", "seed", "strata")
    commitment = commitment_of(head["commitment"])
    results = items(head["strata"], "strata")
    if len(results) != len(commitment.strata):
        fault(
            "proof.strata",
            N_("The proof has results for %(found)d strata; the commitment names %(expected)d."),
            found=len(results),
            expected=len(commitment.strata),
        )
    fixed = commitment.kind == "fixed"
    return Head(
        commitment,
        _nonces(head["nonces"]),
        digest_text(head["seed"], "seed"),
        tuple(_read_result(result, fixed=fixed) for result in results),
    )


def _nonces(value: Json) -> Nonces:
    nonces = members(value, "nonces", "authority", "beacon", "witnesses")
    beacon = nonces["beacon"]
    return Nonces(
        digest_text(nonces["authority"], "authority"),
        tuple(digest_text(nonce, "witness") for nonce in items(nonces["witnesses"], "witnesses")),
        None if beacon is None else text(beacon, "beacon"),
    )


def _read_result(value: Json, *, fixed: bool) -> Result:
    ranks = ("last", "next") if fixed else ()
    result = members(value, "stratum", "drawn", "inclusion", *ranks)
    method = result["inclusion"]
    if method not in METHODS:
        fault("form.inclusion", N_('"%(value)s" is no way to compute a probability.'), value=str(method))
    last, beyond = (_rank(result[name]) for name in ranks) if fixed else (None, None)
    return Result(integer(result["drawn"], "drawn"), str(method), last, beyond)


def _rank(value: Json) -> Rank | None:
    if value is None:
        return None
    rank = members(value, "rank", "hash", "key")
    return int(matched(rank["key"], notation.WHOLE, "key")), digest_text(rank["hash"], "hash")


def _entry(value: Json, *, keyed: bool) -> Entry:
    names = ("hash", "identity", "inclusion", "index", "path", "stratum", "weight")
    entry = members(value, "object", *names, *(("key",) if keyed else ()))
    key = int(matched(entry["key"], notation.WHOLE, "key")) if keyed else None
    return Entry(
        Selected(_member(entry), digest_text(entry["hash"], "hash"), key),
        matched(entry["inclusion"], notation.INCLUSION, "inclusion"),
        notation.split_path(entry["path"], "path"),
    )


def _member(value: Document) -> Member:
    weight = matched(value["weight"], notation.WEIGHT, "weight")
    if weight == "0":
        fault("form.weight", N_("The weight of %(value)s is 0."), value=notation.shown(value["identity"]))
    return Member(
        integer(value["index"], "index"),
        notation.field(value["stratum"], "stratum"),
        notation.field(value["identity"], "identity"),
        weight,
    )
