r"""Shewhart charts of counts: p, np (nonconforming items), c, u (nonconformities), and Laney's p′ and u′.

Points run along the last axis; with more axes each row is a chart of its own, so a hundred thousand
enterprises are charted at once. Without a `center` it is estimated from the points themselves.

A row without a single nonconforming item is legitimate: its centre and limits are 0 and no point is
outside; such a chart says nothing, and a longer period is needed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.charts.cells import Floats, between, cell, counted, matched, measured, positive
from zhiheng.methods.charts.constants import d2
from zhiheng.methods.charts.limits import Chart, Kind, chart
from zhiheng.methods.errors import N_, InvalidInput


def p(count: ArrayLike, size: ArrayLike, *, center: ArrayLike | None = None, width: float = 3.0) -> Chart:
    r"""Share of nonconforming items: :math:`\bar p\pm3\sqrt{\bar p(1-\bar p)/n_i}`, cut to [0, 1].

    Parameters
    ----------
    count, size : array_like of int, shape (..., points)
        Nonconforming items and items inspected, 0 <= count <= size, size above 0.
    center : array_like of float, optional
        Known share, shape (...); else Σ count / Σ size.
    width : float, default 3

    Returns
    -------
    Chart

    Raises
    ------
    InvalidInput
        `chart.missing`, `chart.negative`, `chart.fraction`, `chart.above_size`, `chart.not_positive`,
        `chart.shapes`, `chart.center`, each with its cell.

    Notes
    -----
    Assumes independent items of one probability. With very large n every chart alarms: see `laney_p`.
    """
    d, n = _items(count, size)
    level = _share(d, n, center)
    error = np.sqrt((level * (1.0 - level))[..., None] / n)
    return chart("p", d / n, level[..., None], error, width=width, bounds=(0.0, 1.0))


def np_(count: ArrayLike, size: ArrayLike, *, center: ArrayLike | None = None, width: float = 3.0) -> Chart:
    """Number of nonconforming items in samples of one size: n·p̄ ± 3√(n·p̄(1−p̄)), cut to [0, n].

    `center` is a known share, as for `p`. Parameters and errors as for `p`; `chart.unequal` where the sizes
    within a chart differ, because then neighbouring points are not to be compared.
    """
    d, n = _items(count, size)
    unequal = n != n[..., :1]
    if unequal.any():
        raise InvalidInput(
            "chart.unequal",
            N_("The sample at cell %(cell)s has another size than the first one of its chart."),
            N_("Use a p chart."),
            cell=cell(unequal),
        )
    level = _share(d, n, center)[..., None]
    one = n[..., :1]
    return chart("np", d, one * level, np.sqrt(one * level * (1.0 - level)), width=width, bounds=(0.0, one))


def c(count: ArrayLike, *, center: ArrayLike | None = None, width: float = 3.0) -> Chart:
    """Nonconformities in equal areas of opportunity: c̄ ± 3√c̄, lower limit not below 0.

    `center` is a known mean count. Assumes Poisson counts. Errors as for `p`.
    """
    k = counted(count, "count")
    level = (k.mean(axis=-1) if center is None else _rate(center))[..., None]
    return chart("c", k, level, np.sqrt(level), width=width, bounds=(0.0, np.inf))


def u(count: ArrayLike, area: ArrayLike, *, center: ArrayLike | None = None, width: float = 3.0) -> Chart:
    r"""Nonconformities for each unit of opportunity: :math:`\bar u\pm3\sqrt{\bar u/a_i}`, not below 0.

    `area` is above 0 and need not be whole (m², hours, units inspected); `center` a known rate for one unit.
    Assumes Poisson counts. Errors as for `p`.
    """
    k, a = _opportunities(count, area)
    level = _per_unit(k, a, center)
    error = np.sqrt(level[..., None] / a)
    return chart("u", k / a, level[..., None], error, width=width, bounds=(0.0, np.inf))


def laney_p(
    count: ArrayLike,
    size: ArrayLike,
    *,
    center: ArrayLike | None = None,
    inflation: ArrayLike | None = None,
    width: float = 3.0,
) -> Chart:
    r"""Laney's p′: the p chart whose limits are widened by what varies between the points.

    With :math:`z_i=(p_i-\bar p)/\sqrt{\bar p(1-\bar p)/n_i}` and
    :math:`\sigma_z=\overline{|z_i-z_{i-1}|}/d_2(2)` the limits are
    :math:`\bar p\pm3\sigma_z\sqrt{\bar p(1-\bar p)/n_i}`, cut to [0, 1]. σ_z above 1 is more variation than
    chance gives, below 1 less; it is the ratio of the chart's error to that of `p`. `inflation` gives a
    known σ_z. Parameters and errors as for `p`; `chart.flat` names a chart without variation.

    References
    ----------
    D. B. Laney (2002), Quality Engineering 14, 531-537.
    """
    return _laney("laney_p", p(count, size, center=center), inflation, width=width, upper=1.0)


def laney_u(
    count: ArrayLike,
    area: ArrayLike,
    *,
    center: ArrayLike | None = None,
    inflation: ArrayLike | None = None,
    width: float = 3.0,
) -> Chart:
    """Laney's u′: the u chart widened as `laney_p` widens the p chart."""
    return _laney("laney_u", u(count, area, center=center), inflation, width=width, upper=np.inf)


