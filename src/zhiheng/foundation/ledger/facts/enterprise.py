"""Facts about enterprises: their particulars as a source stated them, and parties recognised later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from zhiheng.foundation.ledger.facts.base import Fact, Subject, fact


@fact
@dataclass(frozen=True, slots=True)
class EnterpriseRecorded(Fact):
    """The particulars of an enterprise, whole; a change is a new fact that corrects the last."""

    KIND: ClassVar[str] = "enterprise.recorded"
    VERSION: ClassVar[int] = 1
    PUBLIC: ClassVar[bool] = True

    uscc: str
    name: str
    division: str
    former_names: tuple[str, ...] = ()
    address: str = ""
    industry: str = ""
    type: str = ""
    established: date | None = None
    capital: str = ""
    status: str = ""
    scope: str = ""

    def subjects(self) -> tuple[Subject, ...]:
        """The enterprise."""
        return (Subject("enterprise", self.uscc),)


@fact
@dataclass(frozen=True, slots=True)
class PartyResolved(Fact):
    """A person decided which enterprise a name without a code means."""

    KIND: ClassVar[str] = "enterprise.party_resolved"
    VERSION: ClassVar[int] = 1

    name: str
    uscc: str
    reason: str
    results: int

    def subjects(self) -> tuple[Subject, ...]:
        """The enterprise that was meant."""
        return (Subject("enterprise", self.uscc),)


@fact
@dataclass(frozen=True, slots=True)
class PartyReleased(Fact):
    """A decision on what a name means was taken back; `results` is how many had followed it."""

    KIND: ClassVar[str] = "enterprise.party_released"
    VERSION: ClassVar[int] = 1

    name: str
    uscc: str
    reason: str
    results: int

    def subjects(self) -> tuple[Subject, ...]:
        """The enterprise that had been taken to be meant."""
        return (Subject("enterprise", self.uscc),)
