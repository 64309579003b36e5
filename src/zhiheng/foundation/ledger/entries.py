"""Appending: the one way in which anything gets on record.

`append` locks the book, chains the drafts to its head and writes them in bulk. It refuses to run
outside an act (`acts.act`), so that a fact and the change it speaks of stand or fall together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from django.db import connection

from zhiheng.foundation.ledger import acts, writer
from zhiheng.foundation.ledger.facts.base import Fact, Subject
from zhiheng.foundation.ledger.models import Book, entry_id
from zhiheng.foundation.org.actors import Actor
from zhiheng.kernel.chain import ALGORITHM, hasher
from zhiheng.kernel.errors import N_, refuse

FORMAT: Final = "zhiheng/1"
BEIJING: Final = timezone(timedelta(hours=8))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def micros(moment: datetime | date) -> int:
    """A moment as the ledger writes it; a day is its first moment in Beijing."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=BEIJING)
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone has no place in the ledger")
    return (moment - _EPOCH) // _MICROSECOND


def moment(number: int) -> datetime:
    """The moment that the ledger wrote as a number."""
    return _EPOCH + timedelta(microseconds=number)


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact on its way into the ledger."""

    fact: Fact
    occurred_at: datetime | date
    division: str
    basis: str = ""
    corrects: int | None = None
    subjects: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a draft came to stand."""

    id: int
    number: int
    hash: bytes


def header(  # noqa: PLR0913  one argument a column; a wrapper would cost a million times
    book: str,
    number: int,
    kind: str,
    version: int,
    occurred_at: int,
    recorded_at: int,
    actor: str,
    agency: str,
    division: str,
    subjects: str,
    basis: str,
    corrects: int | None,
    algorithm: str,
    previous: bytes,
    payload: str,
) -> bytes:
    """The bytes that are hashed: one value a line, the payload last (docs/topics/ledger.md)."""
    return (
        f"{FORMAT}\n{algorithm}\n{book}\n{number}\n{kind}\n{version}\n{occurred_at}\n{recorded_at}\n"
        f"{actor}\n{agency}\n{division}\n{subjects}\n{basis}\n{'' if corrects is None else corrects}\n"
        f"{previous.hex()}\n{payload}"
    ).encode()


def book_open(key: str) -> Book:
    """The book of that key, locked for this transaction; opened when it is new."""
    Book.objects.get_or_create(key=key)
    return Book.objects.select_for_update().get(key=key)


def append(*, actor: Actor, recorded_at: datetime, drafts: Iterable[Draft]) -> list[Recorded]:
    """Record facts in the book of the actor's agency, in the order given."""
    journal = acts.current()
    book = book_open(actor.agency or "public")
    drafts = list(drafts)
    recorded, rows, subjects = _chain(book, actor, micros(recorded_at), drafts)
    writer.write(connection, rows, subjects)
    if recorded:
        book.head, book.head_hash = recorded[-1].number, recorded[-1].hash
        book.save(update_fields=["head", "head_hash"])
    journal.appended += len(recorded)
    return recorded


def _chain(
    book: Book, actor: Actor, recorded_at: int, drafts: Sequence[Draft]
) -> tuple[list[Recorded], list[writer.EntryRow], list[writer.SubjectRow]]:
    digest = hasher()
    number, previous = book.head, bytes(book.head_hash)
    who, agency = actor.key, actor.agency
    recorded: list[Recorded] = []
    rows: list[writer.EntryRow] = []
    subject_rows: list[writer.SubjectRow] = []
    for draft in drafts:
        number += 1
        identifier = entry_id(book.pk, number)
        fact = draft.fact
        about = sorted({*fact.subjects(), *draft.subjects})
        subjects = " ".join([f"{subject.kind}:{subject.key}" for subject in about])
        payload = fact.written()
        occurred_at = micros(draft.occurred_at)
        _check_line(subjects, len(about), draft)
        hashed = digest(
            header(
                book.key, number, fact.KIND, fact.VERSION, occurred_at, recorded_at, who, agency,
                draft.division, subjects, draft.basis, draft.corrects, ALGORITHM, previous, payload,
            )
        )  # fmt: skip
        rows.append(
            (
                identifier, book.pk, number, fact.KIND, fact.VERSION, occurred_at, recorded_at, who, agency,
                draft.division, subjects, draft.basis, draft.corrects, ALGORITHM, previous, payload, hashed,
            )
        )  # fmt: skip
        subject_rows += [(subject.kind, subject.key, identifier) for subject in about]
        recorded.append(Recorded(identifier, number, hashed))
        previous = hashed
    return recorded, rows, subject_rows


def _check_line(subjects: str, count: int, draft: Draft) -> None:
    # A line break in a header value would let two different entries have the same bytes.
    if "\n" in subjects or "\n" in draft.basis or "\n" in draft.division:
        raise refuse(
            "ledger.line_break",
            N_("A value of an entry's head holds a line break."),
            N_("Keys, divisions and legal bases are one line each."),
        )
    if subjects.count(" ") != max(count - 1, 0):
        raise refuse(
            "ledger.subject_space",
            N_("A subject's key holds a space: %(subjects)s"),
            N_("Use the code of the thing, not its name."),
            subjects=subjects[:200],
        )
