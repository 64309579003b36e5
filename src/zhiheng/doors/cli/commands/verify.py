"""`zhiheng verify`: whoever does not believe, computes again. Exit code 1 when something is broken."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands.options import Json
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_

app = typer.Typer(help=N_("Compute again what was recorded and published."), no_args_is_help=True)


@app.command("ledger")
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
    counted = _("%(entries)d entries in %(books)d books, %(checkpoints)d checkpoints") % asdict(found)
    if found.intact:
        output.answer(_("The ledger is intact: %(counted)s.") % {"counted": counted})
        return refusals.DONE
    output.answer(_("The ledger is broken (%(counted)s):") % {"counted": counted})
    for one in found.broken:
        output.answer(
            _("Book %(book)s, entry %(number)d: %(why)s")
            % {"book": one.book, "number": one.number, "why": refusals.said(one.problem)}
        )
        if advice := refusals.advised(one.problem):
            output.answer(f"  → {advice}")
    return refusals.REFUSED


@app.command("snapshot")
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
