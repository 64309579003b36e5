r"""Capability of measurements that are not normal, by the percentiles that take the place of ±3σ.

.. math:: P_p=\frac{U-L}{X_{.99865}-X_{.00135}},\qquad
          P_{pk}=\min\Bigl(\frac{U-X_{.5}}{X_{.99865}-X_{.5}},\ \frac{X_{.5}-L}{X_{.5}-X_{.00135}}\Bigr)

(ISO 22514-2). The percentiles come from a distribution fitted by maximum likelihood or from the values
themselves. This module refuses to choose the distribution: how the measurements arise says it, and a
reader sees `distance` between fit and values.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from zhiheng.methods.charts.capability import NONE, Index, Tolerance
from zhiheng.methods.charts.cells import Floats, between, constant, measured
from zhiheng.methods.errors import N_, InvalidInput

Distribution = Literal["normal", "lognormal", "weibull", "empirical"]

TAIL: Final = 0.00135  # share beyond 3σ of a normal distribution, as the standards round it
FEWEST_EMPIRICAL: Final = 741  # with fewer values the percentile 0.135 lies outside them all


class PercentileCapability(NamedTuple):
    """Indices by percentiles.

    Attributes
    ----------
    pp, ppl, ppu, ppk : Index
        NaN where the tolerance has no such limit. Intervals by the bootstrap.
    lower, median, upper : float
        Percentiles 0.135, 50 and 99.865 in the unit of measurement.
    below, above : float
        Share expected (for "empirical": seen) beyond each limit.
    distance : float
        Largest difference between the fitted and the empirical distribution function (Kolmogorov); 0 for
        "empirical". No test: its usual critical values are not for fitted parameters.
    distribution : str
    """

    pp: Index
    ppl: Index
    ppu: Index
    ppk: Index
    lower: float
    median: float
    upper: float
    below: float
    above: float
    distance: float
    distribution: Distribution


def percentile_capability(
    values: ArrayLike,
    tolerance: Tolerance,
    *,
    distribution: Distribution,
    seed: int,
    level: float = 0.95,
    resamples: int = 1000,
) -> PercentileCapability:
    """Pp and Ppk by percentiles.

    Parameters
    ----------
    values : array_like of float
        Measurements of a stable process, of any shape; above 0 for "lognormal" and "weibull".
    tolerance : Tolerance
    distribution : {"normal", "lognormal", "weibull", "empirical"}
        "empirical" needs 741 values.
    seed : int
        Of the bootstrap.
    level : float, default 0.95
    resamples : int, default 1000
        Bootstrap samples (percentile interval); 0 leaves the intervals NaN.

    Returns
    -------
    PercentileCapability

    Raises
    ------
    InvalidInput
        `capability.few_values`, `capability.positive`, `capability.distribution`, `chart.constant`,
        `chart.parameter`, `chart.missing`.

    References
    ----------
    ISO 22514-2. J. A. Clements (1989), Quality Progress 22, 95-100. B. Efron, R. J. Tibshirani, An
    Introduction to the Bootstrap, chapter 13.
    """
    x = np.sort(np.ravel(measured(values, "values")))
    _check(x, distribution)
    between(level, 0.0, 1.0, "level")
    fit = _FITS[distribution]
    points, cumulative = fit(x[None])
    rng = np.random.default_rng(seed)
    spread = np.full((4, 2), np.nan)
    if resamples:
        # By blocks: a thousand resamples of a hundred thousand values would not fit in memory at once.
        block = max(1, 4_000_000 // x.size)
        parts = [
            _indices(fit(rng.choice(x, (min(block, resamples - done), x.size)))[0], tolerance)
            for done in range(0, resamples, block)
        ]
        tails = (0.5 - level / 2, 0.5 + level / 2)
        spread = np.quantile(np.concatenate(parts, axis=1), tails, axis=1).T
    found = _indices(points, tolerance)[:, 0]
    pp, ppl, ppu, ppk = (
        Index(float(one), *map(float, ends)) if math.isfinite(one) else NONE
        for one, ends in zip(found, spread, strict=True)
    )
    lower, median, upper = (float(one) for one in points[:, 0])
    low, high = tolerance.ends
    below, above = (float(one) for one in cumulative(np.array([low, high])))
    return PercentileCapability(
        pp,
        ppl,
        ppu,
        ppk,
        lower,
        median,
        upper,
        below,
        1.0 - above,
        _distance(x, cumulative),
        distribution,
    )


Cumulative = Callable[[Floats], Floats]
_LEVELS: Final = np.array([TAIL, 0.5, 1 - TAIL])
_Z: Final = special.ndtri(_LEVELS)[:, None]


def _indices(points: Floats, tolerance: Tolerance) -> Floats:
    """Pp, PpL, PpU, Ppk of each column of (lower, median, upper)."""
    low, high = (end if math.isfinite(end) else math.nan for end in tolerance.ends)
    down, up = points[1] - points[0], points[2] - points[1]
    with np.errstate(divide="ignore"):  # a resample of equal values has no spread: its index is infinite
        left, right = (points[1] - low) / down, (high - points[1]) / up
        both = (high - low) / (down + up)
    return np.stack([both, left, right, np.fmin(left, right)])


def _distance(x: Floats, cumulative: Cumulative) -> float:
    expected, n = cumulative(x), x.size
    after, before = np.searchsorted(x, x, side="right") / n, np.searchsorted(x, x, side="left") / n
    return float(max(np.max(after - expected), np.max(expected - before), 0.0))


def _normal(x: Floats) -> tuple[Floats, Cumulative]:
    mean, deviation = x.mean(axis=1), x.std(axis=1, ddof=1)
    return mean + _Z * deviation, lambda at: np.asarray(special.ndtr((at - mean[0]) / deviation[0]))


def _lognormal(x: Floats) -> tuple[Floats, Cumulative]:
    points, cumulative = _normal(np.log(x))

    def of(at: Floats) -> Floats:
        return cumulative(np.log(np.maximum(at, 1e-300)))

    return np.exp(points), of


def _weibull(x: Floats) -> tuple[Floats, Cumulative]:
    scale = np.exp(np.log(x).mean(axis=1))  # of the order of the values: powers stay in range
    shape = np.array([_shape(row) for row in np.log(x / scale[:, None])])
    size = scale * np.mean((x / scale[:, None]) ** shape[:, None], axis=1) ** (1 / shape)
    points = size * (-np.log1p(-_LEVELS[:, None])) ** (1 / shape)
    return points, lambda at: np.asarray(-np.expm1(-((np.maximum(at, 0.0) / size[0]) ** shape[0])))


def _shape(log: Floats) -> float:
    """Maximum likelihood of Weibull's shape k: Σxᵏ ln x / Σxᵏ − 1/k = mean of ln x, which is 0 here."""
    spread = log.std()
    if spread == 0:
        return math.inf

    def score(k: float) -> float:
        weight = np.exp(k * (log - log.max()))
        return float(weight @ log / weight.sum() - 1 / k)

    low = high = math.pi / math.sqrt(6) / spread  # by moments of the logarithm
    while score(low) > 0:
        low /= 2
    while score(high) < 0:
        high *= 2
    return float(optimize.brentq(score, low, high, xtol=1e-13 * high, rtol=1e-13)) if low < high else low


