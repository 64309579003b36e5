"""Single sampling plans of GB/T 2828.1 (ISO 2859-1): normal, tightened and reduced.

The master tables are generated: along a diagonal of letter and AQL the expected number of
nonconforming items stays about the same, so the acceptance number depends on the diagonal alone.
Refuses double and multiple plans: we have no source for their 1999 tables that can be checked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.sampling.letters import LETTERS, Level, code_letter

Severity = Literal["normal", "tightened", "reduced"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

# As printed in the standard: up to 10 percent nonconforming or nonconformities per 100 items, above
# 10 the latter only.
AQLS = (
    *("0.010", "0.015", "0.025", "0.040", "0.065", "0.10", "0.15", "0.25", "0.40", "0.65"),
    *("1.0", "1.5", "2.5", "4.0", "6.5", "10", "15", "25", "40", "65"),
    *("100", "150", "250", "400", "650", "1000"),
)
_AQL_VALUES = tuple(float(text) for text in AQLS)

_FULL = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000)
SAMPLE_SIZES: dict[Severity, tuple[int, ...]] = {
    "normal": _FULL,
    "tightened": (*_FULL, 3150),  # the last one is letter S, which only an arrow of this table reaches
    "reduced": (2, 2, *_FULL[:-2]),
}
_PLAN_LETTERS = LETTERS + "S"

# Acceptance number by diagonal = position of the letter + position of the AQL, both from 0.
_ACCEPTANCE: dict[Severity, dict[int, int]] = {
    "normal": {14: 0, 17: 1, 18: 2, 19: 3, 20: 5, 21: 7, 22: 10, 23: 14, 24: 21, 25: 30, 26: 44},
    "tightened": {15: 0, 18: 1, 19: 2, 20: 3, 21: 5, 22: 8, 23: 12, 24: 18, 25: 27, 26: 41},
    "reduced": {14: 0, 18: 1, 19: 2, 20: 3, 21: 5, 22: 6, 23: 8, 24: 10, 25: 14, 26: 21},
}
# Under reduced inspection A, B and C all have a sample of 2: A and B follow the normal series there.
_REDUCED_B = {14: 0, 18: 1, 19: 2, 20: 3, 21: 5, 22: 7, 23: 10, 24: 14, 25: 21, 26: 30}
_REDUCED_A = {14: 0} | {diagonal - 1: number for diagonal, number in _REDUCED_B.items() if number}

# The two largest acceptance numbers stand only at samples of up to 13 items (normal, tightened).
_LAST_DIAGONAL = 24
_SMALL_LETTERS = 5

# The one diagonal whose arrow points up to the smaller sample; none under tightened inspection.
_UPWARD: dict[Severity, int] = {"normal": 15, "reduced": 15}


@dataclass(frozen=True, slots=True)
class TabledPlan:
    """A cell of a master table with its arrow followed.

    Attributes
    ----------
    letter, plan_letter : str
        The letter asked for, and the one whose sample size holds after the arrow.
    aql : str
        As printed in the standard.
    severity : {"normal", "tightened", "reduced"}
    sample_size, acceptance_number : int
        n and Ac; the lot is accepted with up to Ac nonconforming items (or nonconformities).
    """

    letter: str
    plan_letter: str
    aql: str
    severity: Severity
    sample_size: int
    acceptance_number: int

    @property
    def rejection_number(self) -> int:
        """Re = Ac + 1, in all three tables since 1999."""
        return self.acceptance_number + 1


@dataclass(frozen=True, slots=True)
class SinglePlan:
    """What is to be done with one lot.

    Attributes
    ----------
    lot_size : int
    level : str
        Inspection level.
    tabled : TabledPlan
        The plan of the table, before the lot's size limits it.
    sample_size : int
        Items to inspect: the table's n, or the whole lot where n >= N.
    full_inspection : bool
        Whether every item is to be inspected.
    """

    lot_size: int
    level: Level
    tabled: TabledPlan
    sample_size: int
    full_inspection: bool

    @property
    def acceptance_number(self) -> int:
        """Ac of the table, which the standard does not change for a lot inspected whole."""
        return self.tabled.acceptance_number

    @property
    def rejection_number(self) -> int:
        """Re = Ac + 1."""
        return self.tabled.rejection_number


def single_plan(
    *, lot_size: int, aql: float | str, level: Level = "II", severity: Severity = "normal"
) -> SinglePlan:
    """Single sampling plan of GB/T 2828.1 for a lot.

    Parameters
    ----------
    lot_size : int
        Items in the lot, 2 or more.
    aql : float or str
        Acceptance quality limit in percent nonconforming, or nonconformities per 100 items; one of `AQLS`.
    level : {"S-1", "S-2", "S-3", "S-4", "I", "II", "III"}
        Inspection level.
    severity : {"normal", "tightened", "reduced"}
        Set by the switching rules (`sampling.switching`), not chosen lot by lot.

    Returns
    -------
    SinglePlan

    Raises
    ------
    InvalidInput
        As for `code_letter` and `tabled_plan`.

    References
    ----------
    GB/T 2828.1-2012 tables 1, 2-A, 2-B, 2-C (ISO 2859-1:1999).
    """
    letter = code_letter(lot_size=lot_size, level=level)
    tabled = tabled_plan(letter=letter, aql=aql, severity=severity)
    size = int(lot_size)
    return SinglePlan(size, level, tabled, min(tabled.sample_size, size), tabled.sample_size >= size)


def tabled_plan(*, letter: str, aql: float | str, severity: Severity = "normal") -> TabledPlan:
    """Plan of a code letter, with the arrows of the table followed.

    Parameters
    ----------
    letter : str
        A to R without I and O.
    aql, severity
        As for `single_plan`.

    Raises
    ------
    InvalidInput
        `letter.unknown`, `aql.unknown`, `severity.unknown`.
    """
    if len(letter) != 1 or letter not in LETTERS:
        raise InvalidInput(
            "letter.unknown",
            N_('There is no code letter "%(letter)s".'),
            N_("Choose one of: %(known)s."),
            letter=str(letter),
            known=", ".join(LETTERS),
        )
    if severity not in SEVERITIES:
        raise InvalidInput(
            "severity.unknown",
            N_('There is no severity of inspection "%(severity)s".'),
            N_("Choose one of: %(known)s."),
            severity=str(severity),
            known=", ".join(SEVERITIES),
        )
    position = aql_position(aql)
    row, number = _resolved(severity, LETTERS.index(letter), position)
    size = SAMPLE_SIZES[severity][row]
    return TabledPlan(letter, _PLAN_LETTERS[row], AQLS[position], severity, size, number)


def aql_position(aql: float | str) -> int:
    """Position of an AQL in the series of the standard, from 0.

    Raises
    ------
    InvalidInput
        `aql.unknown` for a value that is not in the series; the remedy says which are.
    """
    try:
        value = float(aql)
    except (TypeError, ValueError):
        value = math.nan
    if value in _AQL_VALUES:
        return _AQL_VALUES.index(value)
    raise InvalidInput(
        "aql.unknown",
        N_("The AQL %(aql)s is not in the series of the standard."),
        N_("Choose one of: %(known)s."),
        aql=str(aql),
        known=", ".join(AQLS),
    )


@cache
def _resolved(severity: Severity, row: int, aql: int) -> tuple[int, int]:
    """Row and acceptance number after the arrow; a direction that leaves the table turns about."""
    if (number := _acceptance(severity, row, aql)) is not None:
        return row, number
    diagonal = row + aql
    upward = diagonal == _UPWARD.get(severity) or diagonal > _LAST_DIAGONAL
    above, below = range(row - 1, -1, -1), range(row + 1, len(SAMPLE_SIZES[severity]))
    for other in (*above, *below) if upward else (*below, *above):
        if (number := _acceptance(severity, other, aql)) is not None:
            return other, number
    raise AssertionError((severity, row, aql))  # every AQL has a plan in each table


def _acceptance(severity: Severity, row: int, aql: int) -> int | None:
    """Acceptance number of a cell, None where an arrow stands."""
    diagonal = row + aql
    if diagonal > _LAST_DIAGONAL and row >= _SMALL_LETTERS:
        return None
    series = _ACCEPTANCE[severity]
    if severity == "reduced" and row < 2:
        series = (_REDUCED_A, _REDUCED_B)[row]
    return series.get(diagonal)
