"""What became of a file: the counts, what to look at, and the refused rows as a table to be mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from zhiheng.doors.exports.table import ExportColumn, Table
from zhiheng.doors.imports.catalogue import importable
from zhiheng.doors.imports.matching import RIGHT, ROW, WRONG
from zhiheng.foundation.exchange import selectors
from zhiheng.foundation.exchange.models import ImportRun, RefusedRow
from zhiheng.foundation.exchange.problems import from_json, problem_from_json
from zhiheng.foundation.org.actors import Actor
from zhiheng.kernel.errors import N_, Problem
from zhiheng.kernel.sheets import CellProblem, Sheet

# So many failures in a row, and not one conforming result, are hardly all results of a source.
SUSPICIOUS_FROM: Final = 20


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in numbers; accepted + unresolved + refused + skipped = rows."""

    run: str
    state: str
    rows: int
    accepted: int
    unresolved: int
    refused: int
    skipped: int
    mended: int
    notes: tuple[Problem, ...]

    def counts(self) -> dict[str, int]:
        """What `--json` prints."""
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "unresolved": self.unresolved,
            "refused": self.refused,
            "skipped": self.skipped,
        }


def summary(run: ImportRun) -> Summary:
    """The summary of a run as it stands."""
    return Summary(
        run=run.public_id,
        state=run.state,
        rows=run.position,
        accepted=run.accepted,
        unresolved=run.unresolved,
        refused=run.refused,
        skipped=run.skipped,
        mended=run.mended,
        notes=tuple(_notes(run)),
    )


def _notes(run: ImportRun) -> Iterator[Problem]:
    if run.problem:
        yield problem_from_json(run.problem)
    for note in run.format.get("notes", []):
        yield problem_from_json(note)
    for source, (rows, nonconforming) in run.tally.items():
        if rows >= SUSPICIOUS_FROM and rows == nonconforming:
            yield Problem(
                "import.only_failures",
                N_("All %(rows)d results of “%(source)s” are nonconforming, yet it declares to report all."),
                {"rows": rows, "source": source[:120]},
                N_("If the source publishes failures only, declare that: its pass rate would be wrong."),
            )


def said(problem: Problem) -> str:
    """A problem in the language of the reader: what is wrong."""
    return _(problem.message) % dict(problem.params)


def advised(problem: Problem) -> str:
    """A problem in the language of the reader: what would be right."""
    return _(problem.remedy) % dict(problem.params) if problem.remedy else ""


def refused_table(actor: Actor, run: ImportRun, language: str) -> Table:
    """The open refused rows under our own headings, with what is wrong; mended, it can be imported again."""
    sheet = importable(run.sheet).sheet
    chinese = language.startswith("zh")
    rows = selectors.refused_rows(actor, run).filter(state=RefusedRow.State.OPEN)
    place = 0 if chinese else 1
    columns = [ExportColumn(column.zh if chinese else column.en) for column in sheet.columns]
    columns += [ExportColumn(WRONG[place]), ExportColumn(RIGHT[place]), ExportColumn(ROW[place], "integer")]
    return Table(
        name=f"refused-{run.public_id}",
        title=sheet.zh if chinese else sheet.en,
        columns=tuple(columns),
        rows=(_refused(sheet, row, chinese=chinese) for row in rows.iterator(chunk_size=500)),
    )


def _refused(sheet: Sheet, row: RefusedRow, *, chinese: bool) -> tuple[object, ...]:
    problems = from_json(row.problems)
    cells: Mapping[str, Any] = row.cells
    wrong = "\n".join(_where(sheet, one, chinese=chinese) + said(one.problem) for one in problems)
    right = "\n".join(dict.fromkeys(text for one in problems if (text := advised(one.problem))))
    return (*(cells.get(column.name, "") for column in sheet.columns), wrong, right, row.number)


def _where(sheet: Sheet, one: CellProblem, *, chinese: bool) -> str:
    if not one.column:
        return ""
    column = sheet.column(one.column)
    return f"{column.zh}：" if chinese else f"{column.en}: "
