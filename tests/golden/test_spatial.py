"""Scans against SaTScan 10.3.2 and smerc 1.8.4 on one synthetic map of 225 places and 40 days.

The settings are those of the .prm files beside the results: 20 % of the population, at most 7 days,
no overlap, 999 replications. SaTScan and smerc let places at one distance join one by one.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from zhiheng.methods.spatial.models import Model, permutation, poisson
from zhiheng.methods.spatial.scan import Cluster, Trials, scan
from zhiheng.methods.spatial.windows import WHOLE, Windows, alive, any_time
from zhiheng.methods.spatial.zones import Zones, circles

Shared = Callable[[str], Path]
FOLDER = "refs/c_outbreak/"
# Ours err by 0.005 at most with 9 999 replications; the rest of 0.02 is left to SaTScan's 999.
REPLICATIONS = 9999


class Map:
    def __init__(self, shared: Shared) -> None:
        with shared(FOLDER + "in_st_geo.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.names = [row["loc"] for row in rows]
        self.points = np.array([[float(row["x"]), float(row["y"])] for row in rows])
        self.population = np.array([float(row["pop"]) for row in rows])
        self.cases = np.zeros((225, 40), np.int64)
        with shared(FOLDER + "in_st_cases.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                self.cases[self.names.index(row["loc"]), int(row["day"]) - 1] += int(row["n"])

    def zones(self, population: np.ndarray) -> Zones:
        return circles(self.points, population=population, most_share=0.2, ties="one_by_one")

    def named(self, cluster: Cluster) -> set[str]:
        return {self.names[place] for place in cluster.places}


@pytest.fixture
def area(shared: Shared) -> Map:
    return Map(shared)


def test_spatial_poisson_equals_smerc(shared: Shared, area: Map) -> None:
    with shared(FOLDER + "smerc_spatial_days36_40.csv").open(newline="") as file:
        expected = list(csv.DictReader(file))
    model = poisson(area.cases[:, 35:].sum(axis=1), area.population)
    found = scan(model, area.zones(area.population), WHOLE, Trials(1, REPLICATIONS))
    assert len(expected) == len(found.clusters) == 10
    for ours, row in zip(found.clusters, expected, strict=True):
        assert area.named(ours) == set(row["loc"].split())
        assert ours.cases == int(row["cases"])
        assert ours.expected == pytest.approx(float(row["expected"]), rel=1e-9)
        assert ours.statistic == pytest.approx(float(row["llr"]), rel=1e-6)
        assert ours.p_value == pytest.approx(float(row["p"]), abs=0.02)


@pytest.mark.parametrize(
    ("name", "windows", "kind", "clusters"),
    [
        ("spatial_poisson_days36_40", WHOLE, "poisson", 3),
        ("st_poisson_prospective", alive(7), "poisson", 3),
        ("st_poisson_retrospective", any_time(7), "poisson", 7),
        ("st_permutation_prospective", alive(7), "permutation", 2),
    ],
)
def test_clusters_equal_satscan(
    shared: Shared, area: Map, name: str, windows: Windows, kind: str, clusters: int
) -> None:
    rows = [line.split() for line in shared(f"{FOLDER}satscan_{name}.col.txt").read_text().splitlines()]
    assert len(rows) == clusters
    members: dict[str, set[str]] = {}
    for line in shared(f"{FOLDER}satscan_{name}.gis.txt").read_text().splitlines():
        place, number = line.split()[:2]
        members.setdefault(number, set()).add(place)
    model, zones, offset = _setting(area, windows, kind)
    found = scan(model, zones, windows, Trials(1, REPLICATIONS), most_clusters=clusters + 1)
    # One window of two cases comes between the third and the last of ours, and SaTScan leaves it out.
    ours = [one for one in found.clusters if one.cases > 2][:clusters]
    # The columns: number, centre, x, y, radius, span, first and last day, places, statistic, p-value.
    observed = {"poisson": -6, "permutation": -4}[kind]
    for cluster, row in zip(ours, rows, strict=True):
        assert area.named(cluster) == members[row[0]]
        assert area.names[cluster.centre] == row[1]
        assert cluster.radius == pytest.approx(float(row[4]), abs=0.006)
        assert (cluster.start + 1 + offset, cluster.stop + offset) == (int(row[6]), int(row[7]))
        assert cluster.places.size == int(row[8])
        assert cluster.statistic == pytest.approx(float(row[9]), abs=1e-6)
        assert cluster.p_value == pytest.approx(float(row[10]), abs=0.02)
        rest = row[observed + 1 :]
        assert cluster.cases == int(row[observed])
        assert cluster.expected == pytest.approx(float(rest[0]), abs=0.006)
        if kind == "poisson":
            assert cluster.relative_risk == pytest.approx(float(rest[2]), abs=0.006)


def _setting(area: Map, windows: Windows, kind: str) -> tuple[Model, Zones, int]:
    if kind == "permutation":
        return permutation(area.cases), area.zones(area.cases.sum(axis=1)), 0
    if windows.kind == "whole":
        return poisson(area.cases[:, 35:], area.population), area.zones(area.population), 35
    return poisson(area.cases, area.population), area.zones(area.population), 0
