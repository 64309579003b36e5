"""Whether a proof or a ticket is true: everything that can be recomputed is recomputed.

This module refuses to trust a figure of the file: hashes, keys, seed and thresholds are made anew, and
what cannot be shown without the frame is said in the notes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.lottery import keys
from zhiheng.methods.lottery.checks import (
    check_counts,
    check_digest,
    check_inclusion,
    check_keys,
    check_order,
    check_path,
    check_paths,
    check_seed,
    stratum_number,
    threshold,
    wrong_inclusion,
)
from zhiheng.methods.lottery.commitment import Commitment
from zhiheng.methods.lottery.draw import check_frame, check_nonces, object_hash, select
from zhiheng.methods.lottery.exclusions import Exclusions, parse_exclusions
from zhiheng.methods.lottery.frame import Frame, Member, parse_frame
from zhiheng.methods.lottery.inclusion import inclusions
from zhiheng.methods.lottery.notation import WEIGHT_PLACES, fault, scaled, shown
from zhiheng.methods.lottery.proof import Head, Proof, Ticket, read_proof, read_ticket
from zhiheng.methods.lottery.verdict import Note, Verdict, all_of, broken

Work = Callable[[], object]
TOLERANCE = Fraction(1, 10**9)


def verify_proof(
    proof: bytes | str | Proof,
    frame: bytes | Frame | None = None,
    exclusions: bytes | Exclusions | None = None,
) -> Verdict:
    """Check a whole proof, with its frame or without.

    Parameters
    ----------
    proof : bytes, str or Proof
        The file as it is, or what `read_proof` made of it.
    frame : bytes or Frame, optional
        With it the draw is carried out again.
    exclusions : bytes or Exclusions, optional
        With it the list of excluded objects is compared with the commitment.

    Returns
    -------
    Verdict
        Never raises for a file that is broken: that is a failed check.
    """
    try:
        opened = proof if isinstance(proof, Proof) else read_proof(proof)
    except InvalidInput as problem:
        return broken(problem)
    work = list(_proof_checks(opened))
    held: list[Frame] = []
    if frame is not None:
        work += _frame_checks(opened, frame, held)
    if exclusions is not None:
        work.append(("exclusions", lambda: _check_exclusions(opened.head.commitment, exclusions, held)))
    checks = all_of(work)
    notes = tuple(_notes(opened, with_frame=frame is not None))
    return Verdict(checks, notes, opened.digest.hex(), opened.head.commitment.digest.hex())


def verify_object(data: bytes | str | Ticket | Proof, identity: str | None = None) -> Verdict:
    """Check the fate of one object, from its ticket or, if it was drawn, from the proof.

    Parameters
    ----------
    data : bytes, str, Ticket or Proof
        A ticket speaks of its own object; of a proof, `identity` says which.
    identity : str, optional
        The object that is asked for; a ticket about another one fails.

    Returns
    -------
    Verdict
        `drawn` says the fate if every check passed.
    """
    try:
        ticket = _ticket(data, identity)
    except InvalidInput as problem:
        return broken(problem)
    head, member = ticket.head, ticket.member
    fate: list[bool] = []
    checks = all_of(
        (
            ("digest", lambda: check_digest(head.digest(ticket.lists), ticket.stated)),
            ("nonces", lambda: check_nonces(head.commitment, head.nonces)),
            ("seed", lambda: check_seed(head)),
            ("paths", lambda: check_path(head.commitment, member, ticket.path)),
            ("fate", lambda: fate.append(_fate(head, member))),
        )
    )
    verdict = Verdict(checks)
    digest = ticket.stated.hex()
    notes = (Note("ticket", {"digest": digest}), *_origin_notes(head.commitment))
    return Verdict(
        checks, notes, digest, head.commitment.digest.hex(), fate[0] if fate and verdict.valid else None
    )


def _ticket(data: bytes | str | Ticket | Proof, identity: str | None) -> Ticket:
    if isinstance(data, (bytes, str)):
        # Canonical form: after the digest a proof goes on with its list, a ticket with its format.
        whole = data[77:84] in (b'"drawn"', '"drawn"')
        data = read_proof(data) if whole else read_ticket(data)
    if isinstance(data, Proof):
        entry = next((entry for entry in data.drawn if entry.member.identity == identity), None)
        if entry is None:
            fault(
                "object.not_listed",
                N_("The proof lists no drawn object %(identity)s."),
                N_("If it was not drawn, ask for its ticket."),
                identity=shown(identity),
            )
        return Ticket(data.head, data.lists, entry.member, entry.path, data.stated or data.digest)
    if identity is not None and data.member.identity != identity:
        fault(
            "object.another",
            N_("The ticket is about %(found)s, not about %(identity)s."),
            found=shown(data.member.identity),
            identity=shown(identity),
        )
    return data


def _proof_checks(proof: Proof) -> Iterator[tuple[str, Work]]:
    head = proof.head
    commitment = head.commitment
    yield "digest", lambda: check_digest(proof.digest, proof.stated or proof.digest)
    yield "nonces", lambda: check_nonces(commitment, head.nonces)
    yield "seed", lambda: check_seed(head)
    yield "counts", lambda: check_counts(proof)
    yield "paths", lambda: check_paths(proof)
    yield "keys", lambda: check_keys(proof)
    yield "order", lambda: check_order(proof)
    yield "inclusion", lambda: check_inclusion(proof)


def _rank(head: Head, seed: bytes, member: Member) -> tuple[int | None, bytes]:
    value = object_hash(seed, member.identity, head.commitment.algorithm)
    if head.commitment.kind != "fixed":
        return None, value
    return keys.key(keys.uniform_bits(value), scaled(member.weight, WEIGHT_PLACES)), value


def _fate(head: Head, member: Member) -> bool:
    commitment = head.commitment
    number = stratum_number(commitment, member.stratum)
    plan, result = commitment.strata[number], head.results[number]
    key, value = _rank(head, head.true_seed, member)
    if key is None:
        return keys.uniform_bits(value) < threshold(commitment, plan, member)
    last, beyond, own = result.last, result.next, (key, value)
    gap = (last is None or last < own) and (beyond is None or own < beyond)
    if result.drawn != plan.amount or (last is None) is not (plan.amount == 0) or gap:
        fault(
            "ticket.threshold",
            N_("The threshold of the stratum %(name)s cannot be true: this object lies in between."),
            name=shown(plan.name),
        )
    return last is not None and own <= last


def _frame_checks(proof: Proof, given: bytes | Frame, held: list[Frame]) -> list[tuple[str, Work]]:
    def compare() -> None:
        frame = given if isinstance(given, Frame) else parse_frame(given)
        check_frame(frame, proof.head.commitment)
        held.append(frame)

    return [("frame", compare), ("redrawn", lambda: _check_redrawn(proof, held))]


def _check_redrawn(proof: Proof, held: list[Frame]) -> None:
    if not held:
        fault(
            "proof.redraw_impossible", N_("Without the committed frame the draw cannot be carried out again.")
        )
    head, frame = proof.head, held[0]
    commitment = head.commitment
    amounts = [plan.amount for plan in commitment.strata]
    seed = head.true_seed
    outcomes = select(frame, commitment.kind, amounts, seed, commitment.algorithm)
    drawn = [selected for outcome in outcomes for selected in outcome.drawn]
    beyond = [outcome.next for outcome in outcomes if outcome.next is not None]
    for right, entries in ((drawn, proof.drawn), (beyond, proof.next)):
        stated = [entry.selected for entry in entries]
        if right != stated:
            differing = next(
                (a for a, b in zip(right, stated, strict=False) if a != b), (*right, *stated)[-1]
            )
            fault(
                "proof.redrawn",
                N_("Drawing again from the frame gives another list: it differs first at %(identity)s."),
                identity=shown(differing.member.identity),
            )
    likely = inclusions(frame, commitment, outcomes)
    if [of.method for of in likely] != [result.inclusion for result in head.results]:
        fault("proof.method", N_("The proof calls a probability exact that is an integral, or the reverse."))
    found = {plan.name: of for plan, of in zip(commitment.strata, likely, strict=True)}
    for entry in (*proof.drawn, *proof.next):
        text = found[entry.member.stratum].of(entry.member.weight)
        if abs(Fraction(text) - Fraction(entry.inclusion)) > TOLERANCE:
            wrong_inclusion(entry)


def _check_exclusions(commitment: Commitment, given: bytes | Exclusions, held: list[Frame]) -> None:
    excluded = given if isinstance(given, Exclusions) else parse_exclusions(given)
    found = (len(excluded.identities), excluded.digest(commitment.algorithm))
    if found != commitment.excluded:
        fault(
            "proof.exclusions",
            N_("The list of %(found)d exclusions is not the committed one of %(stated)d."),
            found=found[0],
            stated=commitment.excluded[0],
        )
    if held:
        excluded.check_against(held[0])


def _notes(proof: Proof, *, with_frame: bool) -> Iterator[Note]:
    head = proof.head
    if not with_frame:
        yield Note("without_frame")
        if any(result.inclusion == "integral" for result in head.results):
            yield Note("integral")
    yield from _origin_notes(head.commitment)


def _origin_notes(commitment: Commitment) -> Iterator[Note]:
    said = commitment.announcement
    yield Note("published", {"digest": commitment.digest.hex()})
    for witness in said.witnesses:
        if witness.nonce_hash is None:
            yield Note("open_witness", {"name": witness.name})
    redraw = said.redraw_of
    if redraw is not None:
        params = {"commitment": redraw.commitment, "reason": redraw.reason, "approver": redraw.approver}
        yield Note("replaces", params)
