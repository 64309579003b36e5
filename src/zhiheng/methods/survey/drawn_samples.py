"""Samples of two kinds that are distinct types, each result with the probabilities of both draws.

`combining` estimates from them. This module refuses to put samples of different kinds together, items
that stand twice, and items whose probability nobody knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats, sealed
from zhiheng.methods.survey.design_columns import numbers, same_length
from zhiheng.methods.survey.labels import Codes, Labels, coded
from zhiheng.methods.survey.populations import Coverage, Design, population


class Draw(StrEnum):
    """How many items a draw takes from each of its strata."""

    FIXED = "fixed"  # a number set in advance, with equal or unequal probabilities
    POISSON = "poisson"  # each item on its own; the number is random


@dataclass(frozen=True, slots=True, eq=False)
class DrawnSample:
    """Results of one draw, each with its inclusion probabilities; use one of the two kinds below.

    Attributes
    ----------
    units : ndarray
        Identity of each sampled item, the same in both draws; no item stands twice.
    values : ndarray of float64
        What was measured: 0 or 1 for a rate, or any number.
    inclusion : ndarray of float64
        Probability in (0, 1] with which this draw takes the item.
    elsewhere : ndarray of float64
        Probability in [0, 1] with which the other draw takes it; 0 if it stands outside that frame.
    stratum : ndarray of int
        Code of the stratum of this draw.
    draw : Draw
    """

    DESIGN: ClassVar[Design]

    units: Labels
    values: Floats
    inclusion: Floats
    elsewhere: Floats
    stratum: Codes
    draw: Draw


class RandomSample(DrawnSample):
    """A draw from the whole population that looks at nobody's risk."""

    __slots__ = ()
    DESIGN = Design.RANDOM


class RiskTargetedSample(DrawnSample):
    """A draw that takes items of high risk with a higher probability."""

    __slots__ = ()
    DESIGN = Design.RISK_TARGETED


S = TypeVar("S", RandomSample, RiskTargetedSample)


def random_sample(
    units: ArrayLike,
    values: ArrayLike,
    *,
    inclusion: ArrayLike,
    elsewhere: ArrayLike,
    strata: ArrayLike | None = None,
    draw: Draw | str = Draw.FIXED,
) -> RandomSample:
    """Results of the random draw; `elsewhere` is the probability of the risk-targeted draw.

    Parameters
    ----------
    units : array_like, shape (n,)
        Identity of each sampled item.
    values : array_like, shape (n,)
    inclusion, elsewhere : array_like, shape (n,)
        Probabilities of this draw and of the other.
    strata : array_like, shape (n,), optional
        Stratum of this draw; by default one.
    draw : Draw

    Raises
    ------
    InvalidInput
        `design.no_rows`, `design.lengths`, `values.missing`, `combining.unit_twice`,
        `combining.inclusion_unknown`, `combining.inclusion_range`, `combining.draw_unknown`.
    """
    return RandomSample(*checked_columns(units, values, inclusion, elsewhere, strata), _draw(draw))


def risk_targeted_sample(
    units: ArrayLike,
    values: ArrayLike,
    *,
    inclusion: ArrayLike,
    elsewhere: ArrayLike,
    strata: ArrayLike | None = None,
    draw: Draw | str = Draw.FIXED,
) -> RiskTargetedSample:
    """Results of the risk-targeted draw; `elsewhere` is the probability of the random draw.

    Parameters and errors as for `random_sample`.
    """
    return RiskTargetedSample(*checked_columns(units, values, inclusion, elsewhere, strata), _draw(draw))


