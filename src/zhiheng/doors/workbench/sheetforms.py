"""A sheet as a form: every column a field, as the template and the refused rows show it.

Used to mend a refused row and to correct a result. It refuses to check anything: the service does,
with the same words as for a file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

from zhiheng.doors.exports.tables import heading
from zhiheng.doors.imports.summary import advised, said
from zhiheng.doors.look.reader import chinese
from zhiheng.kernel.errors import Problem
from zhiheng.kernel.sheets import CellProblem, Column, Sheet

LONG: Final = frozenset({"items", "note", "scope", "failed_items", "standards", "batch", "model"})
_PREFIX: Final = "cell"


class SheetForm(forms.Form):
    """One row of a sheet."""

    def __init__(
        self,
        sheet: Sheet,
        cells: Mapping[str, str],
        data: Mapping[str, str] | None = None,
        fixed: Collection[str] = (),
    ) -> None:
        super().__init__(data, prefix=_PREFIX)
        self.sheet = sheet
        for column in sheet.columns:
            if column.name not in fixed:
                self.fields[column.name] = _field(column, cells.get(column.name, ""))
        # An empty cell is for the service to refuse, in the words of the sheet; so Django looks at the
        # form before the fields learn which of them are needed.
        self.full_clean()
        for name, field in self.fields.items():
            field.required = sheet.column(name).required

    def cells(self) -> dict[str, str]:
        """What was typed, by column name."""
        return {name: str(self.cleaned_data.get(name, "")) for name in self.fields}

    def complain(self, problems: Sequence[CellProblem]) -> list[Problem]:
        """Put each problem beside its field; those that belong to none are given back."""
        loose = []
        for one in problems:
            if one.column in self.fields:
                self.add_error(one.column, f"{said(one.problem)} {advised(one.problem)}".strip())
            else:
                loose.append(one.problem)
        return loose


def _field(column: Column, cell: str) -> forms.Field:
    common: dict[str, Any] = {"label": heading(column), "required": False, "initial": cell}
    common["help_text"] = _help(column)
    if column.choices:
        field: forms.Field = forms.ChoiceField(choices=_words(column, cell), **common)
    elif column.name in LONG:
        field = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), **common)
    else:
        field = forms.CharField(**common)
    return field


def _words(column: Column, cell: str) -> list[tuple[str, str]]:
    offered = [
        (words[0], words[0] if chinese() else code.replace("_", " "))
        for code, words in (column.choices or {}).items()
    ]
    if cell and cell not in dict(offered):
        offered.append((cell, cell))
    return [("", "—"), *offered]


def _help(column: Column) -> str:
    parts = [_(column.note)] if column.note else []
    if column.example and not column.choices:
        parts.append(_("For example: %(example)s") % {"example": column.example})
    return " ".join(parts)