def inflation_of(plain: Chart) -> Floats:
    """Laney's σ_z of a p or u chart, shape (...).

    Raises
    ------
    InvalidInput
        `chart.flat` names the chart whose points do not vary; `chart.shape` for a single point.
    """
    if plain.value.shape[-1] < 2:
        raise InvalidInput(
            "chart.shape",
            N_("A moving range needs two values in time order; there is %(values)d."),
            N_("Collect more values."),
            values=plain.value.shape[-1],
        )
    spread = np.abs(np.diff(plain.score, axis=-1)).mean(axis=-1) / d2(2)
    flat = ~(spread > 0)
    if flat.any():
        raise InvalidInput(
            "chart.flat",
            N_("The points of chart %(cell)s do not vary: Laney's limits would fall together."),
            N_("Use the p or u chart, or a longer period."),
            cell=cell(np.atleast_1d(flat)),
        )
    return np.asarray(spread)


def _laney(kind: Kind, plain: Chart, inflation: ArrayLike | None, *, width: float, upper: float) -> Chart:
    factor = inflation_of(plain) if inflation is None else positive(inflation, "inflation")
    error = plain.error * factor[..., None]
    return chart(kind, plain.value, plain.center, error, width=width, bounds=(0.0, upper))


def _items(count: ArrayLike, size: ArrayLike) -> tuple[Floats, Floats]:
    d, n = matched(counted(count, "count"), positive(size, "size"), ("count", "size"))
    if np.asarray(size).dtype.kind == "f":
        counted(np.atleast_1d(size), "size")
    above = d > n
    if above.any():
        first = np.unravel_index(int(np.argmax(above)), above.shape)
        raise InvalidInput(
            "chart.above_size",
            N_("At cell %(cell)s %(count)d of %(size)d items are nonconforming: more than there are."),
            N_("Check that count and size come from the same sample."),
            cell=cell(above),
            count=int(d[first]),
            size=int(n[first]),
        )
    return d, n


def _opportunities(count: ArrayLike, area: ArrayLike) -> tuple[Floats, Floats]:
    return matched(counted(count, "count"), positive(area, "area"), ("count", "area"))


def _share(d: Floats, n: Floats, center: ArrayLike | None) -> Floats:
    if center is None:
        return np.asarray(d.sum(axis=-1) / n.sum(axis=-1))
    known = measured(center, "center", dimensions=0)
    if known.min() < 0 or known.max() > 1:
        worst = float(known.min() if known.min() < 0 else known.max())
        between(worst, 0.0, 1.0, "center")
    return known


def _per_unit(k: Floats, a: Floats, center: ArrayLike | None) -> Floats:
    return np.asarray(k.sum(axis=-1) / a.sum(axis=-1)) if center is None else _rate(center)


def _rate(center: ArrayLike) -> Floats:
    known = measured(center, "center", dimensions=0)
    if known.min() < 0:
        between(float(known.min()), 0.0, math.inf, "center")
    return known
