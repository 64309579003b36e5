"""Intervals for a binomial proportion, for one sample or for a million at once.

Wilson is the house's default; Clopper-Pearson where a guaranteed level is asked for. Wald is here
only so that older reports can be recomputed. This module refuses to say what population a rate
speaks of (`populations` does) and to correct for finite populations or clusters.
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

Method = Literal[
    "wilson", "clopper_pearson", "agresti_coull", "jeffreys", "logit", "arcsine", "likelihood", "wald"
]
Bounds = tuple[Floats, Floats]

_STEPS = 100  # Newton's method takes about five


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Two-sided intervals for proportions; all arrays have the shape of the input.

    Attributes
    ----------
    estimate : ndarray of float64
        x/n, a share in [0, 1].
    lower, upper : ndarray of float64
        Bounds in [0, 1], lower <= estimate <= upper. All three are NaN where n = 0.
    method : str
        Name of the formula.
    level : float
        Two-sided level, for example 0.95.
    """

    estimate: Floats
    lower: Floats
    upper: Floats
    method: Method
    level: float


def wilson(count: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Intervals:
    r"""Score interval of Wilson, without continuity correction.

    With :math:`z` the normal quantile of :math:`(1+level)/2` the bounds are the roots of
    :math:`(n+z^2)p^2-(2x+z^2)p+x^2/n=0`:

    .. math:: \frac{x+z^2/2 \pm z\sqrt{x(n-x)/n+z^2/4}}{n+z^2}.

    Parameters
    ----------
    count : array_like of int
        Items with the trait (nonconforming, or conforming: the caller says which), 0 <= count <= total.
    total : array_like of int
        Items inspected; broadcasts with `count`. A total of 0 gives NaN.
    level : float, default 0.95
        Two-sided level, 0 < level < 1.

    Returns
    -------
    Intervals

    Raises
    ------
    InvalidInput
        For counts that are no counts (see `survey.counts`) and for a level outside (0, 1).

    Notes
    -----
    Assumes independent items with one common probability. The coverage is close to the level on
    average over p, but not guaranteed for each p. Computed so that the bounds of x and of n - x
    mirror each other and the bound of x = 0 is exactly 0.

    References
    ----------
    E. B. Wilson (1927), JASA 22, 209-212. R. G. Newcombe (1998), Statistics in Medicine 17, 857-872.
    """
    return interval(count, total, method="wilson", level=level)


def clopper_pearson(count: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Intervals:
    r"""Exact interval of Clopper and Pearson: coverage is never below the level.

    .. math:: B_{\alpha/2}(x, n-x+1) \le p \le B_{1-\alpha/2}(x+1, n-x)

    with :math:`B_q(a,b)` the quantile of the beta distribution; 0 at x = 0 and 1 at x = n.
    Parameters, result and errors as for `wilson`. Conservative: for small n the true coverage is
    well above the level.

    References
    ----------
    C. J. Clopper, E. S. Pearson (1934), Biometrika 26, 404-413.
    """
    return interval(count, total, method="clopper_pearson", level=level)


def agresti_coull(count: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Intervals:
    r"""Wald's formula about Wilson's centre: :math:`\tilde p \pm z\sqrt{\tilde p(1-\tilde p)/\tilde n}`.

    :math:`\tilde n=n+z^2`, :math:`\tilde p=(x+z^2/2)/\tilde n`; cut to [0, 1]. Contains the Wilson
    interval. Parameters, result and errors as for `wilson`.

    References
    ----------
    A. Agresti, B. A. Coull (1998), The American Statistician 52, 119-126.
    """
    return interval(count, total, method="agresti_coull", level=level)


def jeffreys(count: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Intervals:
    r"""Equal-tailed posterior interval under the prior Beta(1/2, 1/2).

    Quantiles :math:`\alpha/2` and :math:`1-\alpha/2` of Beta(x + 1/2, n - x + 1/2); the lower bound is
    0 at x = 0 and the upper 1 at x = n, as Brown, Cai and DasGupta advise. `estimate` stays x/n.
    Parameters, result and errors as for `wilson`. Not the highest-density interval.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Statistical Science 16, 101-133.
    """
    return interval(count, total, method="jeffreys", level=level)


def logit(count: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Intervals:
    r"""Wald's interval for the log odds, brought back to shares.

    With :math:`\ell=\ln\frac{x}{n-x}`: :math:`\operatorname{expit}\bigl(\ell\pm z\sqrt{n/(x(n-x))}\bigr)`.
    At x = 0 and x = n there are no log odds; the Clopper-Pearson bounds stand in, as in R binom.
    Parameters, result and errors as for `wilson`. Wide for rare traits.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Statistical Science 16, 101-133, section 4.
    """
    return interval(count, total, method="logit", level=level)


def arcsine(count: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Intervals:
    r"""Interval on the scale that steadies the variance, with Anscombe's shift.

    .. math:: \sin^2\Bigl(\arcsin\sqrt{\tilde p}\pm\frac{z}{2\sqrt n}\Bigr),\qquad
              \tilde p=\frac{x+3/8}{n+3/4}

    with the angle cut to [0, π/2]. Without the shift, as in R survey ("asin"), a sample without a
    single failure would get less than half the width it needs. Parameters, result and errors as for
    `wilson`; bounds are widened to the estimate x/n where a low level would leave it outside.

    References
    ----------
    F. J. Anscombe (1948), Biometrika 35, 246-254. Brown, Cai, DasGupta (2001), as above, section 4.
    """
    return interval(count, total, method="arcsine", level=level)


def likelihood(count: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Intervals:
    r"""All shares that the likelihood ratio does not reject.

    .. math:: 2\Bigl(x\ln\frac{\hat p}{p}+(n-x)\ln\frac{1-\hat p}{1-p}\Bigr)\le z^2

    At x = 0 the upper bound is :math:`1-e^{-z^2/(2n)}`. Parameters, result and errors as for `wilson`.

    References
    ----------
    Brown, Cai, DasGupta (2001), as above, section 4.
    """
    return interval(count, total, method="likelihood", level=level)


def wald(count: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Intervals:
    r"""Textbook interval :math:`\hat p \pm z\sqrt{\hat p(1-\hat p)/n}`, cut to [0, 1].

    Only to recompute figures published elsewhere: its coverage falls far below the level for small
    n or extreme p, and at x = 0 or x = n its width is 0, which claims certainty that no sample
    gives. Parameters, result and errors as for `wilson`.
    """
    return interval(count, total, method="wald", level=level)


def interval(count: ArrayLike, total: ArrayLike, *, method: Method, level: float = 0.95) -> Intervals:
    """Interval by the name of its method, for pipelines that keep the method as a parameter.

    Parameters, result and errors as for `wilson`; `method.unknown` for a name not in `Method`.
    """
    if method not in _BOUNDS:
        raise InvalidInput(
            "method.unknown",
            N_('There is no interval method "%(method)s".'),
            N_("Choose one of: %(known)s."),
            method=method,
            known=", ".join(_BOUNDS),
        )
    return around(counts(count, total), method=method, level=level)


def around(checked: Counts, *, method: Method, level: float) -> Intervals:
    """Interval about counts that need not be whole: the effective counts of a weighted sample.

    `interval` is the door for counts of items; this one trusts that 0 <= x <= n was seen to.
    """
    tail = level_tail(level)
    lower, upper = _BOUNDS[method](checked, tail)
    estimate = checked.estimate
    # Rounding of the last bit must not push the estimate out of its own interval.
    lower, upper = np.fmin(lower, estimate), np.fmax(upper, estimate)
    empty = checked.n == 0
    lower, upper = np.where(empty, np.nan, lower), np.where(empty, np.nan, upper)
    return Intervals(sealed(estimate), sealed(lower), sealed(upper), method, level)


def quantile(a: Floats, b: Floats, probability: float) -> Floats:
    """Beta quantile at each pair (a, b), each distinct pair computed once.

    Inspection counts repeat: among a million groups there are usually a few thousand different
    pairs, and the quantile is by far the dearest step.
    """
    pairs = np.ravel(a) + 1j * np.ravel(b)
    distinct, back = np.unique(pairs, return_inverse=True)
    values = special.betaincinv(distinct.real, distinct.imag, probability)
    return np.asarray(values[back].reshape(np.shape(a)), dtype=np.float64)


def _deviate(tail: float) -> float:
    return float(-special.ndtri(tail))


def _mirrored(lower: Callable[[Floats], Floats], c: Counts) -> Bounds:
    """Both bounds from the lower one: the upper bound of x is 1 - the lower bound of n - x."""
    return lower(c.x), 1.0 - lower(c.n - c.x)


def _wilson(c: Counts, tail: float) -> Bounds:
    z = _deviate(tail)
    n = np.where(c.n > 0, c.n, 1.0)
    spread = z * np.sqrt(c.x * (c.n - c.x) / n + z * z / 4.0)

    def lower(x: Floats) -> Floats:
        # The product of the two roots is x²/(n(n+z²)); dividing by the larger one keeps all digits
        # where subtracting nearly equal numbers would lose them.
        return np.asarray(x * (x / n) / (x + z * z / 2.0 + spread))

    return _mirrored(lower, c)


def _clopper_pearson(c: Counts, tail: float) -> Bounds:
    def lower(x: Floats) -> Floats:
        inner = x > 0
        bound = np.zeros(x.shape)
        bound[inner] = quantile(x[inner], c.n[inner] - x[inner] + 1.0, tail)
        return bound

    return _mirrored(lower, c)


def _agresti_coull(c: Counts, tail: float) -> Bounds:
    z = _deviate(tail)
    total = c.n + z * z
    centre = (c.x + z * z / 2.0) / total
    half = z * np.sqrt(centre * (1.0 - centre) / total)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def _jeffreys(c: Counts, tail: float) -> Bounds:
    def lower(x: Floats) -> Floats:
        inner = x > 0
        bound = np.zeros(x.shape)
        bound[inner] = quantile(x[inner] + 0.5, c.n[inner] - x[inner] + 0.5, tail)
        return bound

    return _mirrored(lower, c)


def _logit(c: Counts, tail: float) -> Bounds:
    inner = (c.x > 0) & (c.x < c.n)
    edge = Counts(np.where(inner, 0.0, c.x), np.where(inner, 0.0, c.n))
    n = np.where(inner, c.n, 2.0)
    middle = np.where(inner, c.x, 1.0)
    # The odds themselves, not their logarithm: an exact mirror, and no digits lost for rare traits.
    factor = np.exp(_deviate(tail) * np.sqrt(n / (middle * (n - middle))))

    def lower(x: Floats) -> Floats:
        return np.asarray(x / (x + (n - x) * factor))

    inside = lower(middle), 1.0 - lower(n - middle)
    outside = _clopper_pearson(edge, tail)
    return np.where(inner, inside[0], outside[0]), np.where(inner, inside[1], outside[1])


def _arcsine(c: Counts, tail: float) -> Bounds:
    n = np.where(c.n > 0, c.n, 1.0)
    half = _deviate(tail) / (2.0 * np.sqrt(n))

    def lower(x: Floats) -> Floats:
        angle = np.arcsin(np.sqrt((x + 0.375) / (n + 0.75)))
        return np.asarray(np.sin(np.maximum(angle - half, 0.0)) ** 2)

    return _mirrored(lower, Counts(np.minimum(c.x, n), n))


def _likelihood(c: Counts, tail: float) -> Bounds:
    z = _deviate(tail)
    pairs, back = np.unique(np.ravel(c.x) + 1j * np.ravel(c.n), return_inverse=True)
    distinct = Counts(pairs.real, np.where(pairs.imag > 0, pairs.imag, 1.0))

    def lower(x: Floats) -> Floats:
        inner = x > 0
        bound = np.zeros(x.shape)
        bound[inner] = _least_likely(x[inner], distinct.n[inner], z)
        return bound

    lows, highs = _mirrored(lower, distinct)
    return lows[back].reshape(c.n.shape), highs[back].reshape(c.n.shape)


def _least_likely(x: Floats, n: Floats, z: float) -> Floats:
    """Smallest p that the likelihood ratio keeps, for x > 0, by Newton's method in its logit.

    The deviance is convex in the logit, so from any point outside the root Newton's steps approach
    it from one side; at x = n it is 2 n ln(1/p) and the root is known.
    """
    fails = n - x
    share = x / n
    p = np.exp(-z * z / (2.0 * n))
    open_ = np.flatnonzero(fails > 0)
    x, fails, share = x[open_], fails[open_], share[open_]
    # Wilson's lower bound, which lies near; on the wrong side of the root one step puts it right.
    at = x * share / (x + z * z / 2.0 + z * np.sqrt(x * (1.0 - share) + z * z / 4.0))
    logit = np.log(at) - np.log1p(-at)
    for _ in range(_STEPS):
        at = special.expit(logit)
        # From the logit, not from p: with effective counts x may be so small that p underflows.
        chance, against = -np.logaddexp(0.0, -logit), -np.logaddexp(0.0, logit)
        deviance = 2.0 * (x * (np.log(share) - chance) + fails * (np.log1p(-share) - against))
        slope = 2.0 * (x + fails) * (at - share)
        step = np.divide(deviance - z * z, slope, out=np.zeros_like(at), where=slope != 0)
        logit = logit - step
        if (np.abs(step) <= 1e-13 * np.abs(logit) + 1e-15).all():
            break
    p[open_] = special.expit(logit)
    return p


def _wald(c: Counts, tail: float) -> Bounds:
    share = np.where(c.n > 0, c.estimate, 0.0)
    half = _deviate(tail) * np.sqrt(share * (1.0 - share) / np.where(c.n > 0, c.n, 1.0))
    return np.maximum(share - half, 0.0), np.minimum(share + half, 1.0)


_BOUNDS: dict[Method, Callable[[Counts, float], Bounds]] = {
    "wilson": _wilson,
    "clopper_pearson": _clopper_pearson,
    "agresti_coull": _agresti_coull,
    "jeffreys": _jeffreys,
    "logit": _logit,
    "arcsine": _arcsine,
    "likelihood": _likelihood,
    "wald": _wald,
}
METHODS: tuple[Method, ...] = tuple(_BOUNDS)
