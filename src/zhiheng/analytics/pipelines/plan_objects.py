"""What can be sampled next year: every producer with each kind that it makes, and when its turn may come.

An object is a pair of producer and product kind. That a producer makes a kind is known from a
result of its own, or taken from its industry: where enough of the sampled producers of an industry
were sampled for a kind, all producers of that industry are taken to make it. Without the second
way nobody would ever be drawn who was not sampled before. Waiting times are counted by producer and
kind, which is stricter than the rule (producer, standard, trademark, model): brand and model are
often missing in results. This pipeline refuses to guess who a name without a code is; such results
are counted.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from zhiheng.analytics import datasets
from zhiheng.analytics.engine import DuckEngine, Engine
from zhiheng.analytics.engine.port import Value
from zhiheng.analytics.provenance import Provenance, provenance, rows_digest
from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.foundation.org.actors import division_prefix
from zhiheng.kernel.chain import Json
from zhiheng.kernel.errors import N_, refuse

NAME: Final = "plan_objects"
VERSION: Final = 1
# In operation; an enterprise whose source says nothing about its state is taken to be.
OPERATING: Final = frozenset({"active", ""})
LEVELS: Final = {"province": 2, "city": 4, "county": 6}


@dataclass(frozen=True, slots=True)
class PlanQuestion:
    """Whose objects, and from which results.

    Results sampled from `since` to `until` speak of last year; what is known of an object is known
    as of `until`. `industry_share` is the percentage of an industry's sampled producers from which a kind
    counts as made by all of them. `waiting_months` is the time after a sample in which the same
    authority does not sample the same again (0 for none).
    """

    since: date
    until: date
    division: str = ""
    product_kind: str = ""
    level: str = "city"
    industry_share: int = 10
    waiting_months: int = 6

    def __post_init__(self) -> None:
        if self.since > self.until:
            raise refuse(
                "plan.period",
                N_("The results begin on %(since)s and end before that, on %(until)s."),
                N_("Let the last day not come before the first."),
                since=self.since.isoformat(),
                until=self.until.isoformat(),
            )
        if self.level not in LEVELS:
            raise refuse(
                "plan.level",
                N_("There is no division level %(level)s."),
                N_("Use one of: %(known)s."),
                level=self.level[:20],
                known=", ".join(LEVELS),
            )
        if not 1 <= self.industry_share <= 100 or not 0 <= self.waiting_months <= 60:
            raise refuse(
                "plan.numbers",
                N_("The share of an industry is %(share)d %% and the waiting time %(months)d months."),
                N_("Give a share from 1 to 100 %% and a waiting time from 0 to 60 months."),
                share=self.industry_share,
                months=self.waiting_months,
            )

    def parameters(self) -> dict[str, Json]:
        """The question as JSON, whole."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "division": self.division,
            "product_kind": self.product_kind,
            "level": self.level,
            "industry_share": self.industry_share,
            "waiting_months": self.waiting_months,
        }

    def place(self, division: str) -> str:
        """The division of a stratum: the code at the level of the question."""
        return division[: LEVELS[self.level]].ljust(6, "0")


