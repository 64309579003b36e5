"""Speed of estimates from complex samples and of Fay-Herriot, beside R where it is installed.

Run: python -m benchmarks survey

R is measured on the same numbers, design included, and its estimates must equal ours. Without
`Rscript`, or without the packages survey and sae, the rows say that R is absent.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zhiheng.methods.survey.calibration import post_stratify, rake
from zhiheng.methods.survey.combining import combine
from zhiheng.methods.survey.designs import SurveyDesign, survey_design
from zhiheng.methods.survey.drawn_samples import random_sample, risk_targeted_sample
from zhiheng.methods.survey.estimation import Estimates, mean
from zhiheng.methods.survey.fay_herriot import FayHerriotMethod, fay_herriot
from zhiheng.methods.survey.quantiles import quantiles

Row = tuple[str, float, str, str]
Floats = NDArray[np.float64]
ROWS, STRATA, AREAS = 100_000, 310, 310
REPEATS = 15

R_SURVEY = """
suppressPackageStartupMessages(library(survey))
n <- {rows}; x <- readBin("{file}", "double", 3 * n)
d <- data.frame(y = x[1:n], h = x[n + 1:n], N = x[2 * n + 1:n])
once <- function() {{
  s <- svymean(~y, svydesign(id = ~1, strata = ~h, fpc = ~N, data = d)); list(s, confint(s))
}}
t <- sapply(1:3, function(i) system.time(once())["elapsed"]); s <- once()[[1]]
cat(median(t), format(as.numeric(c(coef(s), SE(s))), digits = 15))
"""
R_SAE = """
suppressPackageStartupMessages(library(sae))
m <- {rows}; x <- readBin("{file}", "double", 5 * m)
d <- data.frame(y = x[1:m], x1 = x[m + 1:m], x2 = x[2 * m + 1:m], x3 = x[3 * m + 1:m], v = x[4 * m + 1:m])
once <- function() mseFH(y ~ x1 + x2 + x3, v, data = d)
t <- sapply(1:5, function(i) system.time(once())["elapsed"]); r <- once()
cat(median(t), format(c(r$est$fit$refvar, sum(r$mse)), digits = 15))
"""


def rows() -> Iterator[Row]:
    """(name, measured value, unit, target or empty); times are medians, in milliseconds."""
    yield from estimates()
    yield from small_areas()
    yield from two_draws()


def estimates() -> Iterator[Row]:
    """A stratified sample of 100 000 rows in shuffled order."""
    y, stratum, size, names = sampled()
    what = f"mean with interval, {ROWS} rows, {STRATA} strata"

    def whole(labels: NDArray[np.generic]) -> Estimates:
        return mean(y, survey_design(strata=labels, population=size))

    ours = median(lambda: whole(stratum))
    yield f"{what}, design included", ours, "ms", "≤ 20"
    yield "the same, strata named by text", median(lambda: whole(names)), "ms", ""
    found = whole(stratum)
    expected = (float(found.value), float(found.standard_error))
    yield from beside("survey", R_SURVEY, [y, stratum.astype(np.float64), size], ours, expected, 1e-9)
    design = survey_design(strata=stratum, population=size)
    yield "mean alone", median(lambda: mean(y, design)), "ms", ""
    yield f"means of {STRATA} groups", median(lambda: mean(y, design, by=stratum)), "ms", ""
    yield "median with Woodruff interval", median(lambda: quantiles(y, design, 0.5)), "ms", ""
    yield from calibrated(y, design)


def calibrated(y: Floats, design: SurveyDesign) -> Iterator[Row]:
    """Weights scaled to 12 classes, and raked to 12 by 5."""
    rng = np.random.default_rng(3)
    classes, bands = rng.integers(0, 12, ROWS), rng.integers(0, 5, ROWS)
    total = design.weights.sum()
    one = dict.fromkeys(range(12), total / 12)
    two = dict.fromkeys(range(5), total / 5)
    yield "mean post-stratified by 12", median(lambda: mean(y, post_stratify(design, classes, one))), "ms", ""
    yield (
        "mean raked to 12 and 5",
        median(lambda: mean(y, rake(design, [classes, bands], [one, two]))),
        "ms",
        "",
    )


def small_areas() -> Iterator[Row]:
    """310 areas, three covariates and an intercept."""
    rng = np.random.default_rng(1)
    covariates = np.column_stack([np.ones(AREAS), rng.normal(size=(AREAS, 3))])
    variances = rng.uniform(0.05, 0.4, AREAS)
    y = (
        covariates @ [2.0, 0.8, -0.4, 0.1]
        + rng.normal(0, 0.5, AREAS)
        + np.sqrt(variances) * rng.normal(size=AREAS)
    )
    methods: tuple[FayHerriotMethod, ...] = ("reml", "ml", "fh")
    for method in methods:
        milliseconds = median(partial(fay_herriot, y, covariates, variances, method=method))
        yield f"Fay-Herriot {method} with MSE, {AREAS} areas", milliseconds, "ms", "≤ 5"
    found = fay_herriot(y, covariates, variances)
    expected = (found.model_variance, float(found.mse.sum()))
    ours = median(lambda: fay_herriot(y, covariates, variances))
    yield from beside("sae", R_SAE, [y, *covariates.T[1:], variances], ours, expected, 1e-4)


def two_draws() -> Iterator[Row]:
    """A random and a risk-targeted draw of about 10 000 each from 200 000."""
    rng = np.random.default_rng(2)
    n = 200_000
    even, aimed = np.full(n, 0.05), np.clip(rng.gamma(0.5, 0.1, n), 0.001, 1)
    value = (rng.random(n) < 0.04).astype(np.float64)
    here, there = np.flatnonzero(rng.random(n) < even), np.flatnonzero(rng.random(n) < aimed)
    random = random_sample(here, value[here], inclusion=even[here], elsewhere=aimed[here], draw="poisson")
    targeted = risk_targeted_sample(
        there, value[there], inclusion=aimed[there], elsewhere=even[there], draw="poisson"
    )
    yield f"{here.size} + {there.size} results combined", median(lambda: combine(random, targeted)), "ms", ""


def beside(
    package: str,
    script: str,
    columns: list[Floats],
    ours: float,
    expected: tuple[float, ...],
    tolerance: float,
) -> Iterator[Row]:
    """The same in R: its time and how many times longer, or that it is absent."""
    told = run_r(package, script, columns)
    if told is None:
        yield f"  R {package}: absent (no Rscript with this package)", float("nan"), "", ""
        return
    seconds, *numbers = told
    np.testing.assert_allclose(numbers, expected, rtol=tolerance)
    yield f"  R {package}, the same", 1000 * seconds, "ms", ""
    yield f"  R {package}, times as long", 1000 * seconds / ours, "", ""


def run_r(package: str, script: str, columns: list[Floats]) -> list[float] | None:
    """What an R script prints about the columns; None where R or the package is not installed."""
    program = shutil.which("Rscript")
    if program is None:
        return None
    known = subprocess.run(
        [program, "-e", f'cat(requireNamespace("{package}", quietly = TRUE))'],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "TRUE" not in known.stdout:
        return None
    with tempfile.TemporaryDirectory() as folder:
        data, code = Path(folder, "columns.bin"), Path(folder, "measure.R")
        np.concatenate(columns).astype("<f8").tofile(data)
        code.write_text(script.format(rows=columns[0].size, file=data.as_posix()), encoding="utf-8")
        done = subprocess.run([program, str(code)], capture_output=True, text=True, check=True)
    return [float(number) for number in done.stdout.split()]


def sampled() -> tuple[Floats, NDArray[np.int64], Floats, NDArray[np.str_]]:
    """Values, stratum, size of the stratum, and the strata named like divisions."""
    rng = np.random.default_rng(20260301)
    stratum = rng.integers(0, STRATA, ROWS)
    size = rng.integers(5_000, 50_000, STRATA).astype(np.float64)[stratum]
    names = np.array([f"{110_000 + k}" for k in range(STRATA)])[stratum]
    return rng.lognormal(1, 0.5, ROWS), stratum, size, names


def median(work: Callable[[], object]) -> float:
    """Milliseconds, the median of several runs after one that warms up."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * sorted(times)[REPEATS // 2]


if __name__ == "__main__":
    for name, value, unit, target in rows():
        print(f"{name:62s} {value:10.4g} {unit:3s} {target}".rstrip())
