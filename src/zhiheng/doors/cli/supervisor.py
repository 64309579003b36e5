"""Keeps processes alive and takes them down together.

One that dies is started again, after a pause that grows; one that cannot stay alive from the start
ends everything with a message. This module refuses to know what the processes do.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from zhiheng.doors.cli import output
from zhiheng.doors.cli.refusals import environment
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_

STABLE_AFTER: Final = 60.0
TOO_SOON: Final = 5.0
DEATHS_MOST: Final = 4
PAUSES: Final = (0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
PATIENCE: Final = 15.0
BETWEEN: Final = 2.0
_TICK: Final = 0.1


class Child:
    """A process that is to stay alive."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.deaths = 0
        self.started = 0.0
        self.due = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, in a session of its own: Ctrl-C reaches it through the supervisor alone."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "zhiheng.doors.cli.processes", self.name],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def look(self) -> None:
        """Notice its death, and start it again when its pause is over."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.sweep()
        self._died(code)

    def _died(self, code: int) -> None:
        lived = time.monotonic() - self.started
        self.deaths = 1 if lived > STABLE_AFTER else self.deaths + 1
        if self.deaths >= DEATHS_MOST and lived < TOO_SOON:
            raise environment(
                "cli.child_dies",
                N_("The %(name)s process ends again and again (code %(code)d)."),
                N_("What it wrote above says why; `zhiheng check` looks at the usual reasons."),
                name=self.name,
                code=code,
            )
        pause = PAUSES[min(self.deaths, len(PAUSES)) - 1]
        self.due = time.monotonic() + pause
        output.note(
            _("The %(name)s process ended (code %(code)d); it is started again.")
            % {"name": self.name, "code": code}
        )

    def sweep(self) -> None:
        """Take down what the process left behind: its session is its process group."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            if self.process.stdin is not None:
                self.process.stdin.close()
        self.process = None

    def stop(self) -> None:
        """Ask it to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Wait for its end, then sweep; who does not end in time is ended."""
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.0, until - time.monotonic()))
            self.sweep()


def supervise(names: Sequence[str], on_start: Callable[[threading.Event], None]) -> None:
    """Keep the processes alive until Ctrl-C or SIGTERM, then take them down; `on_start` runs beside them."""
    stop = threading.Event()
    children = [Child(name) for name in names]
    with _signals(stop):
        beside = threading.Thread(target=on_start, args=(stop,), daemon=True)
        try:
            # The first is waited for by somebody; the others let it have the machine until it is up.
            for place, child in enumerate(children):
                child.due = time.monotonic() + place * BETWEEN
            beside.start()
            while not stop.is_set():
                for child in children:
                    child.look()
                stop.wait(_TICK)
        finally:
            stop.set()
            for child in children:
                child.stop()
            until = time.monotonic() + PATIENCE
            for child in children:
                child.wait(until)


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """Let the signals that mean "stop" only set the event, for as long as this lasts."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
