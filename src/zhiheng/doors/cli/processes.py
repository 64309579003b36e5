"""The two processes that `zhiheng run` looks after: the web server, and the worker that takes imports in.

Each ends when the process that started it is gone, so that a killed supervisor leaves nothing behind.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Final

SERVER: Final = "server"
WORKER: Final = "worker"


def server() -> None:
    """Serve the web pages and the API until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from zhiheng.settings import settings

    _load_once()
    read = settings()
    Granian(
        "zhiheng.doors.wsgi:application",
        address=read.host,
        port=read.port,
        interface=Interfaces.WSGI,
        workers=read.workers,
        # Enough for pages that wait for the database, few enough that each keeps its connection.
        blocking_threads=4,
        workers_kill_timeout=10,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
    ).serve()


def _load_once() -> None:
    """Load the program before the server forks its workers: once instead of once each, in time and memory."""
    from django.db import connections
    from django.template import engines
    from django.urls import get_resolver

    import zhiheng.doors.wsgi

    # Each is loaded by being asked for; else the first visitor would wait for it.
    _ready = (zhiheng.doors.wsgi.application, get_resolver().url_patterns, engines.all())
    connections.close_all()


def worker() -> None:
    """Take imports in until told to stop; a file half-way is left at its last row and goes on later.

    Beside it, a thread sees to it that the books are bound by a checkpoint now and then.
    """
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiheng.settings.django")
    django.setup()
    from django.utils import timezone

    from zhiheng.doors.imports.worker import run_worker
    from zhiheng.doors.upkeep import run_upkeep

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=run_upkeep, args=(stop, timezone.now), daemon=True, name="upkeep").start()
    run_worker(stop, timezone.now)


def end_with_parent() -> None:
    """Stop as soon as the other end of stdin is closed, which the system does when the parent is gone."""

    descriptor = sys.stdin.fileno()

    def watch() -> None:
        # Past Python's buffer: its lock would be held for ever in the processes that the server forks.
        while os.read(descriptor, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="parent").start()


if __name__ == "__main__":
    end_with_parent()
    {SERVER: server, WORKER: worker}[sys.argv[1]]()
