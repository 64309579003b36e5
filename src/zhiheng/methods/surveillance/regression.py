r"""The regression of Farrington's detectors: fit, hold down past outbreaks, fit again, decide on the trend.

This module refuses to
draw a threshold (`farrington` does).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from zhiheng.methods.surveillance import loglinear
from zhiheng.methods.surveillance.baseline import Baseline
from zhiheng.methods.surveillance.loglinear import Data, Fit
from zhiheng.methods.surveillance.pieces import Piece
from zhiheng.methods.surveillance.series import Bools, Floats, Marks, Reason


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What is fitted. `as_r` names the R function whose dispersion for standard errors is imitated."""

    base: Baseline
    year: float
    weights_above: float
    trend: bool
    trend_level: float
    as_r: Literal["", "farrington", "flexible"] = ""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What the model says of the judged week; each of shape (R,).

    Attributes
    ----------
    mean : ndarray
    variance : ndarray
        Of the logarithm of the mean; infinite without a case in the season.
    dispersion : ndarray
        Not below 1.
    trend : ndarray
        Per period; NaN without.
    reason : ndarray of int8
    """

    mean: Floats
    variance: Floats
    dispersion: Floats
    trend: Floats
    reason: Marks


@dataclass(frozen=True, slots=True, eq=False)
class _Twice:
    """The second fit and its dispersions: at least 1, and the one that standard errors take."""

    fit: Fit
    dispersion: Floats
    for_errors: Floats
    for_trend: Floats
    degrees: Floats


def predict(piece: Piece, model: Model) -> Prediction:
    """Fit with the trend if there may be one, and again without it where it must not stay."""
    span = float(np.abs(model.base.lags).max())
    time = (model.base.lags / span)[:, None]
    data = Data(piece.y, piece.known, piece.offset, piece.columns, model.base.starts)
    everywhere = np.ones(piece.now.size, np.bool_)
    if not model.trend:
        return _said(_twice(data, model), everywhere, None)
    trended = data.of(slice(None), [time, *piece.columns])
    first = _twice(trended, model)
    keep = _keeps(first, piece, model) & first.fit.converged
    found = _said(first, first.fit.converged, span)
    if keep.all():
        return found
    rest = _said(_twice(data.of(~keep, piece.columns), model), everywhere[~keep], None)
    for name in ("mean", "variance", "dispersion", "trend", "reason"):
        getattr(found, name)[~keep] = getattr(rest, name)
    lost = ~first.fit.converged & (found.reason == Reason.NONE)
    found.reason[lost] = Reason.WITHOUT_TREND
    return found


def _twice(data: Data, model: Model) -> _Twice:
    """Fit, weigh down what lies far above, fit again."""
    blocks = (loglinear.sums(np.broadcast_to(data.known, data.y.shape), data.starts) > 0).sum(axis=0)
    number = np.broadcast_to(data.known, data.y.shape).sum(axis=0)
    degrees = np.maximum(number - blocks - len(data.columns), 1.0)
    fitted = loglinear.fit(data, data.known)
    weights = data.known
    if np.isfinite(model.weights_above):
        residual = _anscombe(data, fitted, _dispersion(data, fitted, weights, degrees))
        weights = _weights(residual, data.known, number, model.weights_above)
        fitted = loglinear.fit(data, weights, start=fitted.theta)
    raw = _pearson(data, fitted, weights) / degrees
    floor = np.maximum(raw, 1.0)
    if model.as_r == "flexible":
        # R has put the outbreak weights where the weights of the regression belong.
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.where(fitted.mu > 0, data.y / fitted.mu, 0.0) - 1.0
        raw = (weights * relative * relative).sum(axis=0) / degrees
        return _Twice(fitted, floor, raw, raw, degrees)
    return _Twice(fitted, floor, floor, raw if model.as_r else floor, degrees)


def _pearson(data: Data, fitted: Fit, weights: Floats) -> Floats:
    gap = data.y - fitted.mu
    gap *= gap
    gap *= weights
    gap /= np.where(fitted.mu > 0, fitted.mu, 1.0)
    return np.asarray(gap.sum(axis=0))


def _dispersion(data: Data, fitted: Fit, weights: Floats, degrees: Floats) -> Floats:
    return np.maximum(_pearson(data, fitted, weights) / degrees, 1.0)


def _anscombe(data: Data, fitted: Fit, dispersion: Floats) -> Floats:
    """Standardised Anscombe residuals; 0 where a week decides its own fit."""
    root = np.cbrt(np.sqrt(fitted.mu))
    power = np.cbrt(data.y)
    power *= power
    power /= np.where(root > 0, root, 1.0)
    power -= root * root * root
    power *= 1.5
    free = 1.0 - loglinear.leverage(data, fitted)
    free[free < 1e-9] = np.inf
    free *= dispersion
    power /= np.sqrt(free)
    return power


def _weights(residual: Floats, known: Floats, number: Floats, above: float) -> Floats:
    """1/s² for residuals above the bound, 1 for the others, scaled to add up to the number of weeks."""
    weights = np.where(residual > above, 1.0 / np.maximum(residual, above) ** 2, 1.0)
    weights *= known
    weights *= number / np.maximum(weights.sum(axis=0), 1e-300)
    return weights


def _keeps(found: _Twice, piece: Piece, model: Model) -> Bools:
    """Whether the trend stays: three years of history, a p value below the level, no prediction above all."""
    earliest = np.where(piece.known > 0, model.base.lags[:, None], 0).min(axis=0)
    long = earliest <= -round(3 * model.year) + 1
    highest = piece.y.max(axis=0)
    modest = _mean(found.fit) <= highest
    keep: Bools = long & modest
    if model.trend_level < 1:
        error = np.sqrt(found.for_trend * found.fit.inverse[0, 0])
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(found.fit.theta[0]) / error
        keep &= 2.0 * special.stdtr(found.degrees, -t) < model.trend_level
    return keep


def _mean(fitted: Fit) -> Floats:
    # The judged week is at 0 in every column and in the offset.
    return np.asarray(fitted.level[-1])


def _said(found: _Twice, fitted: Bools, span: float | None) -> Prediction:
    total = found.fit.total[-1]
    with np.errstate(divide="ignore"):
        variance = 1.0 / total
    q = len(found.fit.theta)
    for j in range(q):
        for k in range(q):
            variance = variance + found.fit.centre[j][-1] * found.fit.inverse[j, k] * found.fit.centre[k][-1]
    reason = np.zeros(total.shape, np.int8)
    reason[~(found.fit.converged & fitted)] = Reason.NOT_FITTED
    trend = np.full(total.shape, np.nan) if span is None else found.fit.theta[0] / span
    return Prediction(_mean(found.fit).copy(), variance * found.for_errors, found.dispersion, trend, reason)
