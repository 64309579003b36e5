"""Plans by variables and switching rules for programs. Shares are from 0 to 1, never percent.

Like the other tools: no key, no database, nothing kept. This module refuses to compute.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from zhiheng.doors.api.asking import Asked
from zhiheng.doors.toolbox import lothistory, variableplans
from zhiheng.doors.toolbox.plans import Point
from zhiheng.doors.toolbox.refusals import refusals_of_methods
from zhiheng.methods.sampling.variables import LARGEST_CONSTANT, LARGEST_SAMPLE, Sigma, VariablesPlan
from zhiheng.methods.sampling.variables_decision import Control

router = Router(tags=["tools"])
LOTS_MOST: Final = 5_000
VALUES_MOST: Final = 100_000

Finite = Annotated[float, Field(allow_inf_nan=False)]


class ByVariables(Schema):
    """Two points of the curve, and whether the standard deviation of the process is known."""

    prq: Annotated[float, Field(description="Share nonconforming that should pass.")] = 0.01
    crq: Annotated[float, Field(description="Share nonconforming that should fail.")] = 0.05
    producer_risk: float = 0.05
    consumer_risk: float = 0.10
    sigma: Sigma = "unknown"


class QualityOut(Schema):
    """One quality and how often it is accepted."""

    p: float = Field(description="Share nonconforming.")
    accepted: float = Field(description="Probability of acceptance.")


class VariablesPlanOut(Schema):
    """Measure n items; the mean must keep k standard deviations away from the limit."""

    sample_size: int = Field(examples=[55])
    constant: float = Field(description="Acceptability constant k.", examples=[1.952])
    sigma: Sigma
    largest: float | None = Field(description="Largest estimated share that passes (M).")
    standard: str
    basis: str
    points: list[QualityOut] = Field(description="Qualities accepted with 0.99 to 0.01.")
    curve: list[QualityOut]


class SampleJudged(Schema):
    """A plan, and a sample: its values, or its mean with a standard deviation; one limit or two."""

    sample_size: Annotated[int, Field(ge=1, le=LARGEST_SAMPLE)]
    constant: Annotated[Finite, Field(ge=-LARGEST_CONSTANT, le=LARGEST_CONSTANT)]
    sigma: Sigma = "unknown"
    values: Annotated[list[Finite], Field(max_length=VALUES_MOST)] = []
    mean: Finite | None = None
    deviation: Annotated[
        Finite | None, Field(description="s beside a mean; the known σ where sigma is known.")
    ] = None
    lower: Finite | None = None
    upper: Finite | None = None
    control: Control = "combined"


class VerdictOut(Schema):
    """Whether the lot is accepted, and by which numbers; null where there is no such limit."""

    accepted: bool
    mean: float
    deviation: float
    quality_lower: float | None = Field(description="(mean - lower) / deviation; null also if infinite.")
    quality_upper: float | None = Field(description="(upper - mean) / deviation; null also if infinite.")
    constant: float
    estimated: float | None = Field(description="Estimated share nonconforming; null below 3 values.")
    largest: float | None


class LotIn(Schema):
    """A lot of original inspection: n, Ac, and what was found."""

    n: Annotated[int, Field(ge=1, le=10**7)]
    acceptance_number: Annotated[int, Field(ge=0, le=10**6)]
    nonconforming: Annotated[int, Field(ge=0, le=10**9)]
    label: Annotated[str, Field(max_length=80)] = ""
    tighter: Annotated[
        int | None,
        Field(ge=0, le=10**6, description="Ac at the AQL one step tighter; else from the table."),
    ] = None
    steady: bool = True
    resumed: Annotated[bool, Field(description="First lot after discontinued inspection resumed.")] = False


class LotsIn(Schema):
    """Lots in the order of production."""

    lots: Annotated[list[LotIn], Field(min_length=1, max_length=LOTS_MOST)]
    start: Literal["normal", "tightened", "reduced"] = "normal"
    reduced_authorised: bool = True


class StepOut(Schema):
    """A lot, the severity it met, and the one that follows."""

    label: str
    accepted: bool
    severity: str
    severity_after: str
    score: int | None = Field(description="Switching score after the lot; null outside normal inspection.")
    reason: str = Field(description="A code; `why` says it in words.")
    why: str


class SwitchingOut(Schema):
    """The state after the last lot, what would change it, and every step."""

    severity: str
    score: int
    standard: str
    outlook: list[str]
    steps: list[StepOut]


@router.get("/plan/variables", response=VariablesPlanOut, summary="Plan by variables")
def plan_by_variables(request: Asked, asked: Query[ByVariables]) -> Any:
    """The smallest k-plan that keeps both points; by two points, not the printed table."""
    with refusals_of_methods():
        plan = variableplans.found_plan(
            asked.prq, asked.crq, asked.producer_risk, asked.consumer_risk, asked.sigma
        )
        found = variableplans.curve_of(plan)
    return {
        "sample_size": plan.sample_size,
        "constant": plan.constant,
        "sigma": plan.sigma,
        "largest": found.largest,
        "standard": variableplans.STANDARD,
        "basis": "by two points, not the printed table",
        "points": [_point(one) for one in found.named],
        "curve": [_point(one) for one in found.curve],
    }


@router.post("/plan/variables/verdict", response=VerdictOut, summary="Verdict by variables")
def verdict_by_variables(request: Asked, asked: SampleJudged) -> Any:
    """Whether a measured sample is accepted by a k-plan, for one limit or two."""
    with refusals_of_methods():
        plan = VariablesPlan(asked.sample_size, asked.constant, asked.sigma)
        names = ("values", "mean", "deviation", "lower", "upper", "control")
        found = variableplans.ruled(plan, **{name: getattr(asked, name) for name in names})
    return {
        "accepted": found.accepted,
        "mean": found.mean,
        "deviation": found.deviation,
        "quality_lower": _finite(found.lower),
        "quality_upper": _finite(found.upper),
        "constant": plan.constant,
        "estimated": found.estimated,
        "largest": found.largest,
    }


@router.post("/plan/switching", response=SwitchingOut, summary="Switching rules of GB/T 2828.1")
def switching(request: Asked, asked: LotsIn) -> Any:
    """Which severity each lot met and which one follows, with the switching score and the reason."""
    lots = [
        lothistory.Lot(
            n=one.n,
            acceptance=one.acceptance_number,
            found=one.nonconforming,
            label=one.label or str(place),
            tighter=one.tighter,
            steady=one.steady,
            resumed=one.resumed,
        )
        for place, one in enumerate(asked.lots, 1)
    ]
    found = lothistory.followed(lots, authorised=asked.reduced_authorised, start=asked.start)
    return {
        "severity": found.final.severity,
        "score": found.final.score,
        "standard": lothistory.STANDARD,
        "outlook": lothistory.outlook(found.final, authorised=found.authorised),
        "steps": [
            {
                "label": step.lot.label,
                "accepted": step.lot.accepted,
                "severity": step.severity,
                "severity_after": step.after,
                "score": step.score,
                "reason": step.reason,
                "why": lothistory.why(step),
            }
            for step in found.steps
        ],
    }


def _point(one: Point) -> dict[str, float]:
    return {"p": one.p, "accepted": one.accepted}


def _finite(value: float | None) -> float | None:
    return None if value is None or abs(value) == float("inf") else value
