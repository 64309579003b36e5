"""The workbook that a sheet hands out to be filled in: headings, choices to pick, and an explanation.

Columns of codes and days are marked as text, so that Excel neither rounds a code nor turns a day
around. This module refuses to explain what a sheet does not declare.
"""

from __future__ import annotations

import io
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from zhiheng.kernel.sheets import Column, Sheet

ROWS: Final = 5000
_REQUIRED: Final = PatternFill("solid", fgColor="FFF2CC")
_BOLD: Final = Font(bold=True)
_WRAP: Final = Alignment(wrap_text=True, vertical="top")
# Excel takes a list of choices of at most this length in a rule.
_CHOICES_MOST: Final = 255


def template(sheet: Sheet, language: str) -> bytes:
    """The template of a sheet as an xlsx file."""
    with override(language):
        chinese = language.startswith("zh")
        book = Workbook()
        page: Any = book.active
        page.title = (sheet.zh if chinese else sheet.en)[:31]
        page.freeze_panes = "A2"
        for place, column in enumerate(sheet.columns, 1):
            _heading(page, place, column, chinese=chinese)
            _choices(page, place, column, chinese=chinese)
        _explanation(book.create_sheet(_("Explanation")), sheet, chinese=chinese)
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()


def heading(column: Column, *, chinese: bool) -> str:
    """The heading as the template writes it: a required column is marked."""
    return (column.zh if chinese else column.en) + ("*" if column.required else "")


def _heading(page: Any, place: int, column: Column, *, chinese: bool) -> None:
    letter = get_column_letter(place)
    text = heading(column, chinese=chinese)
    cell = page.cell(1, place, text)
    cell.font = _BOLD
    if column.required:
        cell.fill = _REQUIRED
    hint = [_("Required.")] if column.required else []
    hint += [_(column.note)] if column.note else []
    hint += [_("Example: %(example)s") % {"example": column.example}] if column.example else []
    if hint:
        cell.comment = Comment("\n".join(hint), "质衡 Zhiheng")
    page.column_dimensions[letter].width = max(12, min(2 * len(text) + 2, 36))
    for row in range(2, 202):
        page.cell(row, place).number_format = "@"


def _words(column: Column, *, chinese: bool) -> list[str]:
    if not column.choices:
        return []
    if chinese:
        return [words[0] if words else code for code, words in column.choices.items()]
    return list(column.choices)


def _choices(page: Any, place: int, column: Column, *, chinese: bool) -> None:
    words = _words(column, chinese=chinese)
    listed = ",".join(words)
    if not words or len(listed) > _CHOICES_MOST:
        return
    rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=not column.required)
    rule.showErrorMessage = True
    rule.error = _("Choose one of: %(words)s") % {"words": "、".join(words)}
    page.add_data_validation(rule)
    letter = get_column_letter(place)
    rule.add(f"{letter}2:{letter}{ROWS}")


def _explanation(page: Any, sheet: Sheet, *, chinese: bool) -> None:
    headings = [
        _("Column"),
        _("Other headings that are known"),
        _("Required"),
        _("What can stand there"),
        _("Example"),
    ]
    page.append([*headings, _("Note")])
    for cell in page[1]:
        cell.font = _BOLD
    for column in sheet.columns:
        own = column.zh if chinese else column.en
        others = [word for word in column.headings if word != own]
        page.append(
            [
                own,
                "、".join(others),
                _("yes") if column.required else "",
                "、".join(_words(column, chinese=chinese)),
                column.example,
                _(column.note) if column.note else "",
            ]
        )
    for letter, width in zip("ABCDEF", (24, 36, 8, 36, 36, 48), strict=True):
        page.column_dimensions[letter].width = width
    for row in page.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = _WRAP
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
