"""What the forms of all tools share: they are read from the address, and say at the field what is wrong.

A form that is opened without anything asked for shows no error. This module refuses to compute.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhiheng.kernel.errors import Problem, Refused

LEVELS: Final = (("0.8", "80%"), ("0.9", "90%"), ("0.95", "95%"), ("0.99", "99%"), ("0.999", "99.9%"))
LARGEST: Final = 10**12


class ToolForm(forms.Form):
    """A form in which a field that is not asked about takes, and shows, its initial value."""

    use_required_attribute = False

    def __init__(self, given: Mapping[str, Any] | None, files: Any = None) -> None:
        filled = None if given is None else {**self._initials(), **_single(given)}
        super().__init__(filled, files, auto_id="f-%s")

    @classmethod
    def _initials(cls) -> dict[str, Any]:
        fields = cls.base_fields
        return {name: field.initial for name, field in fields.items() if field.initial is not None}

    def refuse(self, refused: Refused, fields: Mapping[str, str], otherwise: str | None = None) -> None:
        """Put each problem at the field that its code belongs to: the beginning of a code names it."""
        for problem in refused.problems:
            place = next((name for code, name in fields.items() if problem.code.startswith(code)), otherwise)
            self.add_error(place if place in self.fields else None, said(problem))


def _single(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that hold something; of one that stands twice, the last counts."""
    return {name: given[name] for name in given if str(given[name]).strip()}


def asked(request: HttpRequest, *names: str) -> bool:
    """Whether the address asks for a result at all."""
    return any(request.GET.get(name, "").strip() for name in names)


def said(problem: Problem) -> str:
    """A problem in the language of the reader: what is wrong, then what would be right."""
    params = dict(problem.params)
    remedy = gettext(problem.remedy) % params if problem.remedy else ""
    message = gettext(problem.message) % params
    return f"{message} {remedy}".strip()


def count_field(label: Any, *, least: int = 0, most: int = LARGEST, **given: Any) -> forms.IntegerField:
    """A whole number."""
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "step": "1"})
    return forms.IntegerField(label=label, min_value=least, max_value=most, widget=widget, **given)


def share_field(label: Any, *, least: float = 0, most: float = 100, **given: Any) -> forms.FloatField:
    """A share in percent, as people write it."""
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"})
    return forms.FloatField(label=label, min_value=least, max_value=most, widget=widget, **given)


def level_field(**given: Any) -> forms.TypedChoiceField:
    """The confidence level of an interval."""
    return forms.TypedChoiceField(
        label=_("Confidence level"),
        choices=LEVELS,
        coerce=float,
        initial="0.95",
        **given,
    )


class TableField(forms.CharField):
    """Rows out of a spreadsheet, as they are pasted."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            required=False,
            strip=False,
            widget=forms.Textarea(attrs={"spellcheck": "false", "autocomplete": "off"}),
            **given,
        )
