"""The strata of next year's plan: product kind × division, with what last year says of them.

Only random samples of sources with all results speak of a stratum's rate; risk-targeted ones are
counted beside it. Rates are steadied within their kind (beta-binomial), so that a stratum without a
sample has the rate of its kind and the doubt that belongs to it. This pipeline refuses to plan.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Final

import numpy as np

from zhiheng.analytics.engine import DuckEngine, Engine
from zhiheng.analytics.pipelines.plan_objects import (
    PlanObject,
    PlanObjects,
    PlanQuestion,
    Unplaced,
    define,
    months_later,
    objects_found,
    place_bound,
)
from zhiheng.analytics.provenance import Provenance, provenance, rows_digest
from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.kernel.chain import Json
from zhiheng.kernel.errors import N_, refuse
from zhiheng.methods.survey.betabinomial import prior
from zhiheng.methods.survey.populations import Coverage, Design
from zhiheng.methods.survey.shrinkage import shrink

NAME: Final = "plan_strata"
VERSION: Final = 1
# A failure is checked again within 75 days of the order, a second time before day 90 (Order 18 of
# 2019, arts 47-48): a failure older than that has had its checks.
FOLLOW_UP_DAYS: Final = 90
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class PlanYear:
    """The year that is planned: its first day, and into how many periods of whole months it is cut."""

    start: date
    periods: int = 4

    def __post_init__(self) -> None:
        if self.periods < 1 or _MONTHS % self.periods:
            raise refuse(
                "plan.periods",
                N_("A year cannot be cut into %(periods)d periods of whole months."),
                N_("Use 1, 2, 3, 4, 6 or 12."),
                periods=self.periods,
            )

    @property
    def starts(self) -> tuple[date, ...]:
        """The first day of each period."""
        step = _MONTHS // self.periods
        return tuple(months_later(self.start, step * number) for number in range(self.periods))

    def window(self, waiting_months: int) -> int:
        """In so many consecutive periods an object is sampled at most once."""
        return max(1, -(-waiting_months * self.periods // _MONTHS))


@dataclass(frozen=True, slots=True)
class PlanStratum:
    """One product kind in one division.

    `eligible` counts the objects whose waiting time has ended by the first day of each period;
    `a`, `b` are the posterior of the nonconforming share, with its mean and 95 % bounds.
    """

    product_kind: str
    place: str
    objects: int
    eligible: tuple[int, ...]
    samples: int
    failures: int
    targeted: int
    targeted_failures: int
    last_sampled: date | None
    follow_ups: int
    a: float
    b: float
    rate: float
    lower: float
    upper: float

    def row(self) -> list[Json]:
        """The counts as JSON, for the digest; the posterior follows from them."""
        last = self.last_sampled.isoformat() if self.last_sampled else ""
        return [
            self.product_kind, self.place, self.objects, list(self.eligible), self.samples, self.failures,
            self.targeted, self.targeted_failures, last, self.follow_ups,
        ]  # fmt: skip


@dataclass(frozen=True)
class PlanStrata:
    """The strata, by kind and division, and the results that belong to none."""

    question: PlanQuestion
    year: PlanYear
    rows: tuple[PlanStratum, ...]
    unplaced: Unplaced
    provenance: Provenance

    @cached_property
    def digest(self) -> str:
        """One digest of all rows: the same question to the same snapshot gives the same digest."""
        return rows_digest([row.row() for row in self.rows])


# (product kind, place, selection) → samples and failures.
Tallies = dict[tuple[str, str, str], tuple[int, int]]


def plan_strata(
    snapshot: Snapshot, asked: PlanQuestion, year: PlanYear, engine: Engine | None = None
) -> PlanStrata:
    """The strata of the place, with what last year's results say of them."""
    with engine or DuckEngine() as opened:
        define(opened, snapshot)
        objects = objects_found(opened, snapshot, asked)
        counted = opened.to_arrow(_counts_sql(asked), place_bound(asked)).to_pylist()
        name = f"{opened.capabilities.name} {opened.capabilities.version}"
    tallies: Tallies = {}
    for row in counted:
        key = (row["product_kind"], asked.place(row["division"]), row["selection"])
        samples, failures = tallies.get(key, (0, 0))
        tallies[key] = (samples + row["n"], failures + row["failures"])
    parameters: dict[str, Json] = {
        **asked.parameters(),
        "start": year.start.isoformat(),
        "periods": year.periods,
    }
    return PlanStrata(
        question=asked,
        year=year,
        rows=strata_of(objects, year, tallies),
        unplaced=objects.unplaced,
        provenance=provenance(snapshot, pipeline=NAME, version=VERSION, parameters=parameters, engine=name),
    )


