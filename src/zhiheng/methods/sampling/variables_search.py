"""Smallest plan by variables through two points of its OC curve, for one request or for thousands.

The counterpart of `search` for measured values. This module refuses to choose the points: they say
what a wrong verdict costs whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.sampling.quantities import Floats, Ints, broadcast, sealed, shares
from zhiheng.methods.sampling.variables import (
    LARGEST_CONSTANT,
    LARGEST_SAMPLE,
    Sigma,
    Spread,
    VariablesPlan,
    check_sigma,
    known,
    probit,
    rising_root,
)

# A risk that is missed by rounding alone is kept.
_ROUNDING = 1.0 + 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class VariablesPlans:
    """Plans for many requests; all arrays have the common shape of the requests.

    Attributes
    ----------
    sample_size : ndarray of int64
        n.
    constant : ndarray of float64
        k.
    acceptance_at_prq, acceptance_at_crq : ndarray of float64
        What the plans reach: exactly 1 - producer's risk, and at most the consumer's risk.
    sigma : {"known", "unknown"}
    """

    sample_size: Ints
    constant: Floats
    acceptance_at_prq: Floats
    acceptance_at_crq: Floats
    sigma: Sigma


def find_variables_plan(
    *, prq: float, crq: float, sigma: Sigma, producer_risk: float = 0.05, consumer_risk: float = 0.10
) -> VariablesPlan:
    """`find_variables_plans` for one request."""
    found = find_variables_plans(
        prq=prq, crq=crq, sigma=sigma, producer_risk=producer_risk, consumer_risk=consumer_risk
    )
    return VariablesPlan(int(found.sample_size), float(found.constant), sigma)


def find_variables_plans(
    *,
    prq: ArrayLike,
    crq: ArrayLike,
    sigma: Sigma,
    producer_risk: ArrayLike = 0.05,
    consumer_risk: ArrayLike = 0.10,
) -> VariablesPlans:
    r"""Smallest n, and its k, with :math:`P_a(p_1)=1-\alpha` and :math:`P_a(p_2)\le\beta`.

    For a known standard deviation, with :math:`z_q=\Phi^{-1}(1-q)`,

    .. math:: n=\Bigl\lceil\Bigl(\frac{z_\alpha+z_\beta}{z_{p_1}-z_{p_2}}\Bigr)^2\Bigr\rceil,
              \qquad k=z_{p_1}-z_\alpha/\sqrt n.

    For an unknown one k is the quantile of the noncentral t with :math:`P_a(p_1)=1-\alpha` at each n,
    and n the smallest with :math:`P_a(p_2)\le\beta`.

    Parameters
    ----------
    prq, crq : array_like of float
        Shares nonconforming p₁ < p₂: what should pass (often called AQL), what should fail (LTPD).
    sigma : {"known", "unknown"}
    producer_risk, consumer_risk : array_like of float
        α and β, in (0, 1), together below 1. All four broadcast together.

    Returns
    -------
    VariablesPlans

    Raises
    ------
    InvalidInput
        `prq.share`, `crq.share`, `producer_risk.share`, `consumer_risk.share`, `search.order`
        (p₁ >= p₂), `search.risks`, `sigma.unknown`, `variables.too_large` (n above 100 000).

    Notes
    -----
    Assumptions as for `variables.acceptance_probability`. What rounding n up leaves over goes to the
    consumer: the producer's point is kept exactly, as in R AcceptanceSampling. The search starts
    from the normal approximation of Wallis and ends only where n keeps the consumer's risk and
    n - 1 does not.

    References
    ----------
    W. A. Wallis (1947), in Eisenhart, Hastay, Wallis (eds), Selected Techniques of Statistical
    Analysis, ch. 1. E. G. Schilling, D. V. Neubauer (2009), Acceptance Sampling in Quality Control,
    ch. 10.
    """
    check_sigma(sigma)
    spread = broadcast(
        shares(prq, "prq"),
        shares(crq, "crq"),
        shares(producer_risk, "producer_risk"),
        shares(consumer_risk, "consumer_risk"),
    )
    shape = spread[0].shape
    p1, p2, alpha, beta = (np.ravel(np.asarray(values, dtype=np.float64)) for values in spread)
    _refuse_order(p1, p2, alpha, beta)
    request = _Request(-special.ndtri(p1), -special.ndtri(p2), alpha, beta)
    n, k, risk = (_for_known if sigma == "known" else _for_unknown)(request)
    found = VariablesPlans(
        n.astype(np.int64).reshape(shape),
        k.reshape(shape),
        (1.0 - alpha).reshape(shape),
        risk.reshape(shape),
        sigma,
    )
    for values in (found.sample_size, found.constant, found.acceptance_at_prq, found.acceptance_at_crq):
        sealed(values)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    """Normal deviates of the two qualities, and the two risks."""

    good: Floats
    bad: Floats
    alpha: Floats
    beta: Floats

    def of(self, chosen: NDArray[np.bool_]) -> _Request:
        return _Request(self.good[chosen], self.bad[chosen], self.alpha[chosen], self.beta[chosen])

    @property
    def from_below(self) -> Floats:
        """Normal deviate of the producer's risk."""
        return np.asarray(-special.ndtri(self.alpha))

    @property
    def from_above(self) -> Floats:
        """Normal deviate of the consumer's risk."""
        return np.asarray(-special.ndtri(self.beta))


