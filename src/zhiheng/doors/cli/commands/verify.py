"""`zhiheng verify`: whoever does not believe, computes again. Exit code 1 when something is broken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands import verify_draw
from zhiheng.doors.cli.commands.options import Json
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_

if TYPE_CHECKING:
    from zhiheng.domains.indicators.verification import Verdict
    from zhiheng.foundation.ledger.verify import Verification

app = typer.Typer(help=N_("Compute again what was recorded and published."), no_args_is_help=True)
app.command(
    "draw",
    help=N_("Check the proof of a draw, or a ticket. Needs the file alone; with the frame it draws again."),
)(verify_draw.draw)
app.command(
    "pairing",
    help=N_("Check which inspectors were drawn. Needs the statement alone, and draws them again."),
)(verify_draw.pairing)


@app.command(
    "ledger",
    help=N_(
        "Check the whole ledger. Recomputes every hash and checkpoint; names the first entry that is wrong."
    ),
)
def ledger(as_json: Json = False) -> int:
    """Recompute every hash and every checkpoint; name the first entry that does not fit."""
    from zhiheng.doors.cli import opening

    opening.in_use()
    from django.db.models import Sum

    from zhiheng.foundation.ledger.models import Book
    from zhiheng.foundation.ledger.verify import ledger_verify

    total = Book.objects.aggregate(total=Sum("head"))["total"] or 0
    with output.progress(_("Checking the ledger"), quiet=as_json) as bar:
        found = ledger_verify(lambda done: bar(done, total))
    if as_json:
        output.answer_json(
            {
                "intact": found.intact,
                "entries": found.entries,
                "books": found.books,
                "checkpoints": found.checkpoints,
                "broken": [
                    {"book": one.book, "number": one.number, **refusals.as_json(one.problem)}
                    for one in found.broken
                ],
            }
        )
        return refusals.DONE if found.intact else refusals.REFUSED
    _tell_ledger(found)
    return refusals.DONE if found.intact else refusals.REFUSED


def _tell_ledger(found: Verification) -> None:
    counted = _("%(entries)d entries in %(books)d books, %(checkpoints)d checkpoints") % {
        "entries": found.entries,
        "books": found.books,
        "checkpoints": found.checkpoints,
    }
    if found.intact:
        output.answer(_("The ledger is intact: %(counted)s.") % {"counted": counted})
        return
    output.answer(_("The ledger is broken (%(counted)s):") % {"counted": counted})
    for one in found.broken:
        output.answer(
            _("Book %(book)s, entry %(number)d: %(why)s")
            % {"book": one.book, "number": one.number, "why": refusals.said(one.problem)}
        )
        if advice := refusals.advised(one.problem):
            output.answer(f"  → {advice}")


@app.command(
    "snapshot",
    help=N_(
        "Check a snapshot. Compares every file with the digest in its manifest and names those that differ."
    ),
)
def snapshot(
    name: Annotated[str, typer.Argument(help=N_("Name of the snapshot; else the newest."))] = "",
    as_json: Json = False,
) -> int:
    """Compare every file of a snapshot with the digest in its manifest; name those that differ."""
    from zhiheng.doors.cli import opening

    opening.in_use()
    from zhiheng.foundation.ledger.snapshots import snapshot_last, snapshot_open, snapshot_verify

    folder = opening.settings_read().folder("snapshots")
    taken = snapshot_open(folder, name) if name else snapshot_last(folder)
    if taken is None:
        raise refusals.Refused(NO_SNAPSHOT)
    problems = snapshot_verify(taken)
    if as_json:
        output.answer_json(
            {
                "snapshot": taken.name,
                "intact": not problems,
                "entries": taken.entries,
                "files": len(taken.parts),
                "broken": [refusals.as_json(one) for one in problems],
            }
        )
    elif problems:
        output.answer(_("Snapshot %(name)s is broken:") % {"name": taken.name})
        for one in problems:
            output.answer(refusals.said(one))
            output.answer(f"  → {refusals.advised(one)}")
    else:
        output.answer(
            _("Snapshot %(name)s is intact: %(files)d files, %(entries)d entries.")
            % {"name": taken.name, "files": len(taken.parts), "entries": taken.entries}
        )
    return refusals.REFUSED if problems else refusals.DONE


NO_SNAPSHOT = refusals.Problem(
    "cli.no_snapshot",
    N_("No snapshot was taken yet."),
    remedy=N_(
        "`zhiheng verify snapshot` has nothing to check until a report was drafted or a snapshot taken."
    ),
)


@app.command("report", help=N_("Check a report, by its code or a package. Recomputes every number in it."))
def report(
    what: Annotated[str, typer.Argument(help=N_("Code of a report, or the file of a package."))],
    as_json: Json = False,
) -> int:
    """A package needs neither our database nor our data folder to be ours."""
    verdict = _package(Path(what)) if Path(what).is_file() else _stored(what, quiet=as_json)
    if as_json:
        output.answer_json(_verdict_json(verdict))
    else:
        _tell_verdict(verdict)
    return refusals.DONE if verdict.sound else refusals.REFUSED


def _package(path: Path) -> Verdict:
    from zhiheng.doors.cli import opening

    opening.without_database()
    from zhiheng.domains.indicators.package import package_verify

    return package_verify(path)


def _stored(code: str, *, quiet: bool) -> Verdict:
    from zhiheng.doors.cli import opening

    opening.in_use()
    from zhiheng.domains.indicators.selectors import report_by_code
    from zhiheng.domains.indicators.verification import report_verify
    from zhiheng.doors.cli.acting import PROGRAM
    from zhiheng.settings import settings

    found = report_by_code(PROGRAM, code)
    if found is None:
        raise refusals.Refused(
            refusals.Problem(
                "cli.report_or_file",
                N_("There is neither a report nor a file %(name)s."),
                {"name": code[:80]},
                N_("`zhiheng report list` names the reports."),
            )
        )
    with output.progress(_("Computing the report again"), quiet=quiet):
        return report_verify(found, settings().folder("snapshots"))


def _tell_verdict(verdict: Verdict) -> None:
    words = {"passed": _("passed"), "failed": _("FAILED"), "not_run": _("not run")}
    for check in verdict.checks:
        output.answer(f"{words[check.state]}\t{refusals.translated(check.title)}")
        for problem in check.problems:
            output.answer(f"  {refusals.said(problem)}")
            if advice := refusals.advised(problem):
                output.answer(f"  → {advice}")
    for statement in verdict.statements:
        output.answer(refusals.said(statement))
    if verdict.changes is not None and verdict.changes.any:
        output.answer(
            _("Since then: %(superseded)d results were corrected, %(recorded)d were added.")
            % {"superseded": verdict.changes.superseded, "recorded": verdict.changes.recorded}
        )
    if verdict.sound:
        output.answer(_("Report %(code)s is verified.") % {"code": verdict.report})
    else:
        output.answer(_("Report %(code)s is NOT verified.") % {"code": verdict.report or "—"})


def _verdict_json(verdict: Verdict) -> dict[str, object]:
    changes = verdict.changes
    return {
        "report": verdict.report,
        "sound": verdict.sound,
        "checks": [
            {
                "name": check.name,
                "title": refusals.translated(check.title),
                "state": check.state,
                "problems": [refusals.as_json(one) for one in check.problems],
            }
            for check in verdict.checks
        ],
        "statements": [refusals.as_json(one) for one in verdict.statements],
        "changes": None
        if changes is None
        else {
            "snapshot": changes.snapshot,
            "superseded": changes.superseded,
            "recorded": changes.recorded,
        },
    }
