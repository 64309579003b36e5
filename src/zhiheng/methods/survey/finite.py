r"""Exact bounds for the number of items with a trait in a small population.

A sample of n items drawn at random without replacement from N of them shows x with the trait. The
bounds speak of D, how many of the N have it: they need no assumption but the random draw. This
module refuses samples larger than their population; for populations large against the sample
`proportions` says the same with less work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.sampling.distributions import hypergeometric_cumulative
from zhiheng.methods.survey.counts import Counts, Floats, counts, level_tail, sealed

Sides = Literal["two", "lower", "upper"]

# A probability that equals the tail but for rounding does not exceed it.
_ROUNDING = 1.0 + 1e-11


@dataclass(frozen=True, slots=True, eq=False)
class FiniteBounds:
    """Bounds for D of N items; all arrays have the common shape of the input.

    Attributes
    ----------
    estimate : ndarray of float64
        x/n, the share in the sample; NaN where n = 0.
    lower, upper : ndarray of int64
        Bounds for D; 0 or N on the side that was not asked for.
    share_lower, share_upper : ndarray of float64
        The bounds divided by N; NaN where N = 0.
    level : float
    sides : {"two", "lower", "upper"}
    """

    estimate: Floats
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    share_lower: Floats
    share_upper: Floats
    level: float
    sides: Sides


def finite_bounds(
    count: ArrayLike, total: ArrayLike, population: ArrayLike, *, level: float = 0.95, sides: Sides = "two"
) -> FiniteBounds:
    r"""Bounds for D by inverting the hypergeometric distribution.

    .. math:: D_u=\max\{D: P(X\le x\mid N,D,n)>\alpha\},\qquad
              D_l=\min\{D: P(X\ge x\mid N,D,n)>\alpha\}

    with :math:`\alpha=1-level` for one bound and half of it for each of two. The coverage is at least
    the level for every D.

    Parameters
    ----------
    count, total : array_like of int
        x of n items in the sample, 0 <= x <= n.
    population : array_like of int
        N >= n; all three broadcast together.
    level : float, default 0.95
    sides : {"two", "lower", "upper"}, default "two"
        Which bounds are asked for: "upper" answers "at most how many, with this confidence".

    Returns
    -------
    FiniteBounds

    Raises
    ------
    InvalidInput
        For counts that are no counts (see `survey.counts`), `finite.sample` where n > N,
        `finite.sides`, `level.range`.

    Notes
    -----
    Found by halving, as the tail falls with D; the work grows with log N.

    References
    ----------
    H. S. Konijn (1973), Statistical Theory of Sample Survey Design and Analysis. T. Wright (1991),
    Exact Confidence Bounds when Sampling from Small Finite Universes, Springer.
    """
    if sides not in get_args(Sides):
        raise InvalidInput(
            "finite.sides",
            N_('"%(value)s" is no choice of bounds.'),
            N_("Choose one of: %(known)s."),
            value=str(sides),
            known=", ".join(get_args(Sides)),
        )
    tail = level_tail(level) * (1.0 if sides == "two" else 2.0)
    sample, big = _checked(counts(count, total), population)
    lower, upper = np.zeros(big.shape), np.array(big)
    if sides != "lower":
        upper = _largest(sample.x, sample.n, big, tail)
    if sides != "upper":
        lower = big - _largest(sample.n - sample.x, sample.n, big, tail)
    shares = [np.divide(d, big, out=np.full(big.shape, np.nan), where=big > 0) for d in (lower, upper)]
    whole = [np.asarray(d, dtype=np.int64) for d in (lower, upper)]
    for values in whole:
        values.flags.writeable = False
    return FiniteBounds(
        sealed(sample.estimate), whole[0], whole[1], sealed(shares[0]), sealed(shares[1]), level, sides
    )


def _checked(sample: Counts, population: ArrayLike) -> tuple[Counts, Floats]:
    # Checked as a total of which nothing is counted, and x and n again in the common shape.
    big = counts(0, population).n
    try:
        x, n, big = np.broadcast_arrays(sample.x, sample.n, big)
    except ValueError:
        raise InvalidInput(
            "count.shapes",
            N_("Counts of shape %(count)s and totals of shape %(total)s do not fit together."),
            N_("Give one total for each count, or one total for all."),
            count=str(sample.n.shape),
            total=str(big.shape),
        ) from None
    above = n > big
    if above.any():
        position = int(np.argmax(above.ravel()))
        raise InvalidInput(
            "finite.sample",
            N_("At position %(position)d, the sample has %(total)d items and the population only %(size)d."),
            N_("Check the size of the population; items drawn twice count once here."),
            position=position,
            total=int(n.ravel()[position]),
            size=int(big.ravel()[position]),
        )
    return Counts(x, n), np.asarray(big)


def _largest(x: Floats, n: Floats, big: Floats, tail: float) -> Floats:
    """Largest D with P(X <= x) above the tail; D = x always has it, and the probability falls with D."""
    low, high = np.array(x), np.array(big - n + x)
    open_ = np.flatnonzero(low < high)
    while open_.size:
        middle = np.ceil((low.flat[open_] + high.flat[open_]) / 2.0)
        held = (
            hypergeometric_cumulative(x.flat[open_], middle, big.flat[open_], n.flat[open_])
            > tail * _ROUNDING
        )
        low.flat[open_] = np.where(held, middle, low.flat[open_])
        high.flat[open_] = np.where(held, high.flat[open_], middle - 1.0)
        open_ = open_[low.flat[open_] < high.flat[open_]]
    return low
