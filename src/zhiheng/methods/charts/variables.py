r"""Shewhart charts of measurements: mean, range, standard deviation, individual values, moving range.

First the process is estimated from a period that was stable (`process`, `individual_process`), then charts
are drawn with it, of that period or of later ones. Limits lie at center ± 3 standard errors:

.. math:: \bar x:\ \mu\pm3\sigma/\sqrt n,\quad R:\ (d_2\pm3d_3)\sigma,\quad
          S:\ (c_4\pm3\sqrt{1-c_4^2})\,\sigma,\quad MR=R\text{ with }n=2.

This module refuses to drop a subgroup from the estimate: which period was stable is the caller's to say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from zhiheng.methods.charts.cells import Floats, cell, constant, measured, positive, rows
from zhiheng.methods.charts.constants import c4, d2, d3, each
from zhiheng.methods.charts.limits import Chart, chart
from zhiheng.methods.errors import N_, InvalidInput

Estimator = Literal["mean_range", "mean_deviation", "weighted_range", "weighted_deviation", "pooled"]
IndividualEstimator = Literal["moving_range", "median_moving_range", "deviation"]


@dataclass(frozen=True, slots=True, eq=False)
class Subgroups:
    """Size, mean, range and standard deviation of each subgroup, shape (..., subgroups).

    Range and deviation (divisor n - 1) of a subgroup of one value are 0 and say nothing.
    """

    size: Floats
    mean: Floats
    range: Floats
    deviation: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    """What a stable process is like; arrays of shape (...) without the axis of points.

    Attributes
    ----------
    center : ndarray of float64
        Mean μ.
    sigma : ndarray of float64
        Standard deviation σ of single values within subgroups, above 0.
    degrees : ndarray of float64
        Degrees of freedom of sigma: exact for `pooled` and `deviation`, else those of the χ distribution
        whose coefficient of variation is the same; NaN where the process is given, not estimated.
    estimator : str
        Name of the formula, or "given".
    """

    center: Floats
    sigma: Floats
    degrees: Floats
    estimator: str


def subgroups(values: ArrayLike | Sequence[ArrayLike]) -> Subgroups:
    """Summary of subgroups of one size, shape (..., subgroups, size), or of a list of unequal ones.

    Raises
    ------
    InvalidInput
        As `cells.measured`: `chart.missing` and others, with the subgroup and the value in it.
    """
    unequal = isinstance(values, list | tuple) and len({np.size(row) for row in values}) > 1
    if unequal:
        parts = [_summary(row) for row in rows(values, "subgroups")]
        return Subgroups(*(np.array(column) for column in zip(*parts, strict=True)))
    return Subgroups(*_summary(measured(values, "subgroups", dimensions=2)))  # type: ignore[arg-type]  # of one size


def process(found: Subgroups, *, estimator: Estimator = "mean_range") -> Process:
    r"""Centre and within-subgroup standard deviation of a stable period.

    ========================  ==========================================================
    `mean_range`              mean of :math:`R_i/d_2(n_i)`
    `mean_deviation`          mean of :math:`S_i/c_4(n_i)`
    `weighted_range`          the same weighted by :math:`(d_2/d_3)^2`: least variance
    `weighted_deviation`      the same weighted by :math:`c_4^2/(1-c_4^2)`: least variance
    `pooled`                  :math:`\sqrt{\sum(n_i-1)S_i^2/\nu}\,/\,c_4(\nu+1)`, :math:`\nu=\sum(n_i-1)`
    ========================  ==========================================================

    The centre is the mean of all values. All estimators are unbiased for independent normal values.

    Parameters
    ----------
    found : Subgroups
        Of `subgroups`; each of two values or more.
    estimator : str, default "mean_range"
        `pooled` has the least variance; ranges are robust to nothing and here because they are in use.

    Returns
    -------
    Process

    Raises
    ------
    InvalidInput
        `chart.single` names the subgroup of one value; `chart.constant`; `chart.estimator`; `chart.size`.

    References
    ----------
    I. W. Burr (1969), Journal of Quality Technology 1, 163-167. D. C. Montgomery, Introduction to
    Statistical Quality Control, chapter 6.
    """
    n = found.size
    _several(n)
    total = n.sum(axis=-1)
    center = (found.mean * n).sum(axis=-1) / total
    if estimator == "pooled":
        degrees = total - n.shape[-1]
        mean_square = ((n - 1) * found.deviation**2).sum(axis=-1) / degrees
        sigma = np.sqrt(mean_square) / each(c4, degrees + 1)
        return _process(center, sigma, degrees, estimator)
    single, variation, weighted = _terms(found, estimator)
    weight = variation**-2 if weighted else np.ones(n.shape)
    weight = weight / weight.sum(axis=-1, keepdims=True)
    squared = (weight**2 * variation**2).sum(axis=-1)
    return _process(center, (weight * single).sum(axis=-1), _degrees(squared), estimator)


def individual_process(values: ArrayLike, *, estimator: IndividualEstimator = "moving_range") -> Process:
    r"""Centre and standard deviation from single values, shape (..., points), in time order.

    `moving_range`: mean of |x_i − x_{i−1}| / d2(2). `median_moving_range`: their median over
    :math:`\sqrt2\,\Phi^{-1}(3/4)`, which a few outliers do not move. `deviation`: s/c4(points), which takes
    trends and shifts for noise.

    Returns
    -------
    Process

    Raises
    ------
    InvalidInput
        `chart.shape` for fewer than two points; `chart.constant`; `chart.estimator`.

    References
    ----------
    P. G. Hoel (1946), Annals of Mathematical Statistics 17, 475-482 (variance of mean moving ranges).
    """
    x = _moving(values)
    steps, points = np.abs(np.diff(x, axis=-1)), x.shape[-1]
    k = points - 1
    if estimator == "moving_range":
        # Neighbouring moving ranges share a value: their covariance is (4/π)(√3/2 + π/12) − 4/π.
        shared = 4 / math.pi * (math.sqrt(0.75) + math.pi / 12 - 1)
        squared = (k * d3(2) ** 2 + 2 * (k - 1) * shared) / (k * d2(2)) ** 2
        sigma, degrees = steps.mean(axis=-1) / d2(2), float(_degrees(np.asarray(squared)))
    elif estimator == "median_moving_range":
        sigma = np.median(steps, axis=-1) / (math.sqrt(2) * special.ndtri(0.75))
        degrees = math.nan  # no closed form is known to us
    elif estimator == "deviation":
        sigma, degrees = x.std(axis=-1, ddof=1) / c4(points), float(k)
    else:
        raise _unknown(estimator)
    sigma = np.where(np.ptp(x, axis=-1) == 0, 0.0, sigma)
    return _process(x.mean(axis=-1), sigma, np.full(np.shape(sigma), degrees), estimator)


def given(center: ArrayLike, sigma: ArrayLike) -> Process:
    """A process that is known, from a standard or from an earlier period.

    Raises
    ------
    InvalidInput
        `chart.not_positive` unless sigma is above 0; `chart.missing`, `chart.type`.
    """
    mu, spread = measured(center, "center", dimensions=0), positive(sigma, "sigma")
    return Process(mu, spread, np.full(spread.shape, np.nan), "given")


def xbar(found: Subgroups, stable: Process, *, width: float = 3.0) -> Chart:
    """Chart of subgroup means: μ ± width·σ/√n."""
    error = stable.sigma[..., None] / np.sqrt(found.size)
    return chart("xbar", found.mean, stable.center[..., None], error, width=width)


def ranges(found: Subgroups, stable: Process, *, width: float = 3.0) -> Chart:
    """Chart of subgroup ranges: (d2 ± width·d3)σ, lower limit not below 0; two values or more in each."""
    _several(found.size)
    sigma = stable.sigma[..., None]
    center, error = each(d2, found.size) * sigma, each(d3, found.size) * sigma
    return chart("range", found.range, center, error, width=width, bounds=(0.0, np.inf))


def deviations(found: Subgroups, stable: Process, *, width: float = 3.0) -> Chart:
    """Chart of subgroup standard deviations: (c4 ± width·√(1−c4²))σ, lower limit not below 0."""
    _several(found.size)
    mean = each(c4, found.size)
    sigma = stable.sigma[..., None]
    error = np.sqrt(1 - mean**2) * sigma
    return chart("deviation", found.deviation, mean * sigma, error, width=width, bounds=(0.0, np.inf))


def individuals(values: ArrayLike, stable: Process, *, width: float = 3.0) -> Chart:
    """Chart of single values, shape (..., points): μ ± width·σ."""
    x = measured(values, "values")
    return chart("individuals", x, stable.center[..., None], stable.sigma[..., None], width=width)


def moving_ranges(values: ArrayLike, stable: Process, *, width: float = 3.0) -> Chart:
    """Chart of |x_i − x_{i−1}|, one point fewer than values; neighbouring points are correlated."""
    steps = np.abs(np.diff(_moving(values), axis=-1))
    sigma = stable.sigma[..., None]
    bounds = (0.0, np.inf)
    return chart("moving_range", steps, d2(2) * sigma, d3(2) * sigma, width=width, bounds=bounds)


def _summary(x: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    n = x.shape[-1]
    spread = np.ptp(x, axis=-1)
    deviation = x.std(axis=-1, ddof=1) if n > 1 else np.zeros(x.shape[:-1])
    # Rounding of the mean gives equal values a deviation of 1e-17, and limits out of nothing.
    deviation = np.where(spread == 0, 0.0, deviation)
    return np.full(spread.shape, float(n)), x.mean(axis=-1), spread, deviation


def _terms(found: Subgroups, estimator: str) -> tuple[Floats, Floats, bool]:
    """Estimate of σ from each subgroup, its coefficient of variation, and whether that gives the weight."""
    if estimator in ("mean_range", "weighted_range"):
        mean = each(d2, found.size)
        return found.range / mean, each(d3, found.size) / mean, estimator == "weighted_range"
    if estimator in ("mean_deviation", "weighted_deviation"):
        mean = each(c4, found.size)
        return found.deviation / mean, np.sqrt(1 - mean**2) / mean, estimator == "weighted_deviation"
    raise _unknown(estimator)


def _degrees(squared_variation: Floats) -> Floats:
    """ν of the χ whose squared coefficient of variation is this: 1/(2ν) + 1/(8ν²) + … turned round."""
    return np.asarray(0.5 / squared_variation + 0.25)


def _process(center: Floats, sigma: Floats, degrees: Floats, estimator: str) -> Process:
    if not (np.asarray(sigma) > 0).all():
        raise constant("values")
    return Process(
        np.asarray(center, np.float64),
        np.asarray(sigma, np.float64),
        np.asarray(degrees, np.float64),
        estimator,
    )


def _moving(values: ArrayLike) -> Floats:
    x = measured(values, "values")
    if x.shape[-1] < 2:
        raise InvalidInput(
            "chart.shape",
            N_("A moving range needs two values in time order; there is %(values)d."),
            N_("Collect more values."),
            values=x.shape[-1],
        )
    return x


def _several(size: Floats) -> None:
    single = size < 2
    if single.any():
        raise InvalidInput(
            "chart.single",
            N_("Subgroup %(cell)s has a single value: it has no spread."),
            N_("Use the chart of individual values and moving ranges, or leave the subgroup out and say so."),
            cell=cell(single),
        )


def _unknown(estimator: str) -> InvalidInput:
    return InvalidInput(
        "chart.estimator",
        N_('There is no estimator of the standard deviation called "%(estimator)s".'),
        N_("The documentation of the method lists them."),
        estimator=estimator,
    )
