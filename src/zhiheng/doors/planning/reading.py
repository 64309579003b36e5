"""A sheet of a plan read whole: every row, or nothing and what is wrong.

A row that is left out would change what is planned for all others, so a single faulty one refuses
the table. This module refuses to store what it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from zhiheng.doors.imports import readers
from zhiheng.doors.imports.matching import match_headings
from zhiheng.doors.imports.summary import said
from zhiheng.doors.look.reader import chinese
from zhiheng.kernel.errors import N_, Param, Problem, Refused, refuse
from zhiheng.kernel.sheets import CellProblem, Sheet

Values = Mapping[str, object]
PROBLEMS_MOST: Final = 20


def rows_of(path: Path, sheet: Sheet) -> list[Values]:
    """The rows of a csv, xlsx or Parquet file under the headings of the sheet."""
    if not path.is_file():
        raise refuse(
            "plan.file",
            N_("There is no file %(path)s."),
            N_("Look at the path; `zhiheng plan` writes such files."),
            path=str(path),
        )
    layout = readers.inspect(path, lambda headings: match_headings(sheet, headings).fit)
    matching = match_headings(sheet, layout.headings)
    matching.require()
    rows: list[Values] = []
    problems: list[Problem] = []
    for line in readers.lines(path, layout):
        cells = {
            name: line.cells[at].strip() for name, at in matching.columns.items() if at < len(line.cells)
        }
        values, wrong = sheet.read(cells)
        problems += [_in_row(sheet, line.number, one) for one in wrong]
        problems += [
            _in_row(sheet, line.number, CellProblem("", line.cells[at], flaw))
            for at, flaw in (line.flaws or {}).items()
        ]
        if len(problems) >= PROBLEMS_MOST:
            break
        rows.append(values)
    if problems:
        raise Refused(*problems[:PROBLEMS_MOST])
    if not rows:
        raise refuse(
            "plan.empty", N_("The table has no rows."), N_("Give one row for each stratum or object.")
        )
    return rows


def _in_row(sheet: Sheet, number: int, wrong: CellProblem) -> Problem:
    column = sheet.column(wrong.column) if wrong.column else None
    name = "" if column is None else column.zh if chinese() else column.en
    params: dict[str, Param] = {"row": number, "column": name or "—", "why": said(wrong.problem)}
    remedy = _(wrong.problem.remedy) % dict(wrong.problem.params) if wrong.problem.remedy else ""
    return Problem(
        "plan.row",
        N_("Row %(row)d, column “%(column)s”: %(why)s"),
        {**params, "advice": remedy},
        N_("%(advice)s") if remedy else "",
    )
