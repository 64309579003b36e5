r"""The prior of the gamma-Poisson shrinker: how reporting ratios are spread over all pairs.

The ratio λ of a pair has the prior P·Gamma(α₁, β₁) + (1 − P)·Gamma(α₂, β₂); a pair with E expected reports
then has N with a mixture of two negative binomials. Only pairs that were reported are seen, so each
component is conditioned on N ≥ 1. The five numbers are fitted by maximum likelihood, on squashed data:
pairs of one N and nearly one E are replaced by their mean with a weight.

The optimum is flat: parameters may differ in the third digit while the likelihood and every score agree.

Source: W. DuMouchel, D. Pregibon (2001), KDD '01, 67-76 (squashing, N* = 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from zhiheng.methods.association.pairs import Floats
from zhiheng.methods.errors import N_, InvalidInput

# Pairs of one count go into at most so many groups of nearly equal E.
BINS: Final = 500
_STAGES: Final = (8, 60)
# Starts that differ in which component holds the signals; the best end is taken.
_STARTS: Final = (
    (0.2, 0.1, 2.0, 4.0, 1 / 3),
    (1.5, 0.5, 4.0, 4.0, 0.1),
    (1.0, 1.0, 3.0, 3.0, 0.3),
)
_LEAST: Final = 30
_STEP: Final = 12.0


@dataclass(frozen=True, slots=True)
class Prior:
    """Mixture of two gammas, the one of the larger mean first; `log_likelihood` is that of the fit."""

    alpha1: float
    beta1: float
    alpha2: float
    beta2: float
    share: float
    log_likelihood: float


@dataclass(frozen=True, slots=True, eq=False)
class Squashed:
    """Counts, expectations and weights of groups of pairs; `counts[row]` is `count`, each value once."""

    count: Floats
    expected: Floats
    weight: Floats
    counts: Floats
    row: NDArray[np.int64]


def squashed(count: ArrayLike, expected: ArrayLike, weight: ArrayLike) -> Squashed:
    """Groups as they are given; functions of the count alone are then computed once for each count."""
    n = np.asarray(count, float)
    counts, row = np.unique(n, return_inverse=True)
    return Squashed(n, np.asarray(expected, float), np.asarray(weight, float), counts, row)


def squash(count: NDArray[np.integer], expected: Floats, *, bins: int = BINS) -> Squashed:
    """Put pairs of one count and nearly one expectation together.

    Parameters
    ----------
    count : ndarray of int, shape (n,)
    expected : ndarray of float64, shape (n,)
    bins : int, default 500
        Most groups for one count; counts with no more pairs than that are left as they are.

    Returns
    -------
    Squashed
        Weights add up to n, and weight · expected to the sum of `expected`, for each count.
    """
    return _grouped(*_sorted(count, expected), bins)


def _sorted(count: NDArray[np.integer], expected: Floats) -> tuple[NDArray[np.integer], Floats]:
    order = np.lexsort((expected, count))
    return count[order], expected[order]


def _grouped(n: NDArray[np.integer], e: Floats, bins: int) -> Squashed:
    _, first, sizes = np.unique(n, return_index=True, return_counts=True)
    place = np.arange(n.size) - np.repeat(first, sizes)
    groups = np.repeat(np.minimum(sizes, bins), sizes)
    # Within one count the ranks are cut into groups of equal size, to one.
    group = place * groups // np.repeat(sizes, sizes)
    starts = np.flatnonzero(np.r_[True, (np.diff(group) != 0) | (np.diff(n) != 0)])
    weight = np.diff(np.r_[starts, n.size]).astype(float)
    return squashed(n[starts], np.add.reduceat(e, starts) / weight, weight)


def log_likelihood(parameters: Floats, data: Squashed) -> float:
    """Log likelihood of (α₁, β₁, α₂, β₂, P) given that every N is at least 1."""
    value, _ = _value_and_slope(np.asarray(parameters, float), data)
    return value


def fit(count: NDArray[np.integer], expected: Floats, *, bins: int = BINS) -> Prior:
    """Fit the prior by maximum likelihood from several starts.

    Parameters
    ----------
    count : ndarray of int, shape (n,)
        Reports of each pair, at least 1.
    expected : ndarray of float64, shape (n,)
        Expected reports, above 0.
    bins : int, default 500
        See `squash`.

    Returns
    -------
    Prior

    Raises
    ------
    InvalidInput
        `shrinker.too_few` below 30 pairs; `shrinker.no_end` where no start comes to an end.
    """
    if count.size < _LEAST:
        raise InvalidInput(
            "shrinker.too_few",
            N_("%(pairs)d pairs are too few to learn how reporting ratios are spread."),
            N_("Give at least %(least)d pairs, or use the information component, which needs no prior."),
            pairs=int(count.size),
            least=_LEAST,
        )
    # Which start leads to the best end shows on a few groups; that end is then carried to finer ones.
    n, e = _sorted(count, expected)
    rough = _grouped(n, e, _STAGES[0])
    ends = [end for start in _STARTS if (end := _climb(np.array(start), rough, 1e-9)) is not None]
    best = max(ends, key=lambda end: end[1], default=None)
    for stage in (*_STAGES[1:], bins):
        best = best and _climb(best[0], _grouped(n, e, stage), 1e-13)
    if not best:
        raise InvalidInput(
            "shrinker.no_end",
            N_("The spread of the reporting ratios could not be fitted."),
            N_("Look for pairs whose expected reports are wrong, or use the information component."),
        )
    a1, b1, a2, b2, share = (float(value) for value in best[0])
    if a1 / b1 < a2 / b2:
        a1, b1, a2, b2, share = a2, b2, a1, b1, 1 - share
    return Prior(a1, b1, a2, b2, share, best[1])


def _climb(start: Floats, data: Squashed, close: float) -> tuple[Floats, float] | None:
    scale = data.weight.sum()

    def down(moved: Floats) -> tuple[float, Floats]:
        parameters = _back(moved)
        value, slope = _value_and_slope(parameters, data)
        inner = np.append(parameters[:4], parameters[4] * (1 - parameters[4]))
        return -value / scale, -slope * inner / scale

    moved = np.append(np.log(start[:4]), special.logit(start[4]))
    found = optimize.minimize(
        down,
        moved,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_STEP, _STEP)] * 5,
        options={"maxiter": 500, "ftol": close, "gtol": 1e-7, "maxls": 50},
    )
    if not np.isfinite(found.fun) or found.nit >= 500:
        return None
    return _back(found.x), -float(found.fun) * scale


def _back(moved: Floats) -> Floats:
    return np.append(np.exp(moved[:4]), special.expit(moved[4]))


def _value_and_slope(parameters: Floats, data: Squashed) -> tuple[float, Floats]:
    a1, b1, a2, b2, share = parameters
    first, slope1 = _component(a1, b1, data)
    second, slope2 = _component(a2, b2, data)
    log1, log2 = first + np.log(share), second + np.log1p(-share)
    both = np.logaddexp(log1, log2)
    q = np.exp(log1 - both)
    weight1, weight2 = data.weight * q, data.weight * (1 - q)
    by_share = float(np.sum(data.weight * (q - share))) / (share * (1 - share))
    # Sums, not products of matrices: those start threads that cost more than they bring on so few rows.
    sums = [*np.sum(slope1 * weight1, axis=1), *np.sum(slope2 * weight2, axis=1), by_share]
    return float(np.sum(data.weight * both)), np.array(sums)


def _component(alpha: float, beta: float, data: Squashed) -> tuple[Floats, Floats]:
    """Log probability of N given N ≥ 1 under one component, and its slopes by α and β."""
    n, e, counts = data.count, data.expected, data.counts
    log_ratio = np.log1p(e / beta)
    log_none = -alpha * log_ratio
    none = np.exp(log_none)
    some = -np.expm1(log_none)
    gammas = special.gammaln(alpha + counts) - special.gammaln(alpha) - special.gammaln(counts + 1)
    value = gammas[data.row] - n * np.log1p(beta / e) + log_none - np.log(some)
    by_alpha = (special.digamma(alpha + counts) - special.digamma(alpha))[data.row] - log_ratio / some
    rise = e * alpha / (beta * (beta + e))
    by_beta = -n / (beta + e) + rise + rise * none / some
    return value, np.stack([by_alpha, by_beta])
