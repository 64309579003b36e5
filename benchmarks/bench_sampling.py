"""Speed of sampling plans: searches, curves, tables and switching, beside R where it is installed.

Run: python -m benchmarks sampling

R's find.plan (package AcceptanceSampling) is given the same 100 requests and must find the same plans.
Without `Rscript`, or without the package, the row says that R is absent.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from zhiheng.methods.sampling.attributes import AQLS, SEVERITIES, single_plan
from zhiheng.methods.sampling.curves import acceptance_probability, curve_points, outgoing_quality_limit
from zhiheng.methods.sampling.declared import declared_plan_for_ratio
from zhiheng.methods.sampling.distributions import DISTRIBUTIONS, Distribution
from zhiheng.methods.sampling.search import AttributePlans, find_plan, find_plans
from zhiheng.methods.sampling.sequential import curves, exact, sequential_test
from zhiheng.methods.sampling.switching import LotVerdict, follow

Row = tuple[str, float, str, str]
REQUESTS = 100
LOT = 1_000
REPEATS = 15
TARGET = "≤ 10"

R_SEARCH = """
suppressPackageStartupMessages(library(AcceptanceSampling))
p1 <- c({first}); p2 <- c({second})
one <- function(i) {{
  r <- find.plan(PRP = c(p1[i], 0.95), CRP = c(p2[i], 0.10), type = "{kind}"{lot}); c(r$n, r$c)
}}
t <- sapply(1:3, function(k) system.time(r <<- sapply(seq_along(p1), one))["elapsed"])
cat("[", 1000 * median(t), ",[", paste(r[1, ], collapse = ","), "],[", paste(r[2, ], collapse = ","), "]]")
"""
R_NAMES: dict[Distribution, str] = {
    "binomial": "binomial",
    "poisson": "poisson",
    "hypergeometric": "hypergeom",
}


def rows() -> Iterator[Row]:
    """(name, measured value, unit, target or empty); times are medians of processor time, in milliseconds."""
    yield from searches()
    yield from whole_curves()
    yield from schemes()


def requests() -> tuple[list[float], list[float]]:
    """Pairs of qualities as agreements name them: 0.2 to 5 % against 2 to 9 times as much."""
    rng = np.random.default_rng(20261121)
    first = np.round(rng.uniform(0.002, 0.05, REQUESTS), 3)
    second = np.round(first * rng.uniform(2.0, 9.0, REQUESTS), 3)
    return first.tolist(), second.tolist()


def searches() -> Iterator[Row]:
    """A hundred searches in one call, one by one, and by R."""
    first, second = requests()
    for distribution in DISTRIBUTIONS:
        lot = LOT if distribution == "hypergeometric" else None
        batch = partial(find_plans, prq=first, crq=second, distribution=distribution, lot_size=lot)
        yield f"{REQUESTS} plan searches, {distribution}, together", 1e3 * median(batch), "ms", TARGET
        single = partial(one_by_one, first, second, distribution, lot)
        yield f"{REQUESTS} plan searches, {distribution}, one by one", 1e3 * median(single), "ms", ""
        yield by_r(distribution, first, second, batch())
    close = partial(find_plan, prq=0.01, crq=0.0102)
    yield "one search that needs 2 139 682 items", 1e3 * median(close), "ms", ""
    many = partial(find_plans, prq=np.repeat(first, 1000), crq=np.repeat(second, 1000))
    yield "100 000 plan searches, binomial, together", 1e3 * median(many), "ms", ""


def one_by_one(first: list[float], second: list[float], distribution: Distribution, lot: int | None) -> None:
    """A page's or a command's way of asking."""
    for p1, p2 in zip(first, second, strict=True):
        find_plan(prq=p1, crq=p2, distribution=distribution, lot_size=lot)


def by_r(distribution: Distribution, first: list[float], second: list[float], ours: AttributePlans) -> Row:
    """R's time for the same requests; the plans must be the same."""
    name = f"R AcceptanceSampling, the same {REQUESTS}, {distribution}"
    program = R_SEARCH.format(
        first=",".join(map(str, first)),
        second=",".join(map(str, second)),
        kind=R_NAMES[distribution],
        lot=f", N = {LOT}" if distribution == "hypergeometric" else "",
    )
    if shutil.which("Rscript") is None:
        return f"{name}: R is absent", 0.0, "", ""
    ran = subprocess.run(["Rscript", "-e", program], capture_output=True, text=True, check=False)
    if ran.returncode:
        return f"{name}: the package is absent", 0.0, "", ""
    milliseconds, n, c = json.loads(ran.stdout)
    if distribution != "hypergeometric":  # there R rounds N·p, we take the whole items that p names
        assert (n, c) == (ours.sample_size.tolist(), ours.acceptance_number.tolist())
    return name, float(milliseconds), "ms", ""


