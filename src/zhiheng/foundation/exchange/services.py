"""Acts on imports: open, take a chunk, close, cancel, lease, mend a row, save a mapping.

The position of a run and the facts of the rows before it are committed together, so a run that is
killed stands exactly at its last chunk. This module refuses to read files and to know any sheet.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from django.db.models import F

from zhiheng.foundation.exchange import policy
from zhiheng.foundation.exchange.mapping import parse as parse_mapping
from zhiheng.foundation.exchange.models import ImportRun, RefusedRow
from zhiheng.foundation.exchange.models import Mapping as SavedMapping
from zhiheng.foundation.exchange.problems import (
    Cells,
    Refusal,
    cells_to_json,
    problem_to_json,
    storable,
    to_json,
)
from zhiheng.foundation.ledger import acts
from zhiheng.foundation.ledger.acts import act, unchanged
from zhiheng.foundation.ledger.entries import Draft, append
from zhiheng.foundation.ledger.facts.run import ImportClosed, ImportOpened, MappingSaved
from zhiheng.foundation.org.actors import NATION, Actor
from zhiheng.kernel.chain import Json, canonical, hasher
from zhiheng.kernel.errors import N_, Problem, refuse
from zhiheng.kernel.sheets import REFUSED, Outcome, Row, Sheet

State = ImportRun.State
OPEN_STATES: Final = (State.QUEUED, State.RUNNING)
# Sources beyond this many are not counted apart: the tally is read and written with every chunk.
TALLY_MOST: Final = 2000


class Load(Protocol):
    """The bulk loader of a sheet: one outcome per row, in order."""

    def __call__(self, *, actor: Actor, rows: Sequence[Row], at: datetime) -> Sequence[Outcome]:
        """Take the rows in."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was copied into the data folder, and how it is read."""

    name: str
    path: str
    digest: str
    bytes: int
    format: Mapping[str, Json]
    rows_total: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Who works at a run, and until when nobody else may."""

    owner: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of a file that are committed together: those that were read, and those that were refused."""

    start: int
    rows: Sequence[Row]
    cells: Mapping[int, Cells]
    refused: Sequence[Refusal] = ()
    tally: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The position after this chunk."""
        return self.start + len(self.rows) + len(self.refused)


@act
def import_open(
    *, actor: Actor, sheet: str, mapping: str, file: StoredFile, at: datetime, claim: Claim | None = None
) -> ImportRun:
    """Put a file on record; with a claim, whoever hands it in works at it as well."""
    policy.import_open(actor).require()
    run = ImportRun.objects.create(
        public_id=f"{at:%Y%m%d}-{secrets.token_hex(4)}",
        sheet=sheet,
        mapping=mapping,
        file_name=storable(file.name, 250),
        path=file.path,
        digest=file.digest,
        bytes=file.bytes,
        format=dict(file.format),
        rows_total=file.rows_total,
        opened_at=at,
        started_at=at if claim else None,
        state=State.RUNNING if claim else State.QUEUED,
        lease_owner=claim.owner if claim else "",
        lease_until=claim.until if claim else None,
        actor=actor.key,
        agency=actor.agency,
        division=actor.division or NATION,
    )
    fact = ImportOpened(
        run=run.public_id, sheet=sheet, file=run.file_name, digest=f"sm3:{file.digest}", mapping=mapping
    )
    append(actor=actor, recorded_at=at, drafts=[Draft(fact, at, run.division)])
    return run


def _locked(run: ImportRun) -> ImportRun:
    return (
        ImportRun.objects.unguarded("the act decides about this one run").select_for_update().get(pk=run.pk)
    )


def _held(run: ImportRun, claim: Claim) -> ImportRun:
    """The run, locked, while it is still this claim's."""
    held = _locked(run)
    if held.state != State.RUNNING or held.lease_owner != claim.owner:
        raise refuse(
            "exchange.lease_lost",
            N_("The import %(run)s is no longer worked at by this process: it is %(state)s."),
            N_("Nothing is lost; look at the import to see how far it is."),
            run=held.public_id,
            state=str(held.state),
        )
    return held


