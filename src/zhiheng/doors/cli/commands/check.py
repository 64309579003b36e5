"""`zhiheng check`: is everything here that is needed, and what to do if not."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands.options import Json

MARKS: Final = {"ok": "✓", "warn": "!", "fail": "✗"}


def check(as_json: Json = False) -> int:
    """Look at program, folder, database, ledger, fonts and languages; say what to do. Changes nothing."""
    from zhiheng.doors.cli.examination import examined

    found = []
    for finding in examined():
        found.append(finding)
        if not as_json:
            output.answer(f"{MARKS[finding.state]} {finding.state:4} {finding.name}: {finding.text}")
            if finding.remedy:
                output.answer(f"       → {finding.remedy}")
    failed = any(finding.state == "fail" for finding in found)
    if as_json:
        output.answer_json({"ok": not failed, "findings": [asdict(finding) for finding in found]})
    return refusals.ENVIRONMENT if failed else refusals.DONE
