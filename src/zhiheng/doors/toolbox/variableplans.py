"""A plan by variables with its curve, and the verdict on a sample: numbers joined for page, file and API.

The numbers come from `methods.sampling`. This module refuses to choose the points, and to test whether
values are normally distributed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from zhiheng.doors.look.figures import amount, percent
from zhiheng.doors.toolbox.plans import NAMED, POINTS, Point, means_not, quality
from zhiheng.kernel.errors import N_
from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.sampling import conformance, search, variables
from zhiheng.methods.sampling.variables import Sigma, VariablesPlan
from zhiheng.methods.sampling.variables_decision import Control, judge, judge_summary
from zhiheng.methods.sampling.variables_search import find_variables_plan

STANDARD: Final = "GB/T 6378 (ISO 3951)"
# Below these sizes a sample has no estimate of the share nonconforming.
_LEAST: Final = {"known": 2, "unknown": 3}


@dataclass(frozen=True, slots=True)
class Curve:
    """A plan by variables with its OC curve; `largest` is the largest estimate that passes, M."""

    plan: VariablesPlan
    curve: tuple[Point, ...]
    named: tuple[Point, ...]
    largest: float | None

    def quality(self, accepted: float) -> float:
        """The quality that is accepted with a probability of `NAMED`."""
        return self.named[NAMED.index(accepted)].p


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict on one sample. `lower` and `upper` are Q at the limits; `None` without that limit."""

    accepted: bool
    mean: float
    deviation: float
    lower: float | None
    upper: float | None
    estimated: float | None
    largest: float | None
    combined: bool


def curve_of(plan: VariablesPlan) -> Curve:
    """The curve of a plan, from nearly always accepted to nearly never."""
    grid = np.array(sorted({*np.linspace(0.001, 0.999, POINTS - 2).tolist(), 0.9999, *NAMED}, reverse=True))
    largest = None
    if plan.sample_size >= _LEAST[plan.sigma]:
        given = {"constant": plan.constant, "sample_size": plan.sample_size}
        largest = float(conformance.largest_accepted(**given, sigma=plan.sigma))
    return Curve(plan, _points(plan, grid), _points(plan, np.array(NAMED)), largest)


def _points(plan: VariablesPlan, accepted: np.ndarray) -> tuple[Point, ...]:
    found = variables.quality_at(
        accepted, sample_size=plan.sample_size, constant=plan.constant, sigma=plan.sigma
    )
    return tuple(Point(float(p), float(at)) for p, at in zip(found, accepted, strict=True))


def accepted_at(plan: VariablesPlan, p: float) -> float:
    """Probability that a lot of quality p passes."""
    found = variables.acceptance_probability(
        p, sample_size=plan.sample_size, constant=plan.constant, sigma=plan.sigma
    )
    return float(found)


def found_plan(prq: float, crq: float, alpha: float, beta: float, sigma: Sigma) -> VariablesPlan:
    """The smallest plan that keeps both points; shares."""
    return find_variables_plan(prq=prq, crq=crq, sigma=sigma, producer_risk=alpha, consumer_risk=beta)


