"""Whether a published pairing is what its inputs and its seed make it.

Without the objects' draw, everything in the file is computed again; with its proof, also that the seed
is that draw's, and that the tasks are objects drawn. This module refuses to vouch for the inputs:
whether a recusal was left out, nobody can see in a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from zhiheng.kernel.chain import Json
from zhiheng.methods.errors import N_, InvalidInput, Param
from zhiheng.methods.lottery.notation import FORMAT as DRAW_FORMAT
from zhiheng.methods.lottery.notation import (
    Document,
    digest_text,
    hash_of,
    items,
    members,
    read,
    text,
    written,
)
from zhiheng.methods.lottery.notation import tagged as draw_tagged
from zhiheng.methods.lottery.pairing import pair
from zhiheng.methods.lottery.pairing_document import inputs_digest, inputs_document, preparation_of
from zhiheng.methods.lottery.pairing_statement import (
    DrawBasis,
    Statement,
    pairing_seed,
    statement_digest,
    statement_read,
)

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "form": N_("form of the file"),
        "digest": N_("digest of the statement"),
        "inputs": N_("digests of the inputs"),
        "seed": N_("seed"),
        "draw": N_("draw of the objects"),
        "pairing": N_("teams, drawn again"),
    }
)


@dataclass(frozen=True, slots=True)
class Check:
    """One check: passed, or what differs; `not_run` where something it needs is missing."""

    name: str
    state: str
    problem: InvalidInput | None = None

    @property
    def title(self) -> str:
        """What is checked, as a msgid."""
        return TITLES[self.name]


@dataclass(frozen=True, slots=True)
class Remark:
    """What the checks cannot say, as a msgid with its values."""

    message: str
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PairingVerdict:
    """All checks of a statement, and what they leave open; `statement` is None where it was not read."""

    checks: tuple[Check, ...]
    remarks: tuple[Remark, ...]
    statement: Statement | None

    @property
    def sound(self) -> bool:
        """Whether nothing failed."""
        return all(check.state != "failed" for check in self.checks)


@dataclass(frozen=True, slots=True)
class DrawnObjects:
    """What a pairing needs of a draw's proof: its digests and seed, and who was drawn."""

    basis: DrawBasis
    identities: frozenset[str]


def drawn_objects(proof: bytes) -> DrawnObjects:
    """The drawn objects of a draw's proof, after its digest was recomputed; nothing else is checked.

    Raises
    ------
    InvalidInput
        `json.` and `form.` codes, and `pairing.draw_digest`.
    """
    file = members(read(proof), DRAW_FORMAT, "digest", "drawn", "format", "head", "next")
    head = members(file["head"], "head", "commitment", "nonces", "seed", "strata")
    commitment = head["commitment"]
    if not isinstance(commitment, dict):
        raise InvalidInput("form.members", N_('"%(where)s" is not an object.'), where="commitment")
    digest = hash_of(text(commitment.get("algorithm"), "algorithm"))
    lists = draw_tagged(digest, "lists", written(file["drawn"]), written(file["next"]))
    found = draw_tagged(digest, "proof", written(head), lists)
    if found != digest_text(file["digest"], "digest"):
        raise InvalidInput(
            "pairing.draw_digest",
            N_("The proof of the draw was changed: its digest is another one."),
            N_("Fetch the proof again; `zhiheng verify draw` tells more."),
        )
    return DrawnObjects(
        DrawBasis(
            draw_tagged(digest, "commitment", written(commitment)), found, digest_text(head["seed"], "seed")
        ),
        frozenset(_identity(one) for one in items(file["drawn"], "drawn")),
    )


def _identity(value: Json) -> str:
    return text(value.get("identity"), "identity") if isinstance(value, dict) else text(None, "drawn")


def pairing_verify(data: bytes, draw: DrawnObjects | None = None) -> PairingVerdict:
    """Check a statement, and with the objects' draw that it is the one the pairing rests on.

    A tampered file gives failed checks, not an exception.
    """
    try:
        found = statement_read(data)
    except InvalidInput as problem:
        rest = tuple(Check(name, "not_run") for name in TITLES if name != "form")
        return PairingVerdict((Check("form", "failed", problem), *rest), (), None)
    checks = [Check("form", "passed")]
    for name, work in _CHECKS.items():
        try:
            work(found)
        except InvalidInput as problem:
            checks.append(Check(name, "failed", problem))
        else:
            checks.append(Check(name, "passed"))
    checks.insert(4, _draw_check(found, draw))
    return PairingVerdict(tuple(checks), tuple(_remarks(found, draw)), found)


