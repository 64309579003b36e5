r"""Share nonconforming, estimated from measured values, and the largest that a plan accepts.

The M-method of ANSI/ASQ Z1.9 (MIL-STD-414) and of combined control of two limits in ISO 3951: a
lot passes when its estimate is at most M, the estimate that belongs to the constant k. Known and
unknown standard deviation. The range method is not offered: it has no exact estimate, and we have
no reference values for its tables. Shares throughout; the standards print percent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.sampling.quantities import Floats, broadcast, sealed, shares, wholes
from zhiheng.methods.sampling.variables import LARGEST_SAMPLE, Sigma, check_sigma, checked_plan


@dataclass(frozen=True, slots=True, eq=False)
class NonconformingEstimate:
    """Estimated shares below the lower limit, above the upper one, and both; arrays of one shape.

    Attributes
    ----------
    below, above, total : ndarray of float64
        Shares in [0, 1]; 0 on the side that has no limit.
    """

    below: Floats
    above: Floats
    total: Floats


def estimated_nonconforming(
    *,
    mean: ArrayLike,
    deviation: ArrayLike,
    sample_size: ArrayLike,
    sigma: Sigma,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
) -> NonconformingEstimate:
    r"""Minimum-variance unbiased estimate of the share outside the limits (Z1.9: EPn).

    With :math:`Q=(U-\bar x)/s` (or :math:`(\bar x-L)/s`), for an unknown standard deviation

    .. math:: \hat p=I_x\bigl(\tfrac n2-1,\tfrac n2-1\bigr),\qquad
              x=\min\Bigl(1,\max\Bigl(0,\tfrac12-\tfrac{Q\sqrt n}{2(n-1)}\Bigr)\Bigr)

    with I the regularised incomplete beta function, and for a known one, :math:`Q` taken with σ,

    .. math:: \hat p=\Phi\bigl(-Q\sqrt{n/(n-1)}\bigr).

    Parameters
    ----------
    mean, deviation : array_like of float
        x̄ of the sample, in the unit of the limits; s of the sample (divisor n - 1), or the known σ.
    sample_size : array_like of int
        n, at least 3 for an unknown standard deviation, 2 for a known one.
    sigma : {"known", "unknown"}
        What `deviation` is.
    lower, upper : array_like of float, optional
        Specification limits; at least one. All arrays broadcast together.

    Returns
    -------
    NonconformingEstimate

    Raises
    ------
    InvalidInput
        `sample_size.whole`, `sigma.unknown`, `values.finite`, `deviation.negative`, `limits.none`,
        `limits.order`, `sampling.shapes`.

    Notes
    -----
    Assumes independent normal values. A deviation of 0 says that all values are the same: the share
    is then 0 or 1. A value exactly at a limit conforms.

    References
    ----------
    G. J. Lieberman, G. J. Resnikoff (1955), JASA 50, 457-516. ANSI/ASQ Z1.9.
    """
    check_sigma(sigma)
    n = _sizes(sample_size, sigma)
    x, spread = finite(mean), finite(deviation)
    refuse_negative(spread)
    low, high = limits(lower, upper)
    x, spread, n, low, high = (np.asarray(a) for a in broadcast(x, spread, n, low, high))
    below = _estimate(standardised(x - low, spread), n, sigma)
    above = _estimate(standardised(high - x, spread), n, sigma)
    # Both are unbiased, so for a wild sample their sum may pass 1; a share cannot.
    out = NonconformingEstimate(below, above, np.asarray(np.minimum(below + above, 1.0)))
    for values in (out.below, out.above, out.total):
        sealed(values)
    return out


def largest_accepted(*, constant: ArrayLike, sample_size: ArrayLike, sigma: Sigma) -> Floats:
    r"""Largest estimated share nonconforming that a plan accepts (Z1.9: M or MPn).

    The estimate of a sample whose mean stands exactly k standard deviations from the limit:
    `estimated_nonconforming` at Q = k.

    Parameters
    ----------
    constant : array_like of float
        k.
    sample_size : array_like of int
        n, as for `estimated_nonconforming`.
    sigma : {"known", "unknown"}

    Returns
    -------
    ndarray of float64
        M as a share; 0 where :math:`k\ge(n-1)/\sqrt n` and the standard deviation is unknown.

    Raises
    ------
    InvalidInput
        `sample_size.whole`, `constant.range`, `sigma.unknown`, `sampling.shapes`.
    """
    n, k = checked_plan(sample_size, constant, sigma)
    n = _sizes(sample_size, sigma)
    n, k = (np.asarray(a) for a in broadcast(n, k))
    out = _estimate(k, n, sigma)
    sealed(out)
    return out


def constant_for(*, largest: ArrayLike, sample_size: ArrayLike, sigma: Sigma) -> Floats:
    r"""Acceptability constant k that belongs to a largest share M: the inverse of `largest_accepted`.

    Parameters
    ----------
    largest : array_like of float
        M as a share, strictly between 0 and 1.
    sample_size : array_like of int
    sigma : {"known", "unknown"}

    Returns
    -------
    ndarray of float64

    Raises
    ------
    InvalidInput
        `p.share`, `sample_size.whole`, `sigma.unknown`, `sampling.shapes`.
    """
    check_sigma(sigma)
    n, m = (np.asarray(a) for a in broadcast(_sizes(sample_size, sigma), shares(largest, "p")))
    if sigma == "known":
        out = np.asarray(-special.ndtri(m) * np.sqrt((n - 1.0) / n))
    else:
        half = n / 2.0 - 1.0
        out = np.asarray((1.0 - 2.0 * special.betaincinv(half, half, m)) * (n - 1.0) / np.sqrt(n))
    sealed(out)
    return out


def standardised(distance: Floats, deviation: Floats) -> Floats:
    """Q = distance / deviation; without deviation +∞ within or at the limit, -∞ beyond it."""
    fixed = np.where(distance >= 0, np.inf, -np.inf)
    out = np.array(np.broadcast_to(fixed, np.broadcast_shapes(distance.shape, deviation.shape)))
    np.divide(distance, deviation, out=out, where=deviation > 0)
    return out


def limits(lower: ArrayLike | None, upper: ArrayLike | None) -> tuple[Floats, Floats]:
    """Specification limits as doubles, the missing one infinite.

    Raises
    ------
    InvalidInput
        `limits.none`, `limits.order`, `values.finite`.
    """
    if lower is None and upper is None:
        raise InvalidInput(
            "limits.none",
            N_("There is no specification limit to judge by."),
            N_("Give the lower limit, the upper one, or both."),
        )
    low = np.asarray(-np.inf) if lower is None else finite(lower)
    high = np.asarray(np.inf) if upper is None else finite(upper)
    low_at, high_at = (np.asarray(a) for a in broadcast(low, high))
    wrong = low_at >= high_at
    if wrong.any():
        position = int(np.argmax(wrong.ravel()))
        raise InvalidInput(
            "limits.order",
            N_("The lower limit %(lower)s is not below the upper limit %(upper)s."),
            N_("Check which limit is which, and their units."),
            lower=str(float(low_at.ravel()[position])),
            upper=str(float(high_at.ravel()[position])),
        )
    return low, high


def finite(values: ArrayLike) -> Floats:
    """Measured values as doubles.

    Raises
    ------
    InvalidInput
        `values.finite`, with the first value that is missing, infinite or no number.
    """
    array = np.asarray(values)
    if isinstance(values, np.ma.MaskedArray):
        numbers = np.asarray(np.ma.filled(values.astype(np.float64), np.nan))
    elif array.dtype.kind in "iuf":
        numbers = array.astype(np.float64)
    else:
        numbers = np.full(array.shape, np.nan)
    bad: NDArray[np.bool_] = ~np.isfinite(numbers)
    if bad.any():
        position = int(np.argmax(bad.ravel()))
        raise InvalidInput(
            "values.finite",
            N_("The value at position %(position)d is %(value)s: not a finite number."),
            N_("Correct it at the source; measured values are neither filled in nor left out here."),
            position=position,
            value=str(array.ravel()[position]),
        )
    return numbers


def _estimate(q: Floats, n: Floats, sigma: Sigma) -> Floats:
    if sigma == "known":
        return np.asarray(special.ndtr(-q * np.sqrt(n / (n - 1.0))))
    x = np.clip(0.5 - q * np.sqrt(n) / (2.0 * (n - 1.0)), 0.0, 1.0)
    half = n / 2.0 - 1.0
    return np.asarray(special.betainc(half, half, x))


def _sizes(sample_size: ArrayLike, sigma: Sigma) -> Floats:
    least = 2 if sigma == "known" else 3
    return wholes(sample_size, "sample_size", least=least, most=LARGEST_SAMPLE).astype(np.float64)


def refuse_negative(deviation: Floats) -> None:
    """Refuse a standard deviation below zero."""
    if (deviation < 0).any():
        raise InvalidInput(
            "deviation.negative",
            N_("The standard deviation is %(value)s: below zero."),
            N_("Give the standard deviation, in the unit of the values."),
            value=str(float(deviation.ravel()[int(np.argmax(deviation.ravel() < 0))])),
        )
