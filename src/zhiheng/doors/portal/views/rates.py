"""Pass rates for the public: of published results only, one population at a time, each with its interval."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhiheng.analytics.pipelines.pass_rates import Dimension, PassRateQuestion, PassRates, Rate, pass_rates
from zhiheng.domains.supervision.models import Result
from zhiheng.doors.look.figures import percent
from zhiheng.doors.look.lists import PAGE, address
from zhiheng.doors.look.tiles import Tile, legend_of, level_of
from zhiheng.doors.portal.forms import RateFilters
from zhiheng.doors.portal.places import short_names
from zhiheng.doors.portal.visit import Visit, public_page
from zhiheng.foundation.ledger.entries import moment
from zhiheng.foundation.ledger.snapshots import Snapshot, snapshot_last
from zhiheng.foundation.org.actors import NATION
from zhiheng.methods.survey.populations import SPEAKS_OF, Design
from zhiheng.settings import settings

CUTS: Final = (0.80, 0.85, 0.90, 0.95, 0.98)
SIZE: Final = 50
ORDERS: Final = ("rate", "-rate", "n", "-n")


@public_page
def rates(visit: Visit) -> HttpResponse:
    """`/rates/`: by product kind and by place, from the newest snapshot."""
    form = RateFilters(visit)
    snapshot = snapshot_last(settings().folder("snapshots"))
    if not form.is_valid() or snapshot is None:
        status = 200 if form.is_valid() else 422
        return render(visit, "portal/rates.html", {"form": form, "snapshot": snapshot}, status=status)
    asked = form.asked(visit.today)
    whole = answered(snapshot, asked())
    design = _design(visit, whole)
    context: dict[str, Any] = {
        "form": form,
        "snapshot": snapshot,
        "cut_at": moment(snapshot.at),
        "populations": _populations(visit, whole, design),
        "design": design,
        "excluded": whole.excluded,
        "provenance": whole.provenance,
    }
    if design:
        speaks = _(SPEAKS_OF[design])
        level = below(form.cleaned_data["place"])
        places = answered(snapshot, asked(level, selection=design)) if level else None
        context |= {
            "speaks": speaks,
            "overall": next(rate for rate in whole.rates if rate.selection == design),
            "about": _about(form, snapshot, speaks),
            **_kinds(visit, answered(snapshot, asked("product_kind", selection=design))),
            "tiles": _tiles(visit, places) if places else [],
            "legend": legend_of(CUTS),
        }
    return render(visit, "portal/rates.html", context)


@lru_cache(maxsize=128)
def answered(snapshot: Snapshot, asked: PassRateQuestion) -> PassRates:
    """The answer to a question: a snapshot never changes, so neither does its answer."""
    return pass_rates(snapshot, asked)


def below(place: str) -> Dimension | None:
    """The level one below a place; a county has none."""
    if not place or place == NATION:
        return "province"
    if place.endswith("0000"):
        return "city"
    return "county" if place.endswith("00") else None


def _design(visit: Visit, whole: PassRates) -> Design | None:
    """The population that the page speaks of: the one asked for, else the random one, else the first."""
    there = [Design(name) for name in whole.populations]
    asked = visit.GET.get("population", "")
    if asked in there:
        return Design(asked)
    return Design.RANDOM if Design.RANDOM in there else next(iter(there), None)


def _populations(visit: Visit, whole: PassRates, shown: Design | None) -> list[dict[str, Any]]:
    """The populations as tabs, each with its own rate: there is none for all together."""
    return [
        {
            "label": Result.Selection(rate.selection).label,
            "rate": rate,
            "current": rate.selection == shown,
            "href": address(visit, {"population": rate.selection, PAGE: None}),
        }
        for rate in sorted(whole.rates, key=lambda rate: list(Design).index(Design(rate.selection)))
    ]


def _about(form: RateFilters, snapshot: Snapshot, speaks: str) -> dict[str, str]:
    given = form.cleaned_data
    period = f"{given['since'] or '…'} – {given['until'] or '…'}" if given["since"] or given["until"] else ""
    return {
        "population": speaks,
        "period": period or _("all samples on record"),
        "source": _("published spot-check results"),
        "snapshot": snapshot.name,
        "method": _("Wilson interval, 95%; exact: Clopper-Pearson; pass_rates version 1"),
    }


def _kinds(visit: Visit, found: PassRates) -> dict[str, Any]:
    order = visit.GET.get("sort", "")
    lowest = min((rate.lower for rate in found.rates), default=0.0)
    floor = max(0, int(10 * lowest)) / 10
    rows = [{"label": rate.keys[0], "rate": rate, "href": _kind_link(visit, rate)} for rate in found.rates]
    if order in ORDERS:
        field = "estimate" if order.endswith("rate") else "n"
        rows.sort(key=lambda row: getattr(row["rate"], field), reverse=order.startswith("-"))
    return {
        "floor": floor,
        "floor_said": f"{100 * floor:.0f}",
        "page": Paginator(rows, SIZE).get_page(visit.GET.get(PAGE)),
    }


def _kind_link(visit: Visit, rate: Rate) -> str:
    return address(visit, {"kind": rate.keys[0], PAGE: None, "sort": None})


def _tiles(visit: Visit, found: PassRates) -> list[Tile]:
    names = short_names(rate.keys[0] for rate in found.rates)
    return [_tile(visit, rate, names) for rate in found.rates if rate.keys[0].strip("0")]


def _tile(visit: Visit, rate: Rate, names: dict[str, str]) -> Tile:
    """A place; one with few samples shows its number but takes no colour, so that it is not compared."""
    code = rate.keys[0]
    shown = percent(rate.estimate)
    return Tile(
        code=code,
        name=names.get(code) or code,
        value=_("%(rate)s (few)") % {"rate": shown} if rate.small else shown,
        level=None if rate.small else level_of(rate.estimate, CUTS),
        href=address(visit, {"place": code, PAGE: None}),
    )
