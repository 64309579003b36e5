"""The demo: loaded once, resumed after a kill, never put beside other data."""

from __future__ import annotations

import os
import signal
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from tests.doors.cli.conftest import Installation, until


def _state(installation: Installation) -> dict[str, Any]:
    """What is there after all is loaded: counts that a lost or doubled row would change."""
    verified = installation.json("verify", "ledger")
    assert verified["intact"]
    reports = installation.json("report", "list")
    results = installation.run("export", "results").stdout.count("\n")
    enterprises = installation.run("export", "enterprises").stdout.count("\n")
    return {
        "reports": [(one["code"], one["state"]) for one in reports],
        "results": results,
        "enterprises": enterprises,
        "agencies": len(installation.json("account", "agencies")),
    }


@pytest.mark.sqlite  # two installations, and `deployment` has one database for each test
def test_a_killed_start_goes_on_and_loses_nothing(installation: Installation, tmp_path: Path) -> None:
    whole = installation
    whole.run("demo", "--scale", "small")
    killed = Installation({**whole.environment, "ZHIHENG_HOME": str(tmp_path / "killed")})
    # Killed while: files are written, the organisation is entered, a sheet is imported, a report is made.
    for sign in ("demo/written", "demo/accounts.txt", "imports/*", "snapshots/manifests/*"):
        process = killed.start("demo", "--scale", "small")
        until(lambda sign=sign, process=process: list(killed.home.glob(sign)) or process.poll() is not None)
        time.sleep(0.05)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
    assert killed.json("demo", "--scale", "small")["state"] in {"now", "before"}
    assert _state(killed) == _state(whole)


def test_the_second_time_nothing_is_loaded(installation: Installation) -> None:
    assert installation.json("demo", "--scale", "small")["state"] == "now"
    accounts = installation.home / "demo" / "accounts.txt"
    assert stat.S_IMODE(accounts.stat().st_mode) == 0o600
    password = accounts.read_text(encoding="utf-8").split()[1]
    before = installation.json("verify", "ledger")["entries"]
    again = installation.run("demo", "--scale", "small")
    assert password in again.stdout
    assert installation.json("verify", "ledger")["entries"] == before
    found = {one["name"]: one["state"] for one in installation.json("check")["findings"]}
    assert found["ledger"] == found["checkpoints"] == "ok"


def test_other_data_are_left_alone(installation: Installation) -> None:
    installation.run("account", "agency", "A-1", "某某市场监督管理局", "330000")
    assert installation.json("demo", "--scale", "small", expect=1)["state"] == "left"
    assert [one["code"] for one in installation.json("account", "agencies")] == ["A-1"]
