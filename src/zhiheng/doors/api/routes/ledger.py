"""The ledger for strangers: published checkpoints, and an entry with the way up to a root."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Path, Router, Schema
from pydantic import Field

from zhiheng.doors.api.asking import Asked
from zhiheng.doors.api.freshness import known, tag_of, tagged
from zhiheng.doors.api.paging import LIMIT, Cursor, Limit, Page, page
from zhiheng.doors.api.problems import absent
from zhiheng.doors.portal.proofs import Sealed, bound_by, checkpoint_json
from zhiheng.foundation.ledger.entries import header
from zhiheng.foundation.ledger.models import Book, Checkpoint, Entry, entry_id
from zhiheng.foundation.ledger.selectors import entries_visible
from zhiheng.kernel.chain import hasher
from zhiheng.kernel.errors import N_

router = Router(tags=["ledger"])
Place = Annotated[str, Path(pattern=r"^[\w-]{1,32}-[0-9]{1,12}$", description="Book and number.")]


class CheckpointOut(Schema):
    """The heads of all books at one moment, and the root that binds them."""

    number: int
    at: int = Field(description="Microseconds since 1970, UTC.")
    taken_at: str
    entries: int
    algorithm: str = Field(examples=["sm3"])
    previous: str
    heads: list[tuple[str, int, str]] = Field(description="Book, number and hash of its last entry.")
    root: str


class ProofOut(Schema):
    """The way from a book's head to the root of a checkpoint (RFC 6962)."""

    checkpoint: int
    algorithm: str
    leaf: str
    index: int
    size: int
    path: list[str]
    root: str


class EntryOut(Schema):
    """An entry as it is hashed, whether its hash comes out again, and the checkpoint that binds its book."""

    entry: str = Field(examples=["MSA-370200-4711"])
    kind: str
    recorded_at: int
    text: str = Field(description="The bytes that are hashed (docs/topics/ledger.md).")
    algorithm: str
    hash: str
    previous: str
    intact: bool = Field(description="Whether the text gives the hash.")
    proof: ProofOut | None = Field(description="None while no checkpoint binds it.")
    between: int | None = Field(
        description="Entries between this one and the head that is proven; 0: the proof is whole."
    )


@router.get("/checkpoints", response=Page[CheckpointOut], summary="List checkpoints")
def checkpoint_list(request: Asked, cursor: Cursor = "", limit: Limit = LIMIT) -> Any:
    """All checkpoints, newest first."""
    return page(Checkpoint.objects.all(), ("-number",), cursor, limit, _checkpoints)


def _checkpoints(rows: list[Checkpoint]) -> list[Any]:
    return [checkpoint_json(row) for row in rows]


@router.get("/checkpoints/{int:number}", response=CheckpointOut, summary="One checkpoint")
def checkpoint(request: Asked, response: HttpResponse, number: int) -> Any:
    """A checkpoint with all that its root is made of."""
    found = Checkpoint.objects.filter(number=number).first()
    if found is None:
        raise absent(N_("There is no checkpoint %(number)d."), number=number)
    tag = tag_of(bytes(found.root))
    if unchanged := known(request, tag):
        return unchanged
    tagged(response, tag)
    return checkpoint_json(found)


@router.get("/entries/{entry}", response=EntryOut, summary="One entry with its proof")
def entry(request: Asked, entry: Place) -> Any:
    """What proves that an entry stands in the ledger.

    Text to hash, and head to root, anybody can compute. Between the entry and the head lie `between`
    entries that may not be public: that stretch is checked by `zhiheng verify ledger`.
    """
    sealed = _sealed(request, entry)
    bound = bound_by(sealed)
    row = sealed.entry
    return {
        "entry": f"{sealed.book}-{row.number}",
        "kind": row.kind,
        "recorded_at": row.recorded_at,
        "text": sealed.text.decode(),
        "algorithm": row.algorithm,
        "hash": bytes(row.hash).hex(),
        "previous": bytes(row.previous).hex(),
        "intact": sealed.fits,
        "proof": bound.to_json() if bound else None,
        "between": bound.between(row.number) if bound else None,
    }


def _sealed(request: Asked, place: str) -> Sealed:
    key, _, number = place.rpartition("-")
    book = Book.objects.filter(key=key).first()
    found: Entry | None = None
    if book is not None:
        visible = entries_visible(request.actor, request.today)
        found = visible.filter(id=entry_id(book.pk, int(number))).first()
    if found is None:
        raise absent(N_("There is no entry %(entry)s, or it is not yours to see."), entry=place[:50])
    text = header(
        key, found.number, found.kind, found.version, found.occurred_at, found.recorded_at, found.actor,
        found.agency, found.division, found.subjects, found.basis, found.corrects, found.algorithm,
        bytes(found.previous), found.payload,
    )  # fmt: skip
    return Sealed(found, key, text, hasher(found.algorithm)(text))
