"""How the commands of planning write their tables and read their small arguments."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.refusals import wrongly_written
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_

if TYPE_CHECKING:
    from zhiheng.doors.exports.table import Form, Table

FORMS: Final = ("csv", "xlsx", "parquet")


def form_of(to: Path | None) -> Form:
    """The form of a file, by its ending; csv without a file."""
    ending = to.suffix.removeprefix(".").lower() if to else "csv"
    if ending not in FORMS:
        raise wrongly_written(
            "cli.export_form",
            N_("A list cannot be written as “%(ending)s”."),
            N_("Let the file end in .csv, .xlsx or .parquet."),
            ending=ending,
        )
    return cast("Form", ending)


def table_written(table: Table, to: Path | None, form: Form, *, as_json: bool, digest: str) -> int:
    """Write a table; a program is told file, rows and digest, or given the rows where there is no file."""
    if to is None and as_json:
        names = [column.heading for column in table.columns]
        output.answer_json([dict(zip(names, row, strict=True)) for row in table.taken()])
        return refusals.DONE
    table_write(table, to, form)
    if as_json:
        output.answer_json({"file": str(to), "rows": table.written, "digest": digest})
    return refusals.DONE


def table_write(table: Table, to: Path | None, form: Form) -> None:
    """Write a table into a file or to stdout, and say how many rows it has."""
    from zhiheng.doors.exports.table import write

    if to is None:
        write(table, sys.stdout.buffer, form)
        sys.stdout.flush()
        return
    try:
        write(table, to, form)
    except OSError as error:
        raise unwritten(to, error) from error
    output.note(_("%(rows)d rows are in %(path)s.") % {"rows": table.written, "path": to})


def unwritten(to: Path, error: OSError) -> refusals.Environment:
    """The refusal for a place that cannot be written to."""
    return refusals.environment(
        "cli.export_write",
        N_("%(path)s cannot be written: %(why)s."),
        N_("Look at the folder, its rights and the free space."),
        path=str(to),
        why=error.strerror or str(error),
    )


def named_numbers(given: list[str] | None, *, whole: bool = False) -> dict[str, float]:
    """NAME=NUMBER, as often as it was given."""
    out: dict[str, float] = {}
    for text in given or []:
        name, _equals, number = text.rpartition("=")
        try:
            out[name.strip()] = int(number) if whole else float(number)
        except ValueError:
            name = ""
        if not name.strip():
            raise wrongly_written(
                "cli.plan_named",
                N_("“%(text)s” is not a name and a number."),
                N_("Write it as NAME=NUMBER."),
                text=text[:60],
            )
    return out


def capacities(text: str) -> list[int] | int | None:
    """The capacities of the periods: one number for all, or one for each."""
    if not text:
        return None
    try:
        numbers = [int(part) for part in text.replace("，", ",").split(",")]
    except ValueError:
        raise wrongly_written(
            "cli.plan_capacity",
            N_("“%(text)s” is no list of capacities."),
            N_("Write one number for all periods, or one for each with commas between them."),
            text=text[:60],
        ) from None
    return numbers if len(numbers) > 1 else numbers[0]
