"""Count series as the detectors take them, and the marks they leave on those that cannot be judged.

A batch is an array (series, time); a missing period is NaN or masked. One bad series never stops the
others: it is marked with its reason. This module refuses to repair counts or to guess missing ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Marks = NDArray[np.int8]


class Reason(IntEnum):
    """Why a period of a series has no result, or one to be read with care."""

    NONE = 0
    FEW_CASES = 1
    NO_SPREAD = 2
    NO_CASE_BEFORE = 3
    WITHOUT_TREND = 4
    MISSING = 10
    SHORT = 11
    NEGATIVE = 12
    FRACTION = 13
    INFINITE = 14
    POPULATION = 15
    COVARIATE = 16
    NOT_FITTED = 17

    @property
    def judged(self) -> bool:
        """Whether the period has a result; False where nothing can be said."""
        return self < Reason.MISSING


MESSAGES = MappingProxyType(
    {
        Reason.NONE: "",
        Reason.FEW_CASES: N_("Too few cases in the latest periods for an alarm."),
        Reason.NO_SPREAD: N_("All counts of the baseline are equal; any higher count raises an alarm."),
        Reason.NO_CASE_BEFORE: N_(
            "No case in the reference weeks; the threshold is that of the Bayes method."
        ),
        Reason.WITHOUT_TREND: N_("The trend could not be estimated; the model is without it."),
        Reason.MISSING: N_("The count of this period is missing."),
        Reason.SHORT: N_(
            "Too many periods of the baseline are missing; EARS needs four of seven, Bayes without "
            "earlier years needs three of six."
        ),
        Reason.NEGATIVE: N_("The series has a negative count."),
        Reason.FRACTION: N_("The series has a count that is not a whole number."),
        Reason.INFINITE: N_("The series has an infinite count."),
        Reason.POPULATION: N_(
            "The population, the sales figure or the usual mean is missing or not above zero."
        ),
        Reason.COVARIATE: N_("A covariate is missing in this period."),
        Reason.NOT_FITTED: N_("The model could not be fitted to the baseline."),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """What a detector says of each series (rows) in each judged period (columns).

    Attributes
    ----------
    periods : ndarray of int
        Index of each column in the time axis of the input.
    expected : ndarray of float64
        Count expected without anything unusual.
    upper : ndarray of float64
        Threshold in counts: an observed count above it is unusual.
    score : ndarray of float64
        The detector's measure of exceedance (see the detector).
    p_value : ndarray of float64
        Probability of the observed count or more, if nothing unusual happens.
    alarm : ndarray of bool
        Never True where nothing can be said.
    reason : ndarray of int8
        Value of `Reason`; the numbers are NaN where `Reason.judged` is False.
    """

    periods: Ints
    expected: Floats
    upper: Floats
    score: Floats
    p_value: Floats
    alarm: Bools
    reason: Marks


def batch(counts: ArrayLike) -> NDArray[Any]:
    """Counts as an array (series, time), not yet copied or judged; one series may be given flat.

    Raises
    ------
    InvalidInput
        `series.type` for anything but numbers, `series.shape` for more than two axes or no period.
    """
    array = np.asarray(counts)
    if isinstance(counts, np.ma.MaskedArray) and np.ma.getmaskarray(counts).any():
        # asarray has unmasked silently.
        array = np.where(np.ma.getmaskarray(counts), np.nan, array)
    if array.dtype.kind not in "iufb":
        raise InvalidInput(
            "series.type",
            N_("The counts are of type %(type)s, not numbers."),
            N_("Give an array of numbers; missing periods are NaN."),
            type=str(array.dtype),
        )
    if array.ndim == 1:
        array = array[None, :]
    if array.ndim != 2 or array.shape[1] == 0:
        raise InvalidInput(
            "series.shape",
            N_("The counts have the shape %(shape)s."),
            N_("Give one row for each series and one column for each period, the latest last."),
            shape=str(array.shape),
        )
    return array


def read(block: NDArray[Any]) -> tuple[Floats, Marks]:
    """The counts of some series as floats, and a reason for each series that must not be judged.

    A series with an impossible count comes back as NaN throughout: one wrong number says that the
    others may be wrong too, and a detector must not build on them.
    """
    values = block.astype(np.float64)
    marks = np.zeros(values.shape[0], np.int8)
    if block.dtype.kind == "f":
        marks[_odd(values)] = Reason.FRACTION
        marks[np.isinf(values).any(axis=1)] = Reason.INFINITE
    if block.dtype.kind in "if":
        marks[(values < 0).any(axis=1)] = Reason.NEGATIVE
    values[marks > 0] = np.nan
    return values, marks


def _odd(values: Floats) -> Bools:
    """Rows with a finite number that is not whole (NaN differs from itself, and is no fraction)."""
    with np.errstate(invalid="ignore"):
        return np.asarray(((values - np.floor(values)) > 0).any(axis=1))


def chosen(periods: ArrayLike | None, length: int, needed: int) -> Ints:
    """Indices of the periods to judge; None is the latest one. Each needs `needed` periods before it.

    Raises
    ------
    InvalidInput
        `series.short` when there is too little history, `series.periods` for an index outside the array.
    """
    asked = np.array([length - 1]) if periods is None else np.atleast_1d(np.asarray(periods))
    if asked.ndim != 1 or asked.size == 0 or asked.dtype.kind not in "iu":
        raise InvalidInput(
            "series.periods",
            N_("The periods to judge are not a list of whole numbers."),
            N_("Give column numbers of the counts, from 0 to %(last)d."),
            last=length - 1,
        )
    if asked.min() < 0 or asked.max() >= length:
        raise InvalidInput(
            "series.periods",
            N_("Period %(period)d is not among the %(length)d periods of the counts."),
            N_("Give column numbers of the counts, from 0 to %(last)d."),
            period=int(asked.max() if asked.max() >= length else asked.min()),
            length=length,
            last=length - 1,
        )
    if asked.min() < needed:
        raise InvalidInput(
            "series.short",
            N_("Period %(period)d has %(before)d periods before it; this detector needs %(needed)d."),
            N_(
                "Judge later periods or ask for less history. Bayes without earlier years needs 6 periods, "
                "EARS C1 needs 7."
            ),
            period=int(asked.min()),
            before=int(asked.min()),
            needed=needed,
        )
    return asked.astype(np.int64)


def share_between(value: float, name: str) -> float:
    """A probability strictly between 0 and 1, or `surveillance.share`."""
    if not 0.0 < value < 1.0:
        raise InvalidInput(
            "surveillance.share",
            N_("%(name)s is %(value)s; it must lie between 0 and 1."),
            N_("Give it as a share: 0.01 for one false alarm in a hundred periods."),
            name=name,
            value=str(value),
        )
    return value


def whole(value: int, least: int, name: str) -> int:
    """A whole number not below `least`, or `surveillance.number`."""
    if not _is_whole(value) or value < least:
        raise InvalidInput(
            "surveillance.number",
            N_("%(name)s is %(value)s; it must be a whole number of at least %(least)d."),
            N_("Correct it."),
            name=name,
            value=str(value),
            least=least,
        )
    return int(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def from_rows(series: ArrayLike, period: ArrayLike, count: ArrayLike, *, shape: tuple[int, int]) -> Floats:
    """Dense array (series, time) from one row per series and period, in any order.

    Parameters
    ----------
    series, period : array_like of int
        Row and column of each count, from 0.
    count : array_like of float
    shape : tuple of int
        Number of series and of periods. A pair without a row becomes NaN: missing, not zero.

    Raises
    ------
    InvalidInput
        `series.rows` for columns of different length or numbers outside the shape,
        `series.duplicate` where a series has two rows for one period.
    """
    rows, columns = np.asarray(series), np.asarray(period)
    values = np.asarray(count, dtype=np.float64)
    fits = (
        rows.shape == columns.shape == values.shape and rows.dtype.kind in "iu" and columns.dtype.kind in "iu"
    )
    if fits and rows.size:
        fits = bool(
            rows.min() >= 0 and columns.min() >= 0 and rows.max() < shape[0] and columns.max() < shape[1]
        )
    if not fits:
        raise InvalidInput(
            "series.rows",
            N_("The rows do not fit an array of %(series)d series and %(periods)d periods."),
            N_("Number series and periods from 0, with one count for each row."),
            series=shape[0],
            periods=shape[1],
        )
    place = rows.astype(np.int64) * shape[1] + columns
    order = np.sort(place)
    twice = order[:-1][order[1:] == order[:-1]]
    if twice.size:
        raise InvalidInput(
            "series.duplicate",
            N_("Series %(series)d has more than one count for period %(period)d."),
            N_("Add them up or correct them at the source."),
            series=int(twice[0] // shape[1]),
            period=int(twice[0] % shape[1]),
        )
    dense = np.full(shape, np.nan)
    dense.flat[place] = values
    return dense
