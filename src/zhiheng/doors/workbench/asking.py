"""The question of the page of pass rates, read from the address."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhiheng.analytics.pipelines.pass_rates import Dimension, PassRateQuestion, PassRates, pass_rates
from zhiheng.domains.supervision.models import Result
from zhiheng.doors.exports.tables import TITLES
from zhiheng.doors.workbench.dates import day_field
from zhiheng.doors.workbench.desk import OfficerRequest
from zhiheng.doors.workbench.places import places_below
from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.foundation.org.actors import NOT_COVERED
from zhiheng.kernel.errors import Refused

PLACES: Final = ("province", "city", "county")
TIMES: Final = ("year", "quarter", "month")
KEPT: Final = 32


class QuestionForm(forms.Form):
    """By what, of which place, period, kind, authority and population."""

    by = forms.ChoiceField(label=gettext_lazy("By"), required=False)
    then = forms.ChoiceField(label=gettext_lazy("And by"), required=False)
    since = day_field(label=gettext_lazy("From"), required=False)
    until = day_field(label=gettext_lazy("To"), required=False)
    place = forms.ChoiceField(label=gettext_lazy("Place"), required=False)
    kind = forms.CharField(label=gettext_lazy("Product kind"), required=False, max_length=80)
    authority = forms.CharField(label=gettext_lazy("Authority"), required=False, max_length=120)
    population = forms.ChoiceField(label=gettext_lazy("Population"), required=False)

    def __init__(self, request: OfficerRequest) -> None:
        asked = request.GET.copy()
        asked.setdefault("by", "product_kind")
        super().__init__(asked, auto_id="f-%s")
        self.actor = request.actor
        dimensions = [(name, str(title)) for name, title in TITLES.items()]
        self._offer("by", [("", _("all together")), *dimensions])
        self._offer("then", [("", _("nothing more")), *dimensions])
        self._offer("place", [("", _("my division")), *places_below(request.actor, request.today)])
        self._offer("population", [("", _("all, each apart")), *Result.Selection.choices])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above; tells the type
        field.choices = choices

    def question(self) -> PassRateQuestion:
        """The question; refused when it asks about a division that is not the officer's."""
        self.is_valid()
        given = self.cleaned_data
        by = tuple(dict.fromkeys(name for name in (given.get("by"), given.get("then")) if name))
        place = given.get("place") or self.actor.division
        if not self.actor.covers(place):
            raise Refused(NOT_COVERED)
        return PassRateQuestion(
            by=cast("tuple[Dimension, ...]", by),
            since=given.get("since"),
            until=given.get("until"),
            division=place,
            product_kind=given.get("kind", ""),
            authority=given.get("authority", ""),
            selection=given.get("population", ""),
        )


@lru_cache(maxsize=KEPT)
def answered(snapshot: Snapshot, question: PassRateQuestion) -> PassRates:
    """The rates; the same question to the same snapshot has the same answer for ever."""
    return pass_rates(snapshot, question)
