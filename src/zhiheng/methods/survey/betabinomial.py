"""Maximum likelihood of the beta-binomial model: how much do the true rates of groups differ?

Gives the prior that `shrinkage` applies. This module refuses to return an infinite or a zero
prior: where the data cannot tell, it says so in `Prior.basis` and falls back as documented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Counts, Floats, counts

Basis = Literal["estimated", "pooled", "uniform_outcome", "separated", "not_estimable"]

# The likelihood is a sum over 0..max(n)-1; a group this large has nothing to gain from shrinkage.
LARGEST_TOTAL = 1_000_000
# A prior worth less than this many items moves no group by a digit that anyone prints.
LEAST_PRECISION = 0.01
_GRID_PER_DECADE = 3
_RATE_EDGE = 1e-12  # the mean is searched strictly inside (0, 1), where the logarithms are finite


@dataclass(frozen=True, slots=True)
class Prior:
    """Beta distribution of the true rates of the groups.

    Attributes
    ----------
    a, b : float
        Shape parameters, both > 0. Mean a/(a+b); a+b is the number of items the prior is worth.
    basis : str
        How it came about: ``estimated`` (interior maximum of the likelihood), ``pooled`` (no
        variation beyond chance, or so little that the cap on a+b binds), ``uniform_outcome``
        (no item or every item has the trait), ``separated`` (the groups lie so far apart that
        nothing is to be borrowed), ``not_estimable`` (fewer than two groups, or none with two items).
    log_likelihood : float
        Log marginal likelihood at (a, b) without the binomial coefficients; 0 without data.
    groups : int
        Groups with at least one item.
    """

    a: float
    b: float
    basis: Basis
    log_likelihood: float
    groups: int

    @property
    def mean(self) -> float:
        """Rate towards which the groups are drawn."""
        return self.a / (self.a + self.b)

    @property
    def precision(self) -> float:
        """a + b: how many items of its own a group needs to weigh as much as the prior."""
        return self.a + self.b


def prior(count: ArrayLike, total: ArrayLike) -> Prior:
    r"""Fit Beta(a, b) to the groups by maximum marginal likelihood.

    With :math:`\mu=a/(a+b)` and :math:`\theta=1/(a+b)` the log likelihood is, up to a constant,

    .. math:: \sum_i\Big[\sum_{k<x_i}\log(\mu+k\theta)+\sum_{k<n_i-x_i}\log(1-\mu+k\theta)
              -\sum_{k<n_i}\log(1+k\theta)\Big],

    summed here over k with the number of groups that reach k, so the cost depends on max(n), not
    on the number of groups, and nothing cancels as :math:`\theta\to 0` (the binomial model). It is
    concave in :math:`\mu`; the profile in :math:`\theta` is searched on a fixed logarithmic grid
    together with the moment estimate, then solved to rounding. No random numbers.

    Parameters
    ----------
    count, total : array_like of int
        Items with the trait and items inspected, per group; any shape. Groups with total 0 are
        left out of the fit.

    Returns
    -------
    Prior

    Raises
    ------
    InvalidInput
        For counts that are no counts, and `total.too_large` above `LARGEST_TOTAL` items in a group.

    Notes
    -----
    Degenerate data, with X and N the sums over all groups:

    - Fewer than two groups, or no group with two items: the variation cannot be seen. Mean
      (X + 1/2)/(N + 1), a + b = 1 (no data at all: Beta(1/2, 1/2)).
    - a + b is never above N - max(n), the items that even the largest group finds in the others:
      a group cannot borrow more than there is. This also ends the search where the likelihood
      rises towards a + b = infinity; the mean is then X/N, so equal groups stay where they are.
    - X = 0 or X = N: mean (X + 1/2)/(N + 1), because a rate of exactly 0 cannot be learnt from a
      sample, and a + b at that cap.
    - a + b is never below 0.01, which ends the search where every group is all or nothing.

    References
    ----------
    D. A. Griffiths (1973), Biometrics 29, 637-648. D. M. Smith (1983), Algorithm AS 189, Applied
    Statistics 32, 196-204 (this parametrisation).
    """
    checked = counts(count, total)
    kept = checked.n > 0
    data = Counts(checked.x[kept], checked.n[kept])
    if data.n.size and data.n.max() > LARGEST_TOTAL:
        raise InvalidInput(
            "total.too_large",
            N_("A group has %(total)d items; the limit is %(limit)d."),
            N_("Take such a group out: its own rate is precise enough."),
            total=int(data.n.max()),
            limit=LARGEST_TOTAL,
        )
    groups, items, events = int(data.n.size), float(data.n.sum()), float(data.x.sum())
    smoothed = (events + 0.5) / (items + 1.0)
    if groups < 2 or data.n.max() < 2:
        return _of(_Tails.of(data), smoothed, 1.0, "not_estimable", groups)
    tails = _Tails.of(data)
    cap = max(items - float(data.n.max()), LEAST_PRECISION)
    if events in (0.0, items):
        return _of(tails, smoothed, cap, "uniform_outcome", groups)
    theta, basis = _best_theta(tails, data, 1.0 / cap)
    # Pooled means that the groups are one: then the rate is that of all items together.
    rate = events / items if basis == "pooled" else tails.rate(theta)
    return _of(tails, rate, 1.0 / theta, basis, groups)


@dataclass(frozen=True, slots=True, eq=False)
class _Tails:
    """How many groups have more than k events, non-events and items, for k = 0, 1, 2, …"""

    events: Floats
    others: Floats
    items: Floats

    @staticmethod
    def of(data: Counts) -> _Tails:
        return _Tails(_reaching(data.x), _reaching(data.n - data.x), _reaching(data.n))

    def log_likelihood(self, rate: float, theta: float) -> float:
        return (
            _total(self.events * np.log(rate + theta * _steps(self.events)))
            + _total(self.others * np.log(1.0 - rate + theta * _steps(self.others)))
            - _total(self.items * np.log1p(theta * _steps(self.items)))
        )

    def slope(self, rate: float, theta: float) -> float:
        """Derivative in theta; at the best rate also that of the profile likelihood."""
        e, o, n = _steps(self.events), _steps(self.others), _steps(self.items)
        return (
            _total(self.events * e / (rate + theta * e))
            + _total(self.others * o / (1.0 - rate + theta * o))
            - _total(self.items * n / (1.0 + theta * n))
        )

    def rate(self, theta: float) -> float:
        """Rate that maximises the likelihood for this theta: the one root of a falling function."""

        def score(rate: float) -> float:
            return _total(self.events / (rate + theta * _steps(self.events))) - _total(
                self.others / (1.0 - rate + theta * _steps(self.others))
            )

        low, high = _RATE_EDGE, 1.0 - _RATE_EDGE
        if score(low) <= 0.0:
            return low
        if score(high) >= 0.0:
            return high
        return float(optimize.brentq(score, low, high, xtol=1e-15))


def _reaching(values: Floats) -> Floats:
    histogram = np.bincount(values.astype(np.int64))
    return np.asarray(histogram[::-1].cumsum()[::-1][1:], dtype=np.float64)


def _total(terms: Floats) -> float:
    # Not a product of vectors: its last bits would depend on how many threads the BLAS library runs.
    return float(np.sum(terms))


def _steps(tail: Floats) -> NDArray[np.float64]:
    return np.arange(tail.size, dtype=np.float64)


def _of(tails: _Tails, rate: float, precision: float, basis: Basis, groups: int) -> Prior:
    likelihood = tails.log_likelihood(rate, 1.0 / precision)
    return Prior(rate * precision, (1.0 - rate) * precision, basis, likelihood, groups)


def _best_theta(tails: _Tails, data: Counts, least: float) -> tuple[float, Basis]:
    """Maximum of the profile likelihood over least <= theta <= 1/LEAST_PRECISION."""
    most = 1.0 / LEAST_PRECISION
    grid = _grid(least, most, _moment_theta(data))
    profile = [tails.log_likelihood(tails.rate(theta), theta) for theta in grid]
    best = int(np.argmax(profile))

    def slope(log_theta: float) -> float:
        theta = float(np.exp(log_theta))
        return tails.slope(tails.rate(theta), theta)

    low = float(np.log(grid[max(best - 1, 0)]))
    high = float(np.log(grid[min(best + 1, len(grid) - 1)]))
    if best == 0 and slope(low) <= 0.0:
        return least, "pooled"
    if best == len(grid) - 1 and slope(high) >= 0.0:
        return most, "separated"
    if slope(low) > 0.0 > slope(high):
        return float(np.exp(optimize.brentq(slope, low, high, xtol=1e-13))), "estimated"
    # A second hump between the grid points, or a profile so flat that rounding turns the sign.
    return grid[best], "estimated"


def _grid(least: float, most: float, start: float) -> list[float]:
    size = max(int(np.ceil(_GRID_PER_DECADE * np.log10(most / least))), 1) + 1
    points = set(np.geomspace(least, most, size).tolist())
    points.add(min(max(start, least), most))
    return sorted(points)


def _moment_theta(data: Counts) -> float:
    """Moment estimate: what is left of the variance of the rates when the binomial part is taken off.

    With p the pooled rate, g groups and rho = theta/(1 + theta), the expected chi-square
    sum n_i (x_i/n_i - p)^2 / (p(1-p)) is about (g - 1) + rho (N - sum n_i^2/N - (g - 1))
    (Kleinman 1973, weights n_i). Only a point of the search, so it is clipped, not refused.
    """
    items, groups = data.n.sum(), data.n.size
    pooled = data.x.sum() / items
    # Sorted before summing, so that the order of the groups cannot change the last bit of a result.
    squares = np.sort(data.n * (data.x / data.n - pooled) ** 2)
    chi = float(squares.sum() / (pooled * (1.0 - pooled)))
    room = float(items - np.sort(data.n**2).sum() / items - (groups - 1))
    rho = min(max((chi - (groups - 1)) / room, 0.0), 0.99) if room > 0.0 else 0.0
    return rho / (1.0 - rho)
