r"""The gamma-Poisson shrinker (MGPS): reporting ratios pulled towards what all pairs are like.

Given N and E, the ratio λ has the posterior Q·Gamma(α₁ + N, β₁ + E) + (1 − Q)·Gamma(α₂ + N, β₂ + E). EBGM is
its geometric mean, EB05 and EB95 are its quantiles. A pair is worth a look where EB05 is above a threshold
that was set before looking (2 is customary). This module refuses to call it a cause.

Source: W. DuMouchel (1999), The American Statistician 53, 177-190; DuMouchel, Pregibon (2001), KDD '01.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from zhiheng.methods.association.pairs import Floats, Pairs
from zhiheng.methods.association.prior import Prior, fit
from zhiheng.methods.errors import N_, InvalidInput

# Newton on a quantile ends when no pair moves by more than this share of its value.
_CLOSE: Final = 1e-10
_ROUNDS: Final = 60
# scipy's functions let go of the interpreter; more threads than this only share the memory's bandwidth.
_THREADS: Final = 2
_PIECE: Final = 32_768


@dataclass(frozen=True, slots=True, eq=False)
class Shrunk:
    """Scores of each pair, in the order of the pairs.

    Attributes
    ----------
    ebgm : ndarray of float64
        Geometric mean of the posterior of the reporting ratio.
    lower, upper : ndarray of float64
        Its quantiles at `tail` and 1 - `tail`: EB05 and EB95 by default.
    first : ndarray of float64
        Posterior probability of the prior's first component.
    prior : Prior
    tail : float
    """

    ebgm: Floats
    lower: Floats
    upper: Floats
    first: Floats
    prior: Prior
    tail: float


def shrink(found: Pairs, *, prior: Prior | None = None, tail: float = 0.05) -> Shrunk:
    """Scores of the gamma-Poisson shrinker.

    Parameters
    ----------
    found : Pairs
        With expectations by margins, strata or sales.
    prior : Prior, optional
        Fitted to the pairs when it is not given; an earlier one makes weeks comparable.
    tail : float, default 0.05
        Probability below `lower` and above `upper`, in (0, 1/2).

    Returns
    -------
    Shrunk

    Raises
    ------
    InvalidInput
        `shrinker.tail`, and what `prior.fit` raises.
    """
    if not 0 < tail < 0.5:
        raise InvalidInput(
            "shrinker.tail",
            N_("A tail of %(tail)s is not between 0 and one half."),
            N_("Use 0.05 for EB05 and EB95."),
            tail=tail,
        )
    prior = prior or fit(found.count, found.expected)
    n, e = found.count.astype(float), found.expected
    pieces = [slice(at, at + _PIECE) for at in range(0, n.size, _PIECE)]
    with ThreadPoolExecutor(_THREADS) as pool:
        made = list(pool.map(lambda piece: _scores(n[piece], e[piece], prior, tail), pieces))
    first, ebgm, lower, upper = (np.concatenate(parts) for parts in zip(*made, strict=True))
    return Shrunk(ebgm, lower, upper, first, prior, tail)


def _scores(n: Floats, e: Floats, prior: Prior, tail: float) -> tuple[Floats, Floats, Floats, Floats]:
    q = _first(n, e, prior)
    shapes = (prior.alpha1 + n, prior.alpha2 + n)
    rates = (prior.beta1 + e, prior.beta2 + e)
    logs = [special.digamma(shape) - np.log(rate) for shape, rate in zip(shapes, rates, strict=True)]
    ebgm = np.exp(q * logs[0] + (1 - q) * logs[1])
    lower = _quantile(tail, q, shapes, rates)
    upper = _quantile(1 - tail, q, shapes, rates)
    return q, ebgm, lower, upper


def _first(n: Floats, e: Floats, prior: Prior) -> Floats:
    """Posterior probability of the first component; N is as observed, so nothing is conditioned here."""

    def log_density(alpha: float, beta: float) -> Floats:
        return np.asarray(
            special.gammaln(alpha + n)
            - special.gammaln(alpha)
            - n * np.log1p(beta / e)
            - alpha * np.log1p(e / beta)
        )

    odds = log_density(prior.alpha1, prior.beta1) - log_density(prior.alpha2, prior.beta2)
    return np.asarray(special.expit(odds + special.logit(prior.share)))


def _quantile(at: float, q: Floats, shapes: tuple[Floats, Floats], rates: tuple[Floats, Floats]) -> Floats:
    """Quantile of the mixture by Newton's method on log λ, kept inside a bracket that shrinks.

    The start is the quantile of the gamma with the mixture's mean and variance, by Wilson and Hilferty.
    """
    means = [shape / rate for shape, rate in zip(shapes, rates, strict=True)]
    mean = q * means[0] + (1 - q) * means[1]
    within = q * means[0] / rates[0] + (1 - q) * means[1] / rates[1]
    shape = mean**2 / (within + q * (1 - q) * (means[0] - means[1]) ** 2)
    z = float(special.ndtri(at))
    root = 1 - 1 / (9 * shape) + z / (3 * np.sqrt(shape))
    x = mean * np.maximum(root, 0.05) ** 3
    constants = [s * np.log(r) - special.gammaln(s) for s, r in zip(shapes, rates, strict=True)]
    low, high = np.zeros(x.size), np.full(x.size, np.inf)
    live = np.arange(x.size)
    for _ in range(_ROUNDS):
        now, part = x[live], q[live]
        s1, s2, r1, r2 = shapes[0][live], shapes[1][live], rates[0][live], rates[1][live]
        below = part * special.gammainc(s1, r1 * now) + (1 - part) * special.gammainc(s2, r2 * now)
        log_now = np.log(now)
        # Slope by log λ: λ times the density.
        slope = part * np.exp(constants[0][live] + s1 * log_now - r1 * now)
        slope += (1 - part) * np.exp(constants[1][live] + s2 * log_now - r2 * now)
        off = below - at
        low[live] = np.where(off < 0, now, low[live])
        high[live] = np.where(off > 0, now, high[live])
        with np.errstate(divide="ignore", over="ignore"):
            move = np.clip(-off / slope, -1.0, 1.0)
        after = now * np.exp(move)
        outside = (after <= low[live]) | (after >= high[live])
        middle = np.where(np.isinf(high[live]), now * 2, np.sqrt(low[live] * high[live]))
        middle = np.where(low[live] == 0, now / 2, middle)
        after = np.where(outside & (off != 0), middle, after)
        x[live] = after
        live = live[np.abs(after - now) > _CLOSE * now]
        if not live.size:
            break
    return np.asarray(x)
