"""How a sample was drawn: strata, clusters, weights, finite populations, frozen in one object.

`survey_design` checks it once; `estimation`, `quantiles` and `calibration` take it as it is. This
module refuses a stratum with a single cluster unless the caller chose what it shall mean, and it
refuses to guess weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats, sealed
from zhiheng.methods.survey.design_columns import (
    Bools,
    Sizes,
    checked_sizes,
    numbers,
    refuse_varying,
    same_length,
    stratum_sizes,
)
from zhiheng.methods.survey.labels import Codes, Labels, coded, distinct, sums_by


class Lonely(StrEnum):
    """What a stratum with one sampled cluster adds to the variance, which it cannot show itself."""

    FAIL = "fail"  # an error
    CERTAINTY = "certainty"  # nothing: the cluster was sure to be drawn
    AVERAGE = "average"  # the mean of the strata that can show it
    ADJUST = "adjust"  # its square distance from the grand mean of all clusters


@dataclass(frozen=True, slots=True, eq=False)
class Subsample:
    """The second stage: units drawn inside each sampled cluster.

    Attributes
    ----------
    units : array_like or None
        Label of the unit each row belongs to, read within its cluster; None: every row is a unit.
    population : array_like
        Number of units that the row's cluster has in the population, one per row.
    """

    population: ArrayLike
    units: ArrayLike | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One stage of a draw: which unit a row is in, which group the unit was drawn from.

    Attributes
    ----------
    unit : ndarray of int, shape (rows,)
        Code of the sampled unit of each row.
    group : ndarray of int, shape (units,)
        Code of the stratum (stage 1) or of the cluster (stage 2) that the unit was drawn from.
    drawn : ndarray of float64, shape (groups,)
        Units drawn from each group.
    share : ndarray of float64, shape (groups,)
        Share of the group's units that was drawn; 0 where no finite population is corrected for.
    single : bool
        Whether every row is a unit of its own.
    """

    unit: Codes
    group: Codes
    drawn: Floats
    share: Floats
    single: bool

    @property
    def lonely(self) -> Bools:
        """Groups that show no variance: one unit drawn, and it was not the only one."""
        return np.asarray((self.drawn < 2) & (self.share < 1))


@dataclass(frozen=True, slots=True, eq=False)
class Adjustment:
    """A calibration that the weights went through, and by which the variance is reduced.

    Attributes
    ----------
    cells : tuple of ndarray of int
        One code per row for each margin; the codes of all margins are numbered through.
    base : ndarray of float64, shape (rows,)
        Weights before the calibration.
    inverse : ndarray of float64, shape (cells, cells) or (cells,)
        Generalised inverse of the weighted cross-products of the cells; its diagonal for one margin,
        where it has nothing else.
    """

    cells: tuple[Codes, ...]
    base: Floats
    inverse: Floats

    def residual(self, influence: Floats) -> Floats:
        """What the margins do not explain of an influence, by weighted least squares."""
        size = len(self.inverse)
        sums = sum(sums_by(cell, self.base * influence, size) for cell in self.cells)
        effect = self.inverse * sums if self.inverse.ndim == 1 else self.inverse @ sums
        return np.asarray(influence - sum(effect[cell] for cell in self.cells))


@dataclass(frozen=True, slots=True, eq=False)
class SurveyDesign:
    """A checked, frozen design of n rows; make it with `survey_design`.

    Attributes
    ----------
    weights : ndarray of float64, shape (n,)
        How many items of the population each row stands for, calibrations included.
    strata : ndarray
        The labels of the strata, sorted.
    stages : tuple of Stage
        One or two.
    lonely : Lonely
        What was chosen for strata with one cluster.
    adjustments : tuple of Adjustment
        Calibrations in the order in which they were made.
    inside : ndarray of bool or None
        The domain that estimates speak of; None: all rows.
    """

    weights: Floats
    strata: Labels
    stages: tuple[Stage, ...]
    lonely: Lonely
    adjustments: tuple[Adjustment, ...] = ()
    inside: Bools | None = None

    @property
    def degrees_of_freedom(self) -> int:
        """Sampled clusters minus strata, counted where the domain has rows of positive weight."""
        return int(self.freedom(None, 1)[0])

    def freedom(self, codes: Codes | None, groups: int) -> Floats:
        """Clusters minus strata in each group of rows (`codes`, -1 for rows of no group)."""
        first = self.stages[0]
        if codes is None and self.inside is None and (self.weights > 0).all():
            return np.array([float(first.group.size - self.strata.size)])
        kept = self.weights > 0
        if self.inside is not None:
            kept &= self.inside
        rows = np.zeros(kept.size, dtype=np.int64) if codes is None else codes
        kept &= rows >= 0
        group, cluster = rows[kept], first.unit[kept]
        if not first.single:
            pairs, _ = distinct(group * first.group.size + cluster, groups * first.group.size)
            group, cluster = np.divmod(pairs, first.group.size)
        cells, _ = distinct(group * self.strata.size + first.group[cluster], groups * self.strata.size)
        stratum = cells // self.strata.size
        return (np.bincount(group, minlength=groups) - np.bincount(stratum, minlength=groups)).astype(float)


