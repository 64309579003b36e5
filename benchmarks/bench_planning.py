"""Speed of sample sizes, allocations and the year's split; side by side with R where R is installed.

Run: python -m benchmarks planning
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from zhiheng.methods.survey.allocation import neyman, optimum, proportional
from zhiheng.methods.survey.budget import split
from zhiheng.methods.survey.budget_inputs import Rules, Stratum
from zhiheng.methods.survey.sizes import for_difference, for_half_width, to_detect

Row = tuple[str, float, str, str]
REPEATS = 5
LARGE = 100_000  # cells that a plan must be fast for
_R = """
p1 <- seq(0.02, 0.3, length.out = 1000)
t <- system.time(for (p in p1) power.prop.test(p1 = p, p2 = p + 0.1, power = 0.9)$n)["elapsed"]
cat(t)
"""


def rows() -> Iterator[Row]:
    """(name, measured value, unit, target or empty); processor time, the median of five runs."""
    rates = np.linspace(0.02, 0.3, 1000)
    yield (
        "1000 sizes for a half-width",
        median(lambda: for_half_width(0.03, rate=rates, population=5000)) * 1e3,
        "ms",
        "",
    )
    yield (
        "1000 sizes for a difference",
        median(lambda: for_difference(rates, rates + 0.1, power=0.9)) * 1e3,
        "ms",
        "",
    )
    yield from r_beside()
    yield (
        "1000 exact sizes to detect, no limit",
        median(lambda: to_detect(rates, tolerated=2)) * 1e3,
        "ms",
        "",
    )
    yield (
        "1000 exact sizes to detect among 5000",
        median(lambda: to_detect(rates, tolerated=2, population=5000)) * 1e3,
        "ms",
        "",
    )
    rng = np.random.default_rng(20260301)
    objects, deviations = rng.integers(1, 500, 100_000), rng.random(100_000)
    costs = rng.random(100_000) + 0.5
    total = 1_000_000
    name = "100000 strata, 1000000 samples"
    yield f"proportional, {name}", median(lambda: proportional(objects, total)) * 1e3, "ms", ""
    yield f"Neyman, exact, {name}", median(lambda: neyman(objects, deviations, total)) * 1e3, "ms", ""
    yield f"with costs, {name}", median(lambda: optimum(objects, deviations, costs, total)) * 1e3, "ms", ""
    for strata, periods, budget in ((480, 4, 3000), (25_000, 4, 60_000), (100_000, 12, 200_000)):
        known, rules = province(strata, periods, budget)
        cells = strata * periods
        milliseconds = median(partial(split, known, rules)) * 1e3
        target = "≤ 1000" if cells == LARGE else ""
        yield f"split of {budget} batches over {cells} cells", milliseconds, "ms", target


def province(strata: int, periods: int, budget: int) -> tuple[Stratum, Rules]:
    """Strata with few objects each, a part of them waiting, as spot checks have them."""
    rng = np.random.default_rng(strata)
    objects = rng.integers(0, 20, strata)
    a = rng.random(strata) * 5.0 + 0.3
    fresh = rng.binomial(objects[:, None] // periods + 1, 0.9, (strata, periods))
    eligible = np.minimum(objects[:, None], np.cumsum(fresh, axis=1))
    known = Stratum(
        objects, a, a / (rng.beta(2.0, 25.0, strata) + 0.01), np.arange(strata) % 30,
        eligible=eligible, follow_ups=rng.random(strata) < 0.05,
    )  # fmt: skip
    return known, Rules(budget, 0.4, half_width=0.08, periods=periods, window=max(1, periods // 2))


def r_beside() -> Iterator[Row]:
    """The same thousand sizes by R's `power.prop.test`, which solves for one at a time."""
    program = shutil.which("Rscript")
    if program is None:
        yield "1000 sizes for a difference, R: not on this machine", float("nan"), "ms", ""
        return
    done = subprocess.run([program, "-e", _R], capture_output=True, text=True, check=True)
    yield "1000 sizes for a difference, R power.prop.test", float(done.stdout) * 1e3, "ms", ""


def median(work: Callable[[], object]) -> float:
    """Processor seconds, the median of several runs after one that warms up."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return sorted(times)[REPEATS // 2]


if __name__ == "__main__":
    for name, value, unit, target in rows():
        print(f"{name:58s} {value:14.4g} {unit:9s} {target}".rstrip())
