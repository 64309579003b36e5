"""Wald's sequential test of a share nonconforming: item by item, until the verdict is clear.

Two parallel lines in the plane of items inspected and nonconforming items found. Not the tables of
ISO 28591 (GB/T 8051), which correct the lines and end the inspection at a fixed size.
This module refuses to say that the risks are kept exactly: Wald's lines ignore by how much the count
oversteps them; `exact` computes what they do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.sampling.quantities import Floats, Ints, sealed, shares, whole, wholes
from zhiheng.methods.sampling.search import refuse_order

_HALVINGS = 80
# Closer to the slope than this the quotients are 0/0 in doubles: their series is used there.
_NEAR = 1e-3


@dataclass(frozen=True, slots=True)
class SequentialTest:
    r"""Accept when :math:`d\le sn-h_1`, reject when :math:`d\ge sn+h_2`, otherwise inspect one more.

    Attributes
    ----------
    prq, crq, producer_risk, consumer_risk : float
        The two points of the OC curve and their risks.
    slope : float
        s, a share nonconforming between the two.
    accept_intercept, reject_intercept : float
        h₁ and h₂, both positive, in items.
    """

    prq: float
    crq: float
    producer_risk: float
    consumer_risk: float
    slope: float
    accept_intercept: float
    reject_intercept: float


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Whole-number limits after n items.

    Attributes
    ----------
    inspected : ndarray of int64
    acceptance_number, rejection_number : ndarray of int64
        Accept at or below the first (-1: cannot accept yet), reject at or above the second (n + 1: cannot
        reject yet).
    """

    inspected: Ints
    acceptance_number: Ints
    rejection_number: Ints


@dataclass(frozen=True, slots=True, eq=False)
class SequentialCurves:
    """Wald's approximations at given qualities: probability of acceptance and average sample number."""

    p: Floats
    acceptance: Floats
    asn: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ExactCurves:
    """What the lines do within a given number of items, without approximation.

    Attributes
    ----------
    p, accepted, rejected, undecided, asn : ndarray of float64
        Probabilities of the three ends, which add up to 1, and the average number of items inspected.
    """

    p: Floats
    accepted: Floats
    rejected: Floats
    undecided: Floats
    asn: Floats


def sequential_test(
    *, prq: float, crq: float, producer_risk: float = 0.05, consumer_risk: float = 0.10
) -> SequentialTest:
    r"""Lines of the sequential probability ratio test between two qualities.

    With :math:`r=\ln(p_2/p_1)`, :math:`g=\ln\frac{1-p_1}{1-p_2}`:

    .. math:: s=\frac{g}{r+g},\quad h_1=\frac{\ln\frac{1-\alpha}{\beta}}{r+g},\quad
              h_2=\frac{\ln\frac{1-\beta}{\alpha}}{r+g}.

    Parameters
    ----------
    prq, crq : float
        Shares nonconforming p₁ < p₂.
    producer_risk, consumer_risk : float
        α and β, together below 1.

    Returns
    -------
    SequentialTest

    Raises
    ------
    InvalidInput
        `prq.share`, `crq.share`, `producer_risk.share`, `consumer_risk.share`, `search.order`,
        `search.risks`.

    Notes
    -----
    Assumes independent items. The true risks add up to at most α + β; usually both are smaller.

    References
    ----------
    A. Wald (1947), Sequential Analysis, ch. 5.
    """
    points = shares(prq, "prq"), shares(crq, "crq")
    risks = shares(producer_risk, "producer_risk"), shares(consumer_risk, "consumer_risk")
    refuse_order(*points, *risks)
    (p1, p2), (alpha, beta) = map(float, points), map(float, risks)
    gain, loss = math.log(p2 / p1), math.log1p(-p1) - math.log1p(-p2)
    width = gain + loss
    accept, reject = math.log((1.0 - alpha) / beta), math.log((1.0 - beta) / alpha)
    return SequentialTest(p1, p2, alpha, beta, loss / width, accept / width, reject / width)


def lines(test: SequentialTest, inspected: ArrayLike) -> Lines:
    """Acceptance and rejection numbers after so many items (1 or more); `sample_size.whole` otherwise."""
    n = wholes(inspected, "sample_size", least=1)
    accept = np.floor(test.slope * n - test.accept_intercept)
    reject = np.ceil(test.slope * n + test.reject_intercept)
    found = Lines(n, np.maximum(accept, -1.0).astype(np.int64), np.minimum(reject, n + 1.0).astype(np.int64))
    for values in (found.inspected, found.acceptance_number, found.rejection_number):
        sealed(values)
    return found


def curves(test: SequentialTest, p: ArrayLike) -> SequentialCurves:
    r"""Wald's OC and ASN at qualities p in [0, 1].

    With h the root other than 0 of :math:`p e^{rh}+(1-p)e^{-gh}=1`, :math:`a=\ln\frac{1-\beta}{\alpha}`,
    :math:`b=\ln\frac{\beta}{1-\alpha}`:

    .. math:: P_a=\frac{e^{ah}-1}{e^{ah}-e^{bh}},\quad
              ASN=\frac{P_a b+(1-P_a)a}{p r-(1-p)g},

    continued through p = s, where h = 0. Exact but for the overshoot at the lines.

    Raises
    ------
    InvalidInput
        `p.share`.
    """
    quality = shares(p, "p", ends=True)
    inner = np.clip(quality, 1e-300, 1.0 - 2.0**-53)
    gain, loss, a, b = _increments(test)
    h = _root(inner, gain, loss)
    near = np.abs(h) < _NEAR
    small = np.where(near, h, 0.0)
    weight = a * _mean_exp(a * small), b * _mean_exp(b * small)
    acceptance = np.where(near, weight[0] / (weight[0] - weight[1]), _accepted(a * h, b * h))
    drift = inner * gain - (1.0 - inner) * loss
    asn = (acceptance * b + (1.0 - acceptance) * a) / np.where(near, 1.0, drift)
    asn = np.where(near, _asn_near(small, gain, loss, a, b), asn)
    found = SequentialCurves(
        quality,
        np.where(quality == 0, 1.0, np.where(quality == 1, 0.0, acceptance)),
        np.where(quality == 0, -b / loss, np.where(quality == 1, a / gain, asn)),
    )
    for values in (found.p, found.acceptance, found.asn):
        sealed(values)
    return found


