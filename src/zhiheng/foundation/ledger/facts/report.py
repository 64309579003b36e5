"""Facts about quality reports: what officials did with them, each with the digest of the content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from zhiheng.foundation.ledger.facts.base import Fact, Subject, fact


@fact
@dataclass(frozen=True, slots=True)
class ReportActed(Fact):
    """An official acted on a report: `act` of the workflow, the state it came to, and why."""

    KIND: ClassVar[str] = "report.acted"
    VERSION: ClassVar[int] = 1

    report: str
    act: str
    state: str
    content: str
    reason: str = ""

    def subjects(self) -> tuple[Subject, ...]:
        """The report."""
        return (Subject("report", self.report),)


@fact
@dataclass(frozen=True, slots=True)
class ReportPublished(Fact):
    """A report was published: what it says (digest of its content) and what it was computed from."""

    KIND: ClassVar[str] = "report.published"
    VERSION: ClassVar[int] = 1
    PUBLIC: ClassVar[bool] = True

    report: str
    title: str
    period_from: date
    period_to: date
    content: str
    snapshot: str
    manifest: str
    pipeline: str
    parameters: str

    def subjects(self) -> tuple[Subject, ...]:
        """The report."""
        return (Subject("report", self.report),)
