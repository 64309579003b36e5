"""Entries of the ledger made ready for a timeline: words, names of people, links to the entry itself.

It reads what `entries_visible` lets through and nothing else; it refuses to interpret what it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from zhiheng.doors.workbench.desk import WORKERS
from zhiheng.doors.workbench.said import said_of
from zhiheng.foundation.ledger.entries import BEIJING
from zhiheng.foundation.ledger.facts.base import all_facts
from zhiheng.foundation.ledger.facts.enterprise import EnterpriseRecorded
from zhiheng.foundation.ledger.facts.spot_check import SpotCheckResult
from zhiheng.foundation.ledger.models import Book, Entry, EntrySubject, entry_id, split_id
from zhiheng.foundation.ledger.selectors import ArchiveEntry, archive_entry, entries_visible
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.models import Agency, Officer

HISTORY_MOST: Final = 200
RECENT_WITHIN: Final = 20_000
RECENT: Final = 8
# Facts that come by the thousand with a file.
_BULK: Final = (SpotCheckResult.KIND, EnterpriseRecorded.KIND)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the timeline of the look takes it."""

    number: str
    occurred_at: datetime | date
    title: str
    actor: str
    text: str
    state: str
    href: str
    hash: str
    basis: str
    corrects: str
    corrected_by: str
    act: bool
    proof: str


def entry_name(book: str, number: int) -> str:
    """How an entry is cited: its book and its number there."""
    return f"{book}/{number}"


def about(actor: Actor, kind: str, key: str, on: date) -> list[Line]:
    """All that the actor may know about a thing, the latest first: at most four queries."""
    numbers = EntrySubject.objects.filter(kind=kind, key=key).values("entry_id")
    visible = entries_visible(actor, on)
    rows = list(
        visible.filter(id__in=numbers).select_related("book").order_by("-occurred_at", "-id")[:HISTORY_MOST]
    )
    standing = {row.corrects: row.id for row in sorted(rows, key=lambda row: row.id) if row.corrects}
    return lines(actor, [archive_entry(row, standing.get(row.id)) for row in rows])


def recent_acts(actor: Actor, on: date) -> list[Line]:
    """What the actor did lately, among the last entries of the actor's agency."""
    book = Book.objects.filter(key=actor.agency).first()
    if book is None:
        return []
    since = entry_id(book.pk, max(book.head - RECENT_WITHIN, 0))
    rows = _acts(entries_visible(actor, on)).filter(id__gt=since, id__lte=entry_id(book.pk, book.head))
    found = rows.filter(actor=actor.key).select_related("book").order_by("-id")[:RECENT]
    return lines(actor, [archive_entry(row, None) for row in found])


def acts_of(actor: Actor, on: date, who: str, kind: str) -> QuerySet[Entry]:
    """The acts that the actor may see, by whom and of which kind, for the auditor's list."""
    rows = _acts(entries_visible(actor, on)).select_related("book").order_by("-id")
    if who:
        rows = rows.filter(actor=who)
    return rows.filter(kind=kind) if kind else rows


def _acts(rows: QuerySet[Entry]) -> QuerySet[Entry]:
    """What a person did: facts of their own kinds, and results that a person corrected."""
    kinds = [kind.KIND for kind in all_facts() if kind.KIND not in _BULK]
    return rows.filter(Q(kind__in=kinds) | Q(kind=SpotCheckResult.KIND, corrects__isnull=False))


def archived(rows: Iterable[Entry]) -> list[ArchiveEntry]:
    """Stored entries as the archive shows them, without looking for corrections."""
    return [archive_entry(row) for row in rows]


def lines(actor: Actor, entries: Sequence[ArchiveEntry]) -> list[Line]:
    """Entries as lines: three queries for the names of officers, agencies and books."""
    people, agencies = _people(actor, entries), _agencies(entries)
    books = _books(entries)

    def named(identifier: int | None) -> str:
        if identifier is None:
            return ""
        book, number = split_id(identifier)
        return entry_name(books.get(book, "?"), number)

    found = []
    for entry in entries:
        said = said_of(entry.fact)
        who = [people.get(entry.actor) or _("the program"), agencies.get(entry.agency, entry.agency)]
        found.append(
            Line(
                number=entry_name(entry.book, entry.number),
                occurred_at=_day_or_moment(entry.occurred_at),
                title=said.title,
                actor=" · ".join(who if entry.actor == "system" or entry.actor in people else who[1:]),
                text=said.text,
                state=said.state,
                # What is about the work is closed to administrators: a link would lead to a refusal.
                href=said.href if actor.has(*WORKERS) else "",
                hash=entry.hash.hex(),
                basis=entry.basis,
                corrects=named(entry.corrects),
                corrected_by=named(entry.corrected_by),
                act=said.act,
                proof=reverse("workbench:entry", args=[entry.book, entry.number]),
            )
        )
    return found


def _day_or_moment(at: datetime) -> datetime | date:
    """What is known to the day only stands at its first moment: an hour would claim more than is known."""
    local = at.astimezone(BEIJING)
    return local.date() if local.time() == time.min else at


def _people(actor: Actor, entries: Sequence[ArchiveEntry]) -> dict[str, str]:
    numbers = {entry.actor.partition(":")[2] for entry in entries if entry.actor.startswith("officer:")}
    rows = Officer.objects.visible_to(actor).filter(pk__in=numbers).values_list("pk", "account__name")
    return {f"officer:{number}": name for number, name in rows}


def _agencies(entries: Sequence[ArchiveEntry]) -> dict[str, str]:
    rows = Agency.objects.unguarded("agencies are public").filter(
        code__in={entry.agency for entry in entries}
    )
    return dict(rows.values_list("code", "name"))


def _books(entries: Sequence[ArchiveEntry]) -> dict[int, str]:
    linked = (number for entry in entries for number in (entry.corrects, entry.corrected_by) if number)
    return dict(
        Book.objects.filter(pk__in={split_id(number)[0] for number in linked}).values_list("pk", "key")
    )
