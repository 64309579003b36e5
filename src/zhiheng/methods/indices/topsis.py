"""TOPSIS: how near a unit is to the best that occurs, and how far from the worst.

Refuses missing values: a distance in fewer dimensions is not comparable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.indices.aggregating import ranks
from zhiheng.methods.indices.structure import Floats
from zhiheng.methods.indices.tables import Table, complete, constant


@dataclass(frozen=True, slots=True, eq=False)
class Closeness:
    """Closeness to the ideal in [0, 1], its two distances, and ranks (1 is nearest)."""

    closeness: Floats
    to_best: Floats
    to_worst: Floats
    ranks: np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def topsis(given: Table, weights: Sequence[float] | None = None) -> Closeness:
    r"""Technique for order of preference by similarity to the ideal solution.

    .. math:: v_{ij}=w_j\frac{x_{ij}}{\sqrt{\sum_i x_{ij}^2}},\quad C_i=\frac{d_i^-}{d_i^++d_i^-}

    with :math:`d^+` and :math:`d^-` the Euclidean distances to the best and the worst value of each
    indicator that occur.

    Parameters
    ----------
    given : Table
        Values as measured; the direction of each indicator says which end is best.
    weights : sequence of float, optional
        One for each indicator; without them the effective weights of the structure.

    Raises
    ------
    InvalidInput
        `indices.missing`, `indices.constant`, `indices.weights`.

    Notes
    -----
    A unit added can turn the order of two others (rank reversal). Multiplying an indicator changes
    nothing, adding to it does.

    References
    ----------
    C. L. Hwang, K. Yoon (1981), Multiple Attribute Decision Making, Springer.
    """
    x = complete(given)
    constant(given)
    tree = given.structure
    w = np.asarray(tree.effective_weights[: x.shape[1]] if weights is None else weights, np.float64)
    if w.shape != (x.shape[1],) or not (w >= 0).all() or not 0 < w.sum() < np.inf:
        raise InvalidInput(
            "indices.weights",
            N_("%(given)d weights were given for %(wanted)d indicators."),
            N_("Give one number from 0 on for each indicator, not all of them 0."),
            given=w.size,
            wanted=x.shape[1],
        )
    v = w / w.sum() * x / np.sqrt((x**2).sum(axis=0)) * tree.directions
    to_best = np.sqrt(((v - v.max(axis=0)) ** 2).sum(axis=1))
    to_worst = np.sqrt(((v - v.min(axis=0)) ** 2).sum(axis=1))
    closeness = to_worst / (to_best + to_worst)
    return Closeness(closeness, to_best, to_worst, ranks(closeness))
