"""How likely each object is to be drawn in a weighted sample of fixed size.

Keys -ln(u)/w are exponential waiting times with rates w, and the first n arrivals are drawn. This
module computes the probability by a numerical integral whose error it states; it refuses to simulate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput

Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]

TARGET: Final = 1e-10
_TAIL: Final = 1e-13  # probability left out at either end of the integral
_FADED: Final = -50.0  # a characteristic function below e^-50 adds nothing
_DEGREE: Final = 12
_RATIO: Final = 1.25
_FEW: Final = 64
_BLOCK: Final = 1 << 21


@dataclass(frozen=True, slots=True, eq=False)
class Probabilities:
    """Inclusion probabilities and a bound of their error, found by refining the integral."""

    values: Floats
    error: float


def successive_inclusion(weights: ArrayLike, sample: int, at: ArrayLike | None = None) -> Probabilities:
    r"""Inclusion probabilities of a weighted draw of fixed size (successive sampling).

    .. math:: \pi(w) = \int_0^\infty w e^{-wt}\, P(S_{-}(t) \le n-1)\, dt

    with :math:`S_-(t)` the number of the other objects that arrived by t, a sum of independent indicators
    with probabilities :math:`1-e^{-w_jt}`.

    Parameters
    ----------
    weights : array_like
        Weights of all N objects, positive, in any unit.
    sample : int
        n, 0 <= n <= N.
    at : array_like, optional
        Weights that occur among `weights`, whose probabilities are wanted; all N without it.

    Returns
    -------
    Probabilities
        `values` of the shape of `at`; `error` is what the last refinement changed, at most 1e-10, plus
        what was cut off.

    Raises
    ------
    InvalidInput
        `inclusion.weights`, `inclusion.sample`.

    Notes
    -----
    The distribution of the sum comes from its characteristic function by a discrete Fourier transform
    about n. More than two thousand different weights are gathered into nodes that leave sums of smooth
    functions as they are (Chebyshev interpolation on intervals of ratio 1.25).

    References
    ----------
    P. S. Efraimidis, P. G. Spirakis (2006), Information Processing Letters 97, 181-185.
    B. Rosén (1972), Annals of Mathematical Statistics 43, 373-397 and 748-776 (successive sampling).
    Y. Hong (2013), Computational Statistics and Data Analysis 59, 41-51 (the sum's distribution).
    """
    w, n = _checked(weights, sample)
    wanted = w if at is None else np.asarray(at, dtype=np.float64)
    if n in (0, w.size) or w.min() == w.max():
        return Probabilities(np.full(wanted.shape, n / w.size), 0.0)
    scale = w.mean()
    distinct, back = np.unique(wanted / scale, return_inverse=True)
    values, error = _refined(_Sum(w / scale, n), distinct)
    return Probabilities(np.clip(values, 0.0, 1.0)[back].reshape(wanted.shape), error + 4 * _TAIL)


def _checked(weights: ArrayLike, sample: int) -> tuple[Floats, int]:
    w = np.asarray(weights, dtype=np.float64)
    bad = ~(np.isfinite(w) & (w > 0))
    if w.ndim != 1 or bad.any():
        raise InvalidInput(
            "inclusion.weights",
            N_("The weight at position %(position)d is %(value)s."),
            N_("Give one positive, finite weight for each object."),
            position=int(np.argmax(bad)),
            value=str(w.flat[int(np.argmax(bad))]) if w.size else "",
        )
    if not 0 <= sample <= w.size:
        raise InvalidInput(
            "inclusion.sample",
            N_("%(sample)d of %(size)d objects cannot be drawn."),
            N_("Draw at least 0 and at most as many as there are."),
            sample=sample,
            size=w.size,
        )
    return w, int(sample)


def _refined(of: _Sum, at: Floats) -> tuple[Floats, float]:
    """The integral with more and more nodes, until it no longer changes."""
    panels = max(4, int(np.ceil(of.range / 1.5)))
    before = _integral(of, at, panels)
    error = np.inf
    for _ in range(6):
        panels = int(panels * 1.6) + 1
        after = _integral(of, at, panels)
        error, before = float(np.abs(after - before).max()), after
        if error <= TARGET:
            break
    return before, error


def _integral(of: _Sum, at: Floats, panels: int) -> Floats:
    """π at each weight; the time axis is logarithmic, Gauss-Legendre with 16 nodes on each panel."""
    nodes, shares = np.polynomial.legendre.leggauss(16)
    edges = np.linspace(of.first, of.last, panels + 1)
    half = (edges[1] - edges[0]) / 2
    logs = ((edges[:-1] + half)[:, None] + half * nodes).ravel()
    times, steps = np.exp(logs), np.tile(shares * half, panels) * np.exp(logs)
    waves = of.waves(times)

    def probability(w: Floats) -> Floats:
        start = -np.expm1(-w * np.exp(of.first))
        return np.asarray(start + waves.integrate(w, times, steps))

    return _interpolated(probability, at)


class _Sum:
    """S(t), the number of arrivals by t among all objects, and the times between which it passes n."""

    def __init__(self, w: Floats, n: int) -> None:
        self.n, self.size = n, w.size
        self.values, self.counts = _gathered(w)
        middle = self._root(lambda t: self.mean(t) - n + 0.5)
        least = np.log(_TAIL)
        self.first = self._root(lambda t: self._early(t) - least, high=middle)
        self.last = self._root(lambda t: least - self._late(t), low=middle)
        self.range = self.last - self.first

    def mean(self, log_time: float) -> float:
        """E S."""
        return float(self.counts @ -np.expm1(-self.values * np.exp(log_time)))

    def _left(self, log_time: float) -> float:
        """N - E S; it keeps its digits when hardly anybody is left."""
        return float(self.counts @ np.exp(-self.values * np.exp(log_time)))

    def _early(self, log_time: float) -> float:
        """Bound of ln P(S >= n): arrivals too many, or objects left too few (Chernoff)."""
        m, n = self.mean(log_time), self.n
        left, few = self._left(log_time), self.size - n
        return min(_chernoff(n, m) if m < n else 0.0, _chernoff(few, left) if left > few else 0.0)

    def _late(self, log_time: float) -> float:
        """Bound of ln P(S <= n), which holds for the other objects alone with n - 1."""
        m, n = self.mean(log_time), self.n
        left, many = self._left(log_time), self.size - n
        return min(_chernoff(n, m) if m > n else 0.0, _chernoff(many, left) if left < many else 0.0)

    def _root(self, rising: Callable[[float], float], low: float = -90.0, high: float = 90.0) -> float:
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if rising(middle) < 0 else (low, middle)
        return high

    def waves(self, times: Floats) -> _Waves:
        """The characteristic function of S - n at all times, as far as it has not faded."""
        p = -np.expm1(-np.outer(times, self.values))
        means, spreads = p @ self.counts, np.sqrt((p * (1 - p)) @ self.counts)
        half = int(np.max(np.abs(means - self.n) + 9 * np.maximum(spreads, 1.0))) + 40
        period = 2 * half + 1
        logs: list[Complex] = []
        for number in range(half + 1):
            logs.append(self._log_wave(p, 2 * np.pi * number / period))
            if float(logs[-1].real.max()) < _FADED:
                break
        angles = 2 * np.pi * np.arange(len(logs)) / period
        return _Waves(angles, np.exp(np.stack(logs, axis=1)), half, period)

    def _log_wave(self, p: Floats, angle: float) -> Complex:
        # Both parts keep their digits where p or the angle is small; the logarithm of a sum would not.
        size = 0.5 * np.log1p(-4 * p * (1 - p) * np.sin(angle / 2) ** 2)
        turn = np.arctan2(p * np.sin(angle), 1 - 2 * p * np.sin(angle / 2) ** 2)
        return np.asarray(size @ self.counts + 1j * (turn @ self.counts - angle * self.n))


@dataclass(frozen=True, slots=True, eq=False)
class _Waves:
    angles: Floats
    values: Complex  # one row for each time
    half: int
    period: int

    def integrate(self, w: Floats, times: Floats, steps: Floats) -> Floats:
        """Sum over times of step · w e^(-wt) · P(S_- <= n - 1), for each weight w of the object left out."""
        # Sum of e^(-iθk) over k = -half … -1, counted from n; conjugate waves double every angle but 0.
        turns = np.exp(1j * self.angles)
        geometric = np.full(self.angles.shape, complex(self.half))
        geometric[1:] = (turns[1:] ** (self.half + 1) - turns[1:]) / (turns[1:] - 1)
        geometric[1:] *= 2
        table = self.values * geometric / self.period
        out = np.empty(w.size)
        block = max(1, _BLOCK // table.size)
        for start in range(0, w.size, block):
            own = w[start : start + block, None]
            stay = np.exp(-own * times)
            # The object itself is divided out of the sum.
            without = table / (1 + (1 - stay)[:, :, None] * (turns - 1))
            out[start : start + block] = (without.sum(axis=2).real * own * stay) @ steps
        return out


def _chernoff(count: int, mean: float) -> float:
    """ln of the bound e^(count - mean) (mean/count)^count of a sum of indicators."""
    if mean <= 0:
        return -np.inf
    return count - mean - (count * float(np.log(count / mean)) if count else 0.0)


def _gathered(w: Floats) -> tuple[Floats, Floats]:
    """Nodes and multiplicities that give the same sums of smooth functions as all weights."""
    distinct, counts = np.unique(w, return_counts=True)
    if distinct.size <= 2000:
        return distinct, counts.astype(np.float64)
    nodes, numbers = [], []
    for part in _bins(distinct):
        if part.stop - part.start <= _FEW:
            nodes.append(distinct[part])
            numbers.append(counts[part].astype(np.float64))
            continue
        x, nodal, low, high = _chebyshev_of(distinct[part])
        moments = counts[part] @ chebyshev.chebvander(x, _DEGREE - 1)
        moments[1:] *= 2
        nodes.append(np.exp(low + (nodal + 1) / 2 * (high - low)))
        numbers.append(chebyshev.chebvander(nodal, _DEGREE - 1) @ moments / _DEGREE)
    return np.concatenate(nodes), np.concatenate(numbers)


def _interpolated(of: Callable[[Floats], Floats], at: Floats) -> Floats:
    """A smooth function of ascending weights, computed at fewer of them where they lie close."""
    if at.size <= _FEW:
        return of(at)
    out, dense, asked = np.empty(at.size), [], []
    for part in _bins(at):
        if part.stop - part.start <= _DEGREE:
            asked.append((part, at[part]))
        else:
            x, nodal, low, high = _chebyshev_of(at[part])
            asked.append((part, np.exp(low + (nodal + 1) / 2 * (high - low))))
            dense.append((len(asked) - 1, x, nodal))
    found = np.split(of(np.concatenate([w for _, w in asked])), np.cumsum([w.size for _, w in asked])[:-1])
    placed = {number: (x, nodal) for number, x, nodal in dense}
    for number, (part, _) in enumerate(asked):
        values = found[number]
        if number in placed:
            x, nodal = placed[number]
            factors = chebyshev.chebvander(nodal, _DEGREE - 1).T @ values * 2 / _DEGREE
            factors[0] /= 2
            values = np.asarray(chebyshev.chebval(x, factors), dtype=np.float64)
        out[part] = values
    return out


def _bins(ascending: Floats) -> Iterator[slice]:
    """Slices whose largest value is at most 1.25 times the smallest."""
    start = 0
    while start < ascending.size:
        stop = int(np.searchsorted(ascending, ascending[start] * _RATIO, side="right"))
        yield slice(start, stop)
        start = stop


def _chebyshev_of(values: Floats) -> tuple[Floats, Floats, float, float]:
    """Values brought to [-1, 1] on a logarithmic scale, the nodes there, and the logarithmic bounds."""
    logs = np.log(values)
    low, high = float(logs[0]), float(logs[-1])
    nodal = chebyshev.chebpts1(_DEGREE)
    return 2 * (logs - low) / (high - low) - 1, nodal, low, high
