"""What a year's plan starts from: the strata as they are known, and the rules of the budget.

Refuses what no plan can be made with; it refuses to guess a number that is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats
from zhiheng.methods.survey.planning_numbers import Integers, must, together, whole


@dataclass(frozen=True, slots=True, eq=False)
class Stratum:
    """What is known of the strata before the year; arrays of one length, one number for each stratum.

    Attributes
    ----------
    objects : array_like of int
        N_s, objects (producer × product kind) in the stratum.
    a, b : array_like of float
        Posterior Beta(a, b) of the share of nonconforming objects, from last year's random samples:
        prior.a + failures and prior.b + the others (`betabinomial.prior`).
    domain : array_like of int
        Reporting domain of each stratum, 0, 1, 2, …; its pass rate is to stay estimable.
    severity : array_like of float, default 1
        w_s > 0: how much an undetected nonconformity of this kind weighs.
    eligible : array_like of int, shape (strata, periods), optional
        Objects whose waiting time has ended by each period; never falling over the periods. By
        default all objects in every period.
    laboratory : array_like of int, optional
        The laboratory 0, 1, 2, … that tests each stratum.
    follow_ups : array_like of int, default 0
        Batches reserved for checks after a failure. They cost budget and capacity of period and
        laboratory, and are exempt from the waiting time.
    """

    objects: ArrayLike
    a: ArrayLike
    b: ArrayLike
    domain: ArrayLike
    severity: ArrayLike = 1.0
    eligible: ArrayLike | None = None
    laboratory: ArrayLike | None = None
    follow_ups: ArrayLike = 0


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """How the budget may be spent.

    Attributes
    ----------
    budget : int
        Batches of the year.
    random_share : float, default 0.5
        Least share of the budget that is drawn at random, 0 to 1.
    half_width : float or None, default 0.05
        Half-width that the pass rate of every domain must reach by its random samples; None for none.
    level : float, default 0.95
        Level of that interval (Wilson, finite population).
    minimum : int, default 0
        Least random samples of every domain, whatever the half-width.
    periods : int, default 4
        Periods of the year.
    window : int, default 2
        In any `window` consecutive periods an object is sampled at most once: 2 of 4 quarters for
        six months.
    period_capacity : array_like of int, optional
        Most batches of each period.
    laboratory_capacity : array_like of int, optional
        Most batches of each laboratory in the year.
    shared : float, default 0.5
        φ in [0, 1]: share of the nonconformity that has a common cause in its stratum, so that the
        first failure found exposes it. Ours; see `split`.
    """

    budget: int
    random_share: float = 0.5
    half_width: float | None = 0.05
    level: float = 0.95
    minimum: int = 0
    periods: int = 4
    window: int = 2
    period_capacity: ArrayLike | None = None
    laboratory_capacity: ArrayLike | None = None
    shared: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The strata, checked: arrays of one length."""

    objects: Floats
    a: Floats
    b: Floats
    severity: Floats
    domain: Integers
    eligible: Integers
    laboratory: Integers
    follow_ups: Integers

    @property
    def rate(self) -> Floats:
        """Posterior mean of the share of nonconforming objects."""
        return self.a / (self.a + self.b)


def checked(strata: Stratum, rules: Rules) -> Known:
    """The strata as arrays of one length, or what is wrong with them."""
    objects, a, b, severity, follow_ups = (
        np.atleast_1d(part)
        for part in together(strata.objects, strata.a, strata.b, strata.severity, strata.follow_ups)
    )
    must(objects, whole(objects), "stratum.objects")
    for part in (a, b):
        must(part, (part > 0) & np.isfinite(part), "stratum.posterior")
    must(severity, (severity > 0) & np.isfinite(severity), "stratum.weight")
    must(follow_ups, whole(follow_ups), "stratum.follow_ups")
    _rules(rules)
    return Known(
        objects, a, b, severity, _labels(strata.domain, objects.size), _eligible(strata, objects, rules),
        _labels(strata.laboratory if strata.laboratory is not None else 0, objects.size),
        follow_ups.astype(np.int64),
    )  # fmt: skip


def _rules(rules: Rules) -> None:
    parts = np.array([rules.random_share, rules.shared])
    must(parts, (parts >= 0) & (parts <= 1), "budget.part")
    numbers = np.array([rules.budget, rules.minimum], dtype=np.float64)
    must(numbers, whole(numbers), "capacity.value")
    steps = np.array([rules.periods, rules.window], dtype=np.float64)
    must(steps, whole(steps) & (steps >= 1), "budget.periods")


def _labels(values: ArrayLike, size: int) -> Integers:
    labels = np.atleast_1d(np.asarray(values, dtype=np.float64))
    must(labels, whole(labels), "stratum.label")
    return np.array(np.broadcast_to(labels, (size,)), dtype=np.int64)


def _eligible(strata: Stratum, objects: Floats, rules: Rules) -> Integers:
    shape = (objects.size, rules.periods)
    if strata.eligible is None:
        return np.array(np.broadcast_to(objects[:, None], shape), dtype=np.int64)
    given = np.asarray(strata.eligible, dtype=np.float64)
    if given.shape != shape:
        raise InvalidInput(
            "budget.eligible_shape",
            N_("Eligible objects of shape %(found)s do not fit %(strata)d strata and %(periods)d periods."),
            N_("Give one number for each stratum and period."),
            found=str(given.shape),
            strata=objects.size,
            periods=rules.periods,
        )
    good = whole(given) & (given <= objects[:, None])
    good[:, 1:] &= np.diff(given, axis=1) >= 0
    rows = good.all(axis=1)
    worst = given[np.arange(objects.size), np.argmin(good, axis=1)]
    must(worst, rows, "stratum.eligible")
    return given.astype(np.int64)


def laboratory_room(known: Known, rules: Rules) -> Integers:
    """Most batches of each laboratory; without capacities more than anybody plans."""
    count = int(known.laboratory.max(initial=0)) + 1
    if rules.laboratory_capacity is None:
        return np.full(count, np.iinfo(np.int64).max // 4)
    capacity = np.atleast_1d(np.asarray(rules.laboratory_capacity, dtype=np.float64))
    must(capacity, whole(capacity), "capacity.value")
    if capacity.size < count:
        raise InvalidInput(
            "budget.laboratories",
            N_("Capacities are given for %(given)d laboratories, but the strata name %(named)d."),
            N_("Give one capacity for each laboratory."),
            given=capacity.size,
            named=count,
        )
    return capacity.astype(np.int64)
