"""Scans against brute force on small maps, and what must not change when the map is told otherwise."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.spatial import significance
from zhiheng.methods.spatial.adjacency import connected_circles, flexible
from zhiheng.methods.spatial.models import (
    Kind,
    Model,
    bernoulli,
    merged,
    permutation,
    poisson,
    ratio,
    simulated,
)
from zhiheng.methods.spatial.observed import Search
from zhiheng.methods.spatial.replications import largest, learnt, planned
from zhiheng.methods.spatial.scan import Scan, Trials, scan
from zhiheng.methods.spatial.windows import WHOLE, Windows, alive, any_time, stretches
from zhiheng.methods.spatial.zones import Zones, circles

WINDOWS = (WHOLE, alive(3), any_time(3))
KINDS: tuple[Kind, ...] = ("poisson", "bernoulli", "permutation")


def zone_sets(zones: Zones) -> set[tuple[int, ...]]:
    return {
        tuple(sorted(zones.members[start : end + 1].tolist()))
        for start, stop in zip(zones.starts[:-1], zones.starts[1:], strict=True)
        for end in range(start, stop)
        if zones.ends[end]
    }


def made(kind: Kind, seed: int, places: int = 12, periods: int = 6) -> tuple[np.ndarray, Model]:
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 5, (places * 3, 2))
    points = np.unique(points, axis=0)[:places].astype(float)
    rng.shuffle(points)
    population = rng.uniform(1, 10, len(points))
    cases = rng.poisson(population[:, None] / 8, (len(points), periods))
    cases[0, -1] += 3
    if kind == "bernoulli":
        return points, bernoulli(cases, rng.poisson(population[:, None] / 2, cases.shape))
    return points, poisson(cases, population) if kind == "poisson" else permutation(cases)


def by_definition(model: Model, c: float, m: float) -> float:
    """The likelihood ratio written out as a difference of two log likelihoods."""
    total, whole = model.total, model.whole
    if c / m <= total / whole:
        return 0.0
    if model.kind == "bernoulli":
        inside, outside, null = c / m, (total - c) / (whole - m) if whole > m else 0.0, total / whole

        def log(hits: float, items: float, share: float) -> float:
            return float(stats.binom.logpmf(hits, items, share) - stats.binom.logpmf(hits, items, null))

        return log(c, m, inside) + log(total - c, whole - m, outside)
    best = stats.poisson.logpmf(c, c) + stats.poisson.logpmf(total - c, total - c)
    return float(best - stats.poisson.logpmf(c, m) - stats.poisson.logpmf(total - c, total - m))


def brute(model: Model, sets: set[tuple[int, ...]], windows: Windows, least: int = 2) -> float:
    model = merged(model) if windows.kind == "whole" else model
    periods = model.cases.shape[1]
    first, pairs = (0, [(0, 1)]) if windows.kind == "whole" else stretches(windows, periods)
    found = [0.0]
    for chosen in sets:
        for start, stop in pairs:
            c = model.cases[list(chosen), first + start : first + stop].sum()
            if c >= least:
                m = model.size[list(chosen), first + start : first + stop].sum()
                found.append(by_definition(model, float(c), float(m)))
    return max(found)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("windows", WINDOWS, ids=lambda one: one.kind)
def test_best_window_equals_brute_force(kind: Kind, windows: Windows) -> None:
    if kind == "permutation" and windows.kind == "whole":
        pytest.skip("permuting times needs times")
    for seed in range(6):
        points, model = made(kind, seed)
        zones = circles(points, most_share=0.5)
        found = scan(model, zones, windows, Trials(1, 0), most_clusters=1)
        expected = brute(model, zone_sets(zones), windows)
        best = found.clusters[0].statistic if found.clusters else 0.0
        assert best == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("windows", WINDOWS, ids=lambda one: one.kind)
def test_replications_equal_brute_force_whatever_the_bound(kind: Kind, windows: Windows) -> None:
    if kind == "permutation" and windows.kind == "whole":
        pytest.skip("permuting times needs times")
    points, model = made(kind, 11, places=14)
    model = merged(model) if windows.kind == "whole" else model
    pairs = stretches(windows, model.cases.shape[1])
    for zones in (circles(points, most_share=0.6), grid_shapes(points)):
        plan = planned(Search(model, zones, *pairs, 2))
        cases = simulated(model, pairs[0], 30, np.random.default_rng(5))
        sets = zone_sets(zones)
        shown = np.zeros((*model.cases.shape, 30), np.int64)
        shown[:, pairs[0] :] = cases
        expected = [
            brute(Model(kind, shown[..., copy], model.size, model.total, model.whole), sets, windows)
            for copy in range(30)
        ]
        for bound in (0.01, 1.0, 5.0, 50.0, learnt(plan, cases)):
            np.testing.assert_allclose(largest(plan, cases, bound), expected, rtol=1e-9, atol=1e-9)


def grid_shapes(points: np.ndarray) -> Zones:
    return flexible(points, borders(points), nearest=6)


def borders(points: np.ndarray) -> np.ndarray:
    """Pairs of points one step apart."""
    pairs = [
        (i, j) for i, j in combinations(range(len(points)), 2) if np.abs(points[i] - points[j]).sum() == 1
    ]
    return np.array(pairs, np.int64).reshape(-1, 2)


@pytest.mark.parametrize("ties", ["together", "one_by_one"])
def test_circles_equal_their_definition(ties: str) -> None:
    points, _ = made("poisson", 3, places=15)
    weights = np.random.default_rng(1).uniform(1, 5, len(points))
    zones = circles(points, population=weights, most_share=0.4, ties=ties)  # type: ignore[arg-type]
    expected = set()
    for centre in points:
        distance = np.hypot(*(points - centre).T)
        if ties == "together":
            within = [np.flatnonzero(distance <= radius + 1e-9) for radius in distance]
        else:
            order = np.lexsort((np.arange(len(points)), distance))
            within = [order[: count + 1] for count in range(len(points))]
        expected |= {
            tuple(sorted(one.tolist())) for one in within if weights[one].sum() <= 0.4 * weights.sum()
        }
    assert zone_sets(zones) == expected


def test_radius_and_globe() -> None:
    # One degree along the equator and along a meridian: 2π·6371.0088/360 km.
    zones = circles([[0, 0], [1, 0], [0, 1], [10, 60]], geographic=True, most_share=1.0, longest_radius=150)
    degree = 2 * math.pi * 6371.0088 / 360
    assert zone_sets(zones) == {(0,), (1,), (2,), (3,), (0, 1, 2), (0, 1), (0, 2)}
    assert zones.radii.max() == pytest.approx(degree, rel=1e-9)


def test_connected_circles_equal_their_definition() -> None:
    for seed in range(5):
        points, _ = made("poisson", seed, places=14)
        pairs = borders(points)
        share = 0.5
        zones = connected_circles(points, pairs, most_share=share)
        expected = set()
        for centre in range(len(points)):
            distance = np.hypot(*(points - points[centre]).T)
            for radius in np.unique(distance):
                inside = set(np.flatnonzero(distance <= radius + 1e-9).tolist())
                part, grown = {centre}, True
                while grown:
                    more = {
                        b for a, b in [*pairs.tolist(), *pairs[:, ::-1].tolist()] if a in part and b in inside
                    }
                    grown = not more <= part
                    part |= more
                if len(part) <= share * len(points):
                    expected.add(tuple(sorted(part)))
        assert zone_sets(zones) == expected


def test_flexible_equals_every_connected_subset() -> None:
    points = np.array([(x, y) for x in range(3) for y in range(3)], float)
    pairs = borders(points)
    zones = flexible(points, pairs, nearest=5, most_share=1.0)
    expected = set()
    for centre in range(9):
        order = np.lexsort((np.arange(9), np.hypot(*(points - points[centre]).T)))[:5]
        for size in range(1, 6):
            for chosen in combinations(sorted(order.tolist()), size):
                if centre in chosen and connected(chosen, pairs):
                    expected.add(chosen)
    assert zone_sets(zones) == expected
    assert np.all(np.diff(zones.starts) > 0)


def connected(chosen: tuple[int, ...], pairs: np.ndarray) -> bool:
    part = {chosen[0]}
    for _ in chosen:
        part |= {b for a, b in [*pairs.tolist(), *pairs[:, ::-1].tolist()] if a in part and b in chosen}
    return part == set(chosen)


def test_a_river_splits_a_cluster() -> None:
    # Two rows of six places with water between them: cases on one bank only.
    points = np.array([(x, y) for y in (0, 1) for x in range(6)], float)
    pairs = np.array([(i, i + 1) for i in range(11) if i != 5])
    cases = np.array([1, 6, 6, 6, 1, 1, 1, 1, 1, 1, 1, 1])
    bank = scan(poisson(cases, np.ones(12)), connected_circles(points, pairs), WHOLE, Trials(1, 0))
    circle = scan(poisson(cases, np.ones(12)), circles(points), WHOLE, Trials(1, 0))
    assert bank.clusters[0].places.tolist() == [1, 2, 3]
    assert bank.clusters[0].statistic > circle.clusters[0].statistic


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), kind=st.sampled_from(KINDS), number=st.integers(1, 2))
def test_permuting_places_permutes_results(seed: int, kind: Kind, number: int) -> None:
    points, model = made(kind, seed)
    order = np.random.default_rng(seed).permutation(len(points))
    turned = Model(kind, model.cases[order], model.size[order], model.total, model.whole)
    windows = WINDOWS[number]
    one = scan(model, circles(points), windows, Trials(1, 0), most_clusters=1)
    two = scan(turned, circles(points[order]), windows, Trials(1, 0), most_clusters=1)
    assert len(one.clusters) == len(two.clusters)
    for ours, theirs in zip(one.clusters, two.clusters, strict=True):
        assert theirs.statistic == pytest.approx(ours.statistic, rel=1e-9)
        same = sorted(order[theirs.places].tolist()) == ours.places.tolist()
        assert same or theirs.cases == ours.cases or tied(model, points, windows)


def tied(model: Model, points: np.ndarray, windows: Windows) -> bool:
    """Whether different windows share the best statistic, so that either may come first."""
    best = brute(model, zone_sets(circles(points)), windows)
    first, pairs = stretches(windows, model.cases.shape[1])
    hits = 0
    for chosen in zone_sets(circles(points)):
        for start, stop in pairs:
            c = model.cases[list(chosen), first + start : first + stop].sum()
            m = model.size[list(chosen), first + start : first + stop].sum()
            hits += m > 0 and abs(by_definition(model, float(c), float(m)) - best) < 1e-9
    return hits > 1


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-3, 1e6))
def test_scaling_expected_counts_changes_nothing(seed: int, scale: float) -> None:
    points, model = made("poisson", seed)
    one = poisson(model.cases, model.size)
    two = poisson(model.cases, model.size * scale)
    np.testing.assert_allclose(one.size, two.size, rtol=1e-12)
    assert one.size.sum() == pytest.approx(model.total)
    assert len(circles(points).centres) == len(points)


@settings(deadline=None, max_examples=60)
@given(
    total=st.integers(2, 60), extra=st.integers(0, 60), cases=st.integers(1, 60), items=st.integers(1, 120)
)
def test_ratio_equals_two_likelihoods(total: int, extra: int, cases: int, items: int) -> None:
    whole = total + extra
    cases, items = min(cases, total), min(items, whole)
    # More controls inside or outside than there are would be no table.
    if cases <= items and total - cases <= whole - items:
        model = Model("bernoulli", np.empty((0, 0), np.int64), np.empty((0, 0)), total, float(whole))
        expected = by_definition(model, cases, items)
        assert float(ratio(model, cases, items)) == pytest.approx(expected, abs=1e-8)
    model = Model("poisson", np.empty((0, 0), np.int64), np.empty((0, 0)), total, float(total))
    expected_size = total * items / (whole + 1)
    assert float(ratio(model, cases, expected_size)) == pytest.approx(
        by_definition(model, cases, expected_size), abs=1e-8
    )


@pytest.mark.parametrize("kind", KINDS)
def test_simulated_cells_have_the_mean_of_the_model(kind: Kind) -> None:
    _, model = made(kind, 4)
    cases = simulated(model, 2, 20_000, np.random.default_rng(2))
    expected = model.size[:, 2:] * model.total / model.whole
    error = np.sqrt(np.maximum(expected, 0.02) / 20_000)
    assert (np.abs(cases.mean(axis=2) - expected) < 5 * error).all()
    everything = simulated(model, 0, 50, np.random.default_rng(2)).sum(axis=(0, 1))
    assert (everything == model.total).all()
    if kind == "permutation":
        kept = simulated(model, 0, 50, np.random.default_rng(3))
        assert (kept.sum(axis=0) == model.cases.sum(axis=0)[:, None]).all()
        assert (kept.sum(axis=1) == model.cases.sum(axis=1)[:, None]).all()
    if kind == "bernoulli":
        assert (simulated(model, 0, 50, np.random.default_rng(3)) <= model.size[..., None]).all()


def planted(seed: int = 7, **settings: int) -> Scan:
    points, model = made("poisson", 8, places=20, periods=8)
    cases = model.cases.copy()
    cases[:2, -2:] += 6
    return scan(poisson(cases, model.size), circles(points), alive(4), Trials(seed, **settings))


def test_workers_and_seeds() -> None:
    one, two = planted(replications=400, workers=1), planted(replications=400, workers=3)
    np.testing.assert_array_equal(one.maxima, two.maxima)
    assert not np.array_equal(planted(seed=8, replications=400).maxima, one.maxima)
    # The first replications do not depend on how many are asked for.
    np.testing.assert_array_equal(planted(replications=250).maxima, one.maxima[:250])
    assert one.clusters[0].p_value == 1 / 401
    assert one.clusters[0].gumbel_p_value < 1e-3


def test_p_values_are_uniform_without_a_cluster() -> None:
    points, model = made("poisson", 8, places=20, periods=4)
    zones = circles(points)
    base = merged(poisson(model.cases * 4, model.size))
    rng = np.random.default_rng(1)
    found = []
    for _ in range(200):
        cases = simulated(base, 0, 1, rng)[:, 0, 0]
        seen = scan(poisson(cases, base.size), zones, WHOLE, Trials(3, 99), most_clusters=1)
        found.append(seen.clusters[0].p_value)
    # 200 p-values on a grid of 100: a wrong rank or a biased simulation shows far below 0.001.
    assert stats.kstest(np.array(found) - 0.005, "uniform").pvalue > 0.001


def test_clusters_share_no_place_at_the_same_time() -> None:
    for seed in range(5):
        points, model = made("poisson", seed, places=16, periods=10)
        found = scan(model, circles(points), any_time(3), Trials(1, 0), most_clusters=8)
        assert len(found.clusters) > 2
        for one, other in combinations(found.clusters, 2):
            apart = one.stop <= other.start or other.stop <= one.start
            assert apart or not set(one.places) & set(other.places)
            assert one.statistic >= other.statistic * (1 - 1e-9)


def test_later_clusters_are_the_best_of_what_is_left() -> None:
    points, model = made("poisson", 2, places=12, periods=8)
    zones = circles(points)
    found = scan(model, zones, any_time(3), Trials(1, 0), most_clusters=5).clusters
    _, pairs = stretches(any_time(3), 8)
    taken: set[tuple[int, int]] = set()
    for cluster in found:
        values = []
        for chosen in zone_sets(zones):
            for start, stop in pairs:
                cells = {(place, period) for place in chosen for period in range(start, stop)}
                c = model.cases[list(chosen), start:stop].sum()
                if c >= 2 and not cells & taken:
                    values.append(
                        by_definition(model, float(c), float(model.size[list(chosen), start:stop].sum()))
                    )
        assert cluster.statistic == pytest.approx(max(values), rel=1e-9)
        taken |= {(int(place), at) for place in cluster.places for at in range(cluster.start, cluster.stop)}


def test_stopping_early() -> None:
    points, model = made("poisson", 1)
    zones = circles(points)
    full = scan(model, zones, alive(3), Trials(4, 999))
    value = full.clusters[0].statistic
    early = scan(model, zones, alive(3), Trials(4, 999, 20))
    assert early.stopped
    np.testing.assert_array_equal(early.maxima, full.maxima[: early.maxima.size])
    assert significance.reached(early.maxima, value).sum() == 20
    assert significance.reached(early.maxima[:-1], value).sum() == 19
    assert early.clusters[0].p_value == 20 / early.maxima.size
    never = planted(replications=300, stop_after=5)
    assert not never.stopped
    assert never.clusters[0].p_value == 1 / 301


def test_gumbel_tail_follows_a_gumbel_distribution() -> None:
    drawn = np.random.default_rng(1).gumbel(5, 1.3, 200_000)
    for value in (6.0, 10.0, 18.0):
        expected = stats.gumbel_r.sf(value, loc=5, scale=1.3)
        assert significance.gumbel_tail(drawn, value) == pytest.approx(expected, rel=0.1)
    assert math.isnan(significance.gumbel_tail(drawn[:19], 6.0))
    assert significance.rank(np.array([1.0, 2.0, 3.0]), 2.0, stopped=False) == 3 / 4


def test_counts_beyond_sixteen_bits() -> None:
    points = np.array([[0.0, 0], [1, 0], [2, 0], [3, 0]])
    cases = np.array([20_000, 20_000, 20_000, 20_900])
    found = scan(poisson(cases, np.ones(4)), circles(points), WHOLE, Trials(1, 200))
    assert found.clusters[0].places.tolist() == [3]
    assert found.clusters[0].p_value == 1 / 201
    assert (found.maxima < 40).all()


def test_no_cluster_where_everything_is_as_expected() -> None:
    found = scan(poisson([5, 5, 5], [1, 1, 1]), circles([[0, 0], [1, 0], [0, 1]]), WHOLE, Trials(1))
    assert found.clusters == ()
    assert found.maxima.size == 0


POINTS = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 5.0]])


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("spatial.coordinates", lambda: circles([1, 2, 3])),
        ("spatial.coordinates", lambda: circles([["a", "b"]])),
        ("spatial.place_without_coordinates", lambda: circles([[0.0, 0.0], [np.nan, 1.0]])),
        ("spatial.place_twice", lambda: circles([[0, 0], [1, 1], [0, 0]])),
        ("spatial.coordinates_range", lambda: circles([[0, 0], [30, 116]], geographic=True)),
        ("spatial.population", lambda: circles(POINTS, population=[1, 2])),
        ("spatial.population", lambda: circles(POINTS, population=[1, 2, np.nan])),
        ("spatial.share", lambda: circles(POINTS, most_share=0)),
        ("spatial.share", lambda: circles(POINTS, most_share=20)),
        ("spatial.radius", lambda: circles(POINTS, longest_radius=np.nan)),
        ("spatial.ties", lambda: circles(POINTS, ties="never")),  # type: ignore[arg-type]
        ("spatial.no_zones", lambda: circles(POINTS, most_share=0.01)),
        ("spatial.neighbours", lambda: connected_circles(POINTS, [[0, 3]])),
        ("spatial.neighbours", lambda: flexible(POINTS, [[0.5, 1]])),
        ("spatial.nearest", lambda: flexible(POINTS, [[0, 1]], nearest=21)),
        ("spatial.no_zones", lambda: connected_circles(POINTS, [[0, 1]], most_share=0.1)),
        ("spatial.counts", lambda: poisson([1, -1, 0], [1, 1, 1])),
        ("spatial.counts", lambda: poisson([1, 0.5, 0], [1, 1, 1])),
        ("spatial.counts", lambda: poisson([1, np.nan, 0], [1, 1, 1])),
        ("spatial.counts", lambda: poisson([1, 1, 0], [1, np.nan, 1])),
        ("spatial.counts", lambda: poisson([1, 1, 0], [1, -1, 1])),
        ("spatial.expected_zero", lambda: poisson([1, 1, 0], [1, 1, 0])),
        ("spatial.expected_zero", lambda: poisson([[1, 1], [1, 0]], [[1, 1], [0, 1]])),
        ("spatial.expected_shape", lambda: poisson([1, 1, 0], [1, 1])),
        ("spatial.no_cases", lambda: poisson([0, 0, 0], [1, 1, 1])),
        ("spatial.too_many", lambda: poisson([10**9, 0, 0], [1, 1, 1])),
        ("spatial.too_many", lambda: bernoulli([6 * 10**8, 0], [6 * 10**8, 1])),
        ("spatial.counts_shape", lambda: permutation(np.zeros((1, 1, 1)))),
        ("spatial.one_period", lambda: permutation([1, 2, 3])),
        ("spatial.controls_shape", lambda: bernoulli([1, 2], [1, 2, 3])),
        ("spatial.no_controls", lambda: bernoulli([1, 2], [0, 0])),
        ("spatial.places", lambda: scan(poisson([1, 2], [1, 1]), circles(POINTS), WHOLE, Trials(1))),
        (
            "spatial.windows",
            lambda: scan(poisson([1, 2, 3], [1, 1, 1]), circles(POINTS), alive(2), Trials(1)),
        ),
        (
            "spatial.permutation_whole",
            lambda: scan(permutation(np.eye(3, dtype=int)), circles(POINTS), WHOLE, Trials(1)),
        ),
        ("spatial.setting", lambda: scan(poisson([1, 2, 3], [1, 1, 1]), circles(POINTS), WHOLE, Trials(-1))),
        (
            "spatial.setting",
            lambda: scan(poisson([1, 2, 3], [1, 1, 1]), circles(POINTS), WHOLE, Trials(1, stop_after=0)),
        ),
    ],
)
def test_refusals(code: str, call: object) -> None:
    with pytest.raises(InvalidInput) as refusal:
        call()  # type: ignore[operator]
    assert refusal.value.code == code
    assert "%(" not in str(refusal.value)
