"""What `process` does once Django is ready: hand a file in, work on, tell what is on record."""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from zhiheng.doors.imports import run as running
from zhiheng.doors.imports.summary import summary
from zhiheng.doors.imports.worker import work_once
from zhiheng.foundation.exchange.models import ImportRun, RefusedRow
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.ledger.verify import ledger_verify
from zhiheng.foundation.org.actors import system
from zhiheng.kernel.errors import Refused

PROGRAM = system("ZJ-AMR")


def clock() -> datetime:
    return datetime.now(UTC)


def say(**found: object) -> None:
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def progress(run: ImportRun) -> None:
    say(position=run.position)


def take(path: str, agency: str) -> None:
    """Hand a file in and work at it."""
    try:
        opening = running.Opening("spot-checks", claim=True)
        run = running.open_import(actor=system(agency), source=Path(path), opening=opening, at=clock())
        say(opened=run.public_id)
        run = running.work(run, clock, progress)
        say(state=run.state, **summary(run).counts())
    except Refused as refused:
        say(refused=refused.problems[0].code)


def resume() -> None:
    """Work at whatever waits, telling how far it is."""
    say(ready=True)
    running._silent = progress
    while work_once(clock, Event()):
        pass
    say(done=True)


def state() -> None:
    """What is on record, in a form that two histories of the same file share."""
    payloads = sorted(Entry.objects.filter(kind="spot_check.result").values_list("payload", flat=True))
    refused = list(
        RefusedRow.objects.visible_to(PROGRAM).order_by("number").values_list("number", "cells", "problems")
    )
    runs = ImportRun.objects.visible_to(PROGRAM)
    verification = ledger_verify()
    say(
        results=len(payloads),
        facts=hashlib.sha256("\n".join(payloads).encode()).hexdigest(),
        refused=hashlib.sha256(json.dumps(refused, ensure_ascii=False).encode()).hexdigest(),
        entries=Entry.objects.count(),
        closed=Entry.objects.filter(kind="run.import_closed").count(),
        runs=[{"state": run.state, **summary(run).counts()} for run in runs],
        intact=verification.intact,
    )
