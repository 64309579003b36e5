"""The random floor of a year's plan: how many of each domain, so that its pass rate stays estimable.

Within a domain the random samples go to the strata in proportion to their objects. This module
refuses to trade the floor against finds: it comes first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.allocation import proportional
from zhiheng.methods.survey.counts import Floats, sealed
from zhiheng.methods.survey.planning_numbers import Integers, sealed_integers
from zhiheng.methods.survey.sizes import for_half_width, half_width_reached


@dataclass(frozen=True, slots=True, eq=False)
class Floor:
    """The random floor.

    Attributes
    ----------
    random : ndarray of int64, shape (strata,)
        Random samples of each stratum.
    objects, rate : ndarray of float64, shape (domains,)
        Objects of each domain, and the nonconforming share that is expected there.
    needed : ndarray of int64, shape (domains,)
        Random samples that the half-width and the minimum ask for; where a domain can hold fewer,
        what it can hold.
    samples : ndarray of int64, shape (domains,)
        Random samples of each domain, at least `needed`.
    half_width : ndarray of float64, shape (domains,)
        Half-width that these are expected to reach (Wilson, finite population); NaN without a sample.
    """

    random: Integers
    objects: Floats
    rate: Floats
    needed: Integers
    samples: Integers
    half_width: Floats


def random_floor(  # noqa: PLR0913  strata, then the rules of the floor
    objects: Floats,
    rate: Floats,
    domain: Integers,
    room: Integers,
    *,
    budget: int,
    share: float,
    half_width: float | None,
    level: float,
    minimum: int,
    reserved: int,
) -> Floor:
    """How many random samples each stratum gets; see `budget.split` for the parameters.

    The total is the largest of: `share` of the budget, and what all domains together need. It is
    shared out over domains in proportion to their objects, none below what it needs.
    """
    count = int(domain.max(initial=-1)) + 1
    held = np.bincount(domain, objects, count).astype(np.float64)
    limit = np.bincount(domain, room, count).astype(np.int64)
    known = np.bincount(domain, objects * rate, count) / np.where(held > 0, held, 1.0)
    needed = np.minimum(_needed(held, known, half_width, level, minimum), limit)
    total = _total(budget, share, needed, limit, reserved)
    samples = proportional(held, total, minimum=needed, maximum=limit).size
    reached = half_width_reached(
        np.minimum(samples, held), rate=known, level=level, population=np.maximum(held, 1.0), method="wilson"
    )
    return Floor(
        random=sealed_integers(_within_domains(objects, domain, room, samples)),
        objects=sealed(held),
        rate=sealed(known),
        needed=sealed_integers(needed),
        samples=sealed_integers(samples),
        half_width=sealed(np.where(held > 0, reached, np.nan)),
    )


def _needed(held: Floats, rate: Floats, half_width: float | None, level: float, minimum: int) -> Integers:
    least = np.full(held.size, minimum, dtype=np.int64)
    if half_width is None:
        return least
    # A domain without objects needs nothing; its population of 1 only keeps the formula defined.
    asked = for_half_width(
        half_width, rate=rate, level=level, population=np.maximum(held, 1.0), method="wilson"
    )
    return np.where(held > 0, np.maximum(asked.size, least), 0)


def _total(budget: int, share: float, needed: Integers, limit: Integers, reserved: int) -> int:
    least = int(needed.sum())
    wanted = max(int(np.ceil(share * budget - 1e-9)), least)
    if wanted + reserved > budget:
        smallest = least + reserved
        if share < 1.0:
            smallest = max(smallest, int(np.ceil(reserved / (1.0 - share) - 1e-9)))
        raise InvalidInput(
            "budget.too_small",
            N_("%(budget)d batches are not enough: the random floor needs %(floor)d and the follow-ups "
               "%(reserved)d."),
            N_("Plan at least %(smallest)d batches, allow a wider half-width, or report fewer domains."),
            budget=budget,
            floor=wanted,
            reserved=reserved,
            smallest=smallest,
        )  # fmt: skip
    if wanted > int(limit.sum()):
        raise InvalidInput(
            "budget.share",
            N_("A share of %(share)s would be %(wanted)d random samples, but only %(most)d objects can be "
               "drawn this year."),
            N_("Give a share of at most %(largest)s."),
            share=f"{share:g}",
            wanted=wanted,
            most=int(limit.sum()),
            largest=f"{np.floor(1000.0 * float(limit.sum()) / max(budget, 1)) / 1000.0:g}",
        )  # fmt: skip
    return wanted


def _within_domains(objects: Floats, domain: Integers, room: Integers, samples: Integers) -> Integers:
    """Each domain's samples in proportion to its objects, by the largest remainder, within the room."""
    held = np.bincount(domain, objects, samples.size)
    ideal = objects * (samples / np.where(held > 0, held, 1.0))[domain]
    size = np.floor(ideal + 1e-9 * np.maximum(ideal, 1.0)).astype(np.int64)
    left = samples - np.bincount(domain, size, samples.size).astype(np.int64)
    order = np.lexsort((np.arange(domain.size), size - ideal, domain))
    first = np.searchsorted(domain[order], domain[order])
    size[order[np.arange(domain.size) - first < left[domain[order]]]] += 1
    # Where a stratum cannot hold its part, its domain is shared out again with that bound; these are few.
    for one in np.unique(domain[size > room]).tolist():
        at = np.flatnonzero(domain == one)
        size[at] = proportional(objects[at], int(samples[one]), maximum=room[at]).size
    return size