def exact(test: SequentialTest, p: ArrayLike, *, most: int) -> ExactCurves:
    """Acceptance, rejection and average sample number by following every count up to `most` items.

    The distribution of the count of nonconforming items is carried from item to item between the
    lines; time grows with `most` times the distance of the lines.

    Raises
    ------
    InvalidInput
        `p.share`, `sample_size.whole` (most from 1 to 1 000 000).
    """
    quality = shares(p, "p", ends=True)
    last = whole(most, "sample_size", least=1, most=1_000_000)
    shape, q = quality.shape, quality.reshape(-1, 1)
    limits = lines(test, np.arange(1, last + 1))
    alive = np.zeros((q.size, int(limits.rejection_number.max()) + 2))
    alive[:, 0] = 1.0
    accepted, rejected, asn = np.zeros(q.size), np.zeros(q.size), np.zeros(q.size)
    low = 0  # counts below it have been accepted
    for accept, reject in zip(
        limits.acceptance_number.tolist(), limits.rejection_number.tolist(), strict=True
    ):
        part = alive[:, low : reject + 1]
        asn += part.sum(axis=1)
        moved = part * (1.0 - q)
        moved[:, 1:] += part[:, :-1] * q
        alive[:, low : reject + 1] = moved
        if accept >= low:
            accepted += alive[:, low : accept + 1].sum(axis=1)
            alive[:, low : accept + 1] = 0.0
            low = accept + 1
        rejected += alive[:, reject]
        alive[:, reject] = 0.0
    found = ExactCurves(
        quality,
        accepted.reshape(shape),
        rejected.reshape(shape),
        alive.sum(axis=1).reshape(shape),
        asn.reshape(shape),
    )
    for values in (found.p, found.accepted, found.rejected, found.undecided, found.asn):
        sealed(values)
    return found


def _increments(test: SequentialTest) -> tuple[float, float, float, float]:
    """r and g, by which one item moves the logarithm of the likelihood ratio; a and b, its two bounds."""
    gain = math.log(test.crq / test.prq)
    loss = math.log1p(-test.prq) - math.log1p(-test.crq)
    upper = math.log((1.0 - test.consumer_risk) / test.producer_risk)
    return gain, loss, upper, math.log(test.consumer_risk / (1.0 - test.producer_risk))


def _root(p: Floats, gain: float, loss: float) -> Floats:
    """The root h other than 0; beyond the minimum of the convex function it lies on the far side."""
    minimum = np.log((1.0 - p) * loss / (p * gain)) / (gain + loss)
    # At these ends one of the two terms alone already reaches 1.
    end = np.where(minimum > 0, -np.log(p) / gain, np.log1p(-p) / loss)
    inner = minimum
    for _ in range(_HALVINGS):
        middle = (inner + end) / 2.0
        below = p * np.expm1(gain * middle) + (1.0 - p) * np.expm1(-loss * middle) < 0.0
        inner, end = np.where(below, middle, inner), np.where(below, end, middle)
    return np.asarray(end)


def _accepted(u: Floats, v: Floats) -> Floats:
    """(e^u - 1)/(e^u - e^v), u = ah and v = bh of opposite signs, with no power that overflows."""
    up, down = np.maximum(u, 0.0), np.minimum(u, 0.0)
    positive = -np.expm1(-up) / np.where(u > 0, -np.expm1(np.minimum(v - u, 0.0)), 1.0)
    shift = np.maximum(v, 0.0)
    negative = np.expm1(down) * np.exp(-shift) / np.where(u < 0, np.expm1(down - shift), 1.0)
    return np.where(u > 0, positive, negative)


def _asn_near(h: Floats, gain: float, loss: float, a: float, b: float) -> Floats:
    """ASN for small h: each difference of (e^x - 1)/x by its series, so that nothing cancels."""
    upper = (
        a
        * b
        * _difference(a * h, b * h, a, b)
        / (gain * loss * _difference(-loss * h, gain * h, -loss, gain))
    )
    spread = gain * _mean_exp(gain * h) + loss * _mean_exp(-loss * h)
    return np.asarray(upper * spread / (a * _mean_exp(a * h) - b * _mean_exp(b * h)))


def _mean_exp(x: Floats) -> Floats:
    """(e^x - 1)/x."""
    return np.asarray(1.0 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x * (1 / 120 + x / 720)))))


def _difference(x: Floats, y: Floats, x_rate: float, y_rate: float) -> Floats:
    """((e^x - 1)/x - (e^y - 1)/y)/h for x = x_rate·h, y = y_rate·h."""
    powers = 1 / 2 + (x + y) / 6 + (x * x + x * y + y * y) / 24 + (x + y) * (x * x + y * y) / 120
    return np.asarray((x_rate - y_rate) * powers)
