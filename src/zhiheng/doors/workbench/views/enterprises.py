"""Enterprises: finding them, and the quality archive of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhiheng.doors.exports.answers import download, form_named
from zhiheng.doors.exports.tables import enterprises_table
from zhiheng.doors.look.bounded import cut_said, page_of
from zhiheng.doors.look.lists import address
from zhiheng.doors.look.reader import language
from zhiheng.doors.workbench.archive import lines
from zhiheng.doors.workbench.desk import WORKERS, OfficerRequest, absent, desk, show
from zhiheng.doors.workbench.places import choices, places_below
from zhiheng.foundation.ledger.selectors import archive
from zhiheng.foundation.org.actors import division_prefix
from zhiheng.foundation.org.guard import within
from zhiheng.foundation.org.selectors import division_names
from zhiheng.foundation.registry.models import Enterprise
from zhiheng.foundation.registry.search import PAGE_MOST
from zhiheng.foundation.registry.selectors import (
    enterprise_by_uscc,
    enterprises,
    names_of,
    products_of,
    search,
)
from zhiheng.kernel.errors import N_

FOUND: Final = 50
EXPORT_MOST: Final = 10_000
ARCHIVE: Final = 40
PRODUCTS: Final = 30


class EnterpriseFilters(forms.Form):
    """What the list can be narrowed to."""

    q = forms.CharField(label=gettext_lazy("Name or code"), required=False, max_length=200)
    place = forms.ChoiceField(label=gettext_lazy("Place"), required=False)
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)

    def __init__(self, request: OfficerRequest) -> None:
        super().__init__(request.GET, auto_id="f-%s")
        place, status = self.fields["place"], self.fields["status"]
        assert isinstance(place, forms.ChoiceField)  # noqa: S101  declared above; tells the type
        assert isinstance(status, forms.ChoiceField)  # noqa: S101
        place.choices = choices(places_below(request.actor, request.today), _("any"))
        status.choices = [("", _("any")), *Enterprise.Status.choices]
        self.is_valid()

    @property
    def query(self) -> str:
        """What is looked for."""
        return str(self.cleaned_data.get("q", "")).strip()

    @property
    def division_prefix(self) -> str:
        """The beginning of the division codes of the place."""
        place = self.cleaned_data.get("place", "")
        return division_prefix(place) if place else ""


@desk(*WORKERS)
def listed(request: OfficerRequest) -> HttpResponse:
    """Search, or browse by place and status."""
    form = EnterpriseFilters(request)
    return _found(request, form) if form.query else _browsed(request, form)


def _found(request: OfficerRequest, form: EnterpriseFilters) -> HttpResponse:
    found = search(request.actor, form.query, form.division_prefix, FOUND, request.GET.get("after") or None)
    status = form.cleaned_data.get("status", "")
    hits = [hit for hit in found.hits if not status or hit.enterprise.status == status]
    names = division_names({hit.enterprise.division for hit in hits}, language())
    rows = [
        (hit.enterprise, names.get(hit.enterprise.division, ""), hit.name if hit.former else "")
        for hit in hits
    ]
    following = address(request, {"after": found.next}) if found.next else ""
    return show(request, "enterprises.html", {"form": form, "rows": rows, "following": following})


def _browsed(request: OfficerRequest, form: EnterpriseFilters) -> HttpResponse:
    page = page_of(request, _rows(request, form))
    names = division_names({row.division for row in page}, language())
    rows = [(row, names.get(row.division, ""), "") for row in page]
    return show(
        request, "enterprises.html", {"form": form, "rows": rows, "page": page, "cut": cut_said(page)}
    )


def _rows(request: OfficerRequest, form: EnterpriseFilters) -> Any:
    rows = enterprises(request.actor)
    if form.division_prefix:
        rows = rows.filter(within("division", form.division_prefix)).order_by("division", "uscc")
    status = form.cleaned_data.get("status", "")
    return rows.filter(status=status) if status else rows


@desk(*WORKERS)
def exported(request: OfficerRequest, form: str) -> HttpResponseBase:
    """The list as a file, with the same filters."""
    wanted, filters = form_named(form), EnterpriseFilters(request)
    if filters.query:
        return download(enterprises_table(_hits(request, filters), wanted, EXPORT_MOST), wanted)
    rows = _rows(request, filters).prefetch_related("names").iterator(chunk_size=2000)
    return download(enterprises_table(rows, wanted), wanted)


def _hits(request: OfficerRequest, form: EnterpriseFilters) -> Iterator[Enterprise]:
    after: str | None = None
    status = form.cleaned_data.get("status", "")
    while after != "":
        page = search(request.actor, form.query, form.division_prefix, PAGE_MOST, after)
        codes = [hit.enterprise.uscc for hit in page.hits]
        with_names = {
            row.uscc: row
            for row in enterprises(request.actor).filter(uscc__in=codes).prefetch_related("names")
        }
        yield from (row for code in codes if (row := with_names.get(code)) and status in ("", row.status))
        after = page.next


@desk(*WORKERS)
def detail(request: OfficerRequest, uscc: str) -> HttpResponse:
    """The quality archive of one enterprise."""
    row = enterprise_by_uscc(request.actor, uscc)
    page = archive(request.actor, uscc, request.GET.get("before") or None, ARCHIVE, on=request.today)
    if row is None and not page.entries:
        raise absent(N_("The registry holds no enterprise with this code, and no result names it."))
    place = row.division if row else ""
    context = {
        "row": row,
        "uscc": uscc,
        "place": division_names({place}, language()).get(place, place),
        "names": names_of(request.actor, uscc).filter(current=False),
        "products": products_of(request.actor, uscc)[:PRODUCTS],
        "lines": lines(request.actor, page.entries),
        "earlier": address(request, {"before": page.next}) if page.next else "",
        "later": bool(request.GET.get("before")),
    }
    return show(request, "enterprise.html", context)
