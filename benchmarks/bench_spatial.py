"""Scans of a nation's places: what the zones, the data and the replications cost.

Neighbours on the machine move the figures of the clock by half; the processor's time of all threads
stands beside them. The setting of the target is that of the prospective scan: circles up to 20 % of the
population, stretches up to 7 of 52 weeks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from zhiheng.methods.spatial.adjacency import connected_circles
from zhiheng.methods.spatial.models import Model, bernoulli, permutation, poisson
from zhiheng.methods.spatial.scan import Trials, scan
from zhiheng.methods.spatial.windows import WHOLE, Windows, alive, any_time
from zhiheng.methods.spatial.zones import Zones, circles

Row = tuple[str, float, str, str]
PLACES, WEEKS, CASES = 2800, 52, 20_000


def rows() -> Iterator[Row]:
    """(what, value, unit, target)."""
    points, population = placed(PLACES)
    started = time.perf_counter()
    zones = circles(points, population=population, most_share=0.2)
    yield f"circles up to 20 % about {PLACES:,} places", time.perf_counter() - started, "s", ""
    counts = counted(population, CASES)
    model = poisson(counts, population)
    yield from timed("Poisson, alive, ≤ 7 weeks, 999 replications", model, zones, alive(7), "≤ 4")
    yield from timed("the same without replications", model, zones, alive(7), replications=0)
    yield from timed("permutation, the same", permutation(counts), zones, alive(7))
    controls = np.random.default_rng(2).poisson(
        20 * counts.sum() * np.outer(population, np.ones(WEEKS)) / WEEKS
    )
    yield from timed("Bernoulli, the same, 400 000 controls", bernoulli(counts, controls), zones, alive(7))
    yield from timed("Poisson, whole time, 999 replications", model, zones, WHOLE)
    wide = circles(points, population=population, most_share=0.5)
    yield from timed("Poisson, alive, ≤ 26 weeks, up to 50 %, 99", model, wide, alive(26), replications=99)
    yield from timed(
        "Poisson, any time, ≤ 7 weeks, 99 replications", model, zones, any_time(7), replications=99
    )
    for places, cases in ((700, 5_000), (1400, 10_000), (2800, 20_000), (5600, 40_000)):
        points, population = placed(places)
        near = circles(points, population=population, longest_radius=0.1)
        more = poisson(counted(population, cases), population)
        yield from timed(f"{places:,} places, circles to a tenth of the map", more, near, alive(7))
    started = time.perf_counter()
    points, population = placed(PLACES)
    connected_circles(points, bordering(points), population=population, most_share=0.2)
    yield f"connected circles about {PLACES:,} places", time.perf_counter() - started, "s", ""


def timed(
    what: str, model: Model, zones: Zones, windows: Windows, target: str = "", *, replications: int = 999
) -> Iterator[Row]:
    """Least time of the clock of three runs (of one for 99 replications), and the processor's in that run."""
    runs = []
    for _ in range(3 if replications != 99 else 1):
        started, used = time.perf_counter(), time.process_time()
        scan(model, zones, windows, Trials(1, replications))
        runs.append((time.perf_counter() - started, time.process_time() - used))
    clock, processor = min(runs)
    yield what, clock, "s", target
    yield "  time of the processor", processor, "s", ""


def placed(places: int) -> tuple[np.ndarray, np.ndarray]:
    """Places on a unit square and their shares of the population."""
    rng = np.random.default_rng(20260301)
    population = rng.gamma(1.0, 1.0, places) + 0.05
    return rng.random((places, 2)), population / population.sum()


def counted(population: np.ndarray, cases: int) -> np.ndarray:
    """Cases by place and week, with one cluster in the last three weeks."""
    rng = np.random.default_rng(1)
    counts = rng.poisson(cases / WEEKS * np.outer(population, np.ones(WEEKS)))
    counts[:8, -3:] += rng.poisson(1.0, (8, 3))
    return counts


def bordering(points: np.ndarray) -> np.ndarray:
    """Pairs that share an edge of the Delaunay triangulation."""
    from scipy.spatial import Delaunay

    corners = Delaunay(points).simplices
    return np.unique(
        np.sort(np.concatenate((corners[:, :2], corners[:, 1:], corners[:, ::2])), axis=1), axis=0
    )


if __name__ == "__main__":
    for what, value, unit, target in rows():
        print(f"{what:60s} {value:10.4g} {unit} {target}".rstrip())
