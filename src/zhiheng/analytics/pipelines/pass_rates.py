"""Pass rates: what share of the samples conformed, by kind, place, authority, period or producer.

Each population keeps its own rates: random samples, risk-targeted samples and samples of which
nobody said how they were chosen are never added up. Sources that report failures only, by their
own declaration, enter no rate; they are counted beside it. Intervals are Wilson's and
Clopper-Pearson's; groups below `small_below` are marked, and every group has a shrunken rate
beside its own (beta-binomial within its population).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zhiheng.analytics import datasets
from zhiheng.analytics.engine import DuckEngine, Engine
from zhiheng.analytics.engine.port import Value
from zhiheng.analytics.provenance import Provenance, provenance, rows_digest
from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.foundation.org.actors import division_prefix
from zhiheng.kernel.chain import Json
from zhiheng.kernel.errors import N_, refuse
from zhiheng.methods.survey.betabinomial import prior
from zhiheng.methods.survey.populations import Coverage, Design, Population, pass_rate, tally
from zhiheng.methods.survey.shrinkage import shrink

NAME: Final = "pass_rates"
VERSION: Final = 1

Dimension = Literal[
    "product_kind",
    "province",
    "city",
    "county",
    "authority",
    "year",
    "quarter",
    "month",
    "producer",
    "laboratory",
    "source",
]

# What a dimension is in SQL: the value that rows are grouped by, and how the group is then called.
# Constants of the code, so that no input ever becomes part of a question; numbers where they
# serve, because ten million rows are grouped by the value and only the groups are named.
DIMENSIONS: Final[dict[str, tuple[str, str]]] = {
    "product_kind": ("product_kind", "{0}"),
    "province": ("SUBSTRING(division, 1, 2)", "{0} || '0000'"),
    "city": ("SUBSTRING(division, 1, 4)", "{0} || '00'"),
    "county": ("division", "{0}"),
    "authority": ("authority", "{0}"),
    "year": ("YEAR(day)", "CAST({0} AS STRING)"),
    "quarter": (
        "YEAR(day) * 10 + QUARTER(day)",
        "CAST(CAST(({0} - {0} % 10) / 10 AS BIGINT) AS STRING) || 'Q' || CAST({0} % 10 AS STRING)",
    ),
    "month": (
        "YEAR(day) * 100 + MONTH(day)",
        (
            "CAST(CAST(({0} - {0} % 100) / 100 AS BIGINT) AS STRING) || '-' || "
            "LPAD(CAST({0} % 100 AS STRING), 2, '0')"
        ),
    ),
    "producer": ("CASE WHEN producer_uscc <> '' THEN producer_uscc ELSE producer_name END", "{0}"),
    "laboratory": ("laboratory", "{0}"),
    "source": ("source", "{0}"),
}
_LEVELS: Final = (0.90, 0.95, 0.99)
_FIGURES: Final = (
    "estimate",
    "lower",
    "upper",
    "exact_lower",
    "exact_upper",
    "shrunk",
    "shrunk_lower",
    "shrunk_upper",
)
_COLUMNS: Final = ("selection", "n", "conforming", *_FIGURES, "small")
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PassRateQuestion:
    """What is asked. `by` may be empty: one rate for all. Texts that are empty do not filter.

    `published_by` leaves out what was not published by the end of that day: strangers ask with it.
    """

    by: tuple[Dimension, ...] = ()
    since: date | None = None
    until: date | None = None
    division: str = ""
    product_kind: str = ""
    authority: str = ""
    producer: str = ""
    selection: str = ""
    level: float = 0.95
    small_below: int = 30
    published_by: date | None = None

    def __post_init__(self) -> None:
        unknown = [dimension for dimension in self.by if dimension not in DIMENSIONS]
        if unknown or len(set(self.by)) != len(self.by):
            raise refuse(
                "pass_rates.dimension",
                N_("Pass rates cannot be grouped by %(found)s."),
                N_("Choose among: %(known)s, each once."),
                found=", ".join(unknown or self.by),
                known=", ".join(DIMENSIONS),
            )
        if self.level not in _LEVELS:
            raise refuse(
                "pass_rates.level",
                N_("The confidence level %(level)s is not offered."),
                N_("Choose 0.90, 0.95 or 0.99."),
                level=self.level,
            )
        if self.since and self.until and self.since > self.until:
            raise refuse(
                "pass_rates.period",
                N_("The period ends on %(until)s, before it begins on %(since)s."),
                N_("Swap the two days."),
                since=str(self.since),
                until=str(self.until),
            )

    def parameters(self) -> dict[str, Json]:
        """The question as JSON, whole: what is written down beside every published rate."""
        plain = asdict(self)
        plain["by"] = list(self.by)
        plain["since"] = self.since.isoformat() if self.since else ""
        plain["until"] = self.until.isoformat() if self.until else ""
        if self.published_by:
            plain["published_by"] = self.published_by.isoformat()
        else:
            # Left out, not empty: what was written down before it could be asked for reads the same.
            del plain["published_by"]
        return plain


def question(parameters: dict[str, Json]) -> PassRateQuestion:
    """The question that was written down."""
    plain = dict(parameters)
    for name in ("since", "until", "published_by"):
        plain[name] = date.fromisoformat(str(plain[name])) if plain.get(name) else None  # type: ignore[assignment]
    plain["by"] = tuple(plain.get("by") or ())  # type: ignore[arg-type]
    return PassRateQuestion(**plain)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Rate:
    """One group's rate. `keys` are the group's values in the order of the question's dimensions."""

    keys: tuple[str, ...]
    selection: str
    n: int
    conforming: int
    estimate: float
    lower: float
    upper: float
    exact_lower: float
    exact_upper: float
    shrunk: float
    shrunk_lower: float
    shrunk_upper: float
    small: bool

    def row(self) -> list[Json]:
        """The rate as JSON values: counts exact, rates to twelve places, which every machine reaches."""
        rates = (getattr(self, name) for name in _FIGURES)
        return [
            list(self.keys),
            self.selection,
            self.n,
            self.conforming,
            *(round(rate, 12) for rate in rates),
        ]


