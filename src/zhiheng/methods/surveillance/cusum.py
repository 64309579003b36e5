r"""Cumulative sums and likelihood ratios: small shifts that last, against a mean that is known.

`rossi` standardises Poisson counts; `likelihood_ratio` is the CUSUM of a negative binomial (or Poisson) count
for a stated shift, `generalised` looks for the shift that fits best. This module refuses to estimate the mean
of the usual state: a chart on a mean estimated from few weeks alarms far more often than it says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.surveillance.series import Bools, Floats, Ints, Marks, Reason, batch, read, whole

_PIECE = 1 << 22  # numbers of one array of the generalised chart at a time


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A control chart of each series; all arrays (series, period).

    Attributes
    ----------
    statistic : ndarray of float64
        Value of the chart; NaN where the series cannot be judged, unchanged over a missing period.
    alarm : ndarray of bool
    reason : ndarray of int8
        Value of `Reason`.
    limit : float
        The statistic alarms at it or above it (see each chart).
    """

    statistic: Floats
    alarm: Bools
    reason: Marks
    limit: float


def rossi(counts: ArrayLike, mean: ArrayLike, *, reference: float = 1.04, limit: float = 2.26) -> Chart:
    r"""CUSUM of Poisson counts, standardised by Rossi's transformation.

    .. math:: z_t=\frac{y_t-3m_t+2\sqrt{y_tm_t}}{2\sqrt{m_t}},\qquad C_t=\max(0,\,C_{t-1}+z_t-k),
              \qquad \text{alarm if } C_t\ge h

    It is not set back after an alarm: it falls when the excess is over.

    Parameters
    ----------
    counts : array_like, shape (series, periods)
    mean : array_like, shape (series,), (series, 1) or (series, periods)
        Usual mean m, above zero.
    reference, limit : float
        k and h; the defaults are meant for one false alarm in 500 periods.

    Returns
    -------
    Chart

    Raises
    ------
    InvalidInput
        `series.*`, `cusum.mean`, `cusum.limit`.

    References
    ----------
    G. Rossi, L. Lampugnani, M. Marchi (1999), Statistics in Medicine 18, 2111-2122.
    """
    values, known, usual, marks = _input(counts, mean)
    _positive(reference, "reference")
    _positive(limit, "limit")
    root = np.sqrt(usual)
    z = (values - 3.0 * usual + 2.0 * np.sqrt(values) * root) / (2.0 * root) - reference
    statistic = _accumulate(np.where(known, z, 0.0), np.inf)
    return _chart(statistic, statistic >= limit, known, marks, limit)


def likelihood_ratio(
    counts: ArrayLike, mean: ArrayLike, *, shift: float, extra: float = 0.0, limit: float = 5.0
) -> Chart:
    r"""CUSUM of the log likelihood ratio of a stated shift, for negative binomial counts.

    With Var y = m + `extra` m² and the mean multiplied by :math:`e^{\kappa}`, κ = `shift`,

    .. math:: \ell_t=\kappa y_t+(y_t+1/\alpha)\ln\frac{1+\alpha m_t}{1+\alpha m_te^\kappa},\qquad
              C_t=\max(0,\,C_{t-1}+\ell_t)

    and for `extra` = 0 the Poisson limit :math:`\kappa y_t+(1-e^\kappa)m_t`. Alarm if C > `limit`; the chart
    begins again at 0 after an alarm.

    Parameters
    ----------
    counts, mean
        As for `rossi`.
    shift : float
        Above zero: ln 2 looks for a doubling.
    extra : float, default 0
        α: 1/size of the negative binomial.
    limit : float, default 5

    Returns
    -------
    Chart

    Raises
    ------
    InvalidInput
        `series.*`, `cusum.mean`, `cusum.limit`.

    References
    ----------
    M. Höhle, M. Paul (2008), Computational Statistics and Data Analysis 52, 4357-4368.
    """
    values, known, usual, marks = _input(counts, mean)
    _positive(shift, "shift")
    _positive(limit, "limit")
    gain = _gain(values, usual, np.float64(shift), _extra(extra))
    statistic = _accumulate(np.where(known, gain, 0.0), limit)
    return _chart(statistic, statistic > limit, known, marks, limit)


