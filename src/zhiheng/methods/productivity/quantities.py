"""Tables of quantities, checked once for every method of this room.

Refuses what is missing, negative or, where a ratio or a logarithm is taken, zero; names the cell.
Fills nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.productivity.simplex import Flags, Floats


def table(values: ArrayLike, what: str, *, zero: bool = False, missing: bool = False) -> Floats:
    """A table (units or periods, kinds) of finite quantities above 0; a list becomes one column.

    Parameters
    ----------
    values : array_like of float
    what : str
        What they are, for the error.
    zero, missing : bool
        Whether a cell may be 0, or NaN.

    Raises
    ------
    InvalidInput
        `quantity.shape`, `quantity.missing`, `quantity.range`, with row and column counted from 0.
    """
    found = np.array(np.ma.filled(np.ma.asarray(values, np.float64), np.nan))
    found = found[:, None] if found.ndim == 1 else found
    if found.ndim != 2 or not found.size:
        raise InvalidInput(
            "quantity.shape",
            N_("The table of %(what)s has the shape %(shape)s."),
            N_("Give one row for each unit or period and one column for each kind."),
            what=what,
            shape=str(found.shape),
        )
    gone = np.isnan(found)
    if gone.any() and not missing:
        row, column = _cell(gone)
        raise InvalidInput(
            "quantity.missing",
            N_("The table of %(what)s has no value in row %(row)d, column %(column)d (counted from 0)."),
            N_("Fill it from the source or leave the unit out; nothing is filled in here."),
            what=what,
            row=row,
            column=column,
        )
    bad = ~gone & (~np.isfinite(found) | ((found < 0) if zero else (found <= 0)))
    if bad.any():
        row, column = _cell(bad)
        raise InvalidInput(
            "quantity.range",
            N_("The table of %(what)s holds %(value)s in row %(row)d, column %(column)d (counted from 0)."),
            N_(
                "It needs finite quantities; inputs and all that is divided by must be above 0, none below 0."
            ),
            what=what,
            value=str(float(found[row, column])),
            row=row,
            column=column,
        )
    return found


def pair(inputs: ArrayLike, outputs: ArrayLike) -> tuple[Floats, Floats]:
    """Inputs above 0 and outputs of 0 or more, of which each unit makes one at least.

    Raises
    ------
    InvalidInput
        As `table`; `quantity.units` for tables of different length; `quantity.no_output`.
    """
    x, y = table(inputs, "inputs"), table(outputs, "outputs", zero=True)
    alike(x, y)
    idle = ~(y > 0).any(axis=1)
    if idle.any():
        raise InvalidInput(
            "quantity.no_output",
            N_("The unit in row %(row)d (counted from 0) makes no output at all."),
            N_("Leave it out: there is nothing to compare it by."),
            row=int(np.argmax(idle)),
        )
    return x, y


def alike(*tables: Floats) -> None:
    """Refuse tables of different length."""
    lengths = [one.shape[0] for one in tables]
    if len(set(lengths)) > 1:
        raise InvalidInput(
            "quantity.units",
            N_("The tables have %(lengths)s rows."),
            N_("Give the same units or periods in each table, in the same order."),
            lengths=", ".join(str(one) for one in lengths),
        )


def chosen(value: str, known: tuple[str, ...], what: str) -> None:
    """Refuse a name that is not known."""
    if value not in known:
        raise InvalidInput(
            "choice.unknown",
            N_('There is no %(what)s "%(value)s".'),
            N_("Choose one of: %(known)s."),
            what=what,
            value=value,
            known=", ".join(known),
        )


def _cell(bad: Flags) -> tuple[int, int]:
    row, column = np.unravel_index(int(np.argmax(bad)), bad.shape)
    return int(row), int(column)
