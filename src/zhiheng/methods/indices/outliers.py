"""Outliers that would stretch a scale for everybody: found by skewness and kurtosis, and drawn in.

Refuses to hide a treatment: every changed indicator says what was done and how often.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.indices.structure import Floats
from zhiheng.methods.indices.tables import Table

Act = Literal["none", "winsorised", "logarithm"]


@dataclass(frozen=True, slots=True)
class Treatment:
    """What happened to one indicator.

    Attributes
    ----------
    indicator : str
    act : str
        "none", "winsorised" or "logarithm".
    points : int
        Winsorising steps: so many of the most extreme values now equal the next one.
    skewness, kurtosis : float
        Before; NaN with fewer than four values or when all are equal.
    skewness_after, kurtosis_after : float
    passes : bool
        Whether it is within the limits now.
    """

    indicator: str
    act: Act
    points: int
    skewness: float
    kurtosis: float
    skewness_after: float
    kurtosis_after: float
    passes: bool


@dataclass(frozen=True, slots=True, eq=False)
class Treated:
    """A table with its outliers drawn in, and what was done to each indicator."""

    table: Table
    steps: tuple[Treatment, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """When an indicator is treated: |skewness| above its limit and kurtosis above its own, both.

    `points` is the largest number of winsorising steps before a logarithm is taken instead.
    """

    skewness: float = 2.0
    kurtosis: float = 3.5
    points: int = 5


def skewness(values: Floats) -> float:
    r"""Sample skewness :math:`\frac{n}{(n-1)(n-2)}\sum\bigl(\frac{x_i-\bar x}{s}\bigr)^3`, or NaN."""
    x, n = _deviations(values)
    spread = float(np.sqrt((x**2).sum() / max(n - 1, 1)))
    return float(n / ((n - 1) * (n - 2)) * ((x / spread) ** 3).sum()) if n > 2 and spread > 0 else np.nan


def kurtosis(values: Floats) -> float:
    r"""Excess kurtosis of a sample, 0 on average under the normal distribution; NaN if undefined.

    .. math:: \frac{n(n+1)}{(n-1)(n-2)(n-3)}\sum\Bigl(\frac{x_i-\bar x}{s}\Bigr)^4-\frac{3(n-1)^2}{(n-2)(n-3)}
    """
    x, n = _deviations(values)
    spread = float(np.sqrt((x**2).sum() / max(n - 1, 1)))
    if n <= 3 or not spread > 0:
        return np.nan
    fourth = n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * ((x / spread) ** 4).sum()
    return float(fourth - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3)))


def treat(given: Table, limits: Limits | None = None) -> Treated:
    r"""Draw in the outliers of every indicator that fails the limits.

    A failing indicator is winsorised at the end to which it is skewed: the most extreme values take
    the next one, step by step, until it passes. If it does not within `limits.points` steps, the
    values as they were become :math:`\ln(x-\min x+0.01\,(\max x-\min x))`, mirrored for a negative
    skew, so that their order stays.

    Parameters
    ----------
    given : Table
    limits : Limits, optional
        Without: |skewness| 2, kurtosis 3.5, 5 points.

    Raises
    ------
    InvalidInput
        `indices.limits`.

    Notes
    -----
    A logarithm changes the unit: goalposts no longer fit that indicator. Winsorising makes ties.

    References
    ----------
    OECD, JRC (2008), Handbook on Constructing Composite Indicators, step 5; W. Becker et al. (2022),
    COINr, Journal of Open Source Software 7, 4567 (the two-stage rule).
    """
    used = limits or Limits()
    if not (used.skewness > 0 and used.kurtosis > -3 and used.points >= 0):
        raise InvalidInput(
            "indices.limits",
            N_("Limits of %(skewness)s for skewness, %(kurtosis)s for kurtosis, %(points)d points are none."),
            N_("The handbook's practice is 2, 3.5 and 5."),
            skewness=used.skewness,
            kurtosis=used.kurtosis,
            points=used.points,
        )
    made, steps = given.values.copy(), []
    for column, one in enumerate(given.structure.indicators):
        here = ~np.isnan(made[:, column])
        before = made[here, column]
        after, act, points = _drawn_in(before, used)
        made[here, column] = after
        steps.append(
            Treatment(
                one.code,
                act,
                points,
                skewness(before),
                kurtosis(before),
                skewness(after),
                kurtosis(after),
                _passes(after, used),
            )
        )
    return Treated(given.with_values(made), tuple(steps))


def _drawn_in(x: Floats, limits: Limits) -> tuple[Floats, Act, int]:
    if _passes(x, limits):
        return x, "none", 0
    drawn = x.copy()
    for points in range(1, min(limits.points, x.size - 2) + 1):
        if skewness(drawn) > 0:
            largest = drawn.max()
            drawn[drawn == largest] = drawn[drawn < largest].max()
        else:
            least = drawn.min()
            drawn[drawn == least] = drawn[drawn > least].min()
        if drawn.min() == drawn.max():
            break  # all equal: that would draw in the indicator itself
        if _passes(drawn, limits):
            return drawn, "winsorised", points
    shift = 0.01 * (x.max() - x.min())
    if skewness(x) > 0:
        return np.log(x - x.min() + shift), "logarithm", 0
    return -np.log(x.max() - x + shift), "logarithm", 0


def _passes(x: Floats, limits: Limits) -> bool:
    # An undefined moment fails no limit: too few values to call one of them extreme.
    return not (abs(skewness(x)) > limits.skewness and kurtosis(x) > limits.kurtosis)


def _deviations(values: Floats) -> tuple[Floats, int]:
    x = values[~np.isnan(values)]
    return x - (x.mean() if x.size else 0.0), x.size
