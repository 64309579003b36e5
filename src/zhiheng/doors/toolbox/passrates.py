"""Pass rates with their intervals, and what they say in words.

A rate is computed from what the reader gives; of which population it speaks, only the reader knows, so
the words say what has to be true. This module refuses to add rows up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhiheng.doors.look.figures import amount, percent, span
from zhiheng.kernel.errors import N_, refuse
from zhiheng.methods.survey import proportions
from zhiheng.methods.survey.counts import counts
from zhiheng.methods.survey.finite import finite_bounds
from zhiheng.methods.survey.proportions import Method

SMALL: Final = 30
FINITE_ROWS_MOST: Final = 500
FINITE: Final = "hypergeometric"  # of a sample whose population is known, whatever method was chosen
METHODS: Final[tuple[str, ...]] = get_args(Method)
NAMES: Final[dict[str, Any]] = {
    "wilson": gettext_lazy("Wilson (score interval)"),
    "clopper_pearson": gettext_lazy("Clopper-Pearson (exact)"),
    "agresti_coull": gettext_lazy("Agresti-Coull"),
    "jeffreys": gettext_lazy("Jeffreys"),
    "logit": gettext_lazy("Logit"),
    "arcsine": gettext_lazy("Arcsine"),
    "likelihood": gettext_lazy("Likelihood ratio"),
    "wald": gettext_lazy("Wald (only to recompute older figures)"),
    FINITE: gettext_lazy("Hypergeometric (exact, for this population)"),
}
ABOUT: Final[dict[str, Any]] = {
    "wilson": gettext_lazy(
        "Wilson's interval: close to its level on average, also for few samples; the default of this house."
    ),
    "clopper_pearson": gettext_lazy(
        "Clopper-Pearson: never below its level, so wider than needed; for where a guarantee is asked for."
    ),
    "agresti_coull": gettext_lazy("Agresti-Coull: Wald's formula about Wilson's centre, a little wider."),
    "jeffreys": gettext_lazy(
        "Jeffreys: from the posterior under a prior of (½, ½); close to its level on average."
    ),
    "logit": gettext_lazy(
        "Logit: Wald's formula on the scale of log odds; says little where all or none conformed."
    ),
    "arcsine": gettext_lazy("Arcsine: on the scale where the spread hardly depends on the rate."),
    "likelihood": gettext_lazy("Likelihood ratio: all rates that the sample does not speak against."),
    "wald": gettext_lazy(
        "Wald: the textbook formula. It holds the true rate too seldom when samples are few or the rate is"
        " near 0 or 100%; with no failure at all it claims certainty. Do not publish it."
    ),
    FINITE: gettext_lazy(
        "Hypergeometric: exact for a population of this size, with no assumption but the random draw; never"
        " below its level."
    ),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """The pass rate of one row; all shares from 0 to 1. `failing` is its mirror: the nonconforming rate."""

    label: str
    n: int
    nonconforming: int
    estimate: float
    lower: float
    upper: float
    level: float
    method: str
    size: int | None = None

    @property
    def units(self) -> tuple[int, int]:
        """The nonconforming units of a population of known size: at least, at most."""
        size = self.size or 0
        return round(size * (1 - self.upper)), round(size * (1 - self.lower))

    @property
    def conforming(self) -> int:
        """Samples that conformed."""
        return self.n - self.nonconforming

    @property
    def small(self) -> bool:
        """Whether the sample is too small for comparisons."""
        return self.n < SMALL

    @property
    def failing(self) -> tuple[float, float, float]:
        """The nonconforming rate with its interval."""
        return 1 - self.estimate, 1 - self.upper, 1 - self.lower

    @property
    def method_said(self) -> str:
        """The method and its level, as they stand beside the number."""
        return f"{NAMES.get(self.method, self.method)} · {100 * self.level:g}%"


@dataclass(frozen=True, slots=True)
class Sample:
    """What a row says: how many were tested, how many of them did not conform, out of how many."""

    n: int
    nonconforming: int
    label: str = ""
    size: int | None = None


def rates(samples: Sequence[Sample], *, method: str, level: float) -> list[Rate]:
    """The rate of each sample, all at once; where the population is known, by its exact bounds."""
    n = np.array([one.n for one in samples], dtype=np.int64)
    nonconforming = np.array([one.nonconforming for one in samples], dtype=np.int64)
    counts(nonconforming, n)  # refuses more failures than samples in the words of what was given
    conforming = n - nonconforming
    found = proportions.interval(conforming, n, method=method, level=level)  # type: ignore[arg-type]  # checked there
    lower, upper = np.array(found.lower), np.array(found.upper)
    known = [place for place, one in enumerate(samples) if one.size is not None]
    if len(known) > FINITE_ROWS_MOST:
        raise refuse(
            "pass_rates.finite_rows",
            N_("%(count)d rows have a population; exact bounds are computed for at most %(most)d at once."),
            N_("Cut the table, or leave the population out where it is large."),
            count=len(known),
            most=FINITE_ROWS_MOST,
        )
    if known:
        sizes = np.array([samples[place].size for place in known], dtype=np.int64)
        exact = finite_bounds(conforming[known], n[known], sizes, level=level)
        lower[known] = np.fmin(exact.share_lower, found.estimate[known])
        upper[known] = np.fmax(exact.share_upper, found.estimate[known])
    return [
        Rate(
            label=one.label,
            n=one.n,
            nonconforming=one.nonconforming,
            estimate=float(found.estimate[place]),
            lower=float(lower[place]),
            upper=float(upper[place]),
            level=level,
            method=method if one.size is None else FINITE,
            size=one.size,
        )
        for place, one in enumerate(samples)
    ]


def means(rate: Rate) -> list[str]:
    """What the number says, in sentences."""
    given = {
        "n": amount(rate.n),
        "conforming": amount(rate.conforming),
        "rate": percent(rate.estimate),
        "interval": span(rate.lower, rate.upper),
        "level": f"{100 * rate.level:g}%",
        "failing": percent(rate.failing[2]),
    }
    texts = [_("In this sample %(conforming)s of %(n)s conformed: %(rate)s.") % given]
    texts.append(
        _(
            "If the samples were drawn at random, pass rates of the whole population from %(interval)s agree"
            " with what was found. An interval made this way holds the true rate in about %(level)s of all"
            " such samples."
        )
        % given
    )
    if rate.size:
        low, high = rate.units
        texts.append(
            _("Of the %(size)s units of the population, %(low)s to %(high)s may be nonconforming.")
            % {"size": amount(rate.size), "low": amount(low), "high": amount(high)}
        )
    if rate.nonconforming == 0 and not rate.size:
        texts.append(
            _("No failure was found; still, up to %(failing)s of the population may be nonconforming.")
            % given
        )
    if rate.conforming == 0:
        texts.append(_("None conformed; that does not show that no unit of the population conforms."))
    return texts


def means_not(rate: Rate) -> list[str]:
    """What a reader might take the number for, and it is not."""
    texts = [
        _(
            "It is not the pass rate of the market if samples were picked because a failure was more likely"
            " there: then it speaks of suspects only. Never add such samples to random ones."
        ),
        _(
            "It says nothing about a single enterprise or batch, and nothing about what was not tested:"
            " an error of the laboratory is not in the interval."
        ),
        _(
            "Several samples of one enterprise or one market are alike; then the true interval is wider than"
            " this one, and a design with clusters has to be computed as such."
        ),
    ]
    if rate.small:
        texts.insert(
            0, _("With fewer than %(few)d samples it is no ground for comparing or ranking.") % {"few": SMALL}
        )
    return texts


def against(rate: Rate, target: float) -> str:
    """What the sample says about a target: reached, missed, or not decided."""
    given = {"target": f"{100 * target:g}%", "level": f"{100 * rate.level:g}%"}
    if rate.lower >= target:
        return _("The whole interval reaches the target of %(target)s.") % given
    if rate.upper < target:
        return _("The whole interval lies below the target of %(target)s.") % given
    return (
        _(
            "The target of %(target)s lies within the interval: this sample does not decide whether it is"
            " reached. A larger sample would."
        )
        % given
    )
