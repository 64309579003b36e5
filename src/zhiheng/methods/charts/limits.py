"""A control chart as numbers: what is plotted, its centre, its limits, and what lies outside.

One class for all charts. It refuses to say why a point lies outside: run rules name patterns, people causes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from zhiheng.methods.charts.cells import Bools, Floats, between

Kind = Literal[
    "xbar", "range", "deviation", "individuals", "moving_range", "p", "np", "c", "u", "laney_p", "laney_u",
    "cusum", "ewma", "t2",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """One chart, or many of one length; points run along the last axis.

    Attributes
    ----------
    kind : str
        Which chart.
    value : ndarray of float64, shape (..., points)
        What is plotted, in the unit of its kind (share, count, the unit of measurement).
    center, lower, upper : ndarray of float64
        Broadcast against `value`. Limits are cut where the statistic cannot go (below 0, above 1).
    error : ndarray of float64
        Standard deviation of the plotted statistic, point by point; broadcasts against `value`.
    width : float
        Distance of the limits from the centre, in `error`.
    """

    kind: Kind
    value: Floats
    center: Floats
    lower: Floats
    upper: Floats
    error: Floats
    width: float

    @property
    def below(self) -> Bools:
        """Points under the lower limit."""
        return np.asarray(self.value < self.lower)

    @property
    def above(self) -> Bools:
        """Points over the upper limit."""
        return np.asarray(self.value > self.upper)

    @property
    def outside(self) -> Bools:
        """Points beyond either limit; a point on a limit is inside."""
        return self.below | self.above

    @property
    def score(self) -> Floats:
        """(value − center)/error; 0 where both are 0, for a chart whose centre is the only possible value."""
        distance = self.value - self.center
        error = np.broadcast_to(self.error, distance.shape)
        return np.divide(distance, error, out=np.where(distance == 0, 0.0, np.inf), where=error > 0)


def chart(
    kind: Kind,
    value: Floats,
    center: Floats,
    error: Floats,
    *,
    width: float = 3.0,
    bounds: tuple[Floats | float, Floats | float] = (-np.inf, np.inf),
) -> Chart:
    """Limits at center ± width·error, cut to `bounds`; all arrays are closed to writing.

    Raises
    ------
    InvalidInput
        `chart.parameter` unless width is above 0 and finite.
    """
    between(width, 0.0, np.inf, "width")
    half = width * error
    lower, upper = center - half, center + half
    # In place, and only where there is a bound: of a hundred thousand charts each pass costs.
    if not _unbounded(bounds[0]):
        np.maximum(lower, bounds[0], out=lower)
    if not _unbounded(bounds[1]):
        np.minimum(upper, bounds[1], out=upper)
    return Chart(kind, _closed(value), _closed(center), _closed(lower), _closed(upper), _closed(error), width)


def _closed(array: Floats) -> Floats:
    view = np.asarray(array, np.float64).view()
    view.flags.writeable = False
    return view


def _unbounded(bound: Floats | float) -> bool:
    return isinstance(bound, float) and not np.isfinite(bound)
