"""Write a synthetic province as import files: the one entry point of the room.

Same seed and scale, same bytes, on any machine. The files go through the import door like anybody's;
truth.json stays apart. This module refuses to import them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from zhiheng.simulation import dirt, tables
from zhiheng.simulation.enterprises import LEAST, Enterprises, Texts, texts
from zhiheng.simulation.faults import FIRST_YEAR
from zhiheng.simulation.places import AUTHORITIES, COUNTIES, DIVISIONS, LABORATORY_LIST
from zhiheng.simulation.results import MOST_YEARS, World, drawn, world
from zhiheng.simulation.tables import Written, write_csv, write_text
from zhiheng.simulation.truth import Truth
from zhiheng.simulation.writing import Writer

MOST_ENTERPRISES: Final = 1_000_000
MOST_RESULTS: Final = 5_000_000
_CHUNK: Final = 16_384
TRUTH: Final = "truth.json"


@dataclass(frozen=True, slots=True)
class Scale:
    """How large: enterprises, results in each year, years from 2023 on."""

    enterprises: int
    results_per_year: int
    years: int = 3

    def __post_init__(self) -> None:
        least = LEAST * len(COUNTIES)
        if not least <= self.enterprises <= MOST_ENTERPRISES:
            raise ValueError(f"enterprises must be {least} to {MOST_ENTERPRISES}, not {self.enterprises}")
        if not 1 <= self.results_per_year <= MOST_RESULTS:
            raise ValueError(f"results_per_year must be 1 to {MOST_RESULTS}, not {self.results_per_year}")
        if not 1 <= self.years <= MOST_YEARS:
            raise ValueError(f"years must be 1 to {MOST_YEARS}, not {self.years}")


SMALL: Final = Scale(400, 300)
DEMO: Final = Scale(6_000, 4_000)
LARGE: Final = Scale(100_000, 100_000)
SCALES: Final = {"small": SMALL, "demo": DEMO, "large": LARGE}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was written: every file with its rows, bytes and digest, in the order of importing."""

    seed: int
    scale: Scale
    dirty: bool
    files: tuple[Written, ...]

    def file(self, name: str) -> Written:
        """The file of that name."""
        return next(file for file in self.files if file.name == name)

    @property
    def rows(self) -> int:
        """Rows of all files together."""
        return sum(file.rows for file in self.files)


def write_province(folder: Path, *, seed: int, scale: Scale, dirty: bool = False) -> Manifest:
    """Write all files into the folder, which is made if need be.

    Files: divisions.csv, agencies.csv (UTF-8), enterprises.csv and spot-checks-YEAR.csv (UTF-8 with BOM, with
    the Chinese headings of the import sheets) and truth.json. `dirty` spoils about one row in fifty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    province = world(seed, scale.enterprises, scale.years)
    truth, writer = Truth(province), Writer(province)
    files = [_divisions(folder), _agencies(folder)]
    spoilt: list[dirt.Dirt] = []

    def put(
        name: str, headings: tuple[str, ...], spoils: tuple[dirt.Spoil, ...], rows: Iterable[list[Texts]]
    ) -> None:
        spoiler = dirt.Spoiler(seed, name, headings, spoils)
        files.append(write_csv(folder / name, headings, spoiler.spoilt(rows) if dirty else rows))
        spoilt.extend(spoiler.done)

    put("enterprises.csv", tables.ENTERPRISES, dirt.ENTERPRISES, _enterprises(province.enterprises))
    for year in range(scale.years):
        rows = _results(province, year, scale.results_per_year, (truth, writer))
        put(f"spot-checks-{FIRST_YEAR + year}.csv", tables.SPOT_CHECKS, dirt.SPOT_CHECKS, rows)
    files.append(write_text(folder / TRUTH, truth.as_json(spoilt)))
    return Manifest(seed, scale, dirty, tuple(files))


def _divisions(folder: Path) -> Written:
    columns = [
        texts([str(getattr(division, heading)) for division in DIVISIONS]) for heading in tables.DIVISIONS
    ]
    return write_csv(folder / "divisions.csv", tables.DIVISIONS, [columns], mark="")


def _agencies(folder: Path) -> Written:
    agencies = (*AUTHORITIES, *LABORATORY_LIST)
    columns = [texts([str(getattr(agency, heading)) for agency in agencies]) for heading in tables.AGENCIES]
    return write_csv(folder / "agencies.csv", tables.AGENCIES, [columns], mark="")


def _enterprises(register: Enterprises) -> Iterator[list[Texts]]:
    for start in range(0, len(register), _CHUNK):
        yield register.columns(np.arange(start, min(start + _CHUNK, len(register)), dtype=np.int64))


def _results(province: World, year: int, count: int, takers: tuple[Truth, Writer]) -> Iterator[list[Texts]]:
    truth, writer = takers
    for start in range(0, count, _CHUNK):
        results = drawn(province, year, start, min(start + _CHUNK, count))
        truth.add(year, results)
        yield writer.columns(year, results)
