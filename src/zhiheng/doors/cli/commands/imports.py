"""`zhiheng import`: hand a file in and work through it here, through the same door as the page."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands.options import Agency, Json
from zhiheng.doors.cli.refusals import wrongly_written
from zhiheng.doors.cli.words import _, language
from zhiheng.kernel.errors import N_

if TYPE_CHECKING:
    from zhiheng.doors.imports.summary import Summary
    from zhiheng.foundation.exchange.models import ImportRun
    from zhiheng.foundation.org.actors import Actor

SHOWN_MOST: Final = 20
Sheet = Annotated[str, typer.Argument(help=N_("What is imported: enterprises or spot-checks."))]
File = Annotated[Path | None, typer.Argument(help=N_("The file: xlsx, csv or parquet."))]
Mapping = Annotated[
    str, typer.Option("--mapping", help=N_("Mapping from the headings of this source to ours."))
]
RefusedTo = Annotated[
    Path | None, typer.Option("--refused", help=N_("Write the refused rows here as xlsx, to be mended."))
]
TemplateTo = Annotated[
    bool, typer.Option("--template", help=N_("Write an empty sheet into FILE instead, to be filled in."))
]


def import_file(  # noqa: PLR0913  one argument an option
    sheet: Sheet,
    file: File = None,
    mapping: Mapping = "",
    agency: Agency = "",
    refused: RefusedTo = None,
    template: TemplateTo = False,
    as_json: Json = False,
) -> int:
    """Import a file. Rows that are wrong are kept and named; rows that are known are skipped."""
    from zhiheng.doors.cli import opening

    if template:
        return _template(sheet, file or Path(f"{sheet}.xlsx"))
    if file is None:
        raise wrongly_written("cli.no_file", N_("No file is named."), N_("Write: zhiheng import SHEET FILE"))
    opening.prepared()
    from django.utils import timezone

    from zhiheng.doors.cli.acting import acting
    from zhiheng.doors.imports.run import Opening, open_import
    from zhiheng.doors.imports.summary import summary

    actor = acting(agency)
    run = open_import(
        actor=actor,
        source=file,
        opening=Opening(sheet=sheet, mapping=mapping, name=file.name, claim=True),
        at=timezone.now(),
    )
    run = _worked(run, quiet=as_json)
    found = summary(run)
    if as_json:
        output.answer_json({**found.counts(), "run": found.run, "state": found.state})
    else:
        _tell(found)
        _tell_refused(actor, run)
    if refused is not None and found.refused:
        _write_refused(actor, run, refused)
    failed = run.state != "finished"
    return refusals.REFUSED if failed else refusals.DONE


def _worked(run: ImportRun, *, quiet: bool) -> ImportRun:
    """Work through the run; Ctrl-C stops it at a chunk, and nothing is half done."""
    from django.utils import timezone

    from zhiheng.doors.imports.run import work

    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number in before:
            signal.signal(number, lambda *_: stop.set())
        with output.progress(_("Importing %(file)s") % {"file": run.file_name}, quiet=quiet) as bar:
            done = work(run, timezone.now, lambda now: bar(now.position, now.rows_total), stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if done.state == "running":
        output.note(
            _("Stopped after %(rows)d rows. The worker of `zhiheng run` goes on with it, or import it again.")
            % {"rows": done.position}
        )
    return done


def _tell(found: Summary) -> None:
    words = {
        "rows": _("rows"),
        "accepted": _("accepted"),
        "unresolved": _("unresolved"),
        "refused": _("refused"),
        "skipped": _("skipped"),
    }
    for name, count in found.counts().items():
        output.answer(f"{words[name]}\t{count}")
    for problem in found.notes:
        output.problem(problem)


def _tell_refused(actor: Actor, run: ImportRun) -> None:
    """The first refused rows as a table: row, column, what is wrong, what would be right."""
    from zhiheng.doors.imports.catalogue import importable
    from zhiheng.foundation.exchange import selectors
    from zhiheng.foundation.exchange.problems import from_json

    sheet, chinese = importable(run.sheet).sheet, language().startswith("zh")
    lines = []
    for row in selectors.refused_rows(actor, run)[:SHOWN_MOST]:
        for one in from_json(row.problems):
            column = sheet.column(one.column) if one.column else None
            heading = (column.zh if chinese else column.en) if column else ""
            lines.append(
                (row.number, heading, one.found, refusals.said(one.problem), refusals.advised(one.problem))
            )
    if not lines:
        return
    output.answer("")
    output.table((_("row"), _("column"), _("found"), _("what is wrong"), _("what would be right")), lines)
    if run.refused > SHOWN_MOST:
        output.note(
            _("The first %(shown)d of %(all)d refused rows are shown; --refused FILE writes all of them.")
            % {"shown": SHOWN_MOST, "all": run.refused}
        )


def _write_refused(actor: Actor, run: ImportRun, path: Path) -> None:
    from zhiheng.doors.exports.table import write
    from zhiheng.doors.imports.summary import refused_table

    table = refused_table(actor, run, language())
    write(table, path, "xlsx")
    output.note(
        _("%(rows)d refused rows are in %(path)s. Mend them there and import the file again.")
        % {"rows": table.written, "path": path}
    )


def _template(sheet: str, path: Path) -> int:
    from zhiheng.doors.cli import opening

    opening.opened()
    from zhiheng.doors.imports.catalogue import importable
    from zhiheng.doors.imports.template import template

    path.write_bytes(template(importable(sheet).sheet, language()))
    output.note(_("An empty sheet is in %(path)s.") % {"path": path})
    return refusals.DONE
