r"""EARS C1, C2 and C3: a day against the few days before it, where there are no years of history.

These detectors know neither season nor trend nor day of the week. They refuse to judge a day whose
baseline has fewer than half its days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.surveillance.series import (
    Bools,
    Detection,
    Floats,
    Ints,
    Marks,
    Reason,
    batch,
    chosen,
    read,
    share_between,
    whole,
)

Chart = Literal["C1", "C2", "C3"]
_GUARD = {"C1": 0, "C2": 2, "C3": 2}  # days between the baseline and the day judged
_BACK = {"C1": 0, "C2": 0, "C3": 2}  # earlier days whose exceedance counts too
_ALPHA = {"C1": 0.001, "C2": 0.001, "C3": 0.025}  # z of about 3, 3 and 2
_PIECE = 1 << 18  # counts at a time, to stay in the cache


@dataclass(frozen=True, slots=True, eq=False)
class Ears(Detection):
    """Detection by EARS; `score` is the statistic C1, C2 or C3, `expected` the mean of the baseline.

    Attributes
    ----------
    spread : ndarray of float64
        Standard deviation of the baseline, not below `min_spread`.
    """

    spread: Floats


def ears(
    counts: ArrayLike,
    *,
    chart: Chart = "C2",
    periods: ArrayLike | None = None,
    baseline: int = 7,
    alpha: float | None = None,
    min_spread: float = 0.0,
) -> Ears:
    r"""Judge days by the mean and standard deviation of the `baseline` days before them.

    With :math:`\bar y, s` the mean and standard deviation (n - 1) of the baseline, which for C2 and C3
    ends three days before,

    .. math:: C_{1,2}(t)=\frac{y_t-\bar y_t}{s_t},\qquad C_3(t)=\sum_{i=t-2}^{t}\max(0,\,C_2(i)-1)

    and the alarm is C > z, the normal quantile of 1 - alpha. The threshold in counts is
    :math:`\bar y+zs`; for C3 it is :math:`\bar y+s(z+1-c)` with c the two earlier terms, and 0 where
    these alone exceed z, so that any count keeps the alarm.

    Parameters
    ----------
    counts : array_like, shape (series, days)
        Counts, the latest day last; NaN is missing.
    chart : {"C1", "C2", "C3"}, default "C2"
    periods : array_like of int, optional
        Days to judge (column numbers); None is the latest.
    baseline : int, default 7
        Days of the baseline, at least 3.
    alpha : float, optional
        Default 0.001 for C1 and C2 (z = 3.09), 0.025 for C3 (z = 1.96).
    min_spread : float, default 0
        Least standard deviation, so that a flat baseline does not alarm at one case.

    Returns
    -------
    Ears
        `p_value` of C1 and C2 is of Student's t for a new normal day, NaN for C3: the normal quantile
        would claim more than seven days can tell.

    Raises
    ------
    InvalidInput
        `ears.chart`, `surveillance.share`, `surveillance.number`, `ears.spread`, `series.*`.

    Notes
    -----
    Assumes independent days of one level. R's earsC adds the observed count, not the mean, in its
    threshold of C3; this is the published statistic.

    References
    ----------
    L. Hutwagner et al. (2003), Journal of Urban Health 80, i89-i96.
    R. D. Fricker, B. L. Hegler, D. A. Dunfee (2008), Statistics in Medicine 27, 3407-3429.
    """
    _check(chart, min_spread)
    whole(baseline, 3, "baseline")
    z = float(-special.ndtri(share_between(_ALPHA[chart] if alpha is None else alpha, "alpha")))
    array = batch(counts)
    guard, back = _GUARD[chart], _BACK[chart]
    days = chosen(periods, array.shape[1], baseline + guard + back)
    # Only the days asked for and what lies before them are looked at.
    first = int(days.min()) - baseline - guard - back
    rule = _Rule(baseline, guard, back, first, z, min_spread)
    shape = (array.shape[0], days.size)
    result = Ears(
        periods=days,
        expected=np.empty(shape),
        upper=np.empty(shape),
        score=np.empty(shape),
        p_value=np.empty(shape),
        alarm=np.empty(shape, np.bool_),
        reason=np.empty(shape, np.int8),
        spread=np.empty(shape),
    )
    step = max(1, _PIECE // (array.shape[1] - first))
    for start in range(0, shape[0], step):
        rows = slice(start, start + step)
        _judge(result, rows, array[rows, first:], rule)
    return result


@dataclass(frozen=True, slots=True)
class _Rule:
    baseline: int
    guard: int
    back: int
    first: int
    z: float
    least: float


def _check(chart: str, min_spread: float) -> None:
    if chart not in _GUARD:
        raise InvalidInput(
            "ears.chart",
            N_('There is no EARS chart "%(chart)s".'),
            N_("Choose C1, C2 or C3."),
            chart=chart,
        )
    if not 0 <= min_spread < np.inf:
        raise InvalidInput(
            "ears.spread",
            N_("The least standard deviation is %(value)s."),
            N_("Give zero or a positive number of cases."),
            value=str(min_spread),
        )


def _judge(result: Ears, rows: slice, block: NDArray[Any], rule: _Rule) -> None:
    values, marks = read(block)
    lag = rule.baseline + rule.guard
    # Every day that has a whole baseline in the block; the first of them is day `lag`.
    mean, spread, present = _baseline(values, rule.baseline, values.shape[1] - lag)
    spread = np.maximum(spread, rule.least)
    y = values[:, lag:]
    flat = spread == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        c = (y - mean) / spread
    if flat.any():
        c[flat & (y == mean)] = 0.0
    at, before, second = (_columns(result.periods - rule.first - lag - back) for back in range(3))
    usual, width, present = mean[:, at], spread[:, at], present[:, at]
    reason = _reasons(marks, y[:, at], present, width, rule.baseline)
    p_value = np.full(reason.shape, np.nan)
    if rule.back:
        # A day that could not be judged adds nothing; C3 then is a lower bound.
        over = np.fmax(c - 1.0, 0.0)
        earlier = over[:, before] + over[:, second]
        score = over[:, at] + earlier
        with np.errstate(invalid="ignore"):
            upper = np.maximum(usual + width * (rule.z + 1.0 - earlier), 0.0)
        upper[earlier > rule.z] = 0.0
    else:
        score, upper = c[:, at], usual + rule.z * width
        p_value = _above(score / np.sqrt(1.0 + 1.0 / np.maximum(present, 1.0)), present - 1.0)
    blank = reason >= Reason.MISSING
    for target, found in (
        (result.expected, usual),
        (result.upper, upper),
        (result.score, score),
        (result.p_value, p_value),
        (result.spread, width),
    ):
        target[rows] = found
        if blank.any():
            target[rows][blank] = np.nan
    result.alarm[rows] = (score > rule.z) & ~blank
    result.reason[rows] = reason


def _columns(at: Ints) -> Ints | slice:
    """The columns as a slice where they follow one another: a view costs nothing, a copy does."""
    if at[0] >= 0 and (np.diff(at) == 1).all():
        return slice(int(at[0]), int(at[-1]) + 1)
    return at


def _baseline(values: Floats, size: int, days: int) -> tuple[Floats, Floats, Floats]:
    """Mean, standard deviation and number of the `size` days that start at each of the first `days` days.

    Two passes over the lags: running sums would lose the digits that a small spread needs.
    """
    known = ~np.isnan(values)
    whole_series = bool(known.all())
    filled = values if whole_series else np.where(known, values, 0.0)
    total = np.asarray(sum(filled[:, lag : lag + days] for lag in range(size)))
    if whole_series:
        present = np.full(total.shape, float(size))
    else:
        present = np.asarray(sum(known[:, lag : lag + days].astype(np.float64) for lag in range(size)))
    mean = total / np.maximum(present, 1.0)
    square = np.zeros(total.shape)
    for lag in range(size):
        gap = filled[:, lag : lag + days] - mean
        gap *= gap
        square += gap if whole_series else np.where(known[:, lag : lag + days], gap, 0.0)
    return mean, np.sqrt(square / np.maximum(present - 1.0, 1.0)), present


def _above(t: Floats, df: Floats) -> Floats:
    """Probability that Student's t exceeds each t: a short sum for a common even number of degrees.

    The sum cancels far out in the upper tail, where the distribution function itself takes over.
    """
    nu = float(df.flat[0]) if df.size else 0.0
    if nu < 2 or nu % 2 or not (df == nu).all():
        return np.asarray(special.stdtr(df, -t))
    with np.errstate(invalid="ignore", over="ignore"):
        shrink = nu / (nu + t * t)
        term, total = 1.0, np.ones(t.shape)
        for step in range(1, int(nu) // 2):
            term *= (2 * step - 1) / (2 * step)
            total += term * shrink**step
        found = 0.5 - 0.5 * total * t * np.sqrt(shrink / nu)
    far = ~(found > 1e-8)
    found[far] = special.stdtr(df[far], -t[far])
    return np.asarray(found)


def _reasons(marks: Marks, y: Floats, present: Floats, spread: Floats, baseline: int) -> Marks:
    reason = np.zeros(y.shape, np.int8)
    reason[spread == 0] = Reason.NO_SPREAD
    enough: Bools = present >= max(3, baseline // 2 + 1)
    reason[~enough] = Reason.SHORT
    reason[np.isnan(y)] = Reason.MISSING
    return np.where(marks[:, None] > 0, marks[:, None], reason)
