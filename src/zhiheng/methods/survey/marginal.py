"""Sharing out whole units one by one to wherever the next one gains most.

Where the gains of a stratum never rise, this greedy choice is optimal, not only good: the best set
of units then holds no unit without those before it, so choosing single units and choosing sizes
are the same problem (Gross 1956; Fox 1966). Groups of strata may have a limit of their own; strata,
groups and the total are nested, and greedy stays optimal (Federgruen and Groenevelt 1986). The
units are not walked through one by one but taken in blocks that double.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from zhiheng.methods.survey.counts import Floats
from zhiheng.methods.survey.planning_numbers import Bools, Integers

# Gains of the next `width` units of some strata that have `start` units already:
# (strata, start, width) → array of shape (strata, width), not rising along its rows.
Gains = Callable[[Integers, Integers, int], Floats]


def best_units(
    gains: Gains,
    room: Integers,
    total: int,
    *,
    group: Integers | None = None,
    group_room: Integers | None = None,
) -> Integers:
    """How many units each stratum gets: the `total` best ones that the limits allow, or all of these.

    Parameters
    ----------
    gains : callable
        See `Gains`; finite or +inf, nonincreasing in each stratum.
    room : ndarray of int64
        Most units of each stratum.
    total : int
        Most units in all.
    group, group_room : ndarray of int64, optional
        The group of each stratum, and the most units of each group.

    Returns
    -------
    ndarray of int64
        Units of each stratum; equal gains go to the stratum that stands first.
    """
    strata = np.flatnonzero(room > 0)
    kept_gain, kept_stratum, kept_level = np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64)
    level, width = 0, 1
    while strata.size and total > 0:
        block = gains(strata, np.full(strata.size, level, dtype=np.int64), width)
        levels = level + np.arange(width, dtype=np.int64)
        inside = levels < room[strata][:, None]
        stratum_of = np.broadcast_to(strata[:, None], block.shape)[inside]
        level_of = np.broadcast_to(levels, block.shape)[inside]
        kept_gain = np.concatenate([kept_gain, block[inside]])
        kept_stratum = np.concatenate([kept_stratum, stratum_of])
        kept_level = np.concatenate([kept_level, level_of])
        best = _best(kept_gain, kept_stratum, kept_level, total, group, group_room)
        kept_gain, kept_stratum, kept_level = kept_gain[best], kept_stratum[best], kept_level[best]
        level += width
        # A stratum whose last unit so far was not good enough has no better one behind it.
        strata = np.sort(kept_stratum[kept_level == level - 1])
        strata = strata[room[strata] > level]
        width = level
    return np.bincount(kept_stratum, minlength=room.size).astype(np.int64)


def _best(
    gain: Floats,
    stratum: Integers,
    level: Integers,
    total: int,
    group: Integers | None,
    group_room: Integers | None,
) -> Integers:
    order = np.lexsort((level, stratum, -gain))
    if group is not None and group_room is not None:
        order = order[_within_group(group[stratum[order]], group_room)]
    return order[:total]


def _within_group(group: Integers, room: Integers) -> Bools:
    """Which of the units, standing in the order of their gain, find room in their group."""
    by_group = np.argsort(group, kind="stable")
    sorted_group = group[by_group]
    first = np.searchsorted(sorted_group, sorted_group)
    inside = np.empty(group.size, dtype=np.bool_)
    inside[by_group] = np.arange(group.size) - first < room[sorted_group]
    return inside


def filled(weight: Floats, low: Floats, high: Floats, total: float, cost: Floats | None = None) -> Floats:
    r"""Real numbers :math:`x_h=\min(\max(t w_h, l_h), u_h)` with :math:`\sum c_h x_h` = total.

    The one factor t is found by bisection over its breakpoints and then solved exactly. Strata of
    weight 0 stay at `low`; what the others cannot hold is given to these in proportion to their
    room. `total` must lie between the sums of `low` and `high` (times cost).
    """
    price = np.ones_like(weight) if cost is None else cost
    positive = weight > 0
    if not positive.any() or float((price * np.where(positive, high, low)).sum()) <= total:
        return _topped_up(np.where(positive, high, low), high, total, price)
    points = np.unique(np.concatenate([low[positive] / weight[positive], high[positive] / weight[positive]]))
    first, last = 0, points.size - 1
    while last - first > 1:
        middle = (first + last) // 2
        spent = float((price * np.clip(points[middle] * weight, low, high)).sum())
        first, last = (middle, last) if spent <= total else (first, middle)
    start = np.clip(points[first] * weight, low, high)
    # Between two breakpoints nobody reaches a bound, so the middle tells who is free to move.
    inner = (points[first] + points[last]) / 2.0 * weight
    free = positive & (low < inner) & (inner < high)
    slope = float((price * weight)[free].sum())
    step = (total - float((price * start).sum())) / slope if slope > 0 else 0.0
    return np.asarray(np.clip(np.where(free, start + step * weight, start), low, high))


def _topped_up(start: Floats, high: Floats, total: float, price: Floats) -> Floats:
    room = price * (high - start)
    left = total - float((price * start).sum())
    share = min(max(left / float(room.sum()), 0.0), 1.0) if room.sum() > 0 else 0.0
    return np.asarray(start + share * (high - start))


def largest_remainder(ideal: Floats, total: int) -> Integers:
    """Whole numbers about the ideal ones: rounded down, then one more by size of the remainder.

    Equal remainders: the stratum that stands first. Each number is the floor or the ceiling of its
    ideal, so whole bounds that the ideal keeps are kept; the sum is `total`, which `ideal` must have.
    """
    # A noise of the last digits must not turn 3 into a floor of 2.
    base = np.floor(ideal + 1e-9 * np.maximum(ideal, 1.0))
    remainder = ideal - base
    left = int(total - base.sum())
    order = np.lexsort((np.arange(ideal.size), -remainder))
    size = base.astype(np.int64)
    if left > 0:
        size[order[:left]] += 1
    elif left < 0:  # the floors were raised by noise alone
        size[order[left:]] -= 1
    return size