@dataclass(frozen=True, slots=True)
class PlanObject:
    """A producer and a kind that it makes.

    `basis` is ``sampled`` where a result of its own says so, else ``industry``. `last_sampled` is the
    last day up to the question's last; `last_failed` whether that sample failed (and no retest
    overturned it). `eligible_from` is the first day on which it may be sampled again, if it ever was.
    """

    product_kind: str
    place: str
    uscc: str
    name: str
    division: str
    industry: str
    status: str
    basis: str
    samples: int
    failures: int
    last_sampled: date | None
    last_failed: bool
    eligible_from: date | None

    def row(self) -> list[Json]:
        """The object as JSON, for the digest."""
        days = [day.isoformat() if day else "" for day in (self.last_sampled, self.eligible_from)]
        return [
            self.product_kind, self.place, self.uscc, self.name, self.division, self.industry, self.status,
            self.basis, self.samples, self.failures, *days, self.last_failed,
        ]  # fmt: skip

    @property
    def operating(self) -> bool:
        """Whether it can be sampled at all."""
        return self.status in OPERATING


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Results of the period that belong to no object: without a code, or of producers not in this place."""

    without_code: int
    elsewhere: int


@dataclass(frozen=True)
class PlanObjects:
    """The objects, by kind, place and code."""

    question: PlanQuestion
    rows: tuple[PlanObject, ...]
    unplaced: Unplaced
    provenance: Provenance

    @cached_property
    def digest(self) -> str:
        """One digest of all rows: the same question to the same snapshot gives the same digest."""
        return rows_digest([row.row() for row in self.rows])


def plan_objects(snapshot: Snapshot, asked: PlanQuestion, engine: Engine | None = None) -> PlanObjects:
    """List the objects of the place, with what the ledger knows of them on the last day."""
    with engine or DuckEngine() as opened:
        define(opened, snapshot)
        return objects_found(opened, snapshot, asked)


def objects_found(engine: Engine, snapshot: Snapshot, asked: PlanQuestion) -> PlanObjects:
    """The same, from an engine that has the relations of `define`, and stays open."""
    found = engine.to_arrow(_objects_sql(asked), _bound(asked)).to_pylist()
    unplaced = engine.to_arrow(_unplaced_sql(asked), place_bound(asked)).to_pylist()[0]
    name = f"{engine.capabilities.name} {engine.capabilities.version}"
    return PlanObjects(
        question=asked,
        rows=tuple(_object(row, asked) for row in found),
        unplaced=Unplaced(**{key: int(count or 0) for key, count in unplaced.items()}),
        provenance=provenance(
            snapshot, pipeline=NAME, version=VERSION, parameters=asked.parameters(), engine=name
        ),
    )


def months_later(day: date, months: int) -> date:
    """The same day of the month, `months` later; the last of the month where there is no such day."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def define(engine: Engine, snapshot: Snapshot) -> None:
    """The relations that plans are made from: results with a known producer and a day, and enterprises."""
    datasets.results(engine, snapshot)
    datasets.enterprises(engine, snapshot)
    engine.define("plan_known", _KNOWN)


_KNOWN: Final = f"""
    SELECT result.entry, result.producer_uscc AS uscc, result.product_kind, result.day, result.selection,
        result.coverage, result.conforming, enterprise.name, enterprise.division, enterprise.industry
    FROM {datasets.RESULTS} AS result
    JOIN {datasets.ENTERPRISES} AS enterprise ON enterprise.uscc = result.producer_uscc
    WHERE result.producer_uscc <> '' AND result.day IS NOT NULL
"""  # noqa: S608  constants of the code

_SAMPLED: Final = """
    SELECT uscc, product_kind, MAX(day) AS last_sampled,
        CAST(SUM(CASE WHEN day >= CAST($since AS DATE) THEN 1 ELSE 0 END) AS BIGINT) AS samples,
        CAST(SUM(CASE WHEN day >= CAST($since AS DATE) THEN 1 - conforming ELSE 0 END) AS BIGINT) AS failures
    FROM plan_known WHERE day <= CAST($until AS DATE)
    GROUP BY uscc, product_kind
"""
# Of several samples on the last day one that failed decides.
_LAST: Final = """
    SELECT known.uscc, known.product_kind, MIN(known.conforming) AS last_conforming
    FROM plan_known AS known
    JOIN (
        SELECT uscc, product_kind, MAX(day) AS last_sampled FROM plan_known
        WHERE day <= CAST($until AS DATE) GROUP BY uscc, product_kind
    ) AS latest
    ON latest.uscc = known.uscc AND latest.product_kind = known.product_kind
        AND latest.last_sampled = known.day
    GROUP BY known.uscc, known.product_kind
"""
_TRADES: Final = """
    SELECT made.industry, made.product_kind FROM (
        SELECT industry, product_kind, COUNT(DISTINCT uscc) AS makers FROM plan_known
        WHERE industry <> '' AND day <= CAST($until AS DATE) GROUP BY industry, product_kind
    ) AS made
    JOIN (
        SELECT industry, COUNT(DISTINCT uscc) AS makers FROM plan_known
        WHERE industry <> '' AND day <= CAST($until AS DATE) GROUP BY industry
    ) AS whole
    ON whole.industry = made.industry
    WHERE made.makers * 100 >= whole.makers * $industry_share
"""


