"""Labels of strata, clusters and groups, brought to codes 0, 1, 2 … with each label kept once.

Refuses a missing label: a row that belongs nowhere would change every sum without being seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats

Codes = NDArray[np.int64]
Labels = NDArray[np.generic]

_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, so that powers of it mix all 64 bits of a text


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """One code per row, and the sorted labels that the codes stand for."""

    codes: Codes
    labels: Labels


def coded(values: ArrayLike, name: str) -> Coded:
    """Codes of the labels, in the order of the sorted labels.

    Parameters
    ----------
    values : array_like
        One label per row: integers, texts, or whatever sorts.
    name : str
        What the labels are, for the error (`"strata"`).

    Raises
    ------
    InvalidInput
        `labels.shape` unless it is one list; `labels.missing` for NaN, None or a masked label, with
        its position; `labels.type` for labels that cannot be put in an order.
    """
    array = np.asarray(values)
    if array.ndim != 1:
        raise InvalidInput(
            "labels.shape",
            N_('The labels of "%(name)s" have the shape %(shape)s, not one label for each row.'),
            N_("Give one list with one label per row."),
            name=name,
            shape=str(array.shape),
        )
    _refuse_missing(values, array, name)
    if array.size < 2:
        return Coded(np.zeros(array.size, dtype=np.int64), array)
    # Rows mostly come in runs of one label, and then only the heads of the runs need sorting.
    starts = np.flatnonzero(array[1:] != array[:-1]) + 1
    if 2 * starts.size > array.size:
        return _sorted(array, name)
    starts = np.concatenate([[0], starts])
    heads = _sorted(array[starts], name)
    return Coded(np.repeat(heads.codes, np.diff(starts, append=array.size)), heads.labels)


def distinct(keys: Codes, bound: int) -> tuple[Codes, Codes]:
    """The different keys in order, and the place of each row's key among them; 0 <= key < bound.

    Sorting costs far more than marking a table, so the table is taken as long as it stays small.
    """
    if bound > max(1_000_000, 8 * keys.size):
        found, back = np.unique(keys, return_inverse=True)
        return found, back.astype(np.int64, copy=False)
    there = np.zeros(bound, dtype=np.bool_)
    there[keys] = True
    found = np.flatnonzero(there)
    place = np.zeros(bound, dtype=np.int64)
    place[found] = np.arange(found.size)
    return found, place[keys]


def sums_by(codes: Codes, values: Floats, size: int) -> Floats:
    """Sum of the values of each code 0 … size - 1."""
    return np.asarray(np.bincount(codes, values, size), dtype=np.float64)


def _sorted(array: Labels, name: str) -> Coded:
    if array.dtype.kind in "iu":
        return _integers(array)
    if array.dtype.kind == "U" and array.dtype.itemsize:
        found = _texts(array)
        if found is not None:
            return found
    try:
        labels, codes = np.unique(array, return_inverse=True)
    except TypeError:
        raise InvalidInput(
            "labels.type",
            N_('The labels of "%(name)s" are of different types and cannot be put in an order.'),
            N_("Give all labels as texts, or all as integers."),
            name=name,
        ) from None
    return Coded(codes.astype(np.int64, copy=False), labels)


def _integers(array: Labels) -> Coded:
    lowest, highest = int(array.min()), int(array.max())
    if highest - lowest > 8 * array.size or highest >= 2**62:
        labels, codes = np.unique(array, return_inverse=True)
        return Coded(codes.astype(np.int64, copy=False), labels)
    found, codes = distinct(array.astype(np.int64) - lowest, highest - lowest + 1)
    return Coded(codes, (found + lowest).astype(array.dtype))


def _texts(array: Labels) -> Coded | None:
    """Texts sorted by a 64-bit number made of their characters; None should two texts share one."""
    letters = np.ascontiguousarray(array).view(np.uint32).reshape(array.size, -1)
    key = np.zeros(array.size, dtype=np.uint64)
    for letter in letters.T:
        key = key * _SPREAD + letter
    keys, codes = np.unique(key, return_inverse=True)
    first = np.zeros(keys.size, dtype=np.int64)
    first[codes] = np.arange(array.size)
    labels = array[first]
    if (letters[first][codes] != letters).any():
        return None
    order = np.argsort(labels)
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size)
    return Coded(rank[codes], labels[order])


def _refuse_missing(values: ArrayLike, array: Labels, name: str) -> None:
    if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        _missing(np.ma.getmaskarray(values), name)
    if array.dtype.kind == "f" and np.isnan(array).any():
        _missing(np.isnan(array), name)
    if array.dtype.kind == "O":
        bad = np.fromiter((v is None or v != v for v in array), dtype=np.bool_, count=array.size)
        if bad.any():
            _missing(bad, name)


def _missing(bad: NDArray[np.bool_], name: str) -> NoReturn:
    raise InvalidInput(
        "labels.missing",
        N_('At position %(position)d the label of "%(name)s" is missing.'),
        N_("Give every row its label, or leave the row out."),
        name=name,
        position=int(np.argmax(bad)),
    )
