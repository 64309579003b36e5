r"""Three ideas of chance under which a scan compares a window with the rest.

Poisson: cases fall in proportion to what is expected. Bernoulli: each item is a case with one common
probability. Space-time permutation: places and times of the cases are independent, and nothing else is
known. Each gives every cell (place, period) a number of cases and a size; a window with c cases and the
size m is compared by the logarithm of its likelihood ratio, which grows with c and falls with m as long
as the window has more than its share. This module refuses counts that are no counts, and cases where
none can be expected.

Sources: M. Kulldorff (1997), Communications in Statistics: Theory and Methods 26, 1481-1496; M. Kulldorff
et al. (2005), PLoS Medicine 2, e59 (permutation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from zhiheng.methods.errors import N_, InvalidInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Kind = Literal["poisson", "bernoulli", "permutation"]
# Above this numpy draws no hypergeometric numbers, and sums of products are near the end of a double.
_MOST: Final = 10**9
_CASES_PER_CELL: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Cases and sizes of all cells.

    Attributes
    ----------
    kind : {"poisson", "bernoulli", "permutation"}
    cases : ndarray of int64, shape (places, periods)
    size : ndarray of float64, shape (places, periods)
        Expected cases, adding up to the cases; for Bernoulli the items (cases and controls).
    total : int
        All cases.
    whole : float
        Sum of the sizes.
    """

    kind: Kind
    cases: Ints
    size: Floats
    total: int
    whole: float


def poisson(cases: ArrayLike, expected: ArrayLike) -> Model:
    """Cases against what is expected.

    Parameters
    ----------
    cases : array_like of int, shape (places,) or (places, periods)
    expected : array_like of float
        Same shape, or (places,) if it is the same in all periods. Any scale: expected counts,
        population, sales; it is scaled to the number of cases.

    Raises
    ------
    InvalidInput
        `spatial.counts`, `spatial.counts_shape`, `spatial.no_cases`, `spatial.too_many`,
        `spatial.expected_shape`, `spatial.expected_zero`.
    """
    found = _counts(cases, "cases")
    size = np.asarray(expected, np.float64)
    if size.ndim == 1:
        size = size[:, None]
    if size.shape not in (found.shape, (len(found), 1)):
        raise InvalidInput(
            "spatial.expected_shape",
            N_("Expected counts of shape %(expected)s do not fit to cases of shape %(cases)s."),
            N_("Give one expected count for each count of cases, or one for each place."),
            expected=str(size.shape),
            cases=str(found.shape),
        )
    size = np.broadcast_to(size, found.shape)
    _whole_table(~(np.isfinite(size) & (size >= 0)), size, "expected")
    empty = size.sum(axis=1) <= 0
    impossible = empty[:, None] | ((size == 0) & (found > 0))
    if impossible.any():
        place, period = (int(one[0]) for one in np.nonzero(impossible))
        raise InvalidInput(
            "spatial.expected_zero",
            N_("Nothing is expected at place %(place)d, period %(period)d, where %(cases)d cases are."),
            N_("Expect something wherever there may be cases, or leave the place out."),
            place=place,
            period=period,
            cases=int(found[place, period]),
        )
    total = int(found.sum())
    return Model("poisson", found, size * (total / size.sum()), total, float(total))


def bernoulli(cases: ArrayLike, controls: ArrayLike) -> Model:
    """Cases against controls: nonconforming against conforming items, say.

    Parameters
    ----------
    cases, controls : array_like of int, shape (places,) or (places, periods)
        Fewer than 10⁹ items in all.

    Raises
    ------
    InvalidInput
        As `poisson` for the counts, and `spatial.controls_shape`, `spatial.no_controls`,
        `spatial.too_many`.
    """
    found, others = _counts(cases, "cases"), _counts(controls, "controls")
    if found.shape != others.shape:
        raise InvalidInput(
            "spatial.controls_shape",
            N_("Controls of shape %(controls)s do not fit to cases of shape %(cases)s."),
            N_("Give the number of controls for each number of cases."),
            controls=str(others.shape),
            cases=str(found.shape),
        )
    size = found + others
    _total(float(size.sum()), "items")
    return Model("bernoulli", found, size.astype(np.float64), int(found.sum()), float(size.sum()))


def permutation(cases: ArrayLike) -> Model:
    r"""Cases against what their own margins give: :math:`\mu_{pt}=C_{p\cdot}C_{\cdot t}/C`.

    Needs no population. What rises everywhere at once is not found, and a shift of population over time
    may be mistaken for a cluster.

    Parameters
    ----------
    cases : array_like of int, shape (places, periods)
        At least two periods.

    Raises
    ------
    InvalidInput
        As `poisson` for the counts, and `spatial.one_period`.
    """
    found = _counts(cases, "cases")
    if found.shape[1] < 2:
        raise InvalidInput(
            "spatial.one_period",
            N_("There is one period, and permuting times needs at least two."),
            N_("Give cases by place and period, or use the Poisson model with expected counts."),
        )
    total = int(found.sum())
    size = np.outer(found.sum(axis=1), found.sum(axis=0)) / total
    return Model("permutation", found, size, total, float(total))


def merged(model: Model) -> Model:
    """The same places with all periods as one."""
    if model.kind == "permutation":
        raise InvalidInput(
            "spatial.permutation_whole",
            N_("With all periods as one, permuting times changes nothing."),
            N_("Scan over stretches of time, or use another model."),
        )
    cases, size = model.cases.sum(axis=1, keepdims=True), model.size.sum(axis=1, keepdims=True)
    return Model(model.kind, cases, size, model.total, model.whole)


