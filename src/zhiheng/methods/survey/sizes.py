"""How many to sample: for an interval that is narrow enough, to tell two rates apart, to find a bad rate.

Every answer says by which formula it came about and what it reaches once it is rounded up to whole
items. This module refuses to choose the rate that is expected: 0.5 is the worst case, last year's
posterior mean a better guess, and the caller says which.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats, level_tail, sealed
from zhiheng.methods.survey.planning_numbers import (
    Bools,
    Integers,
    must,
    sealed_integers,
    sealed_truths,
    share,
    together,
    whole,
)
from zhiheng.methods.survey.planning_numbers import population as population_checked

Width = Literal["wald", "wilson"]
Detection = Literal["exact", "normal"]
Formula = Literal[
    "wald", "wilson", "pooled_normal", "pooled_normal_corrected", "binomial", "hypergeometric", "normal"
]

# A sample this large is beyond any inspection; past it the search would only find rounding errors.
LARGEST_SIZE = 2**40
# A size of 100.00000000001 is a hundred with the noise of its computation.
_NOISE = 1e-11


@dataclass(frozen=True, slots=True, eq=False)
class SampleSize:
    """Sizes with what they reach; all arrays have the shape of the input.

    Attributes
    ----------
    size : ndarray of int64
        Items to sample (in each group, for a difference: in the first group).
    other : ndarray of int64
        Items in the second group of a difference; 0 elsewhere.
    reached : ndarray of float64
        Half-width of the interval, or power, at that size.
    whole : ndarray of bool
        Whether the size is the whole population, so that everything is inspected.
    formula : str
        How the size came about: ``wald``, ``wilson``, ``pooled_normal``,
        ``pooled_normal_corrected``, ``binomial``, ``hypergeometric``, ``normal``.
    """

    size: Integers
    other: Integers
    reached: Floats
    whole: Bools
    formula: Formula


def for_half_width(
    half_width: ArrayLike,
    *,
    rate: ArrayLike = 0.5,
    level: float = 0.95,
    population: ArrayLike = np.inf,
    design_effect: ArrayLike = 1.0,
    method: Width = "wald",
) -> SampleSize:
    r"""Size for an interval of a proportion that is no wider than ± `half_width`.

    With :math:`z` the normal quantile, :math:`d` the half-width and :math:`q=1-p`, for an infinite
    population

    .. math:: n_\infty=\frac{z^2pq}{d^2}\ \text{(wald)},\qquad
              n_\infty=\frac{z^2}{2d^2}\Big(pq-2d^2+\sqrt{p^2q^2-4d^2pq+d^2}\Big)\ \text{(wilson)},

    the second being the root of (half-width of Wilson's interval about p) = d. With the design
    effect :math:`D` and N objects :math:`m=D\,n_\infty` and :math:`n=m/(1+(m-1)/N)`, rounded up.

    Parameters
    ----------
    half_width : array_like of float
        d, a share: 0.03 for ± 3 percentage points; 0 < d < 0.5.
    rate : array_like of float, default 0.5
        p, the share that is expected; 0.5 is the worst case for both formulas.
    level : float, default 0.95
        Two-sided level.
    population : array_like, default infinite
        N, a whole number ≥ 1 or inf.
    design_effect : array_like of float, default 1
        Variance of the design over that of a simple random sample of as many items; > 0.
    method : {"wald", "wilson"}
        Cochran's formula, or Wilson's interval: safer at rates near 0 or 1, where Wald asks for
        almost nothing.

    Returns
    -------
    SampleSize
        `reached` is the half-width by the same formula at the rounded size; 0 where all N are taken.

    Raises
    ------
    InvalidInput
        `size.half_width`, `size.rate`, `size.population`, `size.design_effect`, `size.missing`,
        `level.range`, `method.unknown`, `size.too_large`.

    Notes
    -----
    Assumes simple random sampling up to the design effect, and that the rate is as expected: the
    interval of the finished sample is wider if the rate turns out nearer 0.5.

    References
    ----------
    W. G. Cochran (1977), Sampling Techniques, 3rd ed., 4.4. W. W. Piegorsch (2004), Computational
    Statistics & Data Analysis 46, 309-316 (Wilson). L. Kish (1965), Survey Sampling (design effect).
    """
    _method(method, ("wald", "wilson"))
    z = _deviate(level_tail(level))
    d, p, objects, effect = together(half_width, rate, population, design_effect)
    must(d, (d > 0) & (d < 0.5), "size.half_width")
    must(p, (p >= 0) & (p <= 1), "size.rate")
    population_checked(objects)
    must(effect, (effect > 0) & (effect < np.inf), "size.design_effect")
    spread = p * (1.0 - p)
    if method == "wald":
        wanted = z * z * spread / d**2
    else:
        root = np.sqrt(spread**2 - 4.0 * d**2 * spread + d**2)
        wanted = z * z * (spread - 2.0 * d**2 + root) / (2.0 * d**2)
    size = _finite(wanted * effect, objects)
    reached = half_width_reached(
        size, rate=p, level=level, population=objects, design_effect=effect, method=method
    )
    return _answer(size, reached, size == objects, method)


def half_width_reached(
    size: ArrayLike,
    *,
    rate: ArrayLike = 0.5,
    level: float = 0.95,
    population: ArrayLike = np.inf,
    design_effect: ArrayLike = 1.0,
    method: Width = "wald",
) -> Floats:
    r"""Half-width that a sample of this size is expected to reach: `for_half_width` turned round.

    The size counts as :math:`n_\infty=n(N-1)/((N-n)D)` items of an infinite population. NaN for a
    size of 0, 0 where all objects are inspected. Parameters and errors as for `for_half_width`.
    """
    z = _deviate(level_tail(level))
    n, p, objects, effect = together(size, rate, population, design_effect)
    must(n, (n >= 0) & (n <= objects), "size.above_population")
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(np.isinf(objects), 1.0, (objects - n) / np.maximum(objects - 1.0, 1.0))
        worth = n / (effect * factor)
        spread = p * (1.0 - p)
        if method == "wald":
            width = z * np.sqrt(spread / worth)
        else:
            width = z * np.sqrt(spread / worth + z * z / (4.0 * worth**2)) / (1.0 + z * z / worth)
    return np.where(n == 0, np.nan, np.where(n == objects, 0.0, width))


def for_difference(  # noqa: PLR0913  two rates and how sure: each is its own question
    first: ArrayLike,
    second: ArrayLike,
    *,
    level: float = 0.95,
    power: float = 0.8,
    ratio: ArrayLike = 1.0,
    two_sided: bool = True,
    corrected: bool = False,
) -> SampleSize:
    r"""Sizes of two independent samples that tell two rates apart.

    For the z-test with pooled variance, significance :math:`\alpha=1-level`, :math:`k=n_2/n_1`,
    :math:`\bar p=(p_1+kp_2)/(1+k)`, by the normal approximation

    .. math:: n_1=\frac{\Big(z_\alpha\sqrt{(1+1/k)\bar p\bar q}+z_\beta\sqrt{p_1q_1+p_2q_2/k}\Big)^2}
              {(p_1-p_2)^2},

    and with the continuity correction
    :math:`n_1'=\frac{n_1}{4}\Big(1+\sqrt{1+\frac{2(1+k)}{n_1k|p_1-p_2|}}\Big)^2`. Both rounded up,
    :math:`n_2=\lceil kn_1\rceil`.

    Parameters
    ----------
    first, second : array_like of float
        p₁ ≠ p₂, shares in [0, 1].
    level : float, default 0.95
        1 − α.
    power : float, default 0.8
        Probability of seeing the difference if it is as stated, 0 < power < 1.
    ratio : array_like of float, default 1
        k > 0, items of the second group for each of the first.
    two_sided : bool, default True
        α is split over both sides.
    corrected : bool, default False
        With the continuity correction (for Yates' or Fisher's test).

    Returns
    -------
    SampleSize
        `size` and `other`; `reached` is the power of the uncorrected formula at these sizes.

    Raises
    ------
    InvalidInput
        `size.rate`, `size.same_rates`, `size.power`, `size.ratio`, `level.range`.

    References
    ----------
    J. L. Fleiss, A. Tytun, H. K. Ury (1980), Biometrics 36, 343-346.
    """
    alpha = 2.0 * level_tail(level)
    share(power, "size.power")
    one, two, k = together(first, second, ratio)
    for p in (one, two):
        must(p, (p >= 0) & (p <= 1), "size.rate")
    must(k, (k > 0) & (k < np.inf), "size.ratio")
    must(one, one != two, "size.same_rates")
    z_alpha = _deviate(alpha / 2.0 if two_sided else alpha)
    z_beta = _deviate(1.0 - power)
    pooled = (one + k * two) / (1.0 + k)
    null = np.sqrt((1.0 + 1.0 / k) * pooled * (1.0 - pooled))
    apart = np.sqrt(one * (1.0 - one) + two * (1.0 - two) / k)
    gap = np.abs(one - two)
    # Below a power of one half z_beta is negative; a sum below 0 means that any sample is enough.
    wanted = (np.maximum(z_alpha * null + z_beta * apart, 0.0) / gap) ** 2
    if corrected:
        wanted = np.maximum(wanted, 1.0)
        wanted = wanted / 4.0 * (1.0 + np.sqrt(1.0 + 2.0 * (1.0 + k) / (wanted * k * gap))) ** 2
    size = _up(np.maximum(wanted, 1.0))
    with np.errstate(divide="ignore"):
        reached = special.ndtr((gap * np.sqrt(size) - z_alpha * null) / apart)
    formula: Formula = "pooled_normal_corrected" if corrected else "pooled_normal"
    return SampleSize(size, _up(k * size), sealed(np.asarray(reached)), sealed_truths(size < 0), formula)


def to_detect(
    rate: ArrayLike,
    *,
    power: float = 0.95,
    population: ArrayLike = np.inf,
    tolerated: ArrayLike = 0,
    method: Detection = "exact",
) -> SampleSize:
    r"""Smallest size that finds more than `tolerated` failures with the power, if p ≥ p₀.

    Exact, infinite population: smallest n with :math:`\sum_{i\le c}\binom ni p_0^i(1-p_0)^{n-i}\le
    1-power`. Exact, N objects: the same with the hypergeometric distribution and
    :math:`D=\lceil Np_0\rceil` failing objects, the fewest that make the rate p₀. The probability
    falls with n and with p, so the size serves every p ≥ p₀ and is found by bisection. Normal
    approximation with continuity correction, N objects through the factor (N−n)/(N−1):
    :math:`(np_0-c-\tfrac12)/\sqrt{np_0q_0\,(N-n)/(N-1)}\ge z_{power}`.

    Parameters
    ----------
    rate : array_like of float
        p₀, 0 < p₀ ≤ 1.
    power : float, default 0.95
        Wanted probability, 0 < power < 1.
    population : array_like, default infinite
        N, a whole number ≥ 1 or inf.
    tolerated : array_like of int, default 0
        c: with 0 one failure is enough to have found it.
    method : {"exact", "normal"}
        The approximation is offered to compare with tables that use it.

    Returns
    -------
    SampleSize
        `reached` is the exact power at `size` for both methods; `formula` is ``binomial``,
        ``hypergeometric`` (where any population is finite) or ``normal``.

    Raises
    ------
    InvalidInput
        `size.rate`, `size.power`, `size.population`, `size.tolerated`, and `size.undetectable` where
        the population cannot hold more than `tolerated` failing objects at that rate.

    References
    ----------
    A. R. Cameron, F. C. Baldock (1998), Preventive Veterinary Medicine 34, 1-17 (finite population).
    """
    _method(method, ("exact", "normal"))
    share(power, "size.power")
    p, objects, c = together(rate, population, tolerated)
    must(p, (p > 0) & (p <= 1), "size.rate")
    population_checked(objects)
    must(c, whole(c), "size.tolerated")
    failing = np.ceil(objects * p * (1.0 - _NOISE))
    _findable(failing, c)
    most = np.where(np.isinf(objects), float(LARGEST_SIZE), objects)
    if method == "exact":
        found = _smallest(lambda n: _missed(n, p, objects, failing, c) <= 1.0 - power, c + 1.0, most)
    else:
        z = _deviate(1.0 - power)
        found = _smallest(lambda n: _normally(n, p, objects, c) >= z, c + 1.0, most)
    size = sealed_integers(found)
    finite = bool(np.isfinite(objects).any())
    formula: Formula = "normal" if method == "normal" else "hypergeometric" if finite else "binomial"
    reached = 1.0 - _missed(found, p, objects, failing, c)
    return _answer(size, reached, size == objects, formula)


def _findable(failing: Floats, tolerated: Floats) -> None:
    hopeless = np.flatnonzero(np.ravel(tolerated >= failing))
    if hopeless.size:
        position = int(hopeless[0])
        raise InvalidInput(
            "size.undetectable",
            N_("At position %(position)d the population has only %(failing)d failing objects at this rate, "
               "so more than %(tolerated)d can never be found."),
            N_("Tolerate fewer failures, or ask for a higher rate."),
            position=position,
            failing=int(failing.flat[position]),
            tolerated=int(tolerated.flat[position]),
        )  # fmt: skip


def _missed(n: Floats, p: Floats, objects: Floats, failing: Floats, c: Floats) -> Floats:
    """Probability of at most c failures among n."""
    finite = np.isfinite(objects)
    with np.errstate(invalid="ignore"):
        out = np.where(n > c, special.betainc(np.maximum(n - c, 1.0), c + 1.0, 1.0 - p), 1.0)
    if finite.any():
        few = [np.broadcast_to(part, out.shape)[finite] for part in (c, objects, failing, n)]
        out = np.array(out)
        out[finite] = stats.hypergeom.cdf(*few)
    return np.asarray(out, dtype=np.float64)


def _normally(n: Floats, p: Floats, objects: Floats, c: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(np.isinf(objects), 1.0, (objects - n) / np.maximum(objects - 1.0, 1.0))
        score = (n * p - c - 0.5) / np.sqrt(n * p * (1.0 - p) * left)
    return np.where(np.isnan(score), np.inf, score)


def _smallest(enough: Callable[[Floats], Bools], low: Floats, high: Floats) -> Floats:
    """Smallest whole n in [low, high] for which it is enough; it is, from there on; `high` if never."""
    low, high = low - 1.0, np.array(high, dtype=np.float64)
    # Sizes are small against the limit, so the bracket is found by doubling before it is halved.
    step = np.minimum(np.maximum(low, 1.0) * 2.0, high)
    while True:
        short = ~enough(step) & (step < high)
        if not short.any():
            break
        low = np.where(short, step, low)
        step = np.where(short, np.minimum(step * 2.0, high), step)
    if (~enough(step) & (step >= LARGEST_SIZE)).any():
        raise _too_large()
    high = step
    while (high - low > 1.0).any():
        middle = np.floor((low + high) / 2.0)
        middle = np.where(high - low > 1.0, middle, high)
        good = enough(middle)
        high = np.where(good, middle, high)
        low = np.where(good, low, middle)
        low = np.where(high - low > 1.0, low, high - 1.0)
    return high


def _finite(wanted: Floats, objects: Floats) -> Integers:
    """Round up after the correction for a finite population; at least one item, at most all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        corrected = np.where(np.isinf(objects), wanted, wanted / (1.0 + (wanted - 1.0) / objects))
    # Below one item the correction turns round; one is the least that can be taken anyway.
    corrected = np.where(wanted <= 1.0, 1.0, corrected)
    return _up(np.minimum(np.maximum(corrected, 1.0), objects))


def _up(wanted: Floats) -> Integers:
    if (wanted > LARGEST_SIZE).any():
        raise _too_large()
    return sealed_integers(np.ceil(wanted * (1.0 - _NOISE)))


def _too_large() -> InvalidInput:
    return InvalidInput(
        "size.too_large",
        N_("More than %(limit)d items would be needed."),
        N_("Ask for a wider interval, a larger difference, a higher rate or a lower power."),
        limit=LARGEST_SIZE,
    )


def _deviate(tail: float) -> float:
    return float(-special.ndtri(tail))


def _answer(size: Integers, reached: Floats, all_taken: Bools | np.bool_, formula: Formula) -> SampleSize:
    nothing = sealed_integers(np.zeros(size.shape))
    return SampleSize(size, nothing, sealed(np.array(reached)), sealed_truths(all_taken), formula)


def _method(given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise InvalidInput(
            "method.unknown",
            N_('There is no formula "%(method)s" for this size.'),
            N_("Choose one of: %(known)s."),
            method=given,
            known=", ".join(known),
        )
