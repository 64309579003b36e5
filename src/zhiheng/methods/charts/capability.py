r"""Can a stable process keep its tolerance: Cp, Cpk, Cpm, Pp, Ppk with intervals, for normal measurements.

.. math:: C_p=\frac{U-L}{6\sigma},\quad C_{pU}=\frac{U-\mu}{3\sigma},\quad C_{pL}=\frac{\mu-L}{3\sigma},\quad
          C_{pk}=\min(C_{pL},C_{pU}),\quad C_{pm}=\frac{U-L}{6\sqrt{\sigma^2+(\mu-T)^2}}.

C with the standard deviation within subgroups: what the process could do. P with that of all values: what
it did. This module refuses to test whether the process is stable or normal: an index of an unstable process
means nothing, and for skew measurements there is `percentiles`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from zhiheng.methods.charts.cells import between, constant, measured
from zhiheng.methods.charts.variables import Process
from zhiheng.methods.errors import N_, InvalidInput


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Specification limits and target in the unit of measurement; one limit may be missing.

    Raises
    ------
    InvalidInput
        `capability.limits` without any limit, `capability.crossed` unless lower < upper,
        `capability.target` for a target outside the limits, `chart.infinite` for NaN or infinity.
    """

    lower: float | None = None
    upper: float | None = None
    target: float | None = None

    def __post_init__(self) -> None:
        if self.lower is None and self.upper is None:
            raise InvalidInput(
                "capability.limits",
                N_("There is no specification limit."),
                N_("Give a lower limit, an upper one, or both."),
            )
        for name, value in (
            ("lower limit", self.lower),
            ("upper limit", self.upper),
            ("target", self.target),
        ):
            if value is not None:
                measured(value, name, dimensions=0)
        low, high = self.ends
        if not low < high:
            raise InvalidInput(
                "capability.crossed",
                N_("The lower limit %(lower)s is not below the upper limit %(upper)s."),
                N_("Check whether the two were exchanged."),
                lower=str(low),
                upper=str(high),
            )
        if self.target is not None and not low <= self.target <= high:
            raise InvalidInput(
                "capability.target",
                N_("The target %(target)s lies outside the limits %(lower)s and %(upper)s."),
                N_("Check target and limits."),
                target=str(self.target),
                lower=str(low),
                upper=str(high),
            )

    @property
    def ends(self) -> tuple[float, float]:
        """Both limits; infinite where there is none."""
        low = -math.inf if self.lower is None else float(self.lower)
        return low, math.inf if self.upper is None else float(self.upper)

    @property
    def two_sided(self) -> bool:
        """Whether both limits are given."""
        return self.lower is not None and self.upper is not None


@dataclass(frozen=True, slots=True)
class Index:
    """An index with its two-sided interval; NaN where the tolerance has no such index."""

    value: float
    lower: float
    upper: float


