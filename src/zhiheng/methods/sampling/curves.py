"""What a single sampling plan does: OC, ASN, AOQ, AOQL and ATI, for many plans and qualities at once.

Refuses to say what quality a lot has: a curve speaks of the plan, never of one lot's result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.sampling.distributions import (
    Distribution,
    binomial_cumulative,
    hypergeometric_cumulative,
    poisson_cumulative,
)
from zhiheng.methods.sampling.plans import Plans, checked_plans
from zhiheng.methods.sampling.quantities import Floats, sealed, shares, whole

Curtailed = Literal["none", "rejection", "both"]

_HALVINGS = 60


@dataclass(frozen=True, slots=True, eq=False)
class QualityLimit:
    """Average outgoing quality limit: the worst average that rectifying inspection lets through.

    Attributes
    ----------
    aoql : ndarray of float64
        Share nonconforming after inspection, at its maximum over incoming quality.
    at : ndarray of float64
        Incoming share nonconforming where the maximum is reached.
    """

    aoql: Floats
    at: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """All curves of one plan over a grid of incoming qualities.

    Attributes
    ----------
    p : ndarray of float64
        Share nonconforming, ascending from 0.
    acceptance, aoq, ati, asn : ndarray of float64
        Probability of acceptance; average outgoing quality; average total inspection (NaN without a
        lot size); average sample number when inspection stops as soon as the verdict is certain.
    aoql, aoql_at : float
        Largest average outgoing quality, and the incoming quality where it occurs.
    """

    p: Floats
    acceptance: Floats
    aoq: Floats
    ati: Floats
    asn: Floats
    aoql: float
    aoql_at: float


def acceptance_probability(
    p: ArrayLike,
    *,
    sample_size: ArrayLike,
    acceptance_number: ArrayLike,
    distribution: Distribution = "binomial",
    lot_size: ArrayLike | None = None,
) -> Floats:
    r"""Operating characteristic: the probability that a lot of quality p is accepted.

    .. math:: P_a(p)=P(X\le c),

    X binomial (n, p), Poisson (np), or hypergeometric (N, D = Np, n).

    Parameters
    ----------
    p : array_like
        Share nonconforming in [0, 1]; with "poisson", nonconformities per item. For "hypergeometric"
        a whole number of items out of the lot.
    sample_size, acceptance_number : array_like of int
        n >= 1 and c >= 0; broadcast with `p`.
    distribution : {"binomial", "poisson", "hypergeometric"}
        Items from a process or a large lot; nonconformities counted per item; a finite lot.
    lot_size : array_like of int, optional
        N >= n; needed by "hypergeometric".

    Returns
    -------
    ndarray of float64
        Of the common shape.

    Raises
    ------
    InvalidInput
        `p.share`, `sample_size.whole`, `acceptance_number.whole`, `lot_size.whole`,
        `sample.above_lot`, `lot_size.missing`, `p.not_in_lot`, `distribution.unknown`, `sampling.shapes`.

    References
    ----------
    E. G. Schilling, D. V. Neubauer (2017), Acceptance Sampling in Quality Control, 3rd ed., ch. 5.
    """
    checked = checked_plans(p, sample_size, acceptance_number, distribution, lot_size)
    found = _acceptance(checked)
    sealed(found)
    return found


def average_outgoing_quality(
    p: ArrayLike,
    *,
    sample_size: ArrayLike,
    acceptance_number: ArrayLike,
    distribution: Distribution = "binomial",
    lot_size: ArrayLike | None = None,
) -> Floats:
    r"""Average share nonconforming that leaves rectifying inspection.

    Rejected lots are inspected whole; nonconforming items found are replaced by conforming ones.

    .. math:: AOQ = p\,P_a\,\frac{N-n}{N},

    without the last factor where no lot size is given; hypergeometric exactly
    :math:`E[(D-X)\,1(X\le c)]/N = p\,\frac{N-n}{N}\,P(X'\le c)` with X' of (N-1, D-1, n).
    Parameters, result and errors as for `acceptance_probability`.
    """
    checked = checked_plans(p, sample_size, acceptance_number, distribution, lot_size)
    found = _outgoing(checked)
    sealed(found)
    return found


def average_total_inspection(
    p: ArrayLike,
    *,
    sample_size: ArrayLike,
    acceptance_number: ArrayLike,
    distribution: Distribution = "binomial",
    lot_size: ArrayLike,
) -> Floats:
    r"""Average number of items inspected per lot when rejected lots are inspected whole.

    .. math:: ATI = n + (1-P_a)(N-n)

    Parameters, result and errors as for `acceptance_probability`; the lot size is needed.
    """
    checked = checked_plans(p, sample_size, acceptance_number, distribution, lot_size)
    found = checked.n + (1.0 - _acceptance(checked)) * (checked.lot - checked.n)
    sealed(found)
    return np.asarray(found)


def average_sample_number(
    p: ArrayLike,
    *,
    sample_size: ArrayLike,
    acceptance_number: ArrayLike,
    curtailed: Curtailed = "none",
) -> Floats:
    r"""Average number of items inspected from the sample, items being independent.

    Without curtailment n. Stopping at the (c+1)-th nonconforming item ("rejection") it is
    :math:`n P_a + \frac{c+1}{p}P(X_{n+1}\ge c+2)`; stopping also when n - c conforming items make
    acceptance certain ("both") the first term becomes :math:`\frac{n-c}{1-p}P(X_{n+1}\le c)`.

    Parameters
    ----------
    p, sample_size, acceptance_number
        As for `acceptance_probability`, binomial.
    curtailed : {"none", "rejection", "both"}
        When inspection stops early. An estimate of the lot's quality needs the whole sample.

    Raises
    ------
    InvalidInput
        As for `acceptance_probability`, and `curtailed.unknown`.
    """
    checked = checked_plans(p, sample_size, acceptance_number, "binomial", None)
    if curtailed not in ("none", "rejection", "both"):
        raise InvalidInput(
            "curtailed.unknown",
            N_('There is no way "%(curtailed)s" to curtail inspection.'),
            N_("Choose one of: %(known)s."),
            curtailed=str(curtailed),
            known="none, rejection, both",
        )
    found = np.array(checked.n) if curtailed == "none" else _stopped(checked, curtailed == "both")
    sealed(found)
    return found


def outgoing_quality_limit(
    *,
    sample_size: ArrayLike,
    acceptance_number: ArrayLike,
    distribution: Distribution = "binomial",
    lot_size: ArrayLike | None = None,
) -> QualityLimit:
    """AOQL: the maximum over p of the average outgoing quality, and where it lies.

    p·Pa rises and then falls once (Pa is log-concave in p), so the slope's change of sign is found by
    halving: in p for independent items, in whole items for a finite lot.
    Parameters and errors as for `acceptance_probability`.
    """
    plans = checked_plans(0.0, sample_size, acceptance_number, distribution, lot_size)
    at = _worst_in_lot(plans) if distribution == "hypergeometric" else _worst_of_process(plans)
    found = QualityLimit(_outgoing(Plans(at, plans.n, plans.c, plans.lot, distribution)), at)
    sealed(found.aoql)
    sealed(found.at)
    return found


def quality_at(
    acceptance: ArrayLike,
    *,
    sample_size: ArrayLike,
    acceptance_number: ArrayLike,
    distribution: Distribution = "binomial",
    lot_size: ArrayLike | None = None,
) -> Floats:
    """Share nonconforming that is accepted with a given probability: the OC curve read backwards.

    For a finite lot the largest D/N whose probability is at least `acceptance`. 1 where c >= n.
    Parameters and errors as for `acceptance_probability`; `acceptance` lies in (0, 1).
    """
    level = shares(acceptance, "acceptance")
    plans = checked_plans(np.zeros(level.shape), sample_size, acceptance_number, distribution, lot_size)
    level = np.broadcast_to(level, plans.n.shape)
    if distribution == "poisson":
        found = special.gammaincinv(plans.c + 1.0, 1.0 - level) / plans.n
    elif distribution == "binomial":
        rest = np.maximum(plans.n - plans.c, 1.0)
        found = np.where(plans.c >= plans.n, 1.0, special.betaincinv(plans.c + 1.0, rest, 1.0 - level))
    else:
        low, high = np.zeros(plans.n.shape), plans.lot + 1.0  # accepted often enough; never reached
        while (high - low > 1.0).any():
            middle = np.where(high - low > 1.0, np.floor((low + high) / 2.0), low)
            enough = hypergeometric_cumulative(plans.c, middle, plans.lot, plans.n) >= level
            low, high = np.where(enough, middle, low), np.where(enough | (high - low <= 1.0), high, middle)
        found = low / plans.lot
    found = np.asarray(found, dtype=np.float64)
    sealed(found)
    return found


def curve_points(
    *,
    sample_size: int,
    acceptance_number: int,
    distribution: Distribution = "binomial",
    lot_size: int | None = None,
    points: int = 101,
) -> Curves:
    """Every curve of one plan from p = 0 to where hardly any lot passes (Pa = 0.001), for a chart.

    Parameters
    ----------
    points : int
        Points of the grid, 2 or more; a finite lot gives at most one for each number of
        nonconforming items.

    Others and errors as for `acceptance_probability`.
    """
    count = whole(points, "points", least=2, most=100_000)
    plan: dict[str, int] = {"sample_size": sample_size, "acceptance_number": acceptance_number}
    end = float(quality_at(0.001, **plan, distribution=distribution, lot_size=lot_size))
    p = np.linspace(0.0, end, count)
    if distribution == "hypergeometric" and lot_size is not None:
        last = min(lot_size, round(end * lot_size) + 1)
        p = np.unique(np.rint(np.linspace(0, last, count))) / lot_size
    checked = checked_plans(p, sample_size, acceptance_number, distribution, lot_size)
    accepted = _acceptance(checked)
    total = checked.n + (1.0 - accepted) * (checked.lot - checked.n) if lot_size else np.full(p.shape, np.nan)
    limit = outgoing_quality_limit(**plan, distribution=distribution, lot_size=lot_size)
    found = Curves(
        p,
        accepted,
        _outgoing(checked),
        total,
        _stopped(checked, both=True),
        float(limit.aoql),
        float(limit.at),
    )
    for values in (found.p, found.acceptance, found.aoq, found.ati, found.asn):
        sealed(values)
    return found


def _acceptance(plans: Plans) -> Floats:
    if plans.distribution == "hypergeometric":
        return hypergeometric_cumulative(plans.c, plans.nonconforming, plans.lot, plans.n)
    if plans.distribution == "poisson":
        return poisson_cumulative(plans.c, plans.n * plans.p)
    return binomial_cumulative(plans.c, plans.n, plans.p)


def _outgoing(plans: Plans) -> Floats:
    uninspected = np.where(np.isinf(plans.lot), 1.0, 1.0 - plans.n / plans.lot)
    if plans.distribution != "hypergeometric":
        return np.asarray(plans.p * _acceptance(plans) * uninspected)
    left = np.minimum(
        plans.n, plans.lot - 1.0
    )  # a sample of the whole lot leaves nothing, whatever this says
    others = np.maximum(plans.nonconforming - 1.0, 0.0)
    passed = hypergeometric_cumulative(plans.c, others, np.maximum(plans.lot - 1.0, 1.0), left)
    return np.asarray(plans.p * passed * uninspected)


def _stopped(plans: Plans, both: bool) -> Floats:
    p, q, n, c = plans.p, 1.0 - plans.p, plans.n, plans.c
    rejecting = np.where(c < n, 1.0 - binomial_cumulative(c + 1.0, n + 1.0, p), 0.0)
    until_rejected = np.where(p > 0, (c + 1.0) / np.where(p > 0, p, 1.0) * rejecting, 0.0)
    if not both:
        return np.asarray(n * binomial_cumulative(c, n, p) + until_rejected)
    accepting = binomial_cumulative(c, n + 1.0, p)
    until_accepted = np.where(q > 0, (n - c) / np.where(q > 0, q, 1.0) * accepting, 0.0)
    return np.asarray(np.where(c < n, until_accepted + until_rejected, 0.0))


def _worst_of_process(plans: Plans) -> Floats:
    n, c = plans.n, plans.c
    poisson = plans.distribution == "poisson"
    inner = np.maximum(n - 1.0 - c, 0.0)
    ways = -special.gammaln(c + 1.0) if poisson else -np.log(n) - special.betaln(c + 1.0, inner + 1.0)
    # Of a Poisson count the maximum lies below c + 1 nonconformities in the sample.
    low, high = np.zeros(n.shape), (c + 1.0) / n if poisson else np.ones(n.shape)
    for _ in range(_HALVINGS):
        p = (low + high) / 2.0
        # The slope is Pa less p·n times the probability of c among the other items.
        rest = -n * p if poisson else special.xlog1py(inner, -p)
        edge = np.where(
            poisson | (c < n), np.exp(ways + special.xlogy(c, n * p if poisson else p) + rest), 0.0
        )
        rising = _acceptance(Plans(p, n, c, plans.lot, plans.distribution)) > p * n * edge
        low, high = np.where(rising, p, low), np.where(rising, high, p)
    return np.asarray(high)


def _worst_in_lot(plans: Plans) -> Floats:
    def outgoing(items: Floats) -> Floats:
        return _outgoing(Plans(items / plans.lot, plans.n, plans.c, plans.lot, "hypergeometric"))

    low, high = np.zeros(plans.n.shape), plans.lot
    while (low < high).any():
        middle = np.floor((low + high) / 2.0)
        rising = outgoing(np.minimum(middle + 1.0, plans.lot)) > outgoing(middle)
        open_ = low < high
        low, high = np.where(open_ & rising, middle + 1.0, low), np.where(open_ & ~rising, middle, high)
    return np.asarray(low / plans.lot)
