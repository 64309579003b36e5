"""Counts "x of n", checked once for every method of this package.

Refuses whatever is not a whole number between 0 and n; it never rounds, clips or drops a value,
because a count that had to be mended would change a published rate without anybody seeing it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput

Floats = NDArray[np.float64]

# From 2^53 on a double no longer holds every whole number, and x <= n could not be trusted.
LARGEST_COUNT = 2.0**53


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Counts and totals of one common shape, as exact whole doubles."""

    x: Floats
    n: Floats

    @property
    def estimate(self) -> Floats:
        """Share x/n; NaN where n = 0."""
        out = np.full(self.n.shape, np.nan)
        np.divide(self.x, self.n, out=out, where=self.n > 0)
        return out


def counts(count: ArrayLike, total: ArrayLike) -> Counts:
    """Check counts and totals and bring them to one shape.

    Parameters
    ----------
    count, total : array_like
        Whole numbers with 0 <= count <= total, of shapes that broadcast together.

    Raises
    ------
    InvalidInput
        `count.type`, `count.missing`, `count.negative`, `count.fraction`, `count.too_large`,
        `count.above_total`, `count.shapes`; the position of the first fault is in `params`.
    """
    x, n = _whole(count, "count"), _whole(total, "total")
    try:
        x, n = np.broadcast_arrays(x, n)
    except ValueError:
        raise InvalidInput(
            "count.shapes",
            N_("Counts of shape %(count)s and totals of shape %(total)s do not fit together."),
            N_("Give one total for each count, or one total for all."),
            count=str(x.shape),
            total=str(n.shape),
        ) from None
    above = x > n
    if above.any():
        position = _first(above)
        raise InvalidInput(
            "count.above_total",
            N_("At position %(position)d, %(count)d of %(total)d items are counted: more than there are."),
            N_("Check that the count and the total come from the same samples."),
            position=position,
            count=int(x.flat[position]),
            total=int(n.flat[position]),
        )
    return Counts(x, n)


def level_tail(level: float) -> float:
    """Probability left in each tail by a two-sided interval of this level.

    Raises
    ------
    InvalidInput
        `level.range` unless 0 < level < 1.
    """
    if not 0.0 < level < 1.0:
        raise InvalidInput(
            "level.range",
            N_("The confidence level is %(level)s; it must lie between 0 and 1."),
            N_("Give the level as a share: 0.95 for 95 %%."),
            level=str(level),
        )
    return (1.0 - level) / 2.0


def sealed(values: Floats) -> Floats:
    """Return the array closed to writing: results are facts."""
    values.flags.writeable = False
    return values


def _whole(values: ArrayLike, name: str) -> Floats:
    if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        _fault("count.missing", np.ma.getmaskarray(values), name)  # asarray would unmask silently
    array = np.asarray(values)
    # float32 and float16 have already lost digits of large counts, so they are refused, not read.
    if array.size and array.dtype not in (np.float64, np.bool_) and array.dtype.kind not in "iu":
        raise InvalidInput(
            "count.type",
            N_("The numbers are of type %(type)s, not integers."),
            N_("Give counts as integers."),
            name=name,
            type=str(array.dtype),
        )
    numbers = array.astype(np.float64)
    for code, bad in (
        ("count.missing", np.isnan(numbers)),
        ("count.negative", numbers < 0),
        ("count.too_large", numbers >= LARGEST_COUNT),
        ("count.fraction", numbers != np.floor(numbers)),
    ):
        if bad.any():
            _fault(code, bad, name, numbers)
    return numbers


_FAULTS = {
    "count.missing": N_("The number at position %(position)d is missing."),
    "count.negative": N_("The number at position %(position)d is %(value)s: below zero."),
    "count.too_large": N_(
        "The number at position %(position)d is %(value)s: too large to be counted exactly."
    ),
    "count.fraction": N_("The number at position %(position)d is %(value)s: not a whole number."),
}


def _fault(code: str, bad: NDArray[np.bool_], name: str, numbers: Floats | None = None) -> NoReturn:
    position = _first(bad)
    value = "" if numbers is None else str(float(numbers.flat[position]))
    raise InvalidInput(
        code,
        _FAULTS[code],
        N_("Correct it at the source; counts are never rounded or filled in here."),
        name=name,
        position=position,
        value=value,
    )


def _first(bad: NDArray[np.bool_]) -> int:
    return int(np.argmax(bad.ravel()))
