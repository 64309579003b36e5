"""What a report is about, said without any language: place, period, kind, and how it is counted.

The scope decides the report's code and the level of its table of divisions. This module refuses a
scope about which no honest report can be written: a period that ends before it begins or in the future.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from zhiheng.analytics.pipelines.extent import Extent
from zhiheng.analytics.pipelines.public_rows import Level
from zhiheng.foundation.ledger.entries import BEIJING
from zhiheng.foundation.org.actors import NATION
from zhiheng.kernel.chain import Json
from zhiheng.kernel.codes.division import parse
from zhiheng.kernel.errors import N_, refuse

LEVELS: Final = (0.90, 0.95, 0.99)
MOST_ROWS: Final = 100


@dataclass(frozen=True, slots=True)
class Scope:
    """The parameters of a report. `published_by`: a producer is named for what was public by that day."""

    division: str
    since: date
    until: date
    published_by: date
    product_kind: str = ""
    level: float = 0.95
    small_below: int = 30
    items: int = 30
    producers: int = 20

    def __post_init__(self) -> None:
        # A code may be typed with full-width digits; it is kept as the ledger writes it.
        object.__setattr__(self, "division", str(parse(self.division)))
        if self.since > self.until:
            raise refuse(
                "report.period",
                N_("The period ends on %(until)s, before it begins on %(since)s."),
                N_("Swap the two days."),
                since=self.since.isoformat(),
                until=self.until.isoformat(),
            )
        if self.until > self.published_by:
            raise refuse(
                "report.period_ahead",
                N_("The period ends on %(until)s, which is after today."),
                N_("Report on a period that is over."),
                until=self.until.isoformat(),
            )
        if self.level not in LEVELS:
            raise refuse(
                "report.level",
                N_("The confidence level %(level)s is not offered."),
                N_("Choose 0.90, 0.95 or 0.99."),
                level=self.level,
            )
        if self.small_below < 1 or not 1 <= self.items <= MOST_ROWS or not 1 <= self.producers <= MOST_ROWS:
            raise refuse(
                "report.rows",
                N_("Items and producers are listed from 1 to %(most)d, and a small group has at least one."),
                most=MOST_ROWS,
            )

    @property
    def extent(self) -> Extent:
        """The results that the report is about."""
        return Extent(self.since, self.until, self.division, self.product_kind)

    @property
    def below(self) -> Level | None:
        """The level one below the division; a county has none."""
        if self.division == NATION:
            return "province"
        if self.division.endswith("0000"):
            return "city"
        return "county" if self.division.endswith("00") else None

    @property
    def period(self) -> str:
        """The period as it stands in the report's code: 2026, 2026-H1, 2026-Q1, 2026-03 or two days."""
        year, first = self.since.year, self.since.day == 1
        ends = (self.until + timedelta(days=1)).day == 1
        if first and ends and year == self.until.year:
            months = (self.since.month, self.until.month)
            if months == (1, 12):
                return f"{year}"
            if months in ((1, 6), (7, 12)):
                return f"{year}-H{months[1] // 6}"
            if months[0] % 3 == 1 and months[1] == months[0] + 2:
                return f"{year}-Q{months[1] // 3}"
            if months[0] == months[1]:
                return f"{year}-{months[0]:02d}"
        return f"{self.since:%Y%m%d}-{self.until:%Y%m%d}"

    def parameters(self) -> dict[str, Json]:
        """The scope as JSON, whole."""
        return {
            "division": self.division,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "published_by": self.published_by.isoformat(),
            "product_kind": self.product_kind,
            "level": self.level,
            "small_below": self.small_below,
            "items": self.items,
            "producers": self.producers,
        }


def scope_of(parameters: dict[str, Json]) -> Scope:
    """The scope that was written down."""
    plain = dict(parameters)
    for name in ("since", "until", "published_by"):
        plain[name] = date.fromisoformat(str(plain[name]))  # type: ignore[assignment]
    return Scope(**plain)  # type: ignore[arg-type]


def published_day(at: datetime) -> date:
    """The day by which failures count as published in a report that is drafted now."""
    return at.astimezone(BEIJING).date()
