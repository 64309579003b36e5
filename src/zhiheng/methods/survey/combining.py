r"""A random and a risk-targeted sample of one population, kept apart by type, combined by weights.

Adding up their results would measure the mixture (`populations` refuses it). Where the probability
with which either draw takes each item is known, as the lottery knows it, weights undo the targeting:
an item that had many chances to be found counts for less. The module refuses items whose chance
nobody knows, and offers no correction for targets picked by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats, level_tail
from zhiheng.methods.survey.design_columns import numbers
from zhiheng.methods.survey.drawn_samples import (
    Draw,
    DrawnSample,
    RandomSample,
    RiskTargetedSample,
    checked_columns,
)
from zhiheng.methods.survey.labels import Codes, sums_by
from zhiheng.methods.survey.populations import Design

Estimator = Literal["multiplicity", "union"]

PRINTED = 1e-6  # probabilities of one item may differ by how they were rounded for print


@dataclass(frozen=True, slots=True)
class Figure:
    """One estimate with a linearised standard error and a normal interval."""

    value: float
    standard_error: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Weighted:
    """What inverse-probability weights say about a population.

    Attributes
    ----------
    mean : Figure
        Hájek's: weighted total over weighted number of items. For 0/1 values a rate.
    total : Figure
        Horvitz and Thompson's, of the unit of the values.
    size : Figure
        Estimated number of items; compare it with the known number to see whether the frames hold.
    no_variation : bool
        All sampled items agree, so the interval of the mean has no width and claims too much; its
        bounds are NaN.
    records : int
        Results that were used.
    shared : int
        Items that both draws took.
    level : float
    """

    mean: Figure
    total: Figure
    size: Figure
    no_variation: bool
    records: int
    shared: int
    level: float


def combine(
    random: RandomSample,
    targeted: RiskTargetedSample,
    *,
    estimator: Estimator = "multiplicity",
    level: float = 0.95,
) -> Weighted:
    r"""Estimate the population from both samples by the probabilities of both draws.

    With :math:`\pi^R` and :math:`\pi^T` the probabilities of the random and the targeted draw:

    * `multiplicity` (Kalton and Anderson): every result counts, an item drawn twice twice, with the
      weight :math:`1/(\pi^R+\pi^T)`, the expected number of times it is drawn. Variance: that of the
      two independent draws, each by its own design;
    * `union` (Horvitz and Thompson on the distinct items): weight
      :math:`1/\{1-(1-\pi^R)(1-\pi^T)\}`. Variance in closed form if both are Poisson draws; for
      others see `horvitz_thompson` with joint probabilities.

    The variance of a fixed-size draw is that of Hájek's approximation, in each stratum
    :math:`\sum c_i(z_i-\bar z_c)^2` with z the weighted values, :math:`c_i=(1-\pi_i)n/(n-1)` and
    :math:`\bar z_c` their mean weighted by c; with equal probabilities it is the textbook formula.

    Parameters
    ----------
    random : RandomSample
    targeted : RiskTargetedSample
    estimator : {"multiplicity", "union"}
    level : float, default 0.95

    Returns
    -------
    Weighted

    Raises
    ------
    InvalidInput
        `combining.probabilities_differ`, `combining.values_differ` (union), `combining.joint_needed`
        (union of fixed-size draws), `combining.lonely_stratum`, `combining.not_these_kinds`,
        `method.unknown`, `level.range`.

    Notes
    -----
    Unbiased for totals if every item of the population had a positive probability in at least one
    draw and the draws were independent. It speaks of the union of the two frames; only a random draw
    from a complete frame makes that the market. The interval is normal: no t with few strata.

    References
    ----------
    G. Kalton, D. W. Anderson (1986), JRSS A 149, 65-82. M. D. Bankier (1986), JASA 81, 1074-1079.
    J. Hájek (1964), Annals of Mathematical Statistics 35, 1491-1523. J.-C. Deville (1999), Survey
    Methodology 25, 193-203.
    """
    if (random.DESIGN, targeted.DESIGN) != (Design.RANDOM, Design.RISK_TARGETED):
        raise InvalidInput(
            "combining.not_these_kinds",
            N_("Combining needs one random and one risk-targeted sample, in this order."),
            N_("Put samples of one kind together first (pool_samples)."),
        )
    shared, here, there = np.intersect1d(
        random.units, targeted.units, assume_unique=True, return_indices=True
    )
    _refuse_contradiction(random, targeted, here, there)
    if estimator == "union":
        return _union(random, targeted, here, there, level)
    if estimator != "multiplicity":
        raise InvalidInput(
            "method.unknown",
            N_('There is no estimator "%(method)s".'),
            N_("Choose one of: %(known)s."),
            method=str(estimator),
            known="multiplicity, union",
        )
    draws = (random, targeted)
    weights = np.concatenate([1.0 / (d.inclusion + d.elsewhere) for d in draws])
    values = np.concatenate([d.values for d in draws])
    cut = random.units.size
    certain = all(bool(((d.inclusion == 1) | (d.elsewhere == 1)).all()) for d in draws)

    def variance(scores: Floats) -> float:
        return sum(_draw_variance(part, d) for part, d in zip(np.split(scores, [cut]), draws, strict=True))

    return _weighted(values, weights, variance, shared.size, certain, level)


def horvitz_thompson(
    values: ArrayLike, inclusion: ArrayLike, *, joint: ArrayLike | None = None, level: float = 0.95
) -> Weighted:
    r"""Total and mean from known inclusion probabilities, with known joint ones if not Poisson.

    .. math:: \hat T=\sum y_i/\pi_i,\qquad
              \hat V=\sum_i\sum_j\frac{\pi_{ij}-\pi_i\pi_j}{\pi_{ij}}\frac{y_i}{\pi_i}\frac{y_j}{\pi_j},
              \qquad\pi_{ii}=\pi_i .

    Parameters
    ----------
    values, inclusion : array_like, shape (n,)
    joint : array_like, shape (n, n), optional
        Probability that both items of a pair are drawn, with `inclusion` on the diagonal; by default
        items are drawn independently (Poisson). `joint_of_union` makes it for two draws.
    level : float, default 0.95

    Returns
    -------
    Weighted
        The variance estimator is unbiased, but may come out below zero; the standard error is then NaN.

    Raises
    ------
    InvalidInput
        `combining.joint_invalid`; `design.lengths`; `values.missing`; `combining.inclusion_unknown`,
        `combining.inclusion_range`.

    References
    ----------
    D. G. Horvitz, D. J. Thompson (1952), JASA 47, 663-685.
    """
    n = np.asarray(values).size
    _, y, pi, _, _ = checked_columns(np.arange(n), values, inclusion, np.zeros(n), None)
    certain = bool((pi == 1).all())
    if joint is None:
        return _weighted(y, 1.0 / pi, lambda scores: float((1 - pi) @ scores**2), 0, certain, level)
    pairs = numbers(joint, "joint")
    bad = pairs.shape != (n, n) or not np.allclose(np.diag(pairs), pi, rtol=1e-9, atol=0)
    if bad or not ((pairs > 0) & (pairs <= 1)).all() or not np.allclose(pairs, pairs.T):
        raise InvalidInput(
            "combining.joint_invalid",
            N_("The joint probabilities must form a symmetric table of %(rows)d rows above 0 and at most 1, "
               "with the inclusion probabilities on the diagonal."),
            N_("A pair that can never be drawn together has no unbiased variance; take a design that allows "
               "every pair."),
            rows=n,
        )  # fmt: skip
    excess = 1.0 - np.outer(pi, pi) / pairs
    return _weighted(y, 1.0 / pi, lambda scores: float(scores @ excess @ scores), 0, certain, level)


def joint_of_union(first: ArrayLike, second: ArrayLike) -> Floats:
    r"""Joint probabilities that at least one of two independent draws takes each of two items.

    .. math:: \pi_{ij}=1-\bar a_i\bar b_i-\bar a_j\bar b_j+\bar a_{ij}\bar b_{ij},\qquad
              \bar a_{ij}=1-a_i-a_j+a_{ij}

    Parameters
    ----------
    first, second : array_like, shape (n, n)
        Joint probabilities of the same items in each draw, single ones on the diagonal; 0 allowed.

    Returns
    -------
    ndarray, shape (n, n)
    """
    missed = np.ones(np.shape(first))
    for joint in (first, second):
        pairs = numbers(joint, "joint")
        single = np.diag(pairs)
        missed = missed * (1.0 - single[:, None] - single[None, :] + pairs)
    alone = np.diag(missed)
    return np.asarray(1.0 - alone[:, None] - alone[None, :] + missed)


def _union(
    random: RandomSample, targeted: RiskTargetedSample, here: Codes, there: Codes, level: float
) -> Weighted:
    if not (random.draw is targeted.draw is Draw.POISSON):
        raise InvalidInput(
            "combining.joint_needed",
            N_("The union of draws of fixed size has a variance only with joint inclusion probabilities."),
            N_("Use the estimator multiplicity, which needs none; or horvitz_thompson with joint_of_union."),
        )
    differ = random.values[here] != targeted.values[there]
    if differ.any():
        k = int(np.argmax(differ))
        raise InvalidInput(
            "combining.values_differ",
            N_('The item "%(unit)s" was drawn twice with different results: %(one)s and %(other)s.'),
            N_("Decide which result stands, or use the estimator multiplicity, which takes both."),
            unit=str(random.units[here[k]]),
            one=str(random.values[here[k]]),
            other=str(targeted.values[there[k]]),
        )
    new = np.ones(targeted.units.size, dtype=np.bool_)
    new[there] = False
    own = np.concatenate([random.inclusion, targeted.inclusion[new]])
    other = np.concatenate([random.elsewhere, targeted.elsewhere[new]])
    pi = own + other - own * other
    values = np.concatenate([random.values, targeted.values[new]])
    certain = bool((pi == 1).all())
    return _weighted(values, 1.0 / pi, lambda z: float((1 - pi) @ z**2), here.size, certain, level)


def _draw_variance(scores: Floats, sample: DrawnSample) -> float:
    """Variance of the sum of weighted values over one draw, estimated from that draw."""
    room = 1.0 - sample.inclusion
    if sample.draw is Draw.POISSON:
        return float(room @ scores**2)
    size = int(sample.stratum.max()) + 1
    drawn = np.bincount(sample.stratum, minlength=size)
    lonely = (drawn[sample.stratum] == 1) & (room > 0)
    if lonely.any():
        raise InvalidInput(
            "combining.lonely_stratum",
            N_('The item "%(unit)s" is the only one drawn from its stratum, and one item shows no variance.'),
            N_("Join the stratum to a similar one."),
            unit=str(sample.units[np.argmax(lonely)]),
        )
    c = room * (drawn / np.maximum(drawn - 1, 1))[sample.stratum]
    below = sums_by(sample.stratum, c, size)
    middle = np.divide(sums_by(sample.stratum, c * scores, size), below, out=np.zeros(size), where=below > 0)
    return float(c @ (scores - middle[sample.stratum]) ** 2)


def _weighted(
    values: Floats,
    weights: Floats,
    variance: Callable[[Floats], float],
    shared: int,
    certain: bool,
    level: float,
) -> Weighted:
    """Figures from weights; `variance` is that of the sum of weighted values over the draws.

    `certain` says that every item was sure to be drawn, so that agreeing results prove something.
    """
    z = float(-special.ndtri(level_tail(level)))

    def figure(value: float, influence: Floats) -> Figure:
        found = variance(weights * influence)
        error = float(np.sqrt(found)) if found >= 0 else float("nan")
        return Figure(value, error, value - z * error, value + z * error)

    size, sum_of_values = float(weights.sum()), float(weights @ values)
    middle = sum_of_values / size
    mean = figure(middle, (values - middle) / size)
    still = bool((values == values[0]).all()) and not certain
    if still:
        mean = Figure(float(values[0]), 0.0, float("nan"), float("nan"))
    total, items = figure(sum_of_values, values), figure(size, np.ones(values.size))
    return Weighted(mean, total, items, still, values.size, shared, level)


def _refuse_contradiction(one: DrawnSample, two: DrawnSample, here: Codes, there: Codes) -> None:
    agree = np.isclose(one.inclusion[here], two.elsewhere[there], rtol=PRINTED, atol=0)
    agree &= np.isclose(one.elsewhere[here], two.inclusion[there], rtol=PRINTED, atol=0)
    if not agree.all():
        raise InvalidInput(
            "combining.probabilities_differ",
            N_('The two samples disagree on the probabilities of the item "%(unit)s".'),
            N_("Take both probabilities of each item from the proofs of the two draws."),
            unit=str(one.units[here[np.argmin(agree)]]),
        )
