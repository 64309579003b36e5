"""What results and entries of the ledger say, in words that a citizen understands.

Each sentence says of what it speaks: a verdict is about this sample of this batch, never about an
enterprise. This module refuses to soften a verdict and to sharpen it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, cast

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhiheng.domains.supervision.models import Result
from zhiheng.foundation.ledger.entries import BEIJING
from zhiheng.foundation.ledger.facts.base import Fact
from zhiheng.foundation.ledger.facts.enterprise import EnterpriseRecorded
from zhiheng.foundation.ledger.facts.org import AgencyOpened
from zhiheng.foundation.ledger.facts.report import ReportPublished
from zhiheng.foundation.ledger.facts.spot_check import SpotCheckResult
from zhiheng.foundation.ledger.models import split_id
from zhiheng.foundation.ledger.selectors import ArchiveEntry


def state_of(verdict: str, retest: str) -> str:
    """The badge of a result: the retest has the last word."""
    if retest in (Result.Retest.OVERTURNED, Result.Retest.CONFIRMED):
        return str(retest)
    return verdict


def verdict_said(result: Result) -> str:
    """The verdict in a sentence, with what it speaks of."""
    if result.retest == Result.Retest.OVERTURNED:
        return _(
            "The first test of this sample found it nonconforming; the retest found it conforming. The retest"
            " counts: this sample of this batch conformed in the items that were tested."
        )
    if result.verdict == Result.Verdict.CONFORMING:
        return _("This sample of this batch conformed in the items that were tested.")
    if result.retest == Result.Retest.CONFIRMED:
        return _("This sample of this batch did not conform; the retest found the same.")
    return _("This sample of this batch did not conform in the items named below.")


def selection_said(result: Result) -> str:
    """How the sampled object was chosen, and what follows from that."""
    return {
        Result.Selection.RANDOM: _("Together such samples speak of the market they were drawn from."),
        Result.Selection.RISK_TARGETED: _("Picked because a failure was more likely there."),
        Result.Selection.UNDECLARED: _("The source does not say how the sample was chosen."),
    }[Result.Selection(result.selection)]


def coverage_said(result: Result) -> str:
    """What the source makes known, and what follows from that."""
    return {
        Result.Coverage.ALL_RESULTS: _("The source makes all its results known."),
        Result.Coverage.FAILURES_ONLY: _(
            "The source makes failures only known: no pass rate can be computed from it."
        ),
        Result.Coverage.UNDECLARED: _("The source does not say whether it makes all its results known."),
    }[Result.Coverage(result.coverage)]


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as the timeline shows it."""

    number: str
    occurred_at: date | datetime
    title: str
    text: str
    state: str
    href: str
    hash: str
    basis: str
    corrects: str
    corrected_by: str


def name_of(identifier: int, books: dict[int, str]) -> str:
    """An entry as people cite it: its book and its number."""
    book, number = split_id(identifier)
    return f"{books.get(book, '')}-{number}"


def told(entries: Iterable[ArchiveEntry]) -> list[Told]:
    """Entries of an archive for the timeline."""
    shown = list(entries)
    books = {split_id(entry.id)[0]: entry.book for entry in shown}
    here = {entry.id for entry in shown}

    def on_this_page(identifier: int | None) -> str:
        # The timeline leads to the other entry by an anchor, so it must stand on the same page.
        return name_of(identifier, books) if identifier in here and identifier is not None else ""

    return [
        Told(
            number=f"{entry.book}-{entry.number}",
            occurred_at=_when(entry.occurred_at),
            title=title_of(entry.fact),
            text=text_of(entry.fact),
            state=_state(entry.fact),
            href=reverse("portal:entry", args=[entry.book, entry.number]),
            hash=entry.hash.hex(),
            basis=entry.basis,
            corrects=on_this_page(entry.corrects),
            corrected_by=on_this_page(entry.corrected_by),
        )
        for entry in shown
    ]


def _when(moment: datetime) -> date | datetime:
    """A moment; the day alone where the ledger knows no more than that (its first moment in Beijing)."""
    local = moment.astimezone(BEIJING)
    return local.date() if local.time() == time() else local


def title_of(fact: Fact) -> str:
    """What an entry says, as a heading."""
    titles: dict[type[Fact], Callable[[Any], str]] = {
        EnterpriseRecorded: lambda one: _("Registered particulars: %(name)s") % {"name": one.name},
        SpotCheckResult: lambda one: _("Spot check: %(product)s") % {"product": one.product_name},
        AgencyOpened: lambda one: _("Body entered: %(name)s") % {"name": one.name},
        ReportPublished: lambda one: _("Report published: %(title)s") % {"title": one.title},
    }
    said = titles.get(type(fact))
    return said(fact) if said else fact.KIND


def text_of(fact: Fact) -> str:
    """The rest of what an entry says, in one line."""
    parts: tuple[tuple[str, str], ...] = ()
    if isinstance(fact, SpotCheckResult):
        parts = (
            (pgettext("fact", "Authority"), fact.authority),
            (pgettext("fact", "Bulletin"), fact.source),
            (pgettext("fact", "Producer"), fact.producer.name if fact.producer else ""),
            (pgettext("fact", "Sampled at"), fact.seller.name if fact.seller else ""),
            (pgettext("fact", "Batch"), fact.batch),
            (pgettext("fact", "Failed items"), "、".join(fact.failed_items)),
            (pgettext("fact", "Reason of the correction"), fact.reason),
        )
    elif isinstance(fact, EnterpriseRecorded):
        parts = (
            (pgettext("fact", "Address"), fact.address),
            (pgettext("fact", "Former names"), "、".join(fact.former_names)),
        )
    between = pgettext("between field and error", ": ")
    return " · ".join(f"{name}{between}{value}" for name, value in parts if value)


def _state(fact: Fact) -> str:
    if isinstance(fact, SpotCheckResult):
        return state_of(fact.verdict, fact.retest)
    return cast(str, getattr(fact, "status", "")) if isinstance(fact, EnterpriseRecorded) else ""
