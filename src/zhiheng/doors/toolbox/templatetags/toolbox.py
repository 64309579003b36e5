"""What only the pages of the toolbox need: `{% load toolbox %}`. This module refuses to compute."""

from __future__ import annotations

from django import template

from zhiheng.doors.look.reader import chinese
from zhiheng.doors.toolbox import forms
from zhiheng.doors.toolbox.passrates import NAMES
from zhiheng.doors.toolbox.plans import quality
from zhiheng.doors.toolbox.sizing import points
from zhiheng.kernel.errors import Problem
from zhiheng.kernel.sheets import Sheet

register = template.Library()


@register.simple_tag
def gap() -> str:
    """The blank between two sentences: Chinese has none after its full stop."""
    return "" if chinese() else " "


@register.simple_tag
def said(problem: Problem) -> str:
    """A problem in the language of the reader, with what would be right."""
    return forms.said(problem)


@register.simple_tag
def column_heading(sheet: Sheet, name: str) -> str:
    """The heading of a column; what the file calls it where the sheet does not know it."""
    found = next((column for column in sheet.columns if column.name == name), None)
    if found is None:
        return name
    return found.zh if chinese() else found.en


@register.simple_tag
def method_name(name: str) -> str:
    """The method of an interval as people call it."""
    return str(NAMES.get(name, name))


@register.simple_tag
def percents(low: float, high: float) -> str:
    """The span of an axis in percent."""
    return f"{100 * low:g}–{100 * high:g}%"


@register.simple_tag
def quality_said(share: float) -> str:
    """A quality in percent nonconforming."""
    return quality(share)


@register.simple_tag
def half_said(share: float) -> str:
    """A half-width in percentage points."""
    return points(share)