def whole_curves() -> Iterator[Row]:
    """Curves of one plan, and of thousands at once."""
    yield (
        "all curves of one plan, 101 points",
        1e3 * median(partial(curve_points, sample_size=125, acceptance_number=3, lot_size=2000)),
        "ms",
        "",
    )
    yield (
        "all curves of one plan, 101 points, finite lot",
        1e3
        * median(
            partial(
                curve_points,
                sample_size=125,
                acceptance_number=3,
                lot_size=2000,
                distribution="hypergeometric",
            )
        ),
        "ms",
        "",
    )
    p = np.linspace(0.0, 0.2, 200)
    n, c = np.arange(20, 1020)[:, None], np.arange(1000)[:, None] % 8
    for distribution in DISTRIBUTIONS[:2]:
        work = partial(
            acceptance_probability, p, sample_size=n, acceptance_number=c, distribution=distribution
        )
        yield f"OC of 1 000 plans at 200 qualities, {distribution}", 1e3 * median(work), "ms", ""
    finite = partial(
        acceptance_probability,
        np.arange(200) / LOT,
        sample_size=np.arange(1, 1001)[:, None],
        acceptance_number=c,
        distribution="hypergeometric",
        lot_size=LOT,
    )
    yield "OC of 1 000 plans at 200 qualities, hypergeometric", 1e3 * median(finite), "ms", ""
    limits = partial(outgoing_quality_limit, sample_size=n, acceptance_number=c)
    yield "AOQL of 1 000 plans", 1e3 * median(limits), "ms", ""


def schemes() -> Iterator[Row]:
    """The standard's tables, switching, declared levels, Wald."""
    wanted = [(aql, severity) for aql in AQLS for severity in SEVERITIES]
    yield (
        "78 plans of GB/T 2828.1 for one lot",
        1e3
        * median(
            lambda: [single_plan(lot_size=2000, aql=aql, severity=severity) for aql, severity in wanted]
        ),
        "ms",
        "",
    )
    rng = np.random.default_rng(909)
    lots = [LotVerdict(bool(accepted)) for accepted in rng.random(10_000) > 0.01]
    yield "switching over 10 000 lots", 1e3 * median(partial(follow, lots)), "ms", ""
    yield (
        "plan against a declared level, population 5 000",
        1e3 * median(partial(declared_plan_for_ratio, dql=0.01, lqr=6.0, population=5_000)),
        "ms",
        "",
    )
    test = sequential_test(prq=0.01, crq=0.06)
    p = np.linspace(0.0, 0.2, 101)
    yield "sequential test, OC and ASN at 101 qualities", 1e3 * median(partial(curves, test, p)), "ms", ""
    yield "the same exactly, up to 1 000 items", 1e3 * median(partial(exact, test, p, most=1_000)), "ms", ""


def median(work: Callable[[], object]) -> float:
    """Seconds of processor time, the median of several runs after one that warms up.

    Not by the clock: a few milliseconds on a busy machine would measure the neighbours.
    """
    work()
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return sorted(times)[REPEATS // 2]


if __name__ == "__main__":
    for name, value, unit, target in rows():
        print(f"{name:62s} {value:12.4g} {unit:4s} {target}".rstrip())
