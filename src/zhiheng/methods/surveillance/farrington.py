r"""Farrington's detector: a week against the same season of earlier years, past outbreaks held down.

`flexible` is Noufaily's improvement of 2013 and the house's default for weekly counts;
`farrington` is the original of 1996.

The model is fitted to reference weeks (`baseline`), fitted again with weights that hold down weeks far above
their fit, and predicts the week that is judged. This module refuses to judge a week without its years of
history, and to say why a count is high.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.surveillance.baseline import baseline
from zhiheng.methods.surveillance.pieces import Piece, exposure, piece
from zhiheng.methods.surveillance.regression import Model, Prediction, predict
from zhiheng.methods.surveillance.series import (
    Detection,
    Floats,
    Reason,
    batch,
    chosen,
    share_between,
    whole,
)
from zhiheng.methods.surveillance.thresholds import count_tail, count_upper, power_tail, power_upper

Threshold = Literal["delta", "nb_plugin", "muan"]
_PIECE = 1 << 17  # numbers of one array at a time: the work of a piece stays in the cache


@dataclass(frozen=True, slots=True, eq=False)
class Farrington(Detection):
    """Detection by a regression; `score` is (observed - expected)/(upper - expected).

    Attributes
    ----------
    dispersion : ndarray of float64
        Variance over mean of the reference weeks, not below 1.
    trend : ndarray of float64
        Change of the logarithm of the mean in one period; NaN where the model is without trend.
    """

    dispersion: Floats
    trend: Floats


@dataclass(frozen=True, slots=True)
class Rule:
    """How thresholds are drawn; made by `flexible` and `farrington`."""

    threshold: Threshold
    alpha: float
    z: float
    limit: tuple[int, int]
    r_compatible: bool


def flexible(  # noqa: PLR0913  the published options of the method
    counts: ArrayLike,
    *,
    periods: ArrayLike | None = None,
    population: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
    years: int = 5,
    half_window: int = 3,
    blocks: int = 10,
    exclude: int = 26,
    year: float = 52,
    weights_above: float = 2.58,
    trend: bool = True,
    trend_level: float = 1.0,
    threshold: Threshold = "nb_plugin",
    alpha: float = 0.01,
    limit: tuple[int, int] = (5, 4),
    r_compatible: bool = False,
) -> Farrington:
    r"""Judge weeks by Farrington's method as improved by Noufaily and others.

    .. math:: \ln\mu_t = a_{g(t)} + \beta t + \gamma' x_t + \ln n_t,\qquad \operatorname{Var} y_t = \phi\mu_t

    with a level for each block of the season, fitted twice: reference weeks whose Anscombe residual s exceeds
    `weights_above` get weights proportional to :math:`s^{-2}` the second time. The trend stays if there are
    three years, its p value is below `trend_level` and it does not predict more than was ever seen in the
    reference weeks; else both fits are made without it.

    The threshold is the quantile 1 - alpha of a negative binomial with the predicted mean (`nb_plugin`), the
    same at the upper 1 - alpha bound of the predicted mean (`muan`), or Farrington's normal quantile on the
    scale of the 2/3 power (`delta`). No alarm below `limit` = (cases, periods) in the latest periods.

    Parameters
    ----------
    counts : array_like, shape (series, periods)
        Counts, the latest period last; NaN is missing.
    periods : array_like of int, optional
        Periods to judge (column numbers); None is the latest.
    population : array_like, shape (periods,) or (series, periods), optional
        Persons, sales or whatever cases are proportional to; above zero.
    covariates : array_like, shape (columns, periods), optional
        Regressors known for every period, the judged one too: holidays that move, such as 春节.
    years, half_window, blocks, exclude, year
        See `baseline.baseline`. A `year` of 52.1775 keeps weeks in season for decades.
    weights_above : float, default 2.58
        Infinity switches the second fit's weights off.
    trend : bool, default True
    trend_level : float, default 1
        1 keeps the trend whatever its p value, as Noufaily advises.
    threshold : {"nb_plugin", "muan", "delta"}, default "nb_plugin"
    alpha : float, default 0.01
        One-sided.
    limit : tuple of int, default (5, 4)
        Fewer than 5 cases in the latest 4 periods, the judged one included, raise no alarm.
    r_compatible : bool, default False
        Errors of prediction and p values of trends as R's surveillance computes them: it overwrites the
        weights of the regression before it takes its dispersion. For comparisons only.

    Returns
    -------
    Farrington

    Raises
    ------
    InvalidInput
        `surveillance.*`, `series.*`, `baseline.*`, `farrington.threshold`, `farrington.population`,
        `farrington.covariates`.

    Notes
    -----
    Where the reference weeks of the season have no case, no regression can say what is possible: the
    threshold is that of `bayes` (Gamma(1/2) prior) on their number, marked `NO_CASE_BEFORE`.

    References
    ----------
    A. Noufaily et al. (2013), Statistics in Medicine 32, 1206-1222.
    M. Salmon, D. Schumacher, M. Höhle (2016), Journal of Statistical Software 70(10), section 2.2.
    """
    _known_threshold(threshold)
    model = Model(
        base=baseline(years=years, half_window=half_window, blocks=blocks, exclude=exclude, year=year),
        year=year,
        weights_above=weights_above,
        trend=trend and years >= 3,
        trend_level=trend_level,
        as_r="flexible" if r_compatible else "",
    )
    z = float(-special.ndtri(share_between(alpha, "alpha")))
    rule = Rule(threshold, alpha, z, _limit(limit), r_compatible)
    return _detect(counts, periods, population, covariates, model=model, rule=rule)


def farrington(  # noqa: PLR0913  the published options of the method
    counts: ArrayLike,
    *,
    periods: ArrayLike | None = None,
    population: ArrayLike | None = None,
    years: int = 5,
    half_window: int = 3,
    year: float = 52,
    trend: bool = True,
    alpha: float = 0.01,
    limit: tuple[int, int] = (5, 4),
    r_compatible: bool = False,
) -> Farrington:
    """Judge weeks by Farrington's method of 1996: windows of earlier years, weights from s > 1, two-sided.

    As `flexible` with one block, no further weeks left out, a trend that needs p < 0.05, and the threshold on
    the scale of the 2/3 power at 1 - alpha/2. `p_value` is one-sided: compare it with alpha/2.
    Parameters, result and errors as for `flexible`. `r_compatible` only takes p values of trends with
    a dispersion that may be below 1, as R does.

    References
    ----------
    C. P. Farrington et al. (1996), Journal of the Royal Statistical Society A 159, 547-563.
    """
    # The windows of 1996 end a year before; leaving out `half_window` weeks leaves out the current one.
    base = baseline(years=years, half_window=half_window, blocks=1, exclude=half_window, year=year)
    model = Model(
        base=base,
        year=year,
        weights_above=1.0,
        trend=trend and years >= 3,
        trend_level=0.05,
        as_r="farrington" if r_compatible else "",
    )
    z = float(-special.ndtri(share_between(alpha, "alpha") / 2))
    rule = Rule("delta", alpha / 2, z, _limit(limit), r_compatible)
    return _detect(counts, periods, population, None, model=model, rule=rule)


def _known_threshold(threshold: str) -> None:
    if threshold not in ("delta", "nb_plugin", "muan"):
        raise InvalidInput(
            "farrington.threshold",
            N_('There is no threshold "%(threshold)s".'),
            N_("Choose one of: delta, nb_plugin, muan."),
            threshold=threshold,
        )


def _limit(limit: tuple[int, int]) -> tuple[int, int]:
    return whole(limit[0], 0, "limit (cases)"), whole(limit[1], 1, "limit (periods)")


def _detect(
    counts: ArrayLike,
    periods: ArrayLike | None,
    population: ArrayLike | None,
    covariates: ArrayLike | None,
    *,
    model: Model,
    rule: Rule,
) -> Farrington:
    array = batch(counts)
    needed = max(model.base.needed, rule.limit[1] - 1)
    weeks = chosen(periods, array.shape[1], needed)
    people = _population(population, array.shape)
    known = _covariates(covariates, array.shape[1])
    shape = (array.shape[0], weeks.size)
    result = Farrington(
        periods=weeks,
        expected=np.empty(shape),
        upper=np.empty(shape),
        score=np.empty(shape),
        p_value=np.empty(shape),
        alarm=np.zeros(shape, np.bool_),
        reason=np.empty(shape, np.int8),
        dispersion=np.empty(shape),
        trend=np.empty(shape),
    )
    first = int(weeks.min()) - needed
    step = max(1, _PIECE // (weeks.size * model.base.lags.size))
    for start in range(0, shape[0], step):
        rows = slice(start, start + step)
        part = None if people is None else people[rows if people.shape[0] > 1 else slice(None), first:]
        laid = piece(array[rows, first:], part, known[:, first:], weeks - first, model.base, rule.limit[1])
        _conclude(result, rows, predict(laid, model), laid, rule)
    return result


def _population(population: ArrayLike | None, shape: tuple[int, ...]) -> Floats | None:
    if population is None:
        return None
    try:
        people = np.atleast_2d(np.asarray(population, dtype=np.float64))
        np.broadcast_to(people, shape)
    except (TypeError, ValueError):
        people = np.empty((0, 0))
    if people.shape not in (shape, (1, shape[1])):
        raise InvalidInput(
            "farrington.population",
            N_("The population does not fit counts of the shape %(shape)s."),
            N_("Give a number for each period, or one for each series and period."),
            shape=str(shape),
        )
    return people


def _covariates(covariates: ArrayLike | None, length: int) -> Floats:
    if covariates is None:
        return np.empty((0, length))
    known = np.atleast_2d(np.asarray(covariates, dtype=np.float64))
    if known.ndim != 2 or known.shape[1] != length:
        raise InvalidInput(
            "farrington.covariates",
            N_("The covariates have the shape %(shape)s; the counts have %(length)d periods."),
            N_("Give one row for each covariate and one column for each period."),
            shape=str(known.shape),
            length=length,
        )
    return known


def _conclude(result: Farrington, rows: slice, found: Prediction, laid: Piece, rule: Rule) -> None:
    """Threshold, p value, alarm and marks of one piece, written into the result."""
    mean, dispersion, z = found.mean, found.dispersion, rule.z
    now = np.where(np.isnan(laid.now), 0.0, laid.now)
    reason = np.where(laid.marks > 0, laid.marks, found.reason)
    if rule.threshold == "delta":
        tau = dispersion + mean * np.where(mean > 0, found.variance, 0.0)
        upper, p_value = power_upper(mean, tau, z), power_tail(now, mean, tau)
    else:
        at = mean
        if rule.threshold == "muan":
            at = mean * np.exp(np.where(mean > 0, z * np.sqrt(found.variance), 0.0))
        upper, p_value = count_upper(at, dispersion, 1.0 - rule.alpha), count_tail(now, at, dispersion)
    empty = (mean == 0) & (reason < Reason.MISSING)
    if empty.any() and not rule.r_compatible:
        # Half a case before: the mean and the dispersion of the predictive negative binomial.
        weeks = exposure(laid)[empty]
        mean = mean.copy()
        mean[empty] = 0.5 / weeks
        upper[empty] = count_upper(mean[empty], 1.0 + 1.0 / weeks, 1.0 - rule.alpha)
        p_value[empty] = count_tail(now[empty], mean[empty], 1.0 + 1.0 / weeks)
        reason[empty] = Reason.NO_CASE_BEFORE
    few = (laid.recent < rule.limit[0]) & (reason < Reason.MISSING)
    reason[few] = Reason.FEW_CASES
    with np.errstate(divide="ignore", invalid="ignore"):
        score = (now - mean) / (upper - mean)
    blank = reason >= Reason.MISSING
    shape = result.reason[rows].shape
    for target, values in (
        (result.expected, mean),
        (result.upper, upper),
        (result.score, score),
        (result.p_value, p_value),
        (result.dispersion, dispersion),
        (result.trend, found.trend),
    ):
        target[rows] = np.where(blank, np.nan, values).reshape(shape)
    result.alarm[rows] = ((now > upper) & ~few & ~blank).reshape(shape)
    result.reason[rows] = reason.reshape(shape)
