r"""Two pass rates compared: score intervals for their difference and their ratio.

Both invert the score test, so the interval holds 0 (or 1) exactly when that test does not reject equal
rates. This module refuses to compare shares of weighted or clustered samples: their counts are not
binomial.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Counts, Floats, counts, level_tail, sealed

# Halves the bracket below the spacing of doubles.
_HALVINGS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Intervals for p₁ - p₂ or p₁/p₂; arrays of the common shape of the counts.

    Attributes
    ----------
    estimate, lower, upper : ndarray of float64
        NaN where one of the samples is empty. The estimate of a ratio is NaN where both counts are 0
        and infinite where only the second is.
    measure : {"difference", "ratio"}
    level : float
    """

    estimate: Floats
    lower: Floats
    upper: Floats
    measure: Literal["difference", "ratio"]
    level: float


def difference(
    count: ArrayLike,
    total: ArrayLike,
    other_count: ArrayLike,
    other_total: ArrayLike,
    *,
    level: float = 0.95,
) -> Comparison:
    r"""Score interval of Miettinen and Nurminen for the difference of two shares, p₁ - p₂.

    All δ with

    .. math:: \frac{(\hat p_1-\hat p_2-\delta)^2}
                   {\tilde p_1(1-\tilde p_1)/n_1+\tilde p_2(1-\tilde p_2)/n_2}\,
              \frac{n_1+n_2-1}{n_1+n_2}\le z^2

    where :math:`\tilde p_1=\tilde p_2+\delta` are the most likely shares that differ by δ.

    Parameters
    ----------
    count, total : array_like of int
        x₁ of n₁ items of the first sample.
    other_count, other_total : array_like of int
        x₂ of n₂ of the second; all four broadcast together.
    level : float, default 0.95

    Returns
    -------
    Comparison

    Raises
    ------
    InvalidInput
        For counts that are no counts (see `survey.counts`) and for a level outside (0, 1).

    Notes
    -----
    Assumes two independent samples of independent items, each with one probability. Mee's interval
    is the same without the second factor, and a little narrower.

    References
    ----------
    O. Miettinen, M. Nurminen (1985), Statistics in Medicine 4, 213-226. C. P. Farrington, G. Manning
    (1990), Statistics in Medicine 9, 1447-1454 (the restricted estimates).
    """
    first, second, z = _samples((count, total), (other_count, other_total), level)
    estimate = np.asarray(first.estimate - second.estimate)
    ones = np.ones(estimate.shape)
    together = first.n + second.n

    def beyond(delta: Floats) -> Floats:
        p = _restricted_difference(first, second, delta)
        q = np.clip(p - delta, 0.0, 1.0)
        variance = p * (1.0 - p) / first.n + q * (1.0 - q) / second.n
        return np.asarray((estimate - delta) ** 2 * (together - 1.0) / together - z * z * variance)

    with np.errstate(invalid="ignore", divide="ignore"):
        lower, upper = _edge(beyond, -ones, estimate), _edge(beyond, ones, estimate)
    return _comparison(estimate, lower, upper, "difference", level)


def ratio(
    count: ArrayLike,
    total: ArrayLike,
    other_count: ArrayLike,
    other_total: ArrayLike,
    *,
    level: float = 0.95,
) -> Comparison:
    r"""Koopman's score interval for the ratio of two shares, p₁/p₂.

    All φ with

    .. math:: \frac{(\hat p_1-\varphi\hat p_2)^2}
                   {\tilde p_1(1-\tilde p_1)/n_1+\varphi^2\tilde p_2(1-\tilde p_2)/n_2}\le z^2

    where :math:`\tilde p_1=\varphi\tilde p_2` are the most likely shares of that ratio. The lower bound
    is 0 at x₁ = 0, the upper infinite at x₂ = 0. Parameters, result and errors as for `difference`.

    References
    ----------
    P. A. R. Koopman (1984), Biometrics 40, 513-517. O. Miettinen, M. Nurminen (1985), Statistics in
    Medicine 4, 213-226 (there with the factor of `difference`).
    """
    first, second, z = _samples((count, total), (other_count, other_total), level)
    with np.errstate(invalid="ignore", divide="ignore"):
        estimate = np.asarray(first.estimate / second.estimate)
        # Searched on t = φ/(1 + φ), which brings 0 to infinity onto 0 to 1.
        centre = np.asarray(first.estimate / (first.estimate + second.estimate))

        def beyond(t: Floats) -> Floats:
            p, q = _restricted_ratio(first, second, t)
            s = 1.0 - t
            variance = s * s * p * (1.0 - p) / first.n + t * t * q * (1.0 - q) / second.n
            return np.asarray((s * first.estimate - t * second.estimate) ** 2 - z * z * variance)

        low = _edge(beyond, np.zeros(centre.shape), centre)
        high = _edge(beyond, np.ones(centre.shape), centre)
        lower = np.where(first.x == 0, 0.0, low / (1.0 - low))
        upper = np.where(second.x == 0, np.inf, high / (1.0 - high))
    empty = (first.n == 0) | (second.n == 0)
    lower, upper = np.where(empty, np.nan, lower), np.where(empty, np.nan, upper)
    return _comparison(estimate, lower, upper, "ratio", level)