@act
def lease_take(*, actor: Actor, run: ImportRun, claim: Claim, at: datetime, over: str = "") -> ImportRun:
    """Become the one who works at a run that is queued, or whose worker is gone.

    `over` names the owner whom the caller found dead; his lease need not run out first.
    """
    policy.import_work(actor, run).require()
    held = _locked(run)
    if held.state not in OPEN_STATES:
        raise refuse(
            "exchange.run_ended",
            N_("The import %(run)s has ended."),
            N_("Import the file again: rows that were taken in are skipped."),
            run=held.public_id,
        )
    free = held.lease_until is None or held.lease_until <= at or held.lease_owner in {claim.owner, over}
    if held.state == State.RUNNING and not free:
        raise refuse(
            "exchange.leased",
            N_("Another process works at the import %(run)s."),
            N_("Wait for it, or stop it; when it is gone the import goes on where it stopped."),
            run=held.public_id,
        )
    held.state, held.started_at = State.RUNNING, held.started_at or at
    held.lease_owner, held.lease_until = claim.owner, claim.until
    held.save(update_fields=["state", "started_at", "lease_owner", "lease_until"])
    unchanged("who works at an import is no fact about quality")
    return held


@act
def lease_renew(*, actor: Actor, run: ImportRun, claim: Claim) -> None:
    """Stay the one who works at a run."""
    policy.import_work(actor, run).require()
    held = _held(run, claim)
    held.lease_until = claim.until
    held.save(update_fields=["lease_until"])
    unchanged("who works at an import is no fact about quality")


@act
def lease_drop(*, actor: Actor, run: ImportRun, claim: Claim) -> None:
    """Stop working at a run that is not finished, so that another can go on at once."""
    policy.import_work(actor, run).require()
    held = _held(run, claim)
    held.lease_until = None
    held.save(update_fields=["lease_until"])
    unchanged("who works at an import is no fact about quality")


@act
def chunk_take(
    *, actor: Actor, run: ImportRun, claim: Claim, chunk: Chunk, load: Load, at: datetime
) -> ImportRun:
    """Take a chunk in: its facts, its refused rows and the new position stand or fall together."""
    policy.import_work(actor, run).require()
    held = _held(run, claim)
    if held.position != chunk.start:
        raise RuntimeError(f"{held.public_id} stands at {held.position}, the chunk begins at {chunk.start}")
    outcomes = load(actor=actor, rows=chunk.rows, at=at) if chunk.rows else ()
    if [row.number for row in chunk.rows] != [outcome.number for outcome in outcomes]:
        raise RuntimeError(f"the loader of {held.sheet} did not answer every row in order")
    _count(held, chunk, outcomes)
    refused = [*chunk.refused, *_refusals(chunk, outcomes)]
    RefusedRow.objects.bulk_create(
        [
            RefusedRow(
                run=held, number=one.number, cells=cells_to_json(one.cells), problems=to_json(one.problems)
            )
            for one in refused
        ],
        batch_size=500,
    )
    held.lease_until = claim.until
    held.save(
        update_fields=["position", "accepted", "unresolved", "refused", "skipped", "tally", "lease_until"]
    )
    if not acts.current().appended:
        unchanged("every row of this chunk is known already or was refused")
    return held


