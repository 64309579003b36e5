"""The truth of a province: what was planted, whom it touches, and the true chances, gathered while writing.

It goes into truth.json, apart from the import files, and is never imported. Chances are whole parts per
million, so sums are exact. This module refuses estimates: what it says is known because it was planted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from zhiheng.simulation import faults
from zhiheng.simulation.catalogue import KINDS
from zhiheng.simulation.dirt import Dirt
from zhiheng.simulation.noise import Numbers
from zhiheng.simulation.places import CITIES, CITY_OF_COUNTY, COUNTIES, LABORATORY_LIST
from zhiheng.simulation.results import RANDOM, Flags, Results, World
from zhiheng.simulation.writing import BAD_MODEL, BAD_SLOT, NOTE, record_numbers

_CITY: Numbers = np.array(CITY_OF_COUNTY, dtype=np.int64)


class Tally:
    """Count, sum of the true chances, true and published failures of each of some groups."""

    def __init__(self, groups: int) -> None:
        self._sums = np.zeros((4, groups), dtype=np.int64)

    def add(self, group: Numbers, results: Results, keep: Flags) -> None:
        """Add those results that are kept."""
        group = group[keep]
        published = results.failed[keep].astype(np.int64)
        true = published | results.concealed[keep]
        for place, values in enumerate((np.ones_like(group), results.chance[keep], true, published)):
            np.add.at(self._sums[place], group, values)

    def facts(self, group: int) -> dict[str, int]:
        """Results, mean true chance in parts per million, true and published failures."""
        count, chance, true, published = (int(value) for value in self._sums[:, group])
        return {
            "results": count,
            "true_ppm": chance // count if count else 0,
            "true_failures": true,
            "published_failures": published,
        }


class Truth:
    """Gathers the truth of one province chunk by chunk."""

    def __init__(self, province: World) -> None:
        self._world = province
        self._kinds = Tally(len(KINDS))
        self._cities = Tally(len(CITIES) * province.years)
        self._laboratories = Tally(len(LABORATORY_LIST))
        self._concealed: list[str] = []
        self._bad_line: list[str] = []

    def add(self, year: int, results: Results) -> None:
        """Take in a chunk of results."""
        # What random samples of bulletins with all results say is what a fair estimate must find.
        fair = (results.selection == RANDOM) & ~results.failures_only
        self._kinds.add(results.kind, results, fair)
        self._cities.add(_CITY[results.county] * self._world.years + year, results, fair)
        self._laboratories.add(results.laboratory, results, ~results.failures_only)
        numbers = record_numbers(year, results.number)
        self._concealed += numbers[results.concealed].tolist()
        self._bad_line += numbers[results.bad_line].tolist()

    def as_json(self, dirt: Sequence[Dirt]) -> str:
        """The truth in words and numbers."""
        years = range(self._world.years)
        content = {
            "note": NOTE,
            "seed": self._world.seed,
            "faults": {
                "bad_line": self._bad_line_facts(),
                "slipping_region": self._slip_facts(),
                "lenient_laboratory": self._laboratory_facts(),
            },
            "targeted_factor_ppm": faults.TARGETED_FACTOR,
            "county_factor_ppm": {
                county.code: int(factor)
                for county, factor in zip(COUNTIES, self._world.chances.county, strict=True)
            },
            "failures_only_authorities": [f"MSA-{CITIES[city].code}" for city in faults.FAILURES_ONLY_CITIES],
            "rates_of_random_samples": {
                "kinds": {kind.name: self._kinds.facts(place) for place, kind in enumerate(KINDS)},
                "cities": {
                    city.code: {
                        str(faults.FIRST_YEAR + year): self._cities.facts(place * self._world.years + year)
                        for year in years
                    }
                    for place, city in enumerate(CITIES)
                },
            },
            "rates_of_laboratories": {
                laboratory.code: {"name": laboratory.name, **self._laboratories.facts(place)}
                for place, laboratory in enumerate(LABORATORY_LIST)
            },
            "dirt": [asdict(fault) for fault in dirt],
        }
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"

    def _bad_line_facts(self) -> dict[str, object]:
        row = np.array([self._world.faults.producer], dtype=np.int64)
        kind = KINDS[faults.BAD_KIND]
        return {
            "uscc": self._world.enterprises.code(row)[0],
            "name": self._world.enterprises.name(row)[0],
            "product_kind": kind.name,
            "model": BAD_MODEL,
            "item": kind.items[BAD_SLOT].name,
            "produced_from": _month(faults.BAD_FROM),
            "true_ppm": faults.BAD_CHANCE,
            "records": self._bad_line,
        }

    def _slip_facts(self) -> dict[str, object]:
        city = CITIES[self._world.faults.city]
        return {
            "division": city.code,
            "name": city.name,
            "counties": [county.code for county in COUNTIES if county.parent == city.code],
            "from": _month(faults.SLIP_FROM),
            "factor_ppm": {
                _month(month): int(factor) for month, factor in enumerate(self._world.chances.slip)
            },
        }

    def _laboratory_facts(self) -> dict[str, object]:
        laboratory = LABORATORY_LIST[self._world.faults.laboratory]
        return {
            "code": laboratory.code,
            "name": laboratory.name,
            "concealed_records": self._concealed,
        }


def _month(number: int) -> str:
    return f"{faults.FIRST_YEAR + number // 12}-{number % 12 + 1:02d}"
