"""Means, totals and ratios from a complex sample, for the whole, for a domain or for many groups.

Standard errors are linearised (`linearisation`); intervals use Student's t with the design's degrees
of freedom. Shares have their own intervals in `design_proportions`, quantiles in `quantiles`. The
module refuses missing values: who did not answer is a question for the design, not for a default.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats, level_tail, sealed
from zhiheng.methods.survey.design_columns import Bools, numbers, same_length
from zhiheng.methods.survey.designs import SurveyDesign
from zhiheng.methods.survey.labels import Labels, coded
from zhiheng.methods.survey.linearisation import Scope, certain, variances


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Estimates with their standard errors; arrays of shape () or, with groups, (groups,).

    Attributes
    ----------
    value : ndarray of float64
        In the unit of the input (a total: that unit times items); NaN where a group has no weight.
    standard_error : ndarray of float64
        Linearised, of the same unit.
    lower, upper : ndarray of float64
        Two-sided bounds; NaN where the degrees of freedom are 0.
    degrees_of_freedom : ndarray of float64
        Sampled clusters minus strata, of the domain or the group.
    rows : ndarray of float64
        Number of sampled rows behind the estimate.
    no_variation : ndarray of bool
        The standard error is 0 and not because everything was sampled: the sample shows no
        variation, which does not mean that the population has none.
    groups : ndarray or None
        The labels of the groups.
    level : float
        Level of the interval.
    """

    value: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    degrees_of_freedom: Floats
    rows: Floats
    no_variation: Bools
    groups: Labels | None
    level: float


def mean(
    values: ArrayLike,
    design: SurveyDesign,
    *,
    by: ArrayLike | None = None,
    level: float = 0.95,
    degrees_of_freedom: float | None = None,
) -> Estimates:
    r"""Weighted mean :math:`\bar y=\sum w_iy_i/\sum w_i` with a linearised standard error.

    The influence of a row is :math:`(y_i-\bar y)/\sum w`, 0 outside the domain or group.

    Parameters
    ----------
    values : array_like, shape (n,)
        One number per row of the design; inside the domain none may be missing.
    design : SurveyDesign
        With `domain(design, mask)` for a part of the population.
    by : array_like, shape (n,), optional
        Label of the group of each row: one mean for each.
    level : float, default 0.95
    degrees_of_freedom : float, optional
        Of the t interval; by default those of the design. `inf` gives the normal interval, which is
        what `confint(svymean(…))` of R gives unless told otherwise.

    Returns
    -------
    Estimates

    Raises
    ------
    InvalidInput
        `design.lengths`, `values.type`, `values.missing`, `level.range`, `degrees_of_freedom.range`,
        and those of `linearisation.variances`.

    Notes
    -----
    Assumes that the weights are known (or calibrated by `calibration`) and that the sample is large
    enough for the ratio of two sums to be nearly linear.

    References
    ----------
    D. A. Binder (1983), International Statistical Review 51, 279-292. C.-E. Särndal, B. Swensson,
    J. Wretman (1992), Model Assisted Survey Sampling, ch. 5. Checked against R survey 4.1-1.
    """
    scope = scope_of(design, by)
    y = column(values, design, scope, "values")
    found, influence = mean_influence(y, design, scope)
    return summarised(found, influence, design, scope, level, degrees_of_freedom)


def total(
    values: ArrayLike,
    design: SurveyDesign,
    *,
    by: ArrayLike | None = None,
    level: float = 0.95,
    degrees_of_freedom: float | None = None,
) -> Estimates:
    r"""Expansion estimator of the total, :math:`\sum w_iy_i`; the influence of a row is y itself.

    Parameters, result and errors as for `mean`. With values of 1 it estimates how many items the
    domain or group has.
    """
    scope = scope_of(design, by)
    y = column(values, design, scope, "values")
    return summarised(scope.sums(design.weights * y), y, design, scope, level, degrees_of_freedom)


def ratio(
    numerator: ArrayLike,
    denominator: ArrayLike,
    design: SurveyDesign,
    *,
    by: ArrayLike | None = None,
    level: float = 0.95,
    degrees_of_freedom: float | None = None,
) -> Estimates:
    r"""Ratio of two totals, :math:`R=\sum w_iy_i/\sum w_ix_i`.

    The influence of a row is :math:`(y_i-Rx_i)/\sum w x`. Parameters, result and errors as for
    `mean`; further `ratio.denominator_zero`.
    """
    scope = scope_of(design, by)
    y, x = column(numerator, design, scope, "numerator"), column(denominator, design, scope, "denominator")
    below = scope.sums(design.weights * x)
    if scope.labels is None and below[0] == 0:
        raise InvalidInput(
            "ratio.denominator_zero",
            N_("The denominator of the ratio adds up to zero."),
            N_("Check the denominator; a ratio to nothing does not exist."),
        )
    below = np.where(below == 0, np.nan, below)
    found = scope.sums(design.weights * y) / below
    influence = _masked((y - scope.spread(found) * x) / scope.spread(below), scope)
    return summarised(found, influence, design, scope, level, degrees_of_freedom)


