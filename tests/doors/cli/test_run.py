"""`zhiheng run`: it answers, takes imports in, mends what dies, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.request
import uuid
from pathlib import Path

import pytest

from tests.domains.supervision.conftest import MAKER
from tests.doors.cli.conftest import Installation, answers, until


def _children(pid: int) -> dict[str, int]:
    """The processes that the supervisor looks after, by name."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            if parent == pid:
                words = (path.parent / "cmdline").read_text().split("\0")  # of the dead: nothing
                found |= {name: int(path.parent.name) for name in ("server", "worker") if name in words}
        except OSError:
            continue
    return found


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.read()


def _ask(request: urllib.request.Request) -> dict[str, str]:
    with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310  our own server
        answer: dict[str, str] = json.loads(response.read())
    return answer


def _upload(installation: Installation, key: str) -> str:
    """Hand the enterprises in through the API, for the worker to take."""
    sheet = (("统一社会信用代码", "企业名称", "行政区划代码"), (*MAKER, "330106"))
    data = "\n".join(",".join(line) for line in sheet).encode()
    edge = uuid.uuid4().hex
    body = (
        (
            f'--{edge}\r\nContent-Disposition: form-data; name="sheet"\r\n\r\nenterprises\r\n'
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="e.csv"\r\n\r\n'
        ).encode()
        + data
        + f"\r\n--{edge}--\r\n".encode()
    )
    request = urllib.request.Request(
        f"http://127.0.0.1:{installation.environment['PORT']}/api/v1/imports",
        data=body,
        headers={"Authorization": f"Bearer {key}", "Content-Type": f"multipart/form-data; boundary={edge}"},
    )
    return _ask(request)["run"]


def _import_state(installation: Installation, key: str, run: str) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{installation.environment['PORT']}/api/v1/imports/{run}",
        headers={"Authorization": f"Bearer {key}"},
    )
    return _ask(request)["state"]


def test_it_answers_imports_mends_and_stops(installation: Installation) -> None:
    port = installation.environment["PORT"]
    installation.run("account", "agency", "A-1", "某某市场监督管理局", "100000")
    installation.run(
        "account", "create", "reg", "某某", "--role", "registrar", ZHIHENG_PASSWORD="correct horse battery"
    )
    key = installation.run("account", "token", "reg", "test", "--scope", "registrar").stdout.strip()
    process = installation.start("run")
    until(lambda: answers(port) or process.poll() is not None)
    assert process.poll() is None, _said(process)

    run = _upload(installation, key)
    until(lambda: _import_state(installation, key, run) == "finished", 30)

    second = installation.run("run", expect=3)
    assert f":{port}/" in second.stderr

    for name in ("server", "worker"):
        before = _children(process.pid)
        os.kill(before[name], signal.SIGKILL)
        until(
            lambda name=name, before=before: _children(process.pid).get(name) not in {None, before[name]}, 30
        )
    until(lambda: answers(port), 30)

    children = _children(process.pid)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    told = _said(process)
    assert f"http://127.0.0.1:{port}/" in told
    assert "is started again" in told
    until(lambda: all(_gone(pid) for pid in children.values()), 10)
    assert not answers(port)
    assert installation.json("verify", "ledger")["intact"]


def test_a_killed_supervisor_leaves_nothing_running(installation: Installation) -> None:
    process = installation.start("run")
    until(lambda: answers(installation.environment["PORT"]) or process.poll() is not None)
    assert process.poll() is None, _said(process)
    until(
        lambda: set(_children(process.pid)) == {"server", "worker"}, 30
    )  # the worker comes after the server
    children = _children(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    until(lambda: all(_gone(pid) for pid in children.values()), 30)
    until(lambda: not answers(installation.environment["PORT"]), 30)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_stops_cleanly(installation: Installation, number: signal.Signals) -> None:
    process = installation.start("run")
    until(lambda: answers(installation.environment["PORT"]) or process.poll() is not None)
    process.send_signal(number)
    assert process.wait(30) == 0
