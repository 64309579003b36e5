"""Speed of path models: 10 000 respondents, 27 indicators, 6 constructs, 11 paths.

R plspm is measured beside it where it is installed.

Run: python -m benchmarks satisfaction
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from zhiheng.methods.satisfaction.answers import Answers, answers
from zhiheng.methods.satisfaction.blindfolding import predictive_relevance
from zhiheng.methods.satisfaction.bootstrap import bootstrap, intervals
from zhiheng.methods.satisfaction.customer_index import CONSTRUCTS, PATHS
from zhiheng.methods.satisfaction.estimates import fit
from zhiheng.methods.satisfaction.groups import compare_groups
from zhiheng.methods.satisfaction.model import PathModel, path_model
from zhiheng.methods.satisfaction.quality import reliability, validity

Row = tuple[str, float, str, str]
RESPONDENTS = 10_000
SIZES = (5, 3, 7, 4, 4, 4)
REPEATS = 7

R_SCRIPT = """
suppressPackageStartupMessages(library(plspm))
d <- read.csv("{folder}/answers.csv")
k <- c({sizes}); ends <- cumsum(k)
blocks <- lapply(seq_along(k), function(j) (ends[j] - k[j] + 1):ends[j])
inner <- as.matrix(read.csv("{folder}/paths.csv")); rownames(inner) <- colnames(inner)
modes <- rep("A", length(k))
run <- function() plspm(d, inner, blocks, modes = modes, scheme = "path", tol = 1e-10, maxiter = 500)
run(); times <- sapply(1:5, function(i) system.time(run())[["elapsed"]])
cat(median(times))
"""


def rows() -> Iterator[Row]:
    """(name, measured value, unit, target or empty)."""
    model, told = survey()
    values, names = np.array(told.values), told.names
    yield "answers checked", median(lambda: answers(values, names, scale=(1, 10))) * 1e3, "ms", ""
    found = fit(model, told)
    yield "path model of 10000 × 27 × 6", median(lambda: fit(model, told)) * 1e3, "ms", "≤ 10"
    yield "reliability and validity", median(lambda: (reliability(found), validity(found))) * 1e3, "ms", ""
    yield "Q² of five constructs, distance 7", once(lambda: predictive_relevance(found, told)), "s", ""
    yield "5000 bootstraps", once(lambda: bootstrap(found, told, seed=1, jackknife=False)), "s", "≤ 15"
    start = time.perf_counter()
    drawn = bootstrap(found, told, seed=1)
    yield "5000 bootstraps and 10000 jackknifes", time.perf_counter() - start, "s", "≤ 15"
    yield "BCa intervals of all paths", median(lambda: intervals(drawn, "paths", kind="bca")) * 1e3, "ms", ""
    labels = np.arange(RESPONDENTS) % 2
    seconds = once(lambda: compare_groups(found, told, labels, permutations=1000, seed=1))
    yield "two groups, 1000 permutations", seconds, "s", ""
    yield from peer(model, told)


def survey() -> tuple[PathModel, Answers]:
    """Answers on 1 to 10 whose constructs follow the eleven paths."""
    rng = np.random.default_rng(20260401)
    blocks = {name: [f"{name}{i + 1}" for i in range(k)] for name, k in zip(CONSTRUCTS, SIZES, strict=True)}
    model = path_model(blocks, PATHS)
    latent = np.zeros((RESPONDENTS, len(SIZES)))
    for to in range(len(SIZES)):
        sources = model.sources(to)
        pull = latent[:, sources].mean(axis=1) if sources.size else 0.0
        latent[:, to] = pull + 0.7 * rng.normal(size=RESPONDENTS)
    noisy = latent[:, model.owner] + 0.6 * rng.normal(size=(RESPONDENTS, len(model.indicators)))
    return model, answers(np.clip(np.round(6.5 + 1.5 * noisy), 1, 10), model.indicators, scale=(1, 10))


def peer(model: PathModel, told: Answers) -> Iterator[Row]:
    """R plspm on the same file; nothing where it is not installed, which the name of the row says."""
    program = shutil.which("Rscript")
    if program is None:
        yield "R plspm: absent, there is no R here", float("nan"), "ms", ""
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        np.savetxt(place / "answers.csv", told.values, "%g", ",", header=",".join(told.names), comments="")
        inner = model.paths.astype(int)
        np.savetxt(place / "paths.csv", inner, "%d", ",", header=",".join(model.constructs), comments="")
        script = R_SCRIPT.format(folder=folder, sizes=",".join(map(str, SIZES)))
        done = subprocess.run([program, "-e", script], capture_output=True, text=True, check=False)
    if done.returncode:
        yield "R plspm: absent, the package is not installed", float("nan"), "ms", ""
        return
    yield "R plspm, the same model", float(done.stdout) * 1e3, "ms", ""


def once(work: Callable[[], object]) -> float:
    """Seconds of one run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(work: Callable[[], object]) -> float:
    """Seconds, the median of several runs after one that warms up."""
    work()
    return sorted(once(work) for _ in range(REPEATS))[REPEATS // 2]


if __name__ == "__main__":
    for name, value, unit, target in rows():
        print(f"{name:50s} {value:12.4g} {unit:4s} {target}".rstrip())
