"""Running an import: hand a file in, then work through it, chunk by chunk, from where it stands.

`open_import` checks what can be checked at once and puts the file on record. `work` takes rows in;
it may be killed at any moment and be called again: it goes on at the last committed row. Nothing
is written to the database here except through the acts of foundation.exchange.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from threading import Event
from typing import IO, Final

from django.db import IntegrityError, InterfaceError, OperationalError, connection

from zhiheng.doors.imports import readers, storing
from zhiheng.doors.imports.catalogue import Importable, importable
from zhiheng.doors.imports.checking import Checking, Way, chunks
from zhiheng.doors.imports.mapped import way_named
from zhiheng.doors.imports.owners import is_dead, new_owner
from zhiheng.doors.imports.readers.layout import Layout
from zhiheng.foundation.exchange import policy, selectors, services
from zhiheng.foundation.exchange.models import ImportRun
from zhiheng.foundation.exchange.services import Chunk, Claim, StoredFile
from zhiheng.foundation.org.actors import Actor, system
from zhiheng.kernel.errors import N_, Problem, Refused
from zhiheng.settings import settings

Clock = Callable[[], datetime]
Progress = Callable[[ImportRun], None]
LEASE: Final = timedelta(seconds=90)
# Chunks between two walks of the cyclic collector: rows hold no cycles, what else does is little.
COLLECT_EVERY: Final = 20
# Waits between attempts, in seconds; a database that restarts is back within them.
WAITS: Final = (0.1, 0.3, 1.0, 2.0, 4.0, 8.0)
_PASSING: Final = (OperationalError, InterfaceError, IntegrityError)
_NOT_OURS: Final = frozenset({"exchange.lease_lost", "exchange.leased", "exchange.run_ended"})


class Interrupted(Refused):
    """The import could not go on for now; what was taken in stands, and it can be resumed."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What to do with a file: the sheet, the mapping, and whether this process works at it itself."""

    sheet: str
    mapping: str = ""
    name: str = ""
    claim: bool = False
    bytes_most: int | None = None


def open_import(*, actor: Actor, source: Path | IO[bytes], opening: Opening, at: datetime) -> ImportRun:
    """Store a file and put it on record; a file that cannot be imported at all is refused here."""
    policy.import_open(actor).require()
    way, _ = _way(actor, opening.sheet, opening.mapping)
    stored = storing.store(source, opening.bytes_most or settings().import_max_bytes)
    try:
        layout = readers.inspect(stored.path, way.fits)
        matching = way.match(layout.headings)
        matching.require()
        file = StoredFile(
            name=opening.name or (source.name if isinstance(source, Path) else "upload"),
            path=stored.relative,
            digest=stored.digest,
            bytes=stored.bytes,
            format=replace(layout, notes=(*layout.notes, *matching.notes)).to_json(),
            rows_total=layout.total,
        )
        claim = Claim(new_owner(), at + LEASE) if opening.claim else None
        return services.import_open(
            actor=actor, sheet=opening.sheet, mapping=opening.mapping, file=file, at=at, claim=claim
        )
    except BaseException:
        stored.path.unlink(missing_ok=True)
        raise


def _way(actor: Actor, sheet: str, mapping: str) -> tuple[Way, Importable]:
    found = importable(sheet)
    return way_named(actor, found.sheet, mapping), found


def work(
    run: ImportRun, clock: Clock, on_progress: Progress | None = None, stop: Event | None = None
) -> ImportRun:
    """Work through a run from where it stands; returns it as it then is.

    Raises `Interrupted` when it cannot go on for now. A run that can never go on is closed as failed.
    """
    owner = run.lease_owner if run.state == ImportRun.State.RUNNING and _is_mine(run) else new_owner()
    actor = system(run.agency, run.division)
    try:
        actor = selectors.actor_of_run(run, clock())
        over = run.lease_owner if is_dead(run.lease_owner) else ""
        at = clock()
        run = services.lease_take(actor=actor, run=run, claim=Claim(owner, at + LEASE), at=at, over=over)
        with _collected_apart():
            return _Work(run, actor, owner, clock).through(on_progress or _silent, stop or Event())
    except Refused as refused:
        if isinstance(refused, Interrupted) or refused.problems[0].code in _NOT_OURS:
            raise
        return close_failed(run, clock, refused.problems[0])


