"""A year's batches split over strata and periods: a random floor first, the rest where it finds most.

The random floor keeps pass rates estimable and is not traded against anything. The rest goes, one
batch after the other, to the stratum where the next one lowers the expected undetected
nonconformity most. **That objective is ours**, not a standard's; its formula stands at `split`.
This module refuses to sample an object twice within the window, to spend more than there is, and to
say nothing about what stays uncovered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.budget_floor import Floor, random_floor
from zhiheng.methods.survey.budget_inputs import Known, Rules, Stratum, checked, laboratory_room
from zhiheng.methods.survey.budget_periods import Spread, spread, yearly_capacity
from zhiheng.methods.survey.counts import Floats, sealed
from zhiheng.methods.survey.marginal import best_units
from zhiheng.methods.survey.planning_numbers import (
    Bools,
    Integers,
    sealed_integers,
    sealed_truths,
    together,
)

OBJECTIVE: Final = N_(
    "Expected nonconforming objects that stay undetected, weighted by severity: "
    "our own measure, not that of a standard."
)


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """The split and what it leaves open.

    Attributes
    ----------
    random, targeted, follow_ups : ndarray of int64, shape (strata, periods)
        Batches of each cell by how they are chosen: three populations that are never added up.
    capacity : ndarray of int64, shape (strata,)
        Most batches of each stratum in the year, by objects and waiting time, without follow-ups.
    rate : ndarray of float64, shape (strata,)
        Posterior mean a/(a+b).
    undetected_before, undetected : ndarray of float64, shape (strata,)
        Expected nonconforming objects that stay undetected without any sample, and with the split;
        not weighted.
    unsampled : ndarray of bool, shape (strata,)
        Strata with objects and without a sample.
    domains : Floor
        For each domain: objects, rate, what the half-width needs, random samples, half-width reached.
    next_gain : float
        By how much one more batch would lower the objective: the worth of budget; 0 where nothing
        more can be placed.
    objective_before, objective : float
        The objective without samples and with the split.
    """

    random: Integers
    targeted: Integers
    follow_ups: Integers
    capacity: Integers
    rate: Floats
    undetected_before: Floats
    undetected: Floats
    unsampled: Bools
    domains: Floor
    next_gain: float
    objective_before: float
    objective: float

    @property
    def total(self) -> Integers:
        """Batches of each cell, of all three kinds."""
        return self.random + self.targeted + self.follow_ups


def split(strata: Stratum, rules: Rules) -> Split:
    r"""Split the budget over strata and periods.

    With n_s samples (random and targeted together) in a stratum of N_s objects whose share of
    nonconforming ones is p ~ Beta(a_s, b_s), the objective, to be minimised, is

    .. math:: V=\sum_s w_s\Big[\varphi N_s\,\mathrm E\{p(1-p)^{n_s}\}
              +(1-\varphi)\,\mathrm E\{p\}\,\max(N_s-n_s,0)\Big],

    the severity-weighted expected number of nonconforming objects that stay undetected: a share φ
    has a cause common to its stratum and stays undetected as long as no sample of the stratum
    fails, and the rest stays undetected in the objects that were not sampled.
    :math:`\mathrm E\{p(1-p)^n\}=B(a+1,b+n)/B(a,b)`. The next sample lowers V by

    .. math:: w_s\Big[\varphi N_s\frac{B(a_s+2,b_s+n_s)}{B(a_s,b_s)}
              +(1-\varphi)\frac{a_s}{a_s+b_s}[n_s<N_s]\Big],

    which never rises with n_s: high and uncertain rates, many objects and severe harm come first, and
    each sample makes the next one in the same stratum worth less. So giving batch after batch to the
    largest gain, above the random floor and within the capacity of each stratum and each laboratory
    (nested limits), is optimal among all splits in whole numbers; a test compares it with all of them.
    V depends on the year's totals alone, so the spread over the periods cannot change it.

    Parameters
    ----------
    strata : Stratum
    rules : Rules

    Returns
    -------
    Split

    Raises
    ------
    InvalidInput
        `stratum.*`, `capacity.*`, `size.*` for numbers that cannot be; `budget.too_small`,
        `budget.too_large`, `budget.share`, `budget.laboratory`, `budget.period` for a budget or a
        capacity that cannot be kept to, each with the nearest one that can.

    Notes
    -----
    Assumes that the posterior holds for the year to come, that the objects of a stratum are
    exchangeable, that an inspection finds what is there, and that an object's batches at two visits
    are alike. The random samples count for detection too; what targeted samples find enters no rate.
    """
    known = checked(strata, rules)
    capacity = yearly_capacity(known.eligible, rules.window)
    labs = laboratory_room(known, rules)
    reserved = int(known.follow_ups.sum())
    floor = random_floor(
        known.objects, known.rate, known.domain, np.minimum(capacity, known.objects.astype(np.int64)),
        budget=rules.budget, share=rules.random_share, half_width=rules.half_width, level=rules.level,
        minimum=rules.minimum, reserved=reserved,
    )  # fmt: skip
    labs = _after_floor(labs, floor, known)
    left = rules.budget - reserved - int(floor.random.sum())
    targeted = _targeted(known, floor.random, capacity, labs, left, rules.shared)
    if int(targeted.sum()) < left:
        raise _too_large(rules.budget, rules.budget - left + int(targeted.sum()))
    spread_out = spread(
        floor.random, targeted, known.follow_ups, known.eligible, rules.window, rules.period_capacity
    )
    open_labs = labs > np.bincount(known.laboratory, targeted, labs.size)
    room = (floor.random + targeted < capacity) & open_labs[known.laboratory]
    return _answer(known, rules.shared, floor, spread_out, capacity, room)


def undetected(
    objects: ArrayLike, a: ArrayLike, b: ArrayLike, samples: ArrayLike, *, shared: float = 0.5
) -> Floats:
    """Expected nonconforming objects of each stratum that stay undetected: V without the severity."""
    count, alpha, beta, n = together(objects, a, b, samples)
    common = np.exp(special.betaln(alpha + 1.0, beta + n) - special.betaln(alpha, beta))
    own = alpha / (alpha + beta) * np.maximum(count - n, 0.0)
    return np.asarray(shared * count * common + (1.0 - shared) * own)


def _targeted(
    known: Known, start: Integers, capacity: Integers, labs: Integers, total: int, shared: float
) -> Integers:
    def gains(at: Integers, level: Integers, width: int) -> Floats:
        return _gains(known, at, start[at] + level, width, shared)

    return best_units(gains, capacity - start, total, group=known.laboratory, group_room=labs)


def _gains(known: Known, at: Integers, n: Integers, width: int, shared: float) -> Floats:
    """By how much each of the next `width` samples of some strata lowers the objective."""
    a, b = known.a[at], known.b[at]
    first = np.exp(special.betaln(a + 2.0, b + n) - special.betaln(a, b))
    steps = n[:, None] + np.arange(width - 1)
    # B(a+2, b+n+1) / B(a+2, b+n) = (b+n) / (a+b+n+2), so only the first needs special functions.
    ratios = (b[:, None] + steps) / ((a + b)[:, None] + steps + 2.0)
    common = first[:, None] * np.cumprod(np.concatenate([np.ones((at.size, 1)), ratios], axis=1), axis=1)
    objects = known.objects[at][:, None]
    own = known.rate[at][:, None] * (n[:, None] + np.arange(width) < objects)
    return np.asarray(known.severity[at][:, None] * (shared * objects * common + (1.0 - shared) * own))


def _answer(
    known: Known, shared: float, floor: Floor, cells: Spread, capacity: Integers, room: Bools
) -> Split:
    samples = (cells.random + cells.targeted).sum(axis=1)
    before = undetected(known.objects, known.a, known.b, 0.0, shared=shared)
    after = undetected(known.objects, known.a, known.b, samples, shared=shared)
    more = _gains(known, np.flatnonzero(room), samples[room], 1, shared) if room.any() else np.zeros(1)
    return Split(
        random=cells.random,
        targeted=cells.targeted,
        follow_ups=cells.follow_ups,
        capacity=sealed_integers(capacity),
        rate=sealed(known.rate),
        undetected_before=sealed(before),
        undetected=sealed(after),
        unsampled=sealed_truths((samples == 0) & (known.objects > 0)),
        domains=floor,
        next_gain=float(more.max()),
        objective_before=float((known.severity * before).sum()),
        objective=float((known.severity * after).sum()),
    )


def _after_floor(room: Integers, floor: Floor, known: Known) -> Integers:
    bound = np.bincount(known.laboratory, floor.random + known.follow_ups, room.size).astype(np.int64)
    short = np.flatnonzero(bound > room)
    if short.size:
        at = int(short[0])
        raise InvalidInput(
            "budget.laboratory",
            N_("Laboratory %(laboratory)s can test %(capacity)d batches, but its random floor and "
               "follow-ups alone need %(needed)d."),
            N_("Give it at least %(needed)d, share its strata with another laboratory, or lower the floor."),
            laboratory=at,
            capacity=int(room[at]),
            needed=int(bound[at]),
        )  # fmt: skip
    return room - bound


def _too_large(budget: int, most: int) -> InvalidInput:
    return InvalidInput(
        "budget.too_large",
        N_("%(budget)d batches cannot be placed: eligible objects, waiting time and laboratories leave "
           "room for %(most)d."),
        N_("Plan at most %(most)d batches, or raise the capacities."),
        budget=budget,
        most=most,
    )  # fmt: skip
