"""Does the lot pass? Samples of measured values judged by a plan and one or two specification limits.

Refuses a sample of another size than the plan's: the risks of the plan are the risks of its n. It
does not test whether the values are normally distributed, which a sample of this size cannot show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NoReturn, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.sampling.conformance import (
    estimated_nonconforming,
    finite,
    largest_accepted,
    limits,
    refuse_negative,
    standardised,
)
from zhiheng.methods.sampling.quantities import Floats, broadcast, sealed
from zhiheng.methods.sampling.variables import Sigma, VariablesPlan

Control = Literal["combined", "separate"]


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """What the plan says of each lot; all arrays have the shape of the lots.

    Attributes
    ----------
    accepted : ndarray of bool
    mean, deviation : ndarray of float64
        x̄, and s or the known σ, in the unit of the values.
    quality_lower, quality_upper : ndarray of float64
        (x̄ - L)/s and (U - x̄)/s; +∞ on the side that has no limit.
    estimated : ndarray of float64 or None
        Estimated share nonconforming; None where the sample is too small for the estimate.
    largest : float or None
        The largest estimate that the plan accepts, M; None as before.
    control : {"combined", "separate"}
    """

    accepted: NDArray[np.bool_]
    mean: Floats
    deviation: Floats
    quality_lower: Floats
    quality_upper: Floats
    estimated: Floats | None
    largest: float | None
    control: Control


def judge(
    plan: VariablesPlan,
    values: ArrayLike,
    *,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    deviation: ArrayLike | None = None,
    control: Control = "combined",
) -> Verdicts:
    r"""Judge one sample or many by a k-plan.

    One limit: accepted when :math:`Q\ge k`. Two limits under separate control: when both are. Two
    under combined control: when moreover :math:`\hat p_L+\hat p_U\le M` (see `conformance`), the
    form of ISO 3951 and Z1.9 in which both tails share one quality level.

    Parameters
    ----------
    plan : VariablesPlan
    values : array_like of float, shape (..., n)
        Measured values; the last axis is the sample.
    lower, upper : array_like of float, optional
        Specification limits in the unit of the values, one for each lot or one for all.
    deviation : array_like of float, optional
        The known standard deviation of the process; required by a plan for known σ, and refused by
        one for unknown.
    control : {"combined", "separate"}, default "combined"
        Of no consequence with a single limit.

    Returns
    -------
    Verdicts

    Raises
    ------
    InvalidInput
        `sample.size`, `values.finite`, `limits.none`, `limits.order`, `deviation.missing`,
        `deviation.superfluous`, `deviation.positive`, `control.unknown`, `control.too_small`
        (combined control of two limits below n = 3, or 2 for known σ), `sampling.shapes`.

    Notes
    -----
    For two limits under combined control the k-method alone would let each tail use up the whole
    quality level. Where M is 0 (k of at least :math:`(n-1)/\sqrt n`) an estimate of 0 does not show
    that the limits are kept by k, so Q is asked for in every case.

    References
    ----------
    ISO 3951-1, ISO 3951-2 (s-method and σ-method, separate and combined control). ANSI/ASQ Z1.9.
    """
    _check_control(control)
    sample = finite(values)
    if sample.ndim == 0 or sample.shape[-1] != plan.sample_size:
        raise InvalidInput(
            "sample.size",
            N_("The sample has %(found)d values; the plan asks for %(needed)d."),
            N_("Measure as many items as the plan says, or take the plan of this sample size."),
            found=1 if sample.ndim == 0 else sample.shape[-1],
            needed=plan.sample_size,
        )
    lots = _lots(plan.sigma, sample, deviation, limits(lower, upper))
    together = control == "combined" and lower is not None and upper is not None
    return _verdicts(plan, lots, control, together=together)


def judge_summary(
    plan: VariablesPlan,
    *,
    mean: ArrayLike,
    deviation: ArrayLike,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    control: Control = "combined",
) -> Verdicts:
    """`judge` where only the mean and the standard deviation of each sample are at hand.

    Parameters
    ----------
    plan : VariablesPlan
        Its n is the size of the samples; that cannot be checked here.
    mean, deviation : array_like of float
        x̄, and s of the sample (divisor n - 1) or the known σ of the process, as the plan has it; in the
        unit of the limits. They broadcast together and with the limits.
    lower, upper, control
        As for `judge`.

    Returns
    -------
    Verdicts

    Raises
    ------
    InvalidInput
        `deviation.negative` (s), `deviation.positive` (σ), and as for `judge` but for `sample.size`.
    """
    _check_control(control)
    bounds = limits(lower, upper)
    spread = finite(deviation)
    if plan.sigma == "known":
        spread = _deviation("known", spread, spread)
    else:
        refuse_negative(spread)
    lots = _Lots(*(np.asarray(a, dtype=np.float64) for a in broadcast(finite(mean), spread, *bounds)))
    together = control == "combined" and lower is not None and upper is not None
    return _verdicts(plan, lots, control, together=together)


@dataclass(frozen=True, slots=True, eq=False)
class _Lots:
    """Mean, deviation and limits of each lot, of one shape."""

    mean: Floats
    spread: Floats
    low: Floats
    high: Floats


def _lots(sigma: Sigma, sample: Floats, given: ArrayLike | None, bounds: tuple[Floats, Floats]) -> _Lots:
    mean, spread = sample.mean(axis=-1), _deviation(sigma, sample, given)
    # Rounding gives the mean of equal values another last bit and them a deviation: at a limit that
    # would turn the verdict.
    same = sample.min(axis=-1) == sample.max(axis=-1)
    mean = np.where(same, sample[..., 0], mean)
    if sigma == "unknown":
        spread = np.where(same, 0.0, spread)
    return _Lots(*(np.asarray(a, dtype=np.float64) for a in broadcast(mean, spread, *bounds)))


def _verdicts(plan: VariablesPlan, lots: _Lots, control: Control, *, together: bool) -> Verdicts:
    mean, spread, low, high = lots.mean, lots.spread, lots.low, lots.high
    below, above = standardised(mean - low, spread), standardised(high - mean, spread)
    accepted = (below >= plan.constant) & (above >= plan.constant)
    estimated = largest = None
    if plan.sample_size >= (2 if plan.sigma == "known" else 3):
        estimated = estimated_nonconforming(
            mean=mean,
            deviation=spread,
            sample_size=plan.sample_size,
            sigma=plan.sigma,
            lower=low if np.isfinite(low).all() else None,
            upper=high if np.isfinite(high).all() else None,
        ).total
        largest = float(
            largest_accepted(constant=plan.constant, sample_size=plan.sample_size, sigma=plan.sigma)
        )
    if together:
        if estimated is None or largest is None:
            _refuse_small(plan)
        accepted = accepted & (estimated <= largest)
    out = Verdicts(
        np.asarray(accepted), mean.copy(), spread.copy(), below, above, estimated, largest, control
    )
    for array in (out.accepted, out.mean, out.deviation, out.quality_lower, out.quality_upper):
        sealed(array)
    return out


def _deviation(sigma: Sigma, sample: Floats, given: ArrayLike | None) -> Floats:
    if sigma == "unknown":
        if given is not None:
            raise InvalidInput(
                "deviation.superfluous",
                N_("The plan is for an unknown standard deviation, but one was given."),
                N_("Leave it out, or take a plan for a known standard deviation."),
            )
        return np.asarray(sample.std(axis=-1, ddof=1))
    if given is None:
        raise InvalidInput(
            "deviation.missing",
            N_("The plan is for a known standard deviation, and none was given."),
            N_("Give the standard deviation of the process, or take a plan for an unknown one."),
        )
    known = finite(given)
    if (known <= 0).any():
        raise InvalidInput(
            "deviation.positive",
            N_("The known standard deviation is %(value)s; it must be above zero."),
            N_("Give the standard deviation of the process, in the unit of the values."),
            value=str(float(known.ravel()[int(np.argmax(known.ravel() <= 0))])),
        )
    return known


def _check_control(control: str) -> None:
    if control in get_args(Control):
        return
    raise InvalidInput(
        "control.unknown",
        N_('"%(value)s" is no way to control two limits.'),
        N_("Choose one of: %(known)s."),
        value=control,
        known=", ".join(get_args(Control)),
    )


def _refuse_small(plan: VariablesPlan) -> NoReturn:
    raise InvalidInput(
        "control.too_small",
        N_("A sample of %(size)d is too small for combined control of two limits."),
        N_("Take a plan with a larger sample, or control the limits separately."),
        size=plan.sample_size,
    )
