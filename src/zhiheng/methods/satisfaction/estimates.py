"""What follows from converged weights: loadings, paths, effects, R²; and the estimate of one sample.

A model that does not converge, or whose answers cannot carry it, is an error; never a silent result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.satisfaction.answers import Answers, Moments, moments
from zhiheng.methods.satisfaction.iteration import SCHEMES, Control, Converged, iterated, solved
from zhiheng.methods.satisfaction.model import Bools, Floats, PathModel


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Estimates of B samples; J constructs, p indicators. Matrices are [target, source].

    Attributes
    ----------
    weights : ndarray, shape (B, p)
        Of standardised indicators, for scores with variance 1.
    loadings : ndarray, shape (B, p)
        Correlation of each indicator with its construct.
    paths, total : ndarray, shape (B, J, J)
        Standardised path coefficients and total effects.
    r_squared : ndarray, shape (B, J)
        NaN for constructs on which no other acts.
    correlations : ndarray, shape (B, J, J)
        Of the scores.
    """

    weights: Floats
    loadings: Floats
    paths: Floats
    total: Floats
    r_squared: Floats
    correlations: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PlsFit:
    """One estimated model.

    Attributes
    ----------
    model : PathModel
    control : Control
    moments : Moments
        Of the indicators, in the model's order.
    weights, loadings : ndarray, shape (p,)
    cross_loadings : ndarray, shape (p, J)
        Correlation of each indicator with each construct.
    paths, indirect, total : ndarray, shape (J, J)
        Effects [target, source]; total = direct path + indirect.
    r_squared : ndarray, shape (J,)
        NaN for constructs on which no other acts.
    correlations : ndarray, shape (J, J)
    iterations : int
    respondents : int
        Respondents with a weight above 0.
    """

    model: PathModel
    control: Control
    moments: Moments
    weights: Floats
    loadings: Floats
    cross_loadings: Floats
    paths: Floats
    indirect: Floats
    total: Floats
    r_squared: Floats
    correlations: Floats
    iterations: int
    respondents: int


def fit(model: PathModel, given: Answers, control: Control | None = None) -> PlsFit:
    """Estimate a path model by partial least squares.

    Parameters
    ----------
    model : PathModel
    given : Answers
        May hold more columns than the model needs; missing answers are dealt with in `answers`.
    control : Control, optional
        Scheme, tolerance, most iterations.

    Raises
    ------
    InvalidInput
        `pls.control`, `pls.few`, `pls.singular_block`, `pls.singular_sources`, `pls.not_converged`, and what
        `answers.moments` and `Answers.of` raise.

    Notes
    -----
    The sign of a construct is that of the majority of its loadings. Weights of respondents enter as
    frequencies: a weight of 2 is the same as the row given twice.
    """
    control = control or Control()
    _check_control(control)
    ordered = given.of(model)
    respondents = int(np.count_nonzero(ordered.weights))
    _enough(model, respondents)
    found = moments(ordered)
    correlation = found.correlation[None]
    _block_ranks(model, correlation[0])
    run = iterated(correlation, model, control)
    _check_run(run, model, control)
    signs = _majority(run, model)
    estimates = structured(run, signs, model)
    _source_ranks(model, estimates.correlations[0])
    paths, total = estimates.paths[0], estimates.total[0]
    arrays = (
        estimates.weights[0],
        estimates.loadings[0],
        run.crossed[0] * signs[0],
        paths,
        total - paths,
        total,
        estimates.r_squared[0],
        estimates.correlations[0],
    )
    for one in arrays:
        one.flags.writeable = False
    return PlsFit(model, control, found, *arrays, int(run.iterations[0]), respondents)


def structured(run: Converged, signs: Floats, model: PathModel) -> Estimates:
    """Loadings, paths, effects and R² of converged proxies whose constructs are given these signs."""
    batch, size = run.weights.shape[0], len(model.constructs)
    weights = run.weights * signs[:, model.owner]
    crossed = run.crossed * signs[:, None, :]
    loadings = np.take_along_axis(crossed, np.broadcast_to(model.owner, weights.shape)[:, :, None], axis=2)
    with np.errstate(invalid="ignore"):
        correlations = np.add.reduceat(weights[:, :, None] * crossed, model.starts, axis=1)
    paths = np.zeros((batch, size, size))
    r_squared = np.full((batch, size), np.nan)
    for to in model.endogenous:
        sources = model.sources(to)
        right = correlations[:, sources, to]
        found = solved(correlations[:, sources[:, None], sources], right)
        paths[:, to, sources] = found
        r_squared[:, to] = (found * right).sum(axis=1)
    return Estimates(weights, loadings[:, :, 0], paths, total_effects(paths), r_squared, correlations)