def pool_samples(samples: Sequence[S]) -> S:
    """Put the samples of several separate draws of one kind (say, of each city) into one.

    The strata of each draw stay its own. A mixture of kinds does not pass the type checker, and at
    run time it is refused with the number of items of each kind.

    Raises
    ------
    InvalidInput
        `population.mixed_designs`, `population.none`, `combining.unit_twice`,
        `combining.draws_differ`.
    """
    kinds = [str(sample.DESIGN) for sample in samples for _ in range(sample.units.size)]
    population(kinds, [str(Coverage.ALL_RESULTS)] * len(kinds))
    draws = sorted({str(sample.draw) for sample in samples})
    if len(draws) > 1:
        raise InvalidInput(
            "combining.draws_differ",
            N_("These samples were drawn in different ways (%(draws)s)."),
            N_("Estimate each on its own and add up their totals."),
            draws=", ".join(draws),
        )
    offsets = np.cumsum([0] + [int(sample.stratum.max()) + 1 for sample in samples[:-1]])
    strata = np.concatenate([s.stratum + o for s, o in zip(samples, offsets, strict=True)])
    columns = checked_columns(
        np.concatenate([s.units for s in samples]),
        np.concatenate([s.values for s in samples]),
        np.concatenate([s.inclusion for s in samples]),
        np.concatenate([s.elsewhere for s in samples]),
        strata,
    )
    return type(samples[0])(*columns, samples[0].draw)


def checked_columns(
    units: ArrayLike,
    values: ArrayLike,
    inclusion: ArrayLike,
    elsewhere: ArrayLike,
    strata: ArrayLike | None,
) -> tuple[Labels, Floats, Floats, Floats, Codes]:
    known = coded(units, "units")
    rows = known.codes.size
    if rows == 0:
        raise InvalidInput(
            "design.no_rows",
            N_("The sample has no rows."),
            N_("Choose a period or a place with results."),
        )
    if known.labels.size < rows:
        twice = int(np.argmax(np.bincount(known.codes) > 1))
        raise InvalidInput(
            "combining.unit_twice",
            N_('The item "%(unit)s" stands twice in one sample.'),
            N_("Give each item once, with one result."),
            unit=str(known.labels[twice]),
        )
    columns = {"values": values, "inclusion": inclusion, "elsewhere": elsewhere}
    y, own, other = (numbers(given, name).copy() for name, given in columns.items())
    for name, array in (("values", y), ("inclusion", own), ("elsewhere", other)):
        same_length(array, rows, name)
    _refuse_missing(y)
    identity = known.labels[known.codes]
    _refuse_inclusion(own, other, identity)
    stratum = np.zeros(rows, dtype=np.int64) if strata is None else coded(strata, "strata").codes
    same_length(stratum, rows, "strata")
    return identity, sealed(y), sealed(own), sealed(other), stratum


def _refuse_missing(y: Floats) -> None:
    bad = ~np.isfinite(y)
    if bad.any():
        raise InvalidInput(
            "values.missing",
            N_('"%(name)s" has no number at position %(position)d (%(number)d such rows).'),
            N_("Leave the item out only if its missing is part of the draw; otherwise get the result."),
            name="values",
            position=int(np.argmax(bad)),
            number=int(bad.sum()),
        )


def _refuse_inclusion(own: Floats, other: Floats, identity: Labels) -> None:
    unknown = np.isnan(own) | np.isnan(other)
    if unknown.any():
        raise InvalidInput(
            "combining.inclusion_unknown",
            N_('With what probability the item "%(unit)s" is drawn is not known (%(number)d such items), so '
               "no weight can undo how it was chosen."),
            N_("Targets picked by hand have no such probability: report them on their own. Targets drawn by "
               "lot have it in the proof of the draw."),
            unit=str(identity[np.argmax(unknown)]),
            number=int(unknown.sum()),
        )  # fmt: skip
    bad = ~((own > 0) & (own <= 1) & (other >= 0) & (other <= 1))
    if bad.any():
        position = int(np.argmax(bad))
        raise InvalidInput(
            "combining.inclusion_range",
            N_('The item "%(unit)s" has the inclusion probabilities %(own)s in its own draw and %(other)s in '
               "the other."),
            N_("Give probabilities: above 0 and at most 1 in its own draw, 0 to 1 in the other."),
            unit=str(identity[position]),
            own=str(own[position]),
            other=str(other[position]),
        )  # fmt: skip


def _draw(draw: Draw | str) -> Draw:
    try:
        return Draw(draw)
    except ValueError:
        raise InvalidInput(
            "combining.draw_unknown",
            N_('"%(value)s" is not a kind of draw.'),
            N_("Choose one of: %(known)s."),
            value=str(draw),
            known=", ".join(Draw),
        ) from None
