"""Sampling plans with everything that is asked about one: curve, named points, risks, and words.

The numbers come from `methods.sampling`; this module joins them for a page, a file and the API. It
refuses to choose an inspection level, a severity or a risk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from django.utils.translation import gettext as _

from zhiheng.doors.look.figures import amount
from zhiheng.methods.sampling import curves
from zhiheng.methods.sampling.distributions import Distribution

POINTS: Final = 41
ITEMS_UP_TO: Final = 10  # percent: a larger AQL of GB/T 2828.1 counts nonconformities
NAMED: Final = (0.99, 0.95, 0.90, 0.75, 0.50, 0.25, 0.10, 0.05, 0.01)
DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """A single plan: n, Ac, the lot where it is finite, what is counted; or the check of a declaration."""

    n: int
    c: int
    distribution: Distribution
    lot: int | None = None
    declaration: bool = False

    @property
    def rejection(self) -> int:
        """Re = Ac + 1."""
        return self.c + 1

    @property
    def whole(self) -> bool:
        """Whether every item is inspected: then there is no risk of sampling."""
        return self.n == self.lot

    @property
    def items(self) -> bool:
        """Whether nonconforming items are counted, not nonconformities."""
        return self.distribution != "poisson"


@dataclass(frozen=True, slots=True)
class Point:
    """One quality and what the plan does with it; shares, and items where items are counted."""

    p: float
    accepted: float
    aoq: float | None = None
    ati: float | None = None
    asn: float | None = None

    @property
    def percent(self) -> float:
        """Quality in percent nonconforming, or nonconformities per 100 items."""
        return 100 * self.p


@dataclass(frozen=True, slots=True)
class Judged:
    """A plan with its curve, its named points, and the limit of average outgoing quality."""

    plan: Plan
    curve: tuple[Point, ...]
    named: tuple[Point, ...]
    aoql: float | None
    aoql_at: float | None

    def quality(self, accepted: float) -> float:
        """The quality that is accepted with a probability of `NAMED`."""
        return self.named[NAMED.index(accepted)].p


def judged(plan: Plan) -> Judged:
    """Everything about a plan that is not a whole inspection."""
    if not plan.items:
        # Nonconformities are not replaced item by item: what goes out and is inspected is not asked.
        grid = tuple(sorted({*np.linspace(0.001, 0.999, POINTS - 2).tolist(), *NAMED, 0.9999}, reverse=True))
        return Judged(plan, _of_nonconformities(plan, grid), _of_nonconformities(plan, NAMED), None, None)
    whole = curves.curve_points(
        sample_size=plan.n,
        acceptance_number=plan.c,
        distribution=plan.distribution,
        lot_size=plan.lot,
        points=POINTS,
    )
    named = curves.quality_at(
        np.array(NAMED),
        sample_size=plan.n,
        acceptance_number=plan.c,
        distribution=plan.distribution,
        lot_size=plan.lot,
    )
    return Judged(plan, points(plan, whole.p), points(plan, named), whole.aoql, whole.aoql_at)


def points(plan: Plan, p: np.ndarray) -> tuple[Point, ...]:
    """What a plan that counts items does at these qualities."""
    n, c, at = plan.n, plan.c, np.asarray(p, dtype=np.float64)
    given = {"sample_size": n, "acceptance_number": c}
    accepted = curves.acceptance_probability(at, **given, distribution=plan.distribution, lot_size=plan.lot)
    aoq = curves.average_outgoing_quality(at, **given, distribution=plan.distribution, lot_size=plan.lot)
    asn = curves.average_sample_number(at, **given, curtailed="both")
    total: list[float | None] = [None] * at.size
    if plan.lot is not None:
        ati = curves.average_total_inspection(at, **given, distribution=plan.distribution, lot_size=plan.lot)
        total = [float(value) for value in ati]
    return tuple(
        Point(float(one), float(accepted[place]), float(aoq[place]), total[place], float(asn[place]))
        for place, one in enumerate(at)
    )


def _of_nonconformities(plan: Plan, accepted: tuple[float, ...]) -> tuple[Point, ...]:
    found = curves.quality_at(
        np.array(accepted), sample_size=plan.n, acceptance_number=plan.c, distribution="poisson"
    )
    return tuple(Point(float(p), at) for p, at in zip(found, accepted, strict=True))


def quality(share: float, *, items: bool = True) -> str:
    """A quality as people write it: percent nonconforming, or nonconformities per 100 items."""
    shown = f"{float(f'{100 * share:.{DIGITS}g}'):.10g}"
    return f"{shown}%" if items else _("%(number)s per 100 items") % {"number": shown}


def rule(plan: Plan) -> str:
    """What to do, in one sentence."""
    given = {"n": amount(plan.n), "c": amount(plan.c), "r": amount(plan.rejection)}
    if plan.whole and plan.items:
        return (
            _("Inspect all %(n)s items. Accept with up to %(c)s nonconforming, reject from %(r)s on.") % given
        )
    if plan.items:
        return (
            _(
                "Draw %(n)s items at random and inspect them. Accept the lot with up to %(c)s nonconforming"
                " items, reject it from %(r)s on."
            )
            % given
        )
    return (
        _(
            "Draw %(n)s items at random and count the nonconformities on them. Accept the lot with up to"
            " %(c)s, reject it from %(r)s on."
        )
        % given
    )


def means(found: Judged) -> list[str]:
    """What the curve says, in sentences."""
    items = found.plan.items
    given = {
        "good": quality(found.quality(0.95), items=items),
        "even": quality(found.quality(0.50), items=items),
        "bad": quality(found.quality(0.10), items=items),
    }
    texts = [
        _("A lot of quality %(good)s is accepted 95 times in 100: the producer's risk there is 5%%.") % given,
        _("A lot of quality %(bad)s is still accepted 10 times in 100: the consumer's risk there is 10%%.")
        % given,
        _("At %(even)s a lot is as often accepted as rejected.") % given,
    ]
    if found.aoql is not None and found.plan.lot:
        texts.append(
            _(
                "If every rejected lot is inspected whole and mended, what goes out has on average at most"
                " %(limit)s nonconforming (AOQL), reached when %(at)s comes in."
            )
            % {"limit": quality(found.aoql), "at": quality(found.aoql_at or 0.0)}
        )
    return texts


def means_not() -> list[str]:
    """What a reader might take a plan for, and it is not."""
    return [
        _(
            "An accepted lot is not proven good, and a rejected one not proven bad: the curve speaks of many"
            " lots of one quality, not of this one."
        ),
        _(
            "It holds only for items drawn at random from the whole lot, each with the same chance; a sample"
            " from the top of the pallet has no curve."
        ),
        _("Errors of inspection and of the laboratory are not in the curve."),
    ]
