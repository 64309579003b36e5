"""Single plans with the qualities they are judged at, checked once for every curve.

Refuses samples larger than their lot, and shares that no finite lot can have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.sampling.distributions import DISTRIBUTIONS, Distribution
from zhiheng.methods.sampling.quantities import Floats, broadcast, rates, shares, wholes

# p times N may miss a whole number by rounding of the division alone.
_WHOLE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Plans:
    """Checked plans of one common shape, with the shares nonconforming they are judged at.

    Attributes
    ----------
    p, n, c : ndarray of float64
        Share nonconforming, sample size, acceptance number.
    lot : ndarray of float64
        Lot size; infinite where none was given.
    distribution : {"binomial", "poisson", "hypergeometric"}
    """

    p: Floats
    n: Floats
    c: Floats
    lot: Floats
    distribution: Distribution

    @property
    def nonconforming(self) -> Floats:
        """Items nonconforming in each lot; lots are finite here."""
        return np.asarray(np.rint(self.p * self.lot))


def checked_plans(
    p: ArrayLike, sample: ArrayLike, number: ArrayLike, distribution: Distribution, lot: ArrayLike | None
) -> Plans:
    """Check plans and qualities and bring them to one shape; errors as for `acceptance_probability`."""
    if distribution not in DISTRIBUTIONS:
        refuse_distribution(distribution)
    if lot is None and distribution == "hypergeometric":
        refuse_missing_lot()
    quality = rates(p, "p", ends=True) if distribution == "poisson" else shares(p, "p", ends=True)
    n = wholes(sample, "sample_size", least=1).astype(np.float64)
    c = wholes(number, "acceptance_number", least=0).astype(np.float64)
    size = np.asarray(np.inf) if lot is None else wholes(lot, "lot_size", least=1).astype(np.float64)
    quality, n, c, size = broadcast(quality, n, c, size)
    plans = Plans(quality, n, c, size, distribution)
    _refuse_sample_above_lot(plans)
    if distribution == "hypergeometric":
        _refuse_part_of_item(plans)
    return plans


def refuse_distribution(distribution: str) -> NoReturn:
    """Say which distributions there are."""
    raise InvalidInput(
        "distribution.unknown",
        N_('There is no distribution "%(distribution)s" for sampling plans.'),
        N_("Choose one of: %(known)s."),
        distribution=str(distribution),
        known=", ".join(DISTRIBUTIONS),
    )


def refuse_missing_lot() -> NoReturn:
    """Say that a finite lot needs its size."""
    raise InvalidInput(
        "lot_size.missing",
        N_("A finite lot was meant, but its size is not given."),
        N_("Give the lot size, or take the binomial distribution for a large lot."),
    )


def _refuse_sample_above_lot(plans: Plans) -> None:
    above = plans.n > plans.lot
    if above.any():
        first = int(np.argmax(above.ravel()))
        raise InvalidInput(
            "sample.above_lot",
            N_("The sample has %(sample)d items, the lot only %(lot)d."),
            N_("Take at most the whole lot, or check which of the two is wrong."),
            sample=int(plans.n.ravel()[first]),
            lot=int(plans.lot.ravel()[first]),
        )


def _refuse_part_of_item(plans: Plans) -> None:
    items = plans.p * plans.lot
    partial = np.abs(items - np.rint(items)) > _WHOLE
    if partial.any():
        first = int(np.argmax(partial.ravel()))
        raise InvalidInput(
            "p.not_in_lot",
            N_("A share of %(p)s is not a whole number of items in a lot of %(lot)d."),
            N_("Give a number of items divided by the lot size."),
            p=str(float(plans.p.ravel()[first])),
            lot=int(plans.lot.ravel()[first]),
        )
