r"""Intervals for a proportion where items do not weigh alike: by the effective sample size.

A weighted sample of n items tells as much as a smaller one of equal weights. How much smaller is
either computed from the weights alone (Kish) or from the variance of the design (Korn and
Graubard). The interval of `proportions` is then taken for that size. This module refuses negative
weights, and it does not find the variance of a design: `estimation` does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Counts, Floats, level_tail, sealed
from zhiheng.methods.survey.proportions import METHODS, Intervals, Method, around

# Of these the bounds are beta quantiles, whose own width already grows with 1/n as that of t does.
_BETA: frozenset[Method] = frozenset({"clopper_pearson", "jeffreys"})


@dataclass(frozen=True, slots=True, eq=False)
class EffectiveIntervals:
    """Intervals, and the sample size that they stand on.

    Attributes
    ----------
    intervals : Intervals
        About the weighted share.
    size : ndarray of float64
        Effective sample size used; not a whole number.
    """

    intervals: Intervals
    size: Floats


def kish_size(weights: ArrayLike) -> float:
    r"""Kish's effective sample size :math:`(\sum w)^2/\sum w^2`; 0 without weight.

    Parameters
    ----------
    weights : array_like of float, shape (n,)
        Not negative.

    Raises
    ------
    InvalidInput
        `weights.number`, with the position of the first that is no finite number from 0.

    References
    ----------
    L. Kish (1965), Survey Sampling, 11.7; (1992), Journal of Official Statistics 8, 183-200.
    """
    w = _weights(weights)
    # Divided by the largest first: squares of very large or small weights must not overflow.
    scaled = w / w.max(initial=0.0) if (w > 0).any() else w
    square = float((scaled * scaled).sum())
    return float(scaled.sum()) ** 2 / square if square > 0 else 0.0


def kish_interval(
    trait: ArrayLike, weights: ArrayLike, *, method: Method = "wilson", level: float = 0.95
) -> EffectiveIntervals:
    r"""Interval of a weighted share, from the weights alone.

    .. math:: \hat p=\frac{\sum w_i y_i}{\sum w_i},\qquad
              n_{\mathrm{eff}}=\frac{(\sum w_i)^2}{\sum w_i^2}

    Parameters
    ----------
    trait : array_like of bool or 0/1, shape (n,)
        Which items have the trait.
    weights : array_like of float, shape (n,)
        Usually 1 / probability of inclusion.
    method, level
        As for `proportions.interval`.

    Returns
    -------
    EffectiveIntervals
        Scalars as arrays without dimension; NaN where all weights are 0.

    Raises
    ------
    InvalidInput
        `weights.number`, `weights.shapes`, `trait.values`, `method.unknown`, `level.range`.

    Notes
    -----
    Assumes independent items, and weights that have nothing to do with the trait. Where strata with
    large weights also differ in their rates, or items come in clusters, this is wrong in either
    direction: use `design_interval` with the variance of the design.
    """
    w = _weights(weights)
    y = np.asarray(trait)
    if y.shape != w.shape:
        raise InvalidInput(
            "weights.shapes",
            N_("There are weights of shape %(weights)s for items of shape %(items)s."),
            N_("Give one weight for each item."),
            weights=str(w.shape),
            items=str(y.shape),
        )
    if y.dtype.kind not in "biuf" or not np.isin(y, (0, 1)).all():
        raise InvalidInput(
            "trait.values",
            N_("The trait of an item must be 0 or 1."),
            N_("Code each item 1 where it has the trait, otherwise 0; leave out what was not inspected."),
        )
    _known(method)
    size = np.asarray(kish_size(w))
    total = float(w.sum())
    share = float((w * y).sum()) / total if total > 0 else 0.0
    return _standing_on(np.asarray(min(share, 1.0)), size, method, level)


@dataclass(frozen=True, slots=True, eq=False)
class DesignEstimate:
    """What a sample design says of a share; all broadcast together.

    Attributes
    ----------
    estimate, variance : array_like of float
        p̂ in [0, 1] and its estimated variance, not negative.
    size : array_like of int
        n, items in the sample.
    degrees : array_like of float, default infinity
        Degrees of freedom d of the design, above 0: usually clusters minus strata.
    """

    estimate: ArrayLike
    variance: ArrayLike
    size: ArrayLike
    degrees: ArrayLike = np.inf


def design_interval(
    of: DesignEstimate,
    *,
    method: Method = "clopper_pearson",
    level: float = 0.95,
    capped: bool = True,
) -> EffectiveIntervals:
    r"""Interval of a share whose variance the design has given.

    .. math:: n_{\mathrm{eff}}=\frac{\hat p(1-\hat p)}{\hat V(\hat p)},\qquad
              n^*=n_{\mathrm{eff}}\left(\frac{t_{n-1}}{t_{d}}\right)^2

    with t the quantile of Student's distribution at (1 + level)/2 for n - 1 and for the design's d
    degrees of freedom. For the methods that are built on the normal
    quantile z, z stands in the place of :math:`t_{n-1}`, so that "wald" is :math:`\hat p\pm t_d\,se`.

    Parameters
    ----------
    of : DesignEstimate
        Its size n is the effective one where the estimate is 0 or 1 or the variance 0, which tell
        nothing about the spread.
    method, level
        As for `proportions.interval`. "clopper_pearson" gives the interval of Korn and Graubard.
    capped : bool, default True
        Whether n* may not exceed n: a design effect estimated below 1 is not relied on. R survey does
        not cap.

    Returns
    -------
    EffectiveIntervals

    Raises
    ------
    InvalidInput
        `estimate.share`, `variance.number`, `size.number`, `degrees.number`, `effective.shapes`,
        `method.unknown`, `level.range`.

    Notes
    -----
    Assumes that the estimate behaves like a binomial share of n* items: well for many items in many
    clusters, badly for a few clusters, however large.

    References
    ----------
    E. L. Korn, B. I. Graubard (1998), Survey Methodology 24, 193-201. J. D. Parker et al. (2017),
    National Center for Health Statistics data presentation standards for proportions, Vital and
    Health Statistics 2(175). N. Dean, M. Pagano (2015), Journal of Survey Statistics and
    Methodology 3, 484-503.
    """
    _known(method)
    tail = level_tail(level)
    asked = ("estimate", "variance", "size", "degrees")
    numbers = [_number(getattr(of, name), name) for name in asked]
    try:
        p, v, n, d = np.broadcast_arrays(*numbers)
    except ValueError:
        raise InvalidInput(
            "effective.shapes",
            N_("Estimates, variances, sizes and degrees of freedom have shapes that do not fit together."),
            N_("Give one of each for every estimate, or one for all."),
        ) from None
    informative = (v > 0) & (p > 0) & (p < 1)
    effective = np.divide(p * (1.0 - p), v, out=np.array(n), where=informative)
    first = -special.stdtrit(np.maximum(n - 1.0, 1.0), tail) if method in _BETA else -special.ndtri(tail)
    # stdtrit knows no infinity; beyond 1e9 degrees t and z agree to the last digit.
    second = np.where(d < 1e9, -special.stdtrit(np.minimum(d, 1e9), tail), -special.ndtri(tail))
    adjusted = effective * (first / second) ** 2
    return _standing_on(p, np.minimum(adjusted, n) if capped else adjusted, method, level)


def _standing_on(share: Floats, size: Floats, method: Method, level: float) -> EffectiveIntervals:
    size = np.array(size, dtype=np.float64)
    found = around(Counts(np.asarray(share * size), size), method=method, level=level)
    return EffectiveIntervals(found, sealed(size))


def _known(method: Method) -> None:
    if method not in METHODS:
        raise InvalidInput(
            "method.unknown",
            N_('There is no interval method "%(method)s".'),
            N_("Choose one of: %(known)s."),
            method=str(method),
            known=", ".join(METHODS),
        )


def _masked(values: ArrayLike) -> NDArray[np.bool_]:
    """Where a value is masked: asarray would unmask it silently."""
    return np.asarray(np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else False)


def _weights(values: ArrayLike) -> Floats:
    array = np.asarray(values)
    w = array.astype(np.float64) if array.dtype.kind in "iufb" else np.full(array.shape, np.nan)
    bad: NDArray[np.bool_] = ~(np.isfinite(w) & (w >= 0)) | _masked(values)
    if bad.any():
        position = int(np.argmax(bad.ravel()))
        raise InvalidInput(
            "weights.number",
            N_("The weight at position %(position)d is %(value)s; it must be a finite number from 0."),
            N_("Correct it at the source; a weight of 0 leaves an item out."),
            position=position,
            value=str(array.ravel()[position]),
        )
    return w


_ASKED = {
    "estimate": N_("The estimate at position %(position)d is %(value)s; it must be a share from 0 to 1."),
    "variance": N_("The variance at position %(position)d is %(value)s; it must be a finite number from 0."),
    "size": N_("The sample size at position %(position)d is %(value)s; it must be a finite number above 0."),
    "degrees": N_("The degrees of freedom at position %(position)d are %(value)s; they must be above 0."),
}


def _number(values: ArrayLike, name: str) -> Floats:
    array = np.asarray(values)
    numbers = array.astype(np.float64) if array.dtype.kind in "iuf" else np.full(array.shape, np.nan)
    inside = {
        "estimate": (numbers >= 0) & (numbers <= 1),
        "variance": (numbers >= 0) & np.isfinite(numbers),
        "size": (numbers > 0) & np.isfinite(numbers),
        "degrees": numbers > 0,
    }[name]
    bad: NDArray[np.bool_] = ~inside | _masked(values)
    if bad.any():
        position = int(np.argmax(bad.ravel()))
        raise InvalidInput(
            f"{name}.share" if name == "estimate" else f"{name}.number",
            _ASKED[name],
            N_("Take the figures from the estimate of the same design."),
            position=position,
            value=str(array.ravel()[position]),
        )
    return numbers
