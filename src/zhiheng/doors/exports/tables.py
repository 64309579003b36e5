"""The lists as tables to be downloaded, under the headings of the import sheets.

What is exported can be mended in a spreadsheet and imported again. This module refuses to filter:
it takes the same rows that the list shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, get_args

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from zhiheng.analytics.pipelines.pass_rates import Dimension, PassRates
from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.services.statements import cells_of
from zhiheng.domains.supervision.sheets import SPOT_CHECKS
from zhiheng.doors.exports.table import ExportColumn, Form, Table
from zhiheng.doors.look.reader import chinese
from zhiheng.foundation.registry.models import Enterprise
from zhiheng.foundation.registry.sheets import ENTERPRISES, STATUSES
from zhiheng.kernel.sheets import Column

# CSV is written as it is read; the other two are made whole before they go out, so they have an end.
MOST: Final[dict[Form, int | None]] = {"csv": None, "xlsx": 100_000, "parquet": 1_000_000}
_DAYS: Final = frozenset({"sampled_on", "published_on", "established"})


TITLES: Final = {
    "product_kind": pgettext_lazy("dimension", "Product kind"),
    "province": pgettext_lazy("dimension", "Province"),
    "city": pgettext_lazy("dimension", "City"),
    "county": pgettext_lazy("dimension", "County"),
    "authority": pgettext_lazy("dimension", "Authority"),
    "year": pgettext_lazy("dimension", "Year"),
    "quarter": pgettext_lazy("dimension", "Quarter"),
    "month": pgettext_lazy("dimension", "Month"),
    "producer": pgettext_lazy("dimension", "Producer"),
    "laboratory": pgettext_lazy("dimension", "Laboratory"),
    "source": pgettext_lazy("dimension", "Source"),
}
assert set(TITLES) == set(get_args(Dimension))  # noqa: S101  a new dimension needs its word


def results_table(rows: Any, form: Form) -> Table:
    """Results, one row each."""
    return Table(
        name="spot-checks",
        title=heading_of(SPOT_CHECKS),
        columns=_columns(SPOT_CHECKS),
        rows=(_result(row) for row in rows.iterator(chunk_size=2000)),
        limit=MOST[form],
    )


def _result(row: Result) -> tuple[object, ...]:
    cells: dict[str, object] = {
        **cells_of(row),
        "sampled_on": row.sampled_on,
        "published_on": row.published_on,
    }
    return tuple(cells[column.name] for column in SPOT_CHECKS.columns)


def enterprises_table(rows: Iterable[Enterprise], form: Form, limit: int | None = None) -> Table:
    """Enterprises, one row each."""
    return Table(
        name="enterprises",
        title=heading_of(ENTERPRISES),
        columns=_columns(ENTERPRISES),
        rows=map(_enterprise, rows),
        limit=limit or MOST[form],
    )


def _enterprise(row: Enterprise) -> tuple[object, ...]:
    words = {code: known[0] for code, known in STATUSES.items()}
    cells: dict[str, object] = {
        **{name: getattr(row, name) for name in ("uscc", "name", "division", "address", "industry", "type")},
        **{name: getattr(row, name) for name in ("established", "capital", "scope")},
        "former_names": "；".join(name.name for name in row.names.all() if not name.current),
        "status": words.get(row.status, ""),
    }
    return tuple(cells[column.name] for column in ENTERPRISES.columns)


def _columns(sheet: Any) -> tuple[ExportColumn, ...]:
    return tuple(
        ExportColumn(heading(column), "day" if column.name in _DAYS else "text") for column in sheet.columns
    )


def heading(column: Column) -> str:
    """The column's heading in the language of the reader."""
    return column.zh if chinese() else column.en


def heading_of(sheet: Any) -> str:
    """The name of a sheet in the language of the reader."""
    return sheet.zh if heading(sheet.columns[0]) == sheet.columns[0].zh else sheet.en


def rates_table(found: PassRates, heads: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> Table:
    """Pass rates, a group a row, with the snapshot that they were computed from."""
    texts = tuple(ExportColumn(head) for head in (*heads, _("Population")))
    counts = (ExportColumn(_("Samples"), "integer"), ExportColumn(_("Conforming"), "integer"))
    names = (
        _("Pass rate"), _("Lower"), _("Upper"), _("Exact lower"), _("Exact upper"),
        _("Steadied"), _("Steadied lower"), _("Steadied upper"),
    )  # fmt: skip
    shares = tuple(ExportColumn(name, "number") for name in names)
    last = (ExportColumn(_("Few samples"), "truth"), ExportColumn(_("Snapshot")))
    return Table("pass-rates", _("Pass rates"), (*texts, *counts, *shares, *last), rows)
