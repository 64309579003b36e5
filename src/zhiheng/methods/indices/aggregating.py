"""Scores of indicators carried up the tree to the index, and the ranks that follow.

The same code computes one index and the thousands of an uncertainty analysis. It refuses means that
are not defined (a geometric mean of a score at or below 0) and a rank by the last bit of rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.indices.normalising import Normalised
from zhiheng.methods.indices.structure import Floats, Structure
from zhiheng.methods.indices.tables import Table, cell_fault

Mean = Literal["arithmetic", "geometric", "harmonic"]
MEANS: tuple[Mean, ...] = ("arithmetic", "geometric", "harmonic")
_DIGITS = 12  # scores that agree to so many digits of the largest are equal


@dataclass(frozen=True, slots=True, eq=False)
class Composite:
    """An index with all that lies below it.

    Attributes
    ----------
    nodes : ndarray of float64, shape (units, nodes)
        Score of each unit at each node, in the order of `structure.codes`; NaN where nothing below
        the node is there.
    index : ndarray of float64, shape (units,)
    ranks : ndarray of int64, shape (units,)
        1 for the highest index; equal units share the smaller rank.
    means : tuple of str
        The mean used at each node's group, in the order of `structure.groups`.
    units : tuple of str
    structure : Structure
    """

    nodes: Floats
    index: Floats
    ranks: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    means: tuple[Mean, ...]
    units: tuple[str, ...]
    structure: Structure


def aggregate(given: Normalised | Table, mean: Mean | Mapping[str, Mean] = "arithmetic") -> Composite:
    r"""Carry scores up the tree by weighted means.

    At a node with children :math:`x_j` and weights :math:`w_j` that sum to 1: arithmetic
    :math:`\sum w_j x_j`, geometric :math:`\exp\sum w_j\ln x_j`, harmonic :math:`1/\sum w_j/x_j`.

    Parameters
    ----------
    given : Normalised or Table
        Scores on which more is better.
    mean : str, or mapping of aggregate to str
        One mean for the whole tree, or one for each aggregate (arithmetic for those not named).

    Returns
    -------
    Composite

    Raises
    ------
    InvalidInput
        `indices.mean`, `indices.unknown`, `indices.not_positive` with the unit and indicator.

    Notes
    -----
    A missing child is left out and the others' weights are raised in proportion, which is the same as
    giving it the mean of its siblings present; the caller decides beforehand which units have enough
    (`tables.availability`). The arithmetic mean lets a strength make up for any weakness, the
    geometric less, the harmonic least: arithmetic >= geometric >= harmonic.

    References
    ----------
    OECD, JRC (2008), Handbook on Constructing Composite Indicators, step 6.
    """
    scores = given.table if isinstance(given, Normalised) else given
    tree = scores.structure
    means = _means(tree, mean)
    check_positive(scores, means)
    nodes = np.full((len(scores.units), len(tree.codes)), np.nan)
    nodes[:, : scores.values.shape[1]] = scores.values
    for group, chosen in zip(tree.groups, means, strict=True):
        below = list(group.children)
        weights = np.where(np.isnan(nodes[:, below]), 0.0, tree.weights[below])
        raised = np.where(weights > 0, onto(nodes[:, below], chosen), 0.0)
        total = weights.sum(axis=1)
        mixed = np.full(total.shape, np.nan)
        np.divide((weights * raised).sum(axis=1), total, out=mixed, where=total > 0)
        nodes[:, group.node] = _between(back(mixed, chosen), nodes[:, below], weights)
    nodes.flags.writeable = False
    index = nodes[:, tree.top]
    return Composite(nodes, index, ranks(index), means, scores.units, tree)


def _between(mixed: Floats, children: Floats, weights: Floats) -> Floats:
    # A mean lies between its least and its largest part; rounding must not lift a score over 100.
    low = np.where(weights > 0, children, np.inf).min(axis=1)
    high = np.where(weights > 0, children, -np.inf).max(axis=1)
    return np.where(np.isnan(mixed), np.nan, np.minimum(np.maximum(mixed, low), high))


def ranks(scores: ArrayLike, axis: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Rank 1 for the highest score; equal scores share the smaller rank, a missing one comes last.

    Scores that agree to 12 digits of the largest are equal: rounding decides no rank.
    """
    values = np.asarray(scores, np.float64)
    largest = np.nanmax(np.abs(values), initial=0.0)
    # Division by a power of two is exact, so the unit of the score changes no tie by rounding twice.
    unit = 2.0 ** np.ceil(np.log2(largest)) if largest > 0 else 1.0
    rounded = np.round(np.where(np.isnan(values), -np.inf, values) / unit, _DIGITS)
    return np.asarray(stats.rankdata(-rounded, method="min", axis=axis), np.int64)


def onto(values: Floats, mean: Mean) -> Floats:
    """The scale on which this mean is arithmetic."""
    if mean == "geometric":
        return np.log(values)
    return 1 / values if mean == "harmonic" else values


def back(values: Floats, mean: Mean) -> Floats:
    """From that scale back to scores."""
    if mean == "geometric":
        return np.exp(values)
    return 1 / values if mean == "harmonic" else values


def check_positive(scores: Table, means: tuple[Mean, ...]) -> None:
    """Refuse a score at or below 0 that would come under a geometric or harmonic mean.

    Means of positive scores are positive, so only indicators need to be looked at, on their whole
    way up.
    """
    tree, needed = scores.structure, np.zeros(len(scores.structure.codes), np.bool_)
    for group, mean in zip(reversed(tree.groups), reversed(means), strict=True):
        needed[list(group.children)] = needed[group.node] or mean != "arithmetic"
    bad = (scores.values <= 0) & needed[: scores.values.shape[1]]
    if bad.any():
        raise cell_fault("indices.not_positive", bad, scores.values, scores.units, tree.codes)


def _means(tree: Structure, mean: Mean | Mapping[str, Mean]) -> tuple[Mean, ...]:
    named = {tree.codes[group.node]: mean for group in tree.groups} if isinstance(mean, str) else dict(mean)
    aggregates = {one.code for one in tree.aggregates}
    for code, chosen in named.items():
        if chosen not in MEANS:
            raise InvalidInput(
                "indices.mean",
                N_('There is no mean "%(mean)s".'),
                N_("Choose one of: %(known)s."),
                mean=str(chosen),
                known=", ".join(MEANS),
            )
        if code not in aggregates:
            raise InvalidInput(
                "indices.no_aggregate",
                N_('There is no aggregate "%(code)s" in the structure.'),
                N_("Name an aggregate of the structure."),
                code=code,
            )
    return tuple(named.get(tree.codes[group.node], "arithmetic") for group in tree.groups)
