r"""Scenarios of injury: steps that all have to happen, how grave the end is, and who is hurt.

The probability of a scenario is the product of its steps, each given those before it:
:math:`P=\prod_i p_i`, kept as an exact fraction and put into its band as it is; it is never rounded to
"1 in n" first, which puts values near a bound into the wrong band. A step given as a range gives a range
of levels. The risk of a product is the highest level over its scenarios and the consumers they hurt.
This module refuses to fill in a step that is missing, and to decide: an official does.

Source: Decision 2010/15/EU, part IV (RAPEX guidelines), and GB/T 22760-2020 for the course of an
assessment: scenario, severity, probability, level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import prod

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.risk.matrices import RiskMatrix
from zhiheng.methods.risk.probabilities import Range


class Consumer(StrEnum):
    """Who is hurt. A very vulnerable consumer is hurt by what others see coming."""

    VERY_VULNERABLE = "very_vulnerable"
    VULNERABLE = "vulnerable"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that has to happen, and how probable it is once those before it have happened.

    `probability` is None where nobody has said it yet: the scenario can then not be assessed.
    """

    text: str
    probability: Range | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """How a consumer comes to harm: the steps in their order, the severity of the end, the consumer."""

    title: str
    steps: tuple[Step, ...]
    severity: str
    consumer: Consumer = Consumer.OTHER


@dataclass(frozen=True, slots=True)
class Graded:
    """A scenario with its probability and its level.

    Attributes
    ----------
    scenario : Scenario
        What was graded.
    probability : Range
        Product of the steps, exact.
    band_upper, band_lower : int
        Bands of the upper and of the lower probability; 0 is the most probable.
    level : int
        Level at the upper probability: the one to act upon.
    level_lower : int
        Level at the lower probability; the same where the steps say enough.
    """

    scenario: Scenario
    probability: Range
    band_upper: int
    band_lower: int
    level: int
    level_lower: int

    @property
    def certain(self) -> bool:
        """Whether the ranges of the steps leave only one level."""
        return self.level == self.level_lower


@dataclass(frozen=True, slots=True)
class Assessment:
    """The scenarios of a product, graded by one matrix, the worst first; `level` is that of the worst."""

    matrix: RiskMatrix
    graded: tuple[Graded, ...]

    @property
    def worst(self) -> Graded:
        """The scenario that decides."""
        return self.graded[0]

    @property
    def level(self) -> int:
        """Number of the level in the matrix."""
        return self.worst.level

    @property
    def level_name(self) -> str:
        """Name of the level in the matrix."""
        return self.matrix.levels[self.level]


def probability(scenario: Scenario) -> Range:
    """The exact product of the steps.

    Raises
    ------
    InvalidInput
        `risk.no_steps`; `risk.step_missing` for a step without a probability, with its number.
    """
    if not scenario.steps:
        raise InvalidInput(
            "risk.no_steps",
            N_("The scenario “%(scenario)s” has no steps."),
            N_("Say what has to happen, step by step, until somebody is hurt."),
            scenario=scenario.title[:80],
        )
    ranges = []
    for number, step in enumerate(scenario.steps, 1):
        if step.probability is None:
            raise InvalidInput(
                "risk.step_missing",
                N_("Step %(number)d of the scenario “%(scenario)s” has no probability."),
                N_("Give one, or the range 0 to 1 while nothing is known: left out it would be certain."),
                number=number,
                scenario=scenario.title[:80],
            )
        ranges.append(step.probability)
    return Range(
        prod((one.lower for one in ranges), start=Fraction(1)),
        prod((one.upper for one in ranges), start=Fraction(1)),
    )


def grade(scenario: Scenario, matrix: RiskMatrix) -> Graded:
    """Probability, bands and levels of one scenario; errors as for `probability`, `RiskMatrix.severity`."""
    found, severity = probability(scenario), matrix.severity(scenario.severity)
    return Graded(
        scenario,
        found,
        matrix.band(found.upper),
        matrix.band(found.lower),
        matrix.level(found.upper, severity),
        matrix.level(found.lower, severity),
    )


def assess(scenarios: Sequence[Scenario], matrix: RiskMatrix) -> Assessment:
    """Grade all scenarios; the highest level is the product's.

    Among scenarios of one level the more probable stands first, then the order given.

    Raises
    ------
    InvalidInput
        `risk.no_scenarios`, and what `grade` raises.
    """
    if not scenarios:
        raise InvalidInput(
            "risk.no_scenarios",
            N_("There is no scenario to assess."),
            N_("Describe at least one way in which a consumer comes to harm."),
        )
    graded = [grade(scenario, matrix) for scenario in scenarios]
    graded.sort(key=lambda one: (-one.level, -one.probability.upper))
    return Assessment(matrix, tuple(graded))
