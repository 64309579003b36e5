"""The suite finds a database server, or says why there is none."""

from __future__ import annotations

import socket

import pytest

from tools import suite


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_server_that_does_not_answer_is_given_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(suite.VARIABLE, f"postgresql://nobody@127.0.0.1:{closed_port()}/none")
    url, reason = suite.find_server()
    assert url == ""
    assert "refused" in reason


def test_a_named_server_that_is_away_fails_the_suite(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(suite.VARIABLE, f"postgresql://nobody@127.0.0.1:{closed_port()}/none")
    assert suite.main([]) == 2
    assert suite.VARIABLE in capsys.readouterr().err
