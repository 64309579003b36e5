r"""The Bayes detector: a week against a few reference weeks, with an honest threshold for few of them.

For series too young for Farrington. It knows neither trend nor dispersion beyond Poisson's: it alarms too
often where counts vary more. This module refuses to judge a week with half its reference weeks missing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.surveillance.series import (
    Detection,
    Ints,
    Reason,
    batch,
    chosen,
    read,
    share_between,
    whole,
)
from zhiheng.methods.surveillance.thresholds import count_tail, count_upper

_PIECE = 1 << 18


def bayes(  # noqa: PLR0913  the published options of the method
    counts: ArrayLike,
    *,
    periods: ArrayLike | None = None,
    years: int = 0,
    half_window: int = 6,
    this_year: bool = True,
    year: float = 52,
    alpha: float = 0.05,
) -> Detection:
    r"""Judge weeks by the predictive distribution of a Poisson count under Jeffreys' prior.

    After n reference weeks with S cases the mean has a Gamma(S + 1/2, n) distribution and the next count a
    negative binomial one with size S + 1/2 and success probability n/(n + 1). The threshold is its quantile
    1 - alpha, and the alarm a count above it.

    Parameters
    ----------
    counts : array_like, shape (series, periods)
        Counts, the latest period last; NaN is missing.
    periods : array_like of int, optional
        Periods to judge (column numbers); None is the latest.
    years : int, default 0
        Earlier years whose windows of 2 `half_window` + 1 periods are reference weeks.
    half_window : int, default 6
    this_year : bool, default True
        Whether the `half_window` periods just before are reference weeks too.
    year : float, default 52
        Periods of a year.
    alpha : float, default 0.05
        One-sided.

    Returns
    -------
    Detection
        `expected` is (S + 1/2)/n, `score` (observed - expected)/(upper - expected).

    Raises
    ------
    InvalidInput
        `bayes.reference` without any reference week, `surveillance.*`, `series.*`.

    References
    ----------
    M. Höhle (2007), Computational Statistics 22, 571-582. A. Riebler (2004), diploma thesis, LMU Munich.
    """
    lags = _lags(whole(years, 0, "years"), whole(half_window, 0, "half_window"), this_year, year)
    share_between(alpha, "alpha")
    array = batch(counts)
    weeks = chosen(periods, array.shape[1], int(-lags.min()))
    shape = (array.shape[0], weeks.size)
    result = Detection(
        periods=weeks,
        expected=np.empty(shape),
        upper=np.empty(shape),
        score=np.empty(shape),
        p_value=np.empty(shape),
        alarm=np.zeros(shape, np.bool_),
        reason=np.empty(shape, np.int8),
    )
    step = max(1, _PIECE // (weeks.size * lags.size))
    first = int(weeks.min() + lags.min())
    for start in range(0, shape[0], step):
        rows = slice(start, start + step)
        _judge(result, rows, array[rows, first:], weeks - first, lags, alpha)
    return result


def _judge(
    result: Detection, rows: slice, block: NDArray[Any], weeks: Ints, lags: Ints, alpha: float
) -> None:
    values, marks = read(block)
    now = values[:, weeks]
    number, cases = np.zeros(now.shape), np.zeros(now.shape)
    for lag in lags.tolist():
        past = values[:, weeks + lag]
        known = ~np.isnan(past)
        number += known
        cases += np.where(known, past, 0.0)
    reason = np.where(2 * number < lags.size, np.int8(Reason.SHORT), np.int8(0))
    reason[np.isnan(now)] = Reason.MISSING
    reason = np.where(marks[:, None] > 0, marks[:, None], reason)
    blank = reason >= Reason.MISSING
    number = np.maximum(number, 1.0)
    mean, seen = (cases + 0.5) / number, np.where(blank, 0.0, now)
    upper = count_upper(mean, 1.0 + 1.0 / number, 1.0 - alpha)
    p_value = count_tail(seen, mean, 1.0 + 1.0 / number)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = (seen - mean) / (upper - mean)
    for target, found in (
        (result.expected, mean),
        (result.upper, upper),
        (result.score, score),
        (result.p_value, p_value),
    ):
        target[rows] = np.where(blank, np.nan, found)
    result.alarm[rows] = (seen > upper) & ~blank
    result.reason[rows] = reason


def _lags(years: int, half_window: int, this_year: bool, year: float) -> Ints:
    lags = list(range(-half_window, 0)) if this_year else []
    for back in range(1, years + 1):
        centre = -round(back * year)
        lags += range(centre - half_window, centre + half_window + 1)
    if not lags or max(lags) >= 0:
        raise InvalidInput(
            "bayes.reference",
            N_("These options leave no reference weeks before the judged one."),
            N_("Use earlier years, or this year with a half window of at least one."),
        )
    return np.array(lags, dtype=np.int64)
