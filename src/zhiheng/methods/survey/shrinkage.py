"""Steady rates for many small groups: each group's own rate drawn towards what all groups show.

A county with 1 failure in 2 samples is not a county where half the goods fail. Empirical Bayes
weighs each group's own samples against the beta distribution fitted to all groups (`betabinomial`).
This module refuses to rank or to judge groups, and to mix sample designs: give it groups of one
population only (`populations`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.survey.betabinomial import Prior, prior
from zhiheng.methods.survey.counts import Floats, counts, level_tail, sealed
from zhiheng.methods.survey.proportions import quantile


@dataclass(frozen=True, slots=True, eq=False)
class Shrunk:
    """Posterior of each group's rate; all arrays have the shape of the input.

    Attributes
    ----------
    estimate : ndarray of float64
        Raw share x/n; NaN where n = 0.
    mean : ndarray of float64
        Posterior mean, between the raw share and the prior mean; the prior mean where n = 0.
    lower, upper : ndarray of float64
        Equal-tailed credible bounds in [0, 1].
    pull : ndarray of float64
        Weight of the prior, (a+b)/(n+a+b) in (0, 1]: 1 where the group adds nothing.
    prior : Prior
        The fitted beta distribution and how it came about.
    level : float
        Level of the credible interval.
    """

    estimate: Floats
    mean: Floats
    lower: Floats
    upper: Floats
    pull: Floats
    prior: Prior
    level: float


def shrink(count: ArrayLike, total: ArrayLike, *, level: float = 0.95, given: Prior | None = None) -> Shrunk:
    r"""Posterior mean and credible interval of every group under a beta prior.

    With x of n and the prior Beta(a, b) the posterior is Beta(a + x, b + n - x):

    .. math:: m = w\,\mu + (1-w)\,\frac{x}{n},\qquad w=\frac{a+b}{n+a+b},\qquad \mu=\frac{a}{a+b}.

    Parameters
    ----------
    count, total : array_like of int
        Items with the trait and items inspected, per group; any shape, n = 0 allowed.
    level : float, default 0.95
        Level of the credible interval, 0 < level < 1.
    given : Prior, optional
        A prior fitted elsewhere, for example last year's; by default fitted to these groups.

    Returns
    -------
    Shrunk
        Empty arrays for no groups.

    Raises
    ------
    InvalidInput
        As for `betabinomial.prior`; `level.range`.

    Notes
    -----
    Assumes that the groups are exchangeable: before sampling, nothing says which is worse. The
    interval takes the fitted prior as known, so with few groups it is somewhat too narrow
    (Carlin and Gelfand 1990); with a hundred groups and more the difference is small.

    References
    ----------
    B. P. Carlin, T. A. Louis (2000), Bayes and Empirical Bayes Methods for Data Analysis, ch. 3.
    """
    tail = level_tail(level)
    checked = counts(count, total)
    fitted = prior(checked.x, checked.n) if given is None else given
    a, b = fitted.a + checked.x, fitted.b + (checked.n - checked.x)
    pull = np.asarray(fitted.precision / (checked.n + fitted.precision))
    return Shrunk(
        estimate=sealed(checked.estimate),
        mean=sealed(np.asarray(a / (a + b))),
        lower=sealed(quantile(a, b, tail)),
        # 1 - quantile of the mirrored beta, so that the bounds of x and n - x mirror each other
        upper=sealed(1.0 - quantile(b, a, tail)),
        pull=sealed(pull),
        prior=fitted,
        level=level,
    )
