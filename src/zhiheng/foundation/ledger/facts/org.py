"""Facts about the organisation: who may act, since when. No personal data: officers stand as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from zhiheng.foundation.ledger.facts.base import Fact, Subject, fact


@fact
@dataclass(frozen=True, slots=True)
class DivisionsLoaded(Fact):
    """A table of divisions was taken in: how many rows, from which source, under which digest."""

    KIND: ClassVar[str] = "org.divisions_loaded"
    VERSION: ClassVar[int] = 1

    source: str
    rows: int
    digest: str


@fact
@dataclass(frozen=True, slots=True)
class AgencyOpened(Fact):
    """An authority, laboratory or other body was entered."""

    KIND: ClassVar[str] = "org.agency_opened"
    VERSION: ClassVar[int] = 1
    PUBLIC: ClassVar[bool] = True

    code: str
    name: str
    kind: str
    level: int
    division: str
    name_en: str = ""

    def subjects(self) -> tuple[Subject, ...]:
        """The agency; a laboratory under its own kind."""
        return (Subject("laboratory" if self.kind == "laboratory" else "agency", self.code),)


@fact
@dataclass(frozen=True, slots=True)
class OfficerAppointed(Fact):
    """An officer was given a role."""

    KIND: ClassVar[str] = "org.officer_appointed"
    VERSION: ClassVar[int] = 1

    officer: int
    agency: str
    role: str
    since: date

    def subjects(self) -> tuple[Subject, ...]:
        """The agency for which the officer acts."""
        return (Subject("agency", self.agency),)


@fact
@dataclass(frozen=True, slots=True)
class OfficerDismissed(Fact):
    """A role of an officer ended."""

    KIND: ClassVar[str] = "org.officer_dismissed"
    VERSION: ClassVar[int] = 1

    officer: int
    agency: str
    role: str
    until: date

    def subjects(self) -> tuple[Subject, ...]:
        """The agency for which the officer acted."""
        return (Subject("agency", self.agency),)


@fact
@dataclass(frozen=True, slots=True)
class TokenIssued(Fact):
    """A key for programs was made."""

    KIND: ClassVar[str] = "org.token_issued"
    VERSION: ClassVar[int] = 1

    officer: int
    label: str
    scopes: tuple[str, ...]
    expires_on: date


@fact
@dataclass(frozen=True, slots=True)
class TokenRevoked(Fact):
    """A key for programs was made invalid before its time."""

    KIND: ClassVar[str] = "org.token_revoked"
    VERSION: ClassVar[int] = 1

    officer: int
    label: str
