"""The components as template tags: `{% load look %}`.

Each tag turns what a page hands in into a part of the look. Tags refuse to read a table, to compute
a statistic, and to show a state that nobody defined.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import template
from django.core.paginator import Page
from django.forms import BoundField, Form
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext as _

from zhiheng.doors.look import figures, lists, tiles
from zhiheng.doors.look.charts import PageChart
from zhiheng.doors.look.preferences import SCHEMES, scheme_of
from zhiheng.doors.look.states import STATES
from zhiheng.kernel.errors import Problem

register = template.Library()
LANG = {"zh-hans": "zh-Hans"}
OFFERED = (("zh-hans", "中文"), ("en", "English"))
COUNTER = "look.counter"
PARTS = "look/parts/"


def _fresh(context: Context, name: str) -> str:
    """An id that is new on this page; a partial page brings ids of its own."""
    # The bottom of the render context is the one thing that all parts of a page share.
    page = cast(dict[str, Any], context.render_context.dicts[0])
    numbers = page.setdefault(COUNTER, itertools.count(1))
    target = getattr(getattr(context.get("request"), "htmx", None), "target", None)
    return "-".join(filter(None, (name, target, str(next(numbers)))))


# Frame


@register.simple_tag
def html_lang(code: str) -> str:
    """The language as HTML writes it."""
    return LANG.get(code, code)


@register.simple_tag(takes_context=True)
def language_links(context: Context) -> list[dict[str, Any]]:
    """The languages, each with the link that chooses it."""
    current = get_language()
    return [
        {
            "lang": LANG.get(code, code),
            "label": label,
            "current": code == current,
            "href": _with(context, lang=code),
        }
        for code, label in OFFERED
    ]


@register.simple_tag(takes_context=True)
def scheme_links(context: Context) -> list[dict[str, Any]]:
    """The appearances, each with the link that chooses it."""
    request = context.get("request")
    chosen = scheme_of(request) if request else ""
    labels = dict(zip(("", *SCHEMES), (_("As the system"), _("Light"), _("Dark")), strict=True))
    return [
        {"label": label, "current": name == chosen, "href": _with(context, scheme=name or "auto")}
        for name, label in labels.items()
    ]


def _with(context: Context, **changes: Any) -> str:
    request = context.get("request")
    if request is None:
        return "?" + "&".join(f"{name}={value}" for name, value in changes.items())
    return lists.address(request, changes)


@register.simple_block_tag
def menu(content: SafeString) -> SafeString:
    """Links at the side of a wide page and behind a disclosure on a narrow one, without a script."""
    return render_to_string(f"{PARTS}menu.html", {"links": content})


@register.simple_tag(takes_context=True)
def nav_link(
    context: Context, where: str, label: str, count: int | None = None, below: bool = False
) -> SafeString:
    """A link of the menu to a URL name or path; marked when the page is it, or lies below it.

    A path of one step stands for its own page only, unless it is said that it holds those `below`.
    """
    href = where if where.startswith("/") else reverse(where)
    path = getattr(context.get("request"), "path", "")
    root = not below and href.strip("/").count("/") == 0
    here = path == href or (not root and path.startswith(href))
    mark = mark_safe(' aria-current="page"') if here else ""
    number = format_html("<span>{}</span>", figures.amount(count)) if count is not None else ""
    return format_html('<a href="{}"{}>{}{}</a>', href, mark, label, number)


@register.simple_tag
def links_group(label: str) -> SafeString:
    """A heading among the links of the menu."""
    return format_html("<h2>{}</h2>", label)


@register.inclusion_tag(f"{PARTS}crumbs.html")
def crumbs(*steps: str) -> dict[str, Any]:
    """The way to this page: label, address, label, address, …, label of the page itself."""
    pairs = itertools.zip_longest(steps[::2], steps[1::2], fillvalue="")
    return {"crumbs": [{"label": label, "href": href} for label, href in pairs]}


@register.simple_block_tag
def table_region(content: SafeString, label: str, over: bool = False) -> SafeString:
    """Around a table: it scrolls by itself, by keyboard too. `over`: too wide for any screen."""
    name = "scroll over" if over else "scroll"
    return format_html(
        '<div class="{}" role="region" tabindex="0" aria-label="{}">{}</div>', name, label, content
    )


# States and numbers


@register.inclusion_tag(f"{PARTS}state.html")
def state(code: str, word: str = "") -> dict[str, Any]:
    """A state as word, shape and colour; `word` says it more exactly."""
    try:
        known = STATES[code]
    except KeyError:
        raise LookupError(f"the state {code!r} is not in zhiheng.doors.look.states") from None
    return {"word": word or known.word, "tone": known.tone, "shape": _shape(known.shape)}


def _shape(paths: str) -> SafeString:
    return mark_safe(f'<svg viewBox="0 0 12 12" aria-hidden="true">{paths}</svg>')  # noqa: S308  our own constant


@register.simple_tag(takes_context=True)
def rate(context: Context, rate: object, about: object = None, absent: str = "") -> SafeString:
    """A rate with its interval; a touch tells how it is known. `about`: what holds for the whole table."""
    shown = None if rate is None else figures.provenance_of(rate, about)
    if shown is None:
        return _missing(absent or _("No samples in this selection"))
    scope = {
        "id": _fresh(context, "how"),
        "value": shown.value,
        "after": shown.after,
        "facts": shown.facts,
        "small": shown.few,
    }
    return render_to_string(f"{PARTS}known.html", scope)


@register.simple_tag(takes_context=True)
def known(context: Context, value: float | None, figure: object, unit: str = "") -> SafeString:
    """A number that is not a rate, with the same answers to «how do you know»."""
    if value is None:
        return _missing(_("Not recorded"))
    scope = {"id": _fresh(context, "how"), "value": figures.amount(value), "after": unit}
    return render_to_string(f"{PARTS}known.html", {**scope, "facts": figures.facts_of(figure)})


def _missing(reason: str) -> SafeString:
    return render_to_string(f"{PARTS}missing.html", {"reason": reason})


@register.simple_tag
def missing(reason: str) -> SafeString:
    """A dash that says why there is nothing; never a zero."""
    return _missing(reason)


@register.simple_tag
def qty(value: figures.Number | None, unit: str = "", digits: int | None = None) -> SafeString | str:
    """A number with grouped thousands and its unit."""
    if value is None or value == "" or value != value:  # only NaN differs from itself
        return _missing(_("Not recorded"))
    shown = figures.amount(value, digits)
    return format_html('<span class="nowrap">{} <small>{}</small></span>', shown, unit) if unit else shown


@register.simple_tag
def percent(share: float | None) -> SafeString | str:
    """A bare share in percent, for places where interval and n stand beside it."""
    return _missing(_("No samples in this selection")) if share is None else figures.percent(share)


@register.simple_tag
def when(value: dt.date | dt.datetime | None, form: str = "") -> SafeString:
    """A date or an instant; `form` "long" writes the date out."""
    if value is None:
        return _missing(_("Not recorded"))
    machine, shown = figures.instant(value, form)
    return format_html('<time class="nowrap" datetime="{}">{}</time>', machine, shown)


@register.inclusion_tag(f"{PARTS}deadline.html")
def deadline(due: dt.date, today: dt.date, rule: str = "") -> dict[str, Any]:
    """Days left, the date, and the rule with its article."""
    said, tone = figures.days_left((due - today).days)
    return {"left": said, "tone": tone, "iso": due.isoformat(), "day": due.isoformat(), "rule": rule}


@register.inclusion_tag(f"{PARTS}interval_bar.html")
def interval_bar(rate: object, low: float = 0, high: float = 1, mark: float | None = None) -> dict[str, Any]:
    """A rate and its interval as a line between `low` and `high`; `mark` is a value to compare with."""
    lower, estimate, upper = (figures.part(rate, name) for name in ("lower", "estimate", "upper"))
    width, edge = 96, 4

    def at(share: float) -> float:
        kept = min(max(share, low), high)
        return round(edge + (width - 2 * edge) * (kept - low) / (high - low), 2)

    label = _("%(rate)s, interval %(span)s") % {
        "rate": figures.percent(estimate),
        "span": figures.span(lower, upper),
    }
    drawn = {"lower": at(lower), "estimate": at(estimate), "upper": at(upper)}
    return {"label": label, **drawn, "mark": None if mark is None else at(mark)}


@register.inclusion_tag(f"{PARTS}progress.html", takes_context=True)
def progress(context: Context, done: int, total: int | None, label: str, left: str = "") -> dict[str, Any]:
    """Work under way: what is being done, how far, how long. Without a total the end is not known."""
    scope = {"id": _fresh(context, "progress"), "done": done, "total": total, "label": label, "left": left}
    if not total:
        return {**scope, "text": figures.amount(done)}
    share = {
        "done": figures.amount(done),
        "total": figures.amount(total),
        "percent": f"{100 * done / total:.0f}%",
    }
    return {**scope, "text": _("%(done)s of %(total)s (%(percent)s)") % share}


# Places, time, charts


@register.inclusion_tag(f"{PARTS}tile_map.html")
def tile_map(
    places: Iterable[tiles.Tile], caption: str = "", measure: str = "", legend: Sequence[str] = ()
) -> dict[str, Any]:
    """Places as tiles: the nation on its grid, anything smaller as a block in the order of codes."""
    given = list(places)
    whole = tiles.is_nation(given)
    placed = tiles.nation(given) if whole else tiles.block(given)
    return {
        "tiles": placed,
        "rows": placed,
        "shape": "nation" if whole else "block",
        "caption": caption,
        "name": _("Map of tiles"),
        "measure": measure or _("Value"),
        "legend": legend,
    }


@register.inclusion_tag(f"{PARTS}timeline.html")
def timeline(entries: Iterable[object]) -> dict[str, Any]:
    """Entries of the ledger, newest first as they are handed in.

    An entry has number, occurred_at, title; it may have actor, text, state, href, hash, basis,
    corrects, corrected_by and act (true for what an official did).
    """
    shown = []
    for entry in entries:
        marks = [
            name
            for name, field in (("act", "act"), ("corrected", "corrected_by"))
            if figures.part(entry, field)
        ]
        names = ("number", "occurred_at", "title", "actor", "text", "state", "href", "hash", "basis")
        fields = {name: figures.part(entry, name) for name in (*names, "corrects", "corrected_by")}
        shown.append({**fields, "classes": " ".join(marks)})
    return {"entries": shown}


@register.inclusion_tag(f"{PARTS}chart.html", takes_context=True)
def chart(context: Context, chart: PageChart) -> dict[str, Any]:
    """A chart as a drawing, with its specification for the script and its numbers as a table."""
    name = _fresh(context, "chart")
    return {
        "chart": chart,
        "id": name,
        "svg": chart.drawing(),
        "narrow": chart.drawing_narrow(),
        "spec": json_script(chart.spec(), name),
    }


# Lists


@register.inclusion_tag(f"{PARTS}paginator.html", takes_context=True)
def paginator(context: Context, page: Page, cut: str = "") -> dict[str, Any]:
    """The count of a list and the way through its pages; `cut` says that the list was cut."""
    request = context["request"]
    total = page.paginator.count
    numbers = {
        "first": figures.amount(page.start_index()),
        "last": figures.amount(page.end_index()),
        "total": figures.amount(total),
    }
    counted = _("%(first)s–%(last)s of %(total)s") % numbers if total else _("No records")
    scope: dict[str, Any] = {"page": page, "counted": counted, "cut": cut}
    scope["links"] = lists.pages_of(page, request, _("Page %(number)s"))
    if page.has_previous():
        scope["previous"] = lists.address(request, {lists.PAGE: page.previous_page_number()})
    if page.has_next():
        scope["next"] = lists.address(request, {lists.PAGE: page.next_page_number()})
    return scope


@register.inclusion_tag(f"{PARTS}chips.html", takes_context=True)
def chips(context: Context, filters: Any) -> dict[str, Any]:
    """The filters in force, each with the link that removes it. Takes a form, what has one, or chips."""
    request = context["request"]
    form = filters if isinstance(filters, Form) else getattr(filters, "form", None)
    shown = list(filters) if form is None else lists.chips_of(request, form)
    return {"chips": shown, "clear": lists.cleared(request) if len(shown) > 1 else ""}


@register.inclusion_tag(f"{PARTS}sort_head.html", takes_context=True)
def sort_head(
    context: Context, field: str, label: str, unit: str = "", numeric: bool = False
) -> dict[str, Any]:
    """A head of a column that sorts by it, both ways."""
    href, direction = lists.sort_link(context["request"], field)
    return {"href": href, "direction": direction, "label": label, "unit": unit, "numeric": numeric}


@register.inclusion_tag(f"{PARTS}empty.html")
def empty(title: str, advice: str = "", href: str = "", action: str = "") -> dict[str, Any]:
    """Nothing to list: say so, and what to do about it."""
    return {"title": title, "advice": advice, "href": href, "action": action}


@register.inclusion_tag(f"{PARTS}facts.html")
def facts(pairs: Iterable[tuple[str, object]]) -> dict[str, Any]:
    """Facts as name and value."""
    return {"facts": pairs}


# Forms


@register.inclusion_tag(f"{PARTS}field.html")
def field(field: BoundField) -> dict[str, Any]:
    """One field: label above, help below, the error beside it."""
    widget = field.field.widget
    bad = bool(field.errors)
    grouped = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    names = [f"{field.auto_id}_helptext"] * bool(field.help_text) + [f"{field.auto_id}_error"] * bad
    attributes: dict[str, str | bool] = {}
    if names and not grouped:
        attributes["aria-describedby"] = " ".join(names)
    if bad and not grouped:
        attributes["aria-invalid"] = "true"
    return {
        "field": field,
        "bad": bad,
        "grouped": grouped,
        "checkbox": isinstance(widget, CheckboxInput),
        "described": " ".join(names),
        "widget": field.as_widget(attrs=attributes),
    }


@register.inclusion_tag(f"{PARTS}error_summary.html")
def error_summary(form: Form) -> dict[str, Any]:
    """All errors of a form on top of it, each leading to its field."""
    count = sum(len(errors) for errors in form.errors.values())
    title = ngettext("%(count)s entry must be mended", "%(count)s entries must be mended", count)
    return {"form": form, "title": title % {"count": count}}


@register.inclusion_tag(f"{PARTS}problems.html")
def problems(problems: Iterable[Problem], title: str = "", basis: str = "") -> dict[str, Any]:
    """A refusal: what, why, what to do instead, and on what basis."""
    said = [
        {"message": _said(problem.message, problem.params), "remedy": _said(problem.remedy, problem.params)}
        for problem in problems
    ]
    return {"problems": said, "title": title, "basis": basis}


def _said(msgid: str, params: Mapping[str, object]) -> str:
    # gettext("") answers with the head of the catalogue.
    return gettext(msgid) % dict(params) if msgid else ""


@register.inclusion_tag(f"{PARTS}stepper.html")
def stepper(current: int, *labels: str) -> dict[str, Any]:
    """The steps of a longer act; `current` counts from 1."""
    return {
        "steps": [
            {"label": label, "past": number < current, "current": number == current}
            for number, label in enumerate(labels, 1)
        ]
    }
