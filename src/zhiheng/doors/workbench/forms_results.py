"""The filters of the list of results, read from the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.selectors import TEXT_LENGTH, Filters, authorities, product_kinds, results
from zhiheng.doors.workbench.dates import day_field
from zhiheng.doors.workbench.desk import OfficerRequest
from zhiheng.doors.workbench.places import KEPT, choices, places_below

OFFERED_MOST = 500
BROAD = 2  # digits of a division code: a province


def _any(pairs: Any) -> list[tuple[str, Any]]:
    return [("", _("any")), *pairs]


class ResultFilters(forms.Form):
    """What the list can be narrowed to; a link with these parameters reproduces the list."""

    text = forms.CharField(label=_("Text"), required=False, max_length=TEXT_LENGTH)
    verdict = forms.ChoiceField(label=_("Verdict"), required=False, choices=_any(Result.Verdict.choices))
    selection = forms.ChoiceField(
        label=_("Population"), required=False, choices=_any(Result.Selection.choices)
    )
    coverage = forms.ChoiceField(label=_("Coverage"), required=False, choices=_any(Result.Coverage.choices))
    retest = forms.ChoiceField(label=_("Retest"), required=False, choices=_any(Result.Retest.choices))
    kind = forms.CharField(label=_("Product kind"), required=False, max_length=80)
    authority = forms.CharField(label=_("Authority"), required=False, max_length=120)
    place = forms.ChoiceField(label=_("Place of sampling"), required=False)
    producer = forms.CharField(label=_("Producer's code"), required=False, max_length=18)
    since = day_field(label=_("From"), required=False)
    until = day_field(label=_("To"), required=False)
    unresolved = forms.ChoiceField(
        label=_("Parties"), required=False, choices=_any([("yes", _("one is unresolved"))])
    )

    def __init__(self, request: OfficerRequest) -> None:
        super().__init__(request.GET, auto_id="f-%s")
        place = self.fields["place"]
        assert isinstance(place, forms.ChoiceField)  # noqa: S101  declared above; tells the type
        place.choices = choices(places_below(request.actor, request.today), str(_("any")))
        self.offered = {
            "kind": offered(request, "kind", kinds),
            "authority": offered(request, "authority", agencies),
        }
        for name in self.offered:
            self.fields[name].widget.attrs["list"] = f"offered-{name}"

    def filters(self) -> Filters:
        """The filters as the selector takes them; a part that cannot be read narrows nothing."""
        self.is_valid()
        given = self.cleaned_data
        return Filters(
            verdict=given.get("verdict", ""),
            selection=given.get("selection", ""),
            coverage=given.get("coverage", ""),
            retest=given.get("retest", ""),
            product_kind=given.get("kind", ""),
            authority=given.get("authority", ""),
            division=given.get("place", ""),
            producer=given.get("producer", "").upper(),
            since=given.get("since"),
            until=given.get("until"),
            unresolved=bool(given.get("unresolved")),
            text=given.get("text", ""),
        )


def kinds(request: OfficerRequest) -> list[str]:
    """The product kinds that occur."""
    return _words(request, "product_kind", product_kinds)


def agencies(request: OfficerRequest) -> list[str]:
    """The authorities that occur."""
    return _words(request, "authority", authorities)


def _words(request: OfficerRequest, column: str, read: Any) -> list[str]:
    """The words of a column. Where an officer sees most of the table, from one word to the next by its index.

    Reading every row for its word takes seconds at a million results; a leap takes a millisecond.
    """
    if len(request.actor.scope) > BROAD:
        return list(read(request.actor, request.today))[:OFFERED_MOST]
    found: list[str] = []
    rows = results(request.actor, request.today).order_by(column, "dated_on").values_list(column, flat=True)
    while len(found) < OFFERED_MOST:
        following = (rows.filter(**{f"{column}__gt": found[-1]}) if found else rows).first()
        if following is None:
            break
        found.append(following)
    return found


def offered(request: OfficerRequest, name: str, read: Any) -> list[str]:
    """Words that occur in the list, for the browser to offer; kept for minutes, because reading is dear."""
    key = f"workbench.{name}.{request.actor.agency}"
    found = cache.get(key)
    if found is None:
        found = read(request)
        cache.set(key, found, KEPT)
    return list(found)
