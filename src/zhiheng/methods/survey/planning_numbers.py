"""Numbers that a sample is planned with, checked once for `sizes`, `allocation` and `budget`.

Refuses whatever no plan can be made with, and names the value, its place and what would be right.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats

Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]

# code → what is wrong; the remedy stands beside it.
_FAULTS: Final = {
    "size.half_width": (
        N_("The half-width at position %(position)d is %(value)s; it must lie between 0 and 0.5."),
        N_("Give it as a share: 0.03 for ± 3 percentage points."),
    ),
    "size.rate": (
        N_("The rate at position %(position)d is %(value)s; it must be a share between 0 and 1."),
        N_("Give it as a share: 0.05 for 5 %%. Where a rate is to be found, it must be above 0."),
    ),
    "size.population": (
        N_("The population at position %(position)d is %(value)s; it must be a whole number from 1 on."),
        N_("Give the number of objects, or leave it out for a population without end."),
    ),
    "size.design_effect": (
        N_("The design effect at position %(position)d is %(value)s; it must be above 0."),
        N_("Give 1 for simple random sampling, more for clusters."),
    ),
    "size.above_population": (
        N_("The sample size at position %(position)d is %(value)s: below 0 or above the population."),
        N_("At most all objects can be sampled."),
    ),
    "size.same_rates": (
        N_("The two rates at position %(position)d are the same, %(value)s, so there is no difference."),
        N_("Give the smallest difference that matters."),
    ),
    "size.ratio": (
        N_("The ratio of the groups at position %(position)d is %(value)s; it must be above 0."),
        N_("Give 1 for groups of one size."),
    ),
    "size.tolerated": (
        N_("At position %(position)d %(value)s failures are tolerated; that is no whole number from 0 on."),
        N_("Give 0 where a single failure is enough."),
    ),
    "size.power": (
        N_("The power is %(value)s; it must lie between 0 and 1."),
        N_("Give it as a share: 0.8 or 0.95 are usual."),
    ),
    "stratum.objects": (
        N_("Stratum %(position)d has %(value)s objects; a whole number from 0 on is needed."),
        N_("Count the objects that can be sampled."),
    ),
    "stratum.deviation": (
        N_("The standard deviation of stratum %(position)d is %(value)s; it must be 0 or more."),
        N_("For a proportion p it is the root of p(1 − p)."),
    ),
    "stratum.cost": (
        N_("One sample of stratum %(position)d costs %(value)s; the cost must be above 0."),
        N_("Give the cost of one sample in any unit, the same for all strata."),
    ),
    "stratum.minimum": (
        N_("The minimum of stratum %(position)d is %(value)s; a whole number from 0 on is needed."),
        N_("Give 1 or 2; at most the objects of the stratum can be asked for."),
    ),
    "stratum.weight": (
        N_("The severity of stratum %(position)d is %(value)s; it must be above 0."),
        N_("Give 1 where no kind is worse than another."),
    ),
    "stratum.posterior": (
        N_("A parameter of the posterior of stratum %(position)d is %(value)s; it must be above 0."),
        N_("Give a + failures and b + others, with a and b of the fitted prior."),
    ),
    "stratum.eligible": (
        N_("Stratum %(position)d has %(value)s eligible objects in a period: that is no whole number "
           "between 0 and its objects, or fewer than in the period before."),
        N_("Objects become eligible and stay so; the plan itself keeps account of what it uses."),
    ),
    "stratum.follow_ups": (
        N_("Stratum %(position)d has %(value)s follow-up checks; a whole number from 0 on is needed."),
        N_("Give the batches that are to be checked again after a failure."),
    ),
    "stratum.label": (
        N_("The domain or laboratory of stratum %(position)d is %(value)s; it must be numbered from 0 on."),
        N_("Number the domains and the laboratories 0, 1, 2, …"),
    ),
    "budget.part": (
        N_("A share of the budget is %(value)s; it must lie between 0 and 1."),
        N_("Give it as a share: 0.5 for half."),
    ),
    "budget.periods": (
        N_("The periods or the window are %(value)s; at least 1 is needed."),
        N_("Give 4 periods and a window of 2 for quarters and six months."),
    ),
    "capacity.value": (
        N_("The capacity at position %(position)d is %(value)s; a whole number from 0 on is needed."),
        N_("Give the batches that can be handled, or leave the capacity out."),
    ),
}  # fmt: skip


def fault(code: str, position: int, value: float) -> InvalidInput:
    """The refusal of one value."""
    message, remedy = _FAULTS[code]
    plain = int(value) if np.isfinite(value) and value == int(value) else float(value)
    return InvalidInput(code, message, remedy, position=position, value=str(plain))


def must(values: Floats, good: Bools | np.bool_, code: str) -> None:
    """Refuse the first value that is not good."""
    bad = ~np.ravel(good)
    if bad.any():
        position = int(np.flatnonzero(bad)[0])
        raise fault(code, position, float(np.ravel(values)[position]))


def whole(values: Floats) -> Bools:
    """Which values are whole numbers from 0 on."""
    return np.asarray((values >= 0) & (values == np.floor(values)) & np.isfinite(values))


def population(objects: Floats) -> None:
    """Refuse what is no number of objects; infinity is one here."""
    good = (objects >= 1) & ((objects == np.floor(objects)) | np.isinf(objects))
    must(objects, good, "size.population")


def share(value: float, code: str) -> None:
    """Refuse a probability that lies not strictly between 0 and 1."""
    if not 0.0 < value < 1.0:
        raise fault(code, 0, value)


def together(*values: ArrayLike) -> list[Floats]:
    """Numbers as arrays of one shape; missing ones are refused."""
    arrays = [np.asarray(value, dtype=np.float64) for value in values]
    for array in arrays:
        missing = np.isnan(np.ravel(array))
        if missing.any():
            raise InvalidInput(
                "size.missing",
                N_("The number at position %(position)d is missing."),
                N_("Give every number."),
                position=int(np.flatnonzero(missing)[0]),
            )
    try:
        return [np.asarray(array) for array in np.broadcast_arrays(*arrays)]
    except ValueError:
        raise InvalidInput(
            "size.shapes",
            N_("Arrays of the shapes %(shapes)s do not fit together."),
            N_("Give one number for each stratum, or one for all."),
            shapes=", ".join(str(array.shape) for array in arrays),
        ) from None


def sealed_integers(values: ArrayLike) -> Integers:
    """Whole numbers as an array that is closed to writing."""
    out = np.array(values, dtype=np.int64)
    out.flags.writeable = False
    return out


def sealed_truths(values: ArrayLike) -> Bools:
    """Truths as an array that is closed to writing."""
    out = np.array(values, dtype=np.bool_)
    out.flags.writeable = False
    return out
