"""The state of a pairing that is being made, and the one search that all of its steps share.

A place passes from hand to hand: an inspector gives up a post, another one who may take it does, and
gives up one of his own, and so on. Nodes of the search are posts (that need somebody) and inspectors
(who have one place too many). Where loads may change without loss, *hubs* close the ways: one inspector
ends with a task more, another one with a task less. This module refuses to choose: it finds ways.

References
----------
R. K. Ahuja, T. L. Magnanti, J. B. Orlin (1993), Network Flows, chapters 6 and 9 (residual networks,
cycles of cost zero). A. Frank, K. Murota (2022), Decreasing minimization on M-convex sets: background and
structures, Mathematical Programming (why the most even loads are those with the least sum of squares).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from zhiheng.methods.lottery.pairing_eligibility import Bools, Ints, Network

EMPTY: Final = -1
SETTLED: Final = -2
UNSEEN: Final = -1
START: Final = -2
HUB: Final = -3
FEW: Final = 9  # inspectors whose posts are sooner looked up one by one than in one array
CLOSED: Final = -4  # not of the group that is searched, or ruled out for good


class State:
    """Who takes which post at present; every step keeps it within the rules.

    Attributes
    ----------
    teams : list of dict
        For each task, the post of each inspector in its team.
    movable : list of set
        For each inspector, the posts that he may still give up.
    load, room : ndarray of int64
        Tasks of each inspector with those carried in; tasks that he may still take.
    group_of_inspector, group_of_post, group_of_hub
        Parts between which no place can pass any more. They are only ever split.
    """

    def __init__(self, of: Network, *, even: bool) -> None:
        self.of = of
        self.even = even
        self.teams: list[dict[int, int]] = [{} for _ in of.posts]
        self.taken: list[set[int]] = [set() for _ in of.task]
        self.movable: list[set[int]] = [set() for _ in of.load]
        self.load, self.room = of.load.copy(), of.capacity.copy()
        self.held = np.zeros(of.load.size, dtype=np.int64)  # len of each movable
        self.group_of_inspector = np.zeros(of.load.size, dtype=np.int64)
        self.group_of_post = np.zeros(of.task.size, dtype=np.int64)
        self.group_of_hub: dict[int, int] = {}
        # Scratch, all false between uses; the two marks at the end answer for EMPTY and SETTLED.
        self.mark = np.zeros(of.load.size + 2, dtype=np.bool_)
        self.first_slot = np.concatenate(([0], np.cumsum(of.count))).tolist()
        self.post_of_slot = np.repeat(np.arange(of.task.size), of.count)
        self.holder = np.full(self.post_of_slot.size, EMPTY)  # of each place; see `_hold`
        self.task_of = of.task.tolist()
        self.kind_of = of.kind.tolist()
        self.shared = np.array([len(of.posts[task]) > 1 for task in self.task_of])
        self.rows = [np.flatnonzero(row) for row in of.may]

    def take(self, post: int, inspector: int) -> None:
        """Give a place of the post to an inspector."""
        self.teams[self.task_of[post]][inspector] = post
        self.taken[post].add(inspector)
        self.movable[inspector].add(post)
        self._hold(post, EMPTY, inspector)
        self.held[inspector] += 1
        self.load[inspector] += 1
        self.room[inspector] -= 1

    def give(self, post: int, inspector: int) -> None:
        """Take the place from him again."""
        del self.teams[self.task_of[post]][inspector]
        self.taken[post].discard(inspector)
        self.movable[inspector].discard(post)
        self._hold(post, inspector, EMPTY)
        self.held[inspector] -= 1
        self.load[inspector] -= 1
        self.room[inspector] += 1

    def settle(self, post: int, inspector: int) -> None:
        """Make his place final."""
        self.movable[inspector].discard(post)
        self._hold(post, inspector, SETTLED)
        self.held[inspector] -= 1

    def _hold(self, post: int, before: int, after: int) -> None:
        """Keep the table of who could give up which place, the same as `movable` but in one array."""
        for slot in range(self.first_slot[post], self.first_slot[post + 1]):
            if self.holder[slot] == before:
                self.holder[slot] = after
                return

    def may(self, post: int, inspector: int) -> bool:
        """Whether he may take a place of the post, whoever else is in the team."""
        if not self.of.may[self.kind_of[post], inspector]:
            return False
        recused = self.of.recused.get(self.task_of[post])
        return recused is None or inspector not in recused

    def outside(self, post: int, among: Ints) -> Bools:
        """Which of some inspectors of the post's kind are not recused and not in the team."""
        task = self.task_of[post]
        team = list(self.teams[task])
        recused = self.of.recused.get(task)
        self.mark[team] = True
        if recused is not None:
            self.mark[recused] = True
        found = ~self.mark[among]
        self.mark[team] = False
        if recused is not None:
            self.mark[recused] = False
        return found


