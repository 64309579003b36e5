"""Smallest single plan through two points of its OC curve, for one request or for thousands.

A lot of quality PRQ shall pass with probability at least 1 - α, one of quality CRQ with at most β.
This module refuses to choose the points: they say what a wrong verdict costs whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.sampling.curves import quality_at
from zhiheng.methods.sampling.distributions import DISTRIBUTIONS, Distribution
from zhiheng.methods.sampling.plans import refuse_distribution, refuse_missing_lot
from zhiheng.methods.sampling.quantities import Floats, Ints, broadcast, rates, sealed, shares, wholes
from zhiheng.methods.sampling.smallest import Model, Search, smallest_sample

_LARGEST_SAMPLE = 1e9
# A risk kept exactly counts as kept, though its sum may round to a little more.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class AttributePlan:
    """A single plan, the two points it was asked to keep, and how it keeps them.

    Attributes
    ----------
    sample_size, acceptance_number : int
        Inspect n items, accept with up to c nonconforming.
    prq, crq : float
        Producer's and consumer's risk quality, shares nonconforming.
    producer_risk, consumer_risk : float
        Largest risks asked for: of rejecting at PRQ, of accepting at CRQ.
    acceptance_at_prq, acceptance_at_crq : float
        What the plan reaches: at least 1 - producer_risk, at most consumer_risk.
    distribution : {"binomial", "poisson", "hypergeometric"}
    lot_size : int or None
    """

    sample_size: int
    acceptance_number: int
    prq: float
    producer_risk: float
    crq: float
    consumer_risk: float
    acceptance_at_prq: float
    acceptance_at_crq: float
    distribution: Distribution
    lot_size: int | None

    @property
    def rejection_number(self) -> int:
        """c + 1."""
        return self.acceptance_number + 1

    @property
    def full_inspection(self) -> bool:
        """Whether nothing less than the whole lot keeps both points."""
        return self.sample_size == self.lot_size


@dataclass(frozen=True, slots=True, eq=False)
class AttributePlans:
    """Plans for many requests: `AttributePlan` with arrays of one shape."""

    sample_size: Ints
    acceptance_number: Ints
    acceptance_at_prq: Floats
    acceptance_at_crq: Floats


@dataclass(frozen=True, slots=True)
class ZeroAcceptancePlan:
    """A plan that accepts on a sample without any nonconforming item.

    Attributes
    ----------
    sample_size : int
    crq, consumer_risk : float
        Quality that must not pass more often than the risk.
    acceptance_at_crq : float
        Probability reached, at most `consumer_risk`.
    quality_mostly_accepted : float
        Share nonconforming that passes 95 times in 100: the price of a small sample is paid here.
    lot_size : int or None
    """

    sample_size: int
    crq: float
    consumer_risk: float
    acceptance_at_crq: float
    quality_mostly_accepted: float
    lot_size: int | None


def find_plan(
    *,
    prq: float,
    crq: float,
    producer_risk: float = 0.05,
    consumer_risk: float = 0.10,
    distribution: Distribution = "binomial",
    lot_size: int | None = None,
) -> AttributePlan:
    r"""Single plan with the smallest c, and for it the smallest n, that keeps both points.

    .. math:: P(X\le c\mid p_1)\ge 1-\alpha,\qquad P(X\le c\mid p_2)\le\beta

    Parameters
    ----------
    prq, crq : float
        Shares nonconforming p₁ < p₂: what should pass, what should fail; with "poisson"
        nonconformities per item.
    producer_risk, consumer_risk : float
        α and β, in (0, 1), together below 1.
    distribution : {"binomial", "poisson", "hypergeometric"}
        As for `curves.acceptance_probability`.
    lot_size : int, optional
        N, needed by "hypergeometric". There the points are numbers of items: the most that are
        still p₁ (⌊N p₁⌋), and the fewest that are already p₂ (⌈N p₂⌉).

    Returns
    -------
    AttributePlan

    Raises
    ------
    InvalidInput
        `prq.share`, `crq.share`, `producer_risk.share`, `consumer_risk.share`, `search.order`
        (p₁ >= p₂), `search.risks`, `search.too_large`, `search.same_items`, `lot_size.missing`.

    References
    ----------
    W. C. Guenther (1969), Journal of Quality Technology 1, 105-109. A. Hald (1981), Statistical
    Theory of Sampling Inspection by Attributes, ch. 2.
    """
    found = find_plans(
        prq=prq,
        crq=crq,
        producer_risk=producer_risk,
        consumer_risk=consumer_risk,
        distribution=distribution,
        lot_size=lot_size,
    )
    return AttributePlan(
        int(found.sample_size),
        int(found.acceptance_number),
        float(prq),
        float(producer_risk),
        float(crq),
        float(consumer_risk),
        float(found.acceptance_at_prq),
        float(found.acceptance_at_crq),
        distribution,
        None if lot_size is None else int(lot_size),
    )


def find_plans(
    *,
    prq: ArrayLike,
    crq: ArrayLike,
    producer_risk: ArrayLike = 0.05,
    consumer_risk: ArrayLike = 0.10,
    distribution: Distribution = "binomial",
    lot_size: ArrayLike | None = None,
) -> AttributePlans:
    """`find_plan` for arrays of requests that broadcast together; same errors."""
    quality = rates if distribution == "poisson" else shares
    points = (
        quality(prq, "prq"),
        quality(crq, "crq"),
        shares(producer_risk, "producer_risk"),
        shares(consumer_risk, "consumer_risk"),
    )
    lots = (
        np.asarray(np.inf) if lot_size is None else wholes(lot_size, "lot_size", least=1).astype(np.float64)
    )
    spread = broadcast(*points, lots)
    shape = spread[0].shape
    p1, p2, alpha, beta, lot = (np.ravel(np.asarray(values, dtype=np.float64)) for values in spread)
    refuse_order(p1, p2, alpha, beta)
    model = _model(distribution, p1, p2, lot)
    n, c = Search(model, (1.0 - alpha) * (1.0 - _ROUNDING), beta * (1.0 + _ROUNDING)).run(
        _guess(model, (p1, p2, alpha, beta))
    )
    every = np.arange(n.size)
    found = AttributePlans(
        n.astype(np.int64).reshape(shape),
        c.astype(np.int64).reshape(shape),
        model.at_prq(c, n, every).reshape(shape),
        model.at_crq(c, n, every).reshape(shape),
    )
    for values in (
        found.sample_size,
        found.acceptance_number,
        found.acceptance_at_prq,
        found.acceptance_at_crq,
    ):
        sealed(values)
    return found


def zero_acceptance_plan(
    *, crq: float, consumer_risk: float = 0.10, lot_size: int | None = None
) -> ZeroAcceptancePlan:
    r"""Smallest sample that, being free of nonconforming items, holds the consumer's risk.

    :math:`(1-p_2)^n\le\beta`, or for a finite lot :math:`P(X=0\mid N,\lceil Np_2\rceil,n)\le\beta`.

    Parameters
    ----------
    crq, consumer_risk : float
        Share nonconforming that must not pass more often than the risk.
    lot_size : int, optional
        Finite lot; otherwise items are independent.

    Raises
    ------
    InvalidInput
        `crq.share`, `consumer_risk.share`, `lot_size.whole`, `search.too_large`.
    """
    quality = float(shares(crq, "crq"))
    risk = float(shares(consumer_risk, "consumer_risk"))
    lot = np.inf if lot_size is None else float(wholes(lot_size, "lot_size", least=1))
    model = Model("binomial", np.zeros(1), np.array([quality]), np.array([lot]))
    if lot_size is not None:
        model = Model(
            "hypergeometric", np.zeros(1), _fewest(np.array([quality]), np.array([lot])), np.array([lot])
        )
    zero, first = np.zeros(1), np.zeros(1, dtype=np.int64)
    if np.log(risk) / np.log1p(-quality) > _LARGEST_SAMPLE:
        _refuse_too_large()
    n = smallest_sample(model, zero, first, np.array([risk * (1.0 + _ROUNDING)]))
    reached = float(model.at_crq(zero, n, first)[0])
    mostly = quality_at(
        0.95, sample_size=int(n[0]), acceptance_number=0, distribution=model.distribution, lot_size=lot_size
    )
    size = None if lot_size is None else int(lot_size)
    return ZeroAcceptancePlan(int(n[0]), quality, risk, reached, float(mostly), size)


def _guess(model: Model, points: tuple[Floats, Floats, Floats, Floats]) -> Floats:
    """Acceptance number by the normal approximation, less two, so that all up to it nearly always fail."""
    p1, p2, alpha, beta = points
    lot = model.lot
    from_below, from_above = -special.ndtri(alpha), -special.ndtri(beta)
    dependent = 0.0 if model.distribution == "poisson" else 1.0
    spread1, spread2 = np.sqrt(p1 * (1.0 - dependent * p1)), np.sqrt(p2 * (1.0 - dependent * p2))
    n = ((from_below * spread1 + from_above * spread2) / (p2 - p1)) ** 2
    sampled = n / (1.0 + n / lot)
    if (sampled > _LARGEST_SAMPLE).any():
        _refuse_too_large()
    spread = np.sqrt(sampled * (1.0 - sampled / lot)) * spread1
    return np.asarray(np.maximum(np.floor(sampled * p1 + from_below * spread) - 2.0, 0.0))


def _model(distribution: Distribution, p1: Floats, p2: Floats, lot: Floats) -> Model:
    if distribution not in DISTRIBUTIONS:
        refuse_distribution(distribution)
    if distribution != "hypergeometric":
        return Model(distribution, p1, p2, np.full(p1.shape, np.inf))
    if np.isinf(lot).any():
        refuse_missing_lot()
    first, second = np.floor(_items(p1, lot)), _fewest(p2, lot)
    same = first >= second
    if same.any():
        at = int(np.argmax(same))
        raise InvalidInput(
            "search.same_items",
            N_("In a lot of %(lot)d, %(prq)s and %(crq)s are the same number of items."),
            N_("Take qualities at least one item apart, or the binomial distribution."),
            lot=int(lot[at]),
            prq=str(float(p1[at])),
            crq=str(float(p2[at])),
        )
    return Model(distribution, first, second, lot)


def _items(p: Floats, lot: Floats) -> Floats:
    """N·p, where a whole number is missed by the rounding of the product alone: that number."""
    product = p * lot
    near = np.rint(product)
    return np.where(np.abs(product - near) <= 1e-9 * lot, near, product)


def _fewest(p: Floats, lot: Floats) -> Floats:
    return np.asarray(np.ceil(_items(p, lot)))


def refuse_order(p1: Floats, p2: Floats, alpha: Floats, beta: Floats) -> None:
    """Refuse points in the wrong order, and risks that a coin would keep."""
    p1, p2, alpha, beta = np.atleast_1d(p1, p2, alpha, beta)
    if (p1 >= p2).any():
        at = int(np.argmax(p1 >= p2))
        raise InvalidInput(
            "search.order",
            N_(
                "The quality that should pass (%(prq)s) is no better than the one that should fail (%(crq)s)."
            ),
            N_("Give a smaller share nonconforming for what should pass."),
            prq=str(float(p1[at])),
            crq=str(float(p2[at])),
        )
    if (alpha + beta >= 1.0).any():
        at = int(np.argmax(alpha + beta >= 1.0))
        raise InvalidInput(
            "search.risks",
            N_("The risks %(alpha)s and %(beta)s together reach 1: a coin would keep them."),
            N_("Give smaller risks; 0.05 and 0.10 are usual."),
            alpha=str(float(alpha[at])),
            beta=str(float(beta[at])),
        )


def _refuse_too_large() -> NoReturn:
    raise InvalidInput(
        "search.too_large",
        N_("The points need a sample of more than a thousand million items."),
        N_("Move the two qualities apart, or allow larger risks."),
    )
