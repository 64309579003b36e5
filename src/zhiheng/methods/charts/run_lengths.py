r"""How long a chart runs: average run length (ARL) of Shewhart, CUSUM and EWMA, and charts designed for one.

A chart's state (the sum, the average) is a Markov chain. From state u the mean number of points to the
alarm solves

.. math:: L(u)=1+\int K(u,v)\,L(v)\,dv\ (+\text{the mass at }0),

which on Gauss-Legendre nodes becomes a linear system: a Markov chain with states where they count most.
Forty such states are as exact as thousands of equal cells (Brook and Evans 1972), which the tests compare.

Points are independent and normal; shifts are in standard errors of a point, there from the start on, and
the process is known, not estimated. This module refuses to say more: with limits from a short period true
run lengths scatter widely about these.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from scipy import optimize, special

from zhiheng.methods.charts.cells import Floats, between
from zhiheng.methods.errors import N_, InvalidInput

LONGEST: Final = 1e8  # beyond it the linear system has too few digits left
_DENSITY: Final = 1 / math.sqrt(2 * math.pi)


def shewhart_arl(shift: float = 0.0, *, width: float = 3.0) -> float:
    r"""ARL of limits at ± width: :math:`1/(\Phi(-w-\delta)+\Phi(-w+\delta))`.

    Parameters
    ----------
    shift : float
        Shift of the mean in standard errors of a point (for subgroups: shift in σ times √n).
    width : float
        Above 0.

    Raises
    ------
    InvalidInput
        `chart.parameter`.
    """
    _finite(shift, "shift")
    between(width, 0.0, math.inf, "width")
    return float(1 / (special.ndtr(-width - shift) + special.ndtr(-width + shift)))


def shewhart_width(arl: float) -> float:
    """Width whose ARL without a shift is `arl`, above 1."""
    return float(-special.ndtri(0.5 / between(arl, 1.0, math.inf, "arl")))


def cusum_arl(
    shift: float = 0.0,
    *,
    reference: float = 0.5,
    decision: float = 5.0,
    head_start: float = 0.0,
    two_sided: bool = True,
) -> float:
    r"""ARL of a tabular CUSUM, by Page's integral equation.

    One side: :math:`L(u)=1+\Phi(k-u-\delta)L(0)+\int_0^h\varphi(v+k-u-\delta)L(v)\,dv`. Both sides: with
    :math:`L^\pm` of the sides at the head start and :math:`L^\pm_0` at 0

    .. math:: \frac{L^+L^-_0+L^-L^+_0-L^+_0L^-_0}{L^+_0+L^-_0},

    which is :math:`1/L=1/L^++1/L^-` without a head start.

    Parameters
    ----------
    shift : float
        In standard errors of a point; the upper side's where `two_sided` is False.
    reference, decision, head_start : float
        k of 0 or more, h above 0, and a start in [0, h).
    two_sided : bool, default True

    Returns
    -------
    float
        Mean number of points up to and with the alarm.

    Raises
    ------
    InvalidInput
        `chart.parameter`; `run_length.too_long` above 1e8; `run_length.head_start` for both sides with
        a head start above h/2 + k, where the formula for both sides does not hold.

    References
    ----------
    E. S. Page (1954), Biometrika 41, 100-115. D. Brook, D. A. Evans (1972), Biometrika 59, 539-549.
    J. M. Lucas, R. B. Crosier (1982), Technometrics 24, 199-205.
    """
    _finite(shift, "shift")
    k = between(reference, -1e-300, math.inf, "reference")
    h = between(decision, 0.0, math.inf, "decision")
    u = between(head_start, -1e-300, h, "head_start")
    up, up_zero = _one_side(shift, k, h, u)
    if not two_sided:
        return _told(up)
    if u > h / 2 + k:
        raise InvalidInput(
            "run_length.head_start",
            N_("The head start %(start)s is above %(most)s: the two sides would be alike in time no more."),
            N_("Half the decision interval is usual."),
            start=str(u),
            most=str(h / 2 + k),
        )
    down, down_zero = _one_side(-shift, k, h, u)
    # As shares of one, so that a side that hardly ever alarms does not swamp the other's digits.
    weight = up_zero / (up_zero + down_zero)
    return _told(up * (1 - weight) + down * weight - up_zero * (1 - weight))


def cusum_decision(
    arl: float, *, reference: float = 0.5, head_start_share: float = 0.0, two_sided: bool = True
) -> float:
    """Decision interval h at which the ARL without a shift is `arl`.

    Parameters
    ----------
    arl : float
        Wanted ARL, up to 1e6.
    reference : float, default 0.5
        k.
    head_start_share : float, default 0
        Head start as a share of h, in [0, 0.5].
    two_sided : bool, default True

    Raises
    ------
    InvalidInput
        `chart.parameter`; `run_length.unreachable` where even h near 0 runs longer than `arl`.
    """
    between(arl, 1.0, 1e6 * (1 + 1e-12), "arl")
    between(head_start_share, -1e-300, 0.5 + 1e-12, "head_start_share")

    def of(h: float) -> float:
        start = head_start_share * h
        return cusum_arl(0.0, reference=reference, decision=h, head_start=start, two_sided=two_sided)

    return _found(of, arl)


def ewma_arl(shift: float = 0.0, *, weight: float = 0.2, width: float = 3.0) -> float:
    r"""ARL of a two-sided EWMA with steady limits, started at the centre.

    With :math:`c=L\sqrt{\lambda/(2-\lambda)}`:
    :math:`L(u)=1+\frac1\lambda\int_{-c}^{c}\varphi\bigl(\tfrac{v-(1-\lambda)u}{\lambda}-\delta\bigr)L(v)\,dv`.

    Parameters
    ----------
    shift : float
        In standard errors of a point.
    weight : float, default 0.2
        λ, 0.01 <= λ <= 1.
    width : float, default 3
        L, above 0.

    Raises
    ------
    InvalidInput
        `chart.parameter`, `run_length.too_long`.

    References
    ----------
    S. V. Crowder (1987), Technometrics 29, 401-407. J. M. Lucas, M. S. Saccucci (1990), Technometrics 32,
    1-12.
    """
    _finite(shift, "shift")
    lam = between(weight, np.nextafter(0.01, 0.0), np.nextafter(1.0, 2.0), "weight")
    if lam == 1.0:
        return shewhart_arl(shift, width=width)
    edge = between(width, 0.0, math.inf, "width") * math.sqrt(lam / (2 - lam))
    nodes, weights = _nodes(2 * edge / lam)
    v, w = edge * nodes, edge * weights
    kernel = _normal((v - (1 - lam) * v[:, None]) / lam - shift) * (w / lam)
    values = np.linalg.solve(np.eye(v.size) - kernel, np.ones(v.size))
    return _told(1.0 + float(_normal(v / lam - shift) * (w / lam) @ values))


def ewma_width(arl: float, *, weight: float = 0.2) -> float:
    """Width L of steady limits at which the ARL without a shift is `arl` (up to 1e6).

    Raises
    ------
    InvalidInput
        `chart.parameter`.
    """
    between(arl, 1.0, 1e6 * (1 + 1e-12), "arl")
    return _found(lambda width: ewma_arl(0.0, weight=weight, width=width), arl)


def _one_side(shift: float, k: float, h: float, start: float) -> tuple[float, float]:
    """ARL of the upper side from `start` and from 0."""
    nodes, weights = _nodes(h)
    v, w = h * (nodes + 1) / 2, h * weights / 2
    states = np.concatenate([[0.0], v])  # the first state is the sum at rest
    kernel = np.empty((states.size, states.size))
    kernel[:, 0] = special.ndtr(k - shift - states)
    kernel[:, 1:] = _normal(v + k - shift - states[:, None]) * w
    values = np.linalg.solve(np.eye(states.size) - kernel, np.ones(states.size))
    from_start = 1 + special.ndtr(k - shift - start) * values[0]
    return float(from_start + _normal(v + k - shift - start) * w @ values[1:]), float(values[0])


def _nodes(length: float) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes enough for a normal density of deviation 1 on an interval of this length."""
    nodes, weights = np.polynomial.legendre.leggauss(min(600, 40 + 5 * math.ceil(length)))
    return nodes, weights


def _normal(x: Floats) -> Floats:
    return np.asarray(_DENSITY * np.exp(-0.5 * x * x))


def _told(arl: float) -> float:
    if not 0 < arl <= LONGEST:
        raise InvalidInput(
            "run_length.too_long",
            N_("The average run length is above %(longest)s points: it cannot be computed exactly."),
            N_("Take narrower limits; nobody waits that long."),
            longest=f"{LONGEST:g}",
        )
    return float(arl)


def _found(arl_of: Callable[[float], float], wanted: float) -> float:
    """The limit at which a rising ARL takes the wanted value."""
    low = high = 1.0
    while arl_of(high) < wanted:
        low, high = high, high * 1.5
    while arl_of(low) > wanted:
        low, high = low / 2, low
        if low < 1e-4:
            raise InvalidInput(
                "run_length.unreachable",
                N_("No limit has an average run length as short as %(arl)s."),
                N_("Ask for a longer one, or for a smaller reference value."),
                arl=str(wanted),
            )
    if low == high:
        return low
    return float(optimize.brentq(lambda at: math.log(arl_of(at) / wanted), low, high, xtol=1e-12, rtol=1e-12))


def _finite(value: float, name: str) -> None:
    between(value, -math.inf, math.inf, name)
