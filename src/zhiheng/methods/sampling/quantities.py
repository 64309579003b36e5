"""Numbers that a sampling plan is asked with, checked once for every method of this package.

Refuses whatever is no whole number where items are counted and no share where a quality or a risk
is meant; it never rounds, clips or fills in. One sentence per quantity, so that it reads well in
every language.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Sample sizes enter double precision and loops: no inspection comes near this bound.
LARGEST = 10**12

_WHOLE = {
    "lot_size": N_("The lot size is %(value)s; it must be a whole number from %(least)d to %(most)d."),
    "sample_size": N_("The sample size is %(value)s; it must be a whole number from %(least)d to %(most)d."),
    "acceptance_number": N_(
        "The acceptance number is %(value)s; it must be a whole number from %(least)d to %(most)d."
    ),
    "nonconforming": N_(
        "The number of nonconforming items is %(value)s;"
        " it must be a whole number from %(least)d to %(most)d."
    ),
    "limit": N_(
        "The limiting number of nonconforming items is %(value)s;"
        " it must be a whole number from %(least)d to %(most)d."
    ),
    "points": N_("The number of points is %(value)s; it must be a whole number from %(least)d to %(most)d."),
}
_SHARE = {
    "p": N_("The share nonconforming is %(value)s; it must lie between 0 and 1."),
    "prq": N_("The quality that should pass is %(value)s; it must be a share between 0 and 1."),
    "crq": N_("The quality that should fail is %(value)s; it must be a share between 0 and 1."),
    "producer_risk": N_("The producer's risk is %(value)s; it must be a share between 0 and 1."),
    "consumer_risk": N_("The consumer's risk is %(value)s; it must be a share between 0 and 1."),
    "acceptance": N_("The probability of acceptance is %(value)s; it must lie between 0 and 1."),
    "dql": N_("The declared quality level is %(value)s; it must be a share between 0 and 1."),
}


def wholes(values: ArrayLike, name: str, *, least: int, most: int = LARGEST) -> Ints:
    """Whole numbers from `least` to `most`, as int64.

    Raises
    ------
    InvalidInput
        `<name>.whole`, with the first value that is none.
    """
    array = np.asanyarray(values)  # a masked array stays one, so that what is masked is seen
    numbers = _numbers(array)
    bad = ~((numbers >= least) & (numbers <= most) & (numbers == np.floor(numbers)))
    if bad.any():
        raise InvalidInput(
            f"{name}.whole",
            _WHOLE[name],
            N_("Correct the number; it is neither rounded nor filled in here."),
            value=_shown(array, bad),
            least=least,
            most=most,
        )
    return numbers.astype(np.int64)


def whole(value: float, name: str, *, least: int, most: int = LARGEST) -> int:
    """One whole number; errors as for `wholes`."""
    return int(wholes(value, name, least=least, most=most))


def shares(values: ArrayLike, name: str, *, ends: bool = False) -> Floats:
    """Shares strictly between 0 and 1, or from 0 to 1 with `ends`.

    Raises
    ------
    InvalidInput
        `<name>.share`, with the first value that is none.
    """
    array = np.asanyarray(values)  # a masked array stays one, so that what is masked is seen
    numbers = _numbers(array)
    inside = (numbers >= 0) & (numbers <= 1) if ends else (numbers > 0) & (numbers < 1)
    if not inside.all():
        raise InvalidInput(
            f"{name}.share",
            _SHARE[name],
            N_("Give it as a share: 0.01 for 1 %%."),
            value=_shown(array, ~inside),
        )
    return numbers


def rates(values: ArrayLike, name: str, *, ends: bool = False) -> Floats:
    """Nonconformities per item, above 0 and finite, or from 0 with `ends`; there may be several on one.

    Raises
    ------
    InvalidInput
        `<name>.rate`, with the first value that is none.
    """
    array = np.asanyarray(values)  # a masked array stays one, so that what is masked is seen
    numbers = _numbers(array)
    inside = ((numbers >= 0) if ends else (numbers > 0)) & (numbers < np.inf)
    if not inside.all():
        raise InvalidInput(
            f"{name}.rate",
            N_("The number of nonconformities per item is %(value)s; it must be a finite number above 0."),
            N_("Give it per item: 0.4 for 40 nonconformities per 100 items."),
            value=_shown(array, ~inside),
        )
    return numbers


def broadcast(*arrays: Floats) -> tuple[Floats, ...]:
    """Bring arrays to one shape.

    Raises
    ------
    InvalidInput
        `sampling.shapes` when they do not fit together.
    """
    try:
        return tuple(np.broadcast_arrays(*arrays))
    except ValueError:
        raise InvalidInput(
            "sampling.shapes",
            N_("The values have shapes that do not fit together: %(shapes)s."),
            N_("Give one value for each plan, or one for all."),
            shapes=", ".join(str(array.shape) for array in arrays),
        ) from None


def sealed(values: NDArray[np.generic]) -> None:
    """Close an array to writing: results are facts."""
    values.flags.writeable = False


def _numbers(array: NDArray[np.generic]) -> Floats:
    """Doubles; NaN where a value is no number at all, so that every later comparison refuses it."""
    if isinstance(array, np.ma.MaskedArray):
        return np.asarray(np.ma.filled(array.astype(np.float64), np.nan))
    if array.dtype.kind not in "iuf":
        return np.full(array.shape, np.nan)
    return array.astype(np.float64)


def _shown(array: NDArray[np.generic], bad: NDArray[np.bool_]) -> str:
    return str(array.ravel()[int(np.argmax(bad.ravel()))])
