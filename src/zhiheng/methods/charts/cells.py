"""Measurements and counts as a chart takes them, checked once; a fault is told with its cell.

Cells are counted from 1, as the rows and columns of a sheet are. Nothing is filled, rounded or dropped:
a point left out silently would move every limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LARGEST_COUNT = 2.0**53  # from here on a double no longer holds every whole number


def measured(values: ArrayLike, name: str, *, dimensions: int = 1) -> Floats:
    """Finite numbers in an array of at least so many dimensions.

    Raises
    ------
    InvalidInput
        `chart.type`, `chart.missing`, `chart.infinite` with name and cell; `chart.shape`.
    """
    if isinstance(values, np.ma.MaskedArray) and (mask := np.ma.getmaskarray(values)).any():
        _missing(mask, name)  # asarray would unmask silently
    try:
        array = np.asarray(values)
    except ValueError:
        raise _ragged(name) from None
    if array.dtype.kind not in "iufb":
        array = _numbers(array, name)
    # Nothing is copied that is right already: a hundred thousand charts pass through here.
    array = np.asarray(array, np.float64)
    if array.ndim < dimensions or array.size == 0:
        raise InvalidInput(
            "chart.shape",
            N_('"%(name)s" has the shape %(shape)s; %(dimensions)d dimensions with values are needed.'),
            N_("Give the measurements in time order along the last axis."),
            name=name,
            shape=str(array.shape),
            dimensions=dimensions,
        )
    if not np.isfinite(array).all():
        if (missing := np.isnan(array)).any():
            _missing(missing, name)
        raise InvalidInput(
            "chart.infinite",
            N_('The value of "%(name)s" at cell %(cell)s is infinite.'),
            N_("Correct it at the source."),
            name=name,
            cell=cell(np.isinf(array)),
        )
    return array


def counted(values: ArrayLike, name: str) -> Floats:
    """Whole numbers of 0 or more, as exact doubles.

    Raises
    ------
    InvalidInput
        As `measured`, and `chart.negative`, `chart.fraction`, `chart.too_large` with name and cell.
    """
    array = measured(values, name)
    if array.min() < 0:
        _refuse(
            "chart.negative", N_('The count "%(name)s" at cell %(cell)s is %(value)s: below 0.'), array < 0,
            array, name,
        )  # fmt: skip
    if array.max() >= LARGEST_COUNT:
        _refuse(
            "chart.too_large",
            N_('The count "%(name)s" at cell %(cell)s is %(value)s: too large to be counted exactly.'),
            array >= LARGEST_COUNT, array, name,
        )  # fmt: skip
    if np.asarray(values).dtype.kind == "f" and (fraction := array != np.floor(array)).any():
        _refuse(
            "chart.fraction",
            N_('The count "%(name)s" at cell %(cell)s is %(value)s: not a whole number.'),
            fraction, array, name,
        )  # fmt: skip
    return array


def positive(values: ArrayLike, name: str) -> Floats:
    """Finite numbers above 0 (areas, sizes, standard deviations).

    Raises
    ------
    InvalidInput
        As `measured`, and `chart.not_positive` with name and cell.
    """
    array = measured(values, name, dimensions=0)
    if array.min() <= 0:
        _refuse(
            "chart.not_positive",
            N_('The value of "%(name)s" at cell %(cell)s is %(value)s; it must be above 0.'),
            array <= 0, array, name,
        )  # fmt: skip
    return array


def rows(values: ArrayLike | Sequence[ArrayLike], name: str) -> list[Floats]:
    """Subgroups of unequal size, each checked; a fault is told with row and column."""
    checked = []
    for number, row in enumerate(values, 1):  # type: ignore[arg-type]  # a sequence, not a scalar: seen to
        try:
            checked.append(measured(row, name))
        except InvalidInput as fault:
            where = {**fault.params, "cell": f"[{number}, {str(fault.params.get('cell', '')).strip('[]')}]"}
            raise InvalidInput(fault.code, fault.message, fault.remedy, **where) from None
    return checked


def matched(first: Floats, second: Floats, names: tuple[str, str]) -> tuple[Floats, Floats]:
    """Both arrays brought to one shape.

    Raises
    ------
    InvalidInput
        `chart.shapes`.
    """
    try:
        return first, np.broadcast_to(second, np.broadcast_shapes(first.shape, second.shape))
    except ValueError:
        raise InvalidInput(
            "chart.shapes",
            N_('"%(first)s" of shape %(left)s and "%(second)s" of shape %(right)s do not fit together.'),
            N_("Give one value for each point, or one for all."),
            first=names[0],
            second=names[1],
            left=str(first.shape),
            right=str(second.shape),
        ) from None


def cell(bad: Bools) -> str:
    """Index of the first bad value, counted from 1: [3] in a row of points, [3, 2] in a table."""
    bad = np.atleast_1d(bad)
    index = np.unravel_index(int(np.argmax(bad)), bad.shape)
    return f"[{', '.join(str(int(one) + 1) for one in index)}]"


def constant(name: str) -> InvalidInput:
    """The error for data that never vary: no limit can be drawn from them."""
    return InvalidInput(
        "chart.constant",
        N_('The values of "%(name)s" do not vary: no spread can be estimated.'),
        N_("Check the resolution of the gauge, or give the standard deviation that is known."),
        name=name,
    )


def between(value: float, lower: float, upper: float, name: str) -> float:
    """A parameter inside an open range.

    Raises
    ------
    InvalidInput
        `chart.parameter`.
    """
    if not lower < value < upper:
        raise InvalidInput(
            "chart.parameter",
            N_('"%(name)s" is %(value)s; it must lie between %(lower)s and %(upper)s.'),
            N_("Choose a value inside this range."),
            name=name,
            value=str(value),
            lower=str(lower),
            upper=str(upper),
        )
    return float(value)


def _numbers(array: NDArray[np.generic], name: str) -> Floats:
    for index, one in np.ndenumerate(array):
        if isinstance(one, list | tuple):
            raise _ragged(name)
        try:
            float(one) if one is not None else None
        except (TypeError, ValueError):
            raise InvalidInput(
                "chart.type",
                N_('The value of "%(name)s" at cell %(cell)s is "%(value)s": not a number.'),
                N_("Give measurements as numbers."),
                name=name,
                cell=f"[{', '.join(str(i + 1) for i in index)}]",
                value=str(one),
            ) from None
    return array.astype(np.float64)


def _ragged(name: str) -> InvalidInput:
    return InvalidInput(
        "chart.ragged",
        N_('The rows of "%(name)s" have different lengths.'),
        N_("Give rows of one length, or subgroups as a list of rows."),
        name=name,
    )


def _missing(bad: Bools, name: str) -> NoReturn:
    raise InvalidInput(
        "chart.missing",
        N_('The value of "%(name)s" at cell %(cell)s is missing.'),
        N_("Enter it, or leave the whole point out and say so."),
        name=name,
        cell=cell(bad),
    )


def _refuse(code: str, message: str, bad: Bools, array: Floats, name: str) -> NoReturn:
    raise InvalidInput(
        code,
        message,
        N_("Correct it at the source."),
        name=name,
        cell=cell(bad),
        value=str(float(array.flat[int(np.argmax(bad))])),
    )
