"""The installed command, run as a process of its own with an empty data folder and an empty database."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

Done = subprocess.CompletedProcess[str]
COMMAND = Path(sys.executable).parent / "zhiheng"


@dataclass
class Installation:
    """A data folder with its environment."""

    environment: dict[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """The data folder."""
        return Path(self.environment["ZHIHENG_HOME"])

    def run(
        self, *arguments: str | Path, expect: int = 0, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; the exit code must be the expected one."""
        done = subprocess.run(
            [COMMAND, *map(str, arguments)],
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == expect, (done.returncode, done.stdout[-1500:], done.stderr[-1500:])
        return done

    def json(self, *arguments: str | Path, expect: int = 0) -> Any:
        """The answer of a command with `--json`."""
        return json.loads(self.run(*arguments, "--json", expect=expect).stdout)

    def start(self, *arguments: str | Path, **variables: str) -> subprocess.Popen[str]:
        """Start a command and leave it running."""
        process = subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process


@pytest.fixture
def installation(deployment: dict[str, str]) -> Iterator[Installation]:
    """An installation that speaks English, so that tests can read it."""
    made = Installation(
        {**deployment, "ZHIHENG_LANG": "en", "PORT": str(free_port()), "ZHIHENG_WORKERS": "1"}
    )
    yield made
    for process in made.started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        if process.stdout is not None:
            process.stdout.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def answers(port: int | str, path: str = "/api/v1/divisions?limit=1") -> bool:
    """Whether the server answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def until(condition: Callable[[], Any], seconds: float = 90) -> Any:
    """Wait for something to be so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    pytest.fail(f"not so within {seconds} s")
