"""The planted faults and the true chance of failing.

Three faults are planted: a product line of one maker that is bad from a month on, a city whose products
slip over two years, and a laboratory that passes everything. Chances are kept in parts per million, whole
numbers, so that the truth is exact. This module refuses to leave any of it in the import files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from zhiheng.simulation.catalogue import KINDS
from zhiheng.simulation.enterprises import Enterprises
from zhiheng.simulation.noise import MILLION, Noise, Numbers, below
from zhiheng.simulation.places import CITIES, CITY_OF_COUNTY, COUNTIES, LABORATORIES
from zhiheng.simulation.trades import ACTIVE

FIRST_YEAR: Final = 2023
BAD_KIND: Final = 0
BAD_FROM: Final = 12
"""Production month, counted from January 2023, from which the bad line fails."""
BAD_CHANCE: Final = 600_000
SLIP_FROM: Final = 12
"""Month from which the slipping city's chances grow."""
SLIP_STEP: Final = 110_000
"""Growth of the slipping city's factor in each month, in millionths of the factor at its start."""
TARGETED_FACTOR: Final = 1_800_000
"""Risk-targeted samples fail more often, because those who choose them know something."""
BETTER_EACH_YEAR: Final = 970_000
LARGEST_CHANCE: Final = 900_000
FAILURES_ONLY_CITIES: Final = (4, 11)
_COUNTY_SPREAD: Final = 700_000
_PRODUCER_SPREAD: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Faults:
    """Where the faults lie: positions of the producer, the city and the laboratory."""

    producer: int
    city: int
    laboratory: int


def planted(seed: int, enterprises: Enterprises) -> Faults:
    """Choose the places of the three faults; the slipping city publishes all its results."""
    cities = [city for city in range(len(CITIES)) if city not in FAILURES_ONLY_CITIES]
    lots, others = Noise(seed, "faults").pair(np.arange(2, dtype=np.int64))
    city = cities[int(below(lots[:1], len(cities))[0])]
    laboratory = int(below(others[:1], LABORATORIES)[0])
    makers = np.flatnonzero((enterprises.trade == BAD_KIND) & (enterprises.status == ACTIVE))
    elsewhere = makers[np.asarray(CITY_OF_COUNTY)[enterprises.county[makers]] != city]
    producer = int(elsewhere[int(below(lots[1:], len(elsewhere))[0])])
    return Faults(producer, city, laboratory)


@dataclass(frozen=True, slots=True)
class Chances:
    """Factors of the chance of failing, in millionths: by kind, county, producer and month of the slip."""

    kind: Numbers
    county: Numbers
    slip: Numbers
    year: Numbers
    seed: int

    def producer(self, rows: Numbers) -> Numbers:
        """Factor of each producer, from 0.5 to 1.5."""
        lot, _ = Noise(self.seed, "producer").pair(rows)
        return MILLION - _PRODUCER_SPREAD // 2 + below(lot, _PRODUCER_SPREAD)


def chances(seed: int, years: int) -> Chances:
    """The chances of a province with that seed over that many years."""
    first, second = Noise(seed, "county").pair(np.arange(len(COUNTIES), dtype=np.int64))
    # Two uniforms make a triangle: most counties are near 1, few far from it.
    county = (
        MILLION - _COUNTY_SPREAD // 2 + (below(first, _COUNTY_SPREAD) + below(second, _COUNTY_SPREAD)) // 2
    )
    months = np.arange(12 * years, dtype=np.int64)
    slip = MILLION + SLIP_STEP * np.maximum(months - SLIP_FROM + 1, 0)
    year = np.array([_power(BETTER_EACH_YEAR, number) for number in range(years)], dtype=np.int64)
    kind = np.array([kind.failing * 1000 for kind in KINDS], dtype=np.int64)
    return Chances(kind, county, slip, year, seed)


def _power(factor: int, exponent: int) -> int:
    value = MILLION
    for _ in range(exponent):
        value = value * factor // MILLION
    return value
