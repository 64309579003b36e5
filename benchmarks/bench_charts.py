"""Speed of process control: a hundred thousand charts at once, run rules, run lengths, gauge studies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.bench_methods import median
from zhiheng.methods.charts import attributes, variables
from zhiheng.methods.charts.constants import d3

Row = tuple[str, float, str, str]
CHARTS, POINTS = 100_000, 52


def rows() -> Iterator[Row]:
    """(what, value, unit, target); R qcc takes 0.26 s for 1 000 p charts of 52 points."""
    rng = np.random.default_rng(20260301)
    size = rng.integers(50, 400, (CHARTS, POINTS))
    count = rng.binomial(size, rng.beta(2.0, 38.0, (CHARTS, 1)))
    named = f"{CHARTS:,} charts of {POINTS}"
    yield f"p with outside points, {named}", median(lambda: attributes.p(count, size).outside), "s", "≤ 0.5"
    yield f"Laney p′, {named}", median(lambda: attributes.laney_p(count + 1, size + 1)), "s", ""
    groups = rng.normal(size=(1000, POINTS, 5))
    yield "x̄, R and S, 1,000 charts of 52 × 5", median(lambda: _three(groups)), "s", ""
    yield "d3 of a new size", median(lambda: d3.__wrapped__(5)), "s", ""


def _three(groups: np.ndarray) -> None:
    found = variables.subgroups(groups)
    stable = variables.process(found)
    for draw in (variables.xbar, variables.ranges, variables.deviations):
        assert draw(found, stable).outside.shape == groups.shape[:2]


if __name__ == "__main__":
    for what, value, unit, target in rows():
        print(f"{what:50s} {value:10.4g} {unit} {target}".rstrip())
