r"""False alarms among many series: Benjamini and Hochberg's bound on their share, in one step or by classes.

A million series judged at one in a hundred give ten thousand alarms in a quiet week. This module refuses to
treat an unjudged series (NaN) as a quiet one: it is no test and is never named.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.surveillance.series import Bools, Floats, share_between


@dataclass(frozen=True, slots=True, eq=False)
class Discoveries:
    """Series named at a false discovery rate.

    Attributes
    ----------
    adjusted : ndarray of float64
        Least rate at which each series would be named; NaN for one that was not judged.
    named : ndarray of bool
    """

    adjusted: Floats
    named: Bools


@dataclass(frozen=True, slots=True, eq=False)
class ClassDiscoveries:
    """Classes named, and series named within them.

    Attributes
    ----------
    class_p : ndarray of float64
        Simes' p value of each class: any of its series is unusual. NaN for a class without a judged series.
    class_named : ndarray of bool
    named : ndarray of bool
        Series named, each within a named class.
    """

    class_p: Floats
    class_named: Bools
    named: Bools


def discoveries(p_values: ArrayLike, *, rate: float = 0.05) -> Discoveries:
    r"""Benjamini and Hochberg's step-up procedure.

    Of m p values in rising order all up to the last with :math:`p_{(i)}\le i\,q/m` are named; the expected
    share of false names is at most q times the share of quiet series, for independent or positively dependent
    series. The discrete p values of counts keep the bound, with room to spare.

    Parameters
    ----------
    p_values : array_like
        Of any shape, taken as one family; NaN was not judged.
    rate : float, default 0.05
        q.

    Returns
    -------
    Discoveries

    Raises
    ------
    InvalidInput
        `surveillance.p_value` outside [0, 1], `surveillance.share`.

    References
    ----------
    Y. Benjamini, Y. Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.
    """
    share_between(rate, "rate")
    p = _checked(p_values)
    flat = p.ravel()
    order = np.argsort(flat, kind="stable")  # NaN last
    tests = int(np.count_nonzero(~np.isnan(flat)))
    order = order[:tests]
    raised = flat[order] * tests / np.arange(1, tests + 1)
    adjusted = np.full(flat.shape, np.nan)
    adjusted[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    found = adjusted.reshape(p.shape)
    return Discoveries(found, found <= rate)


def class_discoveries(p_values: ArrayLike, classes: ArrayLike, *, rate: float = 0.05) -> ClassDiscoveries:
    r"""Name classes first, then series within the named ones.

    Each class has Simes' p value :math:`\min_i m_c\,p_{(i)}/i`; the classes are named by Benjamini and
    Hochberg at `rate`, and within each named class its series at `rate` times the share of classes named.
    Then the expected share of false names, averaged over the named classes, stays below the rate.

    Parameters
    ----------
    p_values : array_like, shape (series,)
    classes : array_like of int, shape (series,)
        Class of each series, counted from 0.
    rate : float, default 0.05

    Returns
    -------
    ClassDiscoveries

    Raises
    ------
    InvalidInput
        As for `discoveries`, and `surveillance.classes`.

    References
    ----------
    Y. Benjamini, M. Bogomolov (2014), Journal of the Royal Statistical Society B 76, 297-318.
    R. J. Simes (1986), Biometrika 73, 751-754.
    """
    share_between(rate, "rate")
    p, group = _checked(p_values), np.asarray(classes)
    if p.ndim != 1 or group.shape != p.shape or group.dtype.kind not in "iu" or (group < 0).any():
        raise InvalidInput(
            "surveillance.classes",
            N_("The classes do not fit the %(series)d series."),
            N_("Give the number of a class, from 0, for each series."),
            series=p.size,
        )
    number = int(group.max()) + 1 if p.size else 0
    order = np.lexsort((p, group))
    order = order[~np.isnan(p[order])]
    inside = group[order]
    size = np.bincount(inside, minlength=number)
    rank = np.arange(1, order.size + 1) - (np.cumsum(size) - size)[inside]
    raised = p[order] * size[inside] / rank
    class_p = np.full(number, np.inf)
    np.minimum.at(class_p, inside, raised)
    class_p[size == 0] = np.nan
    found = discoveries(class_p, rate=rate)
    tested = int((size > 0).sum())
    within = rate * int(found.named.sum()) / max(tested, 1)
    # Within a class all up to the last raised p value below the level are named.
    last = np.zeros(number, np.int64)
    good = (raised <= within) & found.named[inside]
    np.maximum.at(last, inside[good], rank[good])
    named = np.zeros(p.shape, np.bool_)
    named[order] = rank <= last[inside]
    return ClassDiscoveries(class_p, found.named, named)


def _checked(p_values: ArrayLike) -> Floats:
    p = np.asarray(p_values, dtype=np.float64)
    wrong = (p < 0) | (p > 1)
    if wrong.any():
        raise InvalidInput(
            "surveillance.p_value",
            N_("A p value is %(value)s; it must lie between 0 and 1."),
            N_("Give NaN for a series that was not judged."),
            value=str(float(p[wrong].flat[0])),
        )
    return p
