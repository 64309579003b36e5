"""Pass rates from the newest snapshot: one rate a population, never pooled, each with its interval."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal, cast

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from zhiheng.analytics.pipelines.pass_rates import Dimension, PassRateQuestion, PassRates, Rate, pass_rates
from zhiheng.doors.api.asking import Asked
from zhiheng.doors.api.freshness import known, tag_of, tagged
from zhiheng.doors.api.paging import LIMIT_MOST
from zhiheng.doors.api.problems import absent
from zhiheng.foundation.ledger.snapshots import Snapshot, snapshot_last
from zhiheng.foundation.org.actors import NATION, NOT_COVERED
from zhiheng.kernel.errors import N_, Refused
from zhiheng.settings import settings

router = Router(tags=["pass rates"])


class RateFilters(Schema):
    """What is asked. An officer asks within the own division; the public about what is published."""

    by: Annotated[list[Dimension], Field(description="Dimensions, each once; none: one rate for all.")] = []
    kind: Annotated[str, Field(max_length=80, description="Product kind.")] = ""
    authority: Annotated[str, Field(max_length=120)] = ""
    place: Annotated[str, Field(max_length=6, description="Division code; else the officer's own.")] = ""
    producer: Annotated[str, Field(max_length=200, description="Unified code or name.")] = ""
    population: Literal["", "random", "risk_targeted", "undeclared"] = ""
    since: date | None = None
    until: date | None = None
    level: Annotated[float, Field(description="0.90, 0.95 or 0.99")] = 0.95
    small_below: Annotated[int, Field(ge=1, le=1000, description="Groups below this are marked.")] = 30


class RateOut(Schema):
    """One group's rate: Wilson's interval, Clopper-Pearson's, and the rate steadied by its neighbours."""

    keys: list[str]
    selection: str = Field(examples=["random"])
    n: int = Field(examples=[412])
    conforming: int = Field(examples=[381])
    estimate: float
    lower: float
    upper: float
    exact_lower: float
    exact_upper: float
    shrunk: float
    shrunk_lower: float
    shrunk_upper: float
    small: bool


class ExcludedOut(Schema):
    """What was asked for but enters no rate."""

    failures_only: int = Field(description="From sources that report failures only.")
    undated: int


class ProvenanceOut(Schema):
    """Enough to compute it again."""

    snapshot: str
    manifest: str
    checkpoint: int
    entries: int
    root: str
    pipeline: str
    version: int
    parameters: str
    engine: str


class RatesOut(Schema):
    """Rates with their provenance."""

    by: list[str]
    rates: list[RateOut]
    total: int = Field(description="Groups in all.")
    cut: bool = Field(description="Whether there are more groups than are answered.")
    excluded: ExcludedOut
    provenance: ProvenanceOut


@router.get("", response=RatesOut, summary="Pass rates")
def rates(
    request: Asked,
    response: HttpResponse,
    asked: Query[RateFilters],
    limit: Annotated[int, Query(ge=1, le=LIMIT_MOST)] = LIMIT_MOST,
) -> Any:
    """Rates by the dimensions asked for, in the order of their groups."""
    snapshot = snapshot_last(settings().folder("snapshots"))
    if snapshot is None:
        raise absent(
            N_("No snapshot was taken yet, and rates are computed from a snapshot."), N_("Try later.")
        )
    question = _question(request, asked)
    tag = tag_of(snapshot.name, question, limit)
    if unchanged := known(request, tag):
        return unchanged
    tagged(response, tag)
    found = answered(snapshot, question)
    return {
        "by": list(question.by),
        "rates": [_rate(rate) for rate in found.rates[:limit]],
        "total": len(found.rates),
        "cut": len(found.rates) > limit,
        "excluded": asdict(found.excluded),
        "provenance": asdict(found.provenance),
    }


def _question(request: Asked, asked: RateFilters) -> PassRateQuestion:
    public = request.actor.kind == "public"
    place = asked.place or (NATION if public else request.actor.division)
    if not public and not request.actor.covers(place):
        raise Refused(NOT_COVERED)
    return PassRateQuestion(
        by=cast("tuple[Dimension, ...]", tuple(asked.by)),
        since=asked.since,
        until=asked.until,
        division=place,
        product_kind=asked.kind,
        authority=asked.authority,
        producer=asked.producer,
        selection=asked.population,
        level=asked.level,
        small_below=asked.small_below,
        published_by=request.today if public else None,
    )


@lru_cache(maxsize=64)
def answered(snapshot: Snapshot, question: PassRateQuestion) -> PassRates:
    """The answer; a snapshot never changes, so neither does what is computed from it."""
    return pass_rates(snapshot, question)


def _rate(rate: Rate) -> dict[str, Any]:
    return asdict(rate)
