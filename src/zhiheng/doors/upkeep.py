"""What has to be done now and then without anybody asking: binding the books, and cutting a snapshot.

Between two checkpoints a book's end could be cut off and nobody would know; a checkpoint that is
published closes that. Imports, reports and a button take them too: this only sees to it that an
installation where nobody does any of these is not left open. It refuses to do anything else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event
from typing import Final

import structlog
from django.db import close_old_connections

from zhiheng.foundation.ledger.checkpoints import checkpoint_last, checkpoint_take
from zhiheng.foundation.ledger.entries import moment
from zhiheng.foundation.ledger.snapshots import snapshot_take
from zhiheng.settings import settings

log = structlog.get_logger()
LOOK_EVERY: Final = 60.0


def run_upkeep(stop: Event, clock: Callable[[], datetime]) -> None:
    """Look once a minute whether a checkpoint is due, until told to stop."""
    while not stop.is_set():
        try:
            keep_up(clock())
        except Exception:
            log.exception("upkeep")
        finally:
            close_old_connections()
        stop.wait(LOOK_EVERY)


def keep_up(now: datetime) -> bool:
    """Take a checkpoint and a snapshot when the last one is too old; tells whether there was a need."""
    hours = settings().checkpoint_hours
    last = checkpoint_last()
    if not hours or (last is not None and now - moment(last.at) < timedelta(hours=hours)):
        return False
    cut = checkpoint_take(at=now)
    if not cut.entries or (last is not None and cut.number == last.number):
        return False  # nothing was recorded since
    snapshot = snapshot_take(settings().folder("snapshots"), cut)
    log.info("upkeep.checkpoint", checkpoint=cut.number, entries=cut.entries, snapshot=snapshot.name)
    return True
