"""What a brand's value hangs on: one thing changed at a time, and all of them drawn at once.

This module refuses to make a value more certain than its forecast: ranges are the assessor's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.valuation.brand import Floats, brand_value


@dataclass(frozen=True, slots=True)
class Swing:
    """The value when one thing takes its low and its high value, the others as they are."""

    what: str
    low: float
    high: float

    @property
    def width(self) -> float:
        """By how much the value swings."""
        return abs(self.high - self.low)


def swings(flows: ArrayLike, *, rate: float, growth: float, by: float = 0.1) -> tuple[Swing, ...]:
    """The value with flows, discount rate and growth a share lower and higher; the widest swing first.

    Parameters
    ----------
    flows, rate, growth
        As for `brand.brand_value`.
    by : float, default 0.1
        Share by which each is changed, in (0, 1).

    Raises
    ------
    InvalidInput
        `brand.change`, and what `brand_value` raises: a swing may make the growth reach the rate.
    """
    if not 0 < by < 1:
        raise InvalidInput(
            "brand.change",
            N_("A change by %(by)s is not between 0 and 1."),
            N_("Use 0.1 for ten percent up and down."),
            by=by,
        )
    given = np.asarray(flows, np.float64)
    low, high = 1 - by, 1 + by
    found = [
        Swing("flows", *(brand_value(given * one, rate=rate, growth=growth).value for one in (low, high))),
        Swing("rate", *(brand_value(given, rate=rate * one, growth=growth).value for one in (low, high))),
        Swing("growth", *(brand_value(given, rate=rate, growth=growth * one).value for one in (low, high))),
    ]
    return tuple(sorted(found, key=lambda one: -one.width))


@dataclass(frozen=True, slots=True)
class Triangle:
    """A triangular distribution: least, most probable and largest value."""

    least: float
    likely: float
    most: float


@dataclass(frozen=True, slots=True)
class Ranges:
    """What is drawn: a common factor on all flows, for example 0.8, 1, 1.1; the rate; the growth.

    The largest growth has to stay below the smallest rate.
    """

    level: Triangle
    rate: Triangle
    growth: Triangle


@dataclass(frozen=True, slots=True)
class ValueSpread:
    """Quantiles of the value: (1 - coverage)/2, one half, (1 + coverage)/2; and mean, draws."""

    lower: float
    median: float
    upper: float
    mean: float
    draws: int


def value_spread(
    flows: ArrayLike,
    ranges: Ranges,
    *,
    seed: int,
    draws: int = 100_000,
    coverage: float = 0.9,
) -> ValueSpread:
    """The value when the level of the flows, the rate and the growth are drawn from triangles.

    Parameters
    ----------
    flows : array_like of float, shape (years,)
    ranges : Ranges
    seed : int
    draws : int, default 100 000
        1 000 to 10 000 000.
    coverage : float, default 0.9

    Raises
    ------
    InvalidInput
        `brand.triangle`, `brand.draws`, and what `brand_value` raises.
    """
    level, rate, growth = ranges.level, ranges.rate, ranges.growth
    for one in (level, rate, growth):
        if not -np.inf < one.least <= one.likely <= one.most < np.inf:
            raise InvalidInput(
                "brand.triangle",
                N_("%(least)s, %(likely)s and %(most)s do not rise."),
                N_("Give the least, the most probable and the largest value in this order."),
                least=one.least,
                likely=one.likely,
                most=one.most,
            )
    if not 1000 <= draws <= 10_000_000 or not 0 < coverage < 1:
        raise InvalidInput(
            "brand.draws",
            N_("%(draws)d draws with a coverage of %(coverage)s cannot be made."),
            N_("Take 1 000 to 10 000 000 draws and a coverage between 0 and 1."),
            draws=draws,
            coverage=coverage,
        )
    years = np.asarray(flows, np.float64)
    brand_value(years, rate=rate.least, growth=growth.most)  # the worst corner: refused if it has no value
    rng = np.random.default_rng(seed)
    factor, r, g = (_drawn(one, draws, rng) for one in (level, rate, growth))
    # The polynomial in 1/(1+R) by Horner's rule: no array of draws times years.
    step, present = 1 / (1 + r), np.zeros(draws)
    for flow in years[::-1]:
        present = (present + flow) * step
    values = factor * (present + years[-1] * (1 + g) / (r - g) * step**years.size)
    tail = (1 - coverage) / 2
    low, middle, high = (float(one) for one in np.quantile(values, [tail, 0.5, 1 - tail]))
    return ValueSpread(low, middle, high, float(values.mean()), draws)


def _drawn(one: Triangle, draws: int, rng: np.random.Generator) -> Floats:
    if one.least == one.most:
        return np.full(draws, one.least)
    return rng.triangular(one.least, one.likely, one.most, draws)
