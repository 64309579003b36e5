"""`zhiheng run`: from an empty folder to a server that answers, and the same again in seconds."""

from __future__ import annotations

import errno
import http.client
import os
import socket
import threading
import time
from typing import Annotated, Final

import typer

from zhiheng.doors.cli import output
from zhiheng.doors.cli.refusals import environment
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_

ANSWER_WITHIN: Final = 60.0
Port = Annotated[int, typer.Option("--port", help=N_("The port to listen on; else PORT, else 8000."))]
Host = Annotated[str, typer.Option("--host", help=N_("The address to listen on; 0.0.0.0 serves others."))]
Demo = Annotated[
    bool, typer.Option("--demo", help=N_("On first start, load the synthetic province with accounts."))
]


def run(demo: Demo = False, port: Port = 0, host: Host = "") -> None:
    """Set up what is missing, then serve pages, API and imports until Ctrl-C."""
    _into_environment(port, host)
    from zhiheng.doors.cli import opening

    read = opening.settings_read()
    opening.home_writable()
    with opening.alone():
        port_free(read.host, read.port)
        opening.prepared()
        opening.static_made()
        shown = _demo() if demo else _welcome_back()
        from django.db import connections

        from zhiheng.doors.cli.processes import SERVER, WORKER
        from zhiheng.doors.cli.supervisor import supervise

        connections.close_all()
        supervise([SERVER, WORKER], lambda stop: _greet(stop, read.host, read.port, shown))
        output.note(_("Stopped. All data are kept in %(home)s.") % {"home": read.home})


def worker() -> None:
    """Only take imports in, for pages that another process or machine serves."""
    from zhiheng.doors.cli import opening, processes

    opening.in_use()
    output.note(_("Waiting for imports; Ctrl-C stops."))
    processes.worker()


def _into_environment(port: int, host: str) -> None:
    """Options go before variables; the processes that are started read the variables."""
    if port:
        os.environ["PORT"] = str(port)
    if host:
        os.environ["ZHIHENG_HOST"] = host


def port_free(host: str, port: int) -> None:
    """Refuse a port that somebody listens on, before anything is set up."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise environment(
                    "cli.port_taken",
                    N_("Port %(port)d of %(host)s is taken by another program."),
                    N_("Stop that program, or choose another port: PORT=%(other)d."),
                    port=port,
                    host=host,
                    other=port + 1 if port < 65535 else 8000,
                ) from error
            raise environment(
                "cli.port_refused",
                N_("Port %(port)d of %(host)s cannot be listened on: %(why)s."),
                N_("Ports below 1024 need a right of their own; the address must be one of this machine."),
                port=port,
                host=host,
                why=error.strerror or str(error),
            ) from error


def _demo() -> list[str]:
    from zhiheng.doors.demo.loading import demo_loaded
    from zhiheng.doors.demo.showing import what_to_look_at

    return what_to_look_at(demo_loaded(output.progress))


def _welcome_back() -> list[str]:
    """Without the demo: whether anybody can sign in yet, and how the first account is made."""
    from zhiheng.foundation.org.models import Account

    if Account.objects.exists():
        return []
    return [_("Nobody can sign in yet. `zhiheng account create` makes the first administrator.")]


def _greet(stop: threading.Event, host: str, port: int, shown: list[str]) -> None:
    """Say where it is, as soon as it answers."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared with, not bound
    until = time.monotonic() + ANSWER_WITHIN
    while not stop.is_set() and not _answers(reached, port):
        if time.monotonic() > until:
            output.note(_("The server does not answer yet; what it wrote above may say why."))
            return
        stop.wait(0.05)
    if stop.is_set():
        return
    address = f"http://{f'[{reached}]' if ':' in reached else reached}:{port}/"
    output.note("\n" + _("Zhiheng answers at %(address)s") % {"address": address})
    for line in shown:
        output.note(line)
    output.note(_("Ctrl-C stops it; the data stay."))


def _answers(host: str, port: int) -> bool:
    """Whether a request is answered; with which page does not matter here."""
    asked = http.client.HTTPConnection(host, port, timeout=5)
    try:
        asked.request("GET", "/")
        asked.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()
    return True
