"""The samples of a year laid into its periods, so that no object is sampled twice within a window.

A stratum that has at least as many eligible objects as samples, from the first period on, can take
them in any order. The few others are laid out one period after the other, always leaving as much
for later as later can take. This module refuses a period that would be overfull, and says by how much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, sparse

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats
from zhiheng.methods.survey.marginal import filled, largest_remainder
from zhiheng.methods.survey.planning_numbers import Integers, must, sealed_integers, whole

_GOLDEN = 0.6180339887498949  # spreads roundings evenly over the strata


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Batches of each stratum and period, by how they are chosen."""

    random: Integers
    targeted: Integers
    follow_ups: Integers


def yearly_capacity(eligible: Integers, window: int) -> Integers:
    """Most samples of each stratum in all periods, if an object is sampled once in any `window` of them.

    An object that is eligible from period a on (counted from 0) can be sampled ⌊(T − 1 − a)/window⌋ + 1
    times; the sum over the objects is reached by sampling everybody as soon as possible.
    """
    periods = eligible.shape[1]
    fresh = np.diff(eligible, axis=1, prepend=0)
    visits = (periods - 1 - np.arange(periods)) // window + 1
    return np.asarray(fresh @ visits, dtype=np.int64)


def spread(
    random: Integers,
    targeted: Integers,
    follow_ups: Integers,
    eligible: Integers,
    window: int,
    capacity: ArrayLike | None,
) -> Spread:
    """Lay the samples of the strata into the periods, as evenly as capacities and windows allow.

    `random` and `targeted` together must not be above `yearly_capacity`. Raises `budget.period`
    where the capacities of the periods cannot be kept to.
    """
    periods = eligible.shape[1]
    samples = random + targeted
    total = int(samples.sum() + follow_ups.sum())
    most = _capacity(capacity, periods, total)
    target = filled(np.ones(periods), np.zeros(periods), np.minimum(most, float(total)), float(total))
    cells = np.zeros((samples.size, periods), dtype=np.int64)
    tight = np.flatnonzero(samples > eligible[:, 0])
    if tight.size:
        cells[tight] = _laid_out(samples[tight], eligible[tight], window)
    loose = np.where(samples > eligible[:, 0], 0, samples)
    free = int(loose.sum() + follow_ups.sum())
    if (cells.sum(axis=0) > most).any():
        cells[tight] = _solved(samples[tight], eligible[tight], window, most, free)
    rest = _level(target, cells.sum(axis=0).astype(np.float64), most, free)
    # Checks after a failure may be in any period, like the loose samples: one sequence for both.
    both = _dealt(np.concatenate([loose, follow_ups]), rest)
    cells += both[: samples.size]
    drawn = _random_part(cells, random, samples)
    return Spread(
        sealed_integers(drawn), sealed_integers(cells - drawn), sealed_integers(both[samples.size :])
    )


def _capacity(given: ArrayLike | None, periods: int, total: int) -> Floats:
    if given is None:
        return np.full(periods, np.inf)
    most = np.atleast_1d(np.asarray(given, dtype=np.float64))
    must(most, whole(most), "capacity.value")
    if most.size == 1:
        most = np.full(periods, most[0])
    if most.size != periods:
        raise InvalidInput(
            "budget.capacities",
            N_("%(given)d capacities are given for %(periods)d periods."),
            N_("Give one for each period, or one for all."),
            given=most.size,
            periods=periods,
        )
    if most.sum() < total:
        raise InvalidInput(
            "budget.period_total",
            N_("%(total)d batches are planned, but the periods take only %(most)d together."),
            N_("Plan at most %(most)d batches, or raise the capacities by %(short)d."),
            total=total,
            most=int(most.sum()),
            short=int(total - most.sum()),
        )
    return most


def _laid_out(samples: Integers, eligible: Integers, window: int) -> Integers:
    """Strata whose waiting time matters, period by period: the wish, between what must and what may be."""
    count, periods = eligible.shape
    cells = np.zeros((count, periods), dtype=np.int64)
    left = samples.copy()
    phase = np.arange(count) * _GOLDEN % 1.0
    for now in range(periods):
        may = np.minimum(_open(cells, eligible, window, now), left)
        need = _must_now(cells, eligible, window, now, left, may)
        wish = np.floor(left / (periods - now) + phase).astype(np.int64)
        cells[:, now] = np.clip(wish, need, may)
        left = left - cells[:, now]
    return cells


def _open(cells: Integers, eligible: Integers, window: int, now: int) -> Integers:
    waiting = cells[:, max(now - window + 1, 0) : now].sum(axis=1)
    return np.asarray(np.maximum(eligible[:, now] - waiting, 0))


