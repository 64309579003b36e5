"""Help answers at once, in the language of the shell, and knows every command."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from zhiheng.doors.cli import words
from zhiheng.doors.cli.main import app, translated

HEAVY = {"django", "numpy", "scipy", "pyarrow", "duckdb", "altair", "granian", "pydantic_settings"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def help_of(*arguments: str, **variables: str) -> str:
    environment = {"PATH": "/usr/bin", **variables}
    done = subprocess.run(
        [sys.executable, "-c", "from zhiheng.doors.cli.main import main; main()", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys, json\n"
        "from zhiheng.doors.cli.main import carried_out\n"
        "carried_out(['--help']); carried_out(['import', '--help'])\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert not loaded & HEAVY


@pytest.mark.parametrize(
    ("variables", "chinese"),
    [
        ({}, True),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "en_GB.UTF-8"}, False),
        ({"LANG": "de_DE.UTF-8"}, False),
        ({"LANG": "en_GB.UTF-8", "ZHIHENG_LANG": "zh"}, True),
        ({"LANG": "zh_CN.UTF-8", "ZHIHENG_LANG": "en"}, False),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, True),
    ],
)
def test_the_language(variables: dict[str, str], chinese: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ZHIHENG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    words.language.cache_clear()
    try:
        assert (words.language() == words.CHINESE) is chinese
    finally:
        words.language.cache_clear()


def test_help_in_both_languages() -> None:
    chinese, english = help_of("--help"), help_of("--help", ZHIHENG_LANG="en")
    assert "用法：" in chinese
    assert "命令" in chinese
    assert not CHINESE.search(english)


def _texts(command: Any, path: str = "zhiheng") -> Iterator[tuple[str, str]]:
    yield path, command.help
    for parameter in command.params:
        if getattr(parameter, "help", None) and parameter.name != "help":
            yield f"{path} {parameter.name}", parameter.help
    for name, child in getattr(command, "commands", {}).items():
        yield from _texts(child, f"{path} {name}")


def test_every_command_and_option_says_what_it_is_for() -> None:
    command = typer.main.get_command(app)
    missing = [
        f"{path} {parameter.name}"
        for path, one in _commands(command)
        for parameter in one.params
        if parameter.name != "help" and not getattr(parameter, "help", None)
    ]
    assert missing == []
    assert all(one.help for _, one in _commands(command))


def _commands(command: Any, path: str = "zhiheng") -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from _commands(child, f"{path} {name}")


def test_every_text_of_the_help_is_chinese_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIHENG_LANG", "zh")
    words.language.cache_clear()
    words._catalogue.cache_clear()
    try:
        told = list(_texts(translated(typer.main.get_command(app))))
    finally:
        words.language.cache_clear()
        words._catalogue.cache_clear()
    assert [path for path, text in told if not CHINESE.search(text)] == []
