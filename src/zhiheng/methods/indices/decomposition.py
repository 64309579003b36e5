"""Why a unit stands where it stands: the gap to another one, shared out over the indicators without rest.

Refuses a rest term: the parts sum to the gap under every mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.indices.aggregating import Composite, Mean, aggregate
from zhiheng.methods.indices.structure import Floats
from zhiheng.methods.indices.tables import Table


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """The difference of two indices by node.

    Attributes
    ----------
    total : float
        Index of the unit minus index of what it is compared with, in points of the index.
    parts : ndarray, shape (nodes,)
        Points of the index that each node explains; the children of a node sum to it, all
        indicators sum to `total`.
    codes : tuple of str
        Of the nodes.
    """

    total: float
    parts: Floats
    codes: tuple[str, ...]

    def largest(self, indicators: int) -> tuple[tuple[str, float], ...]:
        """The indicators (of the first `indicators` nodes) by the size of their part."""
        order = np.argsort(-np.abs(self.parts[:indicators]), kind="stable")
        return tuple((self.codes[place], float(self.parts[place])) for place in order)


def gap(given: Composite, unit: str, against: str | None = None) -> Gap:
    r"""Share out the gap between two units over the tree.

    At a node with value A for the one and B for the other and children a, b with weights w, the gap
    A - B is :math:`\sum c\,(a-b)` with c = w for an arithmetic mean, :math:`w\,L(A,B)/L(a,b)` for a
    geometric, :math:`w\,AB/(ab)` for a harmonic one, where :math:`L(x,y)=(x-y)/\ln(x/y)` is the
    logarithmic mean. Multiplied on the way down this is exact, and it turns its sign with the units.

    Parameters
    ----------
    given : Composite
    unit : str
    against : str, optional
        Another unit; without one, a unit that has the mean score of all on every indicator.

    Raises
    ------
    InvalidInput
        `indices.no_unit`; `indices.no_score` for an index that is missing.

    Notes
    -----
    A missing score counts as the mean of its siblings, as `aggregate` treats it, on both sides.

    References
    ----------
    B. W. Ang (2004), Energy Policy 32, 1131-1139 (logarithmic mean weights).
    """
    tree, filled = given.structure, _filled(given)
    rows = [filled[_row(given, unit)]]
    rows.append(np.nanmean(filled, axis=0) if against is None else filled[_row(given, against)])
    leaves = np.array(rows)[:, : len(tree.indicators)].copy()
    means = {tree.codes[group.node]: mean for group, mean in zip(tree.groups, given.means, strict=True)}
    nodes = aggregate(Table(leaves, ("unit", "against"), tree), means).nodes
    factor = np.zeros(len(tree.codes))
    factor[tree.top] = 1.0
    for group, mean in zip(reversed(tree.groups), reversed(given.means), strict=True):
        below = list(group.children)
        weights = tree.weights[below] / tree.weights[below].sum()
        inside = weights * _slope(nodes[:, [group.node]], nodes[:, below], mean)
        factor[below] = factor[group.node] * inside
    parts = factor * (nodes[0] - nodes[1])
    return Gap(float(parts[tree.top]), parts, tree.codes)


def contributions(given: Composite) -> Floats:
    """Points of the index that each node brings, shape (units, nodes); for arithmetic means throughout.

    A missing score counts as the mean of its siblings. Raises `indices.mean_not_arithmetic`: under
    other means a unit's own index is no sum of parts; use `gap`.
    """
    if any(mean != "arithmetic" for mean in given.means):
        raise InvalidInput(
            "indices.mean_not_arithmetic",
            N_("An index by geometric or harmonic means is no sum of its indicators."),
            N_("Compare two units instead: their gap can be shared out."),
        )
    return given.structure.effective_weights * _filled(given)


def _filled(given: Composite) -> Floats:
    nodes = given.nodes.copy()
    for group in reversed(given.structure.groups):
        for child in group.children:
            nodes[:, child] = np.where(np.isnan(nodes[:, child]), nodes[:, group.node], nodes[:, child])
    return nodes


def _slope(above: Floats, below: Floats, mean: Mean) -> Floats:
    if mean == "geometric":
        return logarithmic_mean(above[0], above[1]) / logarithmic_mean(below[0], below[1])
    if mean == "harmonic":
        slope: Floats = above[0] * above[1] / (below[0] * below[1])
        return slope
    return np.ones(below.shape[1])


def logarithmic_mean(x: Floats, y: Floats) -> Floats:
    """(x - y)/ln(x/y) of positive numbers, and x where the two are equal."""
    grown = np.log1p((x - y) / y)
    return np.divide(x - y, grown, out=np.array(x, np.float64), where=grown != 0)


def _row(given: Composite, unit: str) -> int:
    if unit not in given.units:
        raise InvalidInput(
            "indices.no_unit",
            N_('There is no unit "%(unit)s" in the table.'),
            N_("Use the name of one of its rows."),
            unit=unit,
        )
    row = given.units.index(unit)
    if np.isnan(given.index[row]):
        raise InvalidInput(
            "indices.no_score",
            N_('"%(unit)s" has no index: nothing below it carries weight.'),
            N_("Compare units that have one."),
            unit=unit,
        )
    return row
