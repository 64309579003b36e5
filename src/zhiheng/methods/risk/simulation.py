r"""What the uncertainty of the steps leaves of a level: Monte Carlo, and the closed form where there is one.

A step is a lognormal about its median, a beta, or a point. Lognormal steps alone have a closed form:
:math:`\ln P\sim N(\sum\mu_i,\sum\sigma_i^2)`, with no cut at 1; it is used whenever it applies, so that
nothing is simulated that can be computed. Draws of a simulation that come out above 1 count as 1, and
their share is told. The steps are taken as independent. This module refuses to sharpen anything: a level
with a probability of 60 % is told as that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.risk.matrices import RiskMatrix

Floats = NDArray[np.float64]
DRAWS: Final = 100_000
_DRAWS_MOST: Final = 10_000_000
_AT_ONCE: Final = 250_000


@dataclass(frozen=True, slots=True)
class Point:
    """A step that is known."""

    value: float


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A step of median `median` whose logarithm has the standard deviation `sigma`."""

    median: float
    sigma: float


@dataclass(frozen=True, slots=True)
class Beta:
    """A step of which `hits` and `misses` were counted or are judged; the mean is hits / (hits + misses)."""

    hits: float
    misses: float


Uncertain = Point | Lognormal | Beta


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How a scenario's probability and level spread.

    Attributes
    ----------
    lower, median, upper : float
        Quantiles of the probability: (1 - coverage)/2, one half, (1 + coverage)/2.
    bands : ndarray of float64, shape (number of bounds + 1,)
        Probability of each band, the most probable band first.
    levels : ndarray of float64, shape (number of levels,)
        Probability of each level, the lowest first.
    cut : float
        Share of the product above 1, counted as 1.
    draws : int
        Number of draws; 0 where the closed form was used.
    error : float
        Largest standard error of the probabilities in `bands` and `levels`; 0 with the closed form.
    """

    lower: float
    median: float
    upper: float
    bands: Floats
    levels: Floats
    cut: float
    draws: int
    error: float


def spread(
    steps: Sequence[Uncertain],
    severity: str,
    matrix: RiskMatrix,
    *,
    seed: int,
    draws: int = DRAWS,
    coverage: float = 0.9,
) -> Spread:
    """Spread of a scenario whose steps are uncertain.

    Parameters
    ----------
    steps : sequence of Point, Lognormal or Beta
        At least one.
    severity : str
        A grade of the matrix.
    matrix : RiskMatrix
    seed : int
        Same seed, same result; not used by the closed form.
    draws : int, default 100 000
        1 000 to 10 000 000.
    coverage : float, default 0.9
        Share between `lower` and `upper`, in (0, 1).

    Returns
    -------
    Spread

    Raises
    ------
    InvalidInput
        `risk.no_steps`, `risk.step_parameter`, `risk.draws`, `risk.coverage`, `risk.severity_unknown`.
    """
    _check(steps, draws, coverage)
    column = matrix.severity(severity)
    if all(isinstance(step, Lognormal | Point) for step in steps):
        found = _closed(steps, matrix, coverage)
    else:
        found = _simulated(steps, matrix, coverage, draws, seed)
    quantiles, bands, cut, made = found
    levels = np.zeros(len(matrix.levels))
    np.add.at(levels, [row[column] for row in matrix.cells], bands)
    shares = np.concatenate((bands, levels))
    error = math.sqrt(float(np.max(shares * (1 - shares))) / made) if made else 0.0
    return Spread(*quantiles, bands=bands, levels=levels, cut=cut, draws=made, error=error)


_Found = tuple[tuple[float, float, float], Floats, float, int]


def _closed(steps: Sequence[Uncertain], matrix: RiskMatrix, coverage: float) -> _Found:
    logs = [
        (step.median, step.sigma) if isinstance(step, Lognormal) else (_value(step), 0.0) for step in steps
    ]
    if any(median == 0 for median, _ in logs):
        bands = np.zeros(len(matrix.bounds) + 1)
        bands[-1] = 1.0
        return (0.0, 0.0, 0.0), bands, 0.0, 0
    mean = math.fsum(math.log(median) for median, _ in logs)
    deviation = math.sqrt(math.fsum(sigma**2 for _, sigma in logs))
    bounds = np.log([float(bound) for bound in matrix.bounds])
    if deviation:
        above = special.ndtr((mean - bounds) / deviation)
        cut = float(special.ndtr(mean / deviation))
    else:
        above, cut = (mean > bounds).astype(np.float64), 0.0
    bands = np.diff(above, prepend=0.0, append=1.0)
    z = float(special.ndtri((1 + coverage) / 2)) * deviation
    low, middle, high = (min(math.exp(mean + shift), 1.0) for shift in (-z, 0.0, z))
    return (low, middle, high), bands, cut, 0


def _value(step: Uncertain) -> float:
    return step.value if isinstance(step, Point) else math.nan


def _simulated(
    steps: Sequence[Uncertain], matrix: RiskMatrix, coverage: float, draws: int, seed: int
) -> _Found:
    # In pieces: ten million draws of ten steps need not stand in memory side by side.
    rng = np.random.default_rng(seed)
    product = np.empty(draws)
    for first in range(0, draws, _AT_ONCE):
        piece = product[first : first + _AT_ONCE]
        piece.fill(1.0)
        for step in steps:
            piece *= _drawn(step, piece.size, rng)
    cut = float(np.mean(product > 1))
    np.minimum(product, 1.0, out=product)
    bounds = np.array([float(bound) for bound in matrix.bounds])
    number = np.searchsorted(-bounds, -product, side="right")
    # `number` counts the bounds at or above the draw, which is the number of its band.
    bands = np.bincount(number, minlength=bounds.size + 1) / draws
    tail = (1 - coverage) / 2
    low, middle, high = (float(q) for q in np.quantile(product, [tail, 0.5, 1 - tail]))
    return (low, middle, high), bands, cut, draws


def _drawn(step: Uncertain, size: int, rng: np.random.Generator) -> Floats | float:
    if isinstance(step, Point):
        return step.value
    if isinstance(step, Lognormal):
        return rng.lognormal(math.log(step.median), step.sigma, size) if step.median else 0.0
    return rng.beta(step.hits, step.misses, size)


def _check(steps: Sequence[Uncertain], draws: int, coverage: float) -> None:
    if not steps:
        raise InvalidInput(
            "risk.no_steps",
            N_("The scenario “%(scenario)s” has no steps."),
            N_("Say what has to happen, step by step, until somebody is hurt."),
            scenario="",
        )
    for number, step in enumerate(steps, 1):
        if not _sound(step):
            raise InvalidInput(
                "risk.step_parameter",
                N_("Step %(number)d cannot be simulated: %(step)s."),
                N_("A point and a median lie in [0, 1], a sigma in [0, 10], counts of a beta above 0."),
                number=number,
                step=str(step),
            )
    if not 1000 <= draws <= _DRAWS_MOST:
        raise InvalidInput(
            "risk.draws",
            N_("%(draws)d draws are too few or too many."),
            N_("Take 1 000 to %(most)d."),
            draws=draws,
            most=_DRAWS_MOST,
        )
    if not 0 < coverage < 1:
        raise InvalidInput(
            "risk.coverage",
            N_("A coverage of %(coverage)s is not between 0 and 1."),
            N_("Use 0.9 for the range from the 5th to the 95th percentile."),
            coverage=coverage,
        )


def _sound(step: Uncertain) -> bool:
    # Written so that NaN is refused too.
    if isinstance(step, Point):
        return 0 <= step.value <= 1
    if isinstance(step, Lognormal):
        return 0 <= step.median <= 1 and 0 <= step.sigma <= 10
    return 0 < step.hits < math.inf and 0 < step.misses < math.inf
