"""Correlation matrices of thousands of resamples by one matrix product, and the estimates from them.

A resample is a row of counts; counts times the products of the answers give all sums of squares at once, so
that no resampled table is ever written. Memory: 8 n (p + 1)(p + 2)/2 bytes for the products.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from zhiheng.methods.satisfaction.answers import Answers
from zhiheng.methods.satisfaction.estimates import Estimates, PlsFit, structured, usable
from zhiheng.methods.satisfaction.iteration import iterated
from zhiheng.methods.satisfaction.model import Bools, Floats
from zhiheng.methods.satisfaction.performance import index_of, shares

# Resamples handled together: their matrices should stay in the processor's cache.
BLOCK = 128


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Estimates of resamples with their indices, shape (B, J), and which of them could be estimated."""

    estimates: Estimates
    indices: Floats
    sound: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """Of each respondent: weight, weighted standardised answers and their products, shape (n, q)."""

    table: Floats
    columns: tuple[NDArray[np.intp], NDArray[np.intp]]


def products(found: PlsFit, ordered: Answers) -> Products:
    """Products of the answers, standardised first: sums of squares then lose no digits."""
    standard = (ordered.values - found.moments.mean) / found.moments.deviation
    columns = np.triu_indices(standard.shape[1])
    size = standard.shape[1]
    table = np.empty((standard.shape[0], 1 + size + columns[0].size))
    table[:, 0] = 1.0
    table[:, 1 : size + 1] = standard
    np.multiply(standard[:, columns[0]], standard[:, columns[1]], out=table[:, size + 1 :])
    table *= ordered.weights[:, None]
    return Products(table, columns)


def sampled(sums: Floats, found: PlsFit, ordered: Answers, made: Products) -> Sample:
    """Estimates of samples known by their sums, shape (B, q); signs follow those of the fit."""
    model = found.model
    size = len(model.indicators)
    mean, deviation, correlation, varied = _moments(sums, size, made)
    run = iterated(correlation, model, found.control, start=found.weights)
    # A resample's construct keeps the direction of the fit: its score correlates with the fit's score.
    own = np.broadcast_to(model.owner, run.crossed.shape[:2])[:, :, None]
    crossed = np.take_along_axis(run.crossed, own, axis=2)[..., 0]
    along = np.add.reduceat(found.weights * crossed, model.starts, axis=1)
    estimates = structured(run, np.where(along < 0, -1.0, 1.0), model)
    share = shares(estimates.weights, found.moments.deviation * deviation, model)
    reached = found.moments.mean + found.moments.deviation * mean
    return Sample(estimates, index_of(share, reached, ordered, model), usable(run, estimates) & varied)


def joined(parts: Iterable[Sample]) -> Sample:
    """Samples of several blocks as one."""
    every = list(parts)
    pieces = {
        one.name: np.concatenate([getattr(part.estimates, one.name) for part in every])
        for one in fields(Estimates)
    }
    return Sample(
        Estimates(**pieces),
        np.concatenate([part.indices for part in every]),
        np.concatenate([part.sound for part in every]),
    )


def blocks(total: int) -> Iterator[int]:
    """Sizes of the blocks in which so many resamples are handled."""
    for start in range(0, total, BLOCK):
        yield min(BLOCK, total - start)


def drawn_counts(
    rng: np.random.Generator, resamples: int, strata: tuple[NDArray[np.intp], ...], n: int
) -> Floats:
    """How often each respondent is drawn, with replacement inside each stratum; shape (resamples, n)."""
    found = np.zeros((resamples, n))
    for members in strata:
        drawn = rng.integers(0, members.size, size=(resamples, members.size), dtype=np.int64)
        for one in range(resamples):
            found[one, members] = np.bincount(drawn[one], minlength=members.size)
    return found


def _moments(sums: Floats, size: int, made: Products) -> tuple[Floats, Floats, Floats, Bools]:
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums[:, 1 : size + 1] / sums[:, :1]
        flat = sums[:, size + 1 :] / sums[:, :1]
    covariance = np.empty((sums.shape[0], size, size))
    first, second = made.columns
    flat = flat - mean[:, first] * mean[:, second]
    covariance[:, first, second] = flat
    covariance[:, second, first] = flat
    variance = np.einsum("bii->bi", covariance).copy()
    varied = (variance > 1e-12).all(axis=1)
    # An indicator without variation has no correlation; the identity keeps the batch going, `varied` says so.
    covariance[~varied] = np.eye(size)
    variance[~varied] = 1.0
    deviation = np.sqrt(variance)
    return mean, deviation, covariance / (deviation[:, :, None] * deviation[:, None, :]), varied