def _digest_check(found: Statement) -> None:
    teams: list[Json] = [
        {
            "members": [{"inspector": one.inspector, "role": one.role} for one in team.members],
            "task": team.task,
        }
        for team in found.teams
    ]
    _same("digest", statement_digest(found.head, teams, found.algorithm), found.digest)


def _inputs_check(found: Statement) -> None:
    _same("inputs", inputs_digest(found.of, found.algorithm), found.inputs)
    document: Document = inputs_document(found.of)
    _same("preparation", preparation_of(document, found.algorithm), found.preparation)


def _seed_check(found: Statement) -> None:
    _same("seed", pairing_seed(found.of, found.occasion, found.algorithm), found.seed)


def _same(where: str, computed: bytes, stated: bytes) -> None:
    if computed != stated:
        raise InvalidInput(
            "pairing.differs",
            N_("%(where)s: the file says %(stated)s, but its content gives %(computed)s."),
            N_("The file was changed after it was made, or made by other rules."),
            where=where,
            stated=stated.hex(),
            computed=computed.hex(),
        )


def _pairing_check(found: Statement) -> None:
    again = pair(found.of, found.seed, algorithm=found.algorithm).teams
    wrong = [i for i, team in enumerate(again) if i >= len(found.teams) or team != found.teams[i]]
    if wrong or len(again) != len(found.teams):
        first = again[wrong[0]] if wrong else again[-1]
        raise InvalidInput(
            "pairing.teams_differ",
            N_("%(count)d teams differ from those drawn again; for %(task)s it should be %(members)s."),
            N_("The teams were changed, or drawn by other rules."),
            count=max(len(wrong), 1),
            task=first.task,
            members=", ".join(one.inspector for one in first.members),
        )


_CHECKS: Final[Mapping[str, Callable[[Statement], None]]] = MappingProxyType(
    {"digest": _digest_check, "inputs": _inputs_check, "seed": _seed_check, "pairing": _pairing_check}
)


def _draw_check(found: Statement, draw: DrawnObjects | None) -> Check:
    if draw is None:
        return Check("draw", "not_run")
    problem = None
    strangers = [task.identity for task in found.of.tasks if task.identity not in draw.identities]
    if found.occasion.draw != draw.basis:
        problem = InvalidInput(
            "pairing.other_draw",
            N_("The pairing rests on another draw than this one."),
            N_("Ask for the proof whose digest the statement names."),
        )
    elif strangers:
        problem = InvalidInput(
            "pairing.not_drawn",
            N_("%(count)d tasks are no objects of this draw, %(task)s among them."),
            N_("A pairing gives inspectors to the objects that were drawn, and to no others."),
            count=len(strangers),
            task=strangers[0],
        )
    return Check("draw", "failed" if problem else "passed", problem)


def _remarks(found: Statement, draw: DrawnObjects | None) -> Iterator[Remark]:
    """What a reader should know beside the checks."""
    if draw is not None:
        left = len(draw.identities - {task.identity for task in found.of.tasks})
        if left:
            yield Remark(N_("%(count)d objects that were drawn have no inspectors here."), {"count": left})
    elif found.occasion.draw is not None:
        yield Remark(N_("The proof of the objects' draw was not given, so its seed is taken as stated."))
    if not found.occasion.witnesses:
        yield Remark(
            N_(
                "No witness had a part after the objects were drawn. Compare the preparation digest "
                "%(digest)s with the one published before that draw; a file alone cannot show that "
                "inspectors, recusals and rules were fixed in time."
            ),
            {"digest": found.preparation.hex()},
        )
    withheld = sum(one.reason == "withheld" for one in found.of.recusals)
    if withheld:
        yield Remark(N_("The reasons of %(count)d recusals are withheld."), {"count": withheld})
