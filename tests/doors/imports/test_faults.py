"""Imports that are killed, starved of disk, cut off from their database, or started twice.

Each runs in processes of its own, on a data folder and a database of its own. What must come out is
always the same: the state of an undisturbed import, and a ledger that verifies.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.doors.imports.conftest import HEAD, result
from tests.doors.imports.spreadsheets import csv_file

ROOT = Path(__file__).resolve().parents[3]
ROWS = 1200
REFUSED = ROWS // 100
Environment = dict[str, str]

pytestmark = pytest.mark.database


def start(environment: Environment, *arguments: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.doors.imports.process", *arguments],
        cwd=ROOT,
        env={**environment, "ZHIHENG_IMPORT_CHUNK": "40", "ZHIHENG_LOG_FORMAT": "json", **more},
        stdout=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The last line of JSON that a process printed; it must end by itself."""
    printed, _ = process.communicate(timeout=240)
    assert process.returncode == 0, printed
    return json.loads([line for line in printed.splitlines() if line.startswith("{")][-1])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = [result(n, 公布日期="never") if n % 100 == 50 else result(n) for n in range(ROWS)]
    return csv_file(tmp_path / "results.csv", [HEAD, *rows])


@pytest.fixture
def home(deployment: Environment) -> Environment:
    environment = {**deployment, "DJANGO_SETTINGS_MODULE": "zhiheng.settings.django"}
    assert start(environment, "prepare").wait(timeout=240) == 0
    return environment


def state(environment: Environment) -> dict[str, Any]:
    return told(start(environment, "state"))


def whole(found: dict[str, Any]) -> None:
    """Every good row is a fact, once; every row of every run is accounted for; the chain is intact."""
    assert found["intact"]
    assert found["results"] == ROWS - REFUSED
    for run in found["runs"]:
        assert run["state"] == "finished"
        assert run["rows"] == ROWS
        assert run["accepted"] + run["unresolved"] + run["refused"] + run["skipped"] == ROWS
        assert run["refused"] == REFUSED


def test_killed_at_many_points_it_ends_like_an_undisturbed_import(
    home: Environment, file: Path, tmp_path: Path
) -> None:
    chance = random.Random(20260302)
    process, kills = start(home, "import", str(file), "ZJ-AMR"), 0
    while True:
        assert process.stdout is not None
        wanted = chance.randrange(1, 9)
        for line in process.stdout:
            if '"done"' in line or '"state"' in line:
                break
            wanted -= '"position"' in line
            if wanted <= 0:
                time.sleep(chance.random() * 0.03)
                process.send_signal(signal.SIGKILL)
                kills += 1
                break
        process.stdout.read()
        if process.wait(timeout=60) == 0:
            break
        process = start(home, "work")
    disturbed = state(home)
    assert kills >= 4
    whole(disturbed)
    calm = {**home, "ZHIHENG_HOME": str(tmp_path / "calm")}
    if home["DATABASE_URL"]:
        assert (disturbed["closed"], disturbed["entries"]) == (1, ROWS - REFUSED + 2)
        return
    assert start(calm, "prepare").wait(timeout=240) == 0
    assert told(start(calm, "import", str(file), "ZJ-AMR"))["state"] == "finished"
    assert state(calm) == disturbed


@pytest.mark.parametrize(
    "agencies", [("ZJ-AMR", "ZJ-AMR"), ("ZJ-AMR", "HZ-AMR")], ids=["one book", "two books"]
)
def test_two_imports_of_the_same_file_at_once_make_one_set_of_facts(
    home: Environment, file: Path, agencies: tuple[str, str]
) -> None:
    processes = [start(home, "import", str(file), agency) for agency in agencies]
    told_of = [told(process) for process in processes]
    assert sum(one["skipped"] for one in told_of) == ROWS - REFUSED
    assert sum(one["accepted"] + one["unresolved"] for one in told_of) == ROWS - REFUSED
    whole(state(home))


def test_one_run_is_not_worked_at_by_two(home: Environment, file: Path) -> None:
    process = start(home, "import", str(file), "ZJ-AMR")
    assert process.stdout is not None
    process.stdout.readline()
    assert told(start(home, "work")) == {"done": True}
    process.stdout.read()
    assert process.wait(timeout=240) == 0
    found = state(home)
    assert len(found["runs"]) == 1
    whole(found)


@pytest.mark.sqlite
def test_a_full_disk_stops_the_import_and_nothing_is_lost(home: Environment, file: Path) -> None:
    if home["DATABASE_URL"]:
        pytest.skip("the disk of the database server is not this test's to fill")
    database = Path(home["ZHIHENG_HOME"], "zhiheng.sqlite3")
    limit = str(database.stat().st_size + 400_000)
    stopped = told(start(home, "import", str(file), "ZJ-AMR", TEST_FILE_LIMIT=limit, TEST_WAITS="0.05"))
    assert stopped == {"refused": "import.interrupted"}
    between = state(home)
    assert between["intact"]
    assert 0 < between["runs"][0]["rows"] < ROWS
    assert told(start(home, "work")) == {"done": True}
    whole(state(home))


@contextmanager
def small_disk(path: Path, megabytes: int) -> Iterator[None]:
    path.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


@pytest.mark.sqlite
def test_a_really_full_disk(deployment: Environment, file: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16):
        home = {**deployment, "ZHIHENG_HOME": str(tmp_path / "disk"), "DATABASE_URL": ""}
        home["DJANGO_SETTINGS_MODULE"] = "zhiheng.settings.django"
        assert start(home, "prepare").wait(timeout=240) == 0
        ballast = tmp_path / "disk" / "ballast"
        free = os.statvfs(tmp_path / "disk")
        ballast.write_bytes(bytes(max(free.f_bavail * free.f_bsize - 700_000, 0)))
        stopped = told(start(home, "import", str(file), "ZJ-AMR", TEST_WAITS="0.05"))
        assert stopped["refused"] in {"import.interrupted", "import.not_stored"}
        ballast.unlink()
        if stopped["refused"] == "import.not_stored":
            told(start(home, "import", str(file), "ZJ-AMR"))
        assert told(start(home, "work")) == {"done": True}
        whole(state(home))


def test_a_database_that_goes_away_comes_back_and_the_import_goes_on(home: Environment, file: Path) -> None:
    url = home["DATABASE_URL"]
    if not url:
        pytest.skip("SQLite has no server that could go away; set ZHIHENG_TEST_DATABASE_URL")
    import psycopg

    name = urlsplit(url).path.lstrip("/")
    server = urlsplit(url)._replace(path="/postgres").geturl()
    process = start(home, "import", str(file), "ZJ-AMR")
    assert process.stdout is not None
    ended, positions = 0, 0
    with psycopg.connect(server, autocommit=True) as connection:
        for line in process.stdout:
            positions += '"position"' in line
            if positions % 5 == 3:
                found = connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
                )
                ended += len(found.fetchall())
    assert process.wait(timeout=240) == 0
    assert ended >= 2
    whole(state(home))