def total_effects(paths: Floats) -> Floats:
    """Sum of the powers of the path matrices, shape (B, J, J): without loops they end by J - 1."""
    total, power = paths.copy(), paths
    for _ in range(paths.shape[-1] - 2):
        power = power @ paths
        total += power
    return total


def scores(found: PlsFit, given: Answers) -> Floats:
    """Standardised score of each respondent on each construct, shape (n, J); weighted variance 1."""
    ordered = given.of(found.model)
    spread = found.weights / found.moments.deviation
    member = found.model.owner[:, None] == np.arange(len(found.model.constructs))
    result: Floats = (ordered.values - found.moments.mean) @ (spread[:, None] * member)
    return result


def _majority(run: Converged, model: PathModel) -> Floats:
    loadings = run.crossed[0, np.arange(len(model.indicators)), model.owner]
    votes = np.add.reduceat(np.sign(loadings), model.starts)
    sums = np.add.reduceat(loadings, model.starts)  # decides where the votes are even
    return np.where(np.where(votes == 0, sums, votes) < 0, -1.0, 1.0)[None]


def _check_control(control: Control) -> None:
    if control.scheme not in SCHEMES or not 0 < control.tolerance < 1 or control.most < 1:
        raise InvalidInput(
            "pls.control",
            N_("The scheme %(scheme)s with tolerance %(tolerance)s and %(most)d iterations cannot run."),
            N_("Use centroid, factorial or path, a tolerance between 0 and 1, at least one iteration."),
            scheme=control.scheme,
            tolerance=str(control.tolerance),
            most=control.most,
        )


def _enough(model: PathModel, respondents: int) -> None:
    needed = 3
    for to in model.endogenous:
        needed = max(needed, model.sources(to).size + 2)
    for part, mode in zip(model.blocks, model.modes, strict=True):
        if mode == "B":
            needed = max(needed, part.stop - part.start + 2)
    if respondents < needed:
        raise InvalidInput(
            "pls.few",
            N_("%(respondents)d respondents are too few for this model; its regressions need %(needed)d."),
            N_("Collect more answers, or use a smaller model."),
            respondents=respondents,
            needed=needed,
        )


def _block_ranks(model: PathModel, correlation: Floats) -> None:
    for name, part, mode in zip(model.constructs, model.blocks, model.modes, strict=True):
        if mode == "A":
            continue
        values = np.linalg.eigvalsh(correlation[part, part])
        if values[0] <= 1e-10 * values[-1]:
            raise InvalidInput(
                "pls.singular_block",
                N_("The indicators of %(construct)s determine each other: %(indicators)s."),
                N_("Mode B cannot tell combined indicators apart; drop one or use mode A."),
                construct=name,
                indicators=", ".join(model.indicators[part]),
            )


def _check_run(run: Converged, model: PathModel, control: Control) -> None:
    if run.converged[0]:
        return
    worst = run.weights[0]
    broken = ~np.isfinite(worst)
    raise InvalidInput(
        "pls.not_converged",
        N_(
            "The estimation did not converge: after %(iterations)d iterations weights still change by "
            "%(change)s, and %(tolerance)s is allowed (construct %(construct)s)."
        ),
        N_("Look for constructs that hardly correlate with their neighbours, or try another scheme."),
        iterations=int(run.iterations[0]),
        change=f"{run.change[0]:.3g}",
        tolerance=f"{control.tolerance:.3g}",
        construct=model.constructs[int(model.owner[int(np.argmax(broken))])] if broken.any() else "—",
    )


def _source_ranks(model: PathModel, correlations: Floats) -> None:
    for to in model.endogenous:
        sources = model.sources(to)
        values = np.linalg.eigvalsh(correlations[np.ix_(sources, sources)])
        if values[0] <= 1e-12 * values[-1]:
            raise InvalidInput(
                "pls.singular_sources",
                N_("What acts on %(construct)s cannot be told apart: %(sources)s."),
                N_("One of these constructs follows from the others; merge them or drop a path."),
                construct=model.constructs[to],
                sources=", ".join(model.constructs[one] for one in sources),
            )


def usable(run: Converged, estimates: Estimates) -> Bools:
    """Which samples of a batch converged to finite estimates."""
    return run.converged & np.isfinite(estimates.total).all(axis=(1, 2))
