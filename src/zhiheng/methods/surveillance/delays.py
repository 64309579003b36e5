"""Nowcasting: how many cases the latest weeks will have when all reports are in.

The delays of completed weeks say what share of a recent week has been reported by now. This module refuses to
forecast cases that have not happened, and takes no report for granted after the longest delay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.surveillance.series import Floats, Marks, Reason, read, share_between, whole
from zhiheng.methods.surveillance.thresholds import count_upper


@dataclass(frozen=True, slots=True, eq=False)
class Nowcast:
    """Cases of each series and period when all reports are in.

    Attributes
    ----------
    reported : ndarray of float64, shape (series, periods)
        Cases reported by now.
    estimate, lower, upper : ndarray of float64, shape (series, periods)
        Reported cases over the share reported by now, with an interval; equal to `reported` where complete,
        NaN where no case can have been reported yet.
    completeness : ndarray of float64, shape (series, delays)
        Share of all cases reported within each delay; the last is 1.
    reason : ndarray of int8, shape (series,)
        Value of `Reason`; the numbers are NaN where `Reason.judged` is False.
    """

    reported: Floats
    estimate: Floats
    lower: Floats
    upper: Floats
    completeness: Floats
    reason: Marks


def nowcast(
    reports: ArrayLike, *, recent: int | None = None, pooled: bool = False, level: float = 0.95
) -> Nowcast:
    r"""Complete recent periods by the chain ladder.

    With :math:`C_{td}` the cases of period t reported within delay d, the share of those within d + 1 that
    were reported within d is :math:`g_d=\sum_tC_{td}/\sum_tC_{t,d+1}` over periods old enough for both, and
    the share of all cases within d is :math:`F_d=\prod_{j\ge d}g_j`. A period whose longest delay so far is
    d has :math:`C_{td}/F_d` cases; those still to come follow a negative binomial distribution of size
    :math:`C_{td}+\tfrac12` and success probability :math:`F_d`, whose quantiles give the interval.

    Parameters
    ----------
    reports : array_like, shape (series, periods, delays) or (periods, delays)
        Cases of each period reported with each delay (0 first); the last period is the current one. Cells of
        the future, where period + delay lies after it, are not looked at.
    recent : int, optional
        Periods that the delays are learnt from, when they change over the years; None is all.
    pooled : bool, default False
        Learn one distribution of delays from all series together.
    level : float, default 0.95
        Two-sided.

    Returns
    -------
    Nowcast

    Raises
    ------
    InvalidInput
        `delays.shape`, `surveillance.share`, `surveillance.number`.

    Notes
    -----
    Assumes that delays have one distribution, that cases are reported independently, and that nothing comes
    later than the last delay. The shares are taken as known: with few completed periods the interval is too
    narrow.

    References
    ----------
    J. F. Lawless (1994), Canadian Journal of Statistics 22, 15-31.
    M. Höhle, M. an der Heiden (2014), Biometrics 70, 993-1002.
    """
    cells = np.asarray(reports)
    cells = cells[None] if cells.ndim == 2 else cells
    if (
        cells.ndim != 3
        or cells.shape[1] < cells.shape[2]
        or cells.shape[2] < 2
        or cells.dtype.kind not in "iuf"
    ):
        raise InvalidInput(
            "delays.shape",
            N_("The reports have the shape %(shape)s and cannot be read as triangles of delays."),
            N_("Give numbers (series, periods, delays), with at least as many periods as delays."),
            shape=str(cells.shape),
        )
    share_between(level, "level")
    series, periods, delays = cells.shape
    used = periods if recent is None else whole(recent, delays, "recent")
    past = np.arange(periods)[:, None] + np.arange(delays) < periods
    values, marks = read(np.where(past, cells, 0).reshape(series, -1))
    marks = np.where((marks == 0) & np.isnan(values).any(axis=1), np.int8(Reason.MISSING), marks)
    cumulated = np.cumsum(np.nan_to_num(values).reshape(cells.shape), axis=2)
    complete = _completeness(cumulated, used, pooled)
    marks = np.where((marks == 0) & np.isnan(complete).any(axis=1), np.int8(Reason.NOT_FITTED), marks)
    complete = np.where(marks[:, None] > 0, np.nan, complete)
    # Delay that each period has reached.
    reached = np.minimum(periods - 1 - np.arange(periods), delays - 1)
    reported = np.where(marks[:, None] > 0, np.nan, cumulated[:, :, -1])
    share = complete[:, reached]
    share = np.where(share > 0, share, np.nan)
    lower, upper = reported + 0.0 * share, reported + 0.0 * share
    still = share < 1
    come = (reported[still] + 0.5) * (1.0 - share[still]) / share[still]
    for bound, probability in ((lower, (1.0 - level) / 2.0), (upper, (1.0 + level) / 2.0)):
        bound[still] += count_upper(come, 1.0 / share[still], probability)
    return Nowcast(reported, reported / share, lower, upper, complete, marks)


def _completeness(cumulated: Floats, used: int, pooled: bool) -> Floats:
    """Share of all cases reported within each delay; NaN where no case says anything about a step."""
    series, periods, delays = cumulated.shape
    steps = np.empty((series, delays - 1))
    for d in range(delays - 1):
        old = cumulated[:, max(0, periods - used) : periods - 1 - d]
        within, later = old[:, :, d].sum(axis=1), old[:, :, d + 1].sum(axis=1)
        if pooled:
            within, later = np.full(series, within.sum()), np.full(series, later.sum())
        steps[:, d] = np.where(later > 0, within / np.where(later > 0, later, 1.0), np.nan)
    shares = np.cumprod(steps[:, ::-1], axis=1)[:, ::-1]
    return np.concatenate([shares, np.ones((series, 1))], axis=1)
