"""What every result of a tool carries with it: the link that reproduces it, and its table as a file."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from zhiheng.doors.exports.answers import download, form_named
from zhiheng.doors.exports.table import ExportColumn, Table
from zhiheng.doors.look.lists import address
from zhiheng.doors.portal.visit import site


def link_to(request: HttpRequest, **changes: Any) -> str:
    """The whole address of this result, without the language and appearance of its reader."""
    return site(request) + address(request, changes)


def program() -> str:
    """This program, as a result names it."""
    return f"质衡 Zhiheng {version('zhiheng')}"


def sent(
    form: str,
    name: str,
    title: str,
    columns: Sequence[ExportColumn],
    rows: Sequence[tuple[object, ...]],
    notes: Sequence[str],
) -> HttpResponseBase:
    """A result as a file; the notes say what the numbers mean and what they do not."""
    said = (*notes, _("Computed by %(program)s.") % {"program": program()})
    return download(Table(name, title, tuple(columns), rows, notes=said), form_named(form))


def digest_said(digest: str) -> str:
    """The digest of a table, as a note beside its result."""
    return _("SM3 digest of the table: %(digest)s") % {"digest": digest}