def ruled(  # noqa: PLR0913  what a sample is judged by
    plan: VariablesPlan,
    *,
    values: Sequence[float] | None = None,
    mean: float | None = None,
    deviation: float | None = None,
    lower: float | None = None,
    upper: float | None = None,
    control: Control = "combined",
) -> Ruling:
    """The verdict on a sample: by its values, or by mean and standard deviation."""
    limits: dict[str, Any] = {"lower": lower, "upper": upper, "control": control}
    if values:
        found = judge(plan, values, deviation=deviation, **limits)
    elif mean is None:
        raise InvalidInput(
            "sample.missing",
            N_("There is no sample to judge."),
            N_("Give the measured values, or their mean and standard deviation."),
        )
    elif deviation is None:
        raise InvalidInput(
            "deviation.missing",
            N_("A mean alone is not judged."),
            N_("Give the standard deviation too."),
        )
    else:
        found = judge_summary(plan, mean=mean, deviation=deviation, **limits)
    return Ruling(
        accepted=bool(found.accepted),
        mean=float(found.mean),
        deviation=float(found.deviation),
        lower=None if lower is None else float(found.quality_lower),
        upper=None if upper is None else float(found.quality_upper),
        estimated=None if found.estimated is None else float(found.estimated),
        largest=found.largest,
        combined=control == "combined" and lower is not None and upper is not None,
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """A plan by variables that was found or given, the verdict if one was asked for, and the words."""

    curve: Curve
    rule: str
    standard: str
    sure: str
    facts: list[tuple[str, str]]
    means: list[str]
    means_not: list[str]
    asked: list[tuple[float, float]]
    ruling: Ruling | None = None
    verdict: str = ""
    figures: tuple[tuple[str, str], ...] = ()


def answered(given: Mapping[str, Any]) -> Answer:
    """What a form asks: percent come in, the plan and its words go out."""
    sigma: Sigma = given["sigma"]
    prq, crq, alpha, beta = (given[name] / 100 for name in ("prq", "crq", "alpha", "beta"))
    own = given["kind"] == "own"
    plan = VariablesPlan(given["n"], given["k"], sigma) if own else found_plan(prq, crq, alpha, beta, sigma)
    curve = curve_of(plan)
    ruling = None
    if given["values"] or given["mean"] is not None:
        names = ("values", "mean", "deviation", "lower", "upper", "control")
        ruling = ruled(plan, **{name: given[name] for name in names})
    asked = [] if own else [(prq, accepted_at(plan, prq)), (crq, accepted_at(plan, crq))]
    return Answer(
        curve,
        rule(curve, given["lower"], given["upper"], given["control"]),
        (
            _("k-method of %(standard)s; plan as it was given")
            if own
            else _("k-method of %(standard)s; plan by two points, not the printed table")
        )
        % {"standard": STANDARD},
        _("n and k are yours; the curve is computed exactly.")
        if own
        else _(
            "The rule is that of the standard; n and k are computed exactly from the two points. No smaller"
            " sample keeps both. The printed tables are searched by code letter and AQL, and may differ."
        ),
        _facts(curve, asked, None if own else (prq, crq, alpha, beta)),
        _means(curve, ruling),
        _means_not(),
        asked,
        ruling,
        "" if ruling is None else verdict(plan, ruling),
        () if ruling is None else tuple(_figures(plan, ruling)),
    )


def rule(curve: Curve, lower: float | None, upper: float | None, control: str) -> str:
    """What to do, in one or two sentences."""
    known = curve.plan.sigma == "known"
    spread = "σ" if known else "s"
    given = {"n": amount(curve.plan.sample_size), "k": constant(curve.plan.constant), "s": spread}
    text = (
        _(
            "Draw %(n)s items at random and measure them. Accept the lot when the mean keeps at least"
            " k = %(k)s standard deviations %(s)s away from each specification limit:"
            " (mean − L)/%(s)s ≥ k, (U − mean)/%(s)s ≥ k."
        )
        % given
    )
    both = lower is not None and upper is not None
    if both and control == "combined" and curve.largest is not None:
        text += _(
            " With both limits together, the estimated share outside them may moreover be at most M = %(m)s."
        ) % {"m": quality(curve.largest)}
    return text


def constant(k: float) -> str:
    """An acceptability constant, as people write it."""
    return f"{k:.4f}"


def _facts(
    curve: Curve, asked: Sequence[tuple[float, float]], points: tuple[float, float, float, float] | None
) -> list[tuple[str, str]]:
    facts = [(quality(p), _("accepted %(share)s") % {"share": percent(share)}) for p, share in asked]
    if curve.largest is not None:
        facts.append((_("Largest estimate that passes (M)"), quality(curve.largest)))
    if points is not None:
        prq, crq, alpha, beta = points
        try:
            other = search.find_plan(
                prq=prq, crq=crq, producer_risk=alpha, consumer_risk=beta, distribution="binomial"
            )
        except InvalidInput:
            return facts
        counts = {"n": amount(other.sample_size), "c": amount(other.acceptance_number)}
        facts.append((_("Same points by counting"), _("n = %(n)s, Ac = %(c)s") % counts))
    return facts


def _means(curve: Curve, ruling: Ruling | None) -> list[str]:
    given = {"good": quality(curve.quality(0.95)), "bad": quality(curve.quality(0.10))}
    texts = [
        _("A lot of quality %(good)s is accepted 95 times in 100: the producer's risk there is 5%%.") % given,
        _("A lot of quality %(bad)s is still accepted 10 times in 100: the consumer's risk there is 10%%.")
        % given,
    ]
    if ruling is not None and ruling.estimated is not None:
        texts.append(
            _(
                "From mean and standard deviation about %(share)s of the items are estimated to lie outside"
                " the limits, even if none of the sample does: the values tell how near they came."
            )
            % {"share": quality(ruling.estimated)}
        )
    return texts


def _means_not() -> list[str]:
    return [
        _(
            "It holds only if the values are normally distributed and independent. A sample of this size"
            " cannot show that; it has to be known of the process. Otherwise take a plan that counts."
        ),
        _(
            "The estimated share is no pass rate: another sample gives another one, and a lot without a"
            " single nonconforming item may be rejected because its values vary too much."
        ),
        _("The curve is that of one limit; with two near ones the risks depend on how the failures split."),
        *means_not(),
    ]


def verdict(plan: VariablesPlan, ruling: Ruling) -> str:
    """The verdict in a sentence, with the number that decides it."""
    k = constant(plan.constant)
    short = [
        f"{name} = {statistic(value)} < k = {k}"
        for name, value in (("Q(L)", ruling.lower), ("Q(U)", ruling.upper))
        if value is not None and value < plan.constant
    ]
    if ruling.accepted:
        return _("Accept the lot: the mean keeps k = %(k)s standard deviations away.") % {"k": k}
    if short:
        return _("Do not accept the lot: %(why)s.") % {"why": _("; ").join(short)}
    return _("Do not accept the lot: the estimate %(share)s of both tails is above M = %(most)s.") % {
        "share": quality(ruling.estimated or 0.0),
        "most": quality(ruling.largest or 0.0),
    }


def statistic(value: float) -> str:
    """A statistic Q; infinite where all values are the same."""
    return ("∞" if value > 0 else "−∞") if np.isinf(value) else f"{value:.4f}"


def _figures(plan: VariablesPlan, ruling: Ruling) -> list[tuple[str, str]]:
    spread = {"s": "σ" if plan.sigma == "known" else "s"}
    facts = [
        (_("Mean"), f"{ruling.mean:.6g}"),
        (_("Standard deviation"), f"{ruling.deviation:.6g}"),
    ]
    if ruling.lower is not None:
        facts.append((_("Q(L) = (mean − L)/%(s)s") % spread, statistic(ruling.lower)))
    if ruling.upper is not None:
        facts.append((_("Q(U) = (U − mean)/%(s)s") % spread, statistic(ruling.upper)))
    if ruling.estimated is not None:
        facts.append((_("Estimated share nonconforming"), quality(ruling.estimated)))
    return facts