@dataclass(slots=True)
class Search:
    """One breadth-first walk; afterwards it knows the way back, or what it could reach.

    `by` tells for each inspector the post that he would take (or START, HUB, UNSEEN, CLOSED);
    `opened` for each post who would give it up (or START, UNSEEN), and `moved` the post of the same task
    that he would move to, if he does not hand it over.
    """

    state: State
    group: int | None = None
    hubs: bool = False
    by: Ints = field(init=False)
    opened: Ints = field(init=False)
    moved: dict[int, int] = field(init=False, default_factory=dict)
    hub_from: dict[int, int] = field(init=False, default_factory=dict)
    _left: dict[int, Ints] = field(init=False, default_factory=dict)
    _exhausted: Bools = field(init=False)
    _fresh: list[Ints] = field(init=False, default_factory=list)
    _posts: list[int] = field(init=False, default_factory=list)
    _later: list[int] = field(init=False, default_factory=list)
    end: int = field(init=False, default=UNSEEN)

    def __post_init__(self) -> None:
        groups = self.state.group_of_inspector
        if self.group is None:
            self.by = np.full(groups.size, UNSEEN)
        else:
            self.by = np.where(groups == self.group, UNSEEN, CLOSED)
        self.opened = np.full(self.state.group_of_post.size, UNSEEN)
        self._exhausted = np.zeros(len(self.state.rows), dtype=np.bool_)

    def open(self, post: int, inspector: int, to: int = UNSEEN) -> None:
        """The post needs somebody: the inspector gives it up (and moves `to` another one)."""
        if self.opened[post] == UNSEEN and (
            self.group is None or self.state.group_of_post[post] == self.group
        ):
            self.opened[post] = inspector
            self._posts.append(post)
            if to != UNSEEN:
                self.moved[post] = to

    def reach(self, inspectors: Ints, by: int) -> None:
        """Inspectors who would get one place too many."""
        self.by[inspectors] = by
        self._fresh.append(inspectors)

    def reached(self, inspector: int) -> bool:
        """Whether the walk came to an inspector."""
        return bool(self.by[inspector] not in (UNSEEN, CLOSED))

    def run(self, ends: Callable[[Ints], int], into: int = UNSEEN) -> bool:
        """Walk until `ends` names one of the inspectors just reached; whether it ever did.

        With the post `into` the walk also ends when somebody gives that post up by moving within his
        team, and the inspector that `ends` names is taken to give it up. The end is kept in `end`.
        """
        done = 0
        while True:
            while self._fresh:
                batch = self._fresh.pop()
                self.end = ends(batch)
                if self.end != UNSEEN:
                    if into != UNSEEN:
                        self.opened[into] = self.end
                    return True
                if self.hubs:
                    self._enter_hubs(batch)
                self._give_up(batch)
            if done < len(self._posts):
                self._expand(self._posts[done])
                done += 1
            elif self._later:
                self._move(self._later.pop())
                if into != UNSEEN and self.opened[into] != UNSEEN:
                    return True
            else:
                return False

    def _give_up(self, batch: Ints) -> None:
        """`open` for every movable post of some inspectors."""
        state = self.state
        if batch.size < FEW:
            for one in batch.tolist():
                for post in state.movable[one]:
                    self.open(post, one)
            return
        state.mark[batch] = True
        slots = np.flatnonzero(state.mark[state.holder])
        state.mark[batch] = False
        posts = state.post_of_slot[slots]
        fresh = self.opened[posts] == UNSEEN
        if self.group is not None:
            fresh &= state.group_of_post[posts] == self.group
        posts, holders = posts[fresh], state.holder[slots[fresh]]
        self.opened[posts] = holders
        posts = posts[self.opened[posts] == holders]  # of two who would give up the same post, one
        useful = ~self._exhausted[state.of.kind[posts]]
        self._posts += posts[useful].tolist()
        self._later += posts[~useful & state.shared[posts]].tolist()

    def _expand(self, post: int) -> None:
        """Go from a post that needs somebody to all who may take it."""
        state, kind = self.state, self.state.kind_of[post]
        if state.shared[post]:
            self._later.append(post)
        if self._exhausted[kind]:
            return
        left = self._left.get(kind, state.rows[kind])
        left = left[self.by[left] == UNSEEN]
        outside = state.outside(post, left)
        self._left[kind] = left[~outside]
        self._exhausted[kind] = self._left[kind].size == 0
        if left.size > self._left[kind].size:
            self.reach(left[outside], post)

    def _move(self, post: int) -> None:
        """Somebody of the team takes the post and leaves his own: rarely the way, so it is tried last."""
        state = self.state
        for one, own in state.teams[state.task_of[post]].items():
            if (
                own != post
                and self.opened[own] == UNSEEN
                and own in state.movable[one]
                and state.may(post, one)
            ):
                self.open(own, one, post)

    def _enter_hubs(self, batch: Ints) -> None:
        """From those with room to those who would have a task less, at no loss of evenness."""
        state = self.state
        free = batch[state.room[batch] > 0]
        if not free.size:
            return
        levels = state.load[free] + 1 if state.even else np.zeros_like(free)
        for level, first in zip(*np.unique(levels, return_index=True), strict=True):
            hub = int(level)
            if hub in self.hub_from or state.group_of_hub.get(hub, 0) != self.group:
                continue
            self.hub_from[hub] = int(free[first])
            there = (self.by == UNSEEN) & (state.held > 0)
            if state.even:
                there &= state.load == hub
            found = np.flatnonzero(there)
            if found.size:
                self.reach(found, HUB)

    def _hub_of(self, inspector: int) -> int:
        return self.hub_from[int(self.state.load[inspector]) if self.state.even else 0]

    def pass_on(self, into: int = UNSEEN) -> None:
        """Carry out the way that was found; with `into`, the one that ends by giving up this post."""
        taking: list[tuple[int, int]] = []
        giving: list[tuple[int, int]] = []
        post, one = into, self.end
        while True:
            if post != UNSEEN:  # who gives this post up?
                one = int(self.opened[post])
                if one == START:
                    break
                giving.append((post, one))
                if post in self.moved:
                    taking.append((self.moved[post], one))
                    post = self.moved[post]
                    continue
            by = int(self.by[one])
            while by == HUB:  # he ends with a task less, and another one with a task more
                one = self._hub_of(one)
                by = int(self.by[one])
            if by == START:
                break
            taking.append((by, one))
            post = by
        for gone, by_whom in giving:
            self.state.give(gone, by_whom)
        for new, by_whom in taking:
            self.state.take(new, by_whom)

    def split(self, group: int) -> None:
        """What was reached, and all ways out of it tried, is a part of its own from now on."""
        self.state.group_of_inspector[(self.by != UNSEEN) & (self.by != CLOSED)] = group
        self.state.group_of_post[self.opened != UNSEEN] = group
        for hub in self.hub_from:
            self.state.group_of_hub[hub] = group
