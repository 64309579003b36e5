r"""Many small linear programs at once: the dual simplex method over a stack of inverse bases.

Programs of one stack share their rows, and most share their columns:

.. math:: \min\; c_\beta\beta + c_s^\top s \quad\text{subject to}\quad A\lambda + g\,\beta + s = b,\;
   \lambda, s \ge 0,

with :math:`g` and :math:`b` a program's own and :math:`\beta` free. The rows are few (inputs, outputs,
perhaps one more), the columns many and the programs many, so one step of all programs is a product of
two thin matrices and a search along its rows. A dual feasible start is known for every
program of a frontier, so there is no first phase, and a program without any solution shows itself.

This module knows nothing of productivity and refuses to vouch for its own rounding: `programs` checks
every result against all columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

BETA, SLACK = -1, -2  # in a basis: the column of beta; -2 - i is the slack of row i
SOLVED, INFEASIBLE, UNDECIDED = 0, 1, 2

_TINY = 1e-10  # of numbers that were brought to the size of 1
_STEPS = 300  # about two per row are usual; who takes more goes round in circles


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Programs to be solved together; `rows` is the number of constraints.

    Attributes
    ----------
    columns : ndarray, shape (groups, rows, width + rows)
        A of each group of programs, and behind it the unit matrix of the slacks.
    group : ndarray of int, shape (programs,)
        Which columns a program has.
    forbidden : ndarray of int, shape (programs,)
        Column that a program may not use; -1 for none.
    target, direction : ndarray, shape (programs, rows)
        b and g.
    tolerance : ndarray, shape (programs,)
        How far below 0 a value may be and still count as 0.
    beta_cost : float
        Cost of beta; 0 where there is no beta (all `direction` 0).
    slack_cost : ndarray, shape (rows,)
        c_s.
    anchor : int
        Row in which every column is above 0: it makes any start dual feasible.
    equality : bool
        Whether the anchor's slack has to be 0.
    """

    columns: Floats
    group: Integers
    forbidden: Integers
    target: Floats
    direction: Floats
    tolerance: Floats
    beta_cost: float
    slack_cost: Floats
    anchor: int
    equality: bool

    def part(self, chosen: Integers) -> Stack:
        """The chosen programs alone."""
        return Stack(
            self.columns,
            self.group[chosen],
            self.forbidden[chosen],
            self.target[chosen],
            self.direction[chosen],
            self.tolerance[chosen],
            self.beta_cost,
            self.slack_cost,
            self.anchor,
            self.equality,
        )

    @property
    def width(self) -> int:
        """Number of columns before the slacks."""
        return int(self.columns.shape[2] - self.columns.shape[1])

    def along(self, rows: Floats) -> Floats:
        """A row vector of each program times its columns: shape (programs, width + rows)."""
        if self.columns.shape[0] == 1:
            return np.asarray(rows @ self.columns[0])
        return np.asarray(np.matmul(rows[:, None, :], self.columns[self.group])[:, 0])

    def reduced(self, duals: Floats) -> Floats:
        """Reduced costs of columns and slacks; infinite for those not allowed."""
        costs = self.along(-duals)
        costs[:, self.width :] += self.slack_cost
        return self.allowed(costs)

    def allowed(self, costs: Floats) -> Floats:
        """The same table, with infinity for columns that a program may not use."""
        own = np.flatnonzero(self.forbidden >= 0)
        costs[own, self.forbidden[own]] = np.inf
        if self.equality:
            costs[:, self.width + self.anchor] = np.inf
        return costs


@dataclass(slots=True, eq=False)
class _Bases:
    """Inverse basis, columns and costs of each program still at work."""

    inverse: Floats
    basis: Integers
    cost: Floats

    def part(self, chosen: Integers) -> _Bases:
        return _Bases(self.inverse[chosen], self.basis[chosen], self.cost[chosen])

    def duals(self) -> Floats:
        return np.asarray(np.matmul(self.cost[:, None, :], self.inverse)[:, 0])

    def values(self, target: Floats) -> Floats:
        return np.asarray(np.matmul(self.inverse, target[:, :, None])[:, :, 0])

    def pivot(self, at: Integers, row: Integers, column: Floats, entering: Integers, cost: Floats) -> None:
        """Let a column into the basis at a row, in the programs `at`."""
        weights = np.matmul(self.inverse[at], column[:, :, None])[:, :, 0]
        here = np.arange(at.size)
        lead = self.inverse[at, row] / weights[here, row][:, None]
        weights[here, row] = 0.0
        changed = self.inverse[at] - weights[:, :, None] * lead[:, None, :]
        changed[here, row] = lead
        self.inverse[at], self.basis[at, row], self.cost[at, row] = changed, entering, cost


