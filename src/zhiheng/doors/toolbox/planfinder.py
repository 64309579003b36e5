"""The answers of the plan finder: a plan, its standard and how sure it is, its risks, and what it is not.

Each function takes what a form has read. This module refuses to read a request, and to choose a risk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from zhiheng.doors.look.figures import amount, percent
from zhiheng.doors.toolbox import plans
from zhiheng.doors.toolbox.planforms import SEVERITY_NAMES
from zhiheng.doors.toolbox.plans import Judged, Plan, quality
from zhiheng.methods.sampling import attributes, declared, search


@dataclass(frozen=True, slots=True)
class Answer:
    """A plan that was found, and what is said beside it."""

    plan: Plan
    rule: str
    standard: str
    sure: str
    facts: list[tuple[str, str]]
    means: list[str]
    means_not: list[str]
    judged: Judged | None
    asked: list[tuple[float, float]] = field(default_factory=list)
    severities: list[dict[str, Any]] = field(default_factory=list)


def of_lot(given: Mapping[str, Any]) -> Answer:
    """The plan of GB/T 2828.1 for a lot, with its curve unless everything is inspected."""
    found = attributes.single_plan(
        lot_size=given["lot"], aql=given["aql"], level=given["level"], severity=given["severity"]
    )
    counts_items = given["counted"] == "items" and float(given["aql"]) <= plans.ITEMS_UP_TO
    plan = Plan(
        found.sample_size, found.acceptance_number, "binomial" if counts_items else "poisson", given["lot"]
    )
    judged = None if found.full_inspection else plans.judged(plan)
    arrow = found.tabled.plan_letter != found.tabled.letter
    letter = (
        _("%(letter)s; the table points on to %(other)s")
        % {"letter": found.tabled.letter, "other": found.tabled.plan_letter}
        if arrow
        else found.tabled.letter
    )
    unit = _("percent nonconforming") if counts_items else _("nonconformities per 100 items")
    means = plans.means(judged) if judged else [_("Every item is inspected: there is no risk of sampling.")]
    if judged and counts_items:
        at = plans.points(plan, np.array([float(given["aql"]) / 100]))[0]
        means.insert(
            0,
            _("A lot whose quality is exactly the AQL is accepted in %(accepted)s of all cases.")
            % {"accepted": percent(at.accepted)},
        )
    not_meant = [
        _(
            "The AQL is no permission to deliver so much that is nonconforming: it is the worst average of a"
            " process that is still satisfactory, for a running series of lots."
        ),
        _(
            "For a single lot, and for the check of what a producer declares, other plans are made: by two"
            " points, or by the declared quality level."
        ),
        *plans.means_not(),
    ]
    return Answer(
        plan,
        plans.rule(plan),
        "GB/T 2828.1-2012 (ISO 2859-1:1999)",
        _("Generated from the rule of the standard, and equal to its master tables in every cell checked."),
        [
            (_("Code letter"), letter),
            (_("AQL"), f"{given['aql']} {unit}"),
            (_("Inspection level"), given["level"]),
            (_("Severity"), str(SEVERITY_NAMES[given["severity"]])),
        ],
        means,
        not_meant,
        judged,
        severities=_severities(given),
    )


def _severities(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same lot under each severity, with the plan's letter."""
    found = []
    for name in attributes.SEVERITIES:
        one = attributes.single_plan(
            lot_size=given["lot"], aql=given["aql"], level=given["level"], severity=name
        )
        row = {
            "label": SEVERITY_NAMES[name],
            "plan": one,
            "letter": one.tabled.plan_letter,
            "chosen": name == given["severity"],
        }
        found.append(row)
    return found


def of_points(given: Mapping[str, Any]) -> Answer:
    """The smallest plan through two points, or the zero-acceptance plan through the second."""
    lot = given["lot"] if given["model"] == "hypergeometric" else None
    prq, crq, alpha, beta = (given[name] / 100 for name in ("prq", "crq", "alpha", "beta"))
    if given["kind"] == "zero":
        return _of_zero(given, crq, beta, lot)
    found = search.find_plan(
        prq=prq, crq=crq, producer_risk=alpha, consumer_risk=beta, distribution=given["model"], lot_size=lot
    )
    plan = Plan(found.sample_size, found.acceptance_number, given["model"], lot)
    facts = [
        (_point(prq, plan.items), _("accepted %(share)s") % {"share": percent(found.acceptance_at_prq)}),
        (_point(crq, plan.items), _("accepted %(share)s") % {"share": percent(found.acceptance_at_crq)}),
    ]
    judged = None if plan.whole else plans.judged(plan)
    asked_for = [(prq, found.acceptance_at_prq), (crq, found.acceptance_at_crq)]
    return Answer(
        plan,
        plans.rule(plan),
        _("No table: two points of the curve"),
        _("Computed exactly from the distribution; no smaller acceptance number keeps both points."),
        facts,
        _of_curve(judged),
        [
            _("The points are yours: they say what a wrong verdict costs whom, and no formula knows that."),
            *plans.means_not(),
        ],
        judged,
        asked_for,
    )


