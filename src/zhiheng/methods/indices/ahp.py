"""Weights from judgements in pairs (analytic hierarchy process), with their consistency.

Refuses judgements that contradict each other more than the limit, and names the worst of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.indices.structure import Floats

# Mean consistency index of random judgements on 1 to 10 things: T. L. Saaty (1980), The Analytic
# Hierarchy Process. Beyond ten things people cannot compare; split them into groups.
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One entry of the matrix: how many times `row` was judged to outweigh `column`.

    `implied` is the ratio of the two weights, what consistent judgements would have said.
    """

    row: str
    column: str
    given: float
    implied: float


@dataclass(frozen=True, slots=True, eq=False)
class Priorities:
    """Weights from pairwise judgements.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        Principal eigenvector, sum 1.
    geometric : ndarray, shape (n,)
        Geometric means of the rows, sum 1: to compare.
    largest_eigenvalue, consistency_index, consistency_ratio : float
        λ, (λ - n)/(n - 1) and its quotient with the random index; 0 when consistent.
    worst : Judgement
        The entry farthest from the ratio of the weights, by factor; the first one where there are several.
    """

    weights: Floats
    geometric: Floats
    largest_eigenvalue: float
    consistency_index: float
    consistency_ratio: float
    worst: Judgement


def priorities(
    matrix: ArrayLike, names: Sequence[str] | None = None, *, limit: float | None = 0.1
) -> Priorities:
    r"""Weights of things judged in pairs.

    :math:`A w=\lambda w` with :math:`\lambda` the largest eigenvalue,
    :math:`CI=(\lambda-n)/(n-1)`, :math:`CR=CI/RI_n`.

    Parameters
    ----------
    matrix : array_like, shape (n, n), 1 <= n <= 10
        Positive entries, 1 on the diagonal, a_ji = 1/a_ij to within 0.1 % (0.333 stands for 1/3).
    names : sequence of str, optional
        For messages; without them 1 to n.
    limit : float or None, default 0.1
        Largest consistency ratio accepted (Saaty's); None accepts all and leaves the judging to you.

    Raises
    ------
    InvalidInput
        `ahp.shape`, `ahp.entry`, `ahp.reciprocal` (each with the cell), `ahp.inconsistent` with the ratio and
        the worst entry.

    References
    ----------
    T. L. Saaty (1980), The Analytic Hierarchy Process, McGraw-Hill.
    """
    a, labels = _checked(matrix, names)
    n = a.shape[0]
    values, vectors = np.linalg.eig(a)
    first = int(np.argmax(values.real))
    weights = np.abs(vectors[:, first].real)
    weights /= weights.sum()
    # Of a consistent matrix rounding may leave λ a hair below n.
    largest = max(float(values[first].real), float(n))
    index = (largest - n) / (n - 1) if n > 1 else 0.0
    ratio = index / RANDOM_INDEX[n - 1] if RANDOM_INDEX[n - 1] else 0.0
    implied = weights[:, None] / weights
    # Rounded, so that the first of two equal faults is named whatever the last bit says.
    farthest = np.unravel_index(int(np.argmax(np.round(np.abs(np.log(a / implied)), 9))), a.shape)
    row, column = int(farthest[0]), int(farthest[1])
    worst = Judgement(labels[row], labels[column], float(a[row, column]), float(implied[row, column]))
    geometric = np.exp(np.log(a).mean(axis=1))
    if limit is not None and ratio > limit:
        raise InvalidInput(
            "ahp.inconsistent",
            N_(
                "The judgements contradict each other: consistency ratio %(ratio).3f, limit %(limit)s. "
                'The worst says "%(row)s" to "%(column)s" is %(given).3g; the others imply %(implied).3g.'
            ),
            N_("Ask for this judgement again."),
            ratio=ratio,
            limit=limit,
            row=worst.row,
            column=worst.column,
            given=worst.given,
            implied=worst.implied,
        )
    return Priorities(weights, geometric / geometric.sum(), largest, index, ratio, worst)


def _checked(matrix: ArrayLike, names: Sequence[str] | None) -> tuple[Floats, tuple[str, ...]]:
    a = np.array(matrix, np.float64)
    if a.ndim != 2 or a.shape[0] != a.shape[1] or not 1 <= a.shape[0] <= len(RANDOM_INDEX):
        raise InvalidInput(
            "ahp.shape",
            N_("The judgements have the shape %(shape)s."),
            N_("Give a square matrix of 1 to %(most)d things; split more of them into groups."),
            shape=str(a.shape),
            most=len(RANDOM_INDEX),
        )
    labels = tuple(names) if names is not None else tuple(str(place + 1) for place in range(a.shape[0]))
    if len(labels) != a.shape[0]:
        raise InvalidInput(
            "ahp.names",
            N_("%(names)d names were given for %(things)d things."),
            N_("Give one name for each row."),
            names=len(labels),
            things=a.shape[0],
        )
    with np.errstate(invalid="ignore", over="ignore"):
        for code, bad in (
            ("ahp.entry", ~(np.isfinite(a) & (a > 0))),
            ("ahp.reciprocal", ~(np.abs(a * a.T - 1) <= 1.001e-3)),
        ):
            if bad.any():
                row, column = (int(place) for place in np.argwhere(bad)[0])
                raise InvalidInput(
                    code,
                    N_('"%(row)s" to "%(column)s" is %(given)s, and the other way round %(back)s.'),
                    N_("Both are above 0 and their product is 1; a thing to itself is 1."),
                    row=labels[row],
                    column=labels[column],
                    given=float(a[row, column]),
                    back=float(a[column, row]),
                )
    return np.sqrt(a / a.T), labels
