"""The largest statistic of each simulated map, exact, without looking at every window.

A chain of zones is cut into segments. A window that ends in a segment has no more cases than the segment's
last zone and no smaller size than its first; if even those two together stay below a bound, the segment
is passed over. Counts at the ends of segments are sums of whole numbers over a sparse matrix; the
bound is learnt from a few maps, and a map without any window above it is looked at again with a lower
one. So the bound changes the time that is needed and never the result. This module refuses to round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from zhiheng.methods.spatial.models import Model, ratio
from zhiheng.methods.spatial.observed import Search, grown
from zhiheng.methods.spatial.zones import Zones

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# Segments for one unit of the root of expected cases. Finer ones leave fewer windows to look at and cost
# more sums; on 2 800 places times went up by a fifth at half and at twice this.
_FINENESS: Final = 2.0
_CELLS_AT_ONCE: Final = 1_500_000
# The best window of a map by chance grows with the logarithm of the number of windows; on the maps of the
# benchmarks the least of a hundred was 0.42 to 0.54 of it. Only time depends on it.
_FIRST_BOUND: Final = 0.35
_PILOT: Final = 16
_LOWEST: Final = 0.1  # below it a map is searched without any bound
_HAIR: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class _Chunk:
    """Some chains: a matrix of (chains · segments, places) that sums the places new in each segment."""

    rings: Any  # scipy's sparse arrays have no types
    chains: int
    # Numbers among all segments of each row, -1 in rows that only fill up.
    segment: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What of a search does not depend on the counts; see `planned`."""

    search: Search
    chunks: list[_Chunk]
    # Flat positions in `zones.members` of the first and the last zone of each segment.
    head: Ints
    tail: Ints
    # Sizes of zones at every position, summed over the periods before the one named.
    size: Floats
    dtype: type[np.signedinteger[Any]]


def planned(search: Search) -> Plan:
    """Cut the chains into segments and sum the sizes along them."""
    model, zones, first, stretches = search.model, search.zones, search.first, search.stretches
    periods = model.cases.shape[1] - first
    size = np.empty((zones.members.size, periods + 1))
    for chains, lengths, (sums,) in grown(zones, model.size[:, first:]):
        here = slice(zones.starts[chains.start], zones.starts[min(chains.stop, zones.starts.size - 1)])
        size[here] = sums[np.arange(sums.shape[1]) < lengths[:, None]]
    ends = np.flatnonzero(zones.ends)
    chain = np.searchsorted(zones.starts, ends, side="right") - 1
    longest = stretches[np.argmax(stretches[:, 1] - stretches[:, 0])]
    level = np.floor(_FINENESS * np.sqrt((size[ends, longest[1]] - size[ends, longest[0]]) * _scale(model)))
    new = np.append(True, (np.diff(chain) > 0) | (np.diff(level) > 0))
    head, tail = ends[new], ends[np.append(new[1:], True)]
    dtype = np.int16 if model.total < np.iinfo(np.int16).max else np.int32
    chunks = list(_chunks(zones, chain[new], tail, dtype, periods))
    return Plan(search, chunks, head, tail, size, dtype)


def _scale(model: Model) -> float:
    return model.total / model.whole


def _chunks(zones: Zones, chain: Ints, tail: Ints, dtype: type, periods: int) -> Iterator[_Chunk]:
    of_chain = np.concatenate(([0], np.cumsum(np.bincount(chain, minlength=zones.centres.size))))
    counts = np.diff(of_chain)
    first = 0
    while first < counts.size:
        widest = np.maximum.accumulate(counts[first : first + 65_536])
        cells = widest * np.arange(1, widest.size + 1) * periods * copies_at_once(periods)
        number = max(int(np.searchsorted(cells, _CELLS_AT_ONCE, side="right")), 1)
        rows = np.arange(int(widest[number - 1]))
        own = counts[first : first + number]
        segment = np.where(rows < own[:, None], of_chain[first : first + number, None] + rows, -1)
        begin = zones.starts[first]
        # A row that only fills up adds no place: it stops where the row before it did.
        stop = tail[np.minimum(segment, tail.size - 1)] + 1
        stop = np.where(segment >= 0, stop, zones.starts[first + 1 : first + number + 1, None])
        pointers = np.concatenate(([0], stop.ravel() - begin))
        members = zones.members[begin : begin + pointers[-1]]
        rings = sparse.csr_array(
            (np.ones(members.size, dtype), members, pointers), shape=(segment.size, zones.places)
        )
        yield _Chunk(rings, number, segment.ravel())
        first += number


def copies_at_once(periods: int) -> int:
    """Maps simulated together; fixed by the number of periods alone, since the seeds follow it."""
    return 250 if periods == 1 else 125


def largest(plan: Plan, cases: Ints, bound: float | None = None) -> Floats:
    """The largest statistic of each map; `cases` has the shape (places, periods, maps)."""
    cells = cases.astype(plan.dtype)
    if bound is None:
        windows = np.count_nonzero(plan.search.zones.ends) * len(plan.search.stretches)
        bound = max(_FIRST_BOUND * float(np.log(windows)), _LOWEST)
    found = _search(plan, cells, bound)
    while (short := np.flatnonzero(found < bound)).size and bound > 0:
        bound = bound / 2 if bound > _LOWEST else 0.0
        found[short] = _search(plan, np.ascontiguousarray(cells[:, :, short]), bound)
    return found


def learnt(plan: Plan, cases: Ints) -> float:
    """A bound that nearly all maps exceed somewhere."""
    return 0.9 * float(largest(plan, cases[:, :, :_PILOT]).min())


