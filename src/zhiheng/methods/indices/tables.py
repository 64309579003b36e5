"""A table of units by indicators, checked against its structure; and what of it is missing.

Refuses to fill a gap: a missing value is NaN, and what stands in for it is said where it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.indices.structure import Floats, Structure

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Values of the indicators of a structure.

    Attributes
    ----------
    values : ndarray of float64, shape (units, indicators)
        NaN where a value is missing.
    units : tuple of str
        Name of each row: a city, an industry, an enterprise.
    structure : Structure
        Its indicators name the columns.
    """

    values: Floats
    units: tuple[str, ...]
    structure: Structure

    def with_values(self, values: Floats) -> Table:
        """The same units and indicators with other values."""
        values.flags.writeable = False
        return Table(values, self.units, self.structure)

    def chosen(self, rows: ArrayLike) -> Table:
        """The rows named by position or by a mask."""
        places = np.arange(len(self.units))[np.asarray(rows)]
        return Table(self.values[places], tuple(self.units[row] for row in places), self.structure)


@dataclass(frozen=True, slots=True, eq=False)
class Availability:
    """Share of values that are there.

    Attributes
    ----------
    units : ndarray, shape (units,)
        Share of all indicators.
    nodes : ndarray, shape (units, nodes)
        Share of the indicators below each node; 0 or 1 for an indicator.
    indicators : ndarray, shape (indicators,)
        Share of the units.
    """

    units: Floats
    nodes: Floats
    indicators: Floats

    def enough(self, least: float = 2 / 3, *, everywhere: bool = False) -> Flags:
        """Units of which at least this share is there, under `everywhere` below every aggregate too."""
        kept = self.units >= least
        if everywhere:
            kept &= (self.nodes[:, self.indicators.size :] >= least).all(axis=1)
        return kept


def table(values: ArrayLike, units: Sequence[str], structure: Structure) -> Table:
    """Check a table of units by indicators.

    Parameters
    ----------
    values : array_like of float, shape (units, indicators)
        Columns in the order of `structure.indicators`; NaN where missing.
    units : sequence of str
        A name of its own for each row.
    structure : Structure

    Raises
    ------
    InvalidInput
        `indices.shape`, `indices.units`, `indices.infinite` (with unit and indicator),
        `indices.unit_missing` for a unit without any value, `indices.indicator_missing` for an
        indicator without any.
    """
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)
    cells = np.array(values, np.float64)
    names = tuple(units)
    wanted = (len(names), len(structure.indicators))
    if cells.shape != wanted or not names:
        raise InvalidInput(
            "indices.shape",
            N_("The table has the shape %(given)s; units and indicators make it %(wanted)s."),
            N_("Give one row for each unit and one column for each indicator, at least one of both."),
            given=str(cells.shape),
            wanted=str(wanted),
        )
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidInput(
            "indices.units",
            N_('The unit "%(unit)s" stands in the table more than once.'),
            N_("Give each unit one row."),
            unit=twice,
        )
    if np.isinf(cells).any():
        raise cell_fault("indices.infinite", np.isinf(cells), cells, names, structure.codes)
    gone = np.isnan(cells)
    for axis, code, labels in ((1, "indices.unit_missing", names), (0, "indices.indicator_missing", None)):
        empty = gone.all(axis=axis)
        if empty.any():
            raise InvalidInput(
                code,
                N_('Every value of "%(name)s" is missing.'),
                N_("Leave it out, or find at least one value: nothing can be said about it."),
                name=(labels or structure.codes)[int(np.argmax(empty))],
            )
    cells.flags.writeable = False
    return Table(cells, names, structure)


def availability(given: Table) -> Availability:
    """Count what is there, by unit, by node of the tree and by indicator."""
    present = (~np.isnan(given.values)).astype(np.float64)
    tree = given.structure
    nodes = np.zeros((len(given.units), len(tree.codes)))
    counts = np.ones(len(tree.codes))
    nodes[:, : present.shape[1]] = present
    for group in tree.groups:
        below = list(group.children)
        counts[group.node] = counts[below].sum()
        nodes[:, group.node] = nodes[:, below].sum(axis=1)
    return Availability(present.mean(axis=1), nodes / counts, present.mean(axis=0))


_FAULTS = {
    "indices.infinite": (
        N_('The value of "%(indicator)s" for "%(unit)s" is %(value)s: not a finite number.'),
        N_("Correct it at the source, or leave the cell empty."),
    ),
    "indices.not_positive": (
        N_('The value of "%(indicator)s" for "%(unit)s" is %(value)s; this needs values above 0.'),
        N_("Normalise to a scale that begins above 0, for example 1 to 100, or use another method."),
    ),
    "indices.negative": (
        N_('The value of "%(indicator)s" for "%(unit)s" is %(value)s: below 0.'),
        N_("This method shares out totals and needs values from 0 on; normalise first."),
    ),
    "indices.missing": (
        N_('The value of "%(indicator)s" for "%(unit)s" is missing.'),
        N_("This method needs every value: find it, or leave out the unit or the indicator."),
    ),
}


def cell_fault(
    code: str, bad: Flags, values: Floats, units: Sequence[str], codes: Sequence[str]
) -> InvalidInput:
    """The error that names the first bad cell by its unit and indicator."""
    row, column = (int(place) for place in np.argwhere(bad)[0])
    message, remedy = _FAULTS[code]
    return InvalidInput(
        code,
        message,
        remedy,
        unit=units[row],
        indicator=codes[column],
        value=float(values[row, column]),
    )


def complete(given: Table) -> Floats:
    """The values, refused where one is missing."""
    gone = np.isnan(given.values)
    if gone.any():
        raise cell_fault("indices.missing", gone, given.values, given.units, given.structure.codes)
    return given.values


def constant(given: Table) -> None:
    """Refuse an indicator that does not tell units apart."""
    low, high = np.nanmin(given.values, axis=0), np.nanmax(given.values, axis=0)
    same = low == high
    if same.any():
        column = int(np.argmax(same))
        raise InvalidInput(
            "indices.constant",
            N_('"%(indicator)s" is %(value)s for every unit that has it: it tells no two apart.'),
            N_("Leave it out, or normalise it by goalposts."),
            indicator=given.structure.codes[column],
            value=float(low[column]),
        )