NONE = Index(math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class Capability:
    """Indices from one standard deviation.

    Attributes
    ----------
    cp, cpl, cpu, cpk, cpm : Index
        Called Pp and so on where `sigma` is that of all values. `cp` and `cpm` need both limits, `cpm` a
        target too.
    below, above : float
        Share expected beyond the lower and the upper limit, if the measurements are normal.
    center, sigma : float
        Mean and standard deviation they rest on.
    level : float
        Of the intervals.
    """

    cp: Index
    cpl: Index
    cpu: Index
    cpk: Index
    cpm: Index
    below: float
    above: float
    center: float
    sigma: float
    level: float


@dataclass(frozen=True, slots=True)
class Study:
    """What the process could do (`within`: Cp, Cpk) and what it did (`overall`: Pp, Ppk)."""

    within: Capability
    overall: Capability


def indices(
    tolerance: Tolerance,
    *,
    center: float,
    sigma: float,
    values: int,
    degrees: float | None = None,
    level: float = 0.95,
) -> Capability:
    r"""Indices from a mean and a standard deviation.

    Intervals: :math:`C_p\sqrt{\chi^2_{\alpha/2}(\nu)/\nu}` and its mirror, exact where σ is a standard
    deviation of normal values;
    :math:`C_{pk}\bigl(1\pm z\sqrt{1/(9nC_{pk}^2)+1/(2\nu)}\bigr)` (Bissell), likewise for one limit alone;
    :math:`C_{pm}` as :math:`C_p` with :math:`n(1+a^2)^2/(1+2a^2)` degrees, a = (μ − T)/σ (Boyles).

    Parameters
    ----------
    tolerance : Tolerance
    center, sigma : float
        In the unit of the tolerance; sigma above 0.
    values : int
        Measurements n behind the centre, 2 or more.
    degrees : float, optional
        Degrees of freedom ν of sigma; n − 1 when not given.
    level : float, default 0.95

    Returns
    -------
    Capability

    Raises
    ------
    InvalidInput
        `chart.parameter` for sigma, values, degrees or level out of range; `chart.missing`.

    References
    ----------
    A. F. Bissell (1990), Applied Statistics 39, 331-340. R. A. Boyles (1991), Journal of Quality Technology
    23, 17-26. ISO 22514-2.
    """
    measured(center, "center", dimensions=0)
    between(sigma, 0.0, math.inf, "sigma")
    n = between(values, 1.0, math.inf, "values")
    nu = between(n - 1 if degrees is None else degrees, 0.0, math.inf, "degrees")
    z = float(special.ndtri(0.5 + between(level, 0.0, 1.0, "level") / 2))
    low, high = tolerance.ends
    tails = (0.5 - level / 2, 0.5 + level / 2)

    def about(index: float) -> Index:
        if not math.isfinite(index):
            return NONE
        half = z * math.sqrt(1 / (9 * n) + index**2 / (2 * nu))
        return Index(index, index - half, index + half)

    def scaled(index: float, freedom: float) -> Index:
        ends = (index * math.sqrt(2 * special.gammaincinv(freedom / 2, tail) / freedom) for tail in tails)
        return Index(index, *ends)

    cpl, cpu = (center - low) / (3 * sigma), (high - center) / (3 * sigma)
    cp = cpm = NONE
    if tolerance.two_sided:
        cp = scaled((high - low) / (6 * sigma), nu)
    if tolerance.two_sided and tolerance.target is not None:
        off = (center - tolerance.target) / sigma
        freedom = n * (1 + off**2) ** 2 / (1 + 2 * off**2)
        cpm = scaled((high - low) / (6 * sigma * math.sqrt(1 + off**2)), freedom)
    below, above = (float(special.ndtr(-3 * one)) for one in (cpl, cpu))
    return Capability(
        cp, about(cpl), about(cpu), about(min(cpl, cpu)), cpm, below, above, center, sigma, level
    )


def study(values: ArrayLike, stable: Process, tolerance: Tolerance, *, level: float = 0.95) -> Study:
    """Cp and Cpk from the process, Pp and Ppk from all values together.

    Parameters
    ----------
    values : array_like of float
        All measurements of the period, of any shape.
    stable : Process
        One process, of `variables.process` or `individual_process` on the same values; its degrees of
        freedom make the intervals of Cp and Cpk (n − 1 where they are unknown).
    tolerance : Tolerance
    level : float, default 0.95

    Returns
    -------
    Study

    Raises
    ------
    InvalidInput
        As `indices`; `chart.constant`; `capability.many` for the process of several charts.
    """
    x = np.ravel(measured(values, "values"))
    if stable.sigma.size != 1:
        raise InvalidInput(
            "capability.many",
            N_("There are %(processes)d processes; a capability study is of one."),
            N_("Study each by itself."),
            processes=int(stable.sigma.size),
        )
    if x.size < 2 or np.ptp(x) == 0:
        raise constant("values")
    freedom = float(stable.degrees.reshape(()))
    within = indices(
        tolerance,
        center=float(stable.center.reshape(())),
        sigma=float(stable.sigma.reshape(())),
        values=x.size,
        degrees=freedom if math.isfinite(freedom) else None,
        level=level,
    )
    overall = indices(
        tolerance, center=float(x.mean()), sigma=float(x.std(ddof=1)), values=x.size, level=level
    )
    return Study(within, overall)
