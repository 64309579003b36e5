"""Speed of plans by variables: searches, curves, verdicts and estimates; R beside them where it is.

Run: python -m benchmarks variables
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator

import numpy as np

from zhiheng.methods.sampling.variables import Sigma, VariablesPlan, acceptance_probability
from zhiheng.methods.sampling.variables_decision import judge
from zhiheng.methods.sampling.variables_search import find_variables_plan, find_variables_plans

Row = tuple[str, float, str, str]
REPEATS = 15
_R = """
suppressPackageStartupMessages(library(AcceptanceSampling))
p <- seq(.005, .05, length.out = 100)
t <- system.time(for (a in p) find.plan(PRP = c(a, .95), CRP = c(4 * a, .10), type = "normal", s.type = "%s"))
cat(t[["elapsed"]] * 1000)
"""


def rows() -> Iterator[Row]:
    """(name, measured value, unit, target or empty); the median of fifteen runs."""
    prq = np.linspace(0.005, 0.05, 100)
    sigmas: tuple[Sigma, ...] = ("known", "unknown")
    for sigma in sigmas:
        yield (
            f"100 plan searches at once, sigma {sigma}",
            1e3 * median(lambda sigma=sigma: find_variables_plans(prq=prq, crq=4 * prq, sigma=sigma)),  # type: ignore[misc]
            "ms",
            "≤ 10",
        )
        yield from _with_r(sigma)
    one = median(lambda: find_variables_plan(prq=0.01, crq=0.06, sigma="unknown"))
    yield "one plan search, sigma unknown", 1e3 * one, "ms", ""
    p = np.linspace(0, 0.2, 1_000)
    curve = median(lambda: acceptance_probability(p, sample_size=35, constant=1.89, sigma="unknown"))
    yield "OC curve of 1 000 points, sigma unknown", 1e3 * curve, "ms", ""
    values = np.random.default_rng(20260301).normal(size=(100_000, 35))
    plan = VariablesPlan(35, 1.89, "unknown")
    yield (
        "100 000 lots of 35 judged, two limits",
        1e3 * median(lambda: judge(plan, values, lower=-3, upper=3)),
        "ms",
        "",
    )


def _with_r(sigma: Sigma) -> Iterator[Row]:
    """The same searches one by one in R AcceptanceSampling, or that it is absent."""
    name = f"100 plan searches in R AcceptanceSampling, sigma {sigma}"
    program = shutil.which("Rscript")
    if program is None:
        yield f"{name}: R is absent", 0.0, "", ""
        return
    done = subprocess.run([program, "-e", _R % sigma], capture_output=True, text=True, check=False)
    if done.returncode:
        yield f"{name}: the package is absent", 0.0, "", ""
        return
    yield name, float(done.stdout), "ms", ""


def median(work: Callable[[], object]) -> float:
    """Seconds, the median of several runs after one that warms up."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[REPEATS // 2]


if __name__ == "__main__":
    for name, value, unit, target in rows():
        print(f"{name:58s} {value:14.4g} {unit:9s} {target}".rstrip())
