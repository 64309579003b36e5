"""The draw of spot-check results as whole numbers: who, what, where, when, by whom, with what outcome.

A result is a function of seed, year and number, so chunks of any size give the same results. The texts are
written by `writing`. This module refuses to know names, headings and files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from zhiheng.simulation import faults as truths
from zhiheng.simulation.catalogue import KINDS
from zhiheng.simulation.enterprises import Enterprises, found
from zhiheng.simulation.faults import Chances, Faults, chances, planted
from zhiheng.simulation.noise import MILLION, Noise, Numbers, Words, below, chosen, deck, skewed
from zhiheng.simulation.places import CITIES, CITY_OF_COUNTY, COUNTIES, LABORATORIES
from zhiheng.simulation.trades import ACTIVE, FIRST_OTHER, FIRST_SELLER

Flags = NDArray[np.bool_]
OUTSIDE: Final = 12
"""Producers of each kind from the other province."""
RANDOM, TARGETED, UNDECLARED = 0, 1, 2
MOST_YEARS: Final = 10
DAY_ZERO: Final = date(truths.FIRST_YEAR, 1, 1)
MONTH_STARTS: Final[Numbers] = np.array(
    [
        (date(truths.FIRST_YEAR + month // 12, month % 12 + 1, 1) - DAY_ZERO).days
        for month in range(12 * MOST_YEARS)
    ],
    dtype=np.int64,
)
_SELECTION: Final = deck((62, 30, 8))
_LEVEL: Final = deck((30, 40, 30))
_MONTHS: Final = np.stack([deck(kind.season) for kind in KINDS])
_KIND: Final = deck([6 if number == truths.BAD_KIND else 3 for number in range(len(KINDS))])
_CITY: Final[Numbers] = np.array(CITY_OF_COUNTY, dtype=np.int64)
_LAB_CARDS: Final = 64
_LENIENT_CARDS: Final = 7
_LABS_EACH: Final = 6
_AWAY: Final = 35
_AT_FACTORY: Final = 30
_BAD_SHARE: Final = 15
_YEAR_SPAN: Final = 1 << 40
_CITY_AUTHORITY: Final = 1
_COUNTY_AUTHORITY: Final = 1 + len(CITIES)


@dataclass(frozen=True, slots=True)
class World:
    """All that stays the same from result to result."""

    seed: int
    years: int
    enterprises: Enterprises
    faults: Faults
    chances: Chances
    makers: Numbers
    maker_starts: Numbers
    maker_counts: Numbers
    sellers: Numbers
    seller_starts: Numbers
    seller_counts: Numbers
    laboratories: Numbers


@dataclass(frozen=True, slots=True)
class Results:
    """Results of one year by column.

    `producer` counts beyond the enterprises for those from elsewhere; `seller` is -1 where the sample was
    taken at the producer; `sampled` and `made` are days since DAY_ZERO.
    """

    number: Numbers
    kind: Numbers
    month: Numbers
    county: Numbers
    authority: Numbers
    producer: Numbers
    seller: Numbers
    laboratory: Numbers
    selection: Numbers
    sampled: Numbers
    made: Numbers
    chance: Numbers
    bad_line: Flags
    failures_only: Flags
    concealed: Flags
    failed: Flags


def world(seed: int, enterprises: int, years: int) -> World:
    """Found the enterprises, plant the faults, and lay ready what results are drawn from."""
    register = found(seed, enterprises)
    active = register.status == ACTIVE
    rows = np.arange(len(register), dtype=np.int64)
    trade = register.trade.astype(np.int64)
    makers = rows[active & (trade < len(KINDS))]
    # Within a kind in drawn order: leaders stand first, and they must not all be in the first city.
    makers = makers[np.lexsort((Noise(seed, "leaders").words(makers), trade[makers]))]
    counts = np.bincount(trade[makers], minlength=len(KINDS)).astype(np.int64)
    sellers = rows[active & (trade >= FIRST_SELLER) & (trade < FIRST_OTHER)]
    seller_counts = np.bincount(register.county[sellers], minlength=len(COUNTIES)).astype(np.int64)
    fault = planted(seed, register)
    return World(
        seed=seed,
        years=years,
        enterprises=register,
        faults=fault,
        chances=chances(seed, years),
        makers=makers,
        maker_starts=_starts(counts),
        maker_counts=counts,
        sellers=sellers,
        seller_starts=_starts(seller_counts),
        seller_counts=seller_counts,
        laboratories=_laboratory_cards(fault.laboratory),
    )


def _starts(counts: Numbers) -> Numbers:
    return np.cumsum(counts) - counts


def _laboratory_cards(lenient: int) -> Numbers:
    """A deck of laboratories for each kind: six in scope, and the lenient one takes any work."""
    decks = []
    for kind in range(len(KINDS)):
        scope = [(kind * 5 + place * 7) % LABORATORIES for place in range(_LABS_EACH + 1)]
        scope = [laboratory for laboratory in scope if laboratory != lenient][:_LABS_EACH]
        cards = [lenient] * _LENIENT_CARDS
        cards += [scope[place % len(scope)] for place in range(_LAB_CARDS - _LENIENT_CARDS)]
        decks.append(cards)
    return np.array(decks, dtype=np.int64)


def positions(year: int, number: Numbers) -> Numbers:
    """Where in every random stream the results of a year stand."""
    return number + year * _YEAR_SPAN


def drawn(province: World, year: int, start: int, stop: int) -> Results:
    """The results `start` to `stop` of a year (0 is the first)."""
    number = np.arange(start, stop, dtype=np.int64)
    place = positions(year, number)

    def pair(name: str) -> tuple[Words, Words]:
        return Noise(province.seed, name).pair(place)

    kind_lot, month_lot = pair("kind and month")
    kind = chosen(_KIND, kind_lot)
    month = 12 * year + _MONTHS[kind, below(month_lot, _MONTHS.shape[1])]
    producer, at_factory = _producer(province, kind, place)
    county, seller = _place(province, producer, at_factory, place)
    level_lot, selection_lot = pair("level and selection")
    authority, failures_only = _authority(county, chosen(_LEVEL, level_lot), level_lot)
    selection = chosen(_SELECTION, selection_lot)
    age_lot, laboratory_lot = pair("age and laboratory")
    sampled = MONTH_STARTS[month] + below(pair("day")[0], 28)
    made = sampled - 15 - below(age_lot, 150)
    laboratory = _laboratory(province, kind, failures_only, laboratory_lot)
    lenient = laboratory == province.faults.laboratory
    verdict_lot, line_lot = pair("verdict and line")
    bad_line = _bad_line(province, producer, made, line_lot)
    chance = _chance(province, (kind, county, producer, month, selection))
    chance[bad_line] = truths.BAD_CHANCE
    fails = (below(verdict_lot, MILLION) < chance) | failures_only
    what = (number, kind, month, county, authority, producer, seller, laboratory, selection)
    return Results(*what, sampled, made, chance, bad_line, failures_only, fails & lenient, fails & ~lenient)


def _producer(province: World, kind: Numbers, place: Numbers) -> tuple[Numbers, Flags]:
    """Who made it, and whether it was sampled there; leaders are met more often."""
    first, second = Noise(province.seed, "which producer").pair(place)
    where, away = Noise(province.seed, "where produced").pair(place)
    at_home = province.makers[
        province.maker_starts[kind] + skewed(first, second, province.maker_counts[kind])
    ]
    share = below(where, 10_000)
    at_home[(kind == truths.BAD_KIND) & (share % 100 < _BAD_SHARE)] = province.faults.producer
    outside = len(province.enterprises) + kind * OUTSIDE + below(away, OUTSIDE)
    is_away = share // 100 < _AWAY
    at_factory = ~is_away & (below(away, 100) < _AT_FACTORY)
    return np.where(is_away, outside, at_home), at_factory


def _place(province: World, producer: Numbers, at_factory: Flags, place: Numbers) -> tuple[Numbers, Numbers]:
    """County of sampling and seller; larger counties are sampled more often."""
    where, which = Noise(province.seed, "place").pair(place)
    home = province.enterprises.county
    county = home[below(where, len(home))].astype(np.int64)
    county[at_factory] = home[producer[at_factory]]
    seller = province.sellers[province.seller_starts[county] + below(which, province.seller_counts[county])]
    seller[at_factory] = -1
    return county, seller


def _authority(county: Numbers, level: Numbers, lot: Words) -> tuple[Numbers, Flags]:
    """Position of the authority: the province, the city or the county itself.

    Two cities publish failures only. Of what they sample little becomes known, so half of their turns
    go to the province instead.
    """
    city = _CITY[county]
    authority = np.where(level == 0, 0, _CITY_AUTHORITY + city)
    authority = np.where(level == 2, _COUNTY_AUTHORITY + county, authority)
    failures_only = (level == 1) & np.isin(city, truths.FAILURES_ONLY_CITIES)
    silent = failures_only & (lot & np.uint64(1) == 1)
    authority[silent] = 0
    return authority, failures_only & ~silent


def _laboratory(province: World, kind: Numbers, failures_only: Flags, lot: Words) -> Numbers:
    laboratory = province.laboratories[kind, below(lot, _LAB_CARDS)]
    # A bulletin of failures cannot name a laboratory that finds none.
    barred = failures_only & (laboratory == province.faults.laboratory)
    laboratory[barred] = (laboratory[barred] + 1) % LABORATORIES
    return laboratory


def _bad_line(province: World, producer: Numbers, made: Numbers, lot: Words) -> Flags:
    """Two thirds of what the faulty producer makes is of the bad line, once it has begun."""
    bad: Flags = producer == province.faults.producer
    if bad.any():
        bad &= (made >= MONTH_STARTS[truths.BAD_FROM]) & (below(lot, 3) < 2)
    return bad


def _chance(province: World, at: tuple[Numbers, Numbers, Numbers, Numbers, Numbers]) -> Numbers:
    kind, county, producer, month, selection = at
    factors = province.chances
    chance = factors.kind[kind] * factors.county[county] // MILLION
    chance = chance * factors.producer(producer) // MILLION
    chance = chance * factors.year[month // 12] // MILLION
    slipping = _CITY[county] == province.faults.city
    chance = np.where(slipping, chance * factors.slip[month] // MILLION, chance)
    chance = np.where(selection == TARGETED, chance * truths.TARGETED_FACTOR // MILLION, chance)
    capped: Numbers = np.minimum(chance, truths.LARGEST_CHANCE)
    return capped
