"""The toolbox for programs: plans, sizes, allocations, intervals. Shares are from 0 to 1, never percent.

Computed from what is asked and from nothing else: no key is needed, no database is read, nothing is
kept. This module refuses to compute; the methods do.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from zhiheng.doors.api.asking import Asked
from zhiheng.doors.toolbox import allocating, passrates, plans
from zhiheng.doors.toolbox.passrates import Sample
from zhiheng.doors.toolbox.plans import Plan, Point
from zhiheng.doors.toolbox.refusals import refusals_of_methods
from zhiheng.methods.sampling import attributes, declared, search
from zhiheng.methods.sampling.attributes import Severity
from zhiheng.methods.sampling.distributions import Distribution
from zhiheng.methods.sampling.letters import Level
from zhiheng.methods.survey import sizes
from zhiheng.methods.survey.proportions import Method

router = Router(tags=["tools"])
ROWS_MOST: Final = 5_000
LOT_MOST: Final = 10**9
FINITE_MOST: Final = 10**6

Confidence = Annotated[float, Field(gt=0, lt=1, description="Level of the interval, such as 0.95.")]
Share = Annotated[float, Field(ge=0, le=1)]
Lot = Annotated[int | None, Field(ge=1, le=LOT_MOST, description="Size of the lot or population.")]


class PointOut(Schema):
    """One quality and what the plan does with it."""

    p: float = Field(description="Share nonconforming, or nonconformities per item.")
    accepted: float = Field(description="Probability of acceptance.")
    aoq: float | None = Field(description="Average outgoing quality, with rectifying inspection.")
    ati: float | None = Field(description="Average total inspection; needs a lot.")
    asn: float | None = Field(description="Average sample number, inspection stopped when certain.")


class PlanOut(Schema):
    """A single plan with its curve; `full_inspection` means that there is no risk of sampling."""

    sample_size: int = Field(examples=[80])
    acceptance_number: int = Field(examples=[2])
    rejection_number: int = Field(examples=[3])
    full_inspection: bool
    distribution: str
    lot_size: int | None
    standard: str = Field(examples=["GB/T 2828.1-2012"])
    basis: str = Field(description="How sure: from a rule, exact, or by design property.")
    code_letter: str = ""
    aoql: float | None = None
    points: list[PointOut] = Field(description="Qualities accepted with 0.99 to 0.01.")
    curve: list[PointOut]


class ForLot(Schema):
    """A lot, and the plan of GB/T 2828.1 that is asked for."""

    lot_size: Annotated[int, Field(ge=2, le=LOT_MOST)]
    aql: Annotated[str, Field(max_length=8, description="As printed in the standard: 0.010 to 1000.")]
    level: Level = "II"
    severity: Severity = "normal"
    counted: Literal["items", "nonconformities"] = "items"


class ForPoints(Schema):
    """Two points of the curve: what should pass, and what should fail."""

    prq: Annotated[float, Field(description="Share nonconforming that should pass.")] = 0.01
    crq: Annotated[float, Field(description="Share nonconforming that should fail.")] = 0.05
    producer_risk: float = 0.05
    consumer_risk: float = 0.10
    distribution: Distribution = "binomial"
    lot_size: Annotated[int | None, Field(ge=1, le=FINITE_MOST)] = None


class ForDeclaration(Schema):
    """A declared quality level, and either a limit or a limiting quality ratio."""

    dql: Annotated[float, Field(description="Declared share nonconforming.")] = 0.01
    limit: Annotated[int, Field(ge=0, le=1000, description="Nonconforming items allowed.")] = 1
    lqr: Annotated[float | None, Field(description="Limiting quality ratio; then the limit is found.")] = None
    population: Annotated[int | None, Field(ge=2, le=FINITE_MOST)] = None


class DeclaredOut(Schema):
    """Contradict the declaration when more than `limit` of the sample are nonconforming."""

    sample_size: int = Field(examples=[32])
    limit: int = Field(examples=[1])
    risk: float = Field(description="Of contradicting a true declaration.")
    limiting_quality: float = Field(description="Escapes with probability 0.10.")
    lqr: float
    standard: str
    basis: str


class RateSize(Schema):
    """A rate that shall be known to within a half-width."""

    half_width: float = 0.03
    rate: Annotated[float, Field(description="Expected; 0.5 is the worst case.")] = 0.5
    level: Confidence = 0.95
    population: Lot = None
    design_effect: float = 1.0
    method: Literal["wilson", "wald"] = "wilson"


class DifferenceSize(Schema):
    """Two rates that shall be told apart."""

    first: float
    second: float
    power: float = 0.8
    level: Confidence = 0.95
    ratio: float = 1.0
    two_sided: bool = True
    corrected: bool = False


class DetectionSize(Schema):
    """A rate that shall not escape."""

    rate: float = 0.05
    power: float = 0.95
    tolerated: Annotated[int, Field(ge=0, le=10_000)] = 0
    population: Lot = None


class SizeOut(Schema):
    """A size and what it reaches: a half-width, or a power."""

    size: int = Field(examples=[388])
    other: int = Field(description="Second group of a difference; else 0.")
    reached: float
    whole: bool = Field(description="Whether everything is inspected.")
    formula: str = Field(examples=["wilson"])


class StratumIn(Schema):
    """A stratum before the samples are taken."""

    label: Annotated[str, Field(max_length=80)]
    objects: Annotated[int, Field(ge=0, le=10**12)]
    rate: Annotated[Share | None, Field(description="Expected share nonconforming; none: worst case.")] = None
    cost: Annotated[float | None, Field(gt=0, le=1e12)] = None
    minimum: Annotated[int | None, Field(ge=0, le=10**9)] = None
    maximum: Annotated[int | None, Field(ge=0, le=10**9)] = None


class AllocationIn(Schema):
    """What is shared out, and how."""

    strata: Annotated[list[StratumIn], Field(min_length=1, max_length=ROWS_MOST)]
    total: Annotated[float, Field(gt=0, le=1e12, description="Samples; with `optimum` the budget.")]
    method: Literal["proportional", "neyman", "optimum"] = "proportional"
    minimum: Annotated[int, Field(ge=0, le=10_000)] = 2
    level: Confidence = 0.95


class PartOut(Schema):
    """What a stratum gets."""

    label: str
    objects: int
    size: int
    half_width: float | None = Field(description="Of its own rate, by Wilson; null without a sample.")
    whole: bool


class AllocationOut(Schema):
    """An allocation that adds up."""

    method: str
    rounding: str
    size: int
    cost: float
    half_width: float | None = Field(description="Of the rate of all strata together.")
    least_half_width: float | None = Field(description="What no whole numbers can beat.")
    strata: list[PartOut]


class SampleIn(Schema):
    """A sample: n tested, of them nonconforming."""

    n: Annotated[int, Field(ge=0, le=10**12)]
    nonconforming: Annotated[int, Field(ge=0, le=10**12)]
    label: Annotated[str, Field(max_length=80)] = ""
    size: Annotated[
        int | None,
        Field(ge=1, le=FINITE_MOST, description="Population: then its exact bounds, whatever the method."),
    ] = None


class SampleAsked(SampleIn):
    """A sample, and the interval that is asked for."""

    method: Method = "wilson"
    level: Confidence = 0.95


class SamplesIn(Schema):
    """Samples, one interval each; they are never added up."""

    samples: Annotated[list[SampleIn], Field(min_length=1, max_length=ROWS_MOST)]
    method: Method = "wilson"
    level: Confidence = 0.95


class IntervalOut(Schema):
    """A pass rate with its interval; of which population it speaks, only the asker knows."""

    label: str
    n: int
    nonconforming: int
    estimate: float | None = Field(description="Pass rate; null where nothing was tested.")
    lower: float | None
    upper: float | None
    level: float
    method: str
    small: bool = Field(description="Fewer than 30: no ground for comparing.")


@router.get("/plan", response=PlanOut, summary="Plan for a lot by GB/T 2828.1")
def plan(request: Asked, asked: Query[ForLot]) -> Any:
    """Single sampling plan for a lot by inspection level, AQL and severity, with its curve."""
    with refusals_of_methods():
        found = attributes.single_plan(
            lot_size=asked.lot_size, aql=asked.aql, level=asked.level, severity=asked.severity
        )
        items = asked.counted == "items" and float(asked.aql) <= plans.ITEMS_UP_TO
        single = Plan(
            found.sample_size,
            found.acceptance_number,
            "binomial" if items else "poisson",
            asked.lot_size,
        )
        return {
            **_plan(single, "GB/T 2828.1-2012 (ISO 2859-1:1999)", "from the rule of the standard"),
            "full_inspection": found.full_inspection,
            "code_letter": found.tabled.plan_letter,
        }


@router.get("/plan/two-points", response=PlanOut, summary="Plan by two points")
def plan_by_points(request: Asked, asked: Query[ForPoints]) -> Any:
    """The single plan that keeps both points with the smallest acceptance number, then sample."""
    lot = asked.lot_size if asked.distribution == "hypergeometric" else None
    with refusals_of_methods():
        found = search.find_plan(**{**asked.model_dump(), "lot_size": lot})
        single = Plan(found.sample_size, found.acceptance_number, asked.distribution, lot)
        return _plan(single, "", "computed exactly from the distribution")


@router.get("/plan/declared", response=DeclaredOut, summary="Plan against a declared quality level")
def plan_of_declaration(request: Asked, asked: Query[ForDeclaration]) -> Any:
    """GB/T 2828.4, or GB/T 2828.11 with a population: by design property, not the printed table."""
    with refusals_of_methods():
        if asked.lqr is not None:
            found = declared.declared_plan_for_ratio(
                dql=asked.dql, lqr=asked.lqr, population=asked.population
            )
        elif asked.population is not None:
            items = declared.declared_items(population=asked.population, dql=asked.dql)
            found = declared.small_population_plan(
                population=asked.population, declared=items, limit=asked.limit
            )
        else:
            found = declared.declared_plan(dql=asked.dql, limit=asked.limit)
    return {
        "sample_size": found.sample_size,
        "limit": found.limit,
        "risk": found.risk,
        "limiting_quality": found.limiting_quality,
        "lqr": found.lqr,
        "standard": "GB/T 2828.4-2008" if asked.population is None else "GB/T 2828.11-2008",
        "basis": found.basis,
    }


@router.get("/sample-size/rate", response=SizeOut, summary="Sample size for a rate")
def size_for_rate(request: Asked, asked: Query[RateSize]) -> Any:
    """The smallest sample whose interval is as narrow as asked, if the rate is as expected."""
    with refusals_of_methods():
        found = sizes.for_half_width(
            asked.half_width,
            rate=asked.rate,
            level=asked.level,
            population=_population(asked.population),
            design_effect=asked.design_effect,
            method=asked.method,
        )
    return _size(found)


@router.get("/sample-size/difference", response=SizeOut, summary="Sample size for a difference")
def size_for_difference(request: Asked, asked: Query[DifferenceSize]) -> Any:
    """Sizes of two groups that tell their rates apart with the power that is asked for."""
    with refusals_of_methods():
        return _size(sizes.for_difference(**asked.model_dump()))


@router.get("/sample-size/detection", response=SizeOut, summary="Sample size to detect a rate")
def size_to_detect(request: Asked, asked: Query[DetectionSize]) -> Any:
    """The smallest sample that finds a rate this bad, or worse, with the probability that is asked for."""
    with refusals_of_methods():
        found = sizes.to_detect(
            asked.rate,
            power=asked.power,
            tolerated=asked.tolerated,
            population=_population(asked.population),
        )
    return _size(found)


@router.post("/allocation", response=AllocationOut, summary="Allocation to strata")
def allocation(request: Asked, asked: AllocationIn) -> Any:
    """Share out samples, or a budget, over strata: whole numbers that add up, within each one's bounds."""
    strata = [allocating.Stratum(**one.model_dump()) for one in asked.strata]
    with refusals_of_methods():
        found = allocating.allocate(
            strata, method=asked.method, total=asked.total, minimum=asked.minimum, level=asked.level
        )
    return {
        "method": found.method,
        "rounding": found.rounding,
        "size": found.n,
        "cost": found.cost,
        "half_width": found.half,
        "least_half_width": found.least_half,
        "strata": [
            {
                "label": part.stratum.label,
                "objects": part.stratum.objects,
                "size": part.n,
                "half_width": part.half,
                "whole": part.whole,
            }
            for part in found.parts
        ],
    }


