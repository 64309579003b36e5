r"""Gauge repeatability and reproducibility: how much of what is seen is the gauge.

Crossed by analysis of variance (operators measure the same parts), nested (each part can be measured by one
operator only, as in destructive tests), and by average and range as the AIAG manual has it. Parts and
operators are random draws. This module refuses to call a gauge good: the usual bounds (10 %, 30 % of
the variation) are conventions and stand in the documentation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from zhiheng.methods.charts.cells import Floats, between
from zhiheng.methods.charts.constants import d2, d2_star
from zhiheng.methods.charts.gauge_table import Components, Labels, components, crossed_table, nested_table

MANY: Final = 15  # AIAG takes the limit d2 for more subgroups than this, and d2* up to it


@dataclass(frozen=True, slots=True)
class Source:
    """A row of the analysis of variance; F and its probability are NaN where there is no test."""

    name: str
    degrees: int
    squares: float
    mean: float
    f: float
    probability: float


@dataclass(frozen=True, slots=True)
class GaugeStudy:
    """Result of an analysis of variance.

    Attributes
    ----------
    components : Components
    full : tuple of Source
        With the interaction (crossed) or of the nested model.
    reduced : tuple of Source
        Without the interaction; empty where it was kept.
    """

    components: Components
    full: tuple[Source, ...]
    reduced: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class RangeStudy:
    """Result of the average and range method.

    Attributes
    ----------
    components : Components
        The interaction is 0: this method does not see it.
    mean_range, operator_difference, part_range : float
        R̄, X̄diff and Rp, in the unit of measurement.
    """

    components: Components
    mean_range: float
    operator_difference: float
    part_range: float


def crossed(
    values: ArrayLike,
    part: Labels,
    operator: Labels,
    *,
    tolerance: float | None = None,
    multiple: float = 6.0,
    pooling: float = 0.05,
) -> GaugeStudy:
    r"""Crossed study by two-way analysis of variance with random effects.

    With p parts, o operators, r repeats: :math:`\sigma^2_{EV}=MS_E`, interaction
    :math:`(MS_{PO}-MS_E)/r`, operator :math:`(MS_O-MS_{PO})/(pr)`, part :math:`(MS_P-MS_{PO})/(or)`. If the
    interaction's probability is above `pooling`, its squares and degrees join the error, and the error takes
    its place in the formulas.

    Parameters
    ----------
    values : array_like of float, shape (measurements,)
    part, operator : sequence, shape (measurements,)
        Labels, in any order; every part equally often at every operator, twice or more.
    tolerance : float, optional
        Width of the tolerance, in the unit of measurement.
    multiple : float, default 6
        Standard deviations that are set against the tolerance.
    pooling : float, default 0.05
        In [0, 1]: 0 always pools, 1 never does.

    Returns
    -------
    GaugeStudy

    Raises
    ------
    InvalidInput
        `gauge.lengths`, `gauge.levels`, `gauge.unbalanced` (names part and operator), `chart.constant`,
        `chart.missing`, `chart.parameter`.

    References
    ----------
    AIAG, Measurement Systems Analysis, 4th edition (2010), chapter III B. R. K. Burdick, C. M. Borror,
    D. C. Montgomery (2003), Journal of Quality Technology 35, 342-354.
    """
    between(pooling, -1e-300, 1 + 1e-12, "pooling")
    y = crossed_table(values, part, operator)
    p, o, r = y.shape
    squares = _squares(y)
    degrees = (p - 1, o - 1, (p - 1) * (o - 1), p * o * (r - 1))
    part_ms, operator_ms, both_ms, error_ms = means = tuple(
        one / df for one, df in zip(squares, degrees, strict=True)
    )
    tested = _tested(means[2], means[3], degrees[2], degrees[3])
    full = (
        Source("part", degrees[0], squares[0], part_ms, *_tested(part_ms, both_ms, degrees[0], degrees[2])),
        Source(
            "operator", degrees[1], squares[1], operator_ms, *_tested(operator_ms, both_ms, *degrees[1:3])
        ),
        Source("part:operator", degrees[2], squares[2], both_ms, *tested),
        Source("repeatability", degrees[3], squares[3], error_ms, math.nan, math.nan),
    )
    interaction = (both_ms - error_ms) / r
    reduced: tuple[Source, ...] = ()
    if tested[1] > pooling:
        rest, left = squares[2] + squares[3], degrees[2] + degrees[3]
        both_ms = error_ms = rest / left
        last = _tested(operator_ms, error_ms, degrees[1], left)
        reduced = (
            Source("part", degrees[0], squares[0], part_ms, *_tested(part_ms, error_ms, degrees[0], left)),
            Source("operator", degrees[1], squares[1], operator_ms, *last),
            Source("repeatability", left, rest, error_ms, math.nan, math.nan),
        )  # fmt: skip
        interaction = 0.0
    found = components(
        repeatability=error_ms,
        operator=(operator_ms - both_ms) / (p * r),
        interaction=interaction,
        part=(part_ms - both_ms) / (o * r),
        tolerance=tolerance,
        multiple=multiple,
    )
    return GaugeStudy(found, full, reduced)


def nested(
    values: ArrayLike,
    part: Labels,
    operator: Labels,
    *,
    tolerance: float | None = None,
    multiple: float = 6.0,
) -> GaugeStudy:
    r"""Nested study: every part is measured by one operator only, more than once.

    With q parts for each of o operators, r repeats: :math:`\sigma^2_{EV}=MS_E`, part
    :math:`(MS_{P(O)}-MS_E)/r`, operator :math:`(MS_O-MS_{P(O)})/(qr)`. "Repeats" of a destructive test are
    pieces so alike that they pass for one: what they differ by counts as repeatability. Labels of parts
    count within their operator. Parameters and errors as for `crossed`.

    References
    ----------
    D. C. Montgomery, Design and Analysis of Experiments, chapter 14.
    """
    y = nested_table(values, part, operator)
    o, q, r = y.shape
    by_part, by_operator = y.mean(axis=2), y.mean(axis=(1, 2))
    squares = (
        q * r * float(((by_operator - y.mean()) ** 2).sum()),
        r * float(((by_part - by_operator[:, None]) ** 2).sum()),
        float(((y - by_part[:, :, None]) ** 2).sum()),
    )
    degrees = (o - 1, o * (q - 1), o * q * (r - 1))
    operator_ms, part_ms, error_ms = (one / df for one, df in zip(squares, degrees, strict=True))
    full = (
        Source("operator", degrees[0], squares[0], operator_ms, *_tested(operator_ms, part_ms, *degrees[:2])),
        Source("part(operator)", degrees[1], squares[1], part_ms, *_tested(part_ms, error_ms, *degrees[1:])),
        Source("repeatability", degrees[2], squares[2], error_ms, math.nan, math.nan),
    )
    found = components(
        repeatability=error_ms,
        operator=(operator_ms - part_ms) / (q * r),
        interaction=0.0,
        part=(part_ms - error_ms) / r,
        tolerance=tolerance,
        multiple=multiple,
    )
    return GaugeStudy(found, full, ())


def average_range(
    values: ArrayLike,
    part: Labels,
    operator: Labels,
    *,
    tolerance: float | None = None,
    multiple: float = 6.0,
) -> RangeStudy:
    r"""Crossed study by average and range.

    :math:`EV=\bar R/d_2`, :math:`AV^2=(\bar X_{diff}/d_2^*)^2-EV^2/(pr)` (cut at 0), :math:`PV=R_p/d_2^*`,
    where :math:`\bar R` is the mean range, :math:`\bar X_{diff}` the range of the operators' means,
    and :math:`R_p` that of the parts' means. :math:`d_2^*` is of one subgroup; of :math:`\bar R` is of p·o
    subgroups up to 15 and :math:`d_2` beyond, as AIAG's K1. All computed, so figures differ from those by
    printed constants in the fourth digit. Parameters and errors as for `crossed`.

    References
    ----------
    AIAG, Measurement Systems Analysis, 4th edition (2010), chapter III B. A. J. Duncan (1955).
    """
    y = crossed_table(values, part, operator)
    p, o, r = y.shape
    mean_range = float(np.ptp(y, axis=2).mean())
    difference = float(np.ptp(y.mean(axis=(0, 2))))
    part_range = float(np.ptp(y.mean(axis=(1, 2))))
    repeat = (mean_range / (d2(r) if p * o > MANY else d2_star(r, p * o))) ** 2
    found = components(
        repeatability=repeat,
        operator=(difference / d2_star(o, 1)) ** 2 - repeat / (p * r),
        interaction=0.0,
        part=(part_range / d2_star(p, 1)) ** 2,
        tolerance=tolerance,
        multiple=multiple,
    )
    return RangeStudy(found, mean_range, difference, part_range)


def _squares(y: Floats) -> tuple[float, float, float, float]:
    """Sums of squares of part, operator, interaction and error, each from its own deviations."""
    p, o, r = y.shape
    y = y - y.mean()
    cells = y.mean(axis=2)
    by_part, by_operator = cells.mean(axis=1), cells.mean(axis=0)
    both = cells - by_part[:, None] - by_operator
    return (
        o * r * float((by_part**2).sum()),
        p * r * float((by_operator**2).sum()),
        r * float((both**2).sum()),
        float(((y - cells[:, :, None]) ** 2).sum()),
    )


def _tested(above: float, below: float, first: int, second: int) -> tuple[float, float]:
    """F and its probability; without any variation below, any above is certain."""
    if below <= 0:
        return (math.inf, 0.0) if above > 0 else (math.nan, 1.0)
    f = above / below
    return f, float(special.fdtrc(first, second, f))
