"""The probability of each object's being drawn, as it is published in a proof.

Exact where it is a ratio of whole numbers; otherwise from `probabilities`. This module refuses to
publish more digits than the format has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from zhiheng.methods.lottery import keys
from zhiheng.methods.lottery.commitment import Commitment, StratumPlan
from zhiheng.methods.lottery.draw import Outcome
from zhiheng.methods.lottery.frame import Frame
from zhiheng.methods.lottery.notation import INCLUSION_PLACES, WEIGHT_PLACES, scaled
from zhiheng.methods.lottery.probabilities import successive_inclusion


@dataclass(frozen=True, slots=True)
class Inclusions:
    """Probabilities within one stratum; they depend on an object's weight alone.

    Attributes
    ----------
    method : {"exact", "integral"}
    values : dict
        From a weight as the frame writes it to the published text.
    """

    method: str
    values: dict[str, str]

    def of(self, weight: str) -> str:
        """The published text for a weight."""
        return self.values[weight]


def inclusions(frame: Frame, commitment: Commitment, outcomes: Sequence[Outcome]) -> tuple[Inclusions, ...]:
    """The probabilities of the objects that a proof lists, stratum by stratum."""
    found = []
    for stratum, plan, outcome in zip(frame.strata, commitment.strata, outcomes, strict=True):
        listed = outcome.drawn if outcome.next is None else (*outcome.drawn, outcome.next)
        stated = sorted({selected.member.weight for selected in listed})
        weights = frame.weights[stratum.start : stratum.start + stratum.size]
        if is_exact(commitment, plan, equal=bool(weights.min() == weights.max())):
            values = {weight: exact_text(commitment, plan, weight) for weight in stated}
            found.append(Inclusions("exact", values))
            continue
        at = np.array([scaled(weight, WEIGHT_PLACES) for weight in stated], dtype=np.float64)
        likely = successive_inclusion(weights, plan.amount, at).values
        texts = (rounded(Fraction(float(value))) for value in likely)
        found.append(Inclusions("integral", dict(zip(stated, texts, strict=True))))
    return tuple(found)


def is_exact(commitment: Commitment, plan: StratumPlan, *, equal: bool) -> bool:
    """Whether the probabilities of a stratum are ratios of whole numbers."""
    return commitment.kind != "fixed" or equal or plan.amount in (0, plan.size)


def exact_text(commitment: Commitment, plan: StratumPlan, weight: str) -> str:
    """The published text where `is_exact`."""
    if commitment.kind == "fixed":
        return rounded(Fraction(plan.amount, plan.size))
    own = scaled(weight, WEIGHT_PLACES) if commitment.kind == "poisson" else None
    return rounded(Fraction(keys.threshold(plan.amount, own), keys.FULL))


def rounded(probability: Fraction) -> str:
    """floor(π 10^12 + 1/2) / 10^12 with all its digits."""
    unit = 10**INCLUSION_PLACES
    whole, digits = divmod((probability * unit + Fraction(1, 2)).__floor__(), unit)
    return f"{whole}.{digits:0{INCLUSION_PLACES}d}"
