"""Which samples may be counted together, and of whom their rate speaks.

A random sample speaks of the population it was drawn from; a risk-targeted one of the targets
that were picked; of an undeclared one nobody can say. A list of failures has no rate at all. This
module refuses to add up different kinds, and has no switch to make it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats, counts, sealed
from zhiheng.methods.survey.proportions import Intervals, Method, interval


class Design(StrEnum):
    """How the sampled items were chosen; the values are the stored codes."""

    RANDOM = "random"
    RISK_TARGETED = "risk_targeted"
    UNDECLARED = "undeclared"


class Coverage(StrEnum):
    """Which results the source made known; the values are the stored codes."""

    ALL_RESULTS = "all_results"
    FAILURES_ONLY = "failures_only"


SPEAKS_OF: Mapping[Design, str] = MappingProxyType(
    {
        Design.RANDOM: N_("The rate speaks of the population that the sample was drawn from at random."),
        Design.RISK_TARGETED: N_(
            "The rate speaks only of the targets picked for their risk, not of the market."
        ),
        Design.UNDECLARED: N_(
            "The rate speaks only of the samples taken: how they were chosen is not stated."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Population:
    """What a set of results is a sample of."""

    design: Design
    coverage: Coverage

    @property
    def speaks_of(self) -> str:
        """Msgid of the sentence to be printed beside every rate."""
        return SPEAKS_OF[self.design]

    @property
    def inferential(self) -> bool:
        """Whether the interval of a rate reaches beyond the samples themselves."""
        return self.design is Design.RANDOM


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts of one population: nonconforming of total, arrays of one shape (groups)."""

    population: Population
    nonconforming: Floats
    total: Floats


def population(designs: ArrayLike, coverages: ArrayLike) -> Population:
    """The one population that all results belong to.

    Parameters
    ----------
    designs, coverages : array_like of str
        Codes of `Design` and `Coverage`, one per result or per group of results.

    Returns
    -------
    Population

    Raises
    ------
    InvalidInput
        `population.mixed_designs`, `population.mixed_coverage` with the number of each kind;
        `population.unknown` for another code; `population.none` for no results.
    """
    design = _the_one(designs, [str(d) for d in Design], "design")
    coverage = _the_one(coverages, [str(c) for c in Coverage], "coverage")
    return Population(Design(design), Coverage(coverage))


def tally(of: Population, nonconforming: ArrayLike, total: ArrayLike) -> Tally:
    """Checked counts of one population.

    Raises
    ------
    InvalidInput
        For counts that are no counts (see `survey.counts`).
    """
    checked = counts(nonconforming, total)
    return Tally(of, sealed(checked.x.copy()), sealed(checked.n.copy()))


def pool(tallies: Sequence[Tally]) -> Tally:
    """Add tallies group by group; they must be of one population and one shape.

    Raises
    ------
    InvalidInput
        As for `population`, and `population.shapes` where the groups do not correspond.
    """
    of = population([t.population.design for t in tallies], [t.population.coverage for t in tallies])
    if len({t.total.shape for t in tallies}) > 1:
        raise InvalidInput(
            "population.shapes",
            N_("The tallies count different groups: their shapes are %(shapes)s."),
            N_("Bring them to the same list of groups first."),
            shapes=", ".join(str(t.total.shape) for t in tallies),
        )
    return tally(
        of, np.sum([t.nonconforming for t in tallies], axis=0), np.sum([t.total for t in tallies], axis=0)
    )


def nonconforming_rate(of: Tally, *, method: Method = "wilson", level: float = 0.95) -> Intervals:
    """Share of nonconforming items with its interval; see `proportions`.

    Raises
    ------
    InvalidInput
        `population.failures_only` where the source made only failures known.
    """
    return interval(_countable(of).nonconforming, of.total, method=method, level=level)


def pass_rate(of: Tally, *, method: Method = "wilson", level: float = 0.95) -> Intervals:
    """Share of conforming items with its interval; errors as for `nonconforming_rate`."""
    return interval(_countable(of).total - of.nonconforming, of.total, method=method, level=level)


def _countable(of: Tally) -> Tally:
    if of.population.coverage is Coverage.FAILURES_ONLY:
        raise InvalidInput(
            "population.failures_only",
            N_("These results come from a source that makes only failures known, so they have no pass rate."),
            N_("Count the failures, or ask the source for the number of all samples."),
        )
    return of


_MIXED = {
    "design": (
        "population.mixed_designs",
        N_("These results were sampled in different ways (%(found)s) and have no common rate: "
           "risk-targeted sampling looks for failures, so adding it to random samples measures the "
           "mixture, not the market."),
        N_("Report each kind on its own, with the population that it speaks of. Only where the probability "
           "of every item to be drawn is known can weights combine them."),
    ),
    "coverage": (
        "population.mixed_coverage",
        N_("Some of these results come from sources that make only failures known (%(found)s); "
           "together with full results they would raise the failure rate at will."),
        N_("Report each kind on its own, with the population that it speaks of."),
    ),
}  # fmt: skip


def _the_one(codes: ArrayLike, known: list[str], what: str) -> str:
    found, numbers = np.unique(np.asarray(codes, dtype=np.str_), return_counts=True)
    kinds = [str(kind) for kind in found]
    unknown = [kind for kind in kinds if kind not in known]
    if unknown:
        raise InvalidInput(
            "population.unknown",
            N_('"%(value)s" is not a known code of a sample design or a coverage.'),
            N_("Choose one of: %(known)s."),
            value=unknown[0],
            what=what,
            known=", ".join(known),
        )
    if not kinds:
        raise InvalidInput(
            "population.none",
            N_("There are no results, so there is no population to speak of."),
            N_("Choose a period or a place with results."),
        )
    if len(kinds) > 1:
        code, message, remedy = _MIXED[what]
        listed = ", ".join(f"{kind}: {number}" for kind, number in zip(kinds, numbers, strict=True))
        raise InvalidInput(code, message, remedy, found=listed)
    return kinds[0]
