"""From where the samples are taken: a total shared out over strata, in whole numbers that add up.

Proportional, Neyman's, and with costs; never below the minimum of a stratum or above what it has.
This module refuses to leave a stratum that varies without a sample when the variance is what is
minimised: it would be without an estimate.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats, sealed
from zhiheng.methods.survey.marginal import best_units, filled, largest_remainder
from zhiheng.methods.survey.planning_numbers import Integers, must, sealed_integers, together, whole

Rounding = Literal["largest_remainder", "integer_optimal", "greedy_by_cost"]


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """Samples per stratum; arrays in the order of the strata.

    Attributes
    ----------
    size : ndarray of int64
        Samples of each stratum, within its bounds.
    ideal : ndarray of float64
        The real-valued solution under the same bounds, before it was made whole.
    rounding : str
        ``largest_remainder`` (each stratum gets the floor or the ceiling of its ideal),
        ``integer_optimal`` (no other whole numbers have a smaller variance) or ``greedy_by_cost``
        (see `optimum`).
    variance, least_variance : float
        Variance of the stratified mean at `size`, and at `ideal`, which no whole numbers can beat;
        NaN where no deviations are given or a stratum that varies has no sample.
    cost : float
        Sum of the costs; without costs the number of samples.
    """

    size: Integers
    ideal: Floats
    rounding: Rounding
    variance: float
    least_variance: float
    cost: float


@dataclass(frozen=True, slots=True, eq=False)
class _Strata:
    objects: Floats
    deviations: Floats
    low: Floats
    high: Floats


def proportional(
    objects: ArrayLike,
    total: int,
    *,
    deviations: ArrayLike | None = None,
    minimum: ArrayLike = 0,
    maximum: ArrayLike = np.inf,
) -> Allocation:
    r"""Samples in proportion to the objects: :math:`n_h=n N_h/N`, within the bounds of each stratum.

    Where a bound binds, the rest is shared out in proportion among the others. Made whole by the
    largest remainder.

    Parameters
    ----------
    objects : array_like of int, shape (strata,)
        N_h, objects of each stratum; 0 is allowed and gets nothing.
    total : int
        n, samples in all.
    deviations : array_like of float, optional
        S_h, only to tell the variance that is reached.
    minimum, maximum : array_like of int
        Bounds of each stratum, one for all or one for each. A stratum with fewer objects than the
        minimum is taken whole; the maximum is never above the objects.

    Returns
    -------
    Allocation

    Raises
    ------
    InvalidInput
        `stratum.*` for a number that cannot be, `allocation.too_small` and `allocation.too_large`
        with the smallest and the largest total that is possible, `allocation.bounds`.

    References
    ----------
    W. G. Cochran (1977), Sampling Techniques, 3rd ed., ch. 5; M. L. Balinski, H. P. Young (1982), Fair
    Representation (largest remainder).
    """
    spread = np.nan if deviations is None else deviations
    strata = _strata(objects, spread, minimum, maximum)
    _feasible(strata, total)
    ideal = filled(strata.objects, strata.low, strata.high, float(total))
    return _answer(strata, largest_remainder(ideal, total), ideal, "largest_remainder", None)


def neyman(
    objects: ArrayLike,
    deviations: ArrayLike,
    total: int,
    *,
    minimum: ArrayLike = 1,
    maximum: ArrayLike = np.inf,
) -> Allocation:
    r"""Neyman's allocation, :math:`n_h\propto N_hS_h`, in the whole numbers of least variance.

    Minimises :math:`\sum_h W_h^2S_h^2(1/n_h-1/N_h)` over whole numbers within the bounds, exactly:
    the n-th sample of a stratum lowers the sum by :math:`W_h^2S_h^2/(n(n-1))`, which falls with n, so
    the largest of all these gains are the solution (Wright 2012). `ideal` is the real-valued optimum.

    Parameters
    ----------
    objects, deviations : array_like, shape (strata,)
        N_h and S_h (divisor N_h − 1; :math:`\sqrt{p(1-p)}` serves for a proportion).
    total : int
        n, samples in all.
    minimum : array_like of int, default 1
        At least 1 where S_h > 0; 2 are needed to estimate a variance within the stratum.
    maximum : array_like of int, optional
        As for `proportional`.

    Returns
    -------
    Allocation
        With rounding ``integer_optimal``.

    Raises
    ------
    InvalidInput
        As for `proportional`; `allocation.unsampled` for a minimum of 0 in a stratum that varies.

    References
    ----------
    J. Neyman (1934), JRSS 97, 558-625. T. Wright (2012), The American Statistician 66, 217-224.
    """
    strata = _strata(objects, deviations, minimum, maximum)
    _feasible(strata, total)
    _all_sampled(strata)
    weight = strata.objects * strata.deviations
    ideal = filled(weight, strata.low, strata.high, float(total))
    # All units above one level of gain are in; one of each is given back, so that rounding at the
    # level itself cannot decide, and the last units are then chosen one by one.
    certain = _above(strata, weight, np.ones_like(weight), float(total))
    start = np.maximum(certain - 1, strata.low.astype(np.int64))

    def gains(at: Integers, level: Integers, width: int) -> Floats:
        n = (start[at] + level)[:, None] + np.arange(width)
        return _gain(weight[at][:, None], n)

    room = strata.high.astype(np.int64) - start
    size = start + best_units(gains, room, total - int(start.sum()))
    return _answer(strata, size, ideal, "integer_optimal", None)


def optimum(
    objects: ArrayLike,
    deviations: ArrayLike,
    costs: ArrayLike,
    budget: float,
    *,
    minimum: ArrayLike = 1,
    maximum: ArrayLike = np.inf,
) -> Allocation:
    r"""Least variance for a given cost: :math:`n_h\propto N_hS_h/\sqrt{c_h}`, :math:`\sum c_hn_h\le C`.

    In whole numbers this is a knapsack, for which no simple exact rule exists. Samples are bought in
    the order of gain per cost; what the rest of the budget cannot buy is passed over for the next
    that it can, until nothing fits. With equal costs this is Neyman's exact allocation. How far the
    result can be from the best is told by `variance` against `least_variance`, the real-valued
    optimum under the same bounds, which no whole numbers can beat.

    Parameters
    ----------
    objects, deviations, minimum, maximum
        As for `neyman`.
    costs : array_like of float, shape (strata,)
        c_h > 0, cost of one sample.
    budget : float
        C, in the unit of the costs.

    Returns
    -------
    Allocation
        With rounding ``greedy_by_cost``; `cost` is never above the budget.

    Raises
    ------
    InvalidInput
        As for `neyman`; `stratum.cost`; `allocation.too_small` names the cost of the minima. A budget
        that buys every sample is no fault: then everything is taken.

    References
    ----------
    W. G. Cochran (1977), Sampling Techniques, 3rd ed., 5.5.
    """
    strata = _strata(objects, deviations, minimum, maximum)
    price = np.array(np.broadcast_to(np.asarray(costs, dtype=np.float64), strata.objects.shape))
    must(price, (price > 0) & np.isfinite(price), "stratum.cost")
    least = float((price * strata.low).sum())
    if not budget >= least:
        raise _too_small(budget, least)
    _all_sampled(strata)
    weight = strata.objects * strata.deviations
    spent_at_most = min(float(budget), float((price * strata.high).sum()))
    ideal = filled(weight / np.sqrt(price), strata.low, strata.high, spent_at_most, price)
    return _answer(strata, _bought(strata, weight, price, budget), ideal, "greedy_by_cost", price)


def _bought(strata: _Strata, weight: Floats, price: Floats, budget: float) -> Integers:
    """Whole numbers by gain per cost: down to one gain for all, then the single units that still fit."""
    size = _above(strata, weight, price, budget)
    left = budget - float((price * size).sum())
    queue = [
        (-float(_gain(weight[h], size[h]) / price[h]), h)
        for h in np.flatnonzero((size < strata.high) & (price <= left)).tolist()
    ]
    heapq.heapify(queue)
    while queue:
        _, h = heapq.heappop(queue)
        if price[h] > left:
            continue  # the rest of the budget only shrinks
        size[h] += 1
        left -= float(price[h])
        if size[h] < strata.high[h]:
            heapq.heappush(queue, (-float(_gain(weight[h], size[h]) / price[h]), h))
    return size


def _above(strata: _Strata, weight: Floats, price: Floats, budget: float) -> Integers:
    """Sizes of all units whose gain per cost is above the least level that the budget can pay."""
    scaled = weight**2 / price

    def sizes(level: float) -> Floats:
        # gain(n - 1 → n) = w²/(c n (n-1)) ≥ level, solved for the largest n
        with np.errstate(over="ignore"):
            n = np.floor(0.5 + np.sqrt(0.25 + scaled / level))
        return np.clip(n, strata.low, strata.high)

    low, high = 1e-300, max(float(scaled.max(initial=0.0)), 1e-290)
    if float((price * sizes(low)).sum()) <= budget:
        return sizes(low).astype(np.int64)
    for _ in range(200):
        middle = float(np.sqrt(low) * np.sqrt(high))
        if float((price * sizes(middle)).sum()) > budget:
            low = middle
        else:
            high = middle
    found = sizes(high)
    return (found if float((price * found).sum()) <= budget else strata.low).astype(np.int64)


def _gain(weight: ArrayLike, size: ArrayLike) -> Floats:
    """How much the next sample lowers Σ w²/n; without a sample so far, by everything."""
    w, n = np.asarray(weight, dtype=np.float64), np.asarray(size, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(w == 0, 0.0, w**2 / (n * (n + 1.0)))


def _strata(objects: ArrayLike, deviations: ArrayLike, minimum: ArrayLike, maximum: ArrayLike) -> _Strata:
    given = np.asarray(deviations, dtype=np.float64)
    unknown = given.ndim == 0 and np.isnan(given)
    count, spread, low, high = together(objects, 0.0 if unknown else given, minimum, maximum)
    count, spread, low, high = (np.atleast_1d(part).astype(np.float64) for part in (count, spread, low, high))
    must(count, whole(count), "stratum.objects")
    must(spread, (spread >= 0) & np.isfinite(spread), "stratum.deviation")
    must(low, whole(low), "stratum.minimum")
    must(high, (high >= 0) & ((high == np.floor(high)) | np.isinf(high)), "stratum.minimum")
    low, high = np.minimum(low, count), np.minimum(high, count)
    crossed = np.flatnonzero(low > high)
    if crossed.size:
        raise InvalidInput(
            "allocation.bounds",
            N_("Stratum %(position)d must have at least %(low)d samples and at most %(high)d."),
            N_("Lower the minimum or raise the maximum."),
            position=int(crossed[0]),
            low=int(low[crossed[0]]),
            high=int(high[crossed[0]]),
        )
    return _Strata(count, np.full_like(count, np.nan) if unknown else spread, low, high)


def _feasible(strata: _Strata, total: int) -> None:
    if not total >= strata.low.sum():
        raise _too_small(total, float(strata.low.sum()))
    if total > strata.high.sum():
        raise InvalidInput(
            "allocation.too_large",
            N_("%(total)s samples cannot be placed: the strata take %(most)s at most."),
            N_("Give at most %(most)s, or raise the maximum of a stratum."),
            total=f"{total:g}",
            most=f"{strata.high.sum():.0f}",
        )
    if total != int(total):
        raise InvalidInput(
            "allocation.total",
            N_("%(total)s is not a whole number of samples."),
            N_("Give a whole number."),
            total=str(total),
        )


def _too_small(given: float, least: float) -> InvalidInput:
    return InvalidInput(
        "allocation.too_small",
        N_("%(given)s is not enough: the minima of the strata alone need %(least)s."),
        N_("Give at least %(least)s, or lower the minimum."),
        given=f"{given:g}",
        least=f"{least:.12g}",
    )


def _all_sampled(strata: _Strata) -> None:
    without = np.flatnonzero((strata.low < 1) & (strata.deviations > 0) & (strata.objects > 0))
    if without.size:
        raise InvalidInput(
            "allocation.unsampled",
            N_("Stratum %(position)d varies, and its minimum is 0: without a sample it has no estimate."),
            N_("Give a minimum of at least 1, join it to another stratum, or leave it out and say so."),
            position=int(without[0]),
        )


def _answer(
    strata: _Strata, size: Integers, ideal: Floats, rounding: Rounding, price: Floats | None
) -> Allocation:
    cost = float(size.sum()) if price is None else float((price * size).sum())
    return Allocation(
        size=sealed_integers(size),
        ideal=sealed(np.array(ideal)),
        rounding=rounding,
        variance=_variance(strata, size.astype(np.float64)),
        least_variance=_variance(strata, ideal),
        cost=cost,
    )


def _variance(strata: _Strata, size: Floats) -> float:
    """Variance of the stratified mean of simple random samples without replacement."""
    held = strata.objects > 0
    count, spread, n = strata.objects[held], strata.deviations[held], size[held]
    if not count.size or bool(((n == 0) & (spread > 0)).any()):
        return float("nan")
    share = count / count.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(spread == 0, 0.0, share**2 * spread**2 * (1.0 / n - 1.0 / count))
    return float(each.sum())
