r"""Malmquist index of productivity between two periods, and what it is made of.

With :math:`D^t` the output or input measure of a period's frontier (Farrell's, inputs: θ, outputs: 1/φ):

.. math:: M=\Bigl[\frac{D^0(1)}{D^0(0)}\frac{D^1(1)}{D^1(0)}\Bigr]^{1/2}=
   \frac{D^1(1)}{D^0(0)}\cdot\Bigl[\frac{D^0(1)}{D^1(1)}\frac{D^0(0)}{D^1(0)}\Bigr]^{1/2}

efficiency change (catching up) times technical change (the frontier moves). Above 1 is better. This module
refuses to fill a program that has no solution (possible under variable returns): it is NaN and marked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.productivity.dea import efficiency
from zhiheng.methods.productivity.programs import Orientation, Returns
from zhiheng.methods.productivity.quantities import alike, pair
from zhiheng.methods.productivity.simplex import Flags, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Malmquist:
    """Change of each unit; all of shape (units,); 1 is no change.

    Attributes
    ----------
    index, technical, efficiency : ndarray of float64
        index = technical * efficiency.
    pure_efficiency, scale : ndarray of float64
        efficiency = pure_efficiency * scale: catching up under variable returns, and the rest.
    feasible : ndarray of bool
        False where a program between periods has no solution: index and technical are NaN.
    """

    index: Floats
    technical: Floats
    efficiency: Floats
    pure_efficiency: Floats
    scale: Floats
    feasible: Flags


def malmquist(
    before: tuple[ArrayLike, ArrayLike],
    after: tuple[ArrayLike, ArrayLike],
    *,
    returns: Returns = "constant",
    orientation: Orientation = "output",
) -> Malmquist:
    """Change of productivity of the same units between two periods.

    Parameters
    ----------
    before, after : pair of array_like
        Inputs and outputs, shapes (units, inputs) and (units, outputs); the same units in the same order.
    returns, orientation : str
        As `dea.efficiency`. Under constant returns both orientations give the same.

    Returns
    -------
    Malmquist

    Raises
    ------
    InvalidInput
        As `dea.efficiency`; `quantity.units` when the periods have different numbers of units.

    References
    ----------
    R. Färe, S. Grosskopf, M. Norris, Z. Zhang (1994), American Economic Review 84, 66-83.
    """
    periods = pair(*before), pair(*after)
    alike(periods[0][0], periods[1][0])

    def distance(unit: int, technology: int, kind: Returns = returns) -> Floats:
        own = None if unit == technology else periods[technology]
        score = efficiency(*periods[unit], returns=kind, orientation=orientation, reference=own).score
        return score if orientation == "input" else 1 / score

    d00, d11, d01, d10 = distance(0, 0), distance(1, 1), distance(0, 1), distance(1, 0)
    change, technical = d11 / d00, np.sqrt(d10 / d11 * (d00 / d01))
    pure = distance(1, 1, "variable") / distance(0, 0, "variable")
    return Malmquist(technical * change, technical, change, pure, change / pure, np.isfinite(technical))
