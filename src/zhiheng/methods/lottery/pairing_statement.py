"""The published statement of a pairing: format "zhiheng-pairing/1", one canonical JSON file.

It holds everything the teams follow from, so whoever has it can compute them again; the notation
(canonical JSON, texts, digests) is that of docs/topics/draw-proof.md, with tagged hashes of its own:

    P(label, p1, …) = H( lp("zhiheng-pairing/1 " ‖ label) ‖ lp(p1) ‖ … )

    preparation = P("preparation", canonical {"inspectors", "recusals", "rules"})
    inputs      = P("inputs", canonical {"inspectors", "recusals", "rules", "tasks"})
    seed        = P("seed", inputs, draw's proof digest, draw's seed, nonce of each witness …)
    digest      = P("statement", canonical head, canonical teams)

with empty bytes for a draw that there is not. A reason that is withheld leaves its seal:

    seal        = P("reason", inspector, on, target, reason, salt)
    sealed name = "p-" ‖ the first 16 bytes of P("inspector", staff number, salt), in hexadecimal

This module refuses to say when the inputs were fixed: see docs/methods/pairing.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from zhiheng.kernel.chain import ALGORITHM, Json
from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.lottery.notation import (
    NONCE_SIZE,
    Document,
    digest_text,
    hash_of,
    items,
    members,
    read,
    text,
    time_text,
    written,
)
from zhiheng.methods.lottery.pairing import Member, Pairing, Team, pair
from zhiheng.methods.lottery.pairing_document import (
    FORMAT,
    inputs_digest,
    inputs_document,
    inputs_read,
    preparation_of,
    tagged,
)
from zhiheng.methods.lottery.pairing_records import Inputs, Reason, Recusal

HEAD: Final = (
    "algorithm", "authority", "draw", "inputs", "preparation", "redraw_of", "seed", "time", "title",
    "witnesses",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DrawBasis:
    """The draw of the objects: digests of its commitment and its proof, and its seed."""

    commitment: bytes
    proof: bytes
    seed: bytes


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who gave 32 bytes of his own after the inputs were fixed."""

    name: str
    nonce: bytes


@dataclass(frozen=True, slots=True)
class Redraw:
    """The pairing that this one replaces, why, and who approved it."""

    statement: bytes
    reason: str
    approver: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a pairing was made for, and with whom."""

    title: str
    authority: str
    time: str
    draw: DrawBasis | None = None
    witnesses: tuple[Witness, ...] = ()
    redraw_of: Redraw | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that was read: its form is right, its content not yet checked."""

    of: Inputs
    occasion: Occasion
    algorithm: str
    inputs: bytes
    preparation: bytes
    seed: bytes
    teams: tuple[Team, ...]
    digest: bytes
    head: Document


def pairing_seed(of: Inputs, occasion: Occasion, algorithm: str = ALGORITHM) -> bytes:
    """The seed: inputs, draw and the witnesses' nonces together.

    Raises
    ------
    InvalidInput
        `pairing.nobody_else` without a draw and without witnesses; `pairing.nonce` unless a nonce has
        32 bytes.
    """
    draw = occasion.draw
    if draw is None and not occasion.witnesses:
        raise InvalidInput(
            "pairing.nobody_else",
            N_("Nobody but the authority has a part in this pairing's seed."),
            N_("Give the proof of the objects' draw, or the nonce of at least one witness."),
        )
    for witness in occasion.witnesses:
        if len(witness.nonce) != NONCE_SIZE:
            raise InvalidInput(
                "pairing.nonce",
                N_("The nonce of %(witness)s has %(length)d bytes."),
                N_("A nonce has 32 bytes, 64 hexadecimal digits."),
                witness=witness.name,
                length=len(witness.nonce),
            )
    basis = (draw.proof, draw.seed) if draw else (b"", b"")
    nonces = (witness.nonce for witness in occasion.witnesses)
    return tagged(algorithm, "seed", inputs_digest(of, algorithm), *basis, *nonces)


def reason_seal(one: Recusal, reason: Reason, salt: bytes, algorithm: str = ALGORITHM) -> str:
    """The seal of a reason that is not published; `salt` is secret, random, and used for no other."""
    parts = (one.inspector, one.on, one.target, reason.value)
    return tagged(algorithm, "reason", *(part.encode() for part in parts), _salt(salt)).hex()


def sealed_identity(staff_number: str, salt: bytes, algorithm: str = ALGORITHM) -> str:
    """A name under which an inspector is paired without being known until the salt is shown."""
    return f"p-{tagged(algorithm, 'inspector', staff_number.encode(), _salt(salt))[:16].hex()}"


def _salt(salt: bytes) -> bytes:
    if len(salt) != NONCE_SIZE:
        raise InvalidInput(
            "pairing.salt",
            N_("The salt has %(length)d bytes."),
            N_("Give 32 random bytes, others for each thing that is sealed."),
            length=len(salt),
        )
    return salt