def _is_mine(run: ImportRun) -> bool:
    """Whether this very process claimed the run when it handed the file in."""
    return new_owner().rpartition("/")[0] == run.lease_owner.rpartition("/")[0]


def _silent(run: ImportRun) -> None:
    """Nobody watches."""


def close_failed(run: ImportRun, clock: Clock, problem: Problem) -> ImportRun:
    """End a run that can never go on. The program does it: the registrar may have lost the role."""
    at = clock()
    program = system(run.agency, run.division)
    now = selectors.runs(program).get(pk=run.pk)
    claim = Claim(new_owner(), at + LEASE)
    services.lease_take(actor=program, run=now, claim=claim, at=at, over=now.lease_owner)
    return services.import_close(actor=program, run=now, claim=claim, at=at, problem=problem)


BROKEN: Final = Problem(
    "import.broken",
    N_("The import stopped because of a mistake in the program."),
    remedy=N_("The log says more. What was taken in stands; import the file again after an update."),
)


@contextmanager
def _collected_apart() -> Iterator[None]:
    """Keep Python's cyclic collector from walking through the rows of a chunk while they are taken in.

    `through` collects between chunks, now and then. What stood before the import is passed over.
    """
    was = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if was:
            gc.enable()


class _Work:
    """One worker at one run."""

    def __init__(self, run: ImportRun, actor: Actor, owner: str, clock: Clock) -> None:
        self.run, self.actor, self.owner, self.clock = run, actor, owner, clock

    def claim(self) -> Claim:
        return Claim(self.owner, self.clock() + LEASE)

    def through(self, on_progress: Progress, stop: Event) -> ImportRun:
        run = self.run
        way, found = _way(self.actor, run.sheet, run.mapping)
        path = storing.check_unchanged(run.path, run.digest)
        layout = Layout.from_json(run.format, run.rows_total)
        lines = islice(readers.lines(path, layout), run.position, None)
        on_progress(run)
        checking = Checking(way, layout.headings)
        taken = chunks(lines, checking, found, run.position, settings().import_chunk)
        for number, chunk in enumerate(taken, 1):
            self.run = run = self._take(chunk, found)
            if number % COLLECT_EVERY == 0:
                gc.collect()
            on_progress(run)
            if stop.is_set():
                services.lease_drop(actor=self.actor, run=run, claim=self.claim())
                return run
        return self._lasting(
            lambda: services.import_close(actor=self.actor, run=run, claim=self.claim(), at=self.clock()),
            lambda held: held.state == ImportRun.State.FINISHED,
        )

    def _take(self, chunk: Chunk, found: Importable) -> ImportRun:
        return self._lasting(
            lambda: services.chunk_take(
                actor=self.actor,
                run=self.run,
                claim=self.claim(),
                chunk=chunk,
                load=found.load,
                at=self.clock(),
            ),
            lambda held: held.position == chunk.end and held.lease_owner == self.owner,
        )

    def _lasting(self, act: Callable[[], ImportRun], done: Callable[[ImportRun], bool]) -> ImportRun:
        """Do an act; when the database fails, wait, look whether it was done after all, else do it again."""
        error: Exception | None = None
        for wait in (*WAITS, None):
            try:
                if error is not None:
                    held = selectors.runs(system(self.run.agency)).get(pk=self.run.pk)
                    if done(held):
                        return held
                return act()
            except _PASSING as failed:
                if connection.in_atomic_block or wait is None:
                    error = failed
                    break
                error = failed
                with suppress(*_PASSING):
                    connection.close()
                time.sleep(wait)
        raise Interrupted(_interrupted(self.run, error)) from error


def _interrupted(run: ImportRun, error: Exception | None) -> Problem:
    return Problem(
        "import.interrupted",
        N_("The import %(run)s stopped after %(rows)d rows: the database answers “%(why)s”."),
        {"run": run.public_id, "rows": run.position, "why": str(error).strip().splitlines()[0][:160]},
        N_("What was taken in is safe. Look at the disk and the database; then it goes on where it stopped."),
    )
