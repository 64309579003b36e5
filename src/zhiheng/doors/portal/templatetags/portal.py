"""What only the public's pages need: `{% load portal %}`.

This module refuses to read a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from django import template
from django.forms import BoundField, Select
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from zhiheng.domains.supervision.models import Result
from zhiheng.doors.portal.places import chinese
from zhiheng.doors.portal.visit import site
from zhiheng.kernel.errors import Problem

register = template.Library()
SELECTED: Final = mark_safe(" selected")


@register.simple_tag(takes_context=True)
def canonical(context: Context) -> str:
    """The one address of this page, without filters, order and language."""
    request = context["request"]
    return site(request) + request.path


@register.simple_tag
def querystring_of(**given: str) -> str:
    """Parameters as they stand in an address."""
    return urlencode(given)


@register.filter
def place(code: str, names: Mapping[str, str]) -> str:
    """The name of a place; its code where the table of divisions does not know it."""
    return names.get(code) or code


@register.filter
def words(text: str) -> list[str]:
    """The words of a text, one by one."""
    return text.split()


@register.filter
def dash(text: str) -> str:
    """A text of a source; a dash that says why where the source left it out."""
    return text or render_to_string(
        "look/parts/missing.html", {"reason": gettext("The source leaves this out")}
    )


@register.filter
def population(selection: str) -> str:
    """How samples were chosen, in words."""
    return str(Result.Selection(selection).label)


@register.simple_tag
def problem_said(problem: Problem) -> str:
    """The message of a problem in the reader's language."""
    return gettext(problem.message) % dict(problem.params)


@register.filter
def translated(msgid: str) -> str:
    """A text that another room hands out as a msgid."""
    return gettext(msgid)


@register.simple_tag
def of_source() -> SafeString:
    """On a page in another language: the mark that what stands here is in Chinese, as its source wrote it."""
    return mark_safe("" if chinese() else ' lang="zh-Hans"')  # noqa: S308  two constants


@register.simple_tag
def filter_control(field: BoundField) -> SafeString:
    """A field of a filter. A list of choices is written at once: Django renders a template for each one."""
    if not isinstance(field.field.widget, Select):
        return field.as_widget()
    chosen = str(field.value() or "")
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (value, SELECTED if str(value) == chosen else "", label)
            for value, label in field.field.widget.choices
        ),
    )
    described = format_html(' aria-invalid="true" aria-describedby="{}_error"', field.auto_id)
    return format_html(
        '<select name="{}" id="{}"{}>{}</select>',
        field.html_name,
        field.auto_id,
        described if field.errors else "",
        options,
    )