def _of_zero(given: Mapping[str, Any], crq: float, beta: float, lot: int | None) -> Answer:
    found = search.zero_acceptance_plan(crq=crq, consumer_risk=beta, lot_size=lot)
    plan = Plan(found.sample_size, 0, "binomial" if lot is None else "hypergeometric", lot)
    judged = None if plan.whole else plans.judged(plan)
    mostly = quality(found.quality_mostly_accepted)
    facts = [
        (_point(crq, items=True), _("accepted %(share)s") % {"share": percent(found.acceptance_at_crq)}),
        (_("Accepted 95 times in 100"), mostly),
    ]
    return Answer(
        plan,
        plans.rule(plan),
        _("No table: one point of the curve"),
        _("Computed exactly from the distribution."),
        facts,
        _of_curve(judged),
        [
            _(
                "Zero in the sample is not zero in the lot. And the small sample is paid for by the producer:"
                " only quality of %(mostly)s or better passes 95 times in 100."
            )
            % {"mostly": mostly},
            *plans.means_not(),
        ],
        judged,
        [(crq, found.acceptance_at_crq)],
    )


def _of_curve(judged: Judged | None) -> list[str]:
    if judged is None:
        return [_("Nothing less than the whole lot keeps what is asked: there is no risk of sampling.")]
    return plans.means(judged)


def _point(share: float, items: bool) -> str:
    return quality(share, items=items)


def of_declared(given: Mapping[str, Any]) -> Answer:
    """The plan that may contradict a declared quality level."""
    dql, lot = given["dql"] / 100, given["lot"]
    if given["lqr"]:
        found = declared.declared_plan_for_ratio(dql=dql, lqr=given["lqr"], population=lot)
    elif lot is not None:
        items = declared.declared_items(population=lot, dql=dql)
        found = declared.small_population_plan(population=lot, declared=items, limit=given["limit"])
    else:
        found = declared.declared_plan(dql=dql, limit=given["limit"])
    plan = Plan(found.sample_size, found.limit, "binomial" if lot is None else "hypergeometric", lot, True)
    counts = {"n": amount(plan.n), "limit": amount(plan.c), "more": amount(plan.rejection)}
    worse = {"quality": quality(found.limiting_quality), "ratio": f"{found.lqr:.3g}"}
    return Answer(
        plan,
        _(
            "Draw %(n)s units at random from the population. With %(more)s or more nonconforming the declared"
            " level is contradicted; with up to %(limit)s it is not."
        )
        % counts,
        "GB/T 2828.11-2008" if lot is not None else "GB/T 2828.4-2008 (ISO 2859-4:2002)",
        str(_(found.basis)),
        [
            (_("Limit L"), amount(found.limit)),
            (_("Risk of contradicting a true declaration"), percent(found.risk)),
            (_("Escapes 10 times in 100"), quality(found.limiting_quality)),
            (_("Limiting quality ratio"), f"{found.lqr:.3g}"),
        ],
        [
            _("If the declaration is true, it is contradicted in at most %(risk)s of all cases.")
            % {"risk": percent(max(found.risk, 1e-9))},
            _(
                "A population with %(quality)s nonconforming, %(ratio)s times the declared level, escapes in"
                " about 10 of 100 cases."
            )
            % worse,
        ],
        [
            _(
                "Not contradicted is not confirmed: the sample was made to protect a true declaration, not to"
                " prove it. Never write that the product is qualified on this ground."
            ),
            _("It is no plan for accepting lots; for that GB/T 2828.1 is made."),
            _("It holds only for units drawn at random from the whole population."),
        ],
        None if plan.whole else plans.judged(plan),
        [(dql, 1 - found.risk), (found.limiting_quality, 0.1)] if lot is None else [],
    )