@dataclass(frozen=True, slots=True)
class Excluded:
    """What was asked for but enters no rate, and why."""

    failures_only: int
    undeclared_coverage: int
    undated: int


@dataclass(frozen=True)
class PassRates:
    """Rates with their provenance. There is one list, but never one rate, for several populations.

    `table` holds a group a row: k0, k1 … (the group's values), selection, n, conforming and the
    figures of `Rate`. Whoever shows a page of it reads `rates`; whoever exports it, the table.
    """

    question: PassRateQuestion
    table: pa.Table
    excluded: Excluded
    provenance: Provenance

    @cached_property
    def rates(self) -> tuple[Rate, ...]:
        """The rates one by one."""
        keys = [self.table[f"k{number}"].to_pylist() for number in range(len(self.question.by))]
        groups = list(zip(*keys, strict=True)) if keys else [()] * self.table.num_rows
        figures = zip(*(self.table[name].to_pylist() for name in _COLUMNS), strict=True)
        return tuple(Rate(key, *figure) for key, figure in zip(groups, figures, strict=True))

    @cached_property
    def digest(self) -> str:
        """One digest of all rates: the same question to the same snapshot gives the same digest."""
        return rows_digest([rate.row() for rate in self.rates])

    @property
    def populations(self) -> tuple[str, ...]:
        """The populations that the rates speak of."""
        return tuple(sorted(set(self.table["selection"].to_pylist())))


def pass_rates(snapshot: Snapshot, asked: PassRateQuestion, engine: Engine | None = None) -> PassRates:
    """Answer the question from the snapshot."""
    with engine or DuckEngine() as opened:
        datasets.results(opened, snapshot)
        counted = opened.to_arrow(_counts_sql(asked), _bound(asked))
        excluded = opened.to_arrow(_excluded_sql(asked), _bound(asked)).to_pylist()[0]
        name = f"{opened.capabilities.name} {opened.capabilities.version}"
    return PassRates(
        question=asked,
        table=_with_figures(counted, asked),
        excluded=Excluded(**{name: int(count or 0) for name, count in excluded.items()}),
        provenance=provenance(
            snapshot, pipeline=NAME, version=VERSION, parameters=asked.parameters(), engine=name
        ),
    )


