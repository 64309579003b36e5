r"""Pairs of product and hazard: how often each was reported, and how often by chance alone.

Only pairs that were reported are kept. By chance a pair has :math:`E_{ij}=n_{i\cdot}n_{\cdot j}/n`; with
strata (age, sex, period) that is summed over them, so that a product for children is not held against
the hazards of the old; with known sales :math:`E_{ij}=n_{\cdot j}\,s_i/\sum s`. This module refuses to judge
a pair: `disproportionality`, `bcpnn` and `shrinker` do.

Source: W. DuMouchel (1999), The American Statistician 53, 177-190 (stratified expectations).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# Above this, sums of products of margins are no longer exact in a float.
_MOST = 2**53


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Reported pairs, sorted by product and hazard; arrays of one length unless said otherwise.

    Attributes
    ----------
    product, hazard : ndarray of int64
        Numbers of product and hazard, from 0.
    count : ndarray of int64
        Reports of the pair, at least 1.
    product_total, hazard_total : ndarray of int64
        Reports of the pair's product with any hazard, and of its hazard with any product.
    total : int
        All reports.
    expected : ndarray of float64
        Reports to be expected by chance, above 0.
    """

    product: Ints
    hazard: Ints
    count: Ints
    product_total: Ints
    hazard_total: Ints
    total: int
    expected: Floats


def pairs(
    product: ArrayLike,
    hazard: ArrayLike,
    count: ArrayLike | None = None,
    *,
    stratum: ArrayLike | None = None,
    exposure: ArrayLike | None = None,
) -> Pairs:
    """Count pairs from a table of reports, or from counts of pairs.

    Parameters
    ----------
    product, hazard : array_like of int
        Number of the product and of the hazard of each row, from 0.
    count : array_like of int, optional
        Reports that a row stands for, 0 or more; 1 each without it. Rows of one pair are added up.
    stratum : array_like of int, optional
        Number of the row's stratum: chance is computed within strata and added up.
    exposure : array_like of float, optional
        Units sold (or in use) of each product by its number, above 0: chance then goes by sales.
        Not together with `stratum`.

    Returns
    -------
    Pairs

    Raises
    ------
    InvalidInput
        `pairs.shape`, `pairs.number`, `pairs.count`, `pairs.empty`, `pairs.exposure`,
        `pairs.stratum_and_exposure`.
    """
    i, j = _numbers(product, "product"), _numbers(hazard, "hazard")
    n = np.ones(i.size, np.int64) if count is None else _counts(count)
    s = np.zeros(i.size, np.int64) if stratum is None else _numbers(stratum, "stratum")
    if not i.shape == j.shape == n.shape == s.shape:
        raise InvalidInput(
            "pairs.shape",
            N_("Products, hazards, counts and strata have different lengths: %(shapes)s."),
            N_("Give one value of each for every row."),
            shapes=", ".join(str(one.size) for one in (i, j, n, s)),
        )
    i, j, n, s = (one[n > 0] for one in (i, j, n, s))
    if not i.size:
        raise InvalidInput(
            "pairs.empty", N_("There are no reports."), N_("Give at least one pair with a count above 0.")
        )
    if stratum is not None and exposure is not None:
        raise InvalidInput(
            "pairs.stratum_and_exposure",
            N_("Strata and sales cannot both say what chance would give."),
            N_("Use sales within one stratum at a time, or strata without sales."),
        )
    width = int(j.max()) + 1
    keys, rows = np.unique(i * width + j, return_inverse=True)
    found = np.bincount(rows, weights=n).astype(np.int64)
    first, second = keys // width, keys % width
    by_product = np.bincount(first, weights=found).astype(np.int64)
    by_hazard = np.bincount(second, weights=found).astype(np.int64)
    total = int(found.sum())
    if stratum is not None:
        expected = _within_strata(first, second, (i, j, n, s))
    elif exposure is not None:
        expected = by_hazard[second] * _share(exposure, by_product.size)[first]
    else:
        expected = by_product[first] * (by_hazard[second] / total)
    return Pairs(first, second, found, by_product[first], by_hazard[second], total, expected)


def level_tail(level: float) -> float:
    """Probability outside on either side of a two-sided interval; `association.level` unless in (0, 1)."""
    if not 0 < level < 1:
        raise InvalidInput(
            "association.level",
            N_("A level of %(level)s is not between 0 and 1."),
            N_("Use 0.95 for intervals of 95 %%."),
            level=level,
        )
    return (1 - level) / 2


def _within_strata(first: Ints, second: Ints, rows: tuple[Ints, Ints, Ints, Ints]) -> Floats:
    i, j, n, s = rows
    expected = np.zeros(first.size)
    for stratum in np.unique(s):
        here = s == stratum
        by_product = np.bincount(i[here], weights=n[here], minlength=int(i.max()) + 1)
        by_hazard = np.bincount(j[here], weights=n[here], minlength=int(j.max()) + 1)
        expected += by_product[first] * (by_hazard[second] / n[here].sum())
    return expected


def _share(exposure: ArrayLike, products: int) -> Floats:
    units = np.asarray(exposure, np.float64)
    if units.ndim != 1 or units.size < products or not (np.isfinite(units).all() and (units > 0).all()):
        raise InvalidInput(
            "pairs.exposure",
            N_("Sales are needed for each of the %(products)d products, as numbers above 0."),
            N_("Leave out products whose sales nobody knows, or do without sales."),
            products=products,
        )
    return np.asarray(units / units.sum())


def _numbers(values: ArrayLike, what: str) -> Ints:
    found = np.asarray(values)
    if found.ndim != 1 or found.dtype.kind not in "iu" or (found.size and int(found.min()) < 0):
        raise InvalidInput(
            "pairs.number",
            N_("The numbers of each %(what)s are not a list of whole numbers from 0."),
            N_("Number them, for example by numpy.unique with return_inverse."),
            what=what,
        )
    return found.astype(np.int64)


def _counts(values: ArrayLike) -> Ints:
    found = np.asarray(values)
    whole = found.dtype.kind in "iu" or (
        found.dtype.kind == "f" and bool(np.isfinite(found).all()) and bool((found == np.floor(found)).all())
    )
    if found.ndim != 1 or not whole or (found.size and found.min() < 0) or found.sum() >= _MOST:
        raise InvalidInput(
            "pairs.count",
            N_("The counts are not a list of whole numbers from 0."),
            N_("A row stands for a number of reports; leave out what is missing."),
        )
    return found.astype(np.int64)