@router.get("/pass-rate", response=IntervalOut, summary="Interval of a pass rate")
def pass_rate(request: Asked, asked: Query[SampleAsked]) -> Any:
    """The pass rate of one sample with its interval."""
    return _intervals([asked], asked.method, asked.level)[0]


@router.post("/pass-rates", response=list[IntervalOut], summary="Intervals of many pass rates")
def pass_rates(request: Asked, asked: SamplesIn) -> Any:
    """The pass rate of each sample with its interval, in the order of the samples."""
    return _intervals(asked.samples, asked.method, asked.level)


def _plan(plan: Plan, standard: str, basis: str) -> dict[str, Any]:
    judged = None if plan.whole else plans.judged(plan)
    return {
        "sample_size": plan.n,
        "acceptance_number": plan.c,
        "rejection_number": plan.rejection,
        "full_inspection": plan.whole,
        "distribution": plan.distribution,
        "lot_size": plan.lot,
        "standard": standard,
        "basis": basis,
        "aoql": judged.aoql if judged else None,
        "points": [_point(one) for one in judged.named] if judged else [],
        "curve": [_point(one) for one in judged.curve] if judged else [],
    }


def _point(one: Point) -> dict[str, Any]:
    return {"p": one.p, "accepted": one.accepted, "aoq": one.aoq, "ati": one.ati, "asn": one.asn}


def _population(size: int | None) -> float:
    return float("inf") if size is None else float(size)


def _size(found: sizes.SampleSize) -> dict[str, Any]:
    return {
        "size": int(found.size),
        "other": int(found.other),
        "reached": float(found.reached),
        "whole": bool(found.whole),
        "formula": found.formula,
    }


def _intervals(samples: list[Any], method: str, level: float) -> list[dict[str, Any]]:
    with refusals_of_methods():
        found = passrates.rates(
            [Sample(one.n, one.nonconforming, one.label, one.size) for one in samples],
            method=method,
            level=level,
        )
    return [
        {
            "label": rate.label,
            "n": rate.n,
            "nonconforming": rate.nonconforming,
            "estimate": rate.estimate if rate.n else None,
            "lower": rate.lower if rate.n else None,
            "upper": rate.upper if rate.n else None,
            "level": rate.level,
            "method": rate.method,
            "small": rate.small,
        }
        for rate in found
    ]