def generalised(
    counts: ArrayLike,
    mean: ArrayLike,
    *,
    extra: float = 0.0,
    limit: float = 5.0,
    window: int | None = None,
    at_least: int = 1,
) -> Chart:
    r"""Generalised likelihood ratio chart: the best shift upward since the best moment.

    .. math:: G_t=\max_{t-M\le s\le t-\tilde M+1}\;\sup_{\kappa\ge0}\;\sum_{i=s}^t\ell_i(\kappa)

    with the log likelihood ratio of `likelihood_ratio`. Alarm if G >= `limit`; then the chart begins anew.

    Parameters
    ----------
    counts, mean, extra, limit
        As for `likelihood_ratio`.
    window : int, optional
        M: how far back the shift may have begun; None since the last alarm. The cost grows with it.
    at_least : int, default 1
        Periods that a shift must have lasted.

    Returns
    -------
    Chart

    Raises
    ------
    InvalidInput
        `series.*`, `cusum.mean`, `cusum.limit`, `surveillance.number`.

    References
    ----------
    M. Höhle, M. Paul (2008), as above.
    """
    values, known, usual, marks = _input(counts, mean)
    _positive(limit, "limit")
    whole(at_least, 1, "at_least")
    back = values.shape[1] if window is None else whole(window, at_least, "window")
    alpha = _extra(extra)
    y, m = np.where(known, values, 0.0), np.where(known, usual, 0.0)
    statistic = np.zeros(values.shape)
    step = max(1, _PIECE // (min(back, values.shape[1]) + 1) ** 2)
    for first in range(0, len(values), step):
        rows = slice(first, first + step)
        statistic[rows] = _ratios(y[rows], m[rows], alpha, limit, (back, at_least))
    return _chart(statistic, statistic >= limit, known, marks, limit)


def _ratios(y: Floats, m: Floats, alpha: float, limit: float, lengths: tuple[int, int]) -> Floats:
    """The generalised statistic; missing periods have neither cases nor a mean."""
    statistic = np.zeros(y.shape)
    start = np.zeros(len(y), np.int64)
    excess = (y - m) / (1.0 + alpha * m)
    level = m.max(axis=1)
    steady = bool(((m == level[:, None]) | (m == 0)).all())
    for t in range(y.shape[1]):
        first = max(0, t - lengths[0], int(start.min()))
        run = slice(first, t + 1)
        begun = t - np.arange(t + 1 - first)
        allowed = (begun >= start[:, None]) & (begun <= t - lengths[1] + 1)
        # The slope at no shift says whether the best shift is upward; sums for every beginning at once.
        series, length = np.nonzero(allowed & (np.cumsum(excess[:, run][:, ::-1], axis=1) > 0))
        if not series.size:
            continue
        if alpha == 0 or steady:
            # The best shift is that of the sums: cases over usual cases.
            x = np.cumsum(y[:, run][:, ::-1], axis=1)[series, length]
            e = np.cumsum(m[:, run][:, ::-1], axis=1)[series, length]
            if alpha == 0:
                found = special.xlogy(x, x / e) - (x - e)
            else:
                usual = level[series]
                growth = np.log1p(alpha * usual * (x / e - 1.0) / (1.0 + alpha * usual))
                found = x * np.log(x / e) - (x + e / usual / alpha) * growth
        else:
            found = _best(y[:, run], m[:, run], alpha, series, length)
        np.maximum.at(statistic[:, t], series, found)
        start[statistic[:, t] >= limit] = t + 1
    return statistic


def _best(y: Floats, m: Floats, alpha: float, series: Ints, length: Ints) -> Floats:
    """Highest log likelihood ratio over κ >= 0 for runs of `length` + 1 periods that end at the last column.

    Newton's method on κ: the log likelihood is concave in it, and its maximum lies at or above 0.
    """
    width = int(length.max()) + 1
    inside = np.arange(y.shape[1] - width, y.shape[1]) >= (y.shape[1] - 1 - length)[:, None]
    count = np.where(inside, y[series, y.shape[1] - width :], 0.0)
    usual = np.where(inside, m[series, y.shape[1] - width :], 0.0)
    kappa = np.maximum(np.log(count.sum(axis=1) / usual.sum(axis=1)), 0.0)[:, None]
    for _ in range(50):
        raised = usual * np.exp(kappa)
        share = 1.0 / (1.0 + alpha * raised)
        score = ((count - raised) * share).sum(axis=1, keepdims=True)
        information = (raised * (1.0 + alpha * count) * share * share).sum(axis=1, keepdims=True)
        step = np.clip(score / information, -1.0, 1.0)
        kappa = np.maximum(kappa + step, 0.0)
        if np.abs(step).max() < 1e-9:
            break
    return np.asarray(_gain(count, usual, kappa, alpha).sum(axis=1))


def _gain(y: Floats, m: Floats, kappa: Floats | np.float64, alpha: float) -> Floats:
    if alpha == 0:
        return np.asarray(kappa * y - np.expm1(kappa) * m)
    # log1p of the relative growth keeps the digits that a small shift needs.
    growth = special.log1p(alpha * m * np.expm1(kappa) / (1.0 + alpha * m))
    return np.asarray(kappa * y - (y + 1.0 / alpha) * growth)


def _accumulate(gains: Floats, limit: float) -> Floats:
    """Sums that never fall below 0 and begin again at 0 after they have exceeded the limit."""
    steps = np.ascontiguousarray(gains.T)
    total = np.zeros(gains.shape[0])
    for row in steps:
        total[total > limit] = 0.0
        np.add(total, row, out=row)
        np.maximum(row, 0.0, out=row)
        total = row.copy()
    return np.ascontiguousarray(steps.T)


def _input(counts: ArrayLike, mean: ArrayLike) -> tuple[Floats, Bools, Floats, Marks]:
    values, marks = read(batch(counts))
    usual = np.asarray(mean, dtype=np.float64)
    if usual.ndim == 1 and usual.size == len(values):
        usual = usual[:, None]
    if usual.ndim > 2 or usual.shape not in ((), (len(values), 1), values.shape):
        raise InvalidInput(
            "cusum.mean",
            N_("The usual means have the shape %(mean)s, the counts %(counts)s."),
            N_("Give one mean for each series, or one for each series and period."),
            mean=str(usual.shape),
            counts=str(values.shape),
        )
    usual = np.broadcast_to(usual, values.shape)
    sick: Bools = np.logical_not(((usual > 0) & np.isfinite(usual)).all(axis=1))
    marks = np.where((marks == 0) & sick, np.int8(Reason.POPULATION), marks)
    known = ~np.isnan(values) & (marks == 0)[:, None]
    return np.where(known, values, 0.0), known, np.where(sick[:, None], 1.0, usual), marks


def _chart(statistic: Floats, alarm: Bools, known: Bools, marks: Marks, limit: float) -> Chart:
    reason = np.where(known, np.int8(0), np.int8(Reason.MISSING))
    reason = np.where(marks[:, None] > 0, marks[:, None], reason)
    statistic[marks > 0] = np.nan
    return Chart(statistic, alarm & known, reason, limit)


def _extra(extra: float) -> float:
    if not 0 <= extra < np.inf:
        raise InvalidInput(
            "cusum.limit",
            N_("%(name)s is %(value)s; it must be a number above zero."),
            N_("Correct it."),
            name="extra",
            value=str(extra),
        )
    return extra


def _positive(value: float, name: str) -> None:
    if not 0 < value < np.inf:
        raise InvalidInput(
            "cusum.limit",
            N_("%(name)s is %(value)s; it must be a number above zero."),
            N_("Correct it."),
            name=name,
            value=str(value),
        )
