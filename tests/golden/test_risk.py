"""Risk: the RAPEX table and the overlay as coded in OPSS PRISM; a lognormal scenario in closed form."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.methods.risk.conftest import matrix  # noqa: F401  a fixture
from zhiheng.methods.risk.exposure import overlay
from zhiheng.methods.risk.matrices import RiskMatrix
from zhiheng.methods.risk.probabilities import fraction
from zhiheng.methods.risk.simulation import Lognormal, spread


def test_the_matrix_equals_the_rapex_table(shared: Callable[[str], Path], matrix: RiskMatrix) -> None:  # noqa: F811
    with shared("refs/i_risk/risk_matrix_rapex_prism.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(matrix.cells) == 8
    for band, row in enumerate(rows):
        bound = fraction(row["probability_over_lifetime"].lstrip("<>="))
        inside = bound if band == 7 else bound + fraction("1e-20")
        for severity in range(4):
            assert matrix.levels[matrix.level(inside, severity)] == row[f"sev{severity + 1}"]


def test_a_lognormal_scenario_equals_its_closed_form(
    shared: Callable[[str], Path],
    matrix: RiskMatrix,  # noqa: F811
) -> None:
    stated = json.loads(shared("refs/i_risk/lognormal_scenario_closed_form.json").read_text())
    steps = [Lognormal(median, sigma) for median, sigma in stated["steps_median_sigma"]]
    found = spread(steps, "S3", matrix, seed=1)
    expected = [stated["quantiles"][q] for q in ("0.05", "0.5", "0.95")]
    assert [found.lower, found.median, found.upper] == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(found.bands, list(stated["band_probability"].values()), atol=1e-12)
    assert dict(zip(matrix.levels, found.levels, strict=True)) == pytest.approx(
        {"S": 0.163479, "H": 0.825100, "M": 0.011420, "L": 0.0}, abs=1e-6
    )


def test_the_overlay_equals_prism(shared: Callable[[str], Path], matrix: RiskMatrix) -> None:  # noqa: F811
    letters = {"low": "L", "medium": "M", "high": "H", "serious": "S"}
    with shared("refs/i_risk/prism_population_overlay.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    levels = [[letters[row[name]] for name in letters] for row in rows]
    made = overlay("prism", bounds=(100_000, 500_000, 1_000_000), rows=levels, matrix=matrix)
    for units, row in zip((100_000, 100_001, 1_000_000, 1_000_001), rows, strict=True):
        assert [matrix.levels[made.level(level, units)] for level in range(4)] == [
            letters[row[name]] for name in letters
        ]
