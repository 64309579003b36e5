"""The filters of the public's lists, read from the address; a link reproduces the list.

What cannot be read is refused, never ignored: a list that silently shows more than was asked for
would be taken for the answer. This module refuses to read a result.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhiheng.analytics.pipelines.pass_rates import Dimension, PassRateQuestion
from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.selectors import TEXT_LENGTH, Filters, authorities, product_kinds
from zhiheng.doors.portal.places import places_offered
from zhiheng.doors.portal.visit import Visit
from zhiheng.foundation.org.actors import PUBLIC, Actor
from zhiheng.kernel.errors import N_, Problem, Refused

OFFERED_MOST: Final = 400
KEPT: Final = 300  # seconds: reading all kinds and authorities is dear, and they seldom change
ORDERS: Final[dict[str, tuple[str, ...]]] = {
    "-dated": ("-dated_on", "-id"),
    "dated": ("dated_on", "id"),
    "-published": ("-published_on", "-id"),
    "published": ("published_on", "id"),
    "kind": ("product_kind", "dated_on", "id"),
    "-kind": ("-product_kind", "-dated_on", "-id"),
}


class DayField(forms.DateField):
    """A day as the browser's own field writes it, 2026-03-02."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )


class ResultFilters(forms.Form):
    """What the public's list can be narrowed to."""

    text = forms.CharField(label=_("Product, enterprise or number"), required=False, max_length=TEXT_LENGTH)
    verdict = forms.ChoiceField(label=_("Verdict"), required=False)
    kind = forms.CharField(label=_("Product kind"), required=False, max_length=80, widget=forms.Select)
    authority = forms.CharField(
        label=pgettext_lazy("of a result", "Authority"), required=False, max_length=120, widget=forms.Select
    )
    place = forms.RegexField(
        r"[0-9]{6}", label=_("Place of sampling"), required=False, strip=True, widget=forms.Select
    )
    selection = forms.ChoiceField(label=_("How it was chosen"), required=False)
    since = DayField(_("Sampled from"))
    until = DayField(_("Sampled to"))
    producer = forms.CharField(
        label=_("Producer's code"), required=False, max_length=18, widget=forms.HiddenInput
    )

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit.GET, auto_id="f-%s")
        offered: dict[str, list[tuple[str, Any]]] = {
            "verdict": [("", _("All verdicts")), *Result.Verdict.choices],
            "selection": [("", _("Chosen in any way")), *Result.Selection.choices],
            "kind": [("", _("All kinds")), *_words("kind", product_kinds, visit)],
            "authority": [("", _("All authorities")), *_words("authority", authorities, visit)],
            "place": places_offered(visit.GET.get("place", ""), visit.today),
        }
        for name, choices in offered.items():
            _offer(self, name, choices)

    def clean(self) -> dict[str, Any]:
        """A period ends after it begins."""
        return _require_order(self, super().clean() or {})

    def filters(self) -> Filters:
        """The filters as the selector takes them; raises `Refused` for what cannot be read."""
        if not self.is_valid():
            raise Refused(*_problems(self))
        given = self.cleaned_data
        return Filters(
            verdict=given["verdict"],
            selection=given["selection"],
            product_kind=given["kind"],
            authority=given["authority"],
            division=given["place"],
            producer=given["producer"].upper(),
            since=given["since"],
            until=given["until"],
            text=given["text"],
        )


class RateFilters(forms.Form):
    """What pass rates can be narrowed to."""

    kind = forms.CharField(label=_("Product kind"), required=False, max_length=80, widget=forms.Select)
    place = forms.RegexField(
        r"[0-9]{6}", label=_("Place of sampling"), required=False, strip=True, widget=forms.Select
    )
    since = DayField(_("Sampled from"))
    until = DayField(_("Sampled to"))

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit.GET, auto_id="f-%s")
        _offer(self, "kind", [("", _("All kinds")), *_words("kind", product_kinds, visit)])
        _offer(self, "place", places_offered(visit.GET.get("place", ""), visit.today))

    def clean(self) -> dict[str, Any]:
        """A period ends after it begins."""
        return _require_order(self, super().clean() or {})

    def asked(self, on: date) -> Callable[..., PassRateQuestion]:
        """Makes questions about what this form narrows to and what is published on that day."""

        def ask(*by: Dimension, selection: str = "") -> PassRateQuestion:
            given = self.cleaned_data
            return PassRateQuestion(
                by=by,
                since=given["since"],
                until=given["until"],
                division=given["place"],
                product_kind=given["kind"],
                selection=selection,
                published_by=on,
            )

        return ask


def _offer(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field: Any = form.fields[name]
    field.choices = choices
    field.widget.choices = choices


def _require_order(form: forms.Form, given: dict[str, Any]) -> dict[str, Any]:
    if given.get("since") and given.get("until") and given["since"] > given["until"]:
        form.add_error("until", _("The period ends before it begins. Swap the two days."))
    return given


def order_of(visit: Visit) -> tuple[str, ...]:
    """The order that the address asks for; without one, the latest sample first."""
    return ORDERS.get(visit.GET.get("sort", ""), ORDERS["-dated"])


def _words(name: str, read: Callable[[Actor, date], list[str]], visit: Visit) -> list[tuple[str, str]]:
    key = f"portal.{name}.{visit.today}"
    found = cache.get(key)
    if found is None:
        found = read(PUBLIC, visit.today)[:OFFERED_MOST]
        cache.set(key, found, KEPT)
    chosen = visit.GET.get(name, "")[:TEXT_LENGTH]
    return [(word, word) for word in (found if not chosen or chosen in found else [chosen, *found])]


def _problems(form: forms.Form) -> list[Problem]:
    return [
        Problem(
            "portal.filter", N_("%(field)s: %(wrong)s"), {"field": str(form[name].label), "wrong": str(error)}
        )
        for name, errors in form.errors.items()
        for error in errors
    ]
