"""Who may take which post: qualifications, rules about regions, recusals.

Posts that ask the same of the same place share one row of the table, and recusals are kept as the few
pairs they are; so 5 000 tasks and 2 000 inspectors need no table of ten million cells. This module
refuses to weigh one reason against another: each of them alone keeps an inspector away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from zhiheng.methods.errors import N_
from zhiheng.methods.lottery.pairing_records import (
    LARGEST,
    LEVELS,
    Inputs,
    Inspector,
    Post,
    RegionRule,
    Task,
    territory,
)

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Bar(StrEnum):
    """What keeps an inspector from a post."""

    QUALIFICATION = "qualification"
    REGION = "region"
    RECUSAL = "recusal"
    MAXIMUM = "maximum"


BARS: Final[Mapping[Bar, str]] = MappingProxyType(
    {
        Bar.QUALIFICATION: N_("lack a qualification"),
        Bar.REGION: N_("are kept away by a rule about regions"),
        Bar.RECUSAL: N_("are recused"),
        Bar.MAXIMUM: N_("may take no task at all"),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A pairing as numbers; tasks and inspectors are named by their place in the sorted lists.

    Attributes
    ----------
    task, kind, count : ndarray of int64, one per post
        Its task, its row of `may`, its places.
    may : ndarray of bool, kinds by inspectors
        Whether qualifications and regions let an inspector take a post of this kind.
    recused : mapping of int to ndarray of int64
        The recused inspectors of each task that has some, ascending.
    capacity, load : ndarray of int64, one per inspector
        Most tasks of this pairing; tasks carried in.
    posts : tuple of tuple of int
        The posts of each task, in their order.
    """

    task: Ints
    kind: Ints
    count: Ints
    may: Bools
    recused: Mapping[int, Ints]
    capacity: Ints
    load: Ints
    posts: tuple[tuple[int, ...], ...]

    def eligible(self, post: int) -> Ints:
        """The inspectors who may take a post, ascending."""
        found = np.flatnonzero(self.may[self.kind[post]])
        recused = self.recused.get(int(self.task[post]))
        return found if recused is None else np.setdiff1d(found, recused, assume_unique=True)


def network(of: Inputs) -> Network:
    """The numbers of a pairing."""
    kinds: dict[tuple[frozenset[str], str], int] = {}
    rows: list[Bools] = []
    task: list[int] = []
    kind: list[int] = []
    count: list[int] = []
    posts: list[tuple[int, ...]] = []
    region = _regions(of.rules.regions, of.inspectors)
    held = _held(of)
    for number, one in enumerate(of.tasks):
        own = []
        for post in one.posts:
            key = (post.needs, region.key(one))
            if key not in kinds:
                kinds[key] = len(rows)
                rows.append(region.row(one) & qualified(post, held, len(of.inspectors)))
            own.append(len(task))
            task.append(number)
            kind.append(kinds[key])
            count.append(post.count)
        posts.append(tuple(own))
    most = LARGEST if of.rules.maximum is None else of.rules.maximum
    capacity = [most if one.maximum is None else min(most, one.maximum) for one in of.inspectors]
    may = np.array(rows)
    may[:, np.array(capacity) == 0] = False
    return Network(
        np.array(task),
        np.array(kind),
        np.array(count),
        may,
        _recused(of),
        np.array(capacity),
        np.array([one.load for one in of.inspectors]),
        tuple(posts),
    )


def qualified(post: Post, held: Mapping[str, Bools], inspectors: int) -> Bools:
    """Who holds everything that a post needs."""
    row = np.ones(inspectors, dtype=np.bool_)
    for need in post.needs:
        row &= held.get(need, False)
    return row


def barred(of: Inputs, tasks: Sequence[int]) -> dict[Bar, int]:
    """How often something keeps an inspector from every post of one of these tasks: the first such reason.

    The order is that of `Bar`: who lacks a qualification is not counted again under regions.
    """
    held, region = _held(of), _regions(of.rules.regions, of.inspectors)
    recused = _recused(of)
    left_out = np.array([one.maximum == 0 for one in of.inspectors])
    counts = dict.fromkeys(Bar, 0)
    for number in tasks:
        task = of.tasks[number]
        able = np.any([qualified(post, held, len(of.inspectors)) for post in task.posts], axis=0)
        placed = able & region.row(task)
        free = placed.copy()
        free[recused.get(number, np.empty(0, np.int64))] = False
        counts[Bar.QUALIFICATION] += int((~able).sum())
        counts[Bar.REGION] += int((able & ~placed).sum())
        counts[Bar.RECUSAL] += int((placed & ~free).sum())
        counts[Bar.MAXIMUM] += int((free & left_out).sum())
    return {bar: count for bar, count in counts.items() if count}


@dataclass(frozen=True, slots=True, eq=False)
class _Regions:
    rules: tuple[RegionRule, ...]
    territories: tuple[str, ...]
    rows: dict[str, Bools]

    def key(self, task: Task) -> str:
        """What of a task's place the rules look at; nothing where there are none."""
        return task.division[: max((LEVELS[rule.level] for rule in self.rules), default=0)]

    def row(self, task: Task) -> Bools:
        key = self.key(task)
        if key not in self.rows:
            self.rows[key] = np.array([self._allows(own, key) for own in self.territories], dtype=np.bool_)
        return self.rows[key]

    def _allows(self, own: str, place: str) -> bool:
        for rule in self.rules:
            length = LEVELS[rule.level]
            if rule.kind == "within" and not place.startswith(own[:length]):
                return False
            if rule.kind == "apart" and len(own) >= length and place.startswith(own[:length]):
                return False
        return True


def _regions(rules: tuple[RegionRule, ...], inspectors: Sequence[Inspector]) -> _Regions:
    return _Regions(rules, tuple(territory(one.division) for one in inspectors), {})


def _held(of: Inputs) -> dict[str, Bools]:
    """Who holds each qualification that is asked for."""
    asked = {need for task in of.tasks for post in task.posts for need in post.needs}
    return {need: np.array([need in one.qualifications for one in of.inspectors]) for need in asked}


def _recused(of: Inputs) -> dict[int, Ints]:
    inspector = {one.identity: number for number, one in enumerate(of.inspectors)}
    objects: dict[str, set[int]] = {}
    enterprises: dict[str, set[int]] = {}
    for one in of.recusals:
        into = objects if one.on == "object" else enterprises
        into.setdefault(one.target, set()).add(inspector[one.inspector])
    found: dict[int, Ints] = {}
    for number, task in enumerate(of.tasks):
        away = objects.get(task.identity, set()) | enterprises.get(task.enterprise, set())
        if away:
            found[number] = np.array(sorted(away))
    return found
