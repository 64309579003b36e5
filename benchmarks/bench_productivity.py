"""Frontiers of many units: efficiency under variable returns, and bootstrap intervals."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

import numpy as np

from benchmarks.bench_methods import median
from zhiheng.methods.productivity.bootstrap import bootstrap
from zhiheng.methods.productivity.dea import efficiency
from zhiheng.methods.productivity.programs import Orientation

Row = tuple[str, float, str, str]


def rows() -> Iterator[Row]:
    """(what, value, unit, target)."""
    ways: tuple[Orientation, ...] = ("input", "output")
    for way in ways:
        x, y = firms(1000)
        seconds = median(partial(efficiency, x, y, orientation=way))
        yield f"DEA, 1 000 units, 3 inputs, 2 outputs, {way}", seconds, "s", "≤ 0.5"
        x, y = firms(10_000)
        start = time.perf_counter()
        efficiency(x, y, orientation=way)
        yield f"DEA, 10 000 units, 3 inputs, 2 outputs, {way}", time.perf_counter() - start, "s", "≤ 60"
    x, y = firms(40)
    start = time.perf_counter()
    bootstrap(x, y, seed=1)
    yield "bootstrap, 40 units, 2 000 replications", time.perf_counter() - start, "s", ""


def firms(units: int) -> tuple[np.ndarray, np.ndarray]:
    """Decreasing returns, two outputs in varying shares, exponential inefficiency."""
    rng = np.random.default_rng(20260301)
    x = rng.lognormal(0, 0.6, (units, 3))
    made = np.exp(np.log(x).sum(axis=1) * 0.3 - rng.exponential(0.4, units))
    return x, made[:, None] * rng.dirichlet([4, 4], units) * 2


if __name__ == "__main__":
    for what, value, unit, target in rows():
        print(f"{what:50s} {value:10.4g} {unit} {target}".rstrip())
