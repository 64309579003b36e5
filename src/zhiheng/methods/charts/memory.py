r"""Charts with a memory, for small lasting shifts: CUSUM and EWMA.

Both take points in time order: subgroup means or single values, with a process that is known (`Process`).
This module refuses to start a chart anew after an alarm: who found and removed a cause starts the next one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import signal

from zhiheng.methods.charts.cells import Bools, Floats, between, matched, measured, positive
from zhiheng.methods.charts.limits import Chart, chart
from zhiheng.methods.charts.variables import Process


@dataclass(frozen=True, slots=True, eq=False)
class Cusum:
    """Both sums of a tabular CUSUM, in standard errors of a point; arrays of shape (..., points).

    Attributes
    ----------
    up, down : ndarray of float64
        C⁺ and C⁻, both 0 or more.
    above, below : ndarray of bool
        Points at which C⁺, C⁻ exceeds the decision interval.
    since_up, since_down : ndarray of int64
        Points since the sum was last 0 (0 where it is 0): an alarm's shift began about that long ago.
    reference, decision : float
        k and h.
    """

    up: Floats
    down: Floats
    above: Bools
    below: Bools
    since_up: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    since_down: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    reference: float
    decision: float


def cusum(
    points: ArrayLike,
    stable: Process,
    *,
    size: ArrayLike = 1,
    reference: float = 0.5,
    decision: float = 5.0,
    head_start: float = 0.0,
) -> Cusum:
    r"""Tabular CUSUM of both sides.

    With :math:`z_i=(x_i-\mu)\sqrt{n_i}/\sigma`

    .. math:: C^+_i=\max(0,\,C^+_{i-1}+z_i-k),\qquad C^-_i=\max(0,\,C^-_{i-1}-z_i-k),

    alarm above h. k is half the shift, in standard errors of a point, that is to be found soonest; h is
    designed for an average run length (`run_lengths.cusum_decision`).

    Parameters
    ----------
    points : array_like of float, shape (..., points)
        Subgroup means or single values in time order.
    stable : Process
    size : array_like of int, default 1
        Values behind each point; one for all, or for each.
    reference, decision : float
        k of 0 or more, h above 0.
    head_start : float, default 0
        Where both sums begin, below h; h/2 finds a shift that is there at the start sooner (Lucas, Crosier).

    Returns
    -------
    Cusum

    Raises
    ------
    InvalidInput
        `chart.missing` and others with the cell; `chart.parameter`; `chart.shapes`.

    References
    ----------
    E. S. Page (1954), Biometrika 41, 100-115. J. M. Lucas, R. B. Crosier (1982), Technometrics 24, 199-205.
    """
    between(reference, -1e-300, np.inf, "reference")
    between(decision, 0.0, np.inf, "decision")
    between(head_start, -1e-300, decision, "head_start")
    x, n = matched(measured(points, "points"), positive(size, "size"), ("points", "size"))
    z = (x - stable.center[..., None]) / (stable.sigma[..., None] / np.sqrt(n))
    up, since_up = _sum(z - reference, head_start)
    down, since_down = _sum(-z - reference, head_start)
    return Cusum(
        up, down, up > decision, down > decision, since_up, since_down, float(reference), float(decision)
    )


def ewma(
    points: ArrayLike,
    stable: Process,
    *,
    size: ArrayLike = 1,
    weight: float = 0.2,
    width: float = 3.0,
    steady: bool = False,
) -> Chart:
    r"""Exponentially weighted moving average.

    .. math:: E_i=\lambda x_i+(1-\lambda)E_{i-1},\ E_0=\mu;\qquad
              \operatorname{Var}E_i=(1-\lambda)^2\operatorname{Var}E_{i-1}+\lambda^2\sigma^2/n_i.

    Limits at μ ± L standard deviations. For equal sizes the variance is
    :math:`\frac{\sigma^2}{n}\frac{\lambda}{2-\lambda}\bigl(1-(1-\lambda)^{2i}\bigr)`.

    Parameters
    ----------
    points, stable, size
        As for `cusum`.
    weight : float, default 0.2
        λ, 0 < λ <= 1; 1 is the Shewhart chart.
    width : float, default 3
        L; designed for an average run length by `run_lengths.ewma_width`, which is for steady limits.
    steady : bool, default False
        Limits as they are after a long time, from the first point on; for one size of all points.

    Returns
    -------
    Chart

    Raises
    ------
    InvalidInput
        As `cusum`; `chart.parameter` for steady limits with unequal sizes.

    References
    ----------
    S. W. Roberts (1959), Technometrics 1, 239-250. J. M. Lucas, M. S. Saccucci (1990), Technometrics 32,
    1-12.
    """
    between(weight, 0.0, np.nextafter(1.0, 2.0), "weight")
    x, n = matched(measured(points, "points"), positive(size, "size"), ("points", "size"))
    center = stable.center[..., None]
    # About the centre, so that the start is 0 and a large mean costs no digits.
    value = center + _smoothed(weight * (x - center), 1.0 - weight)
    noise = np.broadcast_to((weight * stable.sigma[..., None]) ** 2 / n, value.shape)
    if steady:
        between(float(np.ptp(n)), -1.0, 1e-300, "size")
        variance = noise / (1.0 - (1.0 - weight) ** 2)
    else:
        variance = _smoothed(noise, (1.0 - weight) ** 2)
    return chart("ewma", value, center, np.sqrt(variance), width=width)


def _sum(step: Floats, start: float) -> tuple[Floats, np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    """max(0, C + step) along the last axis, and the steps since C was last 0."""
    out = np.empty(step.shape)
    since = np.empty(step.shape, np.int64)
    total, age = np.full(step.shape[:-1], start), np.zeros(step.shape[:-1], np.int64)
    # A loop over points and not a difference of running sums: after a thousand points that would have lost
    # digits, and a sum that is 0 must be 0.
    for point in range(step.shape[-1]):
        total = np.maximum(0.0, total + step[..., point])
        age = np.where(total > 0, age + 1, 0)
        out[..., point], since[..., point] = total, age
    return out, since


def _smoothed(values: Floats, kept: float) -> Floats:
    """y_i = v_i + kept·y_{i−1} from y = 0, along the last axis."""
    return np.asarray(signal.lfilter([1.0], [1.0, -kept], values, axis=-1))
