"""Answers to a questionnaire with the weights of the respondents, and their moments.

A missing answer is refused unless the caller chose what to do with it; how many answers were filled
in and how many respondents left out is part of the result. This module refuses to guess a scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.satisfaction.model import Bools, Floats, PathModel

Missing = Literal["refuse", "complete", "mean"]

# A standard deviation below this share of the mean is rounding, not variation.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Answers of n respondents to p indicators, complete and closed to writing.

    Attributes
    ----------
    values : ndarray, shape (n, p)
    names : tuple of str
        The indicators, one for each column.
    weights : ndarray, shape (n,)
        Weight of each respondent, not negative.
    low, high : ndarray, shape (p,)
        Ends of each indicator's scale; NaN where no scale was given.
    rows : ndarray of int, shape (n,)
        Position of each respondent in what was handed in.
    missing : {"refuse", "complete", "mean"}
        What was done with missing answers.
    left_out, filled : int
        Respondents left out ("complete"), answers filled in ("mean").
    """

    values: Floats
    names: tuple[str, ...]
    weights: Floats
    low: Floats
    high: Floats
    rows: NDArray[np.intp]
    missing: Missing
    left_out: int
    filled: int

    def of(self, model: PathModel) -> Answers:
        """The same answers with the columns of the model, in the model's order."""
        if self.names == model.indicators:
            return self
        for name in model.indicators:
            if name not in self.names:
                raise InvalidInput(
                    "answers.no_column",
                    N_("The answers have no column for the indicator %(indicator)s of the model."),
                    N_("Name the columns of the answers as the model names its indicators."),
                    indicator=name,
                )
        take = [self.names.index(name) for name in model.indicators]
        values, low, high = self.values[:, take], self.low[take], self.high[take]
        return replace(self, values=values, names=model.indicators, low=low, high=high)


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Weighted means, standard deviations (divisor: the sum of weights) and correlations."""

    mean: Floats
    deviation: Floats
    correlation: Floats


def answers(
    values: ArrayLike,
    names: Sequence[str],
    *,
    weights: ArrayLike | None = None,
    scale: tuple[ArrayLike, ArrayLike] | None = None,
    missing: Missing = "refuse",
) -> Answers:
    """Check the answers and deal with the missing ones in the way that is asked for.

    Parameters
    ----------
    values : array_like, shape (n, p)
        One row for each respondent; NaN is a missing answer. Errors count rows from 0.
    names : sequence of str
        Name of each column.
    weights : array_like, shape (n,), optional
        Weights of the respondents, finite and not negative; all equal without them.
    scale : (low, high), optional
        Ends of the scale, one for all indicators or one for each: (1, 10). Indices of 0 to 100 need it.
    missing : {"refuse", "complete", "mean"}
        "refuse": a missing answer is an error that names its cell. "complete": respondents with a missing
        answer are left out. "mean": the indicator's weighted mean of those who answered stands in,
        which pulls correlations towards 0; sensible below about 5 % of missing answers.

    Raises
    ------
    InvalidInput
        `answers.not_numbers`, `answers.shape`, `answers.names`, `answers.infinite`, `answers.missing`,
        `answers.none_complete`, `answers.all_missing`, `answers.weights`, `answers.weights_shape`,
        `answers.scale`, `answers.outside_scale`.
    """
    array = numbers(values)
    columns = tuple(names)
    if array.ndim != 2 or array.shape[1] != len(columns) or array.shape[0] < 2:
        raise InvalidInput(
            "answers.shape",
            N_("Answers of shape %(shape)s for %(columns)d named columns."),
            N_("Give one row for each of at least two respondents, one column for each name."),
            shape=str(array.shape),
            columns=len(columns),
        )
    if len(set(columns)) < len(columns):
        raise InvalidInput(
            "answers.names",
            N_("The column name %(name)s is given twice."),
            N_("Name each column once."),
            name=next(name for name in columns if columns.count(name) > 1),
        )
    weighted = _weights(weights, array.shape[0])
    low, high = _scale(scale, len(columns))
    _cells(array, columns, low, high)
    gaps = np.isnan(array)
    rows = np.arange(array.shape[0])
    left_out = filled = 0
    if gaps.any():
        array, kept, filled = _mended(array, gaps, columns, weighted, missing)
        left_out = int(np.count_nonzero(~kept))
        rows, weighted = rows[kept], weighted[kept]
        if not weighted.any():
            raise _weight_fault(rows[0] if rows.size else 0, 0.0)
    for one in (array, weighted, low, high, rows):
        one.flags.writeable = False
    return Answers(array, columns, weighted, low, high, rows, missing, left_out, filled)


def numbers(values: ArrayLike) -> Floats:
    """A copy as float64, NaN where it was masked; `answers.not_numbers` names the first cell that is text."""
    if isinstance(values, np.ma.MaskedArray):
        plain = np.array(np.ma.getdata(values), dtype=np.float64)
        plain[np.ma.getmaskarray(values)] = np.nan  # a plain copy would unmask silently
        return plain
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        cells = np.atleast_1d(np.array(values, dtype=object))
    position = next(place for place, cell in np.ndenumerate(cells) if not _number(cell))
    raise InvalidInput(
        "answers.not_numbers",
        N_("The cell at %(position)s holds %(value)s, which is no number."),
        N_("Give numbers, and leave cells without an answer empty."),
        position=str(tuple(int(one) for one in position)),
        value=str(cells[position])[:40],
    )


def _number(cell: object) -> bool:
    try:
        float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return True


def moments(given: Answers) -> Moments:
    """Weighted means, deviations and correlations of the indicators.

    Raises
    ------
    InvalidInput
        `answers.constant`, which names the indicator.
    """
    share = given.weights / given.weights.sum()
    mean = share @ given.values
    centred = given.values - mean
    centred *= np.sqrt(share)[:, None]
    covariance = centred.T @ centred  # one matrix twice: half the products
    deviation = np.sqrt(np.diag(covariance))
    flat = deviation <= _ROUNDING * np.abs(mean)
    if flat.any():
        position = int(np.argmax(flat))
        raise InvalidInput(
            "answers.constant",
            N_("All answers to %(indicator)s are %(value)s: a constant indicator says nothing."),
            N_("Take it out of the model, or look for an error in the file."),
            indicator=given.names[position],
            value=float(mean[position]),
        )
    correlation = covariance / np.outer(deviation, deviation)
    np.fill_diagonal(correlation, 1.0)
    return Moments(mean, deviation, correlation)


def _weights(weights: ArrayLike | None, respondents: int) -> Floats:
    if weights is None:
        return np.ones(respondents)
    found = numbers(weights)
    if found.shape != (respondents,):
        raise InvalidInput(
            "answers.weights_shape",
            N_("Weights of shape %(shape)s for %(respondents)d respondents."),
            N_("Give one weight for each respondent."),
            shape=str(found.shape),
            respondents=respondents,
        )
    bad = ~(np.isfinite(found) & (found >= 0))
    if bad.any():
        row = int(np.argmax(bad))
        raise _weight_fault(row, float(found[row]))
    if not found.any():
        raise _weight_fault(0, 0.0)
    return found


def _weight_fault(row: int | np.intp, value: float) -> InvalidInput:
    return InvalidInput(
        "answers.weights",
        N_("The weight of the respondent in row %(row)d is %(value)s."),
        N_("Weights are finite, not negative, and not all 0."),
        row=int(row),
        value=str(value),
    )


def _scale(scale: tuple[ArrayLike, ArrayLike] | None, columns: int) -> tuple[Floats, Floats]:
    if scale is None:
        return np.full(columns, np.nan), np.full(columns, np.nan)
    low, high = (np.array(end, dtype=np.float64) for end in scale)
    sizes_fit = all(end.shape in ((), (columns,)) for end in (low, high))
    if not sizes_fit or not np.all(low < high) or not np.isfinite([low.min(), high.max()]).all():
        raise InvalidInput(
            "answers.scale",
            N_("The scale from %(low)s to %(high)s is no scale."),
            N_("Give two finite ends, low below high, for all indicators or for each."),
            low=str(scale[0]),
            high=str(scale[1]),
        )
    return np.broadcast_to(low, columns).copy(), np.broadcast_to(high, columns).copy()


def _cells(array: Floats, columns: tuple[str, ...], low: Floats, high: Floats) -> None:
    infinite = np.isinf(array)
    if infinite.any():
        row, column = np.argwhere(infinite)[0]
        raise InvalidInput(
            "answers.infinite",
            N_("The answer in row %(row)d to %(indicator)s is infinite."),
            N_("Correct the cell, or leave it empty if it was not answered."),
            row=int(row),
            indicator=columns[column],
        )
    outside = (array < low) | (array > high)  # false where there is no scale or no answer
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise InvalidInput(
            "answers.outside_scale",
            N_(
                "The answer in row %(row)d to %(indicator)s is %(value)s, outside the scale "
                "from %(low)s to %(high)s."
            ),
            N_("Correct the cell, or the scale; codes for no answer have to be empty cells."),
            row=int(row),
            indicator=columns[column],
            value=float(array[row, column]),
            low=float(low[column]),
            high=float(high[column]),
        )


def _mended(
    array: Floats, gaps: Bools, columns: tuple[str, ...], weights: Floats, missing: Missing
) -> tuple[Floats, Bools, int]:
    if missing == "complete":
        kept: Bools = np.asarray(~gaps.any(axis=1))
        if np.count_nonzero(kept) < 2:
            raise InvalidInput(
                "answers.none_complete",
                N_("Only %(complete)d respondents answered every question."),
                N_("Fill in the means instead, or leave out the indicator that few answered."),
                complete=int(np.count_nonzero(kept)),
            )
        return array[kept], kept, 0
    if missing == "mean":
        seen = np.where(gaps, 0.0, weights[:, None])
        total = seen.sum(axis=0)
        if not total.all():
            raise InvalidInput(
                "answers.all_missing",
                N_("Nobody with a weight above 0 answered %(indicator)s."),
                N_("Take the indicator out of the model."),
                indicator=columns[int(np.argmin(total))],
            )
        mean = (seen * np.where(gaps, 0.0, array)).sum(axis=0) / total
        return np.where(gaps, mean, array), np.ones(array.shape[0], np.bool_), int(np.count_nonzero(gaps))
    row, column = np.argwhere(gaps)[0]
    raise InvalidInput(
        "answers.missing",
        N_("The answer in row %(row)d to %(indicator)s is missing."),
        N_("Choose what to do with missing answers: leave the respondent out, or fill in the mean."),
        row=int(row),
        indicator=columns[column],
    )