def _must_now(
    cells: Integers, eligible: Integers, window: int, now: int, left: Integers, may: Integers
) -> Integers:
    """Fewest samples now that leave no more for later than later can take; by bisection."""
    low, high = np.zeros_like(may), may.copy()
    while (low < high).any():
        middle = (low + high) // 2
        trial = cells.copy()
        trial[:, now] = middle
        for later in range(now + 1, cells.shape[1]):
            trial[:, later] = _open(trial, eligible, window, later)
        good = trial[:, now:].sum(axis=1) >= left
        low, high = np.where(good, low, middle + 1), np.where(good, middle, high)
        low = np.minimum(low, may)
    return high


def _solved(samples: Integers, eligible: Integers, window: int, most: Floats, free: int) -> Integers:
    """The same as a whole-number program with the capacities of the periods; refused with the shortfall."""
    count, periods = eligible.shape
    size = count * periods
    # Variables: cells by stratum and period, then the free samples and the overflow of each period.
    one = sparse.eye_array(count)
    window_rows = [np.arange(periods) <= now for now in range(periods)]
    band = np.array([row & (np.arange(periods) > now - window) for now, row in enumerate(window_rows)])
    rows = sparse.vstack(
        [
            sparse.hstack([sparse.kron(one, np.ones((1, periods))), sparse.csr_array((count, 2 * periods))]),
            sparse.hstack([sparse.kron(one, band.astype(float)), sparse.csr_array((size, 2 * periods))]),
            sparse.hstack(
                [sparse.kron(np.ones((1, count)), sparse.eye_array(periods)), sparse.eye_array(periods),
                 -sparse.eye_array(periods)]
            ),
            sparse.csr_array(np.concatenate([np.zeros(size), np.ones(periods), np.zeros(periods)])[None, :]),
        ]
    )  # fmt: skip
    lower = np.concatenate([samples, np.full(size, -np.inf), np.full(periods, -np.inf), [free]])
    upper = np.concatenate([samples, eligible.ravel(), most, [free]])
    cost = np.concatenate([np.zeros(size + periods), np.ones(periods)])
    found = optimize.milp(
        cost,
        constraints=optimize.LinearConstraint(sparse.csr_array(rows), lower, upper),
        integrality=np.ones(cost.size, dtype=np.int64),
        bounds=optimize.Bounds(0, np.inf),
    )
    if found.x is None:  # the overflow makes every program feasible, so this is the solver's failure
        raise RuntimeError(found.message)
    overflow = np.rint(found.x[size + periods :]).astype(np.int64)
    if overflow.any():
        at = int(np.flatnonzero(overflow)[0])
        raise InvalidInput(
            "budget.period",
            N_("Period %(period)d takes %(capacity)d batches, but the waiting times leave no way to plan "
               "fewer than %(needed)d there."),
            N_("Give it at least %(needed)d, or plan fewer batches."),
            period=at + 1,
            capacity=int(most[at]),
            needed=int(most[at] + overflow[at]),
        )  # fmt: skip
    return np.rint(found.x[:size]).astype(np.int64).reshape(count, periods)


def _level(target: Floats, load: Floats, most: Floats, free: int) -> Integers:
    """How many free samples each period takes, so that the loads come as near to the target as they can."""
    wish, room = target - load, np.minimum(most - load, float(free))
    low, high = -float(free) - np.abs(wish).max() - 1.0, float(free) + np.abs(wish).max() + 1.0
    for _ in range(100):
        middle = (low + high) / 2.0
        if np.clip(wish + middle, 0.0, room).sum() < free:
            low = middle
        else:
            high = middle
    taken = np.clip(wish + high, 0.0, room)
    surplus = taken.sum() - free
    inner = (taken > 0) & (taken < room)
    if inner.any():
        taken[inner] -= surplus / inner.sum()
    return largest_remainder(np.clip(taken, 0.0, room), free)


def _dealt(units: Integers, periods: Integers) -> Integers:
    """Units of each stratum dealt to the periods; every run of neighbours gets about its share of each."""
    free = int(units.sum())
    places = [(np.arange(take) + 0.5) * free / take for take in periods.tolist() if take]
    names = [np.full(take, now) for now, take in enumerate(periods.tolist()) if take]
    cells = np.zeros((units.size, periods.size), dtype=np.int64)
    if free:
        sequence = np.concatenate(names)[np.argsort(np.concatenate(places), kind="stable")]
        owner = np.repeat(np.arange(units.size), units)
        np.add.at(cells, (owner, sequence), 1)
    return cells


def _random_part(cells: Integers, random: Integers, samples: Integers) -> Integers:
    """Of each cell, the part that is drawn at random: in every period the same share of its stratum."""
    share = random / np.maximum(samples, 1)
    phase = (np.arange(samples.size) * _GOLDEN % 1.0)[:, None]
    running = np.cumsum(cells, axis=1) * share[:, None]
    # The last running sum is a whole number; its noise must not become one sample more or fewer.
    running[:, -1] = random
    steps = np.floor(np.minimum(running + phase, random[:, None] + phase) + 1e-12).astype(np.int64)
    return np.diff(steps, axis=1, prepend=0)
