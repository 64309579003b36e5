"""Which product goes with which hazard: scores of every reported pair of 5 000 products and 500 hazards."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.bench_methods import median
from zhiheng.methods.association.bcpnn import bcpnn
from zhiheng.methods.association.disproportionality import ratios
from zhiheng.methods.association.pairs import pairs
from zhiheng.methods.association.prior import fit
from zhiheng.methods.association.shrinker import shrink

Row = tuple[str, float, str, str]
PRODUCTS, HAZARDS, REPORTS = 5000, 500, 780_000


def rows() -> Iterator[Row]:
    """(what, value, unit, target); the target is the issue's for about 417 515 pairs."""
    i, j, n = reported()
    found = pairs(i, j, n)
    prior = fit(found.count, found.expected)
    named = f"{found.count.size:,} pairs"
    yield f"counting and expectations, {named}", median(lambda: pairs(i, j, n)), "s", ""
    yield f"fit of the prior, {named}", median(lambda: fit(found.count, found.expected)), "s", ""
    yield f"EBGM, EB05, EB95, {named}", median(lambda: shrink(found, prior=prior)), "s", ""
    yield f"all of these, {named}", median(lambda: shrink(pairs(i, j, n))), "s", "≤ 1.5"
    yield f"PRR, ROR, χ², Fisher, IC, {named}", median(lambda: ratios(found)), "s", ""
    yield f"BCPNN, {named}", median(lambda: bcpnn(found)), "s", ""


def reported() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts of pairs: most at chance or below, some far above."""
    rng = np.random.default_rng(20260301)
    chance = np.outer(rng.gamma(0.6, 1, PRODUCTS), rng.gamma(0.8, 1, HAZARDS))
    chance *= REPORTS / chance.sum()
    ratio = np.where(
        rng.random(chance.shape) < 0.15, rng.gamma(1.0, 2.0, chance.shape), rng.gamma(4.0, 0.22, chance.shape)
    )
    counts = rng.poisson(chance * ratio)
    i, j = np.nonzero(counts)
    return i, j, counts[i, j]


if __name__ == "__main__":
    for what, value, unit, target in rows():
        print(f"{what:50s} {value:10.4g} {unit} {target}".rstrip())
