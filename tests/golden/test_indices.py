"""Composite indicators: COINr 1.1.14, topsis 1.0, entropy and AHP in base R; see refs/README.md."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from zhiheng.methods.indices.aggregating import Mean, aggregate
from zhiheng.methods.indices.ahp import RANDOM_INDEX, priorities
from zhiheng.methods.indices.normalising import Normalisation, NormalisationMethod, normalise
from zhiheng.methods.indices.outliers import treat
from zhiheng.methods.indices.structure import Aggregate, Indicator, Structure, structure
from zhiheng.methods.indices.tables import Table, table
from zhiheng.methods.indices.topsis import topsis
from zhiheng.methods.indices.weighting import entropy

Shared = Callable[[str], Path]
INDICATORS = [f"i{number}" for number in range(1, 13)]
FALLING = {"i10", "i12"}


def tree() -> Structure:
    """The structure of scripts/ref_f.R."""
    parts = [Aggregate("Index"), Aggregate("p1", "Index", 0.5), Aggregate("p2", "Index", 0.3)]
    leaves = [
        Indicator(code, f"p{1 + place // 4}", -1 if code in FALLING else 1)
        for place, code in enumerate(INDICATORS)
    ]
    return structure(leaves, [*parts, Aggregate("p3", "Index", 0.2)])


def read(shared: Shared, name: str, **wanted: str) -> list[dict[str, str]]:
    with shared(f"refs/f_composite/{name}").open(newline="") as file:
        return [row for row in csv.DictReader(file) if all(row[key] == wanted[key] for key in wanted)]


def columns(rows: list[dict[str, str]], names: list[str]) -> NDArray[np.float64]:
    return np.array([[float(row[name]) for name in names] for row in rows])


def loaded(shared: Shared, name: str) -> Table:
    rows = read(shared, name)
    return table(columns(rows, INDICATORS), [row["uCode"] for row in rows], tree())


@pytest.mark.parametrize(
    ("name", "method", "low", "high"),
    [
        ("n_minmax", "minmax", 0, 100),
        ("n_zscore", "zscore", 0, 1),
        ("n_rank", "rank", 0, 1),
        ("n_borda", "borda", 0, 1),
        ("n_prank", "percentile", 0, 1),
        ("n_dist2max", "minmax", 0, 1),
    ],
)
def test_normalised_values_equal_coinr(
    shared: Shared, name: str, method: NormalisationMethod, low: float, high: float
) -> None:
    found = normalise(loaded(shared, "COINr_treated.csv"), Normalisation(method, low, high))
    expected = columns(read(shared, "COINr_normalised.csv", method=name), INDICATORS)
    np.testing.assert_allclose(found.table.values, expected, rtol=1e-9, atol=1e-9)


def test_shares_of_the_maximum_equal_coinr_where_more_is_better(shared: Shared) -> None:
    """COINr's score of a falling indicator is x/min x, which is best for the worst; ours is its inverse."""
    found = normalise(loaded(shared, "COINr_treated.csv"), Normalisation("share", 0, 1)).table.values
    expected = columns(read(shared, "COINr_normalised.csv", method="n_fracmax"), INDICATORS)
    falling = [code in FALLING for code in INDICATORS]
    expected[:, falling] = 1 / expected[:, falling]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("name", "mean"), [("a_amean", "arithmetic"), ("a_gmean", "geometric"), ("a_hmean", "harmonic")]
)
def test_indices_and_ranks_equal_coinr(shared: Shared, name: str, mean: Mean) -> None:
    scores = normalise(loaded(shared, "COINr_treated.csv"), Normalisation("minmax", 1, 100))
    found = aggregate(scores, mean)
    rows = read(shared, "COINr_aggregated.csv", method=name)
    places = [found.structure.position[code] for code in ("p1", "p2", "p3", "Index")]
    np.testing.assert_allclose(found.nodes[:, places], columns(rows, ["p1", "p2", "p3", "Index"]), rtol=1e-9)
    assert found.ranks.tolist() == [int(row["rank"]) for row in rows]


def test_outliers_are_treated_as_by_coinr(shared: Shared) -> None:
    found = treat(loaded(shared, "in_indicators.csv"))
    expected = columns(read(shared, "COINr_treated.csv"), INDICATORS)
    np.testing.assert_allclose(found.table.values, expected, rtol=1e-12)
    summary = json.loads(shared("refs/f_composite/COINr_misc.json").read_text())["treat_summary"]
    for place, step in enumerate(found.steps):
        assert step.skewness == pytest.approx(summary["check_SkewKurt0.Skew"][place], rel=1e-9)
        assert step.kurtosis == pytest.approx(summary["check_SkewKurt0.Kurt"][place], rel=1e-9)
        winsorised = summary["winsorise.nwin"][place]
        assert step.points == (0 if winsorised == "NA" else winsorised)
        if step.points:
            assert step.skewness_after == pytest.approx(summary["check_SkewKurt1.Skew"][place], rel=1e-9)
            assert step.kurtosis_after == pytest.approx(summary["check_SkewKurt1.Kurt"][place], rel=1e-9)
        assert step.passes


def test_entropy_weights_equal_base_r(shared: Shared) -> None:
    found = entropy(loaded(shared, "in_indicators.csv"))
    rows = read(shared, "entropy_weights.csv")
    np.testing.assert_allclose(found.entropy, [float(row["entropy"]) for row in rows], rtol=1e-9)
    np.testing.assert_allclose(found.weights, [float(row["weight"]) for row in rows], rtol=1e-9)


def test_closeness_equals_topsis_in_r(shared: Shared) -> None:
    found = topsis(loaded(shared, "in_indicators.csv"), [1 / 12] * 12)
    rows = read(shared, "topsis.csv")
    np.testing.assert_allclose(found.closeness, [float(row["score"]) for row in rows], rtol=1e-9)
    assert found.ranks.tolist() == [float(row["rank"]) for row in rows]


def test_priorities_equal_base_r(shared: Shared) -> None:
    stated = json.loads(shared("refs/f_composite/ahp.json").read_text())
    found = priorities(stated["matrix"])
    np.testing.assert_allclose(found.weights, stated["weights"], rtol=1e-9)
    np.testing.assert_allclose(found.geometric, stated["gm_weights"], rtol=1e-9)
    assert found.largest_eigenvalue == pytest.approx(stated["lambda_max"], rel=1e-9)
    assert found.consistency_ratio == pytest.approx(stated["CR"], rel=1e-9)
    published = json.loads(shared("refs/published_values.json").read_text())
    assert list(RANDOM_INDEX) == published["ahp_saaty_RI"]
