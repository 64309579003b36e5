"""Steps of a pairing: fill all places, even out the loads, then draw each place; or say what is missing.

The first two only find out what is possible, and leave no trace in the result: the draw takes, for
each place, the first inspector of a random order with whom the rest can still be completed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from zhiheng.methods.lottery.pairing_eligibility import Ints, Network
from zhiheng.methods.lottery.pairing_search import START, UNSEEN, Search, State

Order = Iterable[tuple[int, Iterator[int]]]
MOST_SEARCHED = 20  # short posts that are searched for the smallest certificate


@dataclass(frozen=True, slots=True, eq=False)
class Deficit:
    """Posts and inspectors that prove a shortage, in the manner of Hall's theorem.

    The posts have `needed` places. `full` are inspectors whose maxima add up to `at_most`; whoever else
    may take one of the posts counts once for each task, which makes `others` places. `needed` exceeds
    `at_most + others`, so no pairing exists. `missing` counts the places that stay empty in all.
    """

    posts: tuple[int, ...]
    full: tuple[int, ...]
    needed: int
    at_most: int
    others: int
    missing: int


def filled(of: Network, *, even: bool) -> State | Deficit:
    """A state with every place taken (a maximum flow), or the proof that there is none.

    Where loads are to be even, nobody is given his next task before all places were tried that can be
    filled without: level by level, the sum of min(load, level) is then the largest possible, which makes
    the sum of squared loads the least.
    """
    state = State(of, even=even)
    level, left = int(state.load.min()), _places(of)
    while left:
        with_room = state.load[state.room > 0]
        bounded = even and with_room.size > 0 and level <= with_room.max()
        level = max(level, int(with_room.min())) + 1 if bounded else level
        left = _fill(state, left, level if bounded else None)
        if left and not bounded:
            return _deficit(state, left)
    return state


def least_maximum(of: Network, own: Ints, low: int) -> int | None:
    """The smallest common maximum above `low` that lets a pairing be; None where none does.

    `own` are the inspectors' own maxima. The maximum is raised step by step, and what was filled stays.
    """
    loose = State(replace(of, capacity=own), even=False)
    if _fill(loose, _places(of), None):
        return None
    state, maximum = State(replace(of, capacity=np.minimum(own, low)), even=False), low
    left = _fill(state, _places(of), None)
    while left:
        state.room[own > maximum] += 1
        maximum += 1
        left = _fill(state, left, None)
    return maximum


def _places(of: Network) -> list[int]:
    """The post of every place; those with the fewest candidates first."""
    choices = np.array([of.eligible(post).size for post in range(of.task.size)])
    order = np.argsort(choices / of.count, kind="stable")
    return np.repeat(order, of.count[order]).tolist()


def _fill(state: State, places: list[int], level: int | None) -> list[int]:
    """Fill as many places as can be, nobody beyond the level; the places that are left."""
    left = [post for post in places if not _placed(state, post, level)]
    state.group_of_inspector[:] = 0  # what was closed on the way is open again
    state.group_of_post[:] = 0
    return left


def _placed(state: State, post: int, level: int | None) -> bool:
    """Fill one place of the post, others changing places if need be; nobody gets beyond the level.

    Where that cannot be, all that was searched is a dead end for other posts too, and stays closed.
    """
    if state.group_of_post[post]:
        return False
    below = state.room > 0 if level is None else (state.room > 0) & (state.load < level)
    row = state.rows[state.kind_of[post]]
    free = row[below[row]]
    free = free[state.outside(post, free)]
    if free.size:
        state.take(post, int(free[np.argmin(state.load[free])]))
        return True
    search = Search(state, 0)
    search.open(post, START)
    if search.run(lambda batch: _first(batch, below[batch])):
        search.pass_on()
        return True
    search.split(1)
    return False


def _first(batch: Ints, good: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    found = int(np.argmax(good))
    return int(batch[found]) if good[found] else UNSEEN


def _deficit(state: State, short: Sequence[int]) -> Deficit:
    """The smallest of the certificates that the short posts lead to."""
    of = state.of
    best: Deficit | None = None
    for post in list(dict.fromkeys(short))[:MOST_SEARCHED]:
        search = Search(state)
        search.open(post, START)
        search.run(lambda _batch: UNSEEN)
        posts = tuple(np.flatnonzero(search.opened != UNSEEN).tolist())
        reached = search.by != UNSEEN
        # Whoever may take one of these posts was reached, or already has one of them in the same task.
        others = sum(not reached[one] for each in posts for one in state.taken[each])
        found = Deficit(
            posts,
            tuple(np.flatnonzero(reached).tolist()),
            int(of.count[list(posts)].sum()),
            int(of.capacity[reached].sum()),
            others,
            len(short),
        )
        if best is None or len(found.posts) + len(found.full) < len(best.posts) + len(best.full):
            best = found
    assert best is not None  # noqa: S101  called with at least one short post
    return best


def draw(state: State, order: Order) -> int:
    """Settle every place: tasks in their order, for each post the first candidates that can be completed.

    Parameters
    ----------
    state : State
        Every place taken, and as even as can be where that is asked for.
    order : iterable of (post, iterator of inspectors)
        The posts in the order of the draw, each with its candidates in theirs.

    Returns
    -------
    int
        How many candidates had to be passed over because nothing could have been completed with them.
    """
    passed_over, groups = 0, 0
    for post, candidates in order:
        wanted = int(state.of.count[post])
        while wanted:  # one candidate more than needed would use up a number of the order
            candidate = next(candidates)
            own = state.teams[state.task_of[post]].get(candidate, UNSEEN)
            if own != UNSEEN and own not in state.movable[candidate]:
                continue  # he has another place of this team for good
            if own != post and not _brought_in(state, post, candidate, own, groups + 1):
                groups += 1
                passed_over += 1
                continue
            state.settle(post, candidate)
            wanted -= 1
    return passed_over


def _brought_in(state: State, post: int, candidate: int, own: int, group: int) -> bool:
    """Change the state so that the candidate takes a place of the post; False where that cannot be."""
    part = state.group_of_post[post]
    if part != (state.group_of_inspector[candidate] if own == UNSEEN else state.group_of_post[own]):
        return False  # found out earlier that nothing passes between them
    search = Search(state, part, hubs=True)
    if own != UNSEEN:
        search.open(own, START)
    else:
        search.reach(np.array([candidate]), START)
    holders = [one for one in state.taken[post] if post in state.movable[one]]

    def ends(_batch: Ints) -> int:
        return next((one for one in holders if search.reached(one)), UNSEEN)

    if not search.run(ends, into=post):
        search.split(group)
        return False
    if own != UNSEEN:
        state.give(own, candidate)
    search.pass_on(into=post)
    state.take(post, candidate)
    return True
