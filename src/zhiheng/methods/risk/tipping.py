r"""What would change the verdict: which step, by how much, and a severity one grade up or down.

With :math:`P=p_i\cdot Q_i` and a bound :math:`b` of the matrix, step i carries the scenario across the
bound at :math:`p_i=b/Q_i`. A level rises where the probability passes *above* a bound and falls where it
comes down *to* it. All values are exact. This module looks at one change at a time, at the upper ends of
the ranges: the value that the level was given by.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from zhiheng.methods.risk.matrices import RiskMatrix
from zhiheng.methods.risk.scenarios import Scenario, grade

Towards = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Tip:
    """A step whose probability alone would change the level.

    Attributes
    ----------
    step : int
        Index of the step, from 0.
    towards : {"higher", "lower"}
        Whether the level rises above, or falls at, `at`.
    at : Fraction
        Probability of the step at the tipping point: the level is another *above* it ("higher") or
        *at and below* it ("lower").
    factor : Fraction or None
        `at` as a multiple of the present probability; None where that is 0.
    level : int
        The level beyond the tipping point.
    """

    step: int
    towards: Towards
    at: Fraction
    factor: Fraction | None
    level: int


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What a change of one thing does to a scenario's level.

    Attributes
    ----------
    level : int
        As graded.
    tips : tuple of Tip
        Tipping points of the steps, the nearest first: by how many times the step has to change.
    band_up, band_down : int
        Level if the probability were one band more or less; `level` itself at the edge.
    severity_up, severity_down : int
        Level if the severity were one grade more or less; `level` itself at the edge.
    """

    level: int
    tips: tuple[Tip, ...]
    band_up: int
    band_down: int
    severity_up: int
    severity_down: int

    @property
    def robust(self) -> bool:
        """Whether one band or one grade either way leaves the level as it is."""
        return {self.band_up, self.band_down, self.severity_up, self.severity_down} == {self.level}


def sensitivity(scenario: Scenario, matrix: RiskMatrix) -> Sensitivity:
    """Tipping points and neighbours of a scenario; errors as for `scenarios.grade`."""
    graded = grade(scenario, matrix)
    severity, band = matrix.severity(scenario.severity), graded.band_upper
    cells = matrix.cells
    tips = [
        tip for number in range(len(scenario.steps)) for tip in _tips(scenario, number, matrix, graded.level)
    ]
    last, gravest = len(cells) - 1, len(matrix.severities) - 1
    return Sensitivity(
        level=graded.level,
        tips=tuple(sorted(tips, key=_distance)),
        band_up=cells[max(band - 1, 0)][severity],
        band_down=cells[min(band + 1, last)][severity],
        severity_up=cells[band][min(severity + 1, gravest)],
        severity_down=cells[band][max(severity - 1, 0)],
    )


def _tips(scenario: Scenario, number: int, matrix: RiskMatrix, level: int) -> list[Tip]:
    severity = matrix.severity(scenario.severity)
    present, rest = Fraction(1), Fraction(1)
    for place, step in enumerate(scenario.steps):
        upper = step.probability.upper if step.probability else Fraction(1)
        if place == number:
            present = upper
        else:
            rest *= upper
    if not rest:
        return []  # another step is impossible: this one changes nothing
    found = []
    now = present * rest
    # Above each bound lies the band of its own number; at it and below, the next.
    for band, bound in reversed(list(enumerate(matrix.bounds))):
        above = matrix.cells[band][severity]
        if bound >= now and above > level and bound / rest < 1:
            found.append(_tip(number, "higher", bound / rest, present, above))
            break
    for band, bound in enumerate(matrix.bounds):
        below = matrix.cells[band + 1][severity]
        if bound < now and below < level:
            found.append(_tip(number, "lower", bound / rest, present, below))
            break
    return found


def _tip(step: int, towards: Towards, at: Fraction, present: Fraction, level: int) -> Tip:
    return Tip(step, towards, at, at / present if present else None, level)


def _distance(tip: Tip) -> tuple[bool, Fraction]:
    if not tip.factor:
        return True, Fraction(0)  # a step that is impossible now: no multiple leads anywhere
    return False, max(tip.factor, 1 / tip.factor)
