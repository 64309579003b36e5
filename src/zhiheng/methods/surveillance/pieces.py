"""The reference weeks of some series and judged weeks, laid out for a regression over all of them at once.

What differs between series lies along the last axis, so that every step is one operation on long rows.
This module refuses to fit anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhiheng.methods.surveillance.baseline import Baseline
from zhiheng.methods.surveillance.series import Bools, Floats, Ints, Marks, Reason, read


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Counts and regressors of R pairs of series and week.

    Attributes
    ----------
    y, known : ndarray, shape (n, R)
        Counts of the reference weeks (0 where unknown), and 1 where known.
    offset : ndarray, shape (n, R), or None
        Logarithm of population over that of the judged week.
    columns : list of ndarray, each (n, R) or (n, 1)
        Covariates, less their value in the judged week: that week is at 0 in every column.
    season : slice
        Reference weeks of the judged week's season: the last block.
    now, recent : ndarray, shape (R,)
        Count of the judged week (NaN where missing), and cases in the latest weeks.
    marks : ndarray of int8, shape (R,)
        Reasons that nothing can be said, from the input alone.
    """

    y: Floats
    known: Floats
    offset: Floats | None
    columns: list[Floats]
    season: slice
    now: Floats
    recent: Floats
    marks: Marks


def piece(
    block: NDArray[Any], people: Floats | None, covariates: Floats, weeks: Ints, base: Baseline, recent: int
) -> Piece:
    """Lay out the reference weeks of every series and judged week, as `regression` takes them."""
    values, marks = read(block)
    count = len(values)
    at = weeks + base.lags[:, None]

    def laid(source: Floats) -> Floats:
        """(rows, periods) to (reference week, rows x judged week)."""
        found = np.moveaxis(source[:, at], 1, 0)
        if len(source) < count:
            found = np.broadcast_to(found, (len(at), count, weeks.size))
        return np.ascontiguousarray(found).reshape(len(at), -1)

    y = laid(values)
    known = (~np.isnan(y)).astype(np.float64)
    y[known == 0] = 0.0
    columns = [laid(row[None]) - np.tile(row[weeks], count) for row in covariates]
    blind = np.zeros(y.shape[1], np.bool_)
    for column in columns:
        blind |= np.isnan(column).any(axis=0)
        column[:, blind] = 0.0
    mark = np.where(blind, np.int8(Reason.COVARIATE), np.int8(0))
    offset = None
    if people is not None:
        offset, sick = _offset(
            laid(people), np.broadcast_to(people[:, weeks], (count, weeks.size)).ravel(), known
        )
        mark[sick] = Reason.POPULATION
    season = slice(int(base.starts[-1]), None)
    mark[(2 * known.sum(axis=0) < len(y)) | (2 * known[season].sum(axis=0) < len(y[season]))] = Reason.SHORT
    now = values[:, weeks].ravel()
    mark[np.isnan(now)] = Reason.MISSING
    bad = np.repeat(marks, weeks.size)
    latest = np.nansum(values[:, weeks[:, None] - np.arange(recent)], axis=2).ravel()
    return Piece(y, known, offset, columns, season, now, latest, np.where(bad > 0, bad, mark))


def _offset(people: Floats, now: Floats, known: Floats) -> tuple[Floats, Bools]:
    """Logarithm of the population over that of the judged week, and where it is not to be had."""
    sound = (people > 0) & np.isfinite(people)
    sick = (~sound & (known > 0)).any(axis=0) | ~((now > 0) & np.isfinite(now))
    ratio = np.where(sound & ~sick, people, 1.0) / np.where(sick, 1.0, now)
    return np.log(ratio), sick


def exposure(piece: Piece) -> Floats:
    """Reference weeks of the season that have a count, in populations of the judged week."""
    known = piece.known[piece.season]
    if piece.offset is not None:
        known = known * np.exp(piece.offset[piece.season])
    return np.asarray(known.sum(axis=0))
