"""Every window of the data themselves: the best stretch of each zone, and the clusters among them.

This module refuses to judge whether a cluster may be chance: `scan` does, with the replications.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from zhiheng.methods.spatial.models import Model, ratio
from zhiheng.methods.spatial.zones import Zones

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_CELLS_AT_ONCE: Final = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What is looked at: counts, zones, stretches counted from the period `first`, and the fewest cases."""

    model: Model
    zones: Zones
    first: int
    stretches: Ints
    least: int


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """Best window of each zone; arrays in the order of `Zones.members`, -1 and 0 where no zone ends."""

    statistic: Floats
    stretch: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What a cluster found before holds: flags of places, and its periods [start, stop)."""

    places: NDArray[np.bool_]
    start: int
    stop: int


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A cluster: where its zone ends in `Zones.members`, its places, stretch and statistic."""

    position: int
    places: Ints
    stretch: int
    statistic: float


def grown(zones: Zones, *tables: NDArray[np.generic]) -> Iterator[tuple[slice, Ints, list[Floats]]]:
    """Sums of (places, periods) tables along the chains, a few chains at a time.

    Yields the chains, their lengths, and for each table (chains, longest, periods + 1): the sum over the
    first places of the chain and the periods before the one named, so that a stretch is a difference.
    """
    lengths = np.diff(zones.starts)
    widest = max(table.shape[1] for table in tables) + 1
    first = 0
    while first < lengths.size:
        longest = np.maximum.accumulate(lengths[first : first + 4096])
        cells = longest * np.arange(1, longest.size + 1) * widest
        count = max(int(np.searchsorted(cells, _CELLS_AT_ONCE, side="right")), 1)
        chains = slice(first, first + count)
        long = int(longest[count - 1])
        places = np.full((count, long), zones.places)
        places[np.arange(long) < lengths[chains, None]] = zones.members[
            zones.starts[first] : zones.starts[first + count]
        ]
        sums = []
        for table in tables:
            padded = np.zeros((zones.places + 1, table.shape[1] + 1))
            np.cumsum(table, axis=1, out=padded[:-1, 1:])
            sums.append(np.cumsum(padded[places], axis=1))
        yield chains, lengths[chains], sums
        first += count


def best(search: Search, taken: Sequence[Taken] = ()) -> Best:
    """The best stretch of every zone; stretches with fewer than `search.least` cases do not count.

    Nor do those that share a place and a period with a cluster in `taken`.
    """
    model, zones, first, stretches = search.model, search.zones, search.first, search.stretches
    statistic = np.full(zones.members.size, -1.0)
    chosen = np.zeros(zones.members.size, np.int64)
    marks = [np.where(one.places, 1.0, 0.0)[:, None] for one in taken]
    for chains, lengths, sums in grown(zones, model.cases[:, first:], model.size[:, first:], *marks):
        cases, size, *shared = sums
        shape = (cases.shape[0], cases.shape[1])
        top = np.full(shape, -1.0)
        which = np.zeros(shape, np.int64)
        for number, (start, stop) in enumerate(stretches):
            c, m = cases[..., stop] - cases[..., start], size[..., stop] - size[..., start]
            found = np.where(c >= search.least, ratio(model, c, m), 0.0)
            for one, mark in zip(taken, shared, strict=True):
                if start < one.stop and one.start < stop:
                    found[mark[..., 1] > 0] = -1.0
            # A hair must not decide: of equal stretches the first wins, on any machine.
            better = found > top + 1e-12 * np.abs(top)
            top[better], which[better] = found[better], number
        kept = np.arange(cases.shape[1]) < lengths[:, None]
        here = slice(zones.starts[chains.start], zones.starts[min(chains.stop, zones.starts.size - 1)])
        statistic[here], chosen[here] = top[kept], which[kept]
    statistic[~zones.ends] = -1.0
    return Best(statistic, chosen)


def separate(search: Search, most: int) -> list[Found]:
    """The best window, the best one that shares no place at the same time with it, and so on.

    After a cluster is found, zones that share a place with it look for another stretch; they do so only
    when their old value, which they cannot exceed, is above what the untouched zones offer.
    """
    zones, stretches = search.zones, search.stretches
    now = best(search)
    value, stretch = now.statistic.copy(), now.stretch.copy()
    chain_of = np.repeat(np.arange(zones.centres.size), np.diff(zones.starts))
    stale = np.zeros(value.size, np.bool_)
    taken: list[Taken] = []
    found: list[Found] = []
    while len(found) < most:
        while True:
            fresh = float(np.max(value, initial=0.0, where=~stale))
            again = np.unique(chain_of[stale & (value > fresh)])
            if not again.size:
                break
            part, here = _only(zones, again)
            renewed = best(replace(search, zones=part), taken)
            value[here], stretch[here], stale[here] = renewed.statistic, renewed.stretch, False
        if fresh <= 0:
            break
        position = _top(zones, np.where(stale, -1.0, value), chain_of)
        places = zones.members[zones.starts[chain_of[position]] : position + 1]
        found.append(Found(position, np.sort(places), int(stretch[position]), float(value[position])))
        taken.append(_taken(zones, places, stretches[stretch[position]]))
        stale |= _touched(zones, taken[-1].places)
    return found


def _taken(zones: Zones, places: Ints, stretch: Ints) -> Taken:
    flags = np.zeros(zones.places, np.bool_)
    flags[places] = True
    return Taken(flags, int(stretch[0]), int(stretch[1]))


def _touched(zones: Zones, places: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Positions whose zone holds one of the places."""
    hit = np.cumsum(places[zones.members])
    before = np.concatenate(([0], hit))[zones.starts[:-1]]
    return np.asarray(hit > np.repeat(before, np.diff(zones.starts)))


def _only(zones: Zones, chains: Ints) -> tuple[Zones, Ints]:
    """Some of the chains, and where their members stand among all."""
    lengths = np.diff(zones.starts)[chains]
    offset = np.cumsum(lengths) - lengths
    here = np.arange(lengths.sum()) - np.repeat(offset, lengths) + np.repeat(zones.starts[chains], lengths)
    starts = np.concatenate(([0], np.cumsum(lengths)))
    part = Zones(
        zones.places, starts, zones.members[here], zones.ends[here], zones.centres[chains], zones.radii[here]
    )
    return part, here


def _top(zones: Zones, value: Floats, chain_of: Ints) -> int:
    """The best zone; among equals the one with the fewest places, then the lowest sorted numbers."""
    equal = np.flatnonzero(value >= value.max() * (1 - 1e-10))
    size = equal - zones.starts[chain_of[equal]]
    equal = equal[size == size.min()]
    return int(min(equal, key=lambda one: sorted(zones.members[zones.starts[chain_of[one]] : one + 1])))
