"""Steps of a pairing: fill all places, even out the loads, then draw each place; or say what is missing.

The first two only find out what is possible, and leave no trace in the result: the draw takes, for
each place, the first inspector of a random order with whom the rest can still be completed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from zhiheng.methods.lottery.pairing_eligibility import Ints, Network
from zhiheng.methods.lottery.pairing_search import START, UNSEEN, Search, State

Order = Iterable[tuple[int, Iterator[int]]]
MOST_SEARCHED = 200  # short posts that are searched for the smallest certificate


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
    """A state with every place taken (a maximum flow), or the proof that there is none."""
    state = State(of, even=even)
    choices = np.array([of.eligible(post).size for post in range(of.task.size)])
    short: list[int] = []
    for post in np.argsort(choices / of.count, kind="stable").tolist():
        row = state.rows[state.kind_of[post]]
        for _place in range(int(of.count[post])):
            free = row[state.outside(post, row) & (state.room[row] > 0)]
            if free.size:
                state.take(post, int(free[np.argmin(state.load[free])]))
            elif not _augmented(state, post):
                short.append(post)
    return _deficit(state, short) if short else state


def _augmented(state: State, post: int) -> bool:
    """Find somebody for one more place of the post, others changing places; False where nobody is left."""
    search = Search(state)
    search.open(post, START, -1)
    end = search.run(lambda batch: _first(batch, state.room[batch] > 0))
    if end < 0:
        return False
    search.pass_on(end)
    return True


def _first(batch: Ints, good: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    found = int(np.argmax(good))
    return int(batch[found]) if good[found] else -1


def _deficit(state: State, short: Sequence[int]) -> Deficit:
    """The smallest of the certificates that the short posts lead to."""
    of = state.of
    best: Deficit | None = None
    for post in list(dict.fromkeys(short))[:MOST_SEARCHED]:
        search = Search(state)
        search.open(post, START, -1)
        search.run(lambda _batch: -1)
        posts = tuple(sorted(search.opened))
        reached = search.by != UNSEEN
        # Who has room was never reached, and each pair of him and a task counts once.
        others = {
            (of.task[each], one) for each in posts for one in of.eligible(each).tolist() if not reached[one]
        }
        found = Deficit(
            posts,
            tuple(np.flatnonzero(reached).tolist()),
            int(of.count[list(posts)].sum()),
            int(of.capacity[reached].sum()),
            len(others),
            len(short),
        )
        if best is None or len(found.posts) + len(found.full) < len(best.posts) + len(best.full):
            best = found
    assert best is not None  # noqa: S101  called with at least one short post
    return best


def even_out(state: State) -> None:
    """Pass places on until no way leads from an inspector to one with two tasks fewer.

    Then the sum of squared loads is least: an improving change would hold such a way. Levels are worked
    from the top down; a way found later can never reopen a level that was left.
    """
    level = int(state.load.max())
    while level >= int(state.load.min()) + 2:
        for one in np.flatnonzero((state.load == level) & (state.held > 0)).tolist():
            if state.group_of_inspector[one] == 0:
                _levelled(state, one, level)
        level -= 1
    state.group_of_inspector[:] = 0  # what was ruled out here was so for ways without hubs alone
    state.group_of_post = [0] * len(state.group_of_post)


def _levelled(state: State, one: int, level: int) -> None:
    """Relieve an inspector of one task, or rule out all that could be reached from him."""
    search = Search(state, 0)
    search.reach(np.array([one]), START)
    end = search.run(lambda batch: _first(batch, (state.room[batch] > 0) & (state.load[batch] <= level - 2)))
    if end < 0:
        search.split(1)
    else:
        search.pass_on(end)


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
        search.open(own, START, -1)
    else:
        search.reach(np.array([candidate]), START)
    holders = [one for one in state.taken[post] if post in state.movable[one]]

    def ends(_batch: Ints) -> int:
        return next((one for one in holders if search.reached(one)), -1)

    if search.run(ends, into=post) < 0:
        search.split(group)
        return False
    if own != UNSEEN:
        state.give(own, candidate)
    search.pass_on(UNSEEN, into=post)
    state.take(post, candidate)
    return True
