r"""Bias and intervals of efficiency by the smoothed bootstrap of Simar and Wilson.

Scores are drawn from a smooth density of the estimated ones, reflected at 1 so that none passes it; each
unit's inputs (outputs) are moved to the drawn score, and every unit is measured against those pseudo-units.
The interval of a unit is its score less the quantiles of what the draws deviate by. This module assumes that
inefficiency is distributed alike among all units; where it depends on size or place, the intervals are off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.productivity.dea import RETURNS, efficiency
from zhiheng.methods.productivity.programs import Orientation, Returns, frontier, radial
from zhiheng.methods.productivity.quantities import chosen, pair
from zhiheng.methods.productivity.simplex import Floats

_BLOCK = 400_000


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrap:
    """Scores with their bias and interval, in Farrell's measure of the orientation; shape (units,).

    Attributes
    ----------
    score, bias, corrected, lower, upper : ndarray of float64
        corrected = score - bias. DEA flatters: corrected and interval lie on the side of inefficiency.
    bandwidth : float
        Of the density, in input measure.
    replications : int
    level : float
    """

    score: Floats
    bias: Floats
    corrected: Floats
    lower: Floats
    upper: Floats
    bandwidth: float
    replications: int
    level: float


def bootstrap(  # noqa: PLR0913  data and settings, each named by the caller
    inputs: ArrayLike,
    outputs: ArrayLike,
    *,
    seed: int,
    returns: Returns = "variable",
    orientation: Orientation = "input",
    replications: int = 2000,
    level: float = 0.95,
    bandwidth: float | None = None,
) -> Bootstrap:  # fmt: skip
    """Intervals of the efficiency of every unit.

    Parameters
    ----------
    inputs, outputs, returns, orientation
        As `dea.efficiency`, without free disposal.
    seed : int
        Of the draws.
    replications : int
        100 or more.
    level : float
        Two-sided.
    bandwidth : float, optional
        Above 0; by the normal reference rule from scores below 1 and their reflections when not given.

    Returns
    -------
    Bootstrap

    Raises
    ------
    InvalidInput
        As `dea.efficiency`; `bootstrap.settings`; `bootstrap.scores` when fewer than two scores differ.

    References
    ----------
    L. Simar, P. W. Wilson (1998), Management Science 44, 49-61; (2000), J. Applied Statistics 27, 779-802.
    """
    x, y = pair(inputs, outputs)
    chosen(returns, RETURNS[:4], "returns to scale")
    if replications < 100 or not 0 < level < 1 or not (bandwidth is None or 0 < bandwidth < np.inf):
        raise InvalidInput(
            "bootstrap.settings",
            N_("A bootstrap of %(replications)d replications at a level of %(level)s is not defined."),
            N_("Take 100 replications or more, a level between 0 and 1 and a bandwidth above 0."),
            replications=replications,
            level=str(level),
        )
    score = efficiency(x, y, returns=returns, orientation=orientation).score
    share = score if orientation == "input" else 1 / score
    width = _bandwidth(share) if bandwidth is None else bandwidth
    rng, drawn = np.random.default_rng(seed), np.empty((replications, score.size))
    step = max(1, _BLOCK // score.size**2)
    for first in range(0, replications, step):
        many = min(step, replications - first)
        ratio = share / _drawn(share, width, (many, share.size), rng)
        x_ref = x * ratio[:, :, None] if orientation == "input" else np.broadcast_to(x, (many, *x.shape))
        y_ref = np.broadcast_to(y, (many, *y.shape)) if orientation == "input" else y / ratio[:, :, None]
        group = np.repeat(np.arange(many), score.size)
        found = radial(
            frontier(x_ref, y_ref, returns),
            np.tile(x, (many, 1)),
            np.tile(y, (many, 1)),
            orientation,
            group=group,
        )
        drawn[first : first + many] = found.beta.reshape(many, -1)
    tail = (1 - level) / 2
    off = drawn - score
    low, high = np.quantile(off, [tail, 1 - tail], axis=0)
    bias = off.mean(axis=0)
    return Bootstrap(score, bias, score - bias, score - high, score - low, width, replications, level)


def _drawn(share: Floats, width: float, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Scores from the reflected density, with the mean and variance of the estimated ones."""
    base = share[rng.integers(0, share.size, shape)]
    moved = base + width * rng.standard_normal(shape)
    moved = np.where(moved > 1, 2 - moved, moved)
    mean = base.mean(axis=1, keepdims=True)
    shrunk = mean + (moved - mean) / np.sqrt(1 + width**2 / share.var())
    # A draw at or below 0 has no unit; it is as unlikely as the scores are far from 0.
    return np.asarray(np.clip(np.where(shrunk > 1, 2 - shrunk, shrunk), share.min() / 10, 1.0))


def _bandwidth(share: Floats) -> float:
    below = share[share < 1 - 1e-9]
    if np.unique(below).size < 2:
        raise InvalidInput(
            "bootstrap.scores",
            N_("Fewer than two units lie below the frontier: there is no distribution to draw from."),
            N_("Take more units, or fewer inputs and outputs."),
        )
    both = np.concatenate([below, 2 - below])
    quarter = np.subtract(*np.quantile(both, [0.75, 0.25])) / 1.34
    spread = both.std(ddof=1)
    rule = 0.9 * min(spread, quarter) * both.size**-0.2
    return float(rule * (both.size / share.size) ** 0.2 * share.std(ddof=1) / spread)
