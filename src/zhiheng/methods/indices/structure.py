"""The tree of an index: indicators below aggregates below one top, with direction, weight and goalposts.

A structure is data: it comes from a regulation, a table or an officer. This module refuses a tree that
no index can be computed on (no top, a loop, an aggregate with nothing below it) and to guess a weight.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from zhiheng.methods.errors import N_, InvalidInput

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One measured indicator, a leaf of the tree.

    Attributes
    ----------
    code : str
        Its name in tables and messages.
    parent : str
        Code of the aggregate that it belongs to.
    direction : int
        +1 where more is better, -1 where less is better.
    weight : float
        Weight among the children of its parent; only ratios count. Positive or 0.
    unit : str
        Unit of measurement, for people; nothing is converted.
    goalposts : (float, float), optional
        The values that score lowest and highest on a rising indicator (the other way round on a
        falling one), smaller number first, in the unit of measurement.
    """

    code: str
    parent: str
    direction: int = 1
    weight: float = 1.0
    unit: str = ""
    goalposts: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A node that is computed from those below it; the one without a parent is the index itself."""

    code: str
    parent: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """An aggregate and its children, as positions among the nodes."""

    node: int
    children: tuple[int, ...]


@dataclass(frozen=True)
class Structure:
    """A checked tree; made by `structure`.

    Nodes are numbered: indicators first in their order, then aggregates in theirs.
    """

    indicators: tuple[Indicator, ...]
    aggregates: tuple[Aggregate, ...]

    @property
    def entries(self) -> tuple[Indicator | Aggregate, ...]:
        """All nodes in the order of their numbers."""
        return (*self.indicators, *self.aggregates)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes of all nodes."""
        return tuple(one.code for one in self.entries)

    @cached_property
    def position(self) -> dict[str, int]:
        """Number of each node by its code."""
        return {code: place for place, code in enumerate(self.codes)}

    @cached_property
    def weights(self) -> Floats:
        """Weight of each node among its siblings, as given, shape (nodes,)."""
        return np.array([one.weight for one in self.entries], np.float64)

    @cached_property
    def directions(self) -> Floats:
        """+1 or -1 for each indicator."""
        return np.array([one.direction for one in self.indicators], np.float64)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Every aggregate after all that lie below it; the index last."""
        parents = [one.parent for one in self.entries]
        below: dict[str, list[int]] = {one.code: [] for one in self.aggregates}
        for place, parent in enumerate(parents):
            if parent:
                below[parent].append(place)
        ordered, waiting = [], [one.code for one in self.aggregates if not one.parent]
        while waiting:
            code = waiting.pop()
            ordered.append(Group(self.position[code], tuple(below[code])))
            waiting += [self.codes[child] for child in below[code] if self.codes[child] in below]
        return tuple(reversed(ordered))

    @property
    def top(self) -> int:
        """Number of the node that is the index."""
        return self.groups[-1].node

    @cached_property
    def effective_weights(self) -> Floats:
        """Share of each node in the index, the product of the shares on its way up; the index has 1.

        Exact for arithmetic means with nothing missing; for others the weight in the exponent.
        """
        shares = np.ones(len(self.codes))
        for group in reversed(self.groups):
            inside = self.weights[list(group.children)]
            shares[list(group.children)] = shares[group.node] * inside / inside.sum()
        return shares

    def weighted(self, weights: Mapping[str, float]) -> Structure:
        """The same tree with other weights for the nodes named."""
        for code in weights:
            if code not in self.position:
                raise _unknown(code)
        return structure(
            [replace(one, weight=weights.get(one.code, one.weight)) for one in self.indicators],
            [replace(one, weight=weights.get(one.code, one.weight)) for one in self.aggregates],
        )

    def weighted_throughout(self, shares: Sequence[float]) -> Structure:
        """The same tree with weights such that each indicator has this share in the index.

        For weights found over all indicators at once (entropy, principal components): an aggregate
        gets the sum of what lies below it.
        """
        if len(shares) != len(self.indicators):
            raise InvalidInput(
                "indices.weights",
                N_("%(given)d weights were given for %(wanted)d indicators."),
                N_("Give one weight for each indicator, in the order of the structure."),
                given=len(shares),
                wanted=len(self.indicators),
            )
        totals = dict(zip(self.codes, (float(one) for one in shares), strict=False))
        for group in self.groups:
            totals[self.codes[group.node]] = sum(totals[self.codes[child]] for child in group.children)
        return self.weighted(totals)


def structure(indicators: Sequence[Indicator], aggregates: Sequence[Aggregate]) -> Structure:
    """Check a tree of indicators and aggregates.

    Parameters
    ----------
    indicators : sequence of Indicator
        At least one.
    aggregates : sequence of Aggregate
        Exactly one without a parent: the index.

    Raises
    ------
    InvalidInput
        `indices.code` (empty or given twice), `indices.top`, `indices.parent`, `indices.loop`,
        `indices.childless`, `indices.direction`, `indices.weight`, `indices.weights_zero`,
        `indices.goalposts`.
    """
    made = Structure(tuple(indicators), tuple(aggregates))
    codes = [one.code for one in made.entries]
    for code in codes:
        if not code or codes.count(code) > 1:
            raise InvalidInput(
                "indices.code",
                N_('The code "%(code)s" is empty or stands %(times)d times in the structure.'),
                N_("Give each indicator and each aggregate a code of its own."),
                code=code,
                times=codes.count(code),
            )
    _check_tree(made)
    for one in made.indicators:
        _check_indicator(one)
    _check_weights(made)
    return made


def _check_tree(made: Structure) -> None:
    parents = {one.code: one.parent for one in made.aggregates}
    tops = [code for code, parent in parents.items() if not parent]
    if len(tops) != 1 or not made.indicators:
        raise InvalidInput(
            "indices.top",
            N_("%(tops)d aggregates stand at the top of %(indicators)d indicators."),
            N_("Exactly one aggregate has no parent: the index. At least one indicator lies below it."),
            tops=len(tops),
            indicators=len(made.indicators),
        )
    for one in made.entries:
        if one.parent not in parents and one.code != tops[0]:
            raise InvalidInput(
                "indices.parent",
                N_('"%(code)s" lies below "%(parent)s", which is no aggregate of the structure.'),
                N_("Name one of the aggregates as its parent."),
                code=one.code,
                parent=one.parent,
            )
    for code, parent in parents.items():
        seen, at = {code}, parent
        while at:
            if at in seen:
                raise InvalidInput(
                    "indices.loop",
                    N_('"%(code)s" lies below itself.'),
                    N_("Follow its parents upward and correct the one that leads back."),
                    code=code,
                )
            seen.add(at)
            at = parents[at]
    filled = {one.parent for one in made.entries}
    for code in parents:
        if code not in filled:
            raise InvalidInput(
                "indices.childless",
                N_('Nothing lies below "%(code)s".'),
                N_("Give it an indicator, or leave it out."),
                code=code,
            )


def _check_indicator(one: Indicator) -> None:
    if one.direction not in (1, -1):
        raise InvalidInput(
            "indices.direction",
            N_('The direction of "%(code)s" is %(direction)s.'),
            N_("Give 1 where more is better and -1 where less is better."),
            code=one.code,
            direction=one.direction,
        )
    if one.goalposts is not None and not -math.inf < one.goalposts[0] < one.goalposts[1] < math.inf:
        raise InvalidInput(
            "indices.goalposts",
            N_('The goalposts of "%(code)s" are %(low)s and %(high)s: they cross or are no numbers.'),
            N_("Give the smaller number first, for falling indicators too; the direction turns them."),
            code=one.code,
            low=one.goalposts[0],
            high=one.goalposts[1],
        )


def _check_weights(made: Structure) -> None:
    for code, weight in zip(made.codes, made.weights, strict=True):
        if not 0 <= weight < math.inf:
            raise InvalidInput(
                "indices.weight",
                N_('The weight of "%(code)s" is %(weight)s.'),
                N_("Give a number from 0 on; only the ratios among siblings count."),
                code=code,
                weight=float(weight),
            )
    for group in made.groups:
        if not made.weights[list(group.children)].sum() > 0:
            raise InvalidInput(
                "indices.weights_zero",
                N_('All that lies below "%(code)s" has weight 0.'),
                N_("Give at least one of its children a weight."),
                code=made.codes[group.node],
            )


def _unknown(code: str) -> InvalidInput:
    return InvalidInput(
        "indices.unknown",
        N_('There is no "%(code)s" in the structure.'),
        N_("Use a code of the structure."),
        code=code,
    )
