r"""Weekly series with outbreaks whose truth is known, after the simulation study of Noufaily and others.

This module refuses to claim that real series look like these; `evaluation` takes labelled real ones as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.surveillance.series import Bools, Floats, Ints, whole


@dataclass(frozen=True, slots=True)
class Scenario:
    r"""Usual state of a series: :math:`\ln\mu_t=\theta+\beta t+\sum_{j\le m}\gamma_1\cos\frac{2\pi jt}{52}+
    \gamma_2\sin\frac{2\pi jt}{52}`, variance :math:`\phi\mu_t`.

    Attributes
    ----------
    theta, beta, gamma1, gamma2 : float
    dispersion : float
        φ, at least 1; 1 is Poisson.
    harmonics : int
        m: 0 without season.
    """

    theta: float
    beta: float
    gamma1: float
    gamma2: float
    dispersion: float
    harmonics: int


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """Series with one late outbreak each, and earlier ones that a detector has to live with.

    Attributes
    ----------
    counts : ndarray of int, shape (series, weeks)
    outbreak : ndarray of bool, shape (series, weeks)
        Weeks with a case of any outbreak, early or late.
    late : ndarray of int
        Weeks in which the late outbreak may lie: the ones to judge.
    """

    counts: Ints
    outbreak: Bools
    late: Ints


def usual(scenario: Scenario, weeks: int) -> Floats:
    """Mean of each week without an outbreak; week 1 is the first."""
    t = np.arange(1, weeks + 1)
    line = scenario.theta + scenario.beta * t
    for j in range(1, scenario.harmonics + 1):
        angle = 2.0 * np.pi * j * t / 52.0
        line = line + scenario.gamma1 * np.cos(angle) + scenario.gamma2 * np.sin(angle)
    return np.asarray(np.exp(line))


def simulate(  # noqa: PLR0913  the options of the published study
    scenario: Scenario,
    *,
    series: int,
    seed: int,
    size: float = 5.0,
    weeks: int = 624,
    late: int = 49,
    early_outbreaks: int = 4,
) -> Simulated:
    r"""Series of one scenario, each with early outbreaks and a late one.

    An outbreak that begins in week t has Poisson(`size` :math:`\sqrt{\phi\mu_t}`) cases, at least one, spread
    over the weeks that follow by a lognormal distribution of time with parameters 0 and 0.5. Early outbreaks
    begin anywhere in the 263 weeks before the late ones, which begin in the last `late` weeks.

    Parameters
    ----------
    scenario : Scenario
    series : int
    seed : int
    size : float, default 5
        Cases of an outbreak in standard deviations of the week in which it begins.
    weeks, late, early_outbreaks : int

    Returns
    -------
    Simulated

    Raises
    ------
    InvalidInput
        `scenario.dispersion`, `surveillance.number`.

    References
    ----------
    A. Noufaily et al. (2013), Statistics in Medicine 32, 1206-1222, section 4.
    """
    if not 1 <= scenario.dispersion < np.inf:
        raise InvalidInput(
            "scenario.dispersion",
            N_("The dispersion is %(value)s; variance over mean of counts is at least 1 here."),
            N_("Give 1 for Poisson counts."),
            value=str(scenario.dispersion),
        )
    for number, least, name in ((series, 1, "series"), (late, 1, "late"), (weeks, late + 264, "weeks")):
        whole(number, least, name)
    rng = np.random.default_rng(seed)
    mean = usual(scenario, weeks)
    extra = scenario.dispersion - 1.0
    shape = (series, weeks)
    counts = (
        rng.negative_binomial(mean / extra, 1.0 / scenario.dispersion, shape)
        if extra
        else rng.poisson(mean, shape)
    )
    spread = np.sqrt(scenario.dispersion * mean)
    outbreak = np.zeros(shape, np.bool_)
    row = np.arange(series)
    for number in range(early_outbreaks + 1):
        low, high = (weeks - late, weeks) if number == 0 else (weeks - late - 263, weeks - late)
        begin = rng.integers(low, high, series)
        cases = np.maximum(rng.poisson(size * spread[begin]), 1)
        who = np.repeat(row, cases)
        when = np.repeat(begin, cases) + rng.lognormal(0.0, 0.5, who.size).astype(np.int64)
        # Cases after the last week are still to come; early ones must not spill into the judged weeks.
        seen = when < high
        np.add.at(counts, (who[seen], when[seen]), 1)
        outbreak[who[seen], when[seen]] = True
    return Simulated(counts.astype(np.int64), outbreak, np.arange(weeks - late, weeks))
