"""Kulldorff's scan: the windows with most above their share, and whether chance does as well.

A map is scanned over all zones and stretches of time; replications under the model say how large the best
window is by chance alone, so that looking everywhere is paid for once. This module refuses to name a cause,
and to look for windows with too few cases.

Sources: M. Kulldorff (1997), Communications in Statistics: Theory and Methods 26, 1481-1496; M. Kulldorff
(2001), Journal of the Royal Statistical Society A 164, 61-72 (prospective).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.spatial import significance
from zhiheng.methods.spatial.models import Model, merged, simulated
from zhiheng.methods.spatial.observed import Found, Search, separate
from zhiheng.methods.spatial.replications import Plan, copies_at_once, largest, learnt, planned
from zhiheng.methods.spatial.windows import Windows, stretches
from zhiheng.methods.spatial.zones import Zones

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_REPLICATIONS_MOST: Final = 999_999


@dataclass(frozen=True, slots=True)
class Trials:
    """How replications are made.

    Attributes
    ----------
    seed : int
        From 0. Same seed, same result, however many workers there are.
    replications : int
        0 to 999 999.
    stop_after : int or None
        Stop as soon as so many replications do as well as the best cluster: it is then no cluster to
        worry about, and more replications would only sharpen that. None: make them all.
    workers : int
        Threads.
    """

    seed: int
    replications: int = 999
    stop_after: int | None = None
    workers: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """A window with more cases than its share.

    Attributes
    ----------
    places : ndarray of int64
        Numbers of its places, sorted.
    centre : int
        The place that its zone grew from.
    radius : float
        Distance to its farthest place, in units of the coordinates or km.
    start, stop : int
        Its periods, from `start` up to and with `stop - 1`.
    cases : int
    expected : float
        Cases to be expected there.
    relative_risk : float
        Cases over expected inside, over the same outside; infinite where all cases are inside.
    statistic : float
        Logarithm of the likelihood ratio.
    p_value : float
        Share of maps whose best window does as well; NaN without replications.
    gumbel_p_value : float
        The same by the fitted Gumbel distribution; NaN with fewer than 20 replications.
    """

    places: Ints
    centre: int
    radius: float
    start: int
    stop: int
    cases: int
    expected: float
    relative_risk: float
    statistic: float
    p_value: float
    gumbel_p_value: float


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """What a scan found.

    Attributes
    ----------
    clusters : tuple of Cluster
        The best first; empty where no window has more than its share. The p-values of all but the
        first are compared with the best windows by chance too, so they err on the careful side.
    maxima : ndarray of float64
        Statistic of the best window of each replication, in the order in which they were made.
    stopped : bool
        Whether the replications were stopped early.
    """

    clusters: tuple[Cluster, ...]
    maxima: Floats
    stopped: bool


def scan(
    model: Model,
    zones: Zones,
    windows: Windows,
    trials: Trials,
    *,
    most_clusters: int = 10,
    least_cases: int = 2,
) -> Scan:
    """Scan a map for windows with more cases than chance allows.

    Parameters
    ----------
    model : Model
        From `models.poisson`, `bernoulli` or `permutation`.
    zones : Zones
        From `zones.circles`, `adjacency.connected_circles` or `adjacency.flexible`, of the same places.
    windows : Windows
        `windows.WHOLE`, `windows.alive(…)` or `windows.any_time(…)`.
    trials : Trials
        Seed and number of the replications.
    most_clusters : int, default 10
        No more are told. No two share a place at the same time.
    least_cases : int, default 2
        Windows with fewer cases do not count, in the data as in the replications.

    Returns
    -------
    Scan

    Raises
    ------
    InvalidInput
        `spatial.places`, `spatial.setting`, `spatial.windows`, `spatial.permutation_whole`.
    """
    _check_places(model, zones)
    _check_settings(trials, most_clusters, least_cases)
    periods = model.cases.shape[1]
    if windows.kind == "whole":
        model = merged(model)
    search = Search(model, zones, *stretches(windows, model.cases.shape[1]), least_cases)
    found = separate(search, most_clusters)
    maxima, stopped = np.empty(0), False
    if found and trials.replications:
        maxima, stopped = _replicated(planned(search), found[0].statistic, trials)
    maxima.flags.writeable = False
    length = periods // model.cases.shape[1]
    clusters = tuple(_cluster(search, one, length, maxima, stopped=stopped) for one in found)
    return Scan(clusters, maxima, stopped)


def _replicated(plan: Plan, best: float, trials: Trials) -> tuple[Floats, bool]:
    model, first, wanted = plan.search.model, plan.search.first, trials.replications
    size = copies_at_once(model.cases.shape[1] - first)
    batches = [min(size, wanted - done) for done in range(0, wanted, size)]
    seeds = np.random.SeedSequence(trials.seed).spawn(len(batches))

    def drawn(number: int) -> Ints:
        # A batch always draws its full size, so that the first replications are the same in any number.
        return simulated(model, first, size, np.random.default_rng(seeds[number]))[..., : batches[number]]

    bound = learnt(plan, drawn(0))

    def work(number: int) -> Floats:
        return largest(plan, drawn(number), bound)

    maxima = np.empty(0)
    all_at_once = trials.stop_after is None
    for more in _in_turn(work, len(batches), trials.workers, all_at_once=all_at_once):
        maxima = np.concatenate((maxima, more))
        last = significance.stopped_at(maxima, best, trials.stop_after)
        if last is not None:
            return maxima[:last], True
    return maxima, False


def _in_turn(
    work: Callable[[int], Floats], count: int, workers: int, *, all_at_once: bool
) -> Iterator[Floats]:
    with ThreadPoolExecutor(workers) as pool:
        step = count if all_at_once else workers
        for start in range(0, count, step):
            yield from pool.map(work, range(start, min(start + step, count)))


def _cluster(search: Search, one: Found, length: int, maxima: Floats, *, stopped: bool) -> Cluster:
    """`length`: periods of the caller in one period of the search."""
    model, zones = search.model, search.zones
    start, stop = (int(at) + search.first for at in search.stretches[one.stretch])
    cases = int(model.cases[one.places, start:stop].sum())
    expected = float(model.size[one.places, start:stop].sum()) * model.total / model.whole
    left = model.total - cases
    chain = int(np.searchsorted(zones.starts, one.position, side="right")) - 1
    return Cluster(
        places=one.places,
        centre=int(zones.centres[chain]),
        radius=float(zones.radii[one.position]),
        start=start * length,
        stop=stop * length,
        cases=cases,
        expected=expected,
        relative_risk=cases / expected / (left / (model.total - expected)) if left else math.inf,
        statistic=one.statistic,
        p_value=significance.rank(maxima, one.statistic, stopped=stopped) if maxima.size else math.nan,
        gumbel_p_value=significance.gumbel_tail(maxima, one.statistic),
    )


def _check_places(model: Model, zones: Zones) -> None:
    if len(model.cases) != zones.places:
        raise InvalidInput(
            "spatial.places",
            N_("There are cases for %(cases)d places and zones for %(zones)d."),
            N_("Give counts and coordinates of the same places, in the same order."),
            cases=len(model.cases),
            zones=zones.places,
        )


def _check_settings(trials: Trials, most_clusters: int, least_cases: int) -> None:
    for name, value, low, high in (
        ("seed", trials.seed, 0, math.inf),
        ("replications", trials.replications, 0, _REPLICATIONS_MOST),
        ("stop_after", 1 if trials.stop_after is None else trials.stop_after, 1, math.inf),
        ("workers", trials.workers, 1, math.inf),
        ("most_clusters", most_clusters, 1, math.inf),
        ("least_cases", least_cases, 1, math.inf),
    ):
        if not low <= value <= high:
            raise InvalidInput(
                "spatial.setting",
                N_("%(name)s is %(value)d."),
                N_("Give a whole number from %(low)d; for replications up to 999 999."),
                name=name,
                value=value,
                low=low,
            )
