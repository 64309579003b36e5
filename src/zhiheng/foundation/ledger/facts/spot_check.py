"""The recorded result of a spot check: who was sampled where, what, by which standard, with what outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from zhiheng.foundation.ledger.facts.base import Fact, Subject, fact


@dataclass(frozen=True, slots=True)
class Party:
    """An enterprise as a result names it. `uscc` is empty while nobody knows which enterprise is meant."""

    name: str
    uscc: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One tested item. Values stay text, as the laboratory wrote them ("<0.1", "未检出")."""

    name: str
    value: str = ""
    unit: str = ""
    limit: str = ""
    verdict: str = ""
    method: str = ""


@fact
@dataclass(frozen=True, slots=True)
class SpotCheckResult(Fact):
    """One sample and its verdict.

    `selection` says how the object was chosen (random, risk_targeted, undeclared) and `coverage`
    whether the source reports all results or failures only: the two things that decide into which
    rate, if any, the result may enter. `division` of the entry is the place of sampling.
    `reason` says why an entry corrects an earlier one; a first entry has none.
    """

    KIND: ClassVar[str] = "spot_check.result"
    VERSION: ClassVar[int] = 1

    record: str
    source: str
    authority: str
    product_kind: str
    product_name: str
    verdict: str
    selection: str
    coverage: str
    sampled_on: date | None = None
    published_on: date | None = None
    producer: Party | None = None
    seller: Party | None = None
    brand: str = ""
    model: str = ""
    batch: str = ""
    standards: tuple[str, ...] = ()
    laboratory: str = ""
    laboratory_code: str = ""
    items: tuple[Item, ...] = ()
    failed_items: tuple[str, ...] = ()
    retest: str = ""
    counterfeit: bool | None = None
    note: str = ""
    source_url: str = ""
    key: str = ""
    reason: str = ""

    def subjects(self) -> tuple[Subject, ...]:
        """The result itself, the enterprises that are known, and the laboratory where it has a code."""
        found = [Subject("result", self.key)] if self.key else []
        found += [
            Subject("enterprise", party.uscc)
            for party in (self.producer, self.seller)
            if party and party.uscc
        ]
        if self.laboratory_code:
            found.append(Subject("laboratory", self.laboratory_code))
        return tuple(found)
