"""Which past weeks say what is usual this week: windows of earlier years, or whole years in blocks of season.

The answer is a list of lags, the same for every week that is judged. This module refuses to know a
calendar: a year is a number of periods.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.surveillance.series import Ints, whole


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """Lags of the reference periods, sorted by block of the season and within it by time.

    Attributes
    ----------
    lags : ndarray of int
        Negative: -52 is 52 periods before the one that is judged.
    starts : ndarray of int
        Position in `lags` where each block begins; the last block is the season of the judged period.
    needed : int
        Periods that must lie before a judged one.
    """

    lags: Ints
    starts: Ints
    needed: int


def baseline(*, years: int, half_window: int, blocks: int, exclude: int, year: float) -> Baseline:
    r"""Reference periods after Noufaily: windows about the same season, and blocks between them.

    The window of each earlier year is the period :math:`i\cdot year` before, rounded, and `half_window`
    periods on each side. With one block these are all; otherwise what lies between two windows is cut into
    `blocks` - 1 blocks as equal as possible, the longer ones first; the j-th of each year belong together.
    The latest `exclude` periods are left out, so that an outbreak under way is not taken for usual.

    Raises
    ------
    InvalidInput
        `surveillance.number`, `baseline.year` for a year too short for its windows and blocks,
        `baseline.exclude` when nothing is left of a block.
    """
    whole(years, 1, "years")
    whole(half_window, 0, "half_window")
    whole(blocks, 1, "blocks")
    whole(exclude, 0, "exclude")
    if not 2 * half_window + blocks <= year < np.inf:
        raise InvalidInput(
            "baseline.year",
            N_("A year of %(year)s periods has no room for a window of %(window)d and %(blocks)d blocks."),
            N_("Use a narrower window or fewer blocks."),
            year=str(year),
            window=2 * half_window + 1,
            blocks=blocks,
        )
    centres = [-round(i * year) for i in range(years + 1)]
    block: dict[int, int] = dict.fromkeys(range(-half_window, 0), blocks - 1)
    for later, centre in pairwise(centres):
        window = range(centre - half_window, centre + half_window + 1)
        block.update(dict.fromkeys(window, blocks - 1))
        between = np.arange(centre + half_window + 1, later - half_window)
        if blocks > 1:
            for number, part in enumerate(np.array_split(between, blocks - 1)):
                block.update(dict.fromkeys(part.tolist(), number))
    kept = sorted((number, lag) for lag, number in block.items() if lag < -exclude)
    numbers, lags = (np.array([row[at] for row in kept], dtype=np.int64) for at in (0, 1))
    present, starts = np.unique(numbers, return_index=True)
    if present.size < blocks:
        raise InvalidInput(
            "baseline.exclude",
            N_("Leaving out the latest %(exclude)d periods leaves a block of the season without any."),
            N_("Leave out fewer periods, or use more years."),
            exclude=exclude,
        )
    return Baseline(lags, starts.astype(np.int64), -centres[-1] + half_window)
