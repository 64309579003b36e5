"""Plans that contest a declared quality level: GB/T 2828.4 and, for small populations, GB/T 2828.11.

Designed here by search from the risks that ISO 2859-4 states, NOT read from the printed tables, which
we do not have; every result says so. Such a verdict contradicts a declaration or does not:
this module refuses to accept lots, and a declaration that is not contradicted is not thereby proved.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.sampling.curves import quality_at
from zhiheng.methods.sampling.distributions import binomial_cumulative, hypergeometric_cumulative
from zhiheng.methods.sampling.quantities import Floats, shares, whole
from zhiheng.methods.sampling.search import find_plan

BASIS = N_("by design property, not the printed table")

# Of contradicting a true declaration, and of not contradicting a false one (scope of ISO 2859-4).
FALSE_CONTRADICTION = 0.05
MISSED_CONTRADICTION = 0.10

PREFERRED_SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150)

# A risk of exactly 5 % is kept, though its sum may round to a little more.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class DeclaredPlan:
    """Contradict the declaration when more than `limit` of `sample_size` items are nonconforming.

    Attributes
    ----------
    sample_size, limit : int
        n and the limiting number of nonconforming items L.
    dql : float
        Declared quality level, a share nonconforming; for a small population D₀/N.
    risk : float
        Risk of contradicting a population exactly at the declaration, at most 0.05.
    limiting_quality : float
        Share nonconforming that escapes contradiction with probability 0.10 (for a small population
        the smallest one that escapes with at most that).
    lqr : float
        Limiting quality ratio: `limiting_quality` over `dql`.
    population : int or None
        Size of a small population; None where items are independent.
    basis : str
        Msgid that says where the plan comes from.
    """

    sample_size: int
    limit: int
    dql: float
    risk: float
    limiting_quality: float
    lqr: float
    population: int | None
    basis: str = BASIS

    def contradicts(self, nonconforming: int) -> bool:
        """Whether so many nonconforming items in the sample contradict the declaration."""
        return whole(nonconforming, "nonconforming", least=0, most=self.sample_size) > self.limit


def declared_plan(*, dql: float, limit: int) -> DeclaredPlan:
    r"""Largest preferred sample size whose risk against a true declaration stays within 5 %.

    .. math:: \max\{n: P(X>L\mid n, DQL)\le 0.05\},\quad X\sim B(n, DQL)

    Parameters
    ----------
    dql : float
        Declared quality level as a share nonconforming, in (0, 1).
    limit : int
        Limiting number of nonconforming items L >= 0; the larger, the larger the sample and the
        smaller the limiting quality ratio.

    Returns
    -------
    DeclaredPlan

    Raises
    ------
    InvalidInput
        `dql.share`, `limit.whole`, `declared.no_size` where even two items risk more than 5 %.

    References
    ----------
    GB/T 2828.4-2008 (ISO 2859-4:2002): the risks of its scope for levels I to III. Its level 0 is matched
    to the ratio of level I instead of to 5 %.
    """
    level = float(shares(dql, "dql"))
    number = whole(limit, "limit", least=0)
    sizes = np.array(PREFERRED_SIZES, dtype=np.float64)
    risk = 1.0 - binomial_cumulative(float(number), sizes, level)
    kept = np.flatnonzero((risk <= FALSE_CONTRADICTION + _ROUNDING) & (sizes > number))
    if not kept.size:
        raise InvalidInput(
            "declared.no_size",
            N_(
                "With a declared level of %(dql)s and a limit of %(limit)d"
                " even the smallest preferred sample risks more than 5 %%."
            ),
            N_("Allow a larger limit, or declare a smaller share nonconforming."),
            dql=str(dql),
            limit=number,
        )
    at = int(kept[-1])
    escaping = float(
        quality_at(MISSED_CONTRADICTION, sample_size=PREFERRED_SIZES[at], acceptance_number=number)
    )
    return DeclaredPlan(PREFERRED_SIZES[at], number, level, float(risk[at]), escaping, escaping / level, None)


def declared_plan_for_ratio(*, dql: float, lqr: float, population: int | None = None) -> DeclaredPlan:
    """Smallest plan that keeps both risks: 5 % at the declaration, 10 % at LQR times the declaration.

    Parameters
    ----------
    dql : float
        Declared quality level, a share in (0, 1).
    lqr : float
        Limiting quality ratio above 1; lqr·dql stays below 1.
    population : int, optional
        Size of a small population: hypergeometric, with ⌊N·DQL⌋ and ⌈N·LQR·DQL⌉ items.

    Raises
    ------
    InvalidInput
        `dql.share`, `declared.ratio`, and those of `search.find_plan`.
    """
    level = float(shares(dql, "dql"))
    if not 1.0 < lqr < 1.0 / level:
        raise InvalidInput(
            "declared.ratio",
            N_("The limiting quality ratio is %(lqr)s; it must lie between 1 and %(most)s."),
            N_("Give a ratio above 1 whose product with the declared level stays below 1."),
            lqr=str(lqr),
            most=f"{1.0 / level:g}",
        )
    found = find_plan(
        prq=level,
        crq=lqr * level,
        producer_risk=FALSE_CONTRADICTION,
        consumer_risk=MISSED_CONTRADICTION,
        distribution="binomial" if population is None else "hypergeometric",
        lot_size=population,
    )
    risk = 1.0 - found.acceptance_at_prq
    return DeclaredPlan(
        found.sample_size, found.acceptance_number, level, risk, lqr * level, lqr, found.lot_size
    )


def declared_items(*, population: int, dql: float) -> int:
    """Most nonconforming items a population may have and still be as declared: ⌊N·DQL⌋."""
    size = whole(population, "lot_size", least=1)
    # As written in decimals: 100 × 0.29 is 29, though the product of the doubles is below it.
    return int(Fraction(repr(float(shares(dql, "dql")))) * size)


def small_population_plan(*, population: int, declared: int, limit: int) -> DeclaredPlan:
    r"""Largest sample from a small population whose risk against a true declaration stays within 5 %.

    .. math:: \max\{n: 1-\sum_{i\le L}\binom{D_0}{i}\binom{N-D_0}{n-i}\Big/\binom Nn\le 0.05\}

    Parameters
    ----------
    population : int
        N items.
    declared : int
        D₀: the most nonconforming items that agree with the declaration (`declared_items`).
    limit : int
        L, below D₀: otherwise no sample of a true population could exceed it.

    Raises
    ------
    InvalidInput
        `lot_size.whole`, `nonconforming.whole`, `limit.whole`, `declared.limit_reached` (L >= D₀),
        `declared.no_sample` where already L + 1 items risk more than 5 %.

    References
    ----------
    GB/T 2828.11-2008: assessment of small populations by attributes.
    """
    size = whole(population, "lot_size", least=1)
    items = whole(declared, "nonconforming", least=0, most=size)
    number = whole(limit, "limit", least=0)
    if number >= items:
        raise InvalidInput(
            "declared.limit_reached",
            N_("The limit %(limit)d is not below the %(declared)d nonconforming items that are declared."),
            N_("Give a smaller limit; where none is declared, one nonconforming item found says enough."),
            limit=number,
            declared=items,
        )
    n = _largest_sample(size, items, number)
    if n <= number:
        raise InvalidInput(
            "declared.no_sample",
            N_(
                "In a population of %(population)d with %(declared)d items declared nonconforming,"
                " every sample that could exceed the limit of %(limit)d risks more than 5 %%."
            ),
            N_("Allow a larger limit."),
            population=size,
            declared=items,
            limit=number,
        )
    risk = float(_exceeding(number, items, size, n))
    fewest = _fewest_caught(size, items, number, n)
    return DeclaredPlan(n, number, items / size, risk, fewest / size, fewest / items, size)


def _exceeding(limit: ArrayLike, nonconforming: ArrayLike, size: ArrayLike, n: ArrayLike) -> Floats:
    return np.asarray(1.0 - hypergeometric_cumulative(limit, nonconforming, size, n))


def _largest_sample(size: int, items: int, limit: int) -> int:
    """The risk grows with the sample: halving between a sample that keeps it and one that does not."""
    low, high = 0, size + 1
    while high - low > 1:
        middle = (low + high) // 2
        keeps = float(_exceeding(limit, items, size, middle)) <= FALSE_CONTRADICTION + _ROUNDING
        low, high = (middle, high) if keeps else (low, middle)
    return low


def _fewest_caught(size: int, items: int, limit: int, n: int) -> int:
    """Fewest nonconforming items that escape with at most 10 %; all of them never do, as n > limit."""
    low, high = items, size
    while high - low > 1:
        middle = (low + high) // 2
        escapes = float(hypergeometric_cumulative(limit, middle, size, n)) > MISSED_CONTRADICTION + _ROUNDING
        low, high = (middle, high) if escapes else (low, middle)
    return high