def statement(of: Inputs, occasion: Occasion, algorithm: str = ALGORITHM) -> tuple[Pairing, bytes]:
    """Draw the pairing and write its statement: the teams, and the bytes of the file.

    Raises
    ------
    InvalidInput
        As for `pairing_seed` and `pairing.pair`, and `text.` or `form.` codes for the occasion.
    """
    seed = pairing_seed(of, occasion, algorithm)
    found = pair(of, seed, algorithm=algorithm)
    document = inputs_document(of)
    head = _head(occasion, algorithm)
    head |= {
        "inputs": inputs_digest(of, algorithm).hex(),
        "preparation": preparation_of(document, algorithm).hex(),
        "seed": seed.hex(),
    }
    teams: list[Json] = [_team_document(team) for team in found.teams]
    file: Document = {
        "digest": statement_digest(head, teams, algorithm).hex(),
        "format": FORMAT,
        "head": head,
        "inputs": document,
        "teams": teams,
    }
    data = written(file) + b"\n"
    statement_read(data)  # what is written here is read everywhere
    return found, data


def statement_digest(head: Document, teams: list[Json], algorithm: str) -> bytes:
    """The digest by which a statement is cited."""
    return tagged(algorithm, "statement", written(head), written(teams))


def statement_read(data: bytes) -> Statement:
    """Read a statement; every part has its one form, and nothing is missing or added.

    Raises
    ------
    InvalidInput
        `json.`, `form.`, `text.` and `pairing.` codes: where, what stands there, what would be right.
    """
    file = members(read(data), FORMAT, "digest", "format", "head", "inputs", "teams")
    if file["format"] != FORMAT:
        raise InvalidInput(
            "pairing.format",
            N_("The file is no statement of a pairing, or of a later format."),
            N_("This program reads %(format)s."),
            format=FORMAT,
        )
    head = members(file["head"], "head", *HEAD)
    algorithm = text(head["algorithm"], "algorithm")
    hash_of(algorithm)
    of = inputs_read(file["inputs"])
    if inputs_document(of) != file["inputs"]:
        raise InvalidInput(
            "pairing.order",
            N_("The inputs are not in the order that the format prescribes."),
            N_("Fetch the file again, unchanged."),
        )
    return Statement(
        of,
        _occasion(head),
        algorithm,
        digest_text(head["inputs"], "inputs"),
        digest_text(head["preparation"], "preparation"),
        digest_text(head["seed"], "seed"),
        tuple(_team_read(one) for one in items(file["teams"], "teams")),
        digest_text(file["digest"], "digest"),
        head,
    )


def _head(occasion: Occasion, algorithm: str) -> Document:
    draw, earlier = occasion.draw, occasion.redraw_of
    return {
        "algorithm": algorithm,
        "authority": text(occasion.authority, "authority"),
        "draw": None
        if draw is None
        else {"commitment": draw.commitment.hex(), "proof": draw.proof.hex(), "seed": draw.seed.hex()},
        "redraw_of": None
        if earlier is None
        else {
            "approver": text(earlier.approver, "approver"),
            "reason": text(earlier.reason, "reason"),
            "statement": earlier.statement.hex(),
        },
        "time": time_text(occasion.time, "time"),
        "title": text(occasion.title, "title"),
        "witnesses": [
            {"name": text(one.name, "witness"), "nonce": one.nonce.hex()} for one in occasion.witnesses
        ],
    }


def _occasion(head: Document) -> Occasion:
    draw, earlier = None, None
    if head["draw"] is not None:
        basis = members(head["draw"], "draw", "commitment", "proof", "seed")
        draw = DrawBasis(*(digest_text(basis[name], name) for name in ("commitment", "proof", "seed")))
    if head["redraw_of"] is not None:
        first = members(head["redraw_of"], "redraw_of", "approver", "reason", "statement")
        earlier = Redraw(
            digest_text(first["statement"], "statement"),
            text(first["reason"], "reason"),
            text(first["approver"], "approver"),
        )
    witnesses = []
    for one in items(head["witnesses"], "witnesses"):
        witness = members(one, "witnesses", "name", "nonce")
        witnesses.append(Witness(text(witness["name"], "witness"), digest_text(witness["nonce"], "nonce")))
    return Occasion(
        text(head["title"], "title"),
        text(head["authority"], "authority"),
        time_text(head["time"], "time"),
        draw,
        tuple(witnesses),
        earlier,
    )


def _team_document(team: Team) -> Json:
    return {
        "members": [{"inspector": one.inspector, "role": one.role} for one in team.members],
        "task": team.task,
    }


def _team_read(value: Json) -> Team:
    team = members(value, "teams", "members", "task")
    found = []
    for one in items(team["members"], "members"):
        member = members(one, "members", "inspector", "role")
        found.append(Member(text(member["inspector"], "inspector"), text(member["role"], "role")))
    return Team(text(team["task"], "task"), tuple(found))
