r"""Plans by variables (k-method of GB/T 6378 and ISO 3951): measured values judged against limits.

A characteristic is measured on n items; the lot passes when the mean keeps k standard deviations
away from the specification limit. Known and unknown standard deviation, operating characteristics
for one limit. `variables_search` finds plans, `variables_decision` judges samples. This module
refuses to print the standards' tables, which it does not have, and to judge values that are not
normally distributed, which the k-method cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.sampling.quantities import Floats, broadcast, sealed, shares, wholes

Sigma = Literal["known", "unknown"]

# Quadrature nodes grow with k; at 12 standard deviations no share nonconforming is left to tell apart.
LARGEST_CONSTANT = 12.0
LARGEST_SAMPLE = 100_000
# exp(-37) is 8.5e-17: what a double forgets beside 1.
_FORGOTTEN = 37.0
_BLOCK = 1 << 13
_STEPS = 100
_FARTHEST = 40.0  # Φ(-40) is below the smallest double


@dataclass(frozen=True, slots=True)
class VariablesPlan:
    """Measure n items; the mean must keep k standard deviations from the limit.

    Attributes
    ----------
    sample_size : int
        n, at least 1 for a known and 2 for an unknown standard deviation.
    constant : float
        Acceptability constant k, without unit.
    sigma : {"known", "unknown"}
        Whether k multiplies the known standard deviation of the process or that of the sample.
    """

    sample_size: int
    constant: float
    sigma: Sigma

    def __post_init__(self) -> None:
        checked_plan(self.sample_size, self.constant, self.sigma)


def acceptance_probability(
    p: ArrayLike, *, sample_size: ArrayLike, constant: ArrayLike, sigma: Sigma
) -> Floats:
    r"""Operating characteristic: probability that a lot of quality p passes, one specification limit.

    With :math:`z_p=\Phi^{-1}(1-p)`, for a known standard deviation

    .. math:: P_a=\Phi\bigl(\sqrt n\,(z_p-k)\bigr)

    and for an unknown one

    .. math:: P_a=P\bigl(T_{n-1}(\sqrt n\,z_p)\ge\sqrt n\,k\bigr)
                 =E\,\Phi\bigl(\sqrt n\,(z_p-kS)\bigr),\qquad (n-1)S^2\sim\chi^2_{n-1}

    with T the noncentral t variable.

    Parameters
    ----------
    p : array_like of float
        Share nonconforming, 0 to 1.
    sample_size : array_like of int
        n, from 1 (known) or 2 (unknown) to 100 000.
    constant : array_like of float
        k, from -12 to 12. All three broadcast together.
    sigma : {"known", "unknown"}

    Returns
    -------
    ndarray of float64

    Raises
    ------
    InvalidInput
        `p.share`, `sample_size.whole`, `constant.range`, `sigma.unknown`, `sampling.shapes`.

    Notes
    -----
    Assumes independent values of one normal distribution, measured without error, a lot that is
    large against the sample, and one limit (or two so far apart that only one is ever missed).
    The expectation is taken by Gauss-Legendre quadrature over all but 2e-16 of the distribution of
    S (bounds of Laurent and Massart); the density of S and Φ are analytic, so the error falls
    exponentially in the number of nodes. That keeps 1e-13 for every n, where the usual series for
    the noncentral t slow down with n and fail for k and z of opposite signs.

    References
    ----------
    G. J. Lieberman, G. J. Resnikoff (1955), JASA 50, 457-516. B. Laurent, P. Massart (2000),
    Annals of Statistics 28, 1302-1338, lemma 1.
    """
    n, k = checked_plan(sample_size, constant, sigma)
    quality = shares(p, "p", ends=True)
    shape = broadcast(quality, n, k)[0].shape
    deviate = -special.ndtri(quality)
    out = known(deviate, n, k) if sigma == "known" else _by_blocks(_accepted, deviate, n, k, shape)
    out = np.asarray(np.where(quality == 0, 1.0, np.where(quality == 1, 0.0, out)))
    sealed(out)
    return out


def quality_at(acceptance: ArrayLike, *, sample_size: ArrayLike, constant: ArrayLike, sigma: Sigma) -> Floats:
    """Quality that passes with a given probability: the OC curve read the other way.

    Parameters
    ----------
    acceptance : array_like of float
        Probability of acceptance, strictly between 0 and 1.
    sample_size, constant, sigma
        As for `acceptance_probability`.

    Returns
    -------
    ndarray of float64
        Share nonconforming p with `acceptance_probability(p) == acceptance`.

    Raises
    ------
    InvalidInput
        `acceptance.share`, and as for `acceptance_probability`.
    """
    n, k = checked_plan(sample_size, constant, sigma)
    wanted = shares(acceptance, "acceptance")
    shape = broadcast(wanted, n, k)[0].shape
    target = special.ndtri(wanted)
    unknown = sigma == "unknown"
    deviate = _by_blocks(_deviate_at, target, n, k, shape) if unknown else k + target / np.sqrt(n)
    out = np.asarray(special.ndtr(-deviate))
    sealed(out)
    return out


def known(deviate: Floats, n: Floats, k: Floats) -> Floats:
    """Probability of acceptance for a known standard deviation, at the normal deviate of p."""
    return np.asarray(special.ndtr(np.sqrt(n) * (deviate - k)))


class Spread:
    """Distribution of S = s/σ for samples of size n, on quadrature nodes.

    Kept apart from k and p, so that a search which tries many k for one n pays for it once.
    """

    def __init__(self, n: Floats) -> None:
        self.n = np.asarray(n, dtype=np.float64)
        self._on: dict[int, tuple[Floats, Floats]] = {}

    def rejected(self, deviate: Floats, k: Floats) -> Floats:
        """1 - `accepted`, with the digits that a small risk needs."""
        return self.accepted(-deviate, -k)

    def accepted(self, deviate: Floats, k: Floats) -> Floats:
        """E Φ(√n (z - k S)), of the shape that n, z and k have together."""
        # Φ falls over 1/(√n k) while S spreads over 1/√(2n): the larger k, the finer the nodes.
        s, weight = self._nodes(32 + 32 * int(np.ceil(np.abs(k).max(initial=1.0))))
        # Infinite deviates (p = 0 or 1) are settled by the caller; here they must only make no NaN.
        z = np.clip(deviate, -1e6, 1e6)[..., None]
        root = np.sqrt(self.n)[..., None]
        return np.asarray((weight * special.ndtr(root * (z - k[..., None] * s))).sum(axis=-1))

    def _nodes(self, count: int) -> tuple[Floats, Floats]:
        if count not in self._on:
            degrees = (self.n - 1.0)[..., None]
            reach = np.sqrt(_FORGOTTEN / degrees)
            low = np.sqrt(np.maximum(0.0, 1.0 - 2.0 * reach))
            high = np.sqrt(1.0 + 2.0 * reach + 2.0 * reach * reach)
            x, width = _legendre(count)
            s = (high + low) / 2.0 + (high - low) / 2.0 * x
            # The constant of the density is left out, and so are its rounding errors: for large n
            # they would be the largest of all. The weights are brought to the sum 1 instead.
            weight = width * np.exp((degrees - 1.0) * np.log(s) - degrees * (s * s - 1.0) / 2.0)
            self._on[count] = (s, weight / weight.sum(axis=-1, keepdims=True))
        return self._on[count]


@lru_cache(maxsize=8)
def _legendre(count: int) -> tuple[Floats, Floats]:
    x, weight = np.polynomial.legendre.leggauss(count)
    return x, weight


def probit(share: Floats) -> Floats:
    """Normal quantile kept finite: shares below 1e-300 and above 1 - 1.2e-16 are cut."""
    return np.asarray(special.ndtri(np.clip(share, 1e-300, 1.0 - 1.2e-16)))


def rising_root(
    gap: Callable[[Floats], Floats], first: Floats, second: Floats, bounds: tuple[float, float]
) -> Floats:
    """Roots of many rising, nearly straight functions at once, within common bounds.

    On the probit scale acceptance is almost a straight line in k and in z, so three or four secant
    steps reach the rounding error; a step that leaves the bracket halves it instead. Where there is
    no root within the bounds the nearer bound is returned.
    """
    low, high = np.full(first.shape, bounds[0]), np.full(first.shape, bounds[1])
    at, following = np.clip(first, *bounds), np.clip(second, *bounds)
    # Two guesses cut to the same bound would look like a step of 0, which means the end.
    following = np.where(following == at, (low + high) / 2.0, following)
    value = gap(at)
    done = np.zeros(first.shape, dtype=bool)
    for _ in range(_STEPS):
        low, high = np.where(value < 0, at, low), np.where(value > 0, at, high)
        inside = (following >= low) & (following <= high)
        done |= value == 0
        following = np.where(done, at, np.where(inside, following, (low + high) / 2.0))
        # Secant steps shrink faster than linearly: after one this small nothing is left to gain.
        done |= np.abs(following - at) <= 1e-12 * (1.0 + np.abs(at))
        if done.all():
            break
        previous, before = at, value
        at = following
        value = gap(at)
        rise = value - before
        step = np.divide(value * (at - previous), rise, out=np.full_like(value, np.nan), where=rise != 0)
        following = at - step
    return np.asarray(following)


def _accepted(deviate: Floats, n: Floats, k: Floats) -> Floats:
    return Spread(n).accepted(deviate, k)


def _deviate_at(target: Floats, n: Floats, k: Floats) -> Floats:
    """Deviate z whose probit of acceptance is `target`."""
    spread = Spread(n)
    slope = np.sqrt(n / (1.0 + k * k / 2.0))
    z = np.asarray(k + target / slope)
    return rising_root(
        lambda at: probit(spread.accepted(at, k)) - target, z, z + 0.01 / slope, (-_FARTHEST, _FARTHEST)
    )


def _by_blocks(
    work: Callable[[Floats, Floats, Floats], Floats],
    values: Floats,
    n: Floats,
    k: Floats,
    shape: tuple[int, ...],
) -> Floats:
    """Apply `work` to blocks that hold in memory with all their nodes; one plan stays one plan."""
    flat = [a.ravel() if a.size == 1 else np.broadcast_to(a, shape).ravel() for a in (values, n, k)]
    flat[0] = np.broadcast_to(values, shape).ravel()
    out = np.empty(flat[0].shape)
    for start in range(0, out.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        out[block] = work(*(a if a.size == 1 else a[block] for a in flat))
    return out.reshape(shape)


def checked_plan(sample_size: ArrayLike, constant: ArrayLike, sigma: Sigma) -> tuple[Floats, Floats]:
    """Sample sizes and constants of k-plans as doubles; errors as for `acceptance_probability`."""
    check_sigma(sigma)
    n = wholes(sample_size, "sample_size", least=1 if sigma == "known" else 2, most=LARGEST_SAMPLE)
    k = np.asarray(constant)
    numbers = k.astype(np.float64) if k.dtype.kind in "iuf" else np.full(k.shape, np.nan)
    bad: NDArray[np.bool_] = ~(np.abs(numbers) <= LARGEST_CONSTANT)
    if bad.any():
        raise InvalidInput(
            "constant.range",
            N_("The acceptability constant is %(value)s; it must be a number from -%(most)d to %(most)d."),
            N_("Take k from the plan, in standard deviations: usually between 0.5 and 3."),
            value=str(k.ravel()[int(np.argmax(bad.ravel()))]),
            most=int(LARGEST_CONSTANT),
        )
    return n.astype(np.float64), numbers


def check_sigma(sigma: Sigma) -> None:
    """Refuse a name of the standard deviation that is neither "known" nor "unknown"."""
    if sigma not in get_args(Sigma):
        raise InvalidInput(
            "sigma.unknown",
            N_('"%(value)s" does not say whether the standard deviation is known.'),
            N_("Choose one of: %(known)s."),
            value=str(sigma),
            known=", ".join(get_args(Sigma)),
        )
