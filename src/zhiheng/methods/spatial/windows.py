"""Stretches of time that a scan looks at: those still going on, any, or the whole time at once.

This module refuses calendars: periods are numbered from 0, whatever their length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zhiheng.methods.errors import N_, InvalidInput

Ints = NDArray[np.int64]
Kind = Literal["whole", "alive", "any"]


@dataclass(frozen=True, slots=True)
class Windows:
    """Which stretches count.

    Attributes
    ----------
    kind : {"whole", "alive", "any"}
        `whole`: all periods as one (purely spatial). `alive`: stretches that reach the last period
        (prospective). `any`: stretches anywhere (retrospective).
    longest : int or None
        Most periods of a stretch; None for half of all periods, rounded down.
    shortest : int
        Fewest periods.
    """

    kind: Kind
    longest: int | None = None
    shortest: int = 1


WHOLE = Windows("whole")


def alive(longest: int | None = None, *, shortest: int = 1) -> Windows:
    """Stretches that reach the last period: what is going on now."""
    return Windows("alive", longest, shortest)


def any_time(longest: int | None = None, *, shortest: int = 1) -> Windows:
    """Stretches anywhere: what has been."""
    return Windows("any", longest, shortest)


def stretches(windows: Windows, periods: int) -> tuple[int, Ints]:
    """The first period that matters, and (from, up to but without) of each stretch counted from there.

    Raises
    ------
    InvalidInput
        `spatial.windows` unless 1 <= shortest <= longest <= periods.
    """
    if windows.kind == "whole":
        return 0, np.array([[0, periods]])
    longest = max(periods // 2, 1) if windows.longest is None else windows.longest
    if not 1 <= windows.shortest <= longest <= periods or windows.kind not in ("alive", "any"):
        raise InvalidInput(
            "spatial.windows",
            N_("Stretches of %(shortest)d to %(longest)d periods do not fit into %(periods)d periods."),
            N_("Give 1 ≤ shortest ≤ longest ≤ number of periods."),
            shortest=windows.shortest,
            longest=longest,
            periods=periods,
        )
    lengths = range(windows.shortest, longest + 1)
    if windows.kind == "alive":
        return periods - longest, np.array([[longest - length, longest] for length in lengths])
    return 0, np.array(
        [[first, first + length] for length in lengths for first in range(periods - length + 1)]
    )
