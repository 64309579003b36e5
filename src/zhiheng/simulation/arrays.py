"""Results as plain arrays by the ten million, for benchmarks that write them as Parquet.

The same draw as in the files, without texts. This module refuses to write anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from zhiheng.simulation.catalogue import KINDS
from zhiheng.simulation.faults import FIRST_YEAR
from zhiheng.simulation.places import AUTHORITIES, COUNTIES
from zhiheng.simulation.results import drawn, world

ENTERPRISES: Final = 100_000
YEARS: Final = 3
_CHUNK: Final = 16_384
SELECTIONS: Final = ("random", "risk_targeted", "undeclared")
KIND_NAMES: Final = tuple(kind.name for kind in KINDS)
DIVISION_CODES: Final = tuple(county.code for county in COUNTIES)
AUTHORITY_NAMES: Final = tuple(agency.name for agency in AUTHORITIES)
PERIODS: Final = tuple(f"{FIRST_YEAR + year}-{month:02d}" for year in range(YEARS) for month in range(1, 13))


@dataclass(frozen=True, slots=True)
class SpotCheckArrays:
    """Columns of equal length; the small integers are positions in the tuples of labels of this module.

    `product_kind` in KIND_NAMES, `division` in DIVISION_CODES, `authority` in AUTHORITY_NAMES, `period` in
    PERIODS, `selection` in SELECTIONS; `producer` is a number below 100 360; `nonconforming` the verdict.
    Results of authorities that publish failures only are marked in `failures_only`.
    """

    product_kind: NDArray[np.int8]
    division: NDArray[np.int16]
    authority: NDArray[np.int16]
    period: NDArray[np.int8]
    producer: NDArray[np.int32]
    selection: NDArray[np.int8]
    nonconforming: NDArray[np.bool_]
    failures_only: NDArray[np.bool_]


def spot_check_arrays(n: int, seed: int) -> SpotCheckArrays:
    """Return `n` results of a province of 100 000 enterprises, a third in each of three years."""
    province = world(seed, ENTERPRISES, YEARS)
    columns = SpotCheckArrays(
        product_kind=np.empty(n, dtype=np.int8),
        division=np.empty(n, dtype=np.int16),
        authority=np.empty(n, dtype=np.int16),
        period=np.empty(n, dtype=np.int8),
        producer=np.empty(n, dtype=np.int32),
        selection=np.empty(n, dtype=np.int8),
        nonconforming=np.empty(n, dtype=np.bool_),
        failures_only=np.empty(n, dtype=np.bool_),
    )
    for year in range(YEARS):
        first, last = n * year // YEARS, n * (year + 1) // YEARS
        for start in range(first, last, _CHUNK):
            stop = min(start + _CHUNK, last)
            part, at = drawn(province, year, start - first, stop - first), slice(start, stop)
            columns.product_kind[at] = part.kind
            columns.division[at] = part.county
            columns.authority[at] = part.authority
            columns.period[at] = part.month
            columns.producer[at] = part.producer
            columns.selection[at] = part.selection
            columns.nonconforming[at] = part.failed
            columns.failures_only[at] = part.failures_only
    return columns
