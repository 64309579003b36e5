"""Intervals for a share estimated from a complex sample: pass rates with strata, clusters, weights.

`proportions` has the intervals of a simple count; here the design sets how much the sample is worth.
The module refuses to call a rate certain because the sample shows no failure, or nothing but failures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats, level_tail, sealed
from zhiheng.methods.survey.design_columns import Bools
from zhiheng.methods.survey.designs import SurveyDesign
from zhiheng.methods.survey.estimation import column, freedom_of, mean_influence, scope_of, t_quantile
from zhiheng.methods.survey.labels import Labels
from zhiheng.methods.survey.linearisation import Scope, certain, variances

DesignMethod = Literal["logit", "likelihood", "arcsine", "beta", "mean"]
Bounds = tuple[Floats, Floats]

BISECTIONS = 60  # halves the unit interval below the spacing of doubles


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Shares with their intervals; arrays of shape () or, with groups, (groups,).

    Attributes
    ----------
    value, lower, upper : ndarray of float64
        In [0, 1], except that the bounds of the method `mean` are not cut.
    standard_error : ndarray of float64
        Linearised; 0 where the sample shows no variation.
    effective_size : ndarray of float64
        Size of the simple random sample that would be as precise; of Kish where nothing varies.
    degrees_of_freedom : ndarray of float64
        Sampled clusters minus strata.
    no_variation : ndarray of bool
        All sampled items agree: the bounds are then those of Clopper and Pearson for the effective
        size of Kish, whatever the method asked for.
    groups : ndarray or None
        The labels of the groups.
    method : str
    level : float
    """

    value: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    effective_size: Floats
    degrees_of_freedom: Floats
    no_variation: Bools
    groups: Labels | None
    method: DesignMethod
    level: float


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """What the bounds are made from, one number per group."""

    share: Floats
    error: Floats
    quantile: Floats
    effective: Floats
    rows: Floats
    freedom: Floats
    tail: float


def proportion(
    trait: ArrayLike,
    design: SurveyDesign,
    *,
    by: ArrayLike | None = None,
    method: DesignMethod = "logit",
    level: float = 0.95,
    degrees_of_freedom: float | None = None,
) -> Shares:
    r"""Share of items with a trait, and its interval.

    With :math:`\hat p` the weighted share, v its linearised variance, t the quantile of Student's t with
    the design's degrees of freedom and :math:`n_e=\hat p(1-\hat p)/v`:

    * `logit`: :math:`\operatorname{logit}\hat p\pm t\sqrt v/(\hat p(1-\hat p))`, transformed back;
    * `likelihood`: all p with
      :math:`2n_e\{\hat p\ln(\hat p/p)+(1-\hat p)\ln((1-\hat p)/(1-p))\}\le t^2`;
    * `arcsine`: :math:`\arcsin\sqrt{\hat p}\pm t\sqrt v/(2\sqrt{\hat p(1-\hat p)})`, transformed back;
    * `beta`: Clopper and Pearson's bounds for :math:`n_e(t_{n-1}/t_d)^2` items (Korn and Graubard);
    * `mean`: :math:`\hat p\pm t\sqrt v`, not cut to [0, 1].

    Parameters
    ----------
    trait : array_like, shape (n,)
        0 or 1 (or false and true) for each row of the design.
    design, by, level, degrees_of_freedom
        As for `estimation.mean`.
    method : {"logit", "likelihood", "arcsine", "beta", "mean"}
        `logit` is the default of R's `svyciprop`.

    Returns
    -------
    Shares

    Raises
    ------
    InvalidInput
        As for `estimation.mean`; `trait.not_binary`; `method.unknown`.

    Notes
    -----
    Where all items agree no design effect can be estimated. The bounds are then exact for a simple
    sample of the effective size of Kish, :math:`(\sum_c w_c)^2/\sum_c w_c^2` over the clusters, which
    holds a cluster's items for one: right when they all agree because clusters are alike inside, too
    wide when they agree by themselves. No finite population is corrected for. `no_variation` says so.

    References
    ----------
    E. L. Korn, B. I. Graubard (1998), Survey Methodology 24, 193-201. J. N. K. Rao, A. J. Scott (1984),
    Annals of Statistics 12, 46-60. L. Kish (1965), Survey Sampling, 11.7.
    """
    bounds = _BOUNDS.get(method)
    if bounds is None:
        raise InvalidInput(
            "method.unknown",
            N_('There is no interval method "%(method)s".'),
            N_("Choose one of: %(known)s."),
            method=method,
            known=", ".join(_BOUNDS),
        )
    scope = scope_of(design, by)
    sample = _sample(column(trait, design, scope, "trait"), design, scope, level, degrees_of_freedom)
    lower, upper = bounds(sample)
    still = (sample.share == 0) | (sample.share == 1)
    exact_lower, exact_upper = _exact(sample.share, sample.effective, sample.tail)
    known = certain(sample.error, design, scope)
    lower = np.where(known, sample.share, np.where(still, exact_lower, lower))
    upper = np.where(known, sample.share, np.where(still, exact_upper, upper))
    shape: tuple[int, ...] = (scope.size,) if scope.labels is not None else ()
    parts = (sample.share, sample.error, lower, upper, sample.effective, sample.freedom)
    share, error, lower, upper, effective, freedom = (sealed(part.reshape(shape)) for part in parts)
    agree = (still & ~known).reshape(shape)
    return Shares(share, error, lower, upper, effective, freedom, agree, scope.labels, method, level)


