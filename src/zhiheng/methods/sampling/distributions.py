r"""The three distributions of a sample's nonconforming items, for arrays of plans at once.

scipy's hypergeometric distribution sums in Python for each element; here it is vectorised, and exact
to about 1e-13 for lots of any size. Refuses to check its inputs: the public functions of this package have.
"""

from __future__ import annotations

import math
from itertools import count
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from zhiheng.methods.sampling.quantities import Floats

Distribution = Literal["binomial", "poisson", "hypergeometric"]
DISTRIBUTIONS: tuple[Distribution, ...] = get_args(Distribution)

# Below this the complement 1 - I would lose digits that a small risk needs.
_SMALL = 1e-3

_TABLED = 16
_BLOCK = 16  # terms of a tail summed together
_HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
_TABLE = np.array(
    [0.0] + [math.lgamma(n + 1) - _HALF_LOG_2PI - (n + 0.5) * math.log(n) + n for n in range(1, _TABLED)]
)


def binomial_cumulative(c: ArrayLike, n: ArrayLike, p: ArrayLike) -> Floats:
    """P(X <= c) in n independent items: 1 - I_p(c + 1, n - c), where small as I_{1-p}(n - c, c + 1)."""
    number, size, share = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in (c, n, p)))
    certain = number >= size
    one_more, rest = number + 1.0, np.where(certain, 1.0, size - number)
    found: Floats = np.array(1.0 - special.betainc(one_more, rest, share))
    small = found < _SMALL
    if small.any():  # rounding 1 - p costs n·1e-16 of the value: nothing here, but too much near p = 0
        found[small] = special.betainc(rest[small], one_more[small], 1.0 - share[small])
    return np.asarray(np.where(certain, 1.0, found))


def poisson_cumulative(c: ArrayLike, mean: ArrayLike) -> Floats:
    """P(X <= c) for a Poisson count: Q(c + 1, mean)."""
    number, expected = (np.asarray(value, dtype=np.float64) for value in (c, mean))
    return np.asarray(special.gammaincc(number + 1.0, expected), dtype=np.float64)


def hypergeometric_probability(
    x: ArrayLike, nonconforming: ArrayLike, lot_size: ArrayLike, sample_size: ArrayLike
) -> Floats:
    r"""P(X = x) for X nonconforming items in a sample of n from a lot of N with D of them.

    .. math:: \binom{D}{x}\binom{N-D}{n-x}\Big/\binom{N}{n}

    by way of three binomial probabilities at p = n/N, whose large factorials have cancelled before
    any number is rounded (C. Loader, 2000): the relative error stays near 1e-14 for lots of any size.
    """
    x, d, big, n = (
        np.asarray(value, dtype=np.float64) for value in (x, nonconforming, lot_size, sample_size)
    )
    inside = (x >= 0) & (x <= d) & (n - x >= 0) & (n - x <= big - d)
    x = np.where(inside, x, 0.0)
    d, n = np.where(inside, d, 0.0), np.where(inside, n, 0.0)
    x, d, big, n = np.broadcast_arrays(x, d, big, n)
    nonconforming_part, conforming_part, whole = _log_binomial(
        np.stack((x, n - x, n)), np.stack((d, big - d, big)), n / big
    )
    return np.asarray(np.where(inside, np.exp(nonconforming_part + conforming_part - whole), 0.0))


def hypergeometric_cumulative(
    x: ArrayLike, nonconforming: ArrayLike, lot_size: ArrayLike, sample_size: ArrayLike
) -> Floats:
    """P(X <= x); sums the shorter tail from the inside out, so that small tails keep their digits."""
    values = (np.asarray(value, dtype=np.float64) for value in (x, nonconforming, lot_size, sample_size))
    x, d, big, n = np.broadcast_arrays(*values)
    lowest, highest = np.maximum(0.0, n - (big - d)), np.minimum(d, n)
    below = x * big < d * n  # x is under the mean: sum downward from x, otherwise upward from x + 1
    start = np.clip(np.where(below, x, x + 1.0), lowest, highest)
    tail = hypergeometric_probability(start, d, big, n) * _relative_tail(start, d, big, n, below)
    inner = np.where(below, tail, 1.0 - tail)
    return np.asarray(np.where(x < lowest, 0.0, np.where(x >= highest, 1.0, inner)))


def _relative_tail(x: Floats, d: Floats, big: Floats, n: Floats, below: NDArray[np.bool_]) -> Floats:
    """Sum of the tail's terms relative to its first one, which is the largest; a block of terms at a time."""
    x, d, big, n, down = x[..., None], d[..., None], big[..., None], n[..., None], below[..., None]
    total, last = np.ones(x.shape[:-1]), np.ones(x.shape)
    for block in count(0):
        steps = np.arange(block * _BLOCK, (block + 1) * _BLOCK, dtype=np.float64)
        at = np.where(down, x - steps, x + steps)
        rest = big - d - n + at
        gained = np.where(down, at * rest, (n - at) * (d - at))
        lost = np.where(down, (n - at + 1.0) * (d - at + 1.0), (at + 1.0) * (rest + 1.0))
        # Past the last possible count the term is 0 and stays so, whatever the ratio would be.
        possible = np.logical_and.accumulate(gained > 0, axis=-1)
        terms = last * np.cumprod(np.where(possible, gained / np.where(possible, lost, 1.0), 0.0), axis=-1)
        total += terms.sum(axis=-1)
        last = terms[..., -1:]
        if not (last[..., 0] > total * 1e-17).any():
            break
    return total


def _log_binomial(x: Floats, n: Floats, p: Floats) -> Floats:
    """Logarithm of the binomial probability of x in n; 0 <= x <= n, 0 <= p <= 1, x = 0 where p = 0."""
    inner = (x > 0) & (x < n)
    a, b = np.where(inner, x, 1.0), np.where(inner, n - x, 1.0)
    size = a + b
    errors = _stirling_error(np.stack((size, a, b)))
    deviances = _deviance(np.stack((a, b)), np.stack((size * p, size * (1.0 - p))))
    middle = (errors[0] - errors[1] - errors[2]) - (deviances[0] + deviances[1])
    middle += 0.5 * np.log(size / (a * b)) - _HALF_LOG_2PI
    edge = np.where(x == 0, special.xlog1py(n, -p), special.xlogy(n, p))
    return np.asarray(np.where(inner, middle, edge))


def _stirling_error(n: Floats) -> Floats:
    """log n! minus Stirling's formula, for n >= 1."""
    s = 1.0 / (n * n)
    series = (
        1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * 691 / 360360))))
    ) / n
    return np.where(n < _TABLED, _TABLE[np.minimum(n, _TABLED - 1).astype(np.int64)], series)


def _deviance(x: Floats, mean: Floats) -> Floats:
    """x log(x/mean) + mean - x without loss of digits near x = mean."""
    mean = np.where(mean > 0, mean, 1.0)
    v = (x - mean) / (x + mean)
    near = np.abs(v) < 0.1
    w = np.where(near, v, 0.0)
    square = w * w
    series = np.zeros(np.shape(w))
    for k in range(10, 0, -1):  # 2x artanh(v) - (x - mean), by its series: 0.1^20 is below rounding
        series = square * (1.0 / (2 * k + 1) + series)
    close = (x - mean) * w + 2.0 * x * w * series
    return np.where(near, close, x * (np.log(x) - np.log(mean)) + mean - x)
