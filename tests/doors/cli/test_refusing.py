"""Exit codes that a script can rely on, and messages that say what to do."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.doors.cli.conftest import Installation


@pytest.mark.parametrize(
    "arguments",
    [("nothing",), ("run", "--colour"), ("import",), ("export", "nothing"), ("demo", "--scale", "x")],
)
def test_wrongly_written(installation: Installation, arguments: tuple[str, ...]) -> None:
    if arguments == ("export", "nothing"):
        installation.run("demo", "--files", installation.home / "files", "--scale", "small")
        installation.run("import", "enterprises", installation.home / "files" / "enterprises.csv")
    done = installation.run(*arguments, expect=2)
    assert done.stdout == ""
    assert done.stderr


@pytest.mark.parametrize(
    "command", [("verify", "ledger"), ("export", "results"), ("report", "list"), ("worker",)]
)
def test_nothing_is_set_up(installation: Installation, command: tuple[str, ...]) -> None:
    done = installation.run(*command, expect=3)
    assert "not set up" in done.stderr
    assert "zhiheng run" in done.stderr


def test_a_wrong_setting_is_named(installation: Installation) -> None:
    done = installation.run("run", expect=3, PORT="99999")
    assert "PORT" in done.stderr


def test_the_home_cannot_be_written(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    done = installation.run("run", expect=3, ZHIHENG_HOME=str(file / "home"))
    assert "cannot be written to" in done.stderr


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/none", "mysql://x/y"], ids=["silent", "of another kind"]
)
def test_the_database_does_not_answer(installation: Installation, url: str) -> None:
    done = installation.run("run", expect=3, DATABASE_URL=url)
    assert "database" in done.stderr
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_port_is_taken(installation: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = installation.run("run", "--port", str(port), expect=3)
    assert str(port) in done.stderr
    assert f"PORT={port + 1}" in done.stderr
    assert not (installation.home / "zhiheng.sqlite3").exists(), "refused before anything is set up"


def test_check_says_what_to_do(installation: Installation) -> None:
    found = {one["name"]: one for one in installation.json("check")["findings"]}
    assert found["tables"]["state"] == "warn"
    assert found["database"]["state"] == "ok"
    key = installation.home / "secrets" / "signing-key"
    key.chmod(0o644)
    failed = {one["name"]: one for one in installation.json("check", expect=3)["findings"]}
    assert failed["signing key"]["state"] == "fail"
    assert "chmod 600" in failed["signing key"]["remedy"]


def test_a_closed_pipe_is_no_failure(installation: Installation) -> None:
    files = installation.home / "files"
    installation.run("demo", "--files", files, "--scale", "small")
    installation.run("import", "enterprises", files / "enterprises.csv")
    process = installation.start("export", "enterprises")
    assert process.stdout is not None
    os.close(os.dup(process.stdout.fileno()))
    process.stdout.close()
    assert process.wait(60) == 0