def _for_known(request: _Request) -> tuple[Floats, Floats, Floats]:
    needed = ((request.from_below + request.from_above) / (request.good - request.bad)) ** 2
    _refuse_too_large(needed)
    # A whole number by design must not become the next one by the last bit of the quotient.
    n = np.maximum(np.ceil(needed / _ROUNDING), 1.0)
    k = np.asarray(request.good - request.from_below / np.sqrt(n))
    return n, k, known(request.bad, n, k)


def _for_unknown(request: _Request) -> tuple[Floats, Floats, Floats]:
    n = _near(request)
    _refuse_too_large(n)
    # One step on the probit scale, where acceptance at p₂ is almost a straight line in √n.
    k, risk = _plan(request, n)
    slope = (request.good - request.bad) / np.sqrt(1.0 + k * k / 2.0)
    n = np.maximum(np.ceil((np.sqrt(n) + (probit(risk) + request.from_above) / slope) ** 2), 2.0)
    _refuse_too_large(n)
    k, risk = _plan(request, n)
    open_ = np.ones(n.shape, dtype=bool)
    while open_.any():
        open_ = _closer(request, n, k, risk, open_)
        _refuse_too_large(n)
    return n, k, risk


def _closer(
    request: _Request, n: Floats, k: Floats, risk: Floats, open_: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Move each open n by one towards its smallest, in place; the ones that have yet to be settled."""
    fits = risk <= request.beta * _ROUNDING
    beside = np.where(fits, np.maximum(n - 1.0, 2.0), n + 1.0)
    chosen = open_ & (beside != n)
    near_k, near_risk = _plan(request.of(chosen), beside[chosen])
    near_fits = near_risk <= request.beta[chosen] * _ROUNDING
    # Where n fits, go down as long as n - 1 fits too; where it does not, go up, and stop once it fits.
    moves = near_fits | ~fits[chosen]
    where = np.flatnonzero(chosen)
    n[where[moves]], k[where[moves]] = beside[chosen][moves], near_k[moves]
    risk[where[moves]] = near_risk[moves]
    still = np.zeros(n.shape, dtype=bool)
    still[where] = fits[chosen] == near_fits
    return still


def _plan(request: _Request, n: Floats) -> tuple[Floats, Floats]:
    """Constant that keeps the producer's point at this n, and the risk that it leaves at p₂."""
    spread = Spread(n)
    z, below = request.good, request.from_below
    # Normal approximation of x̄ + kS, solved for k; cut where n is too small for it.
    shrink = np.maximum(1.0 - below * below / (2.0 * n), 0.25)
    inner = np.maximum(1.0 + z * z / 2.0 - below * below / (2.0 * n), 0.25)
    first = (z - below * np.sqrt(inner / n)) / shrink
    second = first + 0.01 / np.sqrt(n)
    k = rising_root(
        lambda at: probit(spread.rejected(z, at)) + below,
        first,
        second,
        (-LARGEST_CONSTANT, LARGEST_CONSTANT),
    )
    # No constant keeps the producer's point with so few items: then the consumer is not served either.
    kept = spread.rejected(z, k) <= request.alpha * (1.0 + 1e-9)
    return k, np.where(kept, spread.accepted(request.bad, k), 1.0)


def _near(request: _Request) -> Floats:
    """Sample size by the approximation of Wallis: that for known σ times 1 + k²/2."""
    below, above = request.from_below, request.from_above
    total = below + above
    k = (below * request.bad + above * request.good) / total
    return np.maximum((total / (request.good - request.bad)) ** 2 * (1.0 + k * k / 2.0), 2.0)


def _refuse_order(p1: Floats, p2: Floats, alpha: Floats, beta: Floats) -> None:
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


def _refuse_too_large(n: Floats) -> None:
    if (n > LARGEST_SAMPLE).any():
        _too_large()


def _too_large() -> NoReturn:
    raise InvalidInput(
        "variables.too_large",
        N_("The points need a sample of more than %(most)d items."),
        N_("Move the two qualities apart, or allow larger risks."),
        most=LARGEST_SAMPLE,
    )
