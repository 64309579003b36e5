r"""The information component of the BCPNN, by its moments: the form that older systems report.

Beta priors on the margins and on the pair; the IC's expectation and variance in closed form, its lower
limit by the normal approximation. For new work `disproportionality.ratios` has the IC of Norén and others,
whose interval is better for few reports.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from zhiheng.methods.association.pairs import Floats, Pairs


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """IC of each pair: expectation, standard deviation, lower limit, and how probable it is that IC <= 0."""

    ic: Floats
    deviation: Floats
    lower: Floats
    null: Floats


def bcpnn(found: Pairs, *, tail: float = 0.025) -> Components:
    r"""Expectation and variance of the IC under the priors of Bate and others.

    With :math:`r=1+n_{11}`, :math:`p=1+n_{1\cdot}`, :math:`q=1+n_{\cdot1}` and
    :math:`\gamma=(n+2)^2/(pq)` the pair has the posterior Beta(r, n - n11 - 1 + γ), the margins
    Beta(p, 1 + n - n1.) and Beta(q, 1 + n - n.1); ln 2 · IC has the mean of the difference of their digammas
    and the variance of the sum of their trigammas.

    Parameters
    ----------
    found : Pairs
        Crude counts; `expected` is not used.
    tail : float, default 0.025
        Probability below `lower`.

    Returns
    -------
    Components

    References
    ----------
    A. Bate et al. (1998), European Journal of Clinical Pharmacology 54, 315-321. A. L. Gould (2003),
    Pharmacoepidemiology and Drug Safety 12, 559-574.
    """
    n = float(found.total)
    r, p, q = (one.astype(float) + 1 for one in (found.count, found.product_total, found.hazard_total))
    other = n - found.count - 1 + (2 + n) ** 2 / (p * q)
    ic = _mean(r, r + other) - _mean(p, 2 + n) - _mean(q, 2 + n)
    variance = _variance(r, r + other) + _variance(p, 2 + n) + _variance(q, 2 + n)
    deviation = np.sqrt(variance)
    lower = ic + special.ndtri(tail) * deviation
    return Components(ic, deviation, lower, special.ndtr(-ic / deviation))


def _mean(first: Floats, both: Floats | float) -> Floats:
    return np.asarray((special.digamma(first) - special.digamma(both)) / math.log(2))


def _variance(first: Floats, both: Floats | float) -> Floats:
    return np.asarray((special.polygamma(1, first) - special.polygamma(1, both)) / math.log(2) ** 2)