def survey_design(
    *,
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    population: Sizes | None = None,
    second: Subsample | None = None,
    lonely: Lonely | str = Lonely.FAIL,
) -> SurveyDesign:
    r"""Check how a sample was drawn and freeze it.

    Parameters
    ----------
    weights : array_like, optional
        Items of the population that each row stands for, >= 0, one per row. By default N/n of the
        row's stratum (times M/m of its cluster), which needs `population`.
    strata : array_like, optional
        Label of each row's stratum. By default one stratum.
    clusters : array_like, optional
        Label of the primary sampling unit (PSU) of each row, read within its stratum: the same label
        in two strata is two clusters. By default every row is a unit.
    population : array_like or mapping, optional
        Number of primary units that the row's stratum has in the population, one per row, or as a
        mapping from the label of every stratum in the frame, which lets a stratum without sample be
        found. Infinity: no correction in that stratum. By default no correction.
    second : Subsample, optional
        Units drawn inside the clusters. Without it the variance is that of the ultimate clusters:
        between clusters alone, which holds any further stage as long as few clusters were drawn.
    lonely : Lonely
        What a stratum with one sampled cluster (and more in the population) shall mean.

    Returns
    -------
    SurveyDesign

    Raises
    ------
    InvalidInput
        `design.no_rows`, `design.lengths`, `design.weights_unknown`, `design.weights_invalid`,
        `design.weights_zero`, `design.population_invalid`, `design.population_varies`,
        `design.sample_above_population`, `design.stratum_without_sample`,
        `design.stratum_without_population`, `design.lonely_stratum`, `design.lonely_cluster`,
        `design.lonely_unknown`, and those of `labels.coded`.

    References
    ----------
    W. G. Cochran (1977), Sampling Techniques, 3rd ed., ch. 5, 9A, 10. T. Lumley (2010), Complex
    Surveys, ch. 2, 3. The choices for lonely strata carry the names of R package survey.
    """
    rows = _rows(weights, strata, clusters, population, second)
    choice = _choice(lonely)
    stratum = coded(np.zeros(rows, dtype=np.int64) if strata is None else strata, "strata")
    sizes = stratum_sizes(population, stratum.codes, stratum.labels)
    first = _stage(stratum.codes, stratum.labels, clusters, sizes, "clusters")
    stages: tuple[Stage, ...] = (first,)
    if second is not None:
        stages += (_second_stage(second, first),)
    design = SurveyDesign(_weights(weights, stages, rows), stratum.labels, stages, choice)
    _refuse_lonely(design)
    return design


def domain(design: SurveyDesign, mask: ArrayLike) -> SurveyDesign:
    """The same design, asked about some rows only: estimates speak of that part of the population.

    The rows outside stay in the design, because how many clusters a stratum gave is part of the
    variance; cutting them out of the data first gives variances that are too small.

    Raises
    ------
    InvalidInput
        `design.lengths`; `domain.not_boolean`; `domain.empty` where no row with weight is inside.
    """
    inside = np.asarray(mask)
    if inside.dtype != np.bool_:
        raise InvalidInput(
            "domain.not_boolean",
            N_("A domain is a list of true and false, one for each row; this one is of type %(type)s."),
            N_("Give the condition itself, for example: product == 3."),
            type=str(inside.dtype),
        )
    same_length(inside, design.weights.size, "domain")
    if design.inside is not None:
        inside = inside & design.inside
    if not (inside & (design.weights > 0)).any():
        raise InvalidInput(
            "domain.empty",
            N_("No sampled item lies in this domain, so the sample says nothing about it."),
            N_("Choose a wider domain, or plan samples for it."),
        )
    inside = inside.copy()
    inside.flags.writeable = False
    return replace(design, inside=inside)


def _rows(
    weights: ArrayLike | None,
    strata: ArrayLike | None,
    clusters: ArrayLike | None,
    population: Sizes | None,
    second: Subsample | None,
) -> int:
    columns: dict[str, ArrayLike | None] = {"weights": weights, "strata": strata, "clusters": clusters}
    if population is not None and not isinstance(population, Mapping):
        columns["population"] = population
    if second is not None:
        columns |= {"units": second.units, "population of units": second.population}
    given = {name: np.asarray(column) for name, column in columns.items() if column is not None}
    rows = max((array.size for array in given.values()), default=0)
    if rows == 0:
        raise InvalidInput(
            "design.no_rows",
            N_("The sample has no rows."),
            N_("Choose a period or a place with results."),
        )
    for name, array in given.items():
        same_length(array, rows, name)
    return rows