def _counts_sql(asked: PassRateQuestion) -> str:
    dimensions = [DIMENSIONS[dimension] for dimension in asked.by]
    grouped = "".join(f"{value} AS v{number}, " for number, (value, _) in enumerate(dimensions))
    named = "".join(
        f"COALESCE({name.format(f'v{number}')}, '') AS k{number}, "
        for number, (_, name) in enumerate(dimensions)
    )
    order = ", ".join([*(f"k{number}" for number in range(len(dimensions))), "selection"])
    return f"""
        SELECT {named} selection, n, conforming FROM (
            SELECT {grouped} selection, COUNT(*) AS n, CAST(SUM(conforming) AS BIGINT) AS conforming
            FROM {datasets.RESULTS}
            WHERE {_where(asked)} AND coverage = '{Coverage.ALL_RESULTS}' AND day IS NOT NULL
            GROUP BY ALL
        ) ORDER BY {order}
    """  # noqa: S608  constants of the code; every value of the question is bound


def _excluded_sql(asked: PassRateQuestion) -> str:
    return f"""
        SELECT
            SUM(CASE WHEN coverage = '{Coverage.FAILURES_ONLY}' THEN 1 ELSE 0 END) AS failures_only,
            SUM(CASE WHEN coverage NOT IN ('{Coverage.ALL_RESULTS}', '{Coverage.FAILURES_ONLY}')
                THEN 1 ELSE 0 END) AS undeclared_coverage,
            SUM(CASE WHEN coverage = '{Coverage.ALL_RESULTS}' AND day IS NULL THEN 1 ELSE 0 END) AS undated
        FROM {datasets.RESULTS} WHERE {_where(asked)}
    """  # noqa: S608  constants of the code; every value of the question is bound


_FILTERS: Final = {
    "since": "(day >= CAST($since AS DATE) OR day IS NULL)",
    "until": "(day <= CAST($until AS DATE) OR day IS NULL)",
    "division": "division >= $division AND division < $division_end",
    "product_kind": "product_kind = $product_kind",
    "authority": "authority = $authority",
    "producer": "(producer_uscc = $producer OR producer_name = $producer)",
    "selection": "selection = $selection",
    "published_by": "published_on <= CAST($published_by AS DATE)",
}


def _where(asked: PassRateQuestion) -> str:
    wanted = [sql for name, sql in _FILTERS.items() if name in _bound(asked)]
    return " AND ".join(wanted) or "TRUE"


def _bound(asked: PassRateQuestion) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name in _FILTERS:
        value = getattr(asked, name)
        if value:
            values[name] = value.isoformat() if isinstance(value, date) else value
    if asked.division:
        prefix = division_prefix(asked.division)
        if prefix:
            values["division"] = prefix
            values["division_end"] = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        else:
            del values["division"]
    return values


def _with_figures(counted: pa.Table, asked: PassRateQuestion) -> pa.Table:
    """Add the figures, population by population; the order of the question is kept."""
    selections = counted["selection"].to_numpy(zero_copy_only=False)
    total = counted["n"].to_numpy().astype(np.int64)
    conforming = counted["conforming"].to_numpy().astype(np.int64)
    figures = np.full((len(_FIGURES), counted.num_rows), np.nan)
    for design in Design:
        at = np.flatnonzero(selections == str(design))
        if at.size:
            figures[:, at] = _figures(design, conforming[at], total[at], asked.level)
    for name, values in zip(_FIGURES, figures, strict=True):
        counted = counted.append_column(name, pa.array(values))
    return counted.append_column("small", pa.array(total < asked.small_below))


def _figures(design: Design, conforming: Integers, total: Integers, level: float) -> Floats:
    """The figures of each group. Small groups are many and alike, so each pair of counts is computed once."""
    pairs, place = np.unique(total << 32 | conforming, return_inverse=True)
    good, n = pairs & 0xFFFF_FFFF, pairs >> 32
    of = tally(Population(design, Coverage.ALL_RESULTS), n - good, n)
    wilson = pass_rate(of, method="wilson", level=level)
    exact = pass_rate(of, method="clopper_pearson", level=level)
    # The prior is fitted to all groups, not to the pairs: how many are alike is what it learns from.
    steady = shrink(good, n, level=level, given=prior(conforming, total))
    intervals = (wilson.estimate, wilson.lower, wilson.upper, exact.lower, exact.upper)
    return np.stack([*intervals, steady.mean, steady.lower, steady.upper])[:, place]
