"""The loop that works through imports that wait: queued ones, and those whose worker is gone."""

from __future__ import annotations

from threading import Event
from typing import Final

import structlog
from django.db import close_old_connections

from zhiheng.doors.imports.owners import is_dead
from zhiheng.doors.imports.run import BROKEN, Clock, close_failed, work
from zhiheng.foundation.exchange import selectors
from zhiheng.foundation.exchange.models import ImportRun
from zhiheng.kernel.errors import Refused

log = structlog.get_logger()
PAUSE: Final = 1.0
AFTER_FAILURE: Final = 15.0


def run_worker(stop: Event, clock: Clock) -> None:
    """Work until told to stop; between imports the loop looks once a second for new ones."""
    while not stop.is_set():
        try:
            worked = work_once(clock, stop)
            stop.wait(0 if worked else PAUSE)
        except Exception:
            log.exception("import.worker")
            stop.wait(AFTER_FAILURE)
        finally:
            close_old_connections()


def work_once(clock: Clock, stop: Event) -> bool:
    """Work at the first run that is free; tells whether there was one."""
    for run in _free(clock):
        try:
            work(run, clock, stop=stop)
        except Refused as refused:
            # Another worker was quicker, or the database is away: the lease decides when to try again.
            log.warning("import.left", run=run.public_id, why=str(refused))
            continue
        except Exception:
            # A mistake in the program would come again for ever: the run is closed, the log has the rest.
            log.exception("import.failed", run=run.public_id)
            close_failed(run, clock, BROKEN)
        return True
    return False


def _free(clock: Clock) -> list[ImportRun]:
    orphans = [run for run in selectors.leased() if is_dead(run.lease_owner)]
    waiting = selectors.waiting(clock())
    known = {run.pk for run in orphans}
    return [*orphans, *(run for run in waiting if run.pk not in known)]
