"""The charts of the toolbox: a curve with the same numbers below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from zhiheng.analytics.charts.curves import NARROW, Mark, Words, curve
from zhiheng.doors.look.charts import PageChart
from zhiheng.doors.look.figures import amount, percent
from zhiheng.doors.toolbox.plans import Judged, Plan, Point, quality
from zhiheng.doors.toolbox.variableplans import Curve, constant

NONE: Final = "—"


def operating_characteristic(found: Judged, asked: Sequence[tuple[float, float]] = ()) -> PageChart:
    """The OC curve of a plan; `asked` are the points that it was to keep, as quality and probability."""
    plan, items = found.plan, found.plan.items
    named = asked or [(found.quality(0.95), 0.95), (found.quality(0.10), 0.10)]
    across = _("Quality of the lot, nonconforming in %") if items else _("Nonconformities per 100 items")
    title = _("Accepted 95 of 100 times: %(good)s; 10 of 100 times: %(bad)s")
    if plan.declaration:
        title = _("Not contradicted 95 of 100 times: %(good)s; 10 of 100 times: %(bad)s")
    title %= {
        "good": quality(found.quality(0.95), items=items),
        "bad": quality(found.quality(0.10), items=items),
    }
    axis = _("Not contradicted, in %") if plan.declaration else _("Probability of acceptance, %")
    words = Words(
        axis=axis,
        description=_("Operating characteristic of the plan n = %(n)d, Ac = %(c)d. %(title)s")
        % {"n": plan.n, "c": plan.c, "title": title},
        across=across,
    )
    points = [(one.percent, 100 * one.accepted) for one in found.curve]
    stepped = plan.distribution == "hypergeometric"
    return PageChart(
        title=title,
        subtitle=_("Operating characteristic (OC) of the plan n = %(n)s, Ac = %(c)s")
        % {"n": amount(plan.n), "c": amount(plan.c)},
        chart=curve(points, words, marks=_marks(named, items), stepped=stepped),
        narrow=curve(points, words, marks=_marks(named, items, short=True), stepped=stepped, width=NARROW),
        heads=heads(found),
        rows=[cells(plan, one) for one in found.curve],
    )


def by_variables(found: Curve, asked: Sequence[tuple[float, float]] = ()) -> PageChart:
    """The OC curve of a plan by variables; `asked` as for `operating_characteristic`."""
    named = asked or [(found.quality(0.95), 0.95), (found.quality(0.10), 0.10)]
    title = _("Accepted 95 of 100 times: %(good)s; 10 of 100 times: %(bad)s") % {
        "good": quality(found.quality(0.95)),
        "bad": quality(found.quality(0.10)),
    }
    plan = {"n": amount(found.plan.sample_size), "k": constant(found.plan.constant)}
    words = Words(
        axis=_("Probability of acceptance, %"),
        description=_("Operating characteristic of the plan n = %(n)s, k = %(k)s. %(title)s")
        % {**plan, "title": title},
        across=_("Quality of the lot, nonconforming in %"),
    )
    points = [(one.percent, 100 * one.accepted) for one in found.curve]
    return PageChart(
        title=title,
        subtitle=_("Operating characteristic (OC) of the plan n = %(n)s, k = %(k)s") % plan,
        chart=curve(points, words, marks=_marks(named, items=True)),
        narrow=curve(points, words, marks=_marks(named, items=True, short=True), width=NARROW),
        heads=(_("Quality"), _("Accepted")),
        rows=[quality_cells(one) for one in found.curve],
    )


def quality_cells(one: Point) -> tuple[str, str]:
    """A quality and how often it is accepted."""
    return quality(one.p), percent(one.accepted)


def _marks(named: Sequence[tuple[float, float]], items: bool, short: bool = False) -> list[Mark]:
    """Points with their names; short ones where there is no room beside the curve."""
    said = [(p, accepted, quality(p, items=items)) for p, accepted in named]
    return [Mark(100 * p, 100 * a, text if short else f"{text} → {percent(a)}") for p, a, text in said]


def heads(found: Judged) -> tuple[str, ...]:
    """The headings of a table of points."""
    if found.plan.declaration:
        return _("Quality"), _("Not contradicted")
    first = (_("Quality"), _("Accepted"))
    if not found.plan.items:
        return first
    total = (_("Inspected in all (ATI)"),) if found.plan.lot is not None else ()
    return (*first, _("Goes out (AOQ)"), *total, _("Inspected when stopped early (ASN)"))


def cells(plan: Plan, one: Point) -> tuple[str, ...]:
    """A point as a row of a table."""
    shown = (quality(one.p, items=plan.items), percent(one.accepted))
    if plan.declaration or one.aoq is None or one.asn is None:
        return shown
    inspected = () if plan.lot is None else (NONE if one.ati is None else amount(one.ati, 1),)
    return (*shown, quality(one.aoq), *inspected, amount(one.asn, 1))