def design_effect(values: ArrayLike, design: SurveyDesign, *, by: ArrayLike | None = None) -> Floats:
    r"""How many times larger the variance of the mean is than that of a simple random sample.

    The comparison is with as many rows drawn without replacement from :math:`\hat N=\sum w` items:

    .. math:: \frac{V(\bar y)}{(1-n/\hat N)\,s^2/n},\qquad
              s^2=\frac{n}{n-1}\frac{\sum w_i(y_i-\bar y)^2}{\sum w_i}.

    Returns
    -------
    ndarray
        Shape () or (groups,); NaN where the values do not vary.

    Notes
    -----
    Parameters and errors as for `mean`. As `svymean(…, deff=TRUE)` of R survey.
    """
    scope = scope_of(design, by)
    y = column(values, design, scope, "values")
    found, influence = mean_influence(y, design, scope)
    sampled = scope.sums(_masked((design.weights > 0).astype(np.float64), scope))
    items = scope.sums(_masked(design.weights, scope))
    squares = scope.sums(_masked(design.weights * (y - scope.spread(found)) ** 2, scope))
    with np.errstate(divide="ignore", invalid="ignore"):
        simple = squares / items / (sampled - 1) * (1 - sampled / items)
        effect = np.where(simple > 0, variances(influence, design, scope) / simple, np.nan)
    return sealed(effect if scope.labels is not None else effect.reshape(()))


def scope_of(design: SurveyDesign, by: ArrayLike | None) -> Scope:
    """The rows that estimates are about: everything, the design's domain, or one group per label."""
    if by is None:
        return Scope(None if design.inside is None else design.inside.astype(np.int64) - 1, None, 1)
    same_length(np.asarray(by), design.weights.size, "by")
    if design.inside is None:
        groups = coded(by, "by")
        return Scope(groups.codes, groups.labels, groups.labels.size)
    groups = coded(np.asarray(by)[design.inside], "by")
    codes = np.full(design.weights.size, -1, dtype=np.int64)
    codes[design.inside] = groups.codes
    return Scope(codes, groups.labels, groups.labels.size)


def column(values: ArrayLike, design: SurveyDesign, scope: Scope, name: str) -> Floats:
    """One checked number per row, zero outside the scope.

    Raises
    ------
    InvalidInput
        `design.lengths`, `values.type`, `values.missing` with the position of the first.
    """
    found = numbers(values, name)
    same_length(found, design.weights.size, name)
    found = _masked(found, scope)
    bad = ~np.isfinite(found)
    if bad.any():
        raise InvalidInput(
            "values.missing",
            N_('"%(name)s" has no number at position %(position)d (%(number)d such rows).'),
            N_("Restrict the design to the rows that have one (domain), and say that the estimate speaks of "
               "those; or weight for the missing answers first."),
            name=name,
            position=int(np.argmax(bad)),
            number=int(bad.sum()),
        )  # fmt: skip
    return found


def _masked(per_row: Floats, scope: Scope) -> Floats:
    return per_row if scope.mask is None else np.where(scope.mask, per_row, 0.0)


def mean_influence(y: Floats, design: SurveyDesign, scope: Scope) -> tuple[Floats, Floats]:
    """The weighted mean of each group and the influence of each row on its group's mean."""
    weights = _masked(design.weights, scope)
    items = scope.sums(weights)
    items = np.where(items == 0, np.nan, items)
    found = scope.sums(weights * y) / items
    return found, _masked((y - scope.spread(found)) / scope.spread(items), scope)


def summarised(
    found: Floats,
    influence: Floats,
    design: SurveyDesign,
    scope: Scope,
    level: float,
    degrees_of_freedom: float | None,
) -> Estimates:
    """Standard errors and t intervals of estimates with these influence values."""
    error = np.sqrt(variances(influence, design, scope))
    freedom = freedom_of(design, scope, degrees_of_freedom)
    half = t_quantile(freedom, level) * error
    ones = np.ones(design.weights.size)
    shape: tuple[int, ...] = (scope.size,) if scope.labels is not None else ()
    rows = scope.sums(_masked(ones, scope))
    parts = (found, error, found - half, found + half, freedom, rows)
    value, standard_error, lower, upper, freedom, rows = (sealed(part.reshape(shape)) for part in parts)
    still = ((error == 0) & ~certain(error, design, scope)).reshape(shape)
    return Estimates(value, standard_error, lower, upper, freedom, rows, still, scope.labels, level)


def freedom_of(design: SurveyDesign, scope: Scope, given: float | None) -> Floats:
    """Degrees of freedom of each group: those given, else those of the design.

    Raises
    ------
    InvalidInput
        `degrees_of_freedom.range` unless positive.
    """
    if given is None:
        return design.freedom(scope.codes, scope.size)
    if not given > 0:
        raise InvalidInput(
            "degrees_of_freedom.range",
            N_("The degrees of freedom are %(value)s; they must be above zero."),
            N_("Leave them out to take those of the design, or give inf for the normal interval."),
            value=str(given),
        )
    return np.full(scope.size, float(given))


def t_quantile(freedom: Floats, level: float) -> Floats:
    """Two-sided quantile of Student's t, normal for infinite and NaN for no degrees of freedom.

    Raises
    ------
    InvalidInput
        `level.range`.
    """
    upper = 1.0 - level_tail(level)
    safe = np.where(np.isfinite(freedom) & (freedom > 0), freedom, 1.0)
    found = np.where(np.isinf(freedom), special.ndtri(upper), special.stdtrit(safe, upper))
    return np.asarray(np.where(freedom > 0, found, np.nan))
