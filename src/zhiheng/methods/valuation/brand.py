r"""The value of a brand by multi-period excess earnings (GB/T 29187-2012, GB/T 29188-2022).

A brand earns what a firm's profit is above the return that its assets would bring anyhow, times the share
of that excess which is the brand's. Those flows are discounted; after the years that were forecast they
grow for ever at a rate below the discount rate:

.. math:: V=\sum_{t=1}^{T}\frac{F_t}{(1+R)^t}+\frac{F_{T+1}}{R-g}\cdot\frac1{(1+R)^T},\qquad
   F_t=(P_t-I_t)\,\beta,\quad I_t=A^{CT}_t\beta_{CT}+A^{NCT}_t\beta_{NCT},\quad R=Z\cdot K.

This module refuses to guess a forecast, the brand's share or how strength becomes K: the standards leave
these to the assessor, and a value is told with what it hangs on. Money has the unit that was put in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput

Floats = NDArray[np.float64]
STRENGTHS: Final = ("tangible", "quality", "innovation", "service", "intangible")


@dataclass(frozen=True, slots=True, eq=False)
class BrandValue:
    """A value and what it is made of.

    Attributes
    ----------
    value : float
        Sum of the parts.
    present : ndarray of float64, shape (years,)
        Discounted flow of each year of the forecast.
    terminal : float
        Discounted value of all years after it.
    terminal_share : float
        Part of the value that lies beyond the forecast; NaN where the value is 0.
    rate, growth : float
        Discount rate and growth after the forecast, as shares a year.
    """

    value: float
    present: Floats
    terminal: float
    terminal_share: float
    rate: float
    growth: float


def excess_flows(
    profit: ArrayLike,
    *,
    current_assets: ArrayLike,
    fixed_assets: ArrayLike,
    current_return: float,
    fixed_return: float,
    brand_share: float,
) -> Floats:
    """Flow of each year that the brand brings: F = (P − I)·β.

    Parameters
    ----------
    profit : array_like of float, shape (years,)
        Adjusted profit (or free cash flow) of the business under the brand.
    current_assets, fixed_assets : array_like of float, shape (years,) or scalar
        Tangible assets at work, 0 or more.
    current_return, fixed_return : float
        Return that such assets bring anyhow, a year, for example 0.035.
    brand_share : float
        Share of the excess that is the brand's, in [0, 1].

    Returns
    -------
    ndarray of float64, shape (years,)
        May be negative in a year in which the assets would have earned more elsewhere.

    Raises
    ------
    InvalidInput
        `brand.numbers`, `brand.share`.
    """
    if not 0 <= brand_share <= 1:
        raise InvalidInput(
            "brand.share",
            N_("A brand's share of %(share)s of the excess is not between 0 and 1."),
            N_("Give it as a share, for example 0.3 for 30 %%."),
            share=brand_share,
        )
    earned = _years(profit, "profit")
    current, fixed = (
        np.broadcast_to(_years(one, name), earned.shape)
        for one, name in ((current_assets, "current assets"), (fixed_assets, "fixed assets"))
    )
    if (current < 0).any() or (fixed < 0).any():
        raise _numbers("assets")
    return np.asarray((earned - current * current_return - fixed * fixed_return) * brand_share)


def strength_score(scores: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Strength of a brand: the weighted mean of its five scores, in the order of `STRENGTHS`.

    Parameters
    ----------
    scores : array_like of float, shape (5,)
        Each in [0, 100].
    weights : array_like of float, shape (5,), optional
        0 or more, not all 0; equal ones (ours, no standard's) when they are not given.

    Raises
    ------
    InvalidInput
        `brand.scores`, `brand.weights`.
    """
    given = np.atleast_1d(np.asarray(scores, np.float64))
    shape = (len(STRENGTHS),)
    if given.shape != shape or not ((given >= 0) & (given <= 100)).all():
        raise InvalidInput(
            "brand.scores",
            N_("A brand's strength needs five scores from 0 to 100."),
            N_("Give them in this order: %(order)s."),
            order=", ".join(STRENGTHS),
        )
    share = np.ones(shape) if weights is None else np.asarray(weights, np.float64)
    if share.shape != shape or not np.isfinite(share).all() or (share < 0).any() or not share.any():
        raise InvalidInput(
            "brand.weights",
            N_("The weights of the strengths are not five numbers of 0 or more."),
            N_("Leave them out for equal weights."),
        )
    return float(given @ share / share.sum())


def discount_rate(average: float, factor: float) -> float:
    """R = Z·K: the average return of assets in the trade, times a factor that falls with strength.

    The factor's table is the assessor's; the usual range is 0.6 to 2.

    Raises
    ------
    InvalidInput
        `brand.rate` unless both are above 0 and finite.
    """
    rate = average * factor
    if not (average > 0 and factor > 0 and np.isfinite(rate)):
        raise _rate(rate)
    return rate


def brand_value(flows: ArrayLike, *, rate: float, growth: float, after: float | None = None) -> BrandValue:
    """Discounted value of the flows, and of their growth for ever after.

    Parameters
    ----------
    flows : array_like of float, shape (years,)
        Of the years that were forecast, the first a year from now.
    rate : float
        Discount rate R, above `growth`.
    growth : float
        Growth g after the forecast, above -1.
    after : float, optional
        F of the first year after the forecast; the last flow times 1 + g when it is not given.

    Returns
    -------
    BrandValue

    Raises
    ------
    InvalidInput
        `brand.numbers`; `brand.rate`; `brand.growth` where R is not above g: the sum has no end.
    """
    years = _years(flows, "flows")
    if not 0 < rate < np.inf:
        raise _rate(rate)
    if not -1 < growth < rate:
        raise InvalidInput(
            "brand.growth",
            N_("With a growth of %(growth)s and a discount rate of %(rate)s the value has no end."),
            N_("The growth after the forecast has to be below the discount rate, and above -100 %%."),
            growth=growth,
            rate=rate,
        )
    following = float(years[-1]) * (1 + growth) if after is None else after
    if not np.isfinite(following):
        raise _numbers("flows")
    discount = (1 + rate) ** -np.arange(1, years.size + 1)
    present = years * discount
    terminal = following / (rate - growth) * float(discount[-1])
    value = float(present.sum()) + terminal
    return BrandValue(value, present, terminal, terminal / value if value else np.nan, rate, growth)


def _years(values: ArrayLike, what: str) -> Floats:
    found = np.atleast_1d(np.asarray(values, np.float64))
    if found.ndim != 1 or not found.size or not np.isfinite(found).all():
        raise _numbers(what)
    return found


def _numbers(what: str) -> InvalidInput:
    return InvalidInput(
        "brand.numbers",
        N_("The %(what)s are not a list of numbers, one for each year."),
        N_("Give every year; assets are 0 or more."),
        what=what,
    )


def _rate(rate: float) -> InvalidInput:
    return InvalidInput(
        "brand.rate",
        N_("A discount rate of %(rate)s is not above 0."),
        N_("Give it as a share a year, for example 0.12."),
        rate=rate,
    )