def _restricted_difference(first: Counts, second: Counts, delta: Floats) -> Floats:
    """Most likely p₁ under p₁ - p₂ = δ: the middle root of a cubic, by Farrington and Manning."""
    theta = second.n / first.n
    p, q = first.estimate, second.estimate
    a = 1.0 + theta
    b = -(1.0 + theta + p + theta * q + delta * (theta + 2.0))
    c = delta * delta + delta * (2.0 * p + theta + 1.0) + p + theta * q
    d = -p * delta * (1.0 + delta)
    third = b / (3.0 * a)  # powers as products: numpy's power is many times slower
    v = third * third * third - b * c / (6.0 * a * a) + d / (2.0 * a)
    u = np.where(v < 0, -1.0, 1.0) * np.sqrt(np.maximum(third * third - c / (3.0 * a), 0.0))
    cube = u * u * u
    angle = np.arccos(np.clip(np.divide(v, cube, out=np.ones_like(v), where=cube != 0), -1.0, 1.0))
    root = 2.0 * u * np.cos((np.pi + angle) / 3.0) - third
    return np.asarray(np.clip(root, np.maximum(0.0, delta), np.minimum(1.0, 1.0 + delta)))


def _restricted_ratio(first: Counts, second: Counts, t: Floats) -> tuple[Floats, Floats]:
    """Most likely p₁ and p₂ under p₁/p₂ = t/(1 - t): roots of one quadratic, the smaller."""
    s = 1.0 - t
    # Multiplied by 1 - t throughout, so that neither end divides by 0.
    a = (first.n + second.n) * t
    b = (second.x + first.n) * t + (first.x + second.n) * s
    c = (first.x + second.x) * s
    q = np.clip(2.0 * c / (b + np.sqrt(np.maximum(b * b - 4.0 * a * c, 0.0))), 0.0, 1.0)
    p = np.clip(np.divide(q * t, s, out=np.ones_like(q), where=s > 0), 0.0, 1.0)
    return p, q


def _edge(beyond: Callable[[Floats], Floats], outer: Floats, inner: Floats) -> Floats:
    """Where the test begins to reject between the estimate and the end of the scale; else the end."""
    far, near = np.array(outer), np.array(inner)
    at_end = ~(beyond(far) > 0)
    for _ in range(_HALVINGS):
        middle = (far + near) / 2.0
        rejected = beyond(middle) > 0
        far, near = np.where(rejected, middle, far), np.where(rejected, near, middle)
    return np.asarray(np.where(at_end, outer, (far + near) / 2.0))


def _samples(
    one: tuple[ArrayLike, ArrayLike], other: tuple[ArrayLike, ArrayLike], level: float
) -> tuple[Counts, Counts, float]:
    z = float(-special.ndtri(level_tail(level)))
    first, second = counts(*one), counts(*other)
    try:
        x1, n1, x2, n2 = np.broadcast_arrays(first.x, first.n, second.x, second.n)
    except ValueError:
        raise InvalidInput(
            "count.shapes",
            N_("Counts of shape %(count)s and totals of shape %(total)s do not fit together."),
            N_("Give one total for each count, or one total for all."),
            count=str(first.n.shape),
            total=str(second.n.shape),
        ) from None
    return Counts(x1, n1), Counts(x2, n2), z


def _comparison(
    estimate: Floats, lower: Floats, upper: Floats, measure: Literal["difference", "ratio"], level: float
) -> Comparison:
    missing = np.isnan(estimate)
    if measure == "difference":
        lower, upper = np.where(missing, np.nan, lower), np.where(missing, np.nan, upper)
    # fmin and fmax leave a bound alone where there is no estimate, and keep it from crossing one.
    lower, upper = np.fmin(lower, estimate), np.fmax(upper, estimate)
    return Comparison(sealed(estimate), sealed(np.asarray(lower)), sealed(np.asarray(upper)), measure, level)
