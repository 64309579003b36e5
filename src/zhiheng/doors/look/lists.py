"""The address as the memory of a list: filters, order and page stand in it and nowhere else.

It builds links; it refuses to read a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Page
from django.http import HttpRequest, QueryDict

# What never belongs to a link that reproduces a view.
PASSING = ("lang", "scheme")
SORT, PAGE = "sort", "page"


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force; its link is the same list without it."""

    label: str
    value: str
    href: str


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page of a list, the page that is shown (no `href`), or a gap (no `number`)."""

    number: int | None = None
    href: str = ""
    label: str = ""


def address(request: HttpRequest, changes: Mapping[str, Any]) -> str:
    """This page's address with some parameters set, or removed where the value is `None`."""
    params = request.GET.copy()
    for name in PASSING:
        params.pop(name, None)
    for name, value in changes.items():
        params.pop(name, None)
        if value is not None:
            params[name] = value
    query = params.urlencode()
    return f"{request.path}?{query}" if query else request.path


def chips_of(request: HttpRequest, form: forms.Form) -> list[Chip]:
    """One chip for each field of a valid filter form that holds something."""
    if not form.is_bound or not form.is_valid():
        return []
    chips = []
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if name == SORT or value in (None, "", [], ()):
            continue
        changes = dict.fromkeys(_names(form, name, request.GET))
        label = str(form[name].label)
        chips.append(Chip(label, _shown(field, value), address(request, {**changes, PAGE: None})))
    return chips


def cleared(request: HttpRequest) -> str:
    """This list without any filter, in the same order."""
    return address(request, {name: None for name in request.GET if name != SORT})


def _names(form: forms.Form, name: str, params: QueryDict) -> Iterator[str]:
    """The parameters that feed a field: a range writes `name_min` and `name_max`."""
    html = form.add_prefix(name)
    for key in params:
        if key == html or (key.startswith(f"{html}_") and key not in form.fields):
            yield key


def _shown(field: forms.Field, value: Any) -> str:
    if isinstance(value, slice):
        return f"{value.start or '…'} – {value.stop or '…'}"
    choices = dict(_flat(getattr(field, "choices", ())))
    values = value if isinstance(value, list | tuple) else [value]
    return "、".join(str(choices.get(str(item), item)) for item in values)


def _flat(choices: Any) -> Iterator[tuple[str, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from ((str(inner), text) for inner, text in label)
        else:
            yield str(value), label


def pages_of(page: Page, request: HttpRequest, label: str) -> list[PageLink]:
    """The pages around the one that is shown; `label` has a `%(number)s`."""
    links = []
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
        if not isinstance(number, int):
            links.append(PageLink())
            continue
        href = "" if number == page.number else address(request, {PAGE: number})
        links.append(PageLink(number, href, label % {"number": number}))
    return links


def sort_link(request: HttpRequest, field: str) -> tuple[str, str]:
    """The link that a head follows, and the order that the list has by it now (`""`: none)."""
    current = request.GET.get(SORT, "")
    direction = {field: "ascending", f"-{field}": "descending"}.get(current, "")
    following = f"-{field}" if direction == "ascending" else field
    return address(request, {SORT: following, PAGE: None}), direction
