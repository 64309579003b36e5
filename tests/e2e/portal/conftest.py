"""A running server with a small synthetic province, for the length of the module that asks for it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

READY_WITHIN = 60.0


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server."""
    port = free_port()
    home = tmp_path_factory.mktemp("deployment") / "home"
    environment = {
        **os.environ,
        "ZHIHENG_HOME": str(home),
        "DATABASE_URL": "",
        "PORT": str(port),
        "ZHIHENG_WORKERS": "1",
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    subprocess.run([sys.executable, "-m", "tests.e2e.portal.prepare"], env=environment, cwd=ROOT, check=True)
    log = (home / "server.log").open("wb")
    server = subprocess.Popen(
        [sys.executable, "-m", "zhiheng.doors.cli.processes", "server"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, server, home / "server.log")
        yield address
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/about/", timeout=5).read()  # noqa: S310  our own address
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the server does not answer:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
