"""Facts about files that came in and went out: what was taken from which file, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zhiheng.foundation.ledger.facts.base import Fact, Subject, fact


@fact
@dataclass(frozen=True, slots=True)
class ImportOpened(Fact):
    """A file was handed in for import."""

    KIND: ClassVar[str] = "run.import_opened"
    VERSION: ClassVar[int] = 1

    run: str
    sheet: str
    file: str
    digest: str
    mapping: str = ""

    def subjects(self) -> tuple[Subject, ...]:
        """The run."""
        return (Subject("run", self.run),)


@fact
@dataclass(frozen=True, slots=True)
class ImportClosed(Fact):
    """An import ended, every row accounted for: accepted + unresolved + refused + skipped = rows."""

    KIND: ClassVar[str] = "run.import_closed"
    VERSION: ClassVar[int] = 1

    run: str
    sheet: str
    digest: str
    state: str
    rows: int
    accepted: int
    unresolved: int
    refused: int
    skipped: int

    def subjects(self) -> tuple[Subject, ...]:
        """The run."""
        return (Subject("run", self.run),)


@fact
@dataclass(frozen=True, slots=True)
class MappingSaved(Fact):
    """A mapping from a source's headings and words to ours was saved; rows imported later follow it."""

    KIND: ClassVar[str] = "run.mapping_saved"
    VERSION: ClassVar[int] = 1

    name: str
    sheet: str
    digest: str
