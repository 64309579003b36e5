"""Detectors over many series: seconds of processor time, growth with the number of series, and memory.

R's surveillance runs beside it where Rscript and the package are installed; otherwise a row says absent.
With `ZHIHENG_SHARED` (or ../shared) the scenarios of Noufaily give sensitivity, false alarms and delay.
"""

from __future__ import annotations

import csv
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from zhiheng.methods.surveillance.bayes import bayes
from zhiheng.methods.surveillance.cusum import generalised, likelihood_ratio
from zhiheng.methods.surveillance.discovery import discoveries
from zhiheng.methods.surveillance.ears import Chart, ears
from zhiheng.methods.surveillance.evaluation import performance
from zhiheng.methods.surveillance.farrington import farrington, flexible
from zhiheng.methods.surveillance.scenarios import Scenario, simulate
from zhiheng.methods.surveillance.series import Detection, from_rows

Row = tuple[str, float, str, str]
WEEKS = 520
SHARED = Path(os.environ.get("ZHIHENG_SHARED") or Path(__file__).resolve().parents[2] / "shared")
R_CALL = """suppressPackageStartupMessages(library(surveillance)); set.seed(1)
y <- matrix(rnbinom(520 * 20, size = 5, mu = 8), 520); s <- sts(y, frequency = 52, start = c(2010, 1))
cat(20 / 1000, system.time(farringtonFlexible(s, list(range = 520, b = 5, w = 3, noPeriods = 10,
 weightsThreshold = 2.58, pastWeeksNotIncluded = 26, pThresholdTrend = 1, alpha = .01,
 thresholdMethod = "nbPlugin", glmWarnings = FALSE)))["elapsed"])"""