def _choice(lonely: Lonely | str) -> Lonely:
    try:
        return Lonely(lonely)
    except ValueError:
        raise InvalidInput(
            "design.lonely_unknown",
            N_('"%(value)s" is not a treatment of strata with one cluster.'),
            N_("Choose one of: %(known)s."),
            value=str(lonely),
            known=", ".join(Lonely),
        ) from None


def _stage(group: Codes, labels: Labels, units: ArrayLike | None, sizes: Floats | None, name: str) -> Stage:
    """Units within groups, counted and compared with the number there is."""
    if units is None:
        unit, unit_group = np.arange(group.size), group
    else:
        inner = coded(units, name)
        pair = coded(group * inner.labels.size + inner.codes, name)
        unit, unit_group = pair.codes, pair.labels.astype(np.int64) // inner.labels.size
    drawn = np.bincount(unit_group, minlength=labels.size).astype(np.float64)
    share = np.zeros(labels.size) if sizes is None else drawn / sizes
    above = share > 1
    if sizes is not None and above.any():
        position = int(np.argmax(above))
        raise InvalidInput(
            "design.sample_above_population",
            N_('"%(label)s" has %(drawn)d sampled units, but only %(size)s in the population.'),
            N_("Check the size of the population, and that no unit stands twice in the sample."),
            label=str(labels[position]),
            drawn=int(drawn[position]),
            size=f"{sizes[position]:g}",
        )
    for array in (unit, unit_group, drawn, share):
        array.flags.writeable = False
    return Stage(unit, unit_group, drawn, share, units is None)


def _second_stage(second: Subsample, first: Stage) -> Stage:
    clusters = np.arange(first.group.size)
    per_row = numbers(second.population, "population of units")
    sizes = np.zeros(clusters.size)
    sizes[first.unit] = per_row
    checked_sizes(sizes, clusters)
    refuse_varying(sizes[first.unit] != per_row, first.unit, clusters, per_row, sizes)
    return _stage(first.unit, clusters, second.units, sizes, "units")


def _weights(weights: ArrayLike | None, stages: tuple[Stage, ...], rows: int) -> Floats:
    if weights is None:
        if not stages[0].share.all():
            _no_weights()
        found = np.ones(rows)
        for stage in stages:
            found = found / stage.share[stage.group[stage.unit]]
        return sealed(found)
    found = numbers(weights, "weights").copy()
    bad = ~(found >= 0) | np.isinf(found)
    if bad.any():
        position = int(np.argmax(bad))
        raise InvalidInput(
            "design.weights_invalid",
            N_("The weight at position %(position)d is %(value)s."),
            N_("Give the number of items each row stands for: zero or more, and none missing."),
            position=position,
            value=str(found[position]),
        )
    if not found.any():
        raise InvalidInput(
            "design.weights_zero",
            N_("All weights are zero, so the sample stands for nothing."),
            N_("Give the number of items each row stands for."),
        )
    return sealed(found)


def _no_weights() -> NoReturn:
    raise InvalidInput(
        "design.weights_unknown",
        N_("Neither weights nor population sizes are given, so what each row stands for is unknown."),
        N_("Give weights, or the number of units of every stratum; for a mean from a sample with equal "
           "probabilities, weights of 1 will do."),
    )  # fmt: skip


def _refuse_lonely(design: SurveyDesign) -> None:
    if design.lonely is not Lonely.FAIL:
        return
    first = design.stages[0]
    if first.lonely.any():
        raise InvalidInput(
            "design.lonely_stratum",
            N_('The stratum "%(label)s" has only one sampled unit (%(number)d such strata), and one unit '
               "shows no variance."),
            N_("Join it to a similar stratum; or choose: certainty (the unit was sure to be drawn), average "
               "(the mean variance of the other strata), adjust (distance from the grand mean)."),
            label=str(design.strata[np.argmax(first.lonely)]),
            number=int(first.lonely.sum()),
        )  # fmt: skip
    for stage in design.stages[1:]:
        # Without a share at the first stage the second adds nothing, and need not show a variance.
        lonely = stage.lonely & (first.share[first.group] > 0)
        if lonely.any():
            row = int(np.argmax(lonely[first.unit]))
            raise InvalidInput(
                "design.lonely_cluster",
                N_("The cluster of the row at position %(position)d has only one sampled unit (%(number)d "
                   "such clusters), and one unit shows no variance."),
                N_("Leave out the second stage (ultimate clusters); or choose certainty, average or adjust."),
                position=row,
                number=int(lonely.sum()),
            )  # fmt: skip
