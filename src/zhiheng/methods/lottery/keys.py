"""Which objects of a stratum are drawn: exact whole-number keys, found quickly.

The definition is one of whole numbers, so that every language gets the same draw. Floating logarithms
only point out who may be drawn; who is, exact keys decide. This module refuses to know a frame's lines.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Hashes = NDArray[np.uint64]  # the first 64 bits of each object's hash
Floats = NDArray[np.float64]

BITS: Final = 64
FULL: Final = 1 << BITS
WEIGHT_UNIT: Final = 10**6
RATE_UNIT: Final = 10**12

# The relative error of the floating logarithm is below 1e-15; a thousand times that is still few objects.
_GUARD: Final = 1e-12
# The exact logarithm is cut to 2^-64, which floats do not know of.
_CUT: Final = 2.0**-60


def uniform_bits(digest: bytes) -> int:
    """x: the first 64 bits of an object's hash."""
    return int.from_bytes(digest[:8], "big")


def neglog(x: int) -> int:
    r"""L = -log2((2x + 1) / 2^65) in units of 2^-64, by repeated squaring in whole numbers.

    Parameters
    ----------
    x : int
        0 <= x < 2^64.

    Returns
    -------
    int
        1 <= L < 2^71; never increasing with x. Each of the 64 squarings gives one binary digit of the
        logarithm; cutting to 127 digits on the way makes an error of less than one unit.
    """
    m = 2 * x + 1
    exponent = m.bit_length() - 1
    y, fraction = m << (127 - exponent), 0
    for _ in range(BITS):
        y = (y * y) >> 127
        digit = y >> 128
        fraction = 2 * fraction + digit
        y >>= digit
    return (65 << BITS) - ((exponent << BITS) + fraction)


def key(x: int, weight: int) -> int:
    """The key floor(L 2^64 / W) of an object with weight W in units of 10^-6; the smallest are drawn."""
    return (neglog(x) << BITS) // weight


def threshold(rate: int, weight: int | None) -> int:
    """An object is drawn if x lies below this: probability rate, or rate times weight, at most 1.

    Parameters
    ----------
    rate : int
        In units of 10^-12.
    weight : int or None
        In units of 10^-6; None for a Bernoulli draw.
    """
    if weight is None:
        return min(FULL, (rate << BITS) // RATE_UNIT)
    return min(FULL, ((rate * weight) << BITS) // (RATE_UNIT * WEIGHT_UNIT))


def smallest(x: Hashes, weights: Integers, count: int) -> Integers:
    """Positions among which the objects with the `count` smallest keys are certainly found.

    Parameters
    ----------
    x, weights : ndarray
        Of one stratum.
    count : int
        1 <= count <= len(x).

    Notes
    -----
    A float key differs from the exact one by a factor within 1 ± 1e-12 and the cut of the exact one.
    The largest exact key among the `count` smallest float keys is an upper bound of the `count`-th
    smallest exact key; whoever's float key lies above it by more than the error is not drawn.
    """
    logs = _logs(x)
    keys = logs / weights
    chosen = np.argpartition(keys, count - 1)[:count]
    highest = float((keys[chosen] * (1.0 + _GUARD) + _CUT / weights[chosen]).max())
    return np.flatnonzero(logs <= weights * (highest * (1.0 + _GUARD)) + _CUT)


def below(x: Hashes, weights: Integers | None, rate: int) -> Integers:
    """Positions of the objects that a Bernoulli or Poisson draw takes, in ascending order."""
    if weights is None:
        edge = threshold(rate, None)
        return np.arange(len(x)) if edge >= FULL else np.flatnonzero(x < np.uint64(edge))
    wanted = weights * (rate / (RATE_UNIT * WEIGHT_UNIT) * FULL)
    hashes = x.astype(np.float64)
    possible = np.flatnonzero(hashes <= wanted * (1.0 + _GUARD) + 1.0)
    sure = hashes[possible] < wanted[possible] * (1.0 - _GUARD) - 1.0
    for place in np.flatnonzero(~sure):
        at = possible[place]
        sure[place] = int(x[at]) < threshold(rate, int(weights[at]))
    return np.asarray(possible[sure])


def _logs(x: Hashes) -> Floats:
    """-ln((2x + 1) / 2^65), with all digits kept where it is near 0."""
    upper = x >= np.uint64(1 << 63)
    out = np.empty(len(x))
    # 1 - u is a small exact integer where u is near 1.
    out[upper] = -np.log1p(-((~x[upper]).astype(np.float64) + 0.5) / FULL)
    out[~upper] = -np.log((x[~upper].astype(np.float64) + 0.5) / FULL)
    return out
