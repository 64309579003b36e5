"""Quantiles from a complex sample with the intervals of Woodruff.

The interval of the distribution function at the estimate is carried back to the scale of the values,
which needs no density. The module refuses to invent a bound beyond the sampled values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats, sealed
from zhiheng.methods.survey.design_proportions import bounds_of
from zhiheng.methods.survey.designs import SurveyDesign
from zhiheng.methods.survey.estimation import column, freedom_of, mean_influence, scope_of, t_quantile
from zhiheng.methods.survey.linearisation import certain, variances

QuantileMethod = Literal["mean", "logit", "arcsine"]
METHODS: tuple[QuantileMethod, ...] = ("mean", "logit", "arcsine")

# A cumulated share that differs from the wished one by rounding alone has reached it.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles:
    """Quantiles with their intervals; all arrays have the shape of `probabilities`.

    Attributes
    ----------
    probabilities : ndarray of float64
    value : ndarray of float64
        Smallest sampled value at which the weighted share reaches the probability.
    lower, upper : ndarray of float64
        Bounds, themselves sampled values; NaN where the interval of the share leaves [0, 1], that is
        where the sample does not bound the quantile on this side, and where the share shows no variance.
    standard_error : ndarray of float64
        Width of the interval over twice its t quantile; NaN where a bound is.
    degrees_of_freedom : float
    method : str
    level : float
    """

    probabilities: Floats
    value: Floats
    lower: Floats
    upper: Floats
    standard_error: Floats
    degrees_of_freedom: float
    method: QuantileMethod
    level: float


def quantiles(
    values: ArrayLike,
    design: SurveyDesign,
    probabilities: ArrayLike,
    *,
    method: QuantileMethod = "mean",
    level: float = 0.95,
    degrees_of_freedom: float | None = None,
) -> Quantiles:
    r"""Weighted quantiles :math:`\hat q_p=\min\{y:\hat F(y)\ge p\}` and their Woodruff intervals.

    With :math:`[l, u]` the interval of the share of items at or below :math:`\hat q_p`, the bounds are
    :math:`\hat q_l` and :math:`\hat q_u`.

    Parameters
    ----------
    values : array_like, shape (n,)
    design : SurveyDesign
        With `domain` for a part of the population.
    probabilities : array_like, shape (k,)
        Each in (0, 1).
    method : {"mean", "logit", "arcsine"}
        Interval of the share (see `design_proportions`).
    level, degrees_of_freedom
        As for `estimation.mean`.

    Returns
    -------
    Quantiles

    Raises
    ------
    InvalidInput
        As for `estimation.mean`; `probability.range`; `method.unknown`.

    Notes
    -----
    As `svyquantile` of R survey 4.1 with its defaults (`interval.type = "mean"`, `qrule = "math"`),
    with two differences: a probability below the share of the smallest value gives that value, where R
    4.1-1 gives the second smallest; and the largest value as a quantile has no bounds, where R gives it
    an interval without width.

    References
    ----------
    R. S. Woodruff (1952), JASA 47, 635-646. J. N. K. Rao, C. F. J. Wu (1987) on its coverage.
    """
    wished = _probabilities(probabilities)
    if method not in METHODS:
        raise InvalidInput(
            "method.unknown",
            N_('There is no interval method "%(method)s".'),
            N_("Choose one of: %(known)s."),
            method=method,
            known=", ".join(METHODS),
        )
    scope = scope_of(design, None)
    y = column(values, design, scope, "values")
    freedom = freedom_of(design, scope, degrees_of_freedom)
    t = float(t_quantile(freedom, level)[0])
    kept = design.weights > 0 if scope.mask is None else (design.weights > 0) & scope.mask
    order = np.argsort(y[kept], kind="stable")
    sorted_values = y[kept][order]
    heaped = np.cumsum(design.weights[kept][order])
    heaped /= heaped[-1]
    found, lower, upper = (np.full(wished.shape, np.nan) for _ in range(3))
    for k, p in enumerate(wished):
        found[k] = _at(sorted_values, heaped, p)
        below = (y <= found[k]).astype(np.float64)
        below = below if scope.mask is None else np.where(scope.mask, below, 0.0)
        share, influence = mean_influence(below, design, scope)
        error = float(np.sqrt(variances(influence, design, scope)[0]))
        if error == 0 and not certain(np.array([error]), design, scope)[0]:
            continue  # no variation in the sample: no bound, though the formula would give the value
        bounds = bounds_of(float(share[0]), error, t, method)
        lower[k], upper[k] = (_at(sorted_values, heaped, bound) for bound in bounds)
    error_of = (upper - lower) / (2 * t)
    wished, found, lower, upper, error_of = map(sealed, (wished, found, lower, upper, error_of))
    return Quantiles(wished, found, lower, upper, error_of, float(freedom[0]), method, level)


def _at(values: Floats, heaped: Floats, share: float) -> float:
    """The smallest value whose cumulated share reaches the wished one; NaN outside [0, 1]."""
    if not 0.0 <= share <= 1.0:
        return float("nan")
    place = int(np.searchsorted(heaped, share - ROUNDING))
    return float(values[min(place, values.size - 1)])


def _probabilities(probabilities: ArrayLike) -> Floats:
    wished = np.atleast_1d(np.array(probabilities, dtype=np.float64))
    bad = ~((wished > 0) & (wished < 1))
    if bad.any() or wished.ndim != 1:
        raise InvalidInput(
            "probability.range",
            N_("The probability of a quantile is %(value)s; it must lie between 0 and 1."),
            N_("Give shares: 0.5 for the median."),
            value=str(wished.flat[int(np.argmax(bad))] if wished.size else ""),
        )
    return wished
