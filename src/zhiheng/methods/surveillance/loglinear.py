r"""Quasi-Poisson regressions for thousands of series at once, with a level for each block of the season.

.. math:: \ln\mu_i = a_{g(i)} + \sum_j\theta_j x_{ij} + o_i,\qquad \operatorname{Var} y_i=\phi\mu_i

Given θ the levels are known in closed form, so the likelihood is maximised over θ alone: without trend and
covariates no iteration is needed, with a trend the iteration is of one number for each series. It has the
fixed point of iteratively reweighted least squares. Arrays are (period, series): what differs between
series lies along the last axis. This module refuses to choose the model (`farrington` does).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zhiheng.methods.surveillance.series import Bools, Floats, Ints

_STEPS = 30
_CLOSE = 1e-7  # Newton's steps are quadratic: the step after one of this length changes nothing
_FARTHEST = 40.0  # a column that shifts the logarithm by more has no finite estimate


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """The reference periods of some series.

    Attributes
    ----------
    y : ndarray, shape (period, series)
        Counts; 0 where unknown.
    known : ndarray of float64, shape (period, series) or (period, 1)
        1 where the count is known, else 0.
    offset : ndarray, shape (period, series), or None
    columns : sequence of ndarray, each (period, series) or (period, 1)
        Regressors besides the levels.
    starts : ndarray of int
        Where each block begins.
    """

    y: Floats
    known: Floats
    offset: Floats | None
    columns: Sequence[Floats]
    starts: Ints

    def of(self, chosen: Bools | slice, columns: Sequence[Floats]) -> Data:
        """The same of some series only, with other columns (of all series)."""
        return Data(
            self.y[:, chosen],
            pick(self.known, chosen),
            None if self.offset is None else pick(self.offset, chosen),
            [pick(column, chosen) for column in columns],
            self.starts,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted model; G blocks, q columns, R series.

    Attributes
    ----------
    theta : ndarray, shape (q, R)
    mu : ndarray, shape (n, R)
        Fitted means.
    share : ndarray, shape (n, R)
        Weighted mean of each period as a share of its block's.
    total : ndarray, shape (G, R)
        Weighted cases of each block, which equal its weighted fitted means.
    level : ndarray, shape (G, R)
        exp(a): the mean of the block where columns and offset are 0.
    centre : ndarray, shape (q, G, R)
        Weighted mean of each column in each block.
    inverse : ndarray, shape (q, q, R)
        Covariance of theta for a dispersion of 1.
    converged : ndarray of bool, shape (R,)
    """

    theta: Floats
    mu: Floats
    share: Floats
    total: Floats
    level: Floats
    centre: Floats
    inverse: Floats
    converged: Bools


def fit(data: Data, weights: Floats, *, start: Floats | None = None) -> Fit:
    """Maximise the weighted quasi-likelihood; `weights` is (n, R), 0 where the count is unknown."""
    q, series = len(data.columns), data.y.shape[1]
    counted = weights * data.y
    total = sums(counted, data.starts)
    reached = [(counted * column).sum(axis=0) for column in data.columns]
    scales = np.empty((q, series))
    for j, column in enumerate(data.columns):
        scales[j] = np.abs(column).max(axis=0)
    theta = np.zeros((q, series)) if start is None else np.where(np.abs(start) * scales > 4.0, 0.0, start)
    converged = np.full(series, q == 0)
    given_up = np.zeros(series, np.bool_)
    for _ in range(_STEPS if q else 0):
        _, _, centre, information = _moments(data, weights, theta, total)
        score = np.stack([reached[j] - (total * centre[j]).sum(axis=0) for j in range(q)])
        step = _solve(information, score, scales > 0)
        length = (np.abs(step) * scales).max(axis=0)
        # A step too far would overflow; the likelihood is concave, so a shorter one still leads up.
        # A series that has arrived stays where it is: its neighbours must not change its last digit.
        step *= np.where(converged | given_up, 0.0, np.minimum(1.0, 4.0 / np.maximum(length, 1e-300)))
        theta += step
        converged |= (length < _CLOSE) & ~given_up
        given_up |= (np.abs(theta) * scales).max(axis=0) > _FARTHEST
        if (converged | given_up).all():
            break
    mean, within, centre, information = _moments(data, weights, theta, total)
    level = total / np.where(within > 0, within, 1.0)
    inverse, regular = _invert(information, scales > 0)
    spread = spread_out(level, data.starts, len(data.y))
    return Fit(
        theta,
        mean * spread,
        weights * mean / spread_out(np.where(within > 0, within, 1.0), data.starts, len(data.y)),
        total,
        level,
        np.stack(centre) if centre else np.empty((0, *total.shape)),
        inverse,
        converged & regular,
    )


