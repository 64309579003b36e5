"""The list of results as a download: the same rows as on the page, under the headings of the import sheet.

This module refuses to filter, and to send more rows than it says.
"""

from __future__ import annotations

from typing import Any, Final

from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.services.statements import cells_of
from zhiheng.domains.supervision.sheets import SPOT_CHECKS
from zhiheng.doors.exports.table import ExportColumn, Form, Table
from zhiheng.doors.portal.places import chinese

# CSV goes out as it is read; the other two are made whole first, so a stranger gets fewer rows of them.
MOST: Final[dict[Form, int]] = {"csv": 1_000_000, "xlsx": 20_000, "parquet": 200_000}
_DAYS: Final = frozenset({"sampled_on", "published_on"})


def results_table(rows: Any, form: Form) -> Table:
    """Results, one row each; one row more than the most is asked for, so that a cut is known."""
    most = MOST[form]
    return Table(
        name="spot-checks",
        title=SPOT_CHECKS.zh if chinese() else SPOT_CHECKS.en,
        columns=tuple(
            ExportColumn(column.zh if chinese() else column.en, "day" if column.name in _DAYS else "text")
            for column in SPOT_CHECKS.columns
        ),
        rows=(_cells(row) for row in rows[: most + 1].iterator(chunk_size=2000)),
        limit=most,
    )


def _cells(row: Result) -> tuple[object, ...]:
    cells: dict[str, object] = {
        **cells_of(row),
        "sampled_on": row.sampled_on,
        "published_on": row.published_on,
    }
    return tuple(cells[column.name] for column in SPOT_CHECKS.columns)
