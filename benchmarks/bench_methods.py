"""Speed of the statistical methods on counts as inspections give them; prints one row each.

Run: python benchmarks/bench_methods.py
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from zhiheng.methods.survey.betabinomial import prior
from zhiheng.methods.survey.comparing import difference, ratio
from zhiheng.methods.survey.finite import finite_bounds
from zhiheng.methods.survey.proportions import METHODS, interval
from zhiheng.methods.survey.shrinkage import shrink

Row = tuple[str, float, str, str]
REPEATS = 5


def rows() -> Iterator[Row]:
    """(name, measured value, unit, target or empty); the value is the median of five runs."""
    for groups in (100_000, 1_000_000):
        x, n = sampled(groups, most=400)
        for method in METHODS:
            seconds = median(partial(interval, x, n, method=method))
            yield from both(f"{method}, {groups} groups", groups, seconds)
    x, n = sampled(1_000_000, most=1_000_000)
    seconds = median(partial(interval, x, n, method="clopper_pearson"))
    yield from both("clopper_pearson, 1000000 groups, hardly two alike", x.size, seconds)
    x, n = sampled(10_000, most=100)
    yield from both(
        "bounds for populations of 500, 10000 groups", x.size, median(lambda: finite_bounds(x, n, 500))
    )
    for compare in (difference, ratio):
        seconds = median(partial(compare, x, n, x[::-1], n[::-1]))
        yield from both(f"{compare.__name__} of two rates, 10000 pairs", x.size, seconds)
    for most in (40, 400, 100_000):
        x, n = sampled(100_000, most=most)
        seconds = median(partial(prior, x, n))
        yield from both(f"beta-binomial fit, 100000 groups up to {most}", x.size, seconds)
    x, n = sampled(100_000, most=40)
    yield from both(
        "shrink (fit and intervals), 100000 groups up to 40", x.size, median(lambda: shrink(x, n))
    )


def sampled(groups: int, *, most: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Groups of 1 to `most` items whose rates vary about 5 %."""
    rng = np.random.default_rng(20260301)
    n = rng.integers(1, most, groups, endpoint=True)
    return rng.binomial(n, rng.beta(2.0, 38.0, groups)), n


def median(work: Callable[[], object]) -> float:
    """Seconds, the median of several runs after one that warms up."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[REPEATS // 2]


def both(name: str, size: int, seconds: float) -> Iterator[Row]:
    """The time, and what it means per second."""
    yield name, seconds, "s", ""
    yield name, size / seconds, "groups/s", ""


if __name__ == "__main__":
    for name, value, unit, target in rows():
        print(f"{name:58s} {value:14.4g} {unit:9s} {target}".rstrip())
