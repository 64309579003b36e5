r"""The linear programs of a frontier: built, brought to size, solved on few columns, checked against all.

Only units on the frontier can be peers, and they are few. So the programs are solved on a working set of
columns, every result is priced against all columns, what is cheaper joins the set, and the programs that it
concerns are solved again, until nothing is cheaper: the result is that of all columns. A result that does not
pass this check to rounding is computed once more by HiGHS.

This module refuses raw data: `quantities` has seen to signs and missing cells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import optimize

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.productivity import simplex
from zhiheng.methods.productivity.simplex import Flags, Floats, Integers, Stack

Returns = Literal["constant", "variable", "non_increasing", "non_decreasing", "free_disposal"]
Orientation = Literal["input", "output"]

_SIZE = 100_000  # entries of one chunk's table of reduced costs: 800 kB stay in the cache
_FIRST = 64  # directions that look for the first columns of a working set
_CLOSE = 1e-10
_NONE_FEASIBLE = 2  # of scipy.optimize.linprog


@dataclass(frozen=True, slots=True, eq=False)
class Frontier:
    """Columns of one or more reference sets, scaled, with what undoes the scaling.

    Attributes
    ----------
    columns : ndarray, shape (groups, rows, units)
        Inputs, minus outputs and, unless returns are constant, the sum of the weights.
    row_scale : ndarray, shape (inputs + outputs,)
        Mean of each input and output; a quantity divided by it is of size 1.
    column_scale : ndarray, shape (groups, units)
        What a weight has to be divided by.
    inputs : int
        Number of inputs.
    returns : str
        One of `Returns`, without free disposal.
    """

    columns: Floats
    row_scale: Floats
    column_scale: Floats
    inputs: int
    returns: Returns

    @property
    def anchor(self) -> int:
        """Row in which every column is positive."""
        return self.columns.shape[1] - 1 if self.returns in ("variable", "non_increasing") else 0


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """What the programs say; NaN and -1 where a program has no solution.

    Attributes
    ----------
    beta : ndarray, shape (programs,)
        Radial factor; 0 where there is none.
    peers : ndarray of int, shape (programs, rows)
        Units that span the point of comparison, -1 where fewer are needed.
    weights : ndarray, shape (programs, rows)
        Their weights λ.
    slacks : ndarray, shape (programs, inputs + outputs)
        What is left over beside the radial factor, in the units of the data.
    feasible : ndarray of bool, shape (programs,)
    """

    beta: Floats
    peers: Integers
    weights: Floats
    slacks: Floats
    feasible: Flags


def frontier(inputs: Floats, outputs: Floats, returns: Returns) -> Frontier:
    """Columns of reference sets, shape (units, kinds) or (groups, units, kinds)."""
    x, y = (np.atleast_3d(one) if one.ndim == 3 else one[None] for one in (inputs, outputs))
    joined = np.concatenate([x, -y], axis=2)
    scale = np.abs(joined).mean(axis=(0, 1))
    scale[scale == 0] = 1.0  # an output that nobody makes
    columns = joined / scale
    if returns != "constant":
        sign = -1.0 if returns == "non_decreasing" else 1.0
        columns = np.concatenate([columns, np.full((*columns.shape[:2], 1), sign)], axis=2)
    size = np.abs(columns).max(axis=2)
    columns = np.ascontiguousarray((columns / size[:, :, None]).transpose(0, 2, 1))
    return Frontier(columns, scale, size, x.shape[2], returns)


def radial(
    reference: Frontier,
    inputs: Floats,
    outputs: Floats,
    orientation: Orientation,
    *,
    group: Integers | None = None,
    forbidden: Integers | None = None,
) -> Solution:
    """Least share θ of the inputs, or largest multiple φ of the outputs, that the frontier reaches."""
    point = np.concatenate([inputs, -outputs], axis=1) / reference.row_scale
    moved = np.zeros_like(point)
    kinds = slice(None, reference.inputs) if orientation == "input" else slice(reference.inputs, None)
    moved[:, kinds] = -point[:, kinds]
    target = point + moved
    if reference.returns == "constant":
        # Rays have no size of their own: every unit is brought to the size of 1.
        size = np.abs(point).max(axis=1)
    else:
        size = np.ones(point.shape[0])
        sign = reference.columns[0, -1, 0]
        target = np.column_stack([target, np.full(size.size, sign / abs(sign))])
        moved = np.column_stack([moved, np.zeros(size.size)])
    cost = 1.0 if orientation == "input" else -1.0
    stack = _stack(reference, target / size[:, None], moved / size[:, None], group, forbidden)
    return _told(reference, replace(stack, beta_cost=cost), size)


def additive(reference: Frontier, inputs: Floats, outputs: Floats, price: Floats) -> Solution:
    """Largest priced sum of slacks of points on or below the frontier."""
    target = np.concatenate([inputs, -outputs], axis=1) / reference.row_scale
    cost = -price * reference.row_scale
    cost = cost / np.abs(cost).max()
    if reference.returns == "constant":
        size = np.abs(target).max(axis=1)
    else:
        size = np.ones(target.shape[0])
        target = np.column_stack([target, np.full(size.size, np.sign(reference.columns[0, -1, 0]))])
        cost = np.append(cost, 0.0)
    target = target / size[:, None]
    stack = _stack(reference, target, np.zeros_like(target), None, None)
    return _told(reference, replace(stack, slack_cost=cost), size)


def _stack(
    reference: Frontier, target: Floats, direction: Floats, group: Integers | None, forbidden: Integers | None
) -> Stack:
    programs, rows = target.shape
    sizes = np.abs(np.where(target == 0, np.where(direction == 0, np.inf, direction), target)).min(axis=1)
    return Stack(
        columns=np.concatenate(
            [reference.columns, np.broadcast_to(np.eye(rows), (reference.columns.shape[0], rows, rows))],
            axis=2,
        ),
        group=np.zeros(programs, np.int64) if group is None else group,
        forbidden=np.full(programs, -1) if forbidden is None else forbidden,
        target=target,
        direction=direction,
        # Relative to a small unit's own size, as far as rounding lets us.
        tolerance=1e-10 * np.clip(sizes, 1e-4, 1.0),
        beta_cost=0.0,
        slack_cost=np.zeros(rows),
        anchor=reference.anchor,
        equality=reference.returns == "variable",
    )


def _told(reference: Frontier, stack: Stack, size: Floats) -> Solution:
    """Solve in chunks and bring the numbers back to the units of the data."""
    programs, rows = stack.target.shape
    kinds = reference.row_scale.size
    found = Solution(
        np.full(programs, np.nan),
        np.full((programs, rows), -1),
        np.full((programs, rows), np.nan),
        np.full((programs, kinds), np.nan),
        np.zeros(programs, np.bool_),
    )
    basis, value, state = _settled(stack)
    ok = np.flatnonzero(state == simplex.SOLVED)
    named, amounts = basis[ok], value[ok] * size[ok, None]
    found.feasible[ok] = True
    found.beta[ok] = np.where(named == simplex.BETA, value[ok], 0.0).sum(axis=1)
    unit = np.where(named >= 0, named, 0)
    scaled = np.maximum(amounts, 0.0) / reference.column_scale[stack.group[ok, None], unit]
    used = (named >= 0) & (scaled > 0)
    found.peers[ok], found.weights[ok] = np.where(used, named, -1), np.where(used, scaled, 0.0)
    slacks = np.zeros((ok.size, rows))
    here, place = np.nonzero(named <= simplex.SLACK)
    slacks[here, simplex.SLACK - named[here, place]] = np.maximum(amounts[here, place], 0.0)
    found.slacks[ok] = slacks[:, :kinds] * reference.row_scale
    return found


def _settled(stack: Stack) -> tuple[Integers, Floats, Integers]:
    """Basis, values and state of every program, true for all columns."""
    programs, rows = stack.target.shape
    answers = _Answers(
        np.zeros((programs, rows), np.int64),
        np.zeros((programs, rows)),
        np.full(programs, simplex.UNDECIDED),
    )
    every = np.arange(stack.width)
    narrow = stack.columns.shape[0] == 1 and every.size > 4 * _FIRST
    working, open_ = _first_columns(stack) if narrow else every, np.arange(programs)
    while open_.size and working.size < every.size / 2:
        cheapest = _attempt(stack, answers, open_, working)
        open_, added = open_[cheapest >= 0], np.setdiff1d(cheapest[cheapest >= 0], working)
        if not added.size:
            break
        working = np.concatenate([working, added])
    # Where rounding has stopped the search of columns, all of them are taken.
    left = np.union1d(open_, np.flatnonzero(answers.state == simplex.UNDECIDED))
    _attempt(stack, answers, left, every)
    for program in np.flatnonzero(answers.state == simplex.UNDECIDED):
        _by_highs(stack, answers, int(program))
    return answers.basis, answers.value, answers.state


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    basis: Integers
    value: Floats
    state: Integers


def _first_columns(stack: Stack) -> Integers:
    """Columns that are extreme in some directions, spread over all ratios of inputs to outputs."""
    columns, rows = stack.columns[0, :, : stack.width], stack.columns.shape[1]
    # Where the search begins decides nothing but its length.
    prices = -np.log(np.random.default_rng(0).random((_FIRST, rows)))
    taken, given = np.maximum(columns, 0.0), np.maximum(-columns, 0.0)
    return np.unique(np.argmax((prices @ given) / (prices @ taken), axis=1))


def _attempt(stack: Stack, answers: _Answers, open_: Integers, working: Integers) -> Integers:
    """Solve on the working columns; for each program the cheapest column of all, -1 for none."""
    cheapest = np.full(open_.size, -1)
    width = stack.width
    kept = np.append(working, np.arange(width, stack.columns.shape[2]))
    narrow = replace(stack, columns=np.ascontiguousarray(stack.columns[:, :, kept]))
    place = np.full(width + 1, -1)  # the last place is for the column -1, which is none
    place[working] = np.arange(working.size)
    for at in np.array_split(np.arange(open_.size), _chunks(narrow, open_.size)):
        chosen = open_[at]
        part = narrow.part(chosen)
        basis, state, ray = simplex.solve(replace(part, forbidden=place[part.forbidden]))
        basis = np.where(basis >= 0, working[np.maximum(basis, 0)], basis)
        solved = np.flatnonzero(state == simplex.SOLVED)
        value = np.zeros(basis.shape)
        value[solved], right, cheapest[at[solved]] = _checked(stack.part(chosen[solved]), basis[solved])
        state[solved[~right]] = simplex.UNDECIDED
        beyond = np.flatnonzero(state == simplex.INFEASIBLE)
        cheapest[at[beyond]] = _reaching(stack.part(chosen[beyond]), ray[beyond])
        state[beyond[cheapest[at[beyond]] >= 0]] = simplex.UNDECIDED
        answers.basis[chosen], answers.value[chosen], answers.state[chosen] = basis, value, state
    return cheapest


def _checked(stack: Stack, basis: Integers) -> tuple[Floats, Flags, Integers]:
    """Values of a basis, computed afresh; whether it is optimal; the cheapest column if it is not."""
    programs, rows = basis.shape
    column = stack.columns.transpose(0, 2, 1)[stack.group[:, None], np.maximum(basis, 0)]
    column = np.where((basis == simplex.BETA)[:, :, None], stack.direction[:, None, :], column)
    slack = np.maximum(simplex.SLACK - basis, 0)
    column = np.where((basis <= simplex.SLACK)[:, :, None], np.eye(rows)[slack], column)
    cost = np.where(basis <= simplex.SLACK, stack.slack_cost[slack], 0.0)
    cost[basis == simplex.BETA] = stack.beta_cost
    try:
        value = np.linalg.solve(column.transpose(0, 2, 1), stack.target[:, :, None])[:, :, 0]
        duals = np.linalg.solve(column, cost[:, :, None])[:, :, 0].astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        return np.zeros(basis.shape), np.zeros(programs, np.bool_), np.full(programs, -1)
    feasible = ((value >= -10 * stack.tolerance[:, None]) | (basis == simplex.BETA)).all(axis=1)
    best, dear = _lowest(stack, duals)
    return (
        value.astype(np.float64, copy=False),
        feasible & dear,
        np.where(dear | (best >= stack.width), -1, best),
    )


def _reaching(stack: Stack, ray: Floats) -> Integers:
    """The column that does most to make an infeasible program feasible; -1 where no column does."""
    best, none = _lowest(replace(stack, slack_cost=np.zeros(ray.shape[1])), -ray)
    return np.where(none | (best >= stack.width), -1, best)


def _lowest(stack: Stack, duals: Floats) -> tuple[Integers, Flags]:
    """Column of the lowest reduced cost, and whether even that is 0 or more, as far as rounding tells."""
    best, dear = np.empty(duals.shape[0], np.int64), np.empty(duals.shape[0], np.bool_)
    sizes = replace(stack, columns=np.abs(stack.columns))
    for at in np.array_split(np.arange(best.size), _chunks(stack, best.size)):
        costs = stack.part(at).reduced(duals[at])
        rounding = sizes.part(at).along(np.abs(duals[at]))
        rounding[:, stack.width :] += np.abs(stack.slack_cost)
        costs += _CLOSE * rounding
        best[at] = np.argmin(costs, axis=1)
        dear[at] = costs[np.arange(at.size), best[at]] >= 0
    return best, dear


def _chunks(stack: Stack, programs: int) -> int:
    depth = stack.columns.shape[1] if stack.columns.shape[0] > 1 else 1
    return int(programs * stack.columns.shape[2] * depth // _SIZE + 1)


def _by_highs(stack: Stack, answers: _Answers, program: int) -> None:
    """One program by HiGHS, for whom rounding has led the simplex of ours astray."""
    one = stack.part(np.array([program]))
    columns, rows = one.columns[one.group[0]], one.target.shape[1]
    width = one.width
    highest = np.full(width + rows + 1, np.inf)
    if one.forbidden[0] >= 0:
        highest[one.forbidden[0]] = 0.0
    if one.equality:
        highest[width + one.anchor] = 0.0
    lowest = np.zeros(highest.size)
    lowest[-1] = -np.inf
    found = optimize.linprog(
        np.concatenate([np.zeros(width), one.slack_cost, [one.beta_cost]]),
        A_eq=np.column_stack([columns, one.direction[0]]),
        b_eq=one.target[0],
        bounds=list(zip(lowest.tolist(), highest.tolist(), strict=True)),
        method="highs-ds",
    )
    if found.status not in (0, _NONE_FEASIBLE):
        raise InvalidInput(
            "dea.unsolved",
            N_("The program of the unit in row %(row)d (counted from 0) could not be solved."),
            N_("Look for quantities that differ very much in size, and leave such a unit out."),
            row=program if stack.columns.shape[0] == 1 else program % width,
        )
    answers.state[program] = simplex.SOLVED if found.status == 0 else simplex.INFEASIBLE
    if found.x is None:
        return
    names = np.concatenate([np.arange(width), simplex.SLACK - np.arange(rows), [simplex.BETA]])
    largest = np.argsort(-np.abs(found.x), kind="stable")[:rows]
    if one.beta_cost and width + rows not in largest:
        largest[-1] = width + rows
    answers.basis[program], answers.value[program] = names[largest], found.x[largest]