def _empirical(x: Floats) -> tuple[Floats, Cumulative]:
    """Quantiles at (n + 1)·q between order statistics, and the share of values at or below."""
    points = np.quantile(x, _LEVELS, axis=1, method="weibull")
    kept = np.sort(x[0])
    return points, lambda at: np.searchsorted(kept, at, side="right") / kept.size


_FITS: Final[dict[str, Callable[[Floats], tuple[Floats, Cumulative]]]] = {
    "normal": _normal,
    "lognormal": _lognormal,
    "weibull": _weibull,
    "empirical": _empirical,
}


def _check(x: Floats, distribution: str) -> None:
    if distribution not in _FITS:
        raise InvalidInput(
            "capability.distribution",
            N_('There is no distribution called "%(distribution)s" here.'),
            N_("Choose one of: %(known)s."),
            distribution=distribution,
            known=", ".join(_FITS),
        )
    if x[0] == x[-1]:
        raise constant("values")
    if distribution in ("lognormal", "weibull") and x[0] <= 0:
        raise InvalidInput(
            "capability.positive",
            N_("The smallest value is %(value)s; this distribution has values above 0 only."),
            N_("Choose another distribution, or measure from a point that the process cannot pass."),
            value=str(float(x[0])),
        )
    if distribution == "empirical" and x.size < FEWEST_EMPIRICAL:
        raise InvalidInput(
            "capability.few_values",
            N_("The percentile 0.135 cannot be read off %(values)d values; it needs %(fewest)d."),
            N_("Measure more, or choose the distribution by how the measurements arise."),
            values=int(x.size),
            fewest=FEWEST_EMPIRICAL,
        )
