"""Long work that is found again, is not done twice, and says how it ended."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from zhiheng.doors.workbench import errands
from zhiheng.doors.workbench.errands import Report
from zhiheng.kernel.errors import Refused

AT = datetime(2026, 11, 2, tzinfo=UTC)


def start(work: Any, *, apart: bool) -> errands.Errand:
    return errands.run("trial", work, by="officer:1", at=AT, total=10, apart=apart)


def test_it_is_done_at_once_and_remembered(home: Path) -> None:
    assert errands.find("trial") is None
    start(lambda _report: {"found": 3}, apart=False)
    found = errands.find("trial")
    assert found
    assert (found.state, found.done, found.answer, found.started) == ("finished", 10, {"found": 3}, AT)


def test_apart_it_reports_and_cannot_be_started_twice(home: Path) -> None:
    half, go, done = Event(), Event(), Event()

    def work(report: Report) -> dict[str, Any]:
        report(5)
        half.set()
        go.wait(10)
        done.set()
        return {}

    start(work, apart=True)
    assert half.wait(10)
    found = errands.find("trial")
    assert found
    assert (found.running, found.done) == (True, 5)
    with pytest.raises(Refused):
        start(work, apart=True)
    go.set()
    assert done.wait(10)


def test_a_failure_says_why(home: Path) -> None:
    def work(report: Report) -> dict[str, Any]:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        start(work, apart=False)
    found = errands.find("trial")
    assert found
    assert (found.state, found.why) == ("failed", "no space left")


def test_work_whose_process_is_gone_is_interrupted(home: Path) -> None:
    errands._write(errands.Errand("trial", "running", "officer:1", AT.isoformat(), 10, 4))
    found = errands.find("trial")
    assert found
    assert found.state == "interrupted"
    start(lambda _report: {}, apart=False)
