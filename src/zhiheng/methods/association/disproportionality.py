r"""Ratios of a fourfold table, for a million pairs at once: PRR, ROR, Yates' χ², Fisher, IC.

Of the reports a have the product and the hazard, b the product alone, c the hazard alone, d neither.
An interval that lies above 1 (or 0 for the IC) says that the pair is reported more often than chance;
it does not say that the product causes the hazard. Small counts are marked, not dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from zhiheng.methods.association.pairs import Floats, Ints, Pairs, level_tail


@dataclass(frozen=True, slots=True, eq=False)
class Ratios:
    """Measures of each pair, in the order of the pairs; NaN or infinity where a cell is 0.

    Attributes
    ----------
    prr, prr_lower, prr_upper : ndarray of float64
        Proportional reporting ratio (a/(a+b)) / (c/(c+d)) with its interval.
    ror, ror_lower, ror_upper : ndarray of float64
        Reporting odds ratio ad/bc with its interval (Woolf).
    chi2 : ndarray of float64
        χ² with Yates' correction.
    fisher : ndarray of float64
        One-sided p value of Fisher's exact test: a or more by chance.
    ic, ic_lower, ic_upper : ndarray of float64
        Information component log2((a + 1/2)/(E + 1/2)) with its credible interval.
    small : ndarray of bool
        Fewer reports than asked for: look, but do not rely on it.
    level : float
        Two-sided level of the intervals.
    """

    prr: Floats
    prr_lower: Floats
    prr_upper: Floats
    ror: Floats
    ror_lower: Floats
    ror_upper: Floats
    chi2: Floats
    fisher: Floats
    ic: Floats
    ic_lower: Floats
    ic_upper: Floats
    small: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    level: float


def ratios(found: Pairs, *, level: float = 0.95, at_least: int = 3) -> Ratios:
    r"""Measures of disproportionality.

    .. math::
        \ln PRR \pm z\sqrt{\tfrac1a-\tfrac1{a+b}+\tfrac1c-\tfrac1{c+d}},\qquad
        \ln ROR \pm z\sqrt{\tfrac1a+\tfrac1b+\tfrac1c+\tfrac1d}

    The IC is that of Norén, Hopstadius and Bate: quantiles of Gamma(a + 1/2, E + 1/2), in log2; it uses
    `expected` and so respects strata or sales. The others are of the crude table.

    Parameters
    ----------
    found : Pairs
    level : float, default 0.95
        Two-sided, in (0, 1).
    at_least : int, default 3
        Pairs with fewer reports are marked `small`.

    Returns
    -------
    Ratios

    Raises
    ------
    InvalidInput
        `association.level`.

    References
    ----------
    S. Evans, P. Waller, S. Davis (2001), Pharmacoepidemiology and Drug Safety 10, 483-486 (PRR, at least 3).
    G. N. Norén, J. Hopstadius, A. Bate (2013), Statistical Methods in Medical Research 22, 57-69 (IC).
    """
    tail = level_tail(level)
    a, b, c, d = fourfold(found)
    z = float(special.ndtri((1 + level) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        prr = (a / (a + b)) / (c / (c + d))
        spread = np.exp(z * np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)))
        ror = (a * d) / (b * c)
        odds = np.exp(z * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d))
        intervals = (prr / spread, prr * spread, ror / odds, ror * odds)
    shape, rate = a + 0.5, found.expected + 0.5
    return Ratios(
        prr,
        *intervals[:2],
        ror,
        *intervals[2:],
        chi2=_yates(a, b, c, d),
        fisher=_fisher(found),
        ic=np.log2(shape / rate),
        ic_lower=np.log2(special.gammaincinv(shape, tail) / rate),
        ic_upper=np.log2(special.gammainccinv(shape, tail) / rate),
        small=found.count < at_least,
        level=level,
    )


def fourfold(found: Pairs) -> tuple[Floats, Floats, Floats, Floats]:
    """The cells a, b, c, d of each pair's fourfold table."""
    a: Ints = found.count
    b, c = found.product_total - a, found.hazard_total - a
    d = found.total - a - b - c
    return a.astype(float), b.astype(float), c.astype(float), d.astype(float)


def _yates(a: Floats, b: Floats, c: Floats, d: Floats) -> Floats:
    n = a + b + c + d
    off = np.abs(a * d - b * c)
    # The correction is never larger than the difference it corrects, as in R's chisq.test.
    corrected = off - np.minimum(n / 2, off)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(n * (corrected / (a + b) / (c + d)) * (corrected / (a + c) / (b + d)))


def _fisher(found: Pairs) -> Floats:
    r"""P(X >= a) of the hypergeometric distribution, summed from a upwards.

    Terms fall by a known ratio; the sum of a pair ends when a term no longer counts. Below the mean the
    lower tail is summed instead and taken from 1, so that no sum is long.
    """
    a, m, k, n = found.count, found.product_total, found.hazard_total, found.total
    upper = a > (m * (k / n))
    result = np.empty(a.size)
    top = np.minimum(m, k)
    if upper.any():
        result[upper] = _tail(a[upper], m[upper], k[upper], n, top[upper], 1)
    rest = ~upper
    if rest.any():
        low = np.maximum(0, m[rest] + k[rest] - n)
        below = a[rest] - 1
        tail = np.where(below >= low, _tail(np.maximum(below, low), m[rest], k[rest], n, low, -1), 0.0)
        result[rest] = 1 - np.minimum(tail, 1.0)
    return result


def _tail(a: Ints, m: Ints, k: Ints, n: int, end: Ints, step: int) -> Floats:
    x = a.astype(float)
    g = special.gammaln
    log_first = (
        g(m + 1.0) - g(x + 1) - g(m - x + 1)
        + g(n - m + 1.0) - g(k - x + 1) - g(n - m - k + x + 1)
        - g(n + 1.0) + g(k + 1.0) + g(n - k + 1.0)
    )  # fmt: skip
    term, total = np.ones(x.size), np.ones(x.size)
    live = np.flatnonzero(a != end)
    x = x.copy()
    while live.size:
        y, mm, kk = x[live], m[live], k[live]
        if step > 0:
            ratio = (mm - y) * (kk - y) / ((y + 1) * (n - mm - kk + y + 1))
        else:
            ratio = y * (n - mm - kk + y) / ((mm - y + 1) * (kk - y + 1))
        term[live] *= ratio
        total[live] += term[live]
        x[live] += step
        live = live[(x[live] != end[live]) & (term[live] > total[live] * 1e-17)]
    return np.asarray(np.exp(log_first) * total)