def _search(plan: Plan, cells: NDArray[Any], bound: float) -> Floats:
    """Largest statistic of each map; only values of at least `bound` are exact."""
    maps = cells.shape[2]
    top = np.zeros(maps)
    limits = _limits(plan, bound)
    open_: list[tuple[Ints, ...]] = []
    for chunk in plan.chunks:
        segment, stretch, copy, count = _candidates(plan, chunk, cells, limits)
        size = _size(plan, plan.tail[segment], stretch)
        np.maximum.at(top, copy, ratio(plan.search.model, count, size))
        open_.append((segment, stretch, copy, count))
    segment, stretch, copy, count = (np.concatenate(one) for one in zip(*open_, strict=True))
    reach = ratio(plan.search.model, count, _size(plan, plan.head[segment], stretch))
    inside = (reach > top[copy]) & (plan.head[segment] < plan.tail[segment])
    before = np.zeros((cells.shape[0], cells.shape[1] + 1, maps), plan.dtype)
    np.cumsum(cells, axis=1, out=before[:, 1:])
    _look_inside(plan, before, (segment[inside], stretch[inside], copy[inside], count[inside]), top)
    return top


def _limits(plan: Plan, bound: float) -> NDArray[Any]:
    """Fewest cases in a segment's last zone that leave hope in it, shape (stretches, segments + 1).

    The column after the last segment is for rows that only fill up, and no count reaches it.
    """
    never = np.iinfo(plan.dtype).max
    out = np.full((len(plan.search.stretches), plan.head.size + 1), never, plan.dtype)
    head = plan.size[plan.head]
    sizes = [head[:, stop] - head[:, start] for start, stop in plan.search.stretches]
    fewest = _largest_sizes(plan.search.model, bound, max(float(size.max()) for size in sizes))
    for row, size in zip(out, sizes, strict=True):
        needed = np.searchsorted(fewest, size, side="left") + 1
        row[:-1] = np.maximum(np.where(needed > fewest.size, never, needed), plan.search.least)
    return out


def _largest_sizes(model: Model, bound: float, most: float) -> Floats:
    """For 1, 2, … cases the largest size whose statistic still reaches the bound; 0 where none does."""
    expected = most * _scale(model)
    upto = expected + 4 * np.sqrt(2 * bound * (expected + 1)) + 4 * bound + 50
    while True:
        c = np.arange(1.0, min(upto, model.total) + 1)
        low = c.copy() if model.kind == "bernoulli" else np.full(c.size, 1e-300)
        none = ratio(model, c, low) < bound
        high = c / _scale(model)
        for _ in range(80):
            middle = (low + high) / 2
            reaches = ratio(model, c, middle) >= bound
            low, high = np.where(reaches, middle, low), np.where(reaches, high, middle)
        # A hair more, so that rounding never passes a window over.
        found = np.where(none, 0.0, high * (1 + _HAIR))
        if found[-1] >= most or c.size >= model.total:
            return np.maximum.accumulate(found)
        upto *= 2


def _candidates(
    plan: Plan, chunk: _Chunk, cells: NDArray[Any], limits: NDArray[Any]
) -> tuple[Ints, Ints, Ints, Ints]:
    places, periods, maps = cells.shape
    counts = (chunk.rings @ cells.reshape(places, periods * maps)).reshape(chunk.chains, -1, periods, maps)
    for row in range(1, counts.shape[1]):
        counts[:, row] += counts[:, row - 1]
    for period in range(1, periods):
        counts[:, :, period] += counts[:, :, period - 1]
    counts = counts.reshape(-1, periods, maps)
    found: list[tuple[Ints, Ints, Ints, Ints]] = []
    for number, (start, stop) in enumerate(plan.search.stretches):
        c = counts[:, stop - 1] - counts[:, start - 1] if start else counts[:, stop - 1]
        hits = np.flatnonzero(c >= limits[number, chunk.segment, None])
        if hits.size:
            at, on = np.divmod(hits, maps)
            same = np.full(hits.size, number)
            found.append((chunk.segment[at], same, on, c[at, on].astype(np.int64)))
    if not found:
        nothing = np.empty(0, np.int64)
        return nothing, nothing, nothing, nothing
    segment, stretch, copy, count = (np.concatenate(one) for one in zip(*found, strict=True))
    return segment, stretch, copy, count


def _size(plan: Plan, position: Ints, stretch: Ints) -> Floats:
    start, stop = plan.search.stretches[stretch].T
    return np.asarray(plan.size[position, stop] - plan.size[position, start])


def _look_inside(
    plan: Plan, before: NDArray[Any], windows: tuple[Ints, Ints, Ints, Ints], top: Floats
) -> None:
    """Step back from the last zone of each segment to its first, one place at a time."""
    segment, stretch, copy, count = windows
    position, head = plan.tail[segment].copy(), plan.head[segment]
    start, stop = plan.search.stretches[stretch].T
    while position.size:
        place = plan.search.zones.members[position]
        count = count - (before[place, stop, copy].astype(np.int64) - before[place, start, copy])
        position = position - 1
        value = np.where(
            count >= plan.search.least, ratio(plan.search.model, count, _size(plan, position, stretch)), 0.0
        )
        value[~plan.search.zones.ends[position]] = 0.0
        np.maximum.at(top, copy, value)
        # What can still come: no more cases than now, no smaller size than the segment's first.
        hope = ratio(plan.search.model, count, _size(plan, head, stretch)) > top[copy]
        go = (position > head) & hope & (count >= plan.search.least)
        position, head, stretch, copy, count = (one[go] for one in (position, head, stretch, copy, count))
        start, stop = start[go], stop[go]
