r"""Variance of an estimate from the influence of each row: linearisation (Taylor) for complex designs.

An estimate that is a smooth function of weighted sums varies, to first order, like the weighted sum
of its influence values u, z_i = w_i u_i. With clusters c of n_h in stratum h, of which a share f_h
was drawn,

.. math:: V=\sum_h (1-f_h)\frac{n_h}{n_h-1}\sum_c\bigl(z_{hc}-\bar z_h\bigr)^2
          \;+\;\sum_h f_h\sum_c (1-f_{hc})\frac{m_{hc}}{m_{hc}-1}\sum_j\bigl(z_{hcj}-\bar z_{hc}\bigr)^2 ,

the second sum only where the units j inside the clusters were given. The module refuses replication
methods and joint inclusion probabilities (`combining` has those).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats
from zhiheng.methods.survey.design_columns import Bools
from zhiheng.methods.survey.designs import Lonely, Stage, SurveyDesign
from zhiheng.methods.survey.labels import Codes, Labels, distinct, sums_by


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The groups of rows that estimates are made for: all rows, a domain, or one group per label.

    Attributes
    ----------
    codes : ndarray of int or None
        Group of each row, -1 for rows of none; None: all rows are one group.
    labels : ndarray or None
        What the groups are called; None where there is one estimate only.
    size : int
        Number of groups.
    """

    codes: Codes | None
    labels: Labels | None
    size: int

    @property
    def mask(self) -> Bools | None:
        """Rows that belong to a group; None: all."""
        return None if self.codes is None else self.codes >= 0

    def sums(self, column: Floats) -> Floats:
        """Sum of a column over each group; the column is zero outside all groups."""
        if self.codes is None:
            return np.array([column.sum()])
        return sums_by(np.maximum(self.codes, 0), column, self.size)

    def spread(self, per_group: Floats) -> Floats:
        """Each row's group value; for rows of no group the value of the first, to be masked."""
        if self.codes is None:
            return per_group
        return np.asarray(per_group[np.maximum(self.codes, 0)])


def variances(influence: Floats, design: SurveyDesign, scope: Scope) -> Floats:
    """Variance of the weighted sum of the influence values, for each group.

    Parameters
    ----------
    influence : ndarray, shape (n,)
        Influence of each row on the estimate of its own group, zero outside all groups.
    design : SurveyDesign
    scope : Scope

    Returns
    -------
    ndarray, shape (groups,)

    Raises
    ------
    InvalidInput
        `design.lonely_everywhere` where the average of strata is asked for and none shows a variance.
    """
    if scope.codes is None or scope.size == 1:
        return np.array([_variance(influence, design)])
    plain = not design.adjustments and len(design.stages) == 1
    if plain and (design.lonely is not Lonely.ADJUST or not design.stages[0].lonely.any()):
        return _by_group(design.weights * influence, scope.codes, scope.size, design)
    # A calibrated or two-stage design lets a group's influence reach rows outside the group.
    return np.array(
        [_variance(np.where(scope.codes == g, influence, 0.0), design) for g in range(scope.size)]
    )


def certain(error: Floats, design: SurveyDesign, scope: Scope) -> Bools:
    """Groups with no error because every unit of their strata was drawn, at every stage."""
    if (error != 0).all():
        return np.zeros(error.shape, dtype=np.bool_)
    partly = np.zeros(design.weights.size)
    for stage in design.stages:
        partly += stage.share[stage.group[stage.unit]] < 1
    if scope.mask is not None:
        partly = np.where(scope.mask, partly, 0.0)
    return np.asarray((error == 0) & (scope.sums(partly) == 0))


def _variance(influence: Floats, design: SurveyDesign) -> float:
    for adjustment in design.adjustments:
        influence = adjustment.residual(influence)
    scores = design.weights * influence
    first = design.stages[0]
    found = _stage_variance(_totals(scores, first), first, np.ones(first.drawn.size), design.lonely)
    for stage in design.stages[1:]:
        totals = _totals(scores, stage)
        found += _stage_variance(totals, stage, first.share[first.group], design.lonely)
    return found


def _totals(scores: Floats, stage: Stage) -> Floats:
    return scores if stage.single else sums_by(stage.unit, scores, stage.group.size)


def _stage_variance(totals: Floats, stage: Stage, factor: Floats, choice: Lonely) -> float:
    """Sum over the groups of one stage; `factor` is the share by which an earlier stage enters."""
    count = stage.drawn.size
    means = sums_by(stage.group, totals, count) / stage.drawn
    squares = sums_by(stage.group, (totals - means[stage.group]) ** 2, count)
    parts = factor * _scale(stage) * squares
    lonely = stage.lonely & (factor > 0)
    if not lonely.any() or choice is Lonely.CERTAINTY:
        return float(parts.sum())
    if choice is Lonely.ADJUST:
        # The one unit's total is its group's mean.
        away = (means - totals.mean()) ** 2
        return float(parts.sum() + (factor * (1 - stage.share) * away)[lonely].sum())
    return float(parts.sum() * _average(lonely, factor))


def _scale(stage: Stage) -> Floats:
    return np.asarray((1 - stage.share) * stage.drawn / np.maximum(stage.drawn - 1, 1))


def _average(lonely: Bools, factor: Floats) -> float:
    """By how much the variance of the groups that show one is raised to stand for all."""
    asked = factor > 0
    shown = int((asked & ~lonely).sum())
    if shown == 0:
        raise InvalidInput(
            "design.lonely_everywhere",
            N_("Every stratum has only one sampled unit, so there is no variance to take the average of."),
            N_("Join strata, so that some have two units or more."),
        )
    return float(asked.sum()) / shown


def _by_group(scores: Floats, codes: Codes, size: int, design: SurveyDesign) -> Floats:
    """The one-stage formula for many groups at once, from the clusters in which a group has rows."""
    stage = design.stages[0]
    rows = np.flatnonzero(codes >= 0)
    group, cluster, totals = codes[rows], stage.unit[rows], scores[rows]
    if not stage.single:
        pairs, back = distinct(group * stage.group.size + cluster, size * stage.group.size)
        totals = sums_by(back, totals, pairs.size)
        group, cluster = np.divmod(pairs, stage.group.size)
    strata = stage.drawn.size
    cells, back = distinct(group * strata + stage.group[cluster], size * strata)
    owner, stratum = np.divmod(cells, strata)
    means = sums_by(back, totals, cells.size) / stage.drawn[stratum]
    squares = sums_by(back, (totals - means[back]) ** 2, cells.size)
    # The other clusters of the stratum have the total 0 in this group.
    absent = stage.drawn[stratum] - np.bincount(back, minlength=cells.size)
    parts = _scale(stage)[stratum] * (squares + absent * means**2)
    raised = 1.0
    if design.lonely is Lonely.AVERAGE and stage.lonely.any():
        raised = _average(stage.lonely, np.ones(stage.drawn.size))
    # A lonely stratum has no squares of its own, so nothing is to be left out here.
    return sums_by(owner, parts, size) * raised