def strata_of(objects: PlanObjects, year: PlanYear, tallies: Tallies) -> tuple[PlanStratum, ...]:
    """Put objects and results together, stratum by stratum, and steady the rates kind by kind."""
    held: dict[tuple[str, str], list[PlanObject]] = defaultdict(list)
    for one in objects.rows:
        if one.operating:
            held[one.product_kind, one.place].append(one)
    recent = objects.question.until - timedelta(days=FOLLOW_UP_DAYS)
    plain = [_counted(kind, place, held[kind, place], year, tallies, recent) for kind, place in sorted(held)]
    out: list[PlanStratum] = []
    for kind in sorted({row.product_kind for row in plain}):
        out.extend(_steadied([row for row in plain if row.product_kind == kind]))
    return tuple(out)


def _counted(
    kind: str, place: str, objects: list[PlanObject], year: PlanYear, tallies: Tallies, recent: date
) -> PlanStratum:
    samples, failures = tallies.get((kind, place, Design.RANDOM), (0, 0))
    targeted, targeted_failures = tallies.get((kind, place, Design.RISK_TARGETED), (0, 0))
    return PlanStratum(
        product_kind=kind,
        place=place,
        objects=len(objects),
        eligible=tuple(
            sum(one.eligible_from is None or one.eligible_from <= start for one in objects)
            for start in year.starts
        ),
        samples=samples,
        failures=failures,
        targeted=targeted,
        targeted_failures=targeted_failures,
        last_sampled=max((one.last_sampled for one in objects if one.last_sampled), default=None),
        follow_ups=sum(
            one.last_failed and one.last_sampled is not None and one.last_sampled > recent for one in objects
        ),
        a=0.5, b=0.5, rate=0.5, lower=0.0, upper=1.0,
    )  # fmt: skip


def _steadied(rows: list[PlanStratum]) -> list[PlanStratum]:
    """The strata of one kind with their posteriors: places of one kind are exchangeable, kinds are not."""
    samples = np.array([row.samples for row in rows])
    failures = np.array([row.failures for row in rows])
    fitted = prior(failures, samples)
    steady = shrink(failures, samples, given=fitted)
    return [
        replace(
            row,
            a=fitted.a + row.failures,
            b=fitted.b + row.samples - row.failures,
            rate=float(mean),
            lower=float(lower),
            upper=float(upper),
        )
        for row, mean, lower, upper in zip(rows, steady.mean, steady.lower, steady.upper, strict=True)
    ]


def _counts_sql(asked: PlanQuestion) -> str:
    bound = place_bound(asked)
    inside = "AND division >= $division AND division < $division_end" if "division" in bound else ""
    kind = "AND product_kind = $product_kind" if "product_kind" in bound else ""
    return f"""
        SELECT product_kind, division, selection, COUNT(*) AS n,
            CAST(SUM(1 - conforming) AS BIGINT) AS failures
        FROM plan_known
        WHERE day >= CAST($since AS DATE) AND day <= CAST($until AS DATE)
            AND coverage = '{Coverage.ALL_RESULTS}' {inside} {kind}
        GROUP BY product_kind, division, selection
        ORDER BY product_kind, division, selection
    """  # noqa: S608  constants of the code; every value of the question is bound
