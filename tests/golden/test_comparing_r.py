"""Two rates against R PropCIs 0.3-0 (diffscoreci, riskscoreci), three tables."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np

from zhiheng.methods.survey.comparing import difference, ratio


def test_score_intervals_equal_propcis(shared: Callable[[str], Path]) -> None:
    with shared("refs/e_survey/PropCIs_score.csv").open(newline="") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    assert len(rows) == 3
    for row in rows:
        table = [int(row[name]) for name in ("x1", "n1", "x2", "n2")]
        # diffscoreci stops once its step is below 1e-7 or its statistic within 1e-6 of the quantile.
        found = difference(*table)
        np.testing.assert_allclose(
            [found.lower, found.upper], [row["diff_lo"], row["diff_hi"]], atol=5e-7, rtol=0
        )
        # riskscoreci has a closed form.
        found = ratio(*table)
        np.testing.assert_allclose(
            [found.lower, found.upper], [row["rr_lo"], row["rr_hi"]], atol=1e-8, rtol=1e-8
        )
