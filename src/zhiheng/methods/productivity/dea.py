r"""Data envelopment: how far a unit is from the best that is observed.

.. math:: \min\theta:\; X^\top\lambda\le\theta x_o,\; Y^\top\lambda\ge y_o,\;\lambda\ge0\qquad
   \max\varphi:\; X^\top\lambda\le x_o,\; Y^\top\lambda\ge\varphi y_o,\;\lambda\ge0

with :math:`\sum\lambda` free (constant returns), = 1 (variable), <= 1 (non-increasing) or >= 1
(non-decreasing); under free disposal alone λ picks one unit. This module refuses to call a unit good: it is
compared with those in the table and with nobody else, and noise counts as inefficiency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.productivity.programs import Orientation, Returns, additive, frontier, radial
from zhiheng.methods.productivity.quantities import chosen, pair
from zhiheng.methods.productivity.simplex import Flags, Floats, Integers

RETURNS: Final = ("constant", "variable", "non_increasing", "non_decreasing", "free_disposal")
ORIENTATIONS: Final = ("input", "output")
_ON = 1e-9  # closer to 1 than this is on the frontier
_BLOCK = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Efficiency:
    """Farrell's measure of each unit; NaN where its program has no solution.

    Attributes
    ----------
    score : ndarray of float64, shape (units,)
        Input: share of the inputs that would do (1 on the frontier, below it less). Output: multiple of the
        outputs that could be made (1 on the frontier, below it more).
    feasible : ndarray of bool, shape (units,)
        False where no point of the reference does what the unit does (possible only when the unit itself
        is not in the reference).
    peers : ndarray of int, shape (units, k)
        Reference units compared with, -1 for none; one of several sets where they are not unique.
    weights : ndarray of float64, shape (units, k)
        Their λ.
    """

    score: Floats
    feasible: Flags
    peers: Integers
    weights: Floats


def efficiency(
    inputs: ArrayLike,
    outputs: ArrayLike,
    *,
    returns: Returns = "variable",
    orientation: Orientation = "input",
    reference: tuple[ArrayLike, ArrayLike] | None = None,
) -> Efficiency:
    """Radial efficiency of units against a reference set, the units themselves unless another is given.

    Parameters
    ----------
    inputs : array_like of float, shape (units, inputs)
        Above 0.
    outputs : array_like of float, shape (units, outputs)
        0 or more, one above 0 in each unit.
    returns, orientation : str
        Names in `RETURNS` and `ORIENTATIONS`.
    reference : pair of array_like, optional
        Inputs and outputs that span the frontier.

    Returns
    -------
    Efficiency

    Raises
    ------
    InvalidInput
        As `quantities.pair`; `choice.unknown`; `dea.kinds` when the reference has other columns.

    References
    ----------
    A. Charnes, W. W. Cooper, E. Rhodes (1978), EJOR 2, 429-444. R. D. Banker, A. Charnes, W. W. Cooper
    (1984), Management Science 30, 1078-1092. D. Deprins, L. Simar, H. Tulkens (1984).
    """
    x, y = pair(inputs, outputs)
    return _measured(x, y, *(pair(*reference) if reference else (x, y)), returns, orientation, None)


def super_efficiency(
    inputs: ArrayLike,
    outputs: ArrayLike,
    *,
    returns: Returns = "variable",
    orientation: Orientation = "input",
) -> Efficiency:
    """Efficiency of each unit against all the others: it tells apart those on the frontier.

    Parameters, result and errors as for `efficiency`. Where the others cannot reach a unit at any
    proportion, the program has none: `feasible` is False and `score` NaN; the data
    are not at fault.

    References
    ----------
    P. Andersen, N. C. Petersen (1993), Management Science 39, 1261-1264.
    """
    x, y = pair(inputs, outputs)
    return _measured(x, y, x, y, returns, orientation, np.arange(x.shape[0]))


def slacks(
    inputs: ArrayLike,
    outputs: ArrayLike,
    *,
    returns: Returns = "variable",
    orientation: Orientation = "input",
    prices: ArrayLike | None = None,
) -> tuple[Floats, Floats]:
    """What could still be saved or made beside the radial measure: the largest priced sum of slacks.

    Parameters
    ----------
    inputs, outputs, returns, orientation
        As for `efficiency`, without free disposal.
    prices : array_like of float, shape (inputs + outputs,), optional
        What a unit of each slack counts, above 0. When not given, one over the mean of the column, so that
        the choice of units of measurement changes nothing; R Benchmarking counts each as 1.

    Returns
    -------
    input_slacks : ndarray, shape (units, inputs)
    output_slacks : ndarray, shape (units, outputs)

    Raises
    ------
    InvalidInput
        As `efficiency`; `dea.prices`.
    """
    x, y = pair(inputs, outputs)
    chosen(returns, RETURNS[:4], "returns to scale")
    joined = np.concatenate([x, y], axis=1).mean(axis=0)
    price = 1 / np.where(joined > 0, joined, 1.0) if prices is None else np.asarray(prices, np.float64)
    if price.shape != joined.shape or not (np.isfinite(price) & (price > 0)).all():
        raise InvalidInput(
            "dea.prices",
            N_("The prices of slacks are not %(count)d numbers above 0."),
            N_("Give one for each input and then one for each output, or leave them out."),
            count=joined.size,
        )
    score = _measured(x, y, x, y, returns, orientation, None).score[:, None]
    x, y = (x * score, y) if orientation == "input" else (x, y * score)
    found = additive(frontier(*pair(inputs, outputs), returns), x, y, price).slacks
    return found[:, : x.shape[1]], found[:, x.shape[1] :]


def _measured(  # noqa: PLR0913  two tables, two references, three settings
    x: Floats, y: Floats, x_ref: Floats, y_ref: Floats, returns: Returns, orientation: Orientation,
    own: Integers | None,
) -> Efficiency:  # fmt: skip
    chosen(returns, RETURNS, "returns to scale")
    chosen(orientation, ORIENTATIONS, "orientation")
    if x.shape[1] != x_ref.shape[1] or y.shape[1] != y_ref.shape[1]:
        raise InvalidInput(
            "dea.kinds",
            N_("The reference has other inputs or outputs than the units."),
            N_("Give the same columns in the same order."),
        )
    if returns == "free_disposal":
        return _free_disposal(x, y, x_ref, y_ref, orientation, own)
    found = radial(frontier(x_ref, y_ref, returns), x, y, orientation, forbidden=own)
    score = np.where((own is None) & (x is x_ref) & (np.abs(found.beta - 1) < _ON), 1.0, found.beta)
    return Efficiency(score, found.feasible, found.peers, found.weights)


def _free_disposal(
    x: Floats, y: Floats, x_ref: Floats, y_ref: Floats, orientation: Orientation, own: Integers | None
) -> Efficiency:
    """The best single unit, by looking at each."""
    units = x.shape[0]
    score, peer = np.empty(units), np.empty(units, np.int64)
    for at in np.array_split(np.arange(units), units * x_ref.shape[0] // _BLOCK + 1):
        enough = np.ones((at.size, x_ref.shape[0]), np.bool_)
        best = np.zeros(enough.shape) if orientation == "input" else np.full(enough.shape, np.inf)
        for theirs, ours in zip(x_ref.T, x[at].T, strict=True):
            if orientation == "input":
                best = np.maximum(best, theirs / ours[:, None])
            else:
                enough &= theirs <= ours[:, None]
        for theirs, ours in zip(y_ref.T, y[at].T, strict=True):
            if orientation == "input":
                enough &= theirs >= ours[:, None]
            else:
                wanted = ours[:, None] > 0
                ratio = np.divide(theirs, ours[:, None], out=np.full(best.shape, np.inf), where=wanted)
                best = np.minimum(best, ratio)
        if own is not None:
            enough[np.arange(at.size), own[at]] = False
        best = np.where(enough, best if orientation == "input" else -best, np.inf)
        peer[at] = np.argmin(best, axis=1)
        score[at] = best[np.arange(at.size), peer[at]]
    feasible = np.isfinite(score)
    score = np.where(feasible, score if orientation == "input" else -score, np.nan)
    weights = np.where(feasible, 1.0, np.nan)[:, None]
    return Efficiency(score, feasible, np.where(feasible, peer, -1)[:, None], weights)
