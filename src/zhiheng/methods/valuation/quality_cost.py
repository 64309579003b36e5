"""What quality costs: prevention, appraisal, internal and external failure, each period by itself.

Prevention and appraisal are spent so that failures do not happen; internal failures are found before
delivery, external ones by the customer. This module refuses to call one mix the best: it shows where the
money goes and how that has changed.

Source: J. M. Juran (ed.), Quality Control Handbook (1951); the four groups of A. V. Feigenbaum (1956),
Harvard Business Review 34(6), 93-101.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.valuation.brand import Floats

GROUPS: Final = ("prevention", "appraisal", "internal_failure", "external_failure")


@dataclass(frozen=True, slots=True, eq=False)
class QualityCost:
    """Costs of each period; arrays of shape (periods,) unless said otherwise.

    Attributes
    ----------
    total : ndarray
        Of the four groups, in the unit that was put in.
    conformance, failure : ndarray
        Prevention and appraisal; internal and external failure.
    shares : ndarray, shape (4, periods)
        Of each group in the total, in the order of `GROUPS`; NaN where nothing was spent.
    of_revenue : ndarray
        Total for each unit of revenue; NaN where there was none.
    loss_rate : ndarray
        Failure for each unit of revenue: the quality loss rate (质量损失率); NaN likewise.
    failure_per_conformance : ndarray
        Failure for each unit spent on conformance; infinite where nothing was spent on it.
    """

    total: Floats
    conformance: Floats
    failure: Floats
    shares: Floats
    of_revenue: Floats
    loss_rate: Floats
    failure_per_conformance: Floats


def quality_cost(costs: ArrayLike, revenue: ArrayLike) -> QualityCost:
    """Add up and compare the four groups.

    Parameters
    ----------
    costs : array_like of float, shape (4, periods)
        In the order of `GROUPS`, each 0 or more.
    revenue : array_like of float, shape (periods,)
        0 or more, in the same unit.

    Returns
    -------
    QualityCost

    Raises
    ------
    InvalidInput
        `quality_cost.shape`; `quality_cost.number` for a negative or missing amount, naming it.
    """
    spent, earned = np.asarray(costs, np.float64), np.atleast_1d(np.asarray(revenue, np.float64))
    if spent.ndim == 1:
        spent = spent[:, None]
    if spent.ndim != 2 or spent.shape[0] != len(GROUPS) or earned.shape != (spent.shape[1],):
        raise InvalidInput(
            "quality_cost.shape",
            N_("Costs need four rows, one for each group, and a revenue for each period."),
            N_("The groups in their order: %(groups)s."),
            groups=", ".join(GROUPS),
        )
    for name, row in (*zip(GROUPS, spent, strict=True), ("revenue", earned)):
        wrong = ~(np.isfinite(row) & (row >= 0))
        if wrong.any():
            raise InvalidInput(
                "quality_cost.number",
                N_("%(name)s of period %(period)d is %(value)s."),
                N_("Give an amount of 0 or more; a missing one is not 0: leave the period out."),
                name=name,
                period=int(np.flatnonzero(wrong)[0]) + 1,
                value=float(row[wrong][0]),
            )
    total, conformance, failure = spent.sum(axis=0), spent[:2].sum(axis=0), spent[2:].sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return QualityCost(
            total,
            conformance,
            failure,
            spent / total,
            np.where(earned > 0, total / earned, np.nan),
            np.where(earned > 0, failure / earned, np.nan),
            failure / conformance,
        )
