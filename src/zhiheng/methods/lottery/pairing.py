"""Inspectors for tasks, drawn at random among all pairings that keep the rules.

Teams of two and more, qualifications by post, recusals, rules about regions, a maximum and even loads.
This module refuses to draw where no pairing keeps every rule: it says which tasks need which inspectors
and how many are missing. Whether a pairing was decided before its seed was known, it cannot say: see
`pairing_statement`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from zhiheng.kernel.chain import ALGORITHM
from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.lottery.pairing_assignment import Deficit, draw, filled, least_maximum
from zhiheng.methods.lottery.pairing_eligibility import Bar, Network, barred, network
from zhiheng.methods.lottery.pairing_order import numbers, shuffled, task_order
from zhiheng.methods.lottery.pairing_records import Inputs
from zhiheng.methods.lottery.pairing_search import State


@dataclass(frozen=True, slots=True)
class Member:
    """One inspector in one team."""

    inspector: str
    role: str


@dataclass(frozen=True, slots=True)
class Team:
    """Who goes to a task; members in the order of posts, within a post by staff number."""

    task: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Pairing:
    """The teams, in the order of their tasks' identities, and what they mean for each inspector.

    Attributes
    ----------
    teams : tuple of Team
    tasks_of : mapping of str to int
        Tasks of each inspector in this pairing; those with none too.
    passed_over : int
        Candidates that the random order named and nobody could have completed a pairing with.
    """

    teams: tuple[Team, ...]
    tasks_of: Mapping[str, int]
    passed_over: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why there is no pairing, as figures that anybody can add up again.

    The `tasks` have `needed` places that only these inspectors may take: `full`, whose maxima allow
    `at_most` places together, and others who count once for each of these tasks, `others` places in
    all; `needed - at_most - others` are missing here, `missing` in the whole pairing. `barred` counts
    what keeps the other inspectors from these tasks. `least_maximum` is the smallest common maximum
    with which a pairing exists, or None where none helps.
    """

    tasks: tuple[str, ...]
    full: tuple[str, ...]
    needed: int
    at_most: int
    others: int
    missing: int
    barred: Mapping[Bar, int]
    least_maximum: int | None


class Infeasible(InvalidInput):
    """No pairing keeps every rule; `shortage` proves it."""

    def __init__(self, shortage: Shortage) -> None:
        self.shortage = shortage
        short = shortage.needed - shortage.at_most - shortage.others
        super().__init__(
            "pairing.infeasible",
            N_(
                "No pairing keeps every rule: %(tasks)d tasks (%(first)s …) have %(needed)d places, and "
                "those who may take them can take %(available)d, so that %(short)d stay empty."
            ),
            N_("With a maximum of %(least)d tasks for each inspector there is a pairing.")
            if shortage.least_maximum is not None
            else N_(
                "Give more inspectors with the qualifications needed there, or look at recusals and regions."
            ),
            tasks=len(shortage.tasks),
            first=", ".join(shortage.tasks[:3]),
            needed=shortage.needed,
            available=shortage.at_most + shortage.others,
            short=short,
            least=shortage.least_maximum or 0,
        )


def pair(of: Inputs, seed: bytes, *, algorithm: str = ALGORITHM) -> Pairing:
    r"""Draw a team for every task.

    Tasks come in random order; each place goes to the first candidate of a random order with whom the
    places still open can be filled within every rule (and, where `even` is asked for, within the least
    sum of squared loads). So the probability of a pairing :math:`M` is

    .. math:: P(M)=\frac1{T!}\sum_{\pi}\prod_{k}\frac{c_k(M,\pi)}{a_k(M,\pi)}

    over the orders :math:`\pi` of the :math:`T` tasks and the places :math:`k` in that order, with
    :math:`a_k` the candidates who could then take the place and :math:`c_k` those of the team who are
    not placed yet (the order within a post is no part of M).

    Parameters
    ----------
    of : Inputs
        Checked by `pairing_records.inputs`.
    seed : bytes
        32 bytes; see `pairing_statement.pairing_seed`.
    algorithm : str
        The hash, "sm3" or "sha256".

    Returns
    -------
    Pairing

    Raises
    ------
    Infeasible
        Where no pairing keeps every rule; `shortage` proves it.
    InvalidInput
        `pairing.seed` unless the seed has 32 bytes.

    Notes
    -----
    Every pairing that keeps the rules (and is most even) can come out, and no other. Inspectors whom
    the rules treat alike have the same chances, and so have tasks. Pairings as a whole are not equally
    likely where the rules bind: uniform sampling among bipartite assignments has no practical algorithm
    that another language could repeat to the bit. Time: a maximum flow, then for each place a search
    that usually ends after one or two handovers.

    References
    ----------
    R. A. Fisher, F. Yates (1938), Statistical Tables, example 12 (the shuffle). P. Hall (1935), Journal
    of the London Mathematical Society 10, 26-30 (the condition behind `Shortage`).
    """
    numbered = network(of)
    keys = task_order(seed, [task.identity for task in of.tasks], algorithm)
    state = filled(numbered, even=of.rules.even)
    if isinstance(state, Deficit):
        raise Infeasible(_shortage(of, numbered, state))

    def order() -> Iterator[tuple[int, Iterator[int]]]:
        for key, task in keys:
            below = numbers(seed, key, algorithm)
            for post in numbered.posts[task]:
                yield post, shuffled(numbered.eligible(post), below)

    passed_over = draw(state, order())
    return _pairing(of, numbered, state, passed_over)


def _pairing(of: Inputs, numbered: Network, state: State, passed_over: int) -> Pairing:
    teams = []
    for number, task in enumerate(of.tasks):
        members = [
            Member(of.inspectors[one].identity, post.role)
            for place, post in zip(numbered.posts[number], task.posts, strict=True)
            for one in sorted(state.taken[place])
        ]
        teams.append(Team(task.identity, tuple(members)))
    counts = (state.load - numbered.load).tolist()
    names = [one.identity for one in of.inspectors]
    return Pairing(tuple(teams), MappingProxyType(dict(zip(names, counts, strict=True))), passed_over)


def _shortage(of: Inputs, numbered: Network, deficit: Deficit) -> Shortage:
    tasks = sorted({int(numbered.task[post]) for post in deficit.posts})
    return Shortage(
        tuple(of.tasks[number].identity for number in tasks),
        tuple(of.inspectors[number].identity for number in deficit.full),
        deficit.needed,
        deficit.at_most,
        deficit.others,
        deficit.missing,
        MappingProxyType(barred(of, tasks)),
        _least_maximum(of, numbered),
    )


def _least_maximum(of: Inputs, numbered: Network) -> int | None:
    low = of.rules.maximum
    if low is None:
        return None
    own = [len(of.tasks) if one.maximum is None else one.maximum for one in of.inspectors]
    return least_maximum(numbered, np.array(own), low)
