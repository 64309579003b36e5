"""Which choice matters most: Sobol's indices of first and total order.

Refuses to speak of shares where nothing varies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.indices.structure import Floats
from zhiheng.methods.indices.tables import Table
from zhiheng.methods.indices.uncertainty import Choices, prepare

Factors = Sequence[tuple[str, tuple[int, ...]]]

_RESAMPLES = 200


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """Shares of the variance of one result that its factors explain.

    Attributes
    ----------
    factors : tuple of str
    first : ndarray, shape (factors,)
        Share explained by the factor alone; sums to at most 1. An estimate may fall a little below 0.
    total : ndarray, shape (factors,)
        Share that would stay if all other factors were fixed; total - first is interplay.
    first_error, total_error : ndarray
        Bootstrap standard errors.
    mean, variance : float
        Of the result.
    runs : int
        Evaluations of the model.
    """

    factors: tuple[str, ...]
    first: Floats
    total: Floats
    first_error: Floats
    total_error: Floats
    mean: float
    variance: float
    runs: int


def sobol(model: Callable[[Floats], Floats], factors: Factors, *, seed: int, size: int = 1024) -> Sensitivity:
    r"""Sobol's indices of a model of independent numbers drawn evenly from [0, 1).

    With matrices A and B of `size` rows and :math:`A_B^i` = A with the columns of factor i from B:

    .. math:: S_i=\frac{\overline{f(B)\,(f(A_B^i)-f(A))}}{V},\qquad
              T_i=\frac{\overline{(f(A)-f(A_B^i))^2}}{2V}

    Parameters
    ----------
    model : callable
        (n, columns) to (n,).
    factors : sequence of (str, columns)
        Each factor is one or more columns; several columns count as one.
    seed : int
    size : int, default 1024
        A power of two; the model is run size·(factors + 2) times.

    Raises
    ------
    InvalidInput
        `indices.size`, `indices.no_variance`.

    References
    ----------
    A. Saltelli et al. (2010), Computer Physics Communications 181, 259-270 (first order);
    M. J. W. Jansen (1999), Computer Physics Communications 117, 35-43 (total order).
    """
    if size < 16 or size & (size - 1):
        raise InvalidInput(
            "indices.size",
            N_("%(size)d rows are no power of two from 16 on."),
            N_("Take 1024 or 4096."),
            size=size,
        )
    columns = sum(len(places) for _, places in factors)
    if not columns:
        raise _unmoved()
    both = stats.qmc.Sobol(2 * columns, rng=np.random.default_rng(seed)).random(size)
    # A point of the sequence may be 1 after rounding; a choice at 1 does not exist.
    both = np.minimum(both, np.nextafter(1.0, 0.0))
    a, b = both[:, :columns], both[:, columns:]
    at_a, at_b = model(a), model(b)
    mixed = np.empty((len(factors), size))
    for row, (_, places) in enumerate(factors):
        crossed = a.copy()
        crossed[:, list(places)] = b[:, list(places)]
        mixed[row] = model(crossed)
    # Centred: the estimator of first order loses digits to the mean otherwise.
    mean = float(np.concatenate([at_a, at_b]).mean())
    at_a, at_b, mixed = at_a - mean, at_b - mean, mixed - mean
    variance = float(np.concatenate([at_a, at_b]).var())
    if not variance > 0:
        raise _unmoved()
    first, total = _indices(at_a, at_b, mixed)
    rng = np.random.default_rng([seed, 1])
    again = [
        _indices(at_a[row], at_b[row], mixed[:, row]) for row in rng.integers(0, size, (_RESAMPLES, size))
    ]
    errors = np.nanstd(np.array(again), axis=0, ddof=1)
    names = tuple(name for name, _ in factors)
    return Sensitivity(names, first, total, errors[0], errors[1], mean, variance, size * (len(factors) + 2))


def choice_sensitivity(
    given: Table, choices: Choices, *, seed: int, size: int = 1024, unit: str | None = None
) -> Sensitivity:
    """Which choice moves the ranking most.

    Parameters
    ----------
    given, choices
        As for `uncertainty.rank_spread`.
    seed, size
        As for `sobol`.
    unit : str, optional
        The result is this unit's rank; without one, the mean absolute change of all ranks.

    Raises
    ------
    InvalidInput
        `indices.no_unit`, and what `sobol` and `uncertainty.prepare` raise.
    """
    if unit is not None and unit not in given.units:
        raise InvalidInput(
            "indices.no_unit",
            N_('There is no unit "%(unit)s" in the table.'),
            N_("Use the name of one of its rows."),
            unit=unit,
        )
    ready = prepare(given, choices)

    def model(drawn: Floats) -> Floats:
        found = ready.ranks(drawn)
        if unit is not None:
            return found[:, given.units.index(unit)].astype(np.float64)
        shift: Floats = np.abs(found - ready.reference).mean(axis=1)
        return shift

    return sobol(model, ready.factors, seed=seed, size=size)


def _indices(at_a: Floats, at_b: Floats, mixed: Floats) -> tuple[Floats, Floats]:
    variance = np.concatenate([at_a, at_b]).var()
    with np.errstate(invalid="ignore", divide="ignore"):
        first = (at_b * (mixed - at_a)).mean(axis=1) / variance
        total = ((at_a - mixed) ** 2).mean(axis=1) / 2 / variance
    return first, total


def _unmoved() -> InvalidInput:
    return InvalidInput(
        "indices.no_variance",
        N_("None of the choices changes the result."),
        N_("There is nothing to share out; let more than one choice vary."),
    )