def rows() -> Iterator[Row]:
    """(what, value, unit, target); times are the median processor time of five runs, one for a million."""
    counts = made(1000)
    targets = {1_000: "≤ 0.06", 1_000_000: "≤ 60"}
    for size in (1_000, 10_000, 100_000):
        batch = np.tile(counts, (size // 1000, 1))
        yield (
            f"Farrington Flexible, {size:,} series × 10 years, latest week",
            cpu(partial(flexible, batch)),
            "s",
            targets.get(size, ""),
        )
    yield from million(counts)
    late = np.arange(WEEKS - 52, WEEKS)
    yield (
        "Farrington Flexible, 100 series × 52 weeks",
        cpu(lambda: flexible(counts[:100], periods=late)),
        "s",
        "≤ 0.25",
    )
    yield "Farrington 1996, 1,000 series, latest week", cpu(lambda: farrington(counts)), "s", ""
    daily = np.random.default_rng(2).poisson(8, (1000, 501))
    days = np.arange(11, 501)
    charts: tuple[Chart, ...] = ("C1", "C2", "C3")
    for chart in charts:
        yield (
            f"EARS {chart}, 1,000 series × 490 days",
            cpu(partial(ears, daily, chart=chart, periods=days)),
            "s",
            "≤ 0.05",
        )
    yield "Bayes, 1,000 series × 490 days", cpu(lambda: bayes(daily, periods=days)), "s", ""
    y, mean = np.random.default_rng(3).negative_binomial(5, 5 / 13, (100, 312)), np.full(100, 8.0)
    yield "NB-CUSUM, 100 × 312", cpu(lambda: likelihood_ratio(y, mean, shift=0.7, extra=0.2)), "s", "≤ 0.02"
    yield "NB-GLR without a window, 100 × 312", cpu(lambda: generalised(y, mean, extra=0.2)), "s", ""
    p = np.random.default_rng(4).random(1_000_000)
    yield "Benjamini-Hochberg, 1,000,000 series", cpu(lambda: discoveries(p)), "s", ""
    yield from beside_r()
    yield from evaluated()
    yield from labelled()


def made(series: int) -> np.ndarray:
    """Weekly counts of levels from below 1 to about 50, with a season."""
    rng = np.random.default_rng(20260301)
    level = np.exp(rng.normal(1.5, 1.2, (series, 1)))
    mean = level * np.exp(0.3 * np.sin(2 * np.pi * (np.arange(WEEKS) / 52.18 + rng.random((series, 1)))))
    return rng.negative_binomial(5, 5 / (5 + mean)).astype(np.int32)


def cpu(work: Callable[[], object], repeats: int = 5) -> float:
    """Processor seconds, the median after one run that warms up."""
    if repeats > 1:
        work()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return sorted(times)[len(times) // 2]


def million(counts: np.ndarray) -> Iterator[Row]:
    batch = np.tile(counts.astype(np.int16), (1000, 1))
    yield (
        "Farrington Flexible, 1,000,000 series × 10 years, latest week",
        cpu(lambda: flexible(batch), 1),
        "s",
        "≤ 60",
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    yield "  peak memory of the process, the counts included", peak, "GiB", "≤ 6"


def beside_r() -> Iterator[Row]:
    """R's farringtonFlexible on twenty series, as seconds for a thousand."""
    rscript = shutil.which("Rscript")
    done = rscript and subprocess.run([rscript, "-e", R_CALL], capture_output=True, text=True, check=False)
    if not done or done.returncode:
        yield "R surveillance: absent", float("nan"), "s", ""
        return
    share, seconds = (float(word) for word in done.stdout.split())
    yield "R surveillance, Farrington Flexible, 1,000 series, latest week", seconds / share, "s", ""


DETECTORS: dict[str, Callable[[np.ndarray, np.ndarray], Detection]] = {
    "Farrington Flexible": lambda y, at: flexible(y, periods=at),
    "Farrington Flexible, muan": lambda y, at: flexible(y, periods=at, threshold="muan"),
    "Farrington 1996": lambda y, at: farrington(y, periods=at),
    "Bayes, 3 years": lambda y, at: bayes(y, periods=at, years=3, alpha=0.01),
    "EARS C1": lambda y, at: ears(y, periods=at, chart="C1"),
    "EARS C2": lambda y, at: ears(y, periods=at, chart="C2"),
    "EARS C3": lambda y, at: ears(y, periods=at, chart="C3"),
}


def evaluated(series: int = 100) -> Iterator[Row]:
    """Each detector over the 42 scenarios and four sizes of outbreak, 100 series each."""
    path = SHARED / "data/surveillance/noufaily_scenarios_42.csv"
    if not path.exists():
        yield "scenarios of Noufaily: absent", float("nan"), "", ""
        return
    with path.open(newline="") as file:
        table = list(csv.DictReader(file))
    for size in (2.0, 5.0, 10.0):
        batches = [
            simulate(
                Scenario(
                    theta=float(row["theta"]),
                    beta=float(row["beta"]),
                    gamma1=float(row["gamma1"]),
                    gamma2=float(row["gamma2"]),
                    dispersion=float(row["phi"]),
                    harmonics=int(row["m"]),
                ),
                series=series,
                seed=number,
                size=size,
            )
            for number, row in enumerate(table)
        ]
        counts = np.concatenate([batch.counts for batch in batches])
        late = batches[0].late
        truth = np.concatenate([batch.outbreak for batch in batches])[:, late]
        for name, detector in DETECTORS.items():
            found = detector(counts, late)
            measured = performance(found.alarm, truth, found.reason < 10)
            named = f"{name}, outbreaks of {size:g} standard deviations"
            yield f"{named}: found", measured.sensitivity, "", ""
            yield f"{named}: false alarms", measured.false_alarm_rate, "a week", ""
            yield f"{named}: delay", measured.delay, "weeks", ""


def labelled() -> Iterator[Row]:
    """Detectors that need a few weeks, over seven real weekly series whose outbreaks are marked."""
    path = SHARED / "data/surveillance/surveillance_series_long.parquet"
    if not path.exists():
        yield "labelled series: absent", float("nan"), "", ""
        return
    import pyarrow.parquet as pq

    table = pq.read_table(path).to_pydict()
    names, weeks = ("k1", "m1", "m2", "m3", "n1", "q1_nrwh", "s1"), 209
    columns = (table[name] for name in ("series", "t", "observed", "state"))
    rows = [(names.index(s), t - 1, y, mark) for s, t, y, mark in zip(*columns, strict=True) if s in names]
    i, t, y, mark = (np.array(column) for column in zip(*rows, strict=True))
    counts = from_rows(i, t, y, shape=(len(names), weeks))
    truth = from_rows(i, t, mark, shape=(len(names), weeks)) > 0
    at = np.arange(11, weeks)
    for name, found in (
        ("Bayes, six weeks", bayes(counts, periods=at, alpha=0.01)),
        ("EARS C1", ears(counts, periods=at, chart="C1")),
        ("EARS C2", ears(counts, periods=at, chart="C2")),
        ("EARS C3", ears(counts, periods=at, chart="C3")),
    ):
        measured = performance(found.alarm, truth[:, at], found.reason < 10)
        yield f"{name}, labelled series: outbreaks", measured.outbreaks, "", ""
        yield f"{name}, labelled series: found", measured.sensitivity, "", ""
        yield f"{name}, labelled series: false alarms", measured.false_alarm_rate, "a week", ""


if __name__ == "__main__":
    for what, value, unit, target in rows():
        print(f"{what:75s} {value:10.4g} {unit} {target}".rstrip())
