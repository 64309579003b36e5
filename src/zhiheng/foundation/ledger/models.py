"""Books, entries, subjects and checkpoints, as they are stored.

Times are integers, microseconds since 1970 in UTC: the same bytes on every database and in every
language, which is what is hashed. An entry's id is its book's number and its own number in one
integer, so that it needs no sequence, says where it stands, and a nation can be split by book.
"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

NUMBER_BITS: Final = 40


def entry_id(book: int, number: int) -> int:
    """The id of the entry `number` of a book."""
    return (book << NUMBER_BITS) | number


def split_id(identifier: int) -> tuple[int, int]:
    """The book and the number that an entry's id is made of."""
    return identifier >> NUMBER_BITS, identifier & ((1 << NUMBER_BITS) - 1)


class Book(models.Model):
    """The chain of one agency. Only its head moves; writers of one book queue for its row."""

    key = models.CharField(max_length=32, unique=True)
    head = models.BigIntegerField(default=0)
    head_hash = models.BinaryField(max_length=32, default=bytes(32))

    class Meta:
        """In the order in which they were opened."""

        ordering = ("pk",)

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """One fact or act on record. The database refuses to change or delete it (see `guard`)."""

    id = models.BigIntegerField(primary_key=True)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, db_index=False, related_name="entries")
    number = models.BigIntegerField()
    kind = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField()
    occurred_at = models.BigIntegerField(help_text=_("Microseconds since 1970, UTC."))
    recorded_at = models.BigIntegerField(help_text=_("Microseconds since 1970, UTC."))
    actor = models.CharField(max_length=80)
    agency = models.CharField(max_length=32)
    division = models.CharField(max_length=6)
    subjects = models.TextField()
    basis = models.CharField(max_length=200)
    corrects = models.BigIntegerField(null=True)
    algorithm = models.CharField(max_length=8)
    previous = models.BinaryField(max_length=32)
    payload = models.TextField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        """In the order of the chain."""

        ordering = ("id",)
        indexes = (
            models.Index(fields=["kind", "id"], name="ledger_entry_kind"),
            models.Index(
                fields=["corrects"], name="ledger_entry_corrects", condition=models.Q(corrects__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.book_id}-{self.number} {self.kind}"


class EntrySubject(models.Model):
    """An index from a thing to the entries about it, made from `Entry.subjects` and checked against it."""

    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=80)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    pk = models.CompositePrimaryKey("kind", "key", "entry_id")

    class Meta:
        """The primary key is the index that the archive reads."""

        ordering = ("entry_id",)

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class Checkpoint(models.Model):
    """The heads of all books at one moment, bound into one Merkle root, which is published."""

    number = models.BigIntegerField(primary_key=True)
    at = models.BigIntegerField()
    heads = models.TextField()
    entries = models.BigIntegerField()
    previous = models.BinaryField(max_length=32)
    root = models.BinaryField(max_length=32)
    algorithm = models.CharField(max_length=8)

    class Meta:
        """Newest last."""

        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.number}"