def sums(values: Floats, starts: Ints) -> Floats:
    """Sums over each block: slices, because adding whole rows is the fastest there is."""
    ends = [*starts[1:].tolist(), len(values)]
    return np.stack([values[a:b].sum(axis=0) for a, b in zip(starts.tolist(), ends, strict=True)])


def spread_out(values: Floats, starts: Ints, length: int) -> Floats:
    """A value for each block repeated for each of its periods."""
    return np.repeat(values, np.diff([*starts.tolist(), length]), axis=0)


def leverage(data: Data, fitted: Fit) -> Floats:
    """Diagonal of the hat matrix, (n, R)."""
    inner = np.ones((1, 1))
    if data.columns:
        gaps = [
            column - spread_out(fitted.centre[j], data.starts, len(data.y))
            for j, column in enumerate(data.columns)
        ]
        form = sum(
            gaps[j] * gaps[k] * fitted.inverse[j, k] for j in range(len(gaps)) for k in range(len(gaps))
        )
        inner = 1.0 + spread_out(fitted.total, data.starts, len(data.y)) * np.asarray(form)
    return np.asarray(fitted.share * inner)


def _moments(
    data: Data, weights: Floats, theta: Floats, total: Floats
) -> tuple[Floats, Floats, list[Floats], Floats]:
    """Unscaled means, their weighted sums by block, centres of the columns, and the information on theta."""
    q = len(data.columns)
    mean = _unscaled(data, theta)
    part = weights * mean
    within = sums(part, data.starts)
    safe = np.where(within > 0, within, 1.0)
    centre: list[Floats] = []
    information = np.empty((q, q, data.y.shape[1]))
    parts = [part * column for column in data.columns]
    centre = [sums(each, data.starts) / safe for each in parts]
    for j in range(q):
        for k in range(j, q):
            second = sums(parts[j] * data.columns[k], data.starts) / safe
            information[j, k] = information[k, j] = (total * (second - centre[j] * centre[k])).sum(axis=0)
    return mean, within, centre, information


def _unscaled(data: Data, theta: Floats) -> Floats:
    if not data.columns:
        return np.ones((1, 1)) if data.offset is None else np.exp(data.offset)
    line = sum(column * theta[j] for j, column in enumerate(data.columns))
    if data.offset is not None:
        line = line + data.offset
    return np.asarray(np.exp(line))


def _solve(information: Floats, score: Floats, varies: Bools) -> Floats:
    if len(score) == 1:
        flat = information[0] <= 0
        return np.where(flat, 0.0, score / np.where(flat, 1.0, information[0]))
    inverse, _ = _invert(information, varies)
    return np.asarray(np.einsum("jkr,kr->jr", inverse, score))


def _invert(information: Floats, varies: Bools) -> tuple[Floats, Bools]:
    """Inverse for each series, and whether there is one; zero where there is none.

    A column of zeros, such as a holiday that no week of this baseline has, has no part in the model and
    does not stand in the way of the others.
    """
    q, series = information.shape[0], information.shape[-1]
    if q == 0:
        return information, np.ones(series, np.bool_)
    scale = np.sqrt(np.maximum(np.einsum("jjr->jr", information), 0.0))
    regular = ((scale > 0) | ~varies).all(axis=0)
    safe = np.where(scale > 0, scale, 1.0)
    unit = information / (safe[:, None] * safe[None, :])
    if q == 1:
        inverse = np.ones_like(unit)
    else:
        square = np.moveaxis(unit, -1, 0)
        square = np.where((varies.T)[:, :, None] | ~np.eye(q, dtype=bool), square, 1.0)
        # Columns that repeat each other or a block of the season leave nothing to invert.
        regular &= np.linalg.eigvalsh(square)[:, 0] > 1e-10
        square = np.where(regular[:, None, None], square, np.eye(q))
        inverse = np.moveaxis(np.linalg.inv(square), 0, -1)
    inverse = inverse / (safe[:, None] * safe[None, :])
    return np.where(regular, inverse, 0.0), regular


def pick(values: Floats, chosen: Bools | slice) -> Floats:
    """The columns of some series; one column that holds for all of them stays as it is."""
    return values if values.shape[1] == 1 else values[:, chosen]
