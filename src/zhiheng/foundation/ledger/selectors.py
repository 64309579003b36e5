"""The quality archive (质量档案): what the ledger says about an enterprise, to whom it may be said.

The public sees facts that are public by their nature, and spot-check results once they are
published. An officer sees these, what happened in the officer's own division and below, and what
the officer's own agency recorded. This module refuses to interpret: an entry that was corrected
stays in the archive, and says by which entry.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Coalesce

from zhiheng.foundation.ledger.entries import moment
from zhiheng.foundation.ledger.facts.base import Fact, all_facts, decode
from zhiheng.foundation.ledger.facts.spot_check import SpotCheckResult
from zhiheng.foundation.ledger.models import Entry, EntrySubject
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.guard import within
from zhiheng.kernel.errors import N_, refuse

PAGE_MOST: Final = 500
_BEFORE: Final = re.compile(r"(-?\d{1,18})\.(\d{1,18})")


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """An entry as the archive shows it: where it stands, who recorded it, the fact, and its corrections.

    `corrects` and `corrected_by` are ids of entries; `corrected_by` is empty while the entry stands,
    or while the correction may not be shown to the reader.
    """

    id: int
    book: str
    number: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    agency: str
    division: str
    basis: str
    hash: bytes
    fact: Fact
    corrects: int | None
    corrected_by: int | None


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """Entries, the latest occurrence first; `next` is `before` of the following page, or empty."""

    entries: tuple[ArchiveEntry, ...]
    next: str = ""


def archive(
    actor: Actor,
    key: str,
    before: str | None = None,
    limit: int = 50,
    *,
    on: date,
    kind: str = "enterprise",
) -> ArchivePage:
    """What the actor may know on that day about an enterprise, or another subject: at most two queries."""
    limit = max(1, min(limit, PAGE_MOST))
    about = EntrySubject.objects.filter(kind=kind, key=key).values("entry_id")
    visible = entries_visible(actor, on)
    asked = visible.filter(id__in=about).order_by("-occurred_at", "-id")
    if before:
        asked = asked.filter(_earlier(before))
    found = list(asked.select_related("book")[: limit + 1])
    shown, more = found[:limit], len(found) > limit
    corrections = _corrections(visible, shown) if shown else {}
    entries = tuple(archive_entry(row, corrections.get(row.id)) for row in shown)
    return ArchivePage(entries, f"{shown[-1].occurred_at}.{shown[-1].id}" if more else "")


def entries_visible(actor: Actor, on: date) -> QuerySet[Entry]:
    """The entries that the actor may read on that day."""
    if actor.kind == "system":
        return Entry.objects.all()
    public = {kind.KIND for kind in all_facts() if kind.PUBLIC}
    allowed = Q(stated_kind__in=public) | Q(
        stated_kind=SpotCheckResult.KIND, published_on__lte=on.isoformat()
    )
    if actor.kind == "officer":
        allowed |= within("division", actor.scope) | Q(agency=actor.agency)
    # Not the column itself: SQLite would take its index for a short cut, and read all entries of a kind.
    stated_kind = Coalesce("kind", Value(""))
    entries = Entry.objects.annotate(published_on=_PublishedOn("payload"), stated_kind=stated_kind)
    return entries.filter(allowed)


class _PublishedOn(Func):
    """The day on which a result was published, out of its payload; nothing where it was not."""

    output_field = TextField()

    def as_sql(  # type: ignore[override]  # the template is this function's own
        self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        """Each database reads JSON in its own words."""
        template = (
            "(%(expressions)s::json ->> 'published_on')"
            if connection.vendor == "postgresql"
            else "json_extract(%(expressions)s, '$.published_on')"
        )
        return super().as_sql(compiler, connection, template=template, **extra)


def _earlier(before: str) -> Q:
    match = _BEFORE.fullmatch(before)
    if match is None:
        raise refuse(
            "archive.page",
            N_("This is not a page of the archive."),
            N_("Open the archive again from its first page."),
        )
    occurred_at, identifier = int(match[1]), int(match[2])
    return Q(occurred_at__lt=occurred_at) | Q(occurred_at=occurred_at, id__lt=identifier)


def _corrections(visible: QuerySet[Entry], shown: list[Entry]) -> dict[int, int]:
    """For each entry shown, the latest entry that corrects it."""
    asked = visible.filter(corrects__in=[row.id for row in shown]).order_by("recorded_at", "id")
    return {
        corrected: identifier for corrected, identifier in asked.values_list("corrects", "id") if corrected
    }


def archive_entry(row: Entry, corrected_by: int | None = None) -> ArchiveEntry:
    """A stored entry as the archive shows it; `book` should have been selected with it."""
    return ArchiveEntry(
        id=row.id,
        book=row.book.key,
        number=row.number,
        kind=row.kind,
        occurred_at=moment(row.occurred_at),
        recorded_at=moment(row.recorded_at),
        actor=row.actor,
        agency=row.agency,
        division=row.division,
        basis=row.basis,
        hash=bytes(row.hash),
        fact=decode(row.kind, row.version, json.loads(row.payload)),
        corrects=row.corrects,
        corrected_by=corrected_by,
    )
