"""The columns of a survey design, checked one by one: lengths, numbers, sizes of strata and clusters.

`designs` puts them together. Refuses a size that changes within a stratum and sizes that do not
match the strata of the sample, for then the frame and the sample are not of one population.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats
from zhiheng.methods.survey.labels import Codes, Labels

Sizes = ArrayLike | Mapping[Any, float]
Bools = NDArray[np.bool_]


def same_length(array: NDArray[Any], rows: int, name: str) -> None:
    """Refuse a column that has another number of rows than the design.

    Raises
    ------
    InvalidInput
        `design.lengths`.
    """
    if array.shape != (rows,):
        raise InvalidInput(
            "design.lengths",
            N_('"%(name)s" has the shape %(shape)s; the design has %(rows)d rows.'),
            N_("Give one value for each row, in the same order."),
            name=name,
            shape=str(array.shape),
            rows=rows,
        )


def stratum_sizes(population: Sizes | None, codes: Codes, labels: Labels) -> Floats | None:
    """The population size of each stratum, from one number per row or from the frame's own list."""
    if population is None:
        return None
    if isinstance(population, Mapping):
        return checked_sizes(mapped(population, labels, "design.stratum", MISSING_STRATA), labels)
    per_row = numbers(population, "population")
    sizes = np.zeros(labels.size)
    sizes[codes] = per_row
    checked_sizes(sizes, labels)
    refuse_varying(sizes[codes] != per_row, codes, labels, per_row, sizes)
    return sizes


MISSING_STRATA = (
    N_('The stratum "%(label)s" of the frame has no sample (%(number)d such strata), so no design-based '
       "estimate can speak of it."),
    N_("Sample it, join it to a similar stratum, or take it out of the frame and say that the estimate "
       "leaves it out."),
    N_('The stratum "%(label)s" has samples, but no size in the population.'),
    N_("Give the size of every stratum, with labels of the same type as in the sample."),
)  # fmt: skip


def mapped(sizes: Mapping[Any, float], labels: Labels, code: str, texts: tuple[str, str, str, str]) -> Floats:
    """Sizes in the order of the labels; the two sets of labels must be the same.

    Raises
    ------
    InvalidInput
        `<code>_without_sample`, `<code>_without_population`, with the first such label.
    """
    known = labels.tolist()
    unsampled = [label for label in sizes if label not in set(known)]
    unsized = [label for label in known if label not in sizes]
    # Labels of another type look unsampled and unsized at once: then the second message is the cause.
    if unsized:
        raise InvalidInput(f"{code}_without_population", texts[2], texts[3], label=str(unsized[0]))
    if unsampled:
        raise InvalidInput(
            f"{code}_without_sample", texts[0], texts[1], label=str(unsampled[0]), number=len(unsampled)
        )
    return np.array([float(sizes[label]) for label in known])


def refuse_varying(varies: Bools, codes: Codes, labels: Labels, per_row: Floats, sizes: Floats) -> None:
    """Refuse a size that differs between rows of one stratum or cluster: `design.population_varies`."""
    if varies.any():
        position = int(np.argmax(varies))
        raise InvalidInput(
            "design.population_varies",
            N_('"%(label)s" has the population size %(one)s in one row and %(other)s in another.'),
            N_("Give every row the size of its own stratum or cluster."),
            label=str(labels[codes[position]]),
            one=str(per_row[position]),
            other=str(sizes[codes[position]]),
        )


def checked_sizes(sizes: Floats, labels: Labels) -> Floats:
    """Sizes above zero (infinity allowed), or `design.population_invalid`."""
    bad = ~(sizes > 0)
    if bad.any():
        position = int(np.argmax(bad))
        raise InvalidInput(
            "design.population_invalid",
            N_('The population size of "%(label)s" is %(value)s.'),
            N_("Give the number of units in the population, above zero."),
            label=str(labels[position]),
            value=str(sizes[position]),
        )
    return sizes


def numbers(values: ArrayLike, name: str) -> Floats:
    """The values as doubles; a masked one becomes NaN, so that the caller sees that it is missing.

    Raises
    ------
    InvalidInput
        `values.type`.
    """
    try:
        if isinstance(values, np.ma.MaskedArray):
            values = np.where(np.ma.getmaskarray(values), np.nan, np.ma.getdata(values))
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(
            "values.type",
            N_('"%(name)s" holds something that is not a number.'),
            N_("Give numbers."),
            name=name,
        ) from None
