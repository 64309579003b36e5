"""The checks of a proof one by one; each refuses what it finds wrong and returns nothing.

They recompute from the commitment and the revealed nonces, never from a figure of the file. This
module refuses to look at a frame.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import NoReturn

from zhiheng.kernel.chain import Inclusion, includes
from zhiheng.methods.errors import N_
from zhiheng.methods.lottery import keys
from zhiheng.methods.lottery.commitment import Commitment, StratumPlan
from zhiheng.methods.lottery.frame import Member
from zhiheng.methods.lottery.inclusion import exact_text
from zhiheng.methods.lottery.notation import WEIGHT_PLACES, fault, hash_of, scaled, shown, tagged
from zhiheng.methods.lottery.proof import Entry, Head, Proof, Result


def check_digest(computed: bytes, stated: bytes) -> None:
    """The digest that the file states is that of its content."""
    if computed != stated:
        fault(
            "proof.digest",
            N_("The file states the digest %(stated)s, but its content gives %(computed)s: it was changed."),
            N_("Fetch the file again from where it was published."),
            stated=stated.hex(),
            computed=computed.hex(),
        )


def check_seed(head: Head) -> None:
    """The seed is that of the commitment and the nonces."""
    computed = head.true_seed
    if computed != head.seed:
        fault(
            "proof.seed",
            N_("The stated seed %(stated)s is not %(computed)s, which the nonces give."),
            stated=head.seed.hex(),
            computed=computed.hex(),
        )


def check_counts(proof: Proof) -> None:
    """As many objects are listed as stated and, in a fixed sample, as committed."""
    commitment = proof.head.commitment
    found = [(name, len(list(run))) for name, run in groupby(entry.member.stratum for entry in proof.drawn)]
    results = list(zip(commitment.strata, proof.head.results, strict=True))
    stated = [(plan.name, result.drawn) for plan, result in results if result.drawn]
    if found != stated:
        fault(
            "proof.counts",
            N_("The list of drawn objects is not, stratum by stratum, as long as the proof says."),
            N_("Drawn: %(found)s. Stated: %(stated)s."),
            found=_counted(found),
            stated=_counted(stated),
        )
    for plan, result in results if commitment.kind == "fixed" else ():
        if result.drawn != plan.amount:
            fault(
                "proof.sample",
                N_("In the stratum %(name)s %(drawn)d objects were drawn; committed were %(sample)d."),
                name=shown(plan.name),
                drawn=result.drawn,
                sample=plan.amount,
            )
    beyond = [plan.name for plan, _ in results if commitment.kind == "fixed" and plan.amount < plan.size]
    if [entry.member.stratum for entry in proof.next] != beyond:
        fault("proof.next", N_("The list of first objects not drawn does not fit the strata."))


def _counted(pairs: list[tuple[str, int]]) -> str:
    return ", ".join(f"{shown(name)}: {count}" for name, count in pairs[:8])


def check_paths(proof: Proof) -> None:
    """Every listed object stood in the frame, and none twice."""
    members = sorted((*proof.drawn, *proof.next), key=lambda entry: entry.member.index)
    for entry in members:
        check_path(proof.head.commitment, entry.member, entry.path)
    # Lines of a frame ascend, so two places of one object, or an unsorted frame, show here.
    for before, after in pairwise(entry.member for entry in members):
        if before.index == after.index or before.line >= after.line or before.identity == after.identity:
            _twice(after)
    if len({entry.member.identity for entry in members}) < len(members):
        _twice(members[-1].member)


def _twice(member: Member) -> NoReturn:
    fault(
        "proof.twice",
        N_("An object stands twice, or the frame is not in its order: near %(identity)s."),
        identity=shown(member.identity),
    )


def stratum_number(commitment: Commitment, name: str) -> int:
    """Which stratum of the commitment has this name; refused if none has."""
    names = [plan.name for plan in commitment.strata]
    if name not in names:
        fault("proof.stratum", N_("There is no stratum %(name)s in the commitment."), name=shown(name))
    return names.index(name)


def check_path(commitment: Commitment, member: Member, path: tuple[bytes, ...]) -> None:
    """One object stood in the frame at its place, within its stratum."""
    number = stratum_number(commitment, member.stratum)
    start = sum(plan.size for plan in commitment.strata[:number])
    plan = commitment.strata[number]
    inclusion = Inclusion(member.index, commitment.size, path)
    inside = start <= member.index < start + plan.size
    if not inside or not includes(commitment.root, member.line, inclusion, commitment.algorithm):
        fault(
            "proof.path",
            N_("%(identity)s with the weight %(weight)s did not stand in the frame at place %(index)d."),
            identity=shown(member.identity),
            weight=member.weight,
            index=member.index,
        )


def check_keys(proof: Proof) -> None:
    """Hash and key of every listed object come from the seed."""
    head = proof.head
    digest = hash_of(head.commitment.algorithm)
    prefix = tagged(digest, "key", head.true_seed)
    for entry in (*proof.drawn, *proof.next):
        member, stated = entry.member, entry.selected
        value = digest(prefix + member.identity.encode())
        key = None
        if stated.key is not None:
            key = keys.key(keys.uniform_bits(value), scaled(member.weight, WEIGHT_PLACES))
        if (key, value) != (stated.key, stated.hash):
            fault(
                "proof.key",
                N_("The key or the hash of %(identity)s is not the one that the seed gives."),
                identity=shown(member.identity),
            )


def check_order(proof: Proof) -> None:
    """Ranks ascend and meet the thresholds; Bernoulli and Poisson hashes lie below theirs."""
    beyond = {entry.member.stratum: entry for entry in proof.next}
    drawn = {name: tuple(run) for name, run in groupby(proof.drawn, key=lambda entry: entry.member.stratum)}
    commitment = proof.head.commitment
    for plan, result in zip(commitment.strata, proof.head.results, strict=True):
        entries = drawn.get(plan.name, ())
        if commitment.kind == "fixed":
            good = _ranks_in_order(entries, beyond.get(plan.name), result)
        else:
            indices = [entry.member.index for entry in entries]
            good = indices == sorted(set(indices)) and all(
                keys.uniform_bits(entry.selected.hash) < threshold(commitment, plan, entry.member)
                for entry in entries
            )
        if not good:
            fault(
                "proof.order",
                N_("In the stratum %(name)s the drawn objects and the threshold do not fit together."),
                name=shown(plan.name),
            )


def _ranks_in_order(entries: tuple[Entry, ...], beyond: Entry | None, result: Result) -> bool:
    ranks = [entry.selected.rank for entry in entries]
    if (ranks[-1] if ranks else None) != result.last:
        return False
    if (None if beyond is None else beyond.selected.rank) != result.next:
        return False
    if beyond is not None:
        ranks.append(beyond.selected.rank)
    return all(before < after for before, after in pairwise(ranks))


def threshold(commitment: Commitment, plan: StratumPlan, member: Member) -> int:
    """Below which x an object of a Bernoulli or Poisson draw is drawn."""
    weight = scaled(member.weight, WEIGHT_PLACES) if commitment.kind == "poisson" else None
    return keys.threshold(plan.amount, weight)


def check_inclusion(proof: Proof) -> None:
    """Exact probabilities are recomputed; who claims an integral must need one."""
    commitment = proof.head.commitment
    plans = {plan.name: number for number, plan in enumerate(commitment.strata)}
    for entry in (*proof.drawn, *proof.next):
        number = plans.get(entry.member.stratum)
        if number is None:
            continue
        plan, method = commitment.strata[number], proof.head.results[number].inclusion
        exact = commitment.kind != "fixed" or plan.amount in (0, plan.size)
        equal = scaled(entry.member.weight, WEIGHT_PLACES) * plan.size == plan.weight
        right = method == "integral" and not exact
        if method == "exact" and (exact or equal):
            right = exact_text(commitment, plan, entry.member.weight) == entry.inclusion
        if not right:
            wrong_inclusion(entry)


def wrong_inclusion(entry: Entry) -> NoReturn:
    """Refuse the probability of an entry."""
    fault(
        "proof.inclusion",
        N_("The probability %(value)s of %(identity)s is not the right one."),
        value=entry.inclusion,
        identity=shown(entry.member.identity),
    )
