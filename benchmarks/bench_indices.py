"""Speed of composite indices: uncertainty of 1 000 units on 50 indicators, and its sensitivity.

Run: python -m benchmarks indices. R's COINr took 40 s for 100 replications of the first row.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from zhiheng.methods.indices.aggregating import aggregate
from zhiheng.methods.indices.normalising import Normalisation, normalise
from zhiheng.methods.indices.outliers import Limits
from zhiheng.methods.indices.sensitivity import choice_sensitivity
from zhiheng.methods.indices.structure import Aggregate, Indicator, structure
from zhiheng.methods.indices.tables import Table, table
from zhiheng.methods.indices.uncertainty import Choices, rank_spread

Row = tuple[str, float, str, str]
REPEATS = 3
CHOICES = Choices(
    (Normalisation("minmax", 1, 100), Normalisation("percentile", 1, 100)),
    ("arithmetic", "geometric"),
    (None, Limits()),
    leave_out=True,
)


def rows() -> Iterator[Row]:
    """(name, measured value, unit, target or empty); the value is the median of three runs."""
    full, gaps = sample(0.0), sample(0.05)
    yield "one index, 1000 units × 50 indicators", median(lambda: aggregate(normalise(full))), "s", ""
    yield "1000 replications, all choices", median(lambda: rank_spread(full, CHOICES, seed=1)), "s", "≤ 4"
    yield "the same, 5 % missing", median(lambda: rank_spread(gaps, CHOICES, seed=1)), "s", ""
    seconds = median(lambda: choice_sensitivity(full, CHOICES, seed=1, size=256))
    yield "Sobol indices, 256 rows, 10 factors", seconds, "s", ""


def sample(missing: float) -> Table:
    """1 000 units on 50 lognormal indicators in five groups."""
    rng = np.random.default_rng(20260301)
    tree = structure(
        [Indicator(f"i{place}", f"p{place // 10}") for place in range(50)],
        [Aggregate("index"), *(Aggregate(f"p{place}", "index") for place in range(5))],
    )
    values = rng.lognormal(0, 1, (1000, 50))
    values[rng.random(values.shape) < missing] = np.nan
    return table(values, [f"u{place}" for place in range(1000)], tree)


def median(work: Callable[[], object]) -> float:
    """Seconds, the median of several runs."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[REPEATS // 2]