def _count(held: ImportRun, chunk: Chunk, outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        setattr(held, outcome.state, getattr(held, outcome.state) + 1)
    held.refused += len(chunk.refused)
    held.position = chunk.end
    for source, (rows, nonconforming) in chunk.tally.items():
        known = held.tally.get(source)
        if known is None and len(held.tally) >= TALLY_MOST:
            continue
        before = known or [0, 0]
        held.tally[source] = [before[0] + rows, before[1] + nonconforming]


def _refusals(chunk: Chunk, outcomes: Sequence[Outcome]) -> list[Refusal]:
    return [
        Refusal(outcome.number, chunk.cells[outcome.number], outcome.problems)
        for outcome in outcomes
        if outcome.state == REFUSED
    ]


@act
def import_close(
    *, actor: Actor, run: ImportRun, claim: Claim, at: datetime, problem: Problem | None = None
) -> ImportRun:
    """End a run: finished, or failed with the problem that stopped it. Every row so far is accounted for."""
    policy.import_work(actor, run).require()
    held = _held(run, claim)
    held.state = State.FAILED if problem else State.FINISHED
    held.problem = problem_to_json(problem) if problem else None
    if problem is None:
        held.rows_total = held.position
    return _end(actor, held, at)


@act
def import_cancel(*, actor: Actor, run: ImportRun, at: datetime) -> ImportRun:
    """Stop a run for good; what was taken in stays."""
    policy.import_work(actor, run).require()
    held = _locked(run)
    if held.state not in OPEN_STATES:
        unchanged("the import had ended already")
        return held
    held.state = State.CANCELLED
    return _end(actor, held, at)


def _end(actor: Actor, held: ImportRun, at: datetime) -> ImportRun:
    held.finished_at, held.lease_until, held.lease_owner = at, None, ""
    held.save()
    fact = ImportClosed(
        run=held.public_id,
        sheet=held.sheet,
        digest=f"sm3:{held.digest}",
        state=str(held.state),
        rows=held.position,
        accepted=held.accepted,
        unresolved=held.unresolved,
        refused=held.refused,
        skipped=held.skipped,
    )
    append(actor=actor, recorded_at=at, drafts=[Draft(fact, at, held.division)])
    return held


@act
def refused_row_mend(
    *, actor: Actor, row: RefusedRow, cells: Cells, sheet: Sheet, load: Load, at: datetime
) -> Outcome:
    """Check a mended row like any other and take it in; what is still wrong is kept with the row."""
    policy.import_work(actor, row.run).require()
    held = (
        RefusedRow.objects.unguarded("the act decides about this one row")
        .select_for_update()
        .select_related("run")
        .get(pk=row.pk)
    )
    if held.state == RefusedRow.State.MENDED:
        raise refuse(
            "exchange.row_mended",
            N_("Row %(number)d was mended before."),
            N_("Look at the enterprise or the result itself."),
            number=held.number,
        )
    values, problems = sheet.read(cells)
    if problems:
        outcome = Outcome(held.number, REFUSED, tuple(problems))
    else:
        (outcome,) = load(actor=actor, rows=[Row(held.number, values)], at=at)
    held.cells = cells_to_json(cells)
    held.problems = to_json(outcome.problems)
    if outcome.state != REFUSED:
        held.state = RefusedRow.State.MENDED
        ImportRun.objects.unguarded("the run of this row").filter(pk=held.run_id).update(
            mended=F("mended") + 1
        )
    held.save(update_fields=["cells", "problems", "state"])
    if not acts.current().appended:
        unchanged("the row is known already, or something is still wrong with it")
    return outcome


@act
def mapping_save(
    *, actor: Actor, name: str, sheet: Sheet, body: Mapping[str, Any], at: datetime
) -> SavedMapping:
    """Keep a mapping under a name; saving it again under the same name replaces it for later imports."""
    policy.mapping_save(actor).require()
    parsed = parse_mapping({**body, "name": name, "sheet": sheet.name}, sheet)
    known = SavedMapping.objects.unguarded("the agency's own mapping of this name").filter(
        agency=actor.agency, name=parsed.name
    )
    stored = parsed.to_json()
    saved, created = known.select_for_update().first(), False
    if saved is None:
        saved, created = SavedMapping(name=parsed.name, agency=actor.agency), True
    elif saved.body == stored and saved.sheet == sheet.name:
        unchanged("the mapping is the same as before")
        return saved
    saved.sheet, saved.body, saved.division = sheet.name, stored, actor.division or NATION
    saved.saved_at, saved.actor = at, actor.key
    saved.save(force_insert=created)
    digest = hasher()(canonical(stored).encode()).hex()
    fact = MappingSaved(name=parsed.name, sheet=sheet.name, digest=f"sm3:{digest}")
    append(actor=actor, recorded_at=at, drafts=[Draft(fact, at, saved.division)])
    return saved
