"""Weights brought into line with known totals: post-stratification and raking.

Where the number of items in classes of the population is known from elsewhere, weights are scaled so
that the sample reproduces it, and the variance keeps only what the classes do not explain. The module
refuses totals for classes without sample, and margins that contradict each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats, sealed
from zhiheng.methods.survey.design_columns import mapped, same_length
from zhiheng.methods.survey.designs import Adjustment, SurveyDesign
from zhiheng.methods.survey.labels import Coded, Codes, coded, distinct, sums_by

Totals = Mapping[Any, float]

AGREE = 1e-6  # relative difference up to which the sums of two margins count as one number


def post_stratify(design: SurveyDesign, classes: ArrayLike, totals: Totals) -> SurveyDesign:
    r"""Scale the weights so that every class (post-stratum) has its known number of items.

    .. math:: w_i = d_i\,\frac{N_g}{\sum_{j\in g} d_j}\quad\text{for } i\in g .

    Parameters
    ----------
    design : SurveyDesign
        Without a domain: calibrate first, restrict afterwards.
    classes : array_like, shape (n,)
        Label of the class of each row.
    totals : mapping
        Number of items of each class in the population; the classes must be those of the sample.

    Returns
    -------
    SurveyDesign
        With the new weights; the variance of every later estimate uses the residuals of the influence
        from its weighted class means.

    Raises
    ------
    InvalidInput
        `calibration.domain`, `calibration.class_without_sample`, `calibration.class_without_population`,
        `calibration.total_invalid`, `calibration.class_without_weight`, `design.lengths`.

    References
    ----------
    W. E. Deming, F. F. Stephan (1940). C.-E. Särndal, B. Swensson, J. Wretman (1992), 7.6. As
    `postStratify` of R survey.
    """
    _whole(design)
    margin = _margin(design, classes, "classes")
    wished = _wished(totals, margin)
    sums = sums_by(margin.codes, design.weights, margin.labels.size)
    _refuse_empty(sums, wished, margin)
    ratio = np.divide(wished, sums, out=np.zeros(wished.size), where=sums > 0)
    return _adjusted(design, design.weights * ratio[margin.codes], (margin,))


def rake(
    design: SurveyDesign,
    margins: Sequence[ArrayLike],
    totals: Sequence[Totals],
    *,
    tolerance: float = 1e-10,
    rounds: int = 1000,
) -> SurveyDesign:
    """Scale the weights to several margins in turn until all are met (iterative proportional fitting).

    Parameters
    ----------
    design : SurveyDesign
        Without a domain.
    margins : sequence of array_like, each of shape (n,)
        For each margin the label of each row's class.
    totals : sequence of mapping
        For each margin the number of items of each class; all must add up to the same sum.
    tolerance : float, default 1e-10
        Stop when a round changes the weight of no combination of classes by more than this share of
        the population.
    rounds : int, default 1000
        Give up after so many.

    Returns
    -------
    SurveyDesign
        The variance of every later estimate uses the residuals of the influence from its weighted
        least squares fit on all classes of all margins.

    Raises
    ------
    InvalidInput
        As for `post_stratify`; `calibration.margins_number`, `calibration.margins_disagree`,
        `calibration.margins_unmet`, `calibration.not_converged`.

    Notes
    -----
    R's `rake` stops when no combination changes by more than 1 item or after 10 rounds; `tolerance` of
    1/N does the same. For the variance R projects with equal weights, which is the same where the
    weights before raking are equal; here the weights before raking are used, as linearisation asks.

    References
    ----------
    W. E. Deming, F. F. Stephan (1940), Annals of Mathematical Statistics 11, 427-444. J.-C. Deville,
    C.-E. Särndal, O. Sautory (1993), JASA 88, 1013-1020.
    """
    _whole(design)
    if not margins or len(margins) != len(totals):
        raise InvalidInput(
            "calibration.margins_number",
            N_("There are %(margins)d margins and %(totals)d lists of totals."),
            N_("Give one list of totals for each margin, and at least one."),
            margins=len(margins),
            totals=len(totals),
        )
    coded_margins = tuple(_margin(design, m, f"margin {k + 1}") for k, m in enumerate(margins))
    wished = [_wished(t, m) for t, m in zip(totals, coded_margins, strict=True)]
    _refuse_contradiction(wished)
    weights = _proportional_fit(design.weights, coded_margins, wished, tolerance, rounds)
    return _adjusted(design, weights, coded_margins)


def _whole(design: SurveyDesign) -> None:
    if design.inside is not None:
        raise InvalidInput(
            "calibration.domain",
            N_("This design is restricted to a domain, and totals of the population do not apply to it."),
            N_("Calibrate the whole design first, then restrict it."),
        )


def _margin(design: SurveyDesign, classes: ArrayLike, name: str) -> Coded:
    same_length(np.asarray(classes), design.weights.size, name)
    return coded(classes, name)


_TEXTS = (
    N_('The class "%(label)s" has a total, but no sample (%(number)d such classes).'),
    N_("Join it to a class with samples, and add up their totals."),
    N_('The class "%(label)s" has samples, but no total.'),
    N_("Give the total of every class, with labels of the same type as in the sample."),
)


def _wished(totals: Totals, margin: Coded) -> Floats:
    wished = mapped(totals, margin.labels, "calibration.class", _TEXTS)
    bad = ~((wished >= 0) & np.isfinite(wished))
    if bad.any():
        position = int(np.argmax(bad))
        raise InvalidInput(
            "calibration.total_invalid",
            N_('The total of the class "%(label)s" is %(value)s.'),
            N_("Give the number of items in the population, zero or more."),
            label=str(margin.labels[position]),
            value=str(wished[position]),
        )
    return wished


def _refuse_empty(sums: Floats, wished: Floats, margin: Coded) -> None:
    empty = (sums == 0) & (wished > 0)
    if empty.any():
        raise InvalidInput(
            "calibration.class_without_weight",
            N_('All sampled items of the class "%(label)s" have the weight zero.'),
            N_("Join it to a class with samples, and add up their totals."),
            label=str(margin.labels[np.argmax(empty)]),
        )


def _refuse_contradiction(wished: list[Floats]) -> None:
    sums = [float(w.sum()) for w in wished]
    if max(sums) - min(sums) > AGREE * max(sums):
        raise InvalidInput(
            "calibration.margins_disagree",
            N_("The margins add up to different numbers of items: %(sums)s."),
            N_("Take the totals from one source and date, so that they describe one population."),
            sums=", ".join(f"{s:.12g}" for s in sums),
        )


def _proportional_fit(
    weights: Floats, margins: tuple[Coded, ...], wished: list[Floats], tolerance: float, rounds: int
) -> Floats:
    cell = np.zeros(weights.size, dtype=np.int64)
    bound = 1
    for margin in margins:
        _, cell = distinct(cell * margin.labels.size + margin.codes, bound * margin.labels.size)
        bound = int(cell.max()) + 1
    # Rows of one cell share every factor, so the fit runs on the cells; the rows are scaled once.
    table = start = sums_by(cell, weights, bound)
    member = np.zeros((len(margins), bound), dtype=np.int64)
    for k, margin in enumerate(margins):
        member[k, cell] = margin.codes
    population, change = float(wished[0].sum()), np.inf
    for _ in range(rounds):
        before = table
        for codes, target, margin in zip(member, wished, margins, strict=True):
            sums = sums_by(codes, table, target.size)
            _refuse_empty(sums, target, margin)
            table = table * np.divide(target, sums, out=np.zeros(target.size), where=sums > 0)[codes]
        change = float(np.abs(table - before).max())
        if change <= tolerance * population:
            _refuse_unmet(member, table, wished, margins, max(AGREE, 10 * tolerance) * population)
            factor = np.divide(table, start, out=np.zeros(bound), where=start > 0)
            return np.asarray(weights * factor[cell])
    raise InvalidInput(
        "calibration.not_converged",
        N_("Raking has not settled after %(rounds)d rounds: the last changed a cell by %(change)s items."),
        N_("Look for combinations of classes without sample; join classes, or drop a margin."),
        rounds=rounds,
        change=f"{change:.3g}",
    )


def _refuse_unmet(
    member: Codes, table: Floats, wished: list[Floats], margins: tuple[Coded, ...], allowed: float
) -> None:
    """Empty cells can bring the rounds to rest at weights that meet the last margin only."""
    for codes, target, margin in zip(member, wished, margins, strict=True):
        sums = sums_by(codes, table, target.size)
        away = np.abs(sums - target)
        if away.max() > allowed:
            worst = int(np.argmax(away))
            raise InvalidInput(
                "calibration.margins_unmet",
                N_('No weights of these samples meet all margins: the class "%(label)s" stays at %(sum)s '
                   "items instead of %(total)s."),
                N_("Look for combinations of classes without sample; join classes, or drop a margin."),
                label=str(margin.labels[worst]),
                sum=f"{sums[worst]:.6g}",
                total=f"{target[worst]:.6g}",
            )  # fmt: skip


def _adjusted(design: SurveyDesign, weights: Floats, margins: tuple[Coded, ...]) -> SurveyDesign:
    cells: list[Codes] = []
    offset = 0
    for margin in margins:
        cells.append(margin.codes + offset)
        offset += margin.labels.size
    if len(cells) == 1:
        sums = sums_by(cells[0], design.weights, offset)
        inverse = np.divide(1.0, sums, out=np.zeros(offset), where=sums > 0)
    else:
        inverse = _inverse(cells, design.weights, offset)
    adjustment = Adjustment(tuple(cells), design.weights, inverse)
    return replace(design, weights=sealed(weights), adjustments=(*design.adjustments, adjustment))


def _inverse(cells: list[Codes], weights: Floats, size: int) -> Floats:
    product = np.zeros(size * size)
    for one in cells:
        for other in cells:
            product += sums_by(one * size + other, weights, size * size)
    # The dummies of several margins depend on each other, hence the generalised inverse.
    return np.asarray(np.linalg.pinv(product.reshape(size, size), rcond=1e-12, hermitian=True))
