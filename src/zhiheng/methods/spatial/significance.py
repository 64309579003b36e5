r"""How often chance alone does as well: ranks among replications, Gumbel's tail, stopping early.

With R replications of which g reach the value, p = (g + 1)/(R + 1), which is never below 1/(R + 1); the
Gumbel distribution fitted to the replications' maxima by moments goes further,
:math:`p=1-\exp(-e^{-(x-a)/b})`, :math:`b=s\sqrt6/\pi`, :math:`a=\bar x-\gamma b`. Stopped after h that
reach the value, p = h over the number made. This module refuses to choose: both stand side by side.

Sources: J. Besag, P. Clifford (1991), Biometrika 78, 301-304; A. M. Abrams, K. Kleinman, M. Kulldorff (2010),
International Journal of Health Geographics 9, 61.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEWEST_FOR_GUMBEL: Final = 20
# Equal windows of data and replications are summed in different orders; a hair must not part them.
_HAIR: Final = 1e-10


def reached(maxima: Floats, value: float) -> NDArray[np.bool_]:
    """Which replications do at least as well."""
    return np.asarray(maxima >= value * (1 - _HAIR))


def stopped_at(maxima: Floats, value: float, stop_after: int | None) -> int | None:
    """Number of replications at which `stop_after` of them reach the value; None where they do not."""
    if stop_after is None:
        return None
    times = np.flatnonzero(reached(maxima, value))
    return int(times[stop_after - 1]) + 1 if times.size >= stop_after else None


def rank(maxima: Floats, value: float, *, stopped: bool) -> float:
    """Share of maps that do at least as well, the data among them unless the replications were stopped."""
    hits = int(reached(maxima, value).sum())
    return hits / maxima.size if stopped and hits else (hits + 1) / (maxima.size + 1)


def gumbel_tail(maxima: Floats, value: float) -> float:
    """Probability of a value this large by the fitted Gumbel distribution; NaN with too few replications."""
    if maxima.size < FEWEST_FOR_GUMBEL:
        return math.nan
    scale = float(np.std(maxima, ddof=1)) * math.sqrt(6) / math.pi
    if scale == 0:
        return math.nan
    at = float(np.mean(maxima)) - float(np.euler_gamma) * scale
    return -math.expm1(-math.exp(min(-(value - at) / scale, 700.0)))