def bounds_of(share: float, error: float, quantile: float, method: DesignMethod) -> tuple[float, float]:
    """Bounds of one share from its standard error and a t quantile; NaN where it has none.

    For `quantiles`, which turns the bounds of a share into those of a quantile. `beta` needs more.
    """
    one = np.array([share])
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = one * (1 - one) / np.square(error)
    nothing = np.array([np.nan])
    sample = _Sample(one, np.array([error]), np.array([quantile]), effective, nothing, nothing, np.nan)
    lower, upper = _BOUNDS[method](sample)
    return float(lower[0]), float(upper[0])


def _sample(
    y: Floats, design: SurveyDesign, scope: Scope, level: float, degrees_of_freedom: float | None
) -> _Sample:
    odd = (y != 0) & (y != 1)
    if odd.any():
        position = int(np.argmax(odd))
        raise InvalidInput(
            "trait.not_binary",
            N_("At position %(position)d the trait is %(value)s, neither 0 nor 1."),
            N_("Give 1 for items that have the trait and 0 for the others."),
            position=position,
            value=str(y[position]),
        )
    share, influence = mean_influence(y, design, scope)
    share = _snapped(share, y, design, scope)
    variance = variances(influence, design, scope)
    rows = scope.sums(np.ones(y.size) if scope.mask is None else scope.mask.astype(np.float64))
    agree = (share == 0) | (share == 1)
    variance = np.where(agree, 0.0, variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.where(agree, _kish(design, scope), share * (1 - share) / variance)
    freedom = freedom_of(design, scope, degrees_of_freedom)
    return _Sample(
        share, np.sqrt(variance), t_quantile(freedom, level), effective, rows, freedom, level_tail(level)
    )


def _snapped(share: Floats, y: Floats, design: SurveyDesign, scope: Scope) -> Floats:
    """Exactly 0 or 1 where all items with weight agree: the quotient of two sums may miss it by a bit."""
    weighed = design.weights > 0 if scope.mask is None else (design.weights > 0) & scope.mask
    having = scope.sums(np.where(weighed, y, 0.0))
    lacking = scope.sums(np.where(weighed, 1.0 - y, 0.0))
    return np.where((having == 0) & (lacking > 0), 0.0, np.where((lacking == 0) & (having > 0), 1.0, share))


def _kish(design: SurveyDesign, scope: Scope) -> Floats:
    stage = design.stages[0]
    codes = np.zeros(design.weights.size, dtype=np.int64) if scope.codes is None else scope.codes
    inside: NDArray[np.bool_] = codes >= 0
    pairs, back = np.unique(codes[inside] * stage.group.size + stage.unit[inside], return_inverse=True)
    per_cluster = np.bincount(back, design.weights[inside], pairs.size)
    group = pairs // stage.group.size
    with np.errstate(invalid="ignore"):
        return np.asarray(
            np.bincount(group, per_cluster, scope.size) ** 2 / np.bincount(group, per_cluster**2, scope.size)
        )


def _exact(share: Floats, size: Floats, tail: float) -> Bounds:
    """Clopper and Pearson's bounds for a share of a size that need not be whole."""
    with np.errstate(invalid="ignore"):
        x, rest = share * size, (1 - share) * size
        lower = np.where(x > 0, special.betaincinv(np.maximum(x, 1e-300), rest + 1, tail), 0.0)
        # The upper bound of a share is 1 minus the lower bound of the rest, which keeps all digits.
        upper = 1.0 - np.where(rest > 0, special.betaincinv(np.maximum(rest, 1e-300), x + 1, tail), 0.0)
    return np.where(np.isnan(share), np.nan, lower), np.where(np.isnan(share), np.nan, upper)


def _logit(s: _Sample) -> Bounds:
    with np.errstate(divide="ignore", invalid="ignore"):
        middle, half = special.logit(s.share), s.quantile * s.error / (s.share * (1 - s.share))
        return special.expit(middle - half), special.expit(middle + half)


def _arcsine(s: _Sample) -> Bounds:
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.arcsin(np.sqrt(s.share))
        half = s.quantile * s.error / (2 * np.sqrt(s.share * (1 - s.share)))
    # Beyond 0 and a right angle the sine turns back, and a wider interval would become narrower.
    return np.sin(np.maximum(middle - half, 0.0)) ** 2, np.sin(np.minimum(middle + half, np.pi / 2)) ** 2


def _beta(s: _Sample) -> Bounds:
    with np.errstate(invalid="ignore"):
        simple = special.stdtrit(np.maximum(s.rows - 1, 1), 1.0 - s.tail)
        size = s.effective * (simple / s.quantile) ** 2
    return _exact(s.share, size, s.tail)


def _mean(s: _Sample) -> Bounds:
    return s.share - s.quantile * s.error, s.share + s.quantile * s.error


def _likelihood(s: _Sample) -> Bounds:
    with np.errstate(invalid="ignore"):
        room = s.quantile**2 / (2 * s.effective)
    bounds = _divergence_root(s.share, room), 1.0 - _divergence_root(1.0 - s.share, room)
    known = np.isfinite(room)
    return np.where(known, bounds[0], np.nan), np.where(known, bounds[1], np.nan)


def _divergence_root(share: Floats, room: Floats) -> Floats:
    """The p below the share whose binomial divergence from it is `room`, by bisection."""
    low, high = np.zeros(share.shape), share.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            away = special.rel_entr(share, middle) + special.rel_entr(1 - share, 1 - middle)
            beyond = away > room
            low, high = np.where(beyond, middle, low), np.where(beyond, high, middle)
    return (low + high) / 2


_BOUNDS: dict[DesignMethod, Callable[[_Sample], Bounds]] = {
    "logit": _logit,
    "likelihood": _likelihood,
    "arcsine": _arcsine,
    "beta": _beta,
    "mean": _mean,
}
DESIGN_METHODS: tuple[DesignMethod, ...] = tuple(_BOUNDS)
