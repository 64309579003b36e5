"""Which indicators say the same, which pull against their group: correlations and reliability.

Refuses to drop anything: a redundant indicator is named, and people decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from zhiheng.methods.indices.aggregating import Composite
from zhiheng.methods.indices.structure import Floats
from zhiheng.methods.indices.tables import Table, complete


@dataclass(frozen=True, slots=True)
class Pair:
    """Two nodes and their correlation."""

    first: str
    second: str
    correlation: float


@dataclass(frozen=True, slots=True, eq=False)
class Correlations:
    """Correlation of every node with every other.

    Attributes
    ----------
    matrix : ndarray, shape (nodes, nodes)
        NaN with fewer than three units in common or a constant node.
    redundant : tuple of Pair
        Indicators of one group with a correlation at or above the limit.
    opposed : tuple of Pair
        Indicators that fall where their own group rises (correlation with the parent below 0).
    """

    matrix: Floats
    redundant: tuple[Pair, ...]
    opposed: tuple[Pair, ...]


def correlate(
    given: Composite, *, method: Literal["pearson", "spearman"] = "pearson", redundant: float = 0.92
) -> Correlations:
    """Correlate all nodes, indicators turned so that more is better, over the units both have.

    Parameters
    ----------
    given : Composite
    method : str, default "pearson"
    redundant : float, default 0.92
        From this correlation on two siblings are named; 0.92 is the usual practice in JRC audits.

    Notes
    -----
    A parent contains its child, so their correlation is above 0 by construction in a small group.

    References
    ----------
    OECD, JRC (2008), Handbook on Constructing Composite Indicators, step 4.
    """
    tree = given.structure
    found = correlation_matrix(given.nodes, ranked=method == "spearman")
    same, against, leaves = [], [], len(tree.indicators)
    for group in tree.groups:
        children = [child for child in group.children if child < leaves]
        for place, one in enumerate(children):
            same += [
                Pair(tree.codes[one], tree.codes[other], float(found[one, other]))
                for other in children[place + 1 :]
                if found[one, other] >= redundant
            ]
            if found[one, group.node] < 0:
                pair = Pair(tree.codes[one], tree.codes[group.node], float(found[one, group.node]))
                against.append(pair)
    return Correlations(found, tuple(same), tuple(against))


def correlation_matrix(columns: ArrayLike, *, ranked: bool = False) -> Floats:
    """Pearson correlations (of ranks: Spearman) over the rows that both columns have."""
    x = np.asarray(columns, np.float64)
    found = np.full((x.shape[1], x.shape[1]), np.nan)
    for one in range(x.shape[1]):
        for other in range(one, x.shape[1]):
            both = x[~(np.isnan(x[:, one]) | np.isnan(x[:, other]))][:, [one, other]]
            if both.shape[0] < 3:
                continue
            # The range, not the deviation, tells a constant: that of equal numbers may round above 0.
            if (np.ptp(both, axis=0) == 0).any():
                continue
            if ranked:
                both = np.asarray(stats.rankdata(both, axis=0), np.float64)
            centred = both - both.mean(axis=0)
            product = centred.T @ centred
            value = product[0, 1] / np.sqrt(product[0, 0] * product[1, 1])
            found[one, other] = found[other, one] = min(max(float(value), -1.0), 1.0)
    return found


def reliability(given: Table) -> float:
    r"""Cronbach's alpha of the columns: :math:`\frac{k}{k-1}\bigl(1-\frac{\sum s_j^2}{s_T^2}\bigr)`.

    NaN for one column. It speaks of one group of indicators on one scale; raises `indices.missing`.
    """
    x = complete(given)
    if x.shape[1] < 2 or x.shape[0] < 2 or np.ptp(x.sum(axis=1)) == 0:
        return float("nan")
    k = x.shape[1]
    return float(k / (k - 1) * (1 - x.var(axis=0, ddof=1).sum() / x.sum(axis=1).var(ddof=1)))