def ratio(model: Model, cases: ArrayLike, size: ArrayLike) -> Floats:
    r"""Logarithm of the likelihood ratio of windows; 0 where a window has no more than its share.

    Poisson and permutation: :math:`c\ln\frac{c}{m}+(C-c)\ln\frac{C-c}{C-m}`. Bernoulli, with N items:
    :math:`c\ln\frac cm+(m-c)\ln\frac{m-c}m+(C-c)\ln\frac{C-c}{N-m}+(N-m-C+c)\ln\frac{N-m-C+c}{N-m}
    -C\ln\frac CN-(N-C)\ln\frac{N-C}N`.
    """
    c, m = np.broadcast_arrays(np.asarray(cases, np.float64), np.asarray(size, np.float64))
    out = np.zeros(c.shape)
    over = c * model.whole > model.total * m * (1 + 1e-12)
    c, m = c[over], m[over]
    total, whole = float(model.total), model.whole
    with np.errstate(divide="ignore", invalid="ignore"):
        if model.kind == "bernoulli":
            rest, left = whole - m, total - c
            found = special.xlogy(c, c / m) + special.xlogy(m - c, 1 - c / m)
            found += special.xlogy(left, left / rest) + special.xlogy(rest - left, 1 - left / rest)
            found -= special.xlogy(total, total / whole) + special.xlogy(whole - total, 1 - total / whole)
        else:
            # Past the last case nothing is left, and its logarithm is not asked for.
            found = c * np.log(c / m) + special.xlogy(total - c, (total - c) / (total - m))
    out[over] = np.maximum(found, 0.0)
    return out


def simulated(model: Model, first: int, copies: int, rng: np.random.Generator) -> Ints:
    """Cases by chance in the periods from `first` on, shape (places, periods - first, copies)."""
    shape = (len(model.cases), model.cases.shape[1] - first)
    if model.kind == "poisson":
        return _by_share(model, first, copies, rng).reshape(*shape, copies)
    if model.kind == "permutation":
        return _by_permuting(model, first, copies, rng).reshape(*shape, copies)
    cells = model.size[:, first:].ravel().astype(np.int64)
    urn = np.append(cells, int(model.whole) - int(cells.sum()))
    drawn = rng.multivariate_hypergeometric(urn, model.total, size=copies, method="marginals")
    return np.ascontiguousarray(drawn[:, :-1].T).reshape(*shape, copies)


def _by_share(model: Model, first: int, copies: int, rng: np.random.Generator) -> Ints:
    sizes = model.size[:, first:].ravel()
    reach = np.cumsum(sizes)
    if reach[-1] * model.total > _CASES_PER_CELL * sizes.size * model.whole:
        # Many cases on few cells: numbers of each cell are sooner drawn than cells of each case.
        share = np.append(sizes, max(model.whole - reach[-1], 0.0))
        drawn = rng.multinomial(model.total, share / share.sum(), size=copies)
        return np.ascontiguousarray(drawn[:, :-1].T).ravel()
    # Cases outside the periods looked at need no cell.
    number = rng.binomial(model.total, min(reach[-1] / model.whole, 1.0), size=copies)
    cells = np.searchsorted(reach, rng.random(int(number.sum())) * reach[-1], side="right")
    np.minimum(cells, reach.size - 1, out=cells)
    return _tallied(cells, np.repeat(np.arange(copies), number), reach.size, copies)


def _by_permuting(model: Model, first: int, copies: int, rng: np.random.Generator) -> Ints:
    places, times = np.nonzero(model.cases)
    counts = model.cases[places, times]
    places, times = np.repeat(places, counts), np.repeat(times, counts).astype(np.int32)
    mixed = rng.permuted(np.tile(times, (copies, 1)), axis=1) - first
    copy, case = np.nonzero(mixed >= 0)
    width = model.cases.shape[1] - first
    cells = places[case] * width + mixed[copy, case]
    return _tallied(cells, copy, len(model.cases) * width, copies)


def _tallied(cells: Ints, copy: Ints, size: int, copies: int) -> Ints:
    return np.bincount(cells * copies + copy, minlength=size * copies)


def _counts(values: ArrayLike, name: str) -> Ints:
    found = np.asarray(values)
    if found.ndim == 1:
        found = found[:, None]
    if found.ndim != 2 or not found.size or found.dtype.kind not in "iuf":
        raise InvalidInput(
            "spatial.counts_shape",
            N_("What was given as “%(name)s” is not a table of numbers by place and period."),
            N_("Give one row for each place and one column for each period."),
            name=name,
        )
    numbers = found.astype(np.float64)
    with np.errstate(invalid="ignore"):
        _whole_table(~(np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers))), numbers, name)
    _total(float(numbers.sum()), name)
    return found.astype(np.int64)


def _total(total: float, name: str) -> None:
    if not 0 < total < _MOST:
        raise InvalidInput(
            f"spatial.no_{name}" if total == 0 else "spatial.too_many",
            N_("The total of “%(name)s” is %(total)d."),
            N_("A scan needs at least one and fewer than 1 000 000 000."),
            total=int(total),
            name=name,
        )


def _whole_table(bad: NDArray[np.bool_], values: Floats, name: str) -> None:
    if bad.any():
        place, period = (int(one[0]) for one in np.nonzero(bad))
        raise InvalidInput(
            "spatial.counts",
            N_("In “%(name)s”, place %(place)d has %(value)s in period %(period)d."),
            N_("Give numbers from 0, whole where things are counted; nothing is filled in here."),
            name=name,
            place=place,
            period=period,
            value=str(float(values[place, period])),
        )
