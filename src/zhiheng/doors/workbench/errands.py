"""Long work that a page starts and anybody may find again: how far it is, and what came of it.

State stands in a file of the data folder, so that every server process tells the same; a lock that
goes with the process tells whether somebody still works. One errand of a name runs at a time. It
refuses to be a queue: imports have theirs.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import IO, Any, Final

import structlog
from django.db import close_old_connections

from zhiheng.kernel.errors import N_, refuse
from zhiheng.settings import settings

log = structlog.get_logger()
FOLDER: Final = "errands"
Report = Callable[[int], None]
Work = Callable[[Report], dict[str, Any]]


@dataclass(slots=True)
class Errand:
    """Where an errand stands: `answer` is what came of it, `why` what stopped it."""

    name: str
    state: str
    by: str
    since: str
    total: int = 0
    done: int = 0
    answer: dict[str, Any] = field(default_factory=dict)
    why: str = ""

    @property
    def started(self) -> datetime:
        """When it was begun."""
        return datetime.fromisoformat(self.since)

    @property
    def running(self) -> bool:
        """Whether it is under way."""
        return self.state == "running"


def find(name: str) -> Errand | None:
    """The errand of that name, as it stands."""
    place = _place(name)
    if not place.is_file():
        return None
    errand = Errand(**json.loads(place.read_text(encoding="utf-8")))
    if errand.running and not _held(name):
        errand.state = "interrupted"
    return errand


def run(name: str, work: Work, *, by: str, at: datetime, total: int, apart: bool) -> Errand:
    """Do the work; `apart` does it in a thread of its own and answers at once."""
    lock = _lock(name)
    if lock is None:
        raise refuse(
            "workbench.errand_running",
            N_("This is being done already."),
            N_("Look at how far it is; it need not be started twice."),
        )
    errand = Errand(name, "running", by, at.isoformat(), total)
    _write(errand)
    if apart:
        Thread(target=_work, args=(errand, work, lock), daemon=True, name=name).start()
    else:
        _work(errand, work, lock, apart=False)
    return errand


def _work(errand: Errand, work: Work, lock: IO[str], *, apart: bool = True) -> None:
    def report(done: int) -> None:
        errand.done = done
        _write(errand)

    try:
        errand.answer = work(report)
        errand.state, errand.done = "finished", errand.total
    except Exception as failed:
        errand.state, errand.why = "failed", str(failed)[:300]
        log.exception("errand", name=errand.name)
        if not apart:
            raise
    finally:
        _write(errand)
        lock.close()
        if apart:
            close_old_connections()


def _place(name: str) -> Path:
    return settings().folder(FOLDER) / f"{name}.json"


def _write(errand: Errand) -> None:
    place = _place(errand.name)
    draft = place.with_suffix(".part")
    draft.write_text(json.dumps(asdict(errand)), encoding="utf-8")
    draft.replace(place)


def _lock(name: str) -> IO[str] | None:
    lock = _place(name).with_suffix(".lock").open("w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _held(name: str) -> bool:
    lock = _lock(name)
    if lock is None:
        return True
    lock.close()
    return False