def solve(stack: Stack) -> tuple[Integers, Integers, Floats]:
    """The optimal basis of each program.

    Returns
    -------
    basis : ndarray of int, shape (programs, rows)
        Column of A, `BETA`, or `SLACK - i`.
    state : ndarray of int, shape (programs,)
        `SOLVED`, `INFEASIBLE` (no solution) or `UNDECIDED` (too many steps).
    ray : ndarray, shape (programs, rows)
        Of an infeasible program: a sum of its rows that is negative on the right and that no column
        makes negative on the left. A column outside the stack that does may make it feasible.
    """
    programs, rows = stack.target.shape
    basis, state = np.empty((programs, rows), np.int64), np.full(programs, UNDECIDED, np.int64)
    ray = np.zeros((programs, rows))
    alive, bases = np.arange(programs), _start(stack)
    basis[alive] = bases.basis
    stuck = _anchored(stack, bases)
    ray[stuck, stack.anchor] = -1.0
    for _ in range(_STEPS):
        state[alive[stuck]] = INFEASIBLE
        leaving = _leaving(stack, bases)
        done = (leaving < 0) & ~stuck
        basis[alive[done]], state[alive[done]] = bases.basis[done], SOLVED
        going = np.flatnonzero(~done & ~stuck)
        if not going.size:
            break
        if going.size < alive.size:
            stack, bases, alive = stack.part(going), bases.part(going), alive[going]
        stuck = _step(stack, bases, leaving[going])
        ray[alive[stuck]] = bases.inverse[stuck, leaving[going[stuck]]]
    return basis, state, ray


def _start(stack: Stack) -> _Bases:
    """All slacks, with beta in place of the slack of the row in which it is largest."""
    programs, rows = stack.target.shape
    bases = _Bases(
        np.broadcast_to(np.eye(rows), (programs, rows, rows)).copy(),
        np.broadcast_to(SLACK - np.arange(rows), (programs, rows)).copy(),
        np.broadcast_to(stack.slack_cost, (programs, rows)).copy(),
    )
    if stack.beta_cost:
        every = np.arange(programs)
        row = np.argmax(np.abs(stack.direction), axis=1)
        bases.pivot(every, row, stack.direction, np.full(programs, BETA), np.full(programs, stack.beta_cost))
    return bases


def _anchored(stack: Stack, bases: _Bases) -> Flags:
    """Make the start dual feasible by one column in the anchor's row; who has no column is stuck."""
    width = stack.width
    if not width:
        return np.ones(stack.group.size, np.bool_)
    costs = stack.reduced(bases.duals())[:, :width]
    ratio = costs / stack.columns[:, stack.anchor, :width][stack.group]
    best = np.argmin(ratio, axis=1)
    least = ratio[np.arange(best.size), best]
    stuck: Flags = np.isinf(least)
    needed = np.flatnonzero(~stuck & (stack.equality | (least < 0)))
    if needed.size:
        column = stack.columns[stack.group[needed], :, best[needed]]
        bases.pivot(needed, np.full(needed.size, stack.anchor), column, best[needed], np.zeros(needed.size))
    return stuck


def _leaving(stack: Stack, bases: _Bases) -> Integers:
    """Row whose negative value lies deepest outside (steepest edge); -1 where there is none."""
    values = bases.values(stack.target)
    values[bases.basis == BETA] = 0.0
    # A row's norm says how fast its value moves; the inverse is at hand, so the norm costs nothing.
    norm = np.einsum("urk,urk->ur", bases.inverse, bases.inverse)
    depth = np.where(values < -stack.tolerance[:, None], values * values / norm, 0.0)
    row = np.argmax(depth, axis=1)
    return np.where(depth[np.arange(row.size), row] > 0, row, -1)


def _step(stack: Stack, bases: _Bases, leaving: Integers) -> Flags:
    """One pivot of each program; True where no column can enter, so that there is no solution."""
    here, width = np.arange(leaving.size), stack.width
    row = bases.inverse[here, leaving]
    costs = np.maximum(stack.reduced(bases.duals()), 0.0)
    along = stack.along(-row)
    steep = along > _TINY * np.abs(row).max(axis=1)[:, None]
    ratio = np.full(costs.shape, np.inf)
    np.divide(costs, along, out=ratio, where=steep)
    entering = np.argmin(ratio, axis=1)
    stuck: Flags = np.isinf(ratio[here, entering])
    at = np.flatnonzero(~stuck)
    chosen = entering[at]
    column = stack.columns[stack.group[at], :, chosen]
    slack = chosen >= width
    cost = np.where(slack, stack.slack_cost[np.where(slack, chosen - width, 0)], 0.0)
    bases.pivot(at, leaving[at], column, np.where(slack, SLACK - (chosen - width), chosen), cost)
    return stuck
