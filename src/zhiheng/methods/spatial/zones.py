r"""Zones that a scan looks at: circles about every place, growing until they hold too much.

A chain is a list of places in the order in which they join the zone of one centre; each `end` in it closes
a zone, which holds the chain's places up to there. This module refuses to guess where a place lies:
a place without coordinates is an error, and so are two places in one spot.

Source: M. Kulldorff (1997), Communications in Statistics: Theory and Methods 26, 1481-1496.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Ties = Literal["together", "one_by_one"]
EARTH_RADIUS: Final = 6371.0088  # km, mean radius of the IUGG
_CENTRES_AT_ONCE: Final = 256
_SAME: Final = 1e-12  # two distances that differ by less, relative to the farthest, are equal


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """Zones as chains of places, one chain after another.

    Attributes
    ----------
    places : int
        Number of places on the map.
    starts : ndarray of int64, shape (chains + 1,)
        Chain i is `members[starts[i]:starts[i + 1]]`.
    members : ndarray of int64
        Numbers of places, in the order in which they join.
    ends : ndarray of bool, shape of `members`
        Whether a zone ends here; the last place of each chain always ends one.
    centres : ndarray of int64, shape (chains,)
        The place that the chain grows from.
    radii : ndarray of float64, shape of `members`
        Distance from the centre to the farthest place so far, in units of the coordinates or km.
    """

    places: int
    starts: Ints
    members: Ints
    ends: Flags
    centres: Ints
    radii: Floats


def circles(
    coordinates: ArrayLike,
    *,
    population: ArrayLike | None = None,
    most_share: float = 0.5,
    longest_radius: float = math.inf,
    geographic: bool = False,
    ties: Ties = "together",
) -> Zones:
    """Circles about every place, up to a share of the population and a radius.

    Parameters
    ----------
    coordinates : array_like of float, shape (places, 2)
        x and y in one unit; with `geographic`, longitude and latitude in degrees.
    population : array_like of float, shape (places,), optional
        What the share is a share of: people, expected cases, items. Without it, each place counts 1.
    most_share : float, default 0.5
        No zone holds more than this share of the population, in (0, 1].
    longest_radius : float, optional
        No zone is wider, in units of the coordinates (km with `geographic`).
    geographic : bool, default False
        Distances along the great circle of a sphere of radius 6371.0088 km.
    ties : {"together", "one_by_one"}, default "together"
        Places at one distance from the centre join at once, as a circle has it and so that the order
        of the places does not matter; or in the order of their numbers, as SaTScan and smerc do.

    Returns
    -------
    Zones
        A centre that alone holds more than the share has no zone.

    Raises
    ------
    InvalidInput
        `spatial.coordinates`, `spatial.place_without_coordinates`, `spatial.place_twice`,
        `spatial.coordinates_range`, `spatial.population`, `spatial.share`, `spatial.radius`,
        `spatial.ties`, `spatial.no_zones`.
    """
    points = positions(coordinates, geographic=geographic)
    weights = population_of(population, len(points), most_share, longest_radius)
    if ties not in ("together", "one_by_one"):
        raise InvalidInput(
            "spatial.ties",
            N_("There is no rule “%(ties)s” for places at one distance."),
            N_("Use together or one_by_one."),
            ties=str(ties),
        )
    limit = most_share * weights.sum() * (1 + _SAME)
    parts = []
    for first in range(0, len(points), _CENTRES_AT_ONCE):
        centres = np.arange(first, min(first + _CENTRES_AT_ONCE, len(points)))
        order, distance = _neighbours(points, centres, geographic)
        held = np.cumsum(weights[order], axis=1) <= limit
        held &= distance <= longest_radius * (1 + _SAME)
        closes = np.ones(order.shape, np.bool_)
        if ties == "together":
            closes[:, :-1] = distance[:, 1:] > distance[:, :-1] * (1 + _SAME)
        parts.append((centres, order, distance, *_trimmed(held, closes)))
    return _joined(parts, len(points))


def positions(coordinates: ArrayLike, *, geographic: bool) -> Floats:
    """Coordinates of each place, checked; with `geographic`, points on the unit sphere."""
    try:
        points = np.asarray(coordinates, np.float64)
    except (TypeError, ValueError):
        points = np.empty(0)
    if points.ndim != 2 or points.shape[1:] != (2,) or not len(points):
        raise InvalidInput(
            "spatial.coordinates",
            N_("The coordinates are not a table of numbers with two columns."),
            N_("Give one row for each place: x and y, or longitude and latitude."),
        )
    missing = ~np.isfinite(points).all(axis=1)
    if missing.any():
        raise InvalidInput(
            "spatial.place_without_coordinates",
            N_("Place %(place)d has no coordinates; so have %(count)d in all."),
            N_("Find its coordinates, or leave the place out of the counts as well."),
            place=int(np.argmax(missing)),
            count=int(missing.sum()),
        )
    _, first, number = np.unique(points, axis=0, return_index=True, return_inverse=True)
    again = first[number.ravel()] != np.arange(len(points))
    if again.any():
        place = int(np.argmax(again))
        raise InvalidInput(
            "spatial.place_twice",
            N_("Places %(first)d and %(second)d have the same coordinates."),
            N_("Add their counts together and give the place once."),
            first=int(first[number.ravel()[place]]),
            second=place,
        )
    return _on_sphere(points) if geographic else points


def _on_sphere(points: Floats) -> Floats:
    wrong = (np.abs(points[:, 0]) > 180) | (np.abs(points[:, 1]) > 90)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise InvalidInput(
            "spatial.coordinates_range",
            N_("Place %(place)d lies at longitude %(longitude)s, latitude %(latitude)s, which is nowhere."),
            N_("Give longitude from -180 to 180 first, then latitude from -90 to 90, in degrees."),
            place=place,
            longitude=float(points[place, 0]),
            latitude=float(points[place, 1]),
        )
    along, up = np.radians(points).T
    return np.column_stack((np.cos(up) * np.cos(along), np.cos(up) * np.sin(along), np.sin(up)))


def population_of(
    population: ArrayLike | None, places: int, most_share: float, longest_radius: float
) -> Floats:
    """Weights of the places, with the limits that go with them checked."""
    if not 0 < most_share <= 1:
        raise InvalidInput(
            "spatial.share",
            N_("A zone may hold at most a share of %(share)s of the population; that is no share."),
            N_("Give a share above 0 and at most 1; 0.5 is usual."),
            share=str(most_share),
        )
    if not longest_radius > 0:
        raise InvalidInput(
            "spatial.radius",
            N_("The longest radius is %(radius)s."),
            N_("Give a radius above 0, in the unit of the coordinates (km on the globe)."),
            radius=str(longest_radius),
        )
    weights = np.ones(places) if population is None else np.asarray(population, np.float64)
    sound = weights.shape == (places,) and bool(np.isfinite(weights).all()) and bool((weights >= 0).all())
    if not sound or weights.sum() <= 0:
        raise InvalidInput(
            "spatial.population",
            N_("The population is not a list of %(places)d numbers from 0 with a sum above 0."),
            N_("Give one number for each place, in the order of the coordinates."),
            places=places,
        )
    return weights


def distances(points: Floats, centres: Ints, geographic: bool) -> Floats:
    """Distance of every place from each centre, shape (centres, places)."""
    square = np.zeros((centres.size, len(points)))
    for axis in points.T:
        square += (axis[centres, None] - axis[None, :]) ** 2
    root = np.sqrt(square)
    return 2 * EARTH_RADIUS * np.arcsin(np.minimum(root / 2, 1.0)) if geographic else root


def _neighbours(points: Floats, centres: Ints, geographic: bool) -> tuple[Ints, Floats]:
    distance = distances(points, centres, geographic)
    order = np.argsort(distance, axis=1)
    near = np.take_along_axis(distance, order, axis=1)
    # Sorting stably costs four times as much, and only rows with equal distances need it.
    tied = np.flatnonzero((near[:, 1:] <= near[:, :-1] * (1 + _SAME)).any(axis=1))
    if tied.size:
        levels = np.cumsum(
            np.pad(near[tied, 1:] > near[tied, :-1] * (1 + _SAME), ((0, 0), (1, 0))), axis=1, dtype=np.int64
        )
        order[tied] = np.take_along_axis(order[tied], np.argsort(levels * len(points) + order[tied]), axis=1)
        near[tied] = np.take_along_axis(distance[tied], order[tied], axis=1)
    return order, near


def _trimmed(held: Flags, closes: Flags) -> tuple[Flags, Ints]:
    """Ends of zones that hold no more than allowed, and the length of each chain up to its last end."""
    ends = closes & np.logical_and.accumulate(held, axis=1)
    width = ends.shape[1]
    lengths = np.where(ends.any(axis=1), width - np.argmax(ends[:, ::-1], axis=1), 0)
    return ends, lengths


def _joined(parts: list[tuple[Ints, Ints, Floats, Flags, Ints]], places: int) -> Zones:
    pieces: list[tuple[Ints, Floats, Flags]] = []
    for _, order, distance, ends, lengths in parts:
        kept = np.arange(order.shape[1]) < lengths[:, None]
        pieces.append((order[kept], distance[kept], ends[kept]))
    centres = np.concatenate([part[0] for part in parts])
    lengths = np.concatenate([part[4] for part in parts])
    some = lengths > 0
    return chained(
        places,
        centres[some],
        lengths[some],
        np.concatenate([piece[0] for piece in pieces]),
        np.concatenate([piece[1] for piece in pieces]),
        np.concatenate([piece[2] for piece in pieces]),
    )


def chained(places: int, centres: Ints, lengths: Ints, members: Ints, radii: Floats, ends: Flags) -> Zones:
    """Zones from chains laid end to end; refuses a map on which no zone is left."""
    if not members.size:
        raise InvalidInput(
            "spatial.no_zones",
            N_("Each place alone is already too large or too far for a zone."),
            N_("Allow a larger share of the population or a longer radius."),
        )
    starts = np.concatenate(([0], np.cumsum(lengths)))
    return Zones(places, starts, members, ends, centres, radii)
