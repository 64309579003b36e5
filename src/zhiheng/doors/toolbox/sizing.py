"""Sample sizes with what they reach, what else could be asked, and what they mean in words.

The numbers come from `methods.survey.sizes`. This module refuses to choose the rate that is expected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from zhiheng.doors.look.figures import amount, percent
from zhiheng.methods.survey import sizes

HALVES: Final = (0.01, 0.02, 0.03, 0.05, 0.10)
POWERS: Final = (0.5, 0.8, 0.9, 0.95, 0.99)
RATES: Final = (0.001, 0.005, 0.01, 0.02, 0.05, 0.10)
NONE: Final = "—"


@dataclass(frozen=True, slots=True)
class Sized:
    """A size, the other group's where there is one, and a table of what else could be asked."""

    n: int
    other: int
    whole: bool
    rule: str
    method: str
    facts: tuple[tuple[str, str], ...]
    means: tuple[str, ...]
    means_not: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def points(share: float) -> str:
    """A half-width in percentage points."""
    return f"±{100 * share:.3g}"


def for_rate(given: Mapping[str, Any]) -> Sized:
    """The size for an interval of a rate that is narrow enough."""
    half, rate = given["half"] / 100, given["rate"] / 100
    asked = {
        "rate": rate,
        "level": given["level"],
        "population": given["population"] or np.inf,
        "design_effect": given["effect"],
        "method": given["formula"],
    }
    found = sizes.for_half_width(half, **asked)
    n = int(found.size)
    others = sorted({*HALVES, half})
    table = sizes.for_half_width(np.array(others), **asked)
    said = {"n": amount(n), "half": points(half), "level": f"{100 * given['level']:g}%"}
    return Sized(
        n,
        0,
        bool(found.whole),
        _("Sample %(n)s at random: the rate is then known to about %(half)s points (level %(level)s).")
        % said,
        _("Wilson's interval, solved for n") if found.formula == "wilson" else _("Cochran's formula"),
        (
            (_("Half-width that is reached"), points(float(found.reached))),
            (_("Expected nonconforming rate"), percent(rate)),
        ),
        (
            _("So many samples make the interval about as narrow as asked, if the rate is as expected."),
            _("At 50 the size is largest: who knows nothing beforehand is safe with it."),
        ),
        (
            _("The interval comes out wider when the true rate lies nearer to 50% than was expected."),
            _("Samples that fail on the way (shop closed, sold out) must be planned for on top."),
            _("It holds for random samples; picked ones give no interval, however many they are."),
        ),
        (_("Half-width, points"), _("Samples"), _("Reached")),
        tuple(
            (points(one), amount(int(table.size[place])), points(float(table.reached[place])))
            for place, one in enumerate(others)
        ),
    )


def for_difference(given: Mapping[str, Any]) -> Sized:
    """Sizes that tell two rates apart."""
    first, second, power = given["first"] / 100, given["second"] / 100, given["power"] / 100
    asked: dict[str, Any] = {
        "level": given["level"],
        "ratio": given["ratio"],
        "two_sided": given["sides"] == "two",
        "corrected": given["corrected"] == "yes",
    }
    found = sizes.for_difference(first, second, power=power, **asked)
    said = {
        "n": amount(int(found.size)), "other": amount(int(found.other)), "power": percent(power),
        "first": percent(first), "second": percent(second),
    }  # fmt: skip
    rows = []
    for one in sorted({*POWERS, power}):
        size = sizes.for_difference(first, second, power=one, **asked)
        rows.append((percent(one), amount(int(size.size)), amount(int(size.other))))
    return Sized(
        int(found.size),
        int(found.other),
        False,
        _(
            "Sample %(n)s of the first group and %(other)s of the second: if the rates are %(first)s and"
            " %(second)s, the difference is seen in %(power)s of all cases."
        )
        % said,
        _("Normal approximation with pooled variance; with continuity correction")
        if given["corrected"] == "yes"
        else _("Normal approximation with pooled variance"),
        ((_("Power that is reached"), percent(float(found.reached))),),
        (_("A difference as large as this one, or larger, is seen at least so often."),),
        (
            _("If no difference is seen, the two rates are not thereby the same: smaller ones escape."),
            _("Both groups must be random samples of what is compared, drawn in the same way."),
        ),
        (_("Power"), _("First group"), _("Second group")),
        tuple(rows),
    )


def to_detect(given: Mapping[str, Any]) -> Sized:
    """The size that finds a bad rate."""
    rate, power = given["rate"] / 100, given["power"] / 100
    population = given["population"] or np.inf
    asked = {"population": population, "tolerated": given["tolerated"]}
    found = sizes.to_detect(rate, power=power, **asked)
    n = int(found.size)
    said = {"n": amount(n), "rate": percent(rate), "power": percent(power), "more": given["tolerated"] + 1}
    exact = _("hypergeometric, exact") if given["population"] else _("binomial, exact")
    return Sized(
        n,
        0,
        bool(found.whole),
        _(
            "Sample %(n)s at random: if at least %(rate)s do not conform, %(more)s or more of them are found"
            " with probability %(power)s."
        )
        % said,
        exact,
        ((_("Probability that is reached"), percent(float(found.reached))),),
        (_("If the rate is as bad as stated, or worse, the sample shows it at least so often."),),
        (
            _("Nothing found does not mean nothing there: any rate below the stated one may be."),
            _("It is no estimate of the rate; for that the interval of the pass-rate calculator is made."),
        ),
        (_("Nonconforming rate"), _("Samples"), _("Found with probability")),
        _detections(sorted({*RATES, rate}), power, population, given["tolerated"]),
    )


def _detections(
    rates: Sequence[float], power: float, population: float, tolerated: int
) -> tuple[tuple[str, ...], ...]:
    # Of a small population some rates are less than the units that may be tolerated: nothing to find.
    possible = [one for one in rates if np.ceil(population * one * (1 - 1e-11)) > tolerated]
    found = sizes.to_detect(np.array(possible), power=power, population=population, tolerated=tolerated)
    return tuple(
        (percent(one), amount(int(found.size[place])), percent(float(found.reached[place])))
        for place, one in enumerate(possible)
    )
