"""An index over time when its goalposts change: neighbouring periods on common goalposts, chained.

Refuses to compare two periods on different goalposts: a moved ruler is no progress.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.indices.aggregating import Mean, aggregate
from zhiheng.methods.indices.normalising import Normalisation, normalise
from zhiheng.methods.indices.structure import Floats, structure
from zhiheng.methods.indices.tables import Table, cell_fault

Bounds = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """An index over periods.

    Attributes
    ----------
    values : ndarray, shape (periods, units)
        The first period on the goalposts of the first link; each later one chained to it.
    links : ndarray, shape (periods - 1, units)
        Change from each period to the next, both on the goalposts of the link: a ratio or a difference.
    goalposts : ndarray, shape (periods - 1, indicators, 2)
    clipped : ndarray of int64, shape (periods - 1,)
        Cells beyond the goalposts of the link, in its two periods together.
    units : tuple of str
    """

    values: Floats
    links: Floats
    goalposts: Floats
    clipped: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    units: tuple[str, ...]


def chain(
    periods: Sequence[Table],
    goalposts: Sequence[Bounds] | None = None,
    *,
    scale: Normalisation | None = None,
    mean: Mean = "arithmetic",
    link: Literal["ratio", "difference"] = "ratio",
) -> Chain:
    r"""Chain an index over periods.

    With :math:`I_t^{(k)}` the index of period t on the goalposts of link k (periods k and k + 1):

    .. math:: C_0=I_0^{(0)},\quad C_{k+1}=C_k\,\frac{I_{k+1}^{(k)}}{I_k^{(k)}}
              \quad\text{or}\quad C_{k+1}=C_k+I_{k+1}^{(k)}-I_k^{(k)}.

    Parameters
    ----------
    periods : sequence of Table
        At least two, the same units in the same order on the same indicators.
    goalposts : sequence of goalposts, optional
        For each link, for each indicator (low, high); without them the range over all units of the
        two periods of the link.
    scale : Normalisation, optional
        Ends of the scale; 1 to 100 without.
    mean : str, default "arithmetic"
    link : str, default "ratio"
        "difference" keeps points as points; a ratio needs values above 0.

    Raises
    ------
    InvalidInput
        `indices.periods`, `indices.period_units`, `indices.links`, `indices.goalposts`, `indices.link`,
        `indices.missing` for a gap in any period, and what `normalise` and `aggregate` raise.

    Notes
    -----
    With the same goalposts for all links the chain is the index itself. With others it depends on the
    path (values that go and come back may not bring the index back) and may leave the scale: it tells
    of change, not of level.
    """
    _check(periods, goalposts, link)
    used = replace(scale or Normalisation(low=1.0), method="goalposts")
    posts, links, clipped, first = [], [], [], None
    for place, (before, after) in enumerate(pairwise(periods)):
        bounds = _range(before, after) if goalposts is None else goalposts[place]
        tree = structure(
            [
                replace(one, goalposts=(float(low), float(high)))
                for one, (low, high) in zip(before.structure.indicators, bounds, strict=True)
            ],
            before.structure.aggregates,
        )
        scored = [normalise(Table(one.values, one.units, tree), used) for one in (before, after)]
        old, new = (aggregate(one, mean).index for one in scored)
        first = old if first is None else first
        if link == "ratio" and (old <= 0).any():
            raise InvalidInput(
                "indices.link_zero",
                N_('The index of "%(unit)s" is %(value)s: a ratio to it says nothing.'),
                N_("Choose a scale that begins above 0, or chain differences."),
                unit=before.units[int(np.argmax(old <= 0))],
                value=float(old[np.argmax(old <= 0)]),
            )
        links.append(new / old if link == "ratio" else new - old)
        clipped.append(sum(int(one.clipped.sum()) for one in scored))
        posts.append(bounds)
    changes = np.array(links)
    start = np.asarray(first, np.float64)
    grown = start * np.cumprod(changes, axis=0) if link == "ratio" else start + np.cumsum(changes, axis=0)
    return Chain(
        np.vstack([start, grown]), changes, np.array(posts), np.array(clipped, np.int64), periods[0].units
    )


def _range(before: Table, after: Table) -> list[tuple[float, float]]:
    both = np.vstack([before.values, after.values])
    return list(zip(both.min(axis=0).tolist(), both.max(axis=0).tolist(), strict=True))


def _check(periods: Sequence[Table], goalposts: Sequence[Bounds] | None, link: str) -> None:
    if len(periods) < 2:
        raise InvalidInput(
            "indices.periods",
            N_("%(periods)d periods make no chain."),
            N_("Give at least two."),
            periods=len(periods),
        )
    if link not in ("ratio", "difference"):
        raise InvalidInput(
            "indices.link",
            N_('There is no link "%(link)s".'),
            N_("Choose ratio or difference."),
            link=link,
        )
    for place, one in enumerate(periods):
        if one.units != periods[0].units or one.structure.codes != periods[0].structure.codes:
            raise InvalidInput(
                "indices.period_units",
                N_("Period %(period)d has other units or indicators than the first, or another order."),
                N_("Give every period the same rows and columns."),
                period=place + 1,
            )
        gone = np.isnan(one.values)
        if gone.any():
            raise cell_fault("indices.missing", gone, one.values, one.units, one.structure.codes)
    if goalposts is None:
        return
    wanted = (len(periods) - 1, len(periods[0].structure.indicators))
    if len(goalposts) != wanted[0] or any(len(bounds) != wanted[1] for bounds in goalposts):
        raise InvalidInput(
            "indices.links",
            N_("The goalposts do not fit %(links)d links of %(indicators)d indicators."),
            N_("Give one pair of goalposts for each indicator, for each pair of neighbouring periods."),
            links=wanted[0],
            indicators=wanted[1],
        )
