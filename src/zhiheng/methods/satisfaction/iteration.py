"""The PLS iteration on correlation matrices, for one sample or for thousands of resamples at once.

Scores are never formed: a proxy is a weight vector w, and all that the iteration needs follows from
R w. A batch of B matrices is one array of shape (B, p, p). Whoever calls has to look at `converged`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zhiheng.methods.satisfaction.model import Bools, Floats, PathModel

Scheme = Literal["centroid", "factorial", "path"]
SCHEMES: tuple[Scheme, ...] = ("centroid", "factorial", "path")


@dataclass(frozen=True, slots=True)
class Control:
    """How the iteration runs and when it ends.

    Attributes
    ----------
    scheme : {"path", "centroid", "factorial"}
        How the inner proxy is put together.
    tolerance : float
        Largest change of a weight (of a score with variance 1) at which it ends.
    most : int
        Iterations after which it is given up.
    """

    scheme: Scheme = "path"
    tolerance: float = 1e-10
    most: int = 500


@dataclass(frozen=True, slots=True, eq=False)
class Converged:
    """Weights of scores with variance 1, shape (B, p); R w, shape (B, p, J); how each run ended."""

    weights: Floats
    crossed: Floats
    iterations: NDArray[np.int64]
    change: Floats
    converged: Bools


def solved(matrix: Floats, right: Floats) -> Floats:
    """Solve a batch of systems; NaN for those that are singular."""
    try:
        return np.linalg.solve(matrix, right[..., None])[..., 0].astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        out = np.full(right.shape, np.nan)
        for one in range(matrix.shape[0]):
            try:
                out[one] = np.linalg.solve(matrix[one], right[one])
            except np.linalg.LinAlgError:
                continue
        return out


def proxies(weights: Floats, correlation: Floats, model: PathModel) -> tuple[Floats, Floats, Floats]:
    """Weights of scores with variance 1, R w for them, and the correlations of the scores."""
    size = len(model.blocks)
    member = model.owner[:, None] == np.arange(size)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        crossed = correlation @ (weights[:, :, None] * member)
        products = np.add.reduceat(weights[:, :, None] * crossed, model.starts, axis=1)
        scale = 1.0 / np.sqrt(np.einsum("bjj->bj", products))
        return (
            weights * scale[:, model.owner],
            crossed * scale[:, None, :],
            products * scale[:, :, None] * scale[:, None, :],
        )


def iterated(
    correlation: Floats, model: PathModel, control: Control, start: Floats | None = None
) -> Converged:
    r"""Iterate outer and inner approximation until no weight changes.

    Inner proxy of construct j: :math:`z_j=\sum_k e_{jk}y_k` over its neighbours k, with :math:`e_{jk}` the
    sign of the correlation (centroid), the correlation (factorial), or for the path scheme the regression
    coefficient of j on its sources and the correlation with its targets. Outer weights: mode A
    :math:`w_j=X_j'z_j/n`; mode B :math:`(X_j'X_j)^{-1}X_j'z_j`.

    Parameters
    ----------
    correlation : ndarray, shape (B, p, p)
    model : PathModel
    control : Control
    start : ndarray, shape (p,), optional
        First weights; all equal without it.

    References
    ----------
    J.-B. Lohmöller (1989), Latent Variable Path Modeling with Partial Least Squares, ch. 2.
    M. Tenenhaus et al. (2005), Computational Statistics & Data Analysis 48, 159-205.
    """
    batch, size = correlation.shape[0], len(model.indicators)
    first = np.ones(size) if start is None else start
    weights, crossed, _ = proxies(np.tile(first, (batch, 1)), correlation, model)
    iterations = np.zeros(batch, dtype=np.int64)
    change = np.full(batch, np.inf)
    active = np.arange(batch)
    regressed = _inverses(correlation, model)
    work = correlation
    current, product = weights, crossed
    _, _, inner = proxies(current, work, model)
    for _ in range(control.most):
        covered = _outer(product, _inner(inner, model, control.scheme), model)
        for block, inverse in regressed.items():
            part = model.blocks[block]
            covered[:, part] = (inverse @ covered[:, part, None])[..., 0]
        updated, product, inner = proxies(covered, work, model)
        moved = np.abs(np.abs(updated) - np.abs(current)).max(axis=1)
        current = updated
        iterations[active] += 1
        weights[active], crossed[active], change[active] = current, product, moved
        open_ = moved > control.tolerance  # NaN counts as ended, and as not converged below
        if not open_.all():
            active = active[open_]
            if not active.size:
                break
            work, current, product, inner = work[open_], current[open_], product[open_], inner[open_]
            regressed = {block: inverse[open_] for block, inverse in regressed.items()}
    return Converged(weights, crossed, iterations, change, change <= control.tolerance)


def _inner(inner: Floats, model: PathModel, scheme: Scheme) -> Floats:
    """Inner weights, shape (B, J, J): column j says how the proxy of construct j is put together."""
    neighbours = model.paths | model.paths.T
    if scheme == "centroid":
        return np.sign(inner) * neighbours
    if scheme == "factorial":
        return inner * neighbours
    found = inner * model.paths  # [target, source]: correlation with the targets
    for to in model.endogenous:
        sources = model.sources(to)
        found[:, sources, to] = solved(inner[:, sources[:, None], sources], inner[:, sources, to])
    return found


def _outer(crossed: Floats, inner: Floats, model: PathModel) -> Floats:
    """Covariances of the indicators with the inner proxy of their construct, shape (B, p)."""
    spread = np.swapaxes(inner, 1, 2)[:, model.owner, :]
    with np.errstate(invalid="ignore"):
        found: Floats = (crossed * spread).sum(axis=2)
    return found


def _inverses(correlation: Floats, model: PathModel) -> dict[int, Floats]:
    """For the blocks of mode B, the inverse correlations of their indicators; NaN where singular."""
    found = {}
    for block, (part, mode) in enumerate(zip(model.blocks, model.modes, strict=True)):
        if mode == "B" and part.stop - part.start > 1:
            inside = correlation[:, part, part]
            values = np.linalg.eigvalsh(inside)
            sound = values[:, 0] > 1e-10 * values[:, -1]
            inverse = np.full(inside.shape, np.nan)
            inverse[sound] = np.linalg.inv(inside[sound])
            found[block] = inverse
    return found
