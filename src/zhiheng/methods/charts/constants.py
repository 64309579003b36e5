r"""The constants of charts, computed: d2 and d3 of the range, c4 of the standard deviation.

For n independent standard normal values with range W and standard deviation S

.. math:: d_2=E(W)=\int 1-\Phi^n-(1-\Phi)^n,\quad d_3=\operatorname{sd}(W),\quad
          c_4=E(S)=\sqrt{\tfrac2{n-1}}\,\frac{\Gamma(n/2)}{\Gamma((n-1)/2)},

.. math:: E(W^2)=2\iint_{x<y}1-\Phi(y)^n-(1-\Phi(x))^n+(\Phi(y)-\Phi(x))^n\,dx\,dy.

Tables stop at 25 and round; these do not. Each is computed once for each n.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy import special

from zhiheng.methods.charts.cells import Floats
from zhiheng.methods.errors import N_, InvalidInput

LARGEST = 10_000  # a range of more values says nothing that their standard deviation does not say better

_REACH = 9.5  # Φ(-9.5) is 1e-21: beyond it not even 10 000 values change the sixteenth digit
_GRID = np.linspace(-_REACH, _REACH, 381)  # the trapezoid rule is exact to rounding for such functions
_STEP = float(_GRID[1] - _GRID[0])


@lru_cache(maxsize=4096)
def d2(n: int) -> float:
    """Mean of the range of n standard normal values, n from 2 to 10 000."""
    _size(n, LARGEST)
    lower, upper = special.ndtr(_GRID), special.ndtr(-_GRID)
    return float(np.sum(1.0 - lower**n - upper**n) * _STEP)


@lru_cache(maxsize=4096)
def d3(n: int) -> float:
    """Standard deviation of the range of n standard normal values, n from 2 to 10 000."""
    _size(n, LARGEST)
    nodes, weights = np.polynomial.legendre.leggauss(160)
    width, weights = _REACH * (nodes + 1.0), _REACH * weights  # the range itself, from 0 to 19
    x = _GRID[:, None]  # below it the four terms cancel
    y = x + width
    within = (special.ndtr(y) - special.ndtr(x)) ** n
    beyond = 1.0 - special.ndtr(y) ** n - special.ndtr(-x) ** n + within
    square = 2.0 * float(np.sum(beyond @ weights) * _STEP)
    return math.sqrt(square - d2(n) ** 2)


@lru_cache(maxsize=4096)
def c4(n: int) -> float:
    """Mean of the standard deviation (divisor n - 1) of n standard normal values, n of 2 or more."""
    _size(n, None)
    m = n - 1.0
    if n > 250:  # the difference of two large logarithms would lose digits
        return 1 - 1 / (4 * m) + 1 / (32 * m**2) + 5 / (128 * m**3) - 21 / (2048 * m**4)
    return math.sqrt(2 / m) * math.exp(math.lgamma(n / 2) - math.lgamma(m / 2))


def d2_star(n: int, subgroups: int) -> float:
    r""":math:`\sqrt{d_2^2+d_3^2/g}`: root mean square of the mean of g ranges (Duncan 1955)."""
    return math.sqrt(d2(n) ** 2 + d3(n) ** 2 / subgroups)


def each(constant: Callable[[int], float], sizes: Floats) -> Floats:
    """The constant of every size in an array; each distinct size is computed once."""
    distinct, back = np.unique(sizes, return_inverse=True)
    return np.array([constant(int(n)) for n in distinct])[back].reshape(sizes.shape)


def _size(n: int, largest: int | None) -> None:
    if n < 2 or (largest is not None and n > largest):
        raise InvalidInput(
            "chart.size",
            N_("A subgroup of %(size)d has no constant of this kind."),
            N_("Give subgroups of 2 to %(largest)s values; individual values have a chart of their own."),
            size=n,
            largest=str(largest or "∞"),
        )