def _objects_sql(asked: PlanQuestion) -> str:
    narrowed = [sql for name, sql in _FILTERS.items() if name in _bound(asked)]
    where = " AND ".join(narrowed) or "TRUE"
    return f"""
        SELECT pair.product_kind, enterprise.uscc, enterprise.name, enterprise.division,
            COALESCE(enterprise.industry, '') AS industry, COALESCE(enterprise.status, '') AS status,
            COALESCE(sampled.samples, 0) AS samples, COALESCE(sampled.failures, 0) AS failures,
            sampled.last_sampled, COALESCE(latest.last_conforming, 1) AS last_conforming
        FROM (
            SELECT uscc, product_kind FROM ({_SAMPLED}) AS seen
            UNION
            SELECT enterprise.uscc, trade.product_kind FROM {datasets.ENTERPRISES} AS enterprise
            JOIN ({_TRADES}) AS trade ON trade.industry = enterprise.industry
        ) AS pair
        JOIN {datasets.ENTERPRISES} AS enterprise ON enterprise.uscc = pair.uscc
        LEFT JOIN ({_SAMPLED}) AS sampled
            ON sampled.uscc = pair.uscc AND sampled.product_kind = pair.product_kind
        LEFT JOIN ({_LAST}) AS latest
            ON latest.uscc = pair.uscc AND latest.product_kind = pair.product_kind
        WHERE {where}
        ORDER BY pair.product_kind, enterprise.division, enterprise.uscc
    """  # noqa: S608  constants of the code; every value of the question is bound


_FILTERS: Final = {
    "division": "enterprise.division >= $division AND enterprise.division < $division_end",
    "product_kind": "pair.product_kind = $product_kind",
}


def _unplaced_sql(asked: PlanQuestion) -> str:
    bound = place_bound(asked)
    inside = (
        "enterprise.division >= $division AND enterprise.division < $division_end"
        if "division" in bound
        else "enterprise.uscc IS NOT NULL"
    )
    kind = "AND result.product_kind = $product_kind" if "product_kind" in bound else ""
    return f"""
        SELECT
            SUM(CASE WHEN result.producer_uscc = '' THEN 1 ELSE 0 END) AS without_code,
            SUM(CASE WHEN result.producer_uscc <> '' AND NOT COALESCE({inside}, FALSE)
                THEN 1 ELSE 0 END) AS elsewhere
        FROM {datasets.RESULTS} AS result
        LEFT JOIN {datasets.ENTERPRISES} AS enterprise ON enterprise.uscc = result.producer_uscc
        WHERE result.day >= CAST($since AS DATE) AND result.day <= CAST($until AS DATE) {kind}
    """  # noqa: S608  constants of the code; every value of the question is bound


def place_bound(asked: PlanQuestion) -> dict[str, Value]:
    """The values of the period, the place and the kind."""
    values: dict[str, Value] = {"since": asked.since.isoformat(), "until": asked.until.isoformat()}
    prefix = division_prefix(asked.division) if asked.division else ""
    if prefix:
        values["division"] = prefix
        values["division_end"] = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    if asked.product_kind:
        values["product_kind"] = asked.product_kind
    return values


def _bound(asked: PlanQuestion) -> dict[str, Value]:
    return {**place_bound(asked), "industry_share": asked.industry_share}


def _object(row: dict[str, Any], asked: PlanQuestion) -> PlanObject:
    last = row["last_sampled"]
    return PlanObject(
        product_kind=row["product_kind"],
        place=asked.place(row["division"]),
        uscc=row["uscc"],
        name=row["name"],
        division=row["division"],
        industry=row["industry"],
        status=row["status"],
        basis="sampled" if last else "industry",
        samples=int(row["samples"]),
        failures=int(row["failures"]),
        last_sampled=last,
        last_failed=bool(last and not row["last_conforming"]),
        eligible_from=months_later(last, asked.waiting_months) if last else None,
    )
