"""Which groups differ from the others together, and of which nothing can be said.

A group is called lower or higher only when its interval and that of all other samples of the same
population do not overlap, both widened so that all comparisons of the table together err at most as
often as the level allows (Bonferroni). Intervals that do not overlap are a stricter demand than a
test of the difference, and everybody can check it with the eye. This module refuses to compare
groups below the small size, and any population that was not drawn at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhiheng.analytics.pipelines.pass_rates import Rate
from zhiheng.methods.survey.populations import Design
from zhiheng.methods.survey.proportions import wilson

Finding = Literal["lower", "higher", "open", "few"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One group against all others of its population; the bounds are the widened ones."""

    key: str
    n: int
    conforming: int
    lower: float | None
    upper: float | None
    rest_n: int
    rest_conforming: int
    rest_estimate: float | None
    rest_lower: float | None
    rest_upper: float | None
    finding: Finding


def against_rest(rates: Sequence[Rate], *, level: float, small_below: int) -> tuple[Compared, ...]:
    """Compare each group of the random samples with all others together."""
    random = [rate for rate in rates if rate.selection == Design.RANDOM]
    total, good = sum(rate.n for rate in random), sum(rate.conforming for rate in random)
    able = [rate for rate in random if min(rate.n, total - rate.n) >= small_below]
    widened = 1 - (1 - level) / max(len(able), 1)
    return tuple(_compared(rate, total, good, widened, rate in able) for rate in random)


def _compared(rate: Rate, total: int, good: int, level: float, able: bool) -> Compared:
    n, conforming = total - rate.n, good - rate.conforming
    if not able:
        share = conforming / n if n else None
        few: Finding = "few"
        counts = (rate.keys[0], rate.n, rate.conforming)
        return Compared(*counts, None, None, n, conforming, share, None, None, few)
    own, rest = wilson(rate.conforming, rate.n, level=level), wilson(conforming, n, level=level)
    finding: Finding = "open"
    if float(own.upper) < float(rest.lower):
        finding = "lower"
    elif float(own.lower) > float(rest.upper):
        finding = "higher"
    return Compared(
        key=rate.keys[0],
        n=rate.n,
        conforming=rate.conforming,
        lower=float(own.lower),
        upper=float(own.upper),
        rest_n=n,
        rest_conforming=conforming,
        rest_estimate=conforming / n,
        rest_lower=float(rest.lower),
        rest_upper=float(rest.upper),
        finding=finding,
    )
