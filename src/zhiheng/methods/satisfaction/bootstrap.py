"""Bootstrap of a path model: standard errors, percentile and BCa intervals.

Respondents are drawn with replacement, inside strata where these are given, and keep their weights.
Resamples that cannot be estimated are counted, left out, and an error beyond one in twenty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.satisfaction.answers import Answers
from zhiheng.methods.satisfaction.estimates import PlsFit
from zhiheng.methods.satisfaction.model import Bools, Floats
from zhiheng.methods.satisfaction.resamples import (
    BLOCK,
    Products,
    Sample,
    blocks,
    drawn_counts,
    joined,
    products,
    sampled,
)

Quantity = Literal["weights", "loadings", "paths", "total", "r_squared", "correlations", "indices"]
Kind = Literal["percentile", "bca"]
QUANTITIES: tuple[Quantity, ...] = (
    "weights",
    "loadings",
    "paths",
    "total",
    "r_squared",
    "correlations",
    "indices",
)
_MOST_LOST = 0.05
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrap:
    """Estimates of the resamples that could be estimated.

    Attributes
    ----------
    whole : Sample
        The estimate from all respondents, B = 1.
    drawn : Sample
        The estimates of the resamples.
    left_one_out : Sample or None
        The estimates without each respondent in turn; needed by BCa.
    asked, lost : int
        Resamples asked for; those that did not converge or had a constant indicator.
    seed : int
    """

    whole: Sample
    drawn: Sample
    left_one_out: Sample | None
    asked: int
    lost: int
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapIntervals:
    """Intervals for one quantity, in its shape; NaN where it is NaN (R² of a construct without sources)."""

    estimate: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    kind: Kind
    level: float


def bootstrap(
    found: PlsFit,
    given: Answers,
    *,
    resamples: int = 5000,
    seed: int,
    strata: ArrayLike | None = None,
    jackknife: bool = True,
) -> Bootstrap:
    """Draw resamples of the respondents and estimate the model on each.

    Parameters
    ----------
    found : PlsFit
    given : Answers
        Those of the fit. Means that stand in for missing answers are not computed anew in a resample.
    resamples : int, default 5000
        100 to 1 000 000.
    seed : int
    strata : array_like, shape (rows handed in,), optional
        Label of each respondent's stratum, as for `answers` before any were left out.
    jackknife : bool, default True
        Also estimate without each respondent in turn, which BCa intervals need.

    Raises
    ------
    InvalidInput
        `bootstrap.resamples`, `bootstrap.strata`, `bootstrap.lonely_stratum`, `bootstrap.lost`.

    Notes
    -----
    A construct's sign in a resample is that which makes its score correlate with the score by the fit's
    weights. Nothing is exact here: with few respondents and strong skew even BCa covers too little.

    References
    ----------
    B. Efron, R. J. Tibshirani (1993), An Introduction to the Bootstrap, ch. 14.
    """
    if not 100 <= resamples <= _LARGEST:
        raise InvalidInput(
            "bootstrap.resamples",
            N_("%(resamples)d resamples are asked for."),
            N_("Use 100 to %(largest)d; 5000 is usual."),
            resamples=resamples,
            largest=_LARGEST,
        )
    ordered = given.of(found.model)
    members = _members(strata, ordered)
    made = products(found, ordered)
    rng = np.random.default_rng(seed)
    n = ordered.values.shape[0]
    drawn = joined(
        sampled(drawn_counts(rng, size, members, n) @ made.table, found, ordered, made)
        for size in blocks(resamples)
    )
    lost = int(np.count_nonzero(~drawn.sound))
    if lost > _MOST_LOST * resamples:
        raise InvalidInput(
            "bootstrap.lost",
            N_("%(lost)d of %(resamples)d resamples did not converge or had a constant indicator."),
            N_("Intervals from the others would be too narrow: use a smaller model or more answers."),
            lost=lost,
            resamples=resamples,
        )
    total = made.table.sum(axis=0)
    whole = sampled(total[None], found, ordered, made)
    apart = _left_out(total, found, ordered, made) if jackknife else None
    return Bootstrap(whole, _kept(drawn), apart, resamples, lost, seed)


def intervals(
    result: Bootstrap, quantity: Quantity, *, kind: Kind = "percentile", level: float = 0.95
) -> BootstrapIntervals:
    r"""Intervals for every entry of one quantity.

    Percentile: the quantiles (1 ∓ level)/2 of the resamples. BCa: the quantiles
    :math:`\Phi\bigl(z_0+\frac{z_0+z}{1-a(z_0+z)}\bigr)` with the bias :math:`z_0` from the share of resamples
    below the estimate (ties half) and the acceleration a from the skewness of the jackknife.

    Raises
    ------
    InvalidInput
        `level.range`, `bootstrap.quantity`, `bootstrap.no_jackknife`, and
        `bootstrap.no_scale` for indices of answers without a scale.
    """
    if quantity not in QUANTITIES or kind not in ("percentile", "bca"):
        raise InvalidInput(
            "bootstrap.quantity",
            N_("There is no %(kind)s interval for %(quantity)s."),
            N_("Use percentile or bca, for one of: %(known)s."),
            kind=kind,
            quantity=quantity,
            known=", ".join(QUANTITIES),
        )
    if not 0.0 < level < 1.0:
        raise InvalidInput(
            "level.range",
            N_("The confidence level is %(level)s; it must lie between 0 and 1."),
            N_("Give the level as a share: 0.95 for 95 %%."),
            level=str(level),
        )
    estimate = _taken(result.whole, quantity)[0]
    draws = _taken(result.drawn, quantity).reshape(result.drawn.sound.size, -1)
    if quantity == "indices" and np.isnan(estimate).all():
        raise InvalidInput(
            "bootstrap.no_scale",
            N_("The answers have no scale, so there are no indices."),
            N_("Give the scale with the answers, for example 1 to 10."),
        )
    tails = np.array([(1 - level) / 2, (1 + level) / 2])[:, None] * np.ones(draws.shape[1])
    if kind == "bca":
        if result.left_one_out is None:
            raise InvalidInput(
                "bootstrap.no_jackknife",
                N_("BCa intervals need the estimates without each respondent."),
                N_("Run the bootstrap with its jackknife."),
            )
        apart = _taken(result.left_one_out, quantity)[result.left_one_out.sound]
        tails = _corrected(tails, estimate.ravel(), draws, apart.reshape(apart.shape[0], -1))
    ordered = np.sort(draws, axis=0)
    lower, upper = (_quantile(ordered, tail).reshape(estimate.shape) for tail in tails)
    error = draws.std(axis=0, ddof=1).reshape(estimate.shape)
    return BootstrapIntervals(estimate, error, lower, upper, kind, level)


def _taken(sample: Sample, quantity: Quantity) -> Floats:
    found: Floats = sample.indices if quantity == "indices" else getattr(sample.estimates, quantity)
    return found


def _quantile(ordered: Floats, tail: Floats) -> Floats:
    """The tail-quantile of each sorted column, linear between order statistics."""
    place = np.clip(tail, 0.0, 1.0) * (ordered.shape[0] - 1)
    low = np.floor(place).astype(np.intp)
    high = np.minimum(low + 1, ordered.shape[0] - 1)
    columns = np.arange(ordered.shape[1])
    below, above = ordered[low, columns], ordered[high, columns]
    found: Floats = below + (place - low) * (above - below)
    return found


def _corrected(tails: Floats, estimate: Floats, draws: Floats, apart: Floats) -> Floats:
    # Entries that never vary (a loading of a single indicator) keep their tails: rounding has no bias.
    varies = np.ptp(draws, axis=0) > 1e-12 * np.maximum(1.0, np.abs(estimate))
    below = ((draws < estimate).mean(axis=0) + (draws <= estimate).mean(axis=0)) / 2
    edge = 0.5 / draws.shape[0]
    bias = special.ndtri(np.clip(below, edge, 1 - edge))
    gap = apart.mean(axis=0) - apart
    square = (gap**2).sum(axis=0)
    acceleration = (gap**3).sum(axis=0) / (6 * np.where(square > 0, square, 1.0) ** 1.5)
    moved = bias + special.ndtri(tails)
    corrected = special.ndtr(bias + moved / (1 - acceleration * moved))
    return np.where(varies, corrected, tails).astype(np.float64)


def _left_out(total: Floats, found: PlsFit, ordered: Answers, made: Products) -> Sample:
    rows = made.table[ordered.weights > 0]
    parts = [
        sampled(total - rows[start : start + BLOCK], found, ordered, made)
        for start in range(0, rows.shape[0], BLOCK)
    ]
    return joined(parts)


def _kept(sample: Sample) -> Sample:
    if sample.sound.all():
        return sample
    names = ("weights", "loadings", "paths", "total", "r_squared", "correlations")
    chosen = {name: getattr(sample.estimates, name)[sample.sound] for name in names}
    return Sample(type(sample.estimates)(**chosen), sample.indices[sample.sound], sample.sound[sample.sound])


def _members(strata: ArrayLike | None, ordered: Answers) -> tuple[NDArray[np.intp], ...]:
    n = ordered.values.shape[0]
    if strata is None:
        return (np.arange(n),)
    labels = np.asarray(strata)
    if labels.ndim != 1 or labels.size <= ordered.rows.max() or labels.size != n + ordered.left_out:
        raise InvalidInput(
            "bootstrap.strata",
            N_("%(labels)d labels of strata for %(rows)d rows of answers."),
            N_("Give one label for each row of the answers as they were handed in."),
            labels=int(labels.size),
            rows=n + ordered.left_out,
        )
    _, codes, sizes = np.unique(labels[ordered.rows], return_inverse=True, return_counts=True)
    if (sizes == 1).any():
        raise InvalidInput(
            "bootstrap.lonely_stratum",
            N_("The stratum %(stratum)s has one respondent, who would be drawn each time."),
            N_("Join it to a stratum like it."),
            stratum=str(np.unique(labels[ordered.rows])[int(np.argmax(sizes == 1))]),
        )
    return tuple(_positions(codes == one) for one in range(sizes.size))


def _positions(mask: Bools) -> NDArray[np.intp]:
    return np.flatnonzero(mask)
