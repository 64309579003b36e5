"""A table as a download, in the form that was asked for."""

from __future__ import annotations

import tempfile
from typing import Final
from urllib.parse import quote

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from zhiheng.doors.exports.table import FORMS, Form, Table, csv_bytes, write
from zhiheng.kernel.errors import N_, refuse

SPOOL: Final = 8_000_000


def form_named(name: str) -> Form:
    """The form of a download, by its name in the address."""
    if name not in FORMS:
        raise refuse(
            "export.form",
            N_("A list cannot be downloaded as %(found)s."),
            N_("Choose csv, xlsx or parquet."),
            found=name[:20],
        )
    return name


def download(table: Table, form: Form) -> HttpResponseBase:
    """CSV goes out as it is read; the other two need their end before their beginning."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(table.name)}.{form}",
        **table.headers(),
    }
    if form == "csv":
        return StreamingHttpResponse(csv_bytes(table), content_type=FORMS[form], headers=headers)
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115  the response closes it
    write(table, spool, form)
    spool.seek(0)
    return FileResponse(spool, content_type=FORMS[form], headers=headers)
