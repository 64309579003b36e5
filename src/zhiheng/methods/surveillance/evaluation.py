"""How often a detector is right: outbreaks found, quiet weeks disturbed, weeks lost until the alarm.

Truth and alarms come in as arrays, so any detector and any labelled series can be measured. This module
refuses to count a week that the detector could not judge as a quiet week without alarm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput


@dataclass(frozen=True, slots=True)
class Performance:
    """What a detector did on series whose truth is known; a rate without a case to count is NaN.

    Attributes
    ----------
    outbreaks, found : int
        Runs of weeks with an outbreak, and those with an alarm in at least one of their weeks.
    quiet, false_alarms : int
        Judged weeks without an outbreak, and those of them with an alarm.
    sensitivity : float
        found / outbreaks.
    false_alarm_rate : float
        false_alarms / quiet.
    delay : float
        Mean number of weeks from the first week of an outbreak to its first alarm, over those found.
    precision : float
        Share of the alarms that lie in an outbreak.
    unjudged : int
        Weeks without a result.
    """

    outbreaks: int
    found: int
    quiet: int
    false_alarms: int
    sensitivity: float
    false_alarm_rate: float
    delay: float
    precision: float
    unjudged: int


def performance(alarm: ArrayLike, outbreak: ArrayLike, judged: ArrayLike | None = None) -> Performance:
    """Measure alarms against the truth.

    Parameters
    ----------
    alarm : array_like of bool, shape (series, weeks)
    outbreak : array_like of bool, shape (series, weeks)
        Weeks of an outbreak; weeks that follow one another are one outbreak.
    judged : array_like of bool, optional
        Weeks with a result; an alarm elsewhere is an error.

    Returns
    -------
    Performance

    Raises
    ------
    InvalidInput
        `evaluation.shape`.
    """
    alarms, truth = np.asarray(alarm, dtype=np.bool_), np.asarray(outbreak, dtype=np.bool_)
    known = np.ones(alarms.shape, np.bool_) if judged is None else np.asarray(judged, dtype=np.bool_)
    if not alarms.shape == truth.shape == known.shape or alarms.ndim != 2 or (alarms & ~known).any():
        raise InvalidInput(
            "evaluation.shape",
            N_("Alarms, outbreaks and judged weeks do not fit one another."),
            N_("Give arrays (series, weeks) of one shape, without alarms in weeks that were not judged."),
        )
    start = truth & ~np.pad(truth[:, :-1], ((0, 0), (1, 0)))
    # Outbreaks numbered along the series; the number of a quiet week is never looked at.
    number = np.cumsum(start.ravel()) - 1
    outbreaks = int(start.sum())
    hit = np.flatnonzero(alarms & truth)
    first = np.full(outbreaks, -1, np.int64)
    which, position = np.unique(number[hit], return_index=True)
    first[which] = hit[position]
    found = first >= 0
    delays = first[found] - np.flatnonzero(start)[found]
    quiet, false_alarms = int((known & ~truth).sum()), int((alarms & ~truth).sum())
    raised = int(alarms.sum())
    return Performance(
        outbreaks=outbreaks,
        found=int(found.sum()),
        quiet=quiet,
        false_alarms=false_alarms,
        sensitivity=_share(int(found.sum()), outbreaks),
        false_alarm_rate=_share(false_alarms, quiet),
        delay=float(delays.mean()) if delays.size else float("nan"),
        precision=_share(raised - false_alarms, raised),
        unjudged=int((~known).sum()),
    )


def _share(part: int, total: int) -> float:
    return part / total if total else float("nan")
