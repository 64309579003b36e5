"""Counts above which a week is unusual, given its expected count, how sure that is, and the dispersion.

All formulas work on arrays of any shape. This module refuses to judge whether the expectation is right.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from zhiheng.methods.surveillance.series import Bools, Floats, Ints

_LARGEST = 2.0**52  # counts beyond it cannot be told from their neighbours


def power_upper(mean: Floats, tau: Floats, z: float) -> Floats:
    r"""Threshold on the scale of the 2/3 power, on which a count is nearly normal (Farrington).

    .. math:: U=\mu\Bigl(1+\tfrac23 z\sqrt{\tau/\mu}\Bigr)^{3/2},
              \qquad \tau=\phi+\operatorname{Var}\hat\mu/\mu
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        found = mean * (1.0 + 2.0 / 3.0 * z * np.sqrt(tau / mean)) ** 1.5
    return np.where(mean > 0, found, 0.0)


def power_tail(count: Floats, mean: Floats, tau: Floats) -> Floats:
    """Probability of `count` or more on that scale, without correction for whole counts."""
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.cbrt(count) ** 2 - np.cbrt(mean) ** 2
        return np.asarray(special.ndtr(-gap / np.sqrt(4.0 / 9.0 * np.cbrt(mean) * tau)))


def count_upper(mean: Floats, dispersion: Floats, probability: float) -> Floats:
    """Quantile of the negative binomial with variance `dispersion` times the mean; Poisson where that is 1.

    The smallest whole k with P(Y <= k) >= probability: a normal guess with its skewness, then steps that
    the distribution function itself confirms.
    """
    z = float(special.ndtri(probability))
    spread = np.sqrt(mean * dispersion)
    skew = (2.0 * dispersion - 1.0) / np.where(spread > 0, spread, 1.0)
    guess = np.floor(np.maximum(mean + z * spread + (z * z - 1.0) / 6.0 * skew * spread, 0.0))
    shape = guess.shape
    mu, phi = (np.broadcast_to(each, shape).ravel() for each in (mean, dispersion))
    return _first_reaching(probability, guess.ravel(), mu, phi).reshape(shape)


def count_tail(count: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """P(Y >= count) of that distribution; 1 for a count of 0."""
    below = np.maximum(count, 1.0)
    extra = dispersion > 1.0
    size = mean / np.where(extra, dispersion - 1.0, 1.0)
    with np.errstate(invalid="ignore"):
        negative = special.betainc(below, size, 1.0 - 1.0 / dispersion)
        poisson = special.gammainc(below, mean)
    found = np.where(extra, negative, poisson)
    found = np.where(mean > 0, found, 0.0)
    return np.where(count > 0, found, 1.0)


def _below(k: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """P(Y <= k)."""
    extra = dispersion > 1.0
    found = np.empty(k.shape)
    found[~extra] = special.gammaincc(k[~extra] + 1.0, mean[~extra])
    size = mean[extra] / (dispersion[extra] - 1.0)
    found[extra] = np.where(size > 0, special.betainc(size, k[extra] + 1.0, 1.0 / dispersion[extra]), 1.0)
    return found


def _first_reaching(probability: float, guess: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """Smallest k whose P(Y <= k) reaches the probability: bracketed by doubling steps, then halved.

    Most guesses are right or off by one; a law far from normal may need a long way. NaN where the mean is
    not finite or the count would be too large to be told from its neighbour.
    """
    high = np.where(np.isfinite(guess) & (guess < _LARGEST), guess, np.nan)
    low, step = high - 1.0, np.ones(guess.shape)

    def reached(k: Floats, at: Ints) -> Bools:
        return np.asarray(_below(k, mean[at], dispersion[at]) >= probability)

    # `high` must reach the probability, `low` must not; -1 never does.
    at = np.flatnonzero(np.isfinite(high))
    at = at[~reached(high[at], at)]
    while at.size:
        low[at] = high[at]
        high[at] += step[at]
        step[at] *= 2.0
        at = at[(high[at] < _LARGEST) & ~reached(high[at], at)]
    step[:] = 1.0
    at = np.flatnonzero(low >= 0)
    at = at[reached(low[at], at)]
    while at.size:
        high[at] = low[at]
        step[at] *= 2.0
        low[at] = np.maximum(low[at] - step[at], -1.0)
        at = at[low[at] >= 0]
        at = at[reached(low[at], at)]
    at = np.flatnonzero(high - low > 1)
    while at.size:
        middle = np.floor((low[at] + high[at]) / 2.0)
        good = reached(middle, at)
        high[at[good]], low[at[~good]] = middle[good], middle[~good]
        at = at[high[at] - low[at] > 1]
    high[high >= _LARGEST] = np.nan
    return high
