"""Verification of a report: its entry, its snapshot, its tables, its text, and what has changed since.

Later corrections do not make a published report wrong: it is verified against its own snapshot, and
the verdict says how the rates would come out today. This module refuses to mend anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, cast

from zhiheng.analytics.pipelines.public_rows import PublicRows, public_rows, quarter_day
from zhiheng.domains.indicators import content as contents
from zhiheng.domains.indicators.checking import (
    Check,
    checked,
    not_run,
    numbers_check,
    rows_check,
    sentences_check,
    tables_check,
)
from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.scope import Scope
from zhiheng.domains.indicators.tables import Table, compute
from zhiheng.foundation.ledger.checkpoints import checkpoint_root
from zhiheng.foundation.ledger.entries import header
from zhiheng.foundation.ledger.facts.report import ReportPublished
from zhiheng.foundation.ledger.facts.spot_check import SpotCheckResult
from zhiheng.foundation.ledger.models import Checkpoint, Entry
from zhiheng.foundation.ledger.snapshots import Snapshot, snapshot_last, snapshot_open, snapshot_verify
from zhiheng.kernel.chain import KNOWN, Json, canonical, hasher
from zhiheng.kernel.errors import N_, Problem, Refused


@dataclass(frozen=True, slots=True)
class Changes:
    """What was recorded about the report's period after its snapshot, and the rates as they would be now."""

    snapshot: str
    superseded: int
    recorded: int
    before: Table
    now: Table

    @property
    def any(self) -> bool:
        """Whether anything has changed."""
        return bool(self.superseded or self.recorded)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks of a report. `statements` say what the verdict rests on and what it does not prove."""

    report: str
    checks: tuple[Check, ...]
    statements: tuple[Problem, ...] = ()
    changes: Changes | None = None

    @property
    def sound(self) -> bool:
        """Whether every check was made and passed."""
        return all(check.state == "passed" for check in self.checks)

    def check(self, name: str) -> Check:
        """The check of that name."""
        return next(check for check in self.checks if check.name == name)


def report_verify(report: Report, folder: Path, later: Snapshot | None = None) -> Verdict:
    """Verify a report against its snapshot, and compare it with a later one; without one, the newest."""
    checks = [checked("content", _content(report))]
    if report.published_entry is not None:
        checks.append(checked("entry", _entry(report)))
        checks.append(checked("checkpoint", _checkpoint(report)))
    try:
        found, changes = _counted(report, folder, later)
    except (*SHAPES, Refused):
        # Whoever altered the stored content may have left any shape; none may pass, none may crash.
        checks[0] = Check("content", "failed", (_UNREADABLE,))
        found, changes = [not_run(name, "content") for name in ("snapshot", *_AFTER, *_TEXT)], None
    return Verdict(report.code, (*checks, *found), _statements(report), changes)


def _counted(report: Report, folder: Path, later: Snapshot | None) -> tuple[list[Check], Changes | None]:
    """The checks that need the content and the snapshot."""
    content = report.document
    text = [numbers_check(content), sentences_check(content)]
    try:
        snapshot = snapshot_open(folder, report.snapshot)
    except Refused as refused:
        missing = Check("snapshot", "failed", refused.problems)
        return [missing, *(not_run(name, "snapshot") for name in _AFTER), *text], None
    whole = checked("snapshot", _snapshot(report, snapshot))
    if whole.state != "passed":
        return [whole, *(not_run(name, "snapshot") for name in _AFTER), *text], None
    rows = _rows(content, snapshot)
    counted = [
        rows_check(content, rows),
        checked("ledger", _ledger(rows, contents.scope_in(content))),
        tables_check(content, snapshot),
    ]
    changes = _changes(content, rows, snapshot, later or snapshot_last(folder))
    return [whole, *counted, *text], changes


SHAPES: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError, StopIteration, ArithmeticError)
_TEXT: Final = ("numbers", "sentences")
_AFTER: Final = ("rows", "ledger", "tables")
_UNREADABLE: Final = Problem("verify.unreadable", N_("The stored content cannot be read: it was altered."))


def _statements(report: Report) -> tuple[Problem, ...]:
    if report.published_entry is None:
        message = N_("The report is not published: no entry of the ledger binds its content yet.")
        return (Problem("verify.unpublished", message),)
    message = N_(
        "Checked is the publishing entry and the checkpoint that binds it; whether the whole ledger is intact"
        " is checked by verifying the ledger."
    )
    found = [Problem("verify.entry_only", message)]
    if report.withdrawn_at is not None:
        found.append(Problem("verify.withdrawn", N_("The report was withdrawn: %(reason)s"),
                             {"reason": report.reason}))  # fmt: skip
    return tuple(found)


def _content(report: Report) -> Iterator[Problem]:
    if contents.digest_of(report.content) != report.content_digest:
        yield Problem("verify.content", N_("The stored content does not give its digest: it was altered."))
    try:
        content = report.document
    except ValueError:
        yield _UNREADABLE
        return
    if not isinstance(content, dict):
        yield _UNREADABLE
        return
    source = content.get("source")
    stated = {"code": report.code, "title": report.title, "agency": report.agency}
    differs = [name for name, value in stated.items() if content.get(name) != value]
    if not isinstance(source, dict) or (source.get("snapshot"), source.get("manifest")) != (
        report.snapshot,
        report.manifest,
    ):
        differs.append("snapshot")
    for name in differs:
        message = N_("The column %(name)s of the report differs from its content.")
        yield Problem("verify.column", message, {"name": name})


def entry_hash(book: str, entry: Entry) -> bytes:
    """The hash that the stored columns of an entry give."""
    return hasher(entry.algorithm)(
        header(
            book, entry.number, entry.kind, entry.version, entry.occurred_at, entry.recorded_at, entry.actor,
            entry.agency, entry.division, entry.subjects, entry.basis, entry.corrects, entry.algorithm,
            bytes(entry.previous), entry.payload,
        )
    )  # fmt: skip


def published_payload(content_text: str) -> dict[str, Json]:
    """What the publishing entry of a content must say."""
    content = contents.parse(content_text)
    scope = contents.scope_in(content)
    source = cast(dict[str, Json], content["source"])
    return ReportPublished(
        report=str(content["code"]),
        title=str(content["title"]),
        period_from=scope.since,
        period_to=scope.until,
        content=contents.digest_of(content_text),
        snapshot=str(source["snapshot"]),
        manifest=str(source["manifest"]),
        pipeline=str(source["pipeline"]),
        parameters=canonical(scope.parameters()),
    ).payload()


def payload_problems(stated: dict[str, Json], expected: dict[str, Json]) -> Iterator[Problem]:
    """Where the payload of a publishing entry differs from what the content demands."""
    for name in sorted(stated.keys() | expected.keys()):
        if stated.get(name) != expected.get(name):
            message = N_("The publishing entry states another %(name)s than the content: %(stated)s.")
            yield Problem("verify.payload", message, {"name": name, "stated": str(stated.get(name))})


def _publishing_entry(report: Report) -> Entry | None:
    identifier = report.published_entry
    return None if identifier is None else Entry.objects.select_related("book").filter(pk=identifier).first()


def _entry(report: Report) -> Iterator[Problem]:
    entry = _publishing_entry(report)
    if entry is None:
        yield Problem("verify.entry_missing", N_("The publishing entry is not in the ledger."))
        return
    known = entry.algorithm in KNOWN
    if not known or entry_hash(entry.book.key, entry) != bytes(entry.hash):
        message = N_("The publishing entry does not give its hash: it was altered.")
        yield Problem("verify.entry_altered", message)
    if entry.kind != ReportPublished.KIND:
        yield Problem("verify.entry_kind", N_("The entry that the report names publishes nothing."))
        return
    try:
        yield from payload_problems(json.loads(entry.payload), published_payload(report.content))
    except (*SHAPES, Refused):
        yield _UNREADABLE


def _checkpoint(report: Report) -> Iterator[Problem]:
    number = report.checkpoint
    taken = None if number is None else Checkpoint.objects.filter(number=number).first()
    if taken is None:
        yield Problem(
            "verify.checkpoint_missing", N_("The checkpoint of the publication is not in the ledger.")
        )
        return
    heads = [(key, number, bytes.fromhex(hashed)) for key, number, hashed in json.loads(taken.heads)]
    if checkpoint_root(taken.number, taken.at, heads, bytes(taken.previous), taken.algorithm) != bytes(
        taken.root
    ):
        yield Problem(
            "verify.checkpoint_altered", N_("The checkpoint does not give its root: it was altered.")
        )
    entry = _publishing_entry(report)
    if entry is None or (entry.book.key, entry.number, bytes(entry.hash)) not in heads:
        message = N_("The checkpoint of the publication does not bind the publishing entry.")
        yield Problem("verify.checkpoint_other", message)


def _snapshot(report: Report, snapshot: Snapshot) -> Iterator[Problem]:
    if snapshot.digest != report.manifest:
        message = N_("The list of the snapshot's files (%(name)s) was altered after the report was computed.")
        yield Problem("verify.manifest", message, {"name": snapshot.name},
                      N_("Bring it back from a backup."))  # fmt: skip
    taken = Checkpoint.objects.filter(number=snapshot.checkpoint).first()
    if taken is None or bytes(taken.root).hex() != snapshot.root:
        message = N_("The snapshot names a checkpoint that the ledger does not have.")
        yield Problem("verify.snapshot_root", message)
    yield from snapshot_verify(snapshot)


def _rows(content: dict[str, Json], snapshot: Snapshot) -> PublicRows:
    scope = contents.scope_in(content)
    return public_rows(
        snapshot, scope.extent, level=contents.rows_level(scope), published_by=scope.published_by
    )


def _ledger(rows: PublicRows, scope: Scope) -> Iterator[Problem]:
    """Whether the ledger holds each row's entry under the row's hash, and its payload says the same."""
    waiting = {row["entry"]: row for row in rows.rows}
    if not waiting:
        return
    entries = Entry.objects.filter(kind=SpotCheckResult.KIND, id__range=(min(waiting), max(waiting)))
    for number, hashed, payload in entries.values_list("id", "hash", "payload").iterator(chunk_size=5_000):
        row = waiting.pop(number, None)
        if row is None:
            continue
        stated = json.loads(payload)
        overturned = stated.get("retest") == "overturned"
        day = stated.get("sampled_on") or stated.get("published_on")
        said = {
            "hash": bytes(hashed).hex(),
            "authority": stated["authority"],
            "product_kind": stated["product_kind"],
            "selection": stated["selection"],
            "coverage": stated["coverage"],
            "verdict": "conforming" if overturned else stated["verdict"],
            "day": quarter_day(date.fromisoformat(day), scope.since) if day else None,
        }
        for name, value in said.items():
            if row[name] != value:
                message = N_("The entry %(entry)d says another %(name)s in the ledger than in the snapshot.")
                yield Problem("verify.ledger_row", message, {"entry": number, "name": name})
    for number in waiting:
        yield Problem(
            "verify.ledger_missing", N_("The entry %(entry)d is not in the ledger."), {"entry": number}
        )


def _changes(
    content: dict[str, Json], rows: PublicRows, snapshot: Snapshot, later: Snapshot | None
) -> Changes | None:
    if later is None or later.checkpoint <= snapshot.checkpoint:
        return None
    now = _rows(content, later)
    before = {row["entry"] for row in rows.rows}
    after = {row["entry"] for row in now.rows}
    return Changes(
        snapshot=later.name,
        superseded=len(before - after),
        recorded=len(after - before),
        before=contents.tables_of(content)["overall"],
        now=compute(later, contents.scope_in(content)).tables["overall"],
    )
