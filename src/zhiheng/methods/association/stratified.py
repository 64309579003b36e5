r"""Odds and reporting ratios over strata, by Mantel and Haenszel: one ratio where the strata's are alike.

Reports differ by age, sex and period in what is reported at all; a crude ratio mixes that in. With the
fourfold table of stratum s and :math:`n_s` reports in it

.. math:: ROR=\frac{\sum a_sd_s/n_s}{\sum b_sc_s/n_s},\qquad
   PRR=\frac{\sum a_s(c_s+d_s)/n_s}{\sum c_s(a_s+b_s)/n_s}.

Where the ratio differs between strata, one number hides it: this module refuses to say that it does not.

Sources: N. Mantel, W. Haenszel (1959), JNCI 22, 719-748; J. Robins, N. Breslow, S. Greenland (1986),
Biometrics 42, 311-323 (variance of ln ROR); S. Greenland, J. Robins (1985), Biometrics 41, 55-68 (of ln PRR).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from zhiheng.methods.association.pairs import Floats, Ints, Pairs, level_tail, pairs


@dataclass(frozen=True, slots=True, eq=False)
class Stratified:
    """Ratios over strata for each pair of `pairs`; NaN or infinite where no stratum tells anything."""

    pairs: Pairs
    ror: Floats
    ror_lower: Floats
    ror_upper: Floats
    prr: Floats
    prr_lower: Floats
    prr_upper: Floats
    strata: int
    level: float


def mantel_haenszel(
    product: ArrayLike,
    hazard: ArrayLike,
    count: ArrayLike | None = None,
    *,
    stratum: ArrayLike,
    level: float = 0.95,
) -> Stratified:
    """Ratios over strata; parameters and errors as for `pairs.pairs`, and `association.level`."""
    level_tail(level)
    found = pairs(product, hazard, count, stratum=stratum)
    i, j, s = (np.asarray(one) for one in (product, hazard, stratum))
    n = np.ones(i.size) if count is None else np.asarray(count, float)
    sums = _Sums(found.count.size)
    kept = np.unique(s[n > 0])
    for one in kept:
        here = (s == one) & (n > 0)
        sums.add(*_tables(found, i[here], j[here], n[here]))
    z = float(special.ndtri((1 + level) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        ror, ror_spread = sums.ror(), np.exp(z * np.sqrt(sums.ror_variance()))
        prr, prr_spread = sums.prr(), np.exp(z * np.sqrt(sums.prr_variance()))
        return Stratified(
            found,
            ror,
            ror / ror_spread,
            ror * ror_spread,
            prr,
            prr / prr_spread,
            prr * prr_spread,
            strata=int(kept.size),
            level=level,
        )


def _tables(found: Pairs, i: Ints, j: Ints, n: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Cells of every pair's table within one stratum; a pair that is not reported there has a = 0."""
    width = int(max(found.hazard.max(), j.max())) + 1
    keys = found.product * width + found.hazard
    a = _sums(np.searchsorted(keys, i * width + j), n, keys.size)
    by_product = _sums(i, n, int(found.product.max()) + 1)[found.product]
    by_hazard = _sums(j, n, width)[found.hazard]
    return a, by_product - a, by_hazard - a, n.sum() - by_product - by_hazard + a


def _sums(rows: Ints, n: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(rows, weights=n, minlength=size), np.float64)


class _Sums:
    """The sums over strata that ratios and variances are made of."""

    def __init__(self, size: int) -> None:
        self.r, self.s, self.pr, self.ps_qr, self.qs = (np.zeros(size) for _ in range(5))
        self.over, self.under, self.spread = (np.zeros(size) for _ in range(3))

    def add(self, a: Floats, b: Floats, c: Floats, d: Floats) -> None:
        n = a + b + c + d
        p, q, r, s = (a + d) / n, (b + c) / n, a * d / n, b * c / n
        self.r += r
        self.s += s
        self.pr += p * r
        self.ps_qr += p * s + q * r
        self.qs += q * s
        self.over += a * (c + d) / n
        self.under += c * (a + b) / n
        self.spread += ((a + c) * (a + b) * (c + d) - a * c * n) / n**2

    def ror(self) -> Floats:
        return np.asarray(self.r / self.s)

    def ror_variance(self) -> Floats:
        r, s = self.r, self.s
        return np.asarray(self.pr / (2 * r**2) + self.ps_qr / (2 * r * s) + self.qs / (2 * s**2))

    def prr(self) -> Floats:
        return np.asarray(self.over / self.under)

    def prr_variance(self) -> Floats:
        return np.asarray(self.spread / (self.over * self.under))
