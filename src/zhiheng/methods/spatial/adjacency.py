r"""Zones that hang together: circles cut down to what can be reached, and shapes of any form.

Circles cross rivers and mountains. `connected_circles` keeps of each circle only the places that can be
reached from its centre over neighbours inside the circle; as the circle grows, so does what can be
reached, and the zones of a centre stay a chain. `flexible` takes every connected set among the nearest
places of a centre, so that a cluster along a road is found. This module refuses to guess who borders on
whom: the caller gives the pairs.

Sources: T. Tango, K. Takahashi (2005), International Journal of Health Geographics 4, 11 (flexible); M.
Kulldorff (1997), Communications in Statistics: Theory and Methods 26, 1481-1496 (zones of any form).
"""

from __future__ import annotations

import heapq
import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.spatial.zones import Zones, chained, distances, population_of, positions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_NEAREST_MOST: Final = 20
_ZONES_MOST: Final = 2_000_000
_SAME: Final = 1e-12


def connected_circles(
    coordinates: ArrayLike,
    neighbours: ArrayLike,
    *,
    population: ArrayLike | None = None,
    most_share: float = 0.5,
    longest_radius: float = math.inf,
    geographic: bool = False,
) -> Zones:
    """Circles, of which only what hangs together with the centre counts.

    Parameters
    ----------
    coordinates, population, most_share, longest_radius, geographic
        As for `zones.circles`; places at one distance join together.
    neighbours : array_like of int, shape (pairs, 2)
        Pairs of places that border on each other, in either order.

    Returns
    -------
    Zones
        Places in the order in which they can be reached; the radii are those of the circles.

    Raises
    ------
    InvalidInput
        As `zones.circles`, and `spatial.neighbours`.
    """
    points = positions(coordinates, geographic=geographic)
    weights = population_of(population, len(points), most_share, longest_radius)
    borders = _borders(neighbours, len(points))
    limit = most_share * float(weights.sum()) * (1 + _SAME)
    chains = []
    for centre in range(len(points)):
        distance = distances(points, np.array([centre]), geographic)[0]
        order, reach = _reached(centre, distance, borders, weights, limit, longest_radius * (1 + _SAME))
        ends = np.append(reach[1:] > reach[:-1] * (1 + _SAME), True)
        # The place that went over the limit shows whether the zone before it was complete.
        whole = np.flatnonzero(ends[: order.size - 1])
        length = int(whole[-1]) + 1 if whole.size else 0
        if length:
            chains.append((centre, order[:length], reach[:length], ends[:length]))
    return _together(chains, len(points))


def _reached(
    centre: int, distance: Floats, borders: list[list[int]], weights: Floats, limit: float, longest: float
) -> tuple[Ints, Floats]:
    """Places by the radius at which they can be reached, and one past the limit at an endless radius."""
    order: list[int] = []
    reach: list[float] = []
    seen = {centre}
    waiting = [(0.0, centre)]
    held = 0.0
    while waiting:
        radius, place = heapq.heappop(waiting)
        held += weights[place]
        if held > limit or radius > longest:
            # At its own radius, so that places equally far do not join without it.
            order.append(place)
            reach.append(radius)
            return np.array(order), np.array(reach)
        order.append(place)
        reach.append(radius)
        for other in borders[place]:
            if other not in seen:
                seen.add(other)
                heapq.heappush(waiting, (max(radius, float(distance[other])), other))
    return np.array([*order, -1]), np.array([*reach, math.inf])


def flexible(
    coordinates: ArrayLike,
    neighbours: ArrayLike,
    *,
    nearest: int = 8,
    population: ArrayLike | None = None,
    most_share: float = 0.5,
    geographic: bool = False,
) -> Zones:
    """Every connected set of places that holds a centre and others among its nearest.

    Parameters
    ----------
    coordinates, population, most_share, geographic
        As for `zones.circles`.
    neighbours : array_like of int, shape (pairs, 2)
        Pairs of places that border on each other, in either order.
    nearest : int, default 8
        Places about each centre, itself among them; 1 to 20. The number of sets grows steeply.

    Returns
    -------
    Zones
        Each set once, with the lowest centre that gives it, as a chain with one end.

    Raises
    ------
    InvalidInput
        As `zones.circles`, and `spatial.neighbours`, `spatial.nearest`, `spatial.too_many_zones`.
    """
    points = positions(coordinates, geographic=geographic)
    weights = population_of(population, len(points), most_share, math.inf)
    borders = _borders(neighbours, len(points))
    if not 1 <= nearest <= _NEAREST_MOST:
        raise InvalidInput(
            "spatial.nearest",
            N_("Sets among the nearest %(nearest)d places cannot all be looked at."),
            N_("Take 1 to %(most)d; 8 to 12 is usual."),
            nearest=nearest,
            most=_NEAREST_MOST,
        )
    limit = most_share * float(weights.sum()) * (1 + _SAME)
    known: set[tuple[int, ...]] = set()
    chains = []
    for centre in range(len(points)):
        distance = distances(points, np.array([centre]), geographic)[0]
        near = np.lexsort((np.arange(len(points)), distance))[:nearest]
        for chosen in _connected_sets(centre, [int(one) for one in near], borders):
            members = np.array(chosen)
            if chosen in known or weights[members].sum() > limit:
                continue
            known.add(chosen)
            ends = np.append(np.zeros(members.size - 1, np.bool_), True)
            chains.append((centre, members, np.full(members.size, distance[members].max()), ends))
        if len(known) > _ZONES_MOST:
            raise InvalidInput(
                "spatial.too_many_zones",
                N_("There are more than %(most)d connected sets among the nearest %(nearest)d places."),
                N_("Take fewer nearest places, or circles that hang together."),
                most=_ZONES_MOST,
                nearest=nearest,
            )
    return _together(chains, len(points))


def _connected_sets(centre: int, near: list[int], borders: list[list[int]]) -> set[tuple[int, ...]]:
    """All connected sets of the near places that hold the centre, grown by one place at a time."""
    allowed = set(near)
    level: set[tuple[int, ...]] = {(centre,)}
    found = set(level)
    while level:
        level = {
            tuple(sorted((*one, other)))
            for one in level
            for place in one
            for other in borders[place]
            if other in allowed and other not in one
        }
        found |= level
    return found


def _borders(neighbours: ArrayLike, places: int) -> list[list[int]]:
    pairs = np.asarray(neighbours)
    sound = pairs.size == 0 or (pairs.ndim == 2 and pairs.shape[1] == 2 and pairs.dtype.kind in "iu")
    if not sound or (pairs.size and (int(pairs.min()) < 0 or int(pairs.max()) >= places)):
        raise InvalidInput(
            "spatial.neighbours",
            N_("The neighbours are not pairs of places from 0 to %(last)d."),
            N_("Give a table of whole numbers with two columns, one row for each common border."),
            last=places - 1,
        )
    borders: list[set[int]] = [set() for _ in range(places)]
    for one, other in pairs.reshape(-1, 2).tolist():
        if one != other:
            borders[one].add(other)
            borders[other].add(one)
    return [sorted(each) for each in borders]


def _together(chains: list[tuple[int, Ints, Floats, NDArray[np.bool_]]], places: int) -> Zones:
    nothing = [np.empty(0)]
    return chained(
        places,
        np.array([chain[0] for chain in chains], np.int64),
        np.array([chain[1].size for chain in chains], np.int64),
        np.concatenate([chain[1] for chain in chains] or nothing).astype(np.int64),
        np.concatenate([chain[2] for chain in chains] or nothing),
        np.concatenate([chain[3] for chain in chains] or nothing).astype(np.bool_),
    )
