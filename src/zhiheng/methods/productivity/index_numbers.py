r"""Index numbers of quantities: many goods, one number, each period against the one before.

.. math:: \ln Q_T=\sum_i\tfrac12(s_{i0}+s_{i1})\ln\frac{q_{i1}}{q_{i0}},\qquad
   Q_F=\Bigl[\frac{p_0q_1}{p_0q_0}\cdot\frac{p_1q_1}{p_1q_0}\Bigr]^{1/2}

Price indices are the same with prices and quantities exchanged. This module refuses goods that come or go:
Törnqvist needs every quantity above 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.productivity.quantities import alike, table
from zhiheng.methods.productivity.simplex import Floats


def tornqvist(quantities: ArrayLike, prices: ArrayLike) -> Floats:
    """Törnqvist's index of each period against the one before.

    Parameters
    ----------
    quantities, prices : array_like of float, shape (periods, goods)
        Above 0.

    Returns
    -------
    ndarray of float64, shape (periods - 1,)
        Multiply along the periods for the chained index (`chained`).

    Raises
    ------
    InvalidInput
        `quantity.*`, `index.goods`, `index.periods`.

    References
    ----------
    W. E. Diewert (1976), Journal of Econometrics 4, 115-145.
    """
    q, p = _goods(quantities, prices)
    share = q * p / (q * p).sum(axis=1, keepdims=True)
    return np.asarray(np.exp(((share[1:] + share[:-1]) / 2 * np.diff(np.log(q), axis=0)).sum(axis=1)))


def fisher(quantities: ArrayLike, prices: ArrayLike) -> Floats:
    """Fisher's index: the geometric mean of Laspeyres and Paasche. Parameters as for `tornqvist`."""
    q, p = _goods(quantities, prices)
    laspeyres = (p[:-1] * q[1:]).sum(axis=1) / (p[:-1] * q[:-1]).sum(axis=1)
    paasche = (p[1:] * q[1:]).sum(axis=1) / (p[1:] * q[:-1]).sum(axis=1)
    return np.asarray(np.sqrt(laspeyres * paasche))


def chained(links: ArrayLike) -> Floats:
    """Index with the first period as 1, from indices of each period against the one before."""
    found = table(links, "index links")[:, 0]
    return np.concatenate([[1.0], np.cumprod(found)])


def _goods(quantities: ArrayLike, prices: ArrayLike) -> tuple[Floats, Floats]:
    q, p = table(quantities, "quantities"), table(prices, "prices")
    alike(q, p)
    if q.shape != p.shape:
        raise InvalidInput(
            "index.goods",
            N_("There are %(quantities)d kinds of quantities and %(prices)d of prices."),
            N_("Give one price for each quantity."),
            quantities=q.shape[1],
            prices=p.shape[1],
        )
    if q.shape[0] < 2:
        raise InvalidInput(
            "index.periods", N_("An index needs two periods."), N_("Give one row for each period.")
        )
    return q, p
