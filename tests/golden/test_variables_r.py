"""Plans by variables against R packages AcceptanceSampling 1.0.11 (OCvar, find.plan) and AQLSchemes 1.7-2.

The latter: MPn, EPn and the 1 056 plans of AAZ19, level II.
The estimate EPn for a known σ is compared in the form where mean and n are passed: given a raw
sample, that package judges a mean of 1e9 instead (refs/README.md).
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from zhiheng.methods.sampling.conformance import constant_for, estimated_nonconforming, largest_accepted
from zhiheng.methods.sampling.variables import Sigma, acceptance_probability
from zhiheng.methods.sampling.variables_search import find_variables_plans

Shared = Callable[[str], Path]
# The sample of the reference calls: ten values, limits 180 and 209.
SAMPLE = [197, 188, 184, 205, 201, 193, 199, 181, 198, 191]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def column(found: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in found])


@pytest.mark.parametrize(("n", "k", "sigma"), [(20, 1.68, "known"), (35, 1.89, "unknown")])
def test_operating_characteristics_equal_ocvar(shared: Shared, n: int, k: float, sigma: Sigma) -> None:
    named = f"variables n={n} k={k} sigma {sigma}"
    found = [row for row in rows(shared("refs/a_sampling/oc_curves.csv")) if row["id"] == named]
    assert len(found) == 21
    ours = acceptance_probability(column(found, "p"), sample_size=n, constant=k, sigma=sigma)
    np.testing.assert_allclose(ours, column(found, "pa"), atol=1e-9, rtol=0)


@pytest.mark.parametrize("sigma", ["known", "unknown"])
def test_plans_equal_find_plan(shared: Shared, sigma: Sigma) -> None:
    found = [row for row in rows(shared("refs/a_sampling/find_plan.csv")) if row["sigma"] == sigma]
    assert len(found) == 4
    ours = find_variables_plans(
        prq=column(found, "p1"),
        producer_risk=1 - column(found, "pa1"),
        crq=column(found, "p2"),
        consumer_risk=column(found, "pa2"),
        sigma=sigma,
    )
    np.testing.assert_array_equal(ours.sample_size, column(found, "n"))
    np.testing.assert_allclose(ours.constant, column(found, "k"), atol=1e-4, rtol=0)


@pytest.mark.parametrize("sigma", ["known", "unknown"])
def test_largest_share_equals_mpn(shared: Shared, sigma: Sigma) -> None:
    found = rows(shared("refs/a_sampling/MPn.csv"))
    assert len(found) == 25
    ours = largest_accepted(constant=column(found, "k"), sample_size=column(found, "n"), sigma=sigma)
    np.testing.assert_allclose(ours, column(found, f"M_{sigma}"), atol=1e-9, rtol=0)


@pytest.mark.parametrize("sigma", ["known", "unknown"])
def test_constants_and_shares_of_z19_belong_together(shared: Shared, sigma: Sigma) -> None:
    """All 528 plans of level II: M from k and k from M, for normal, tightened and reduced inspection."""
    found = [
        row for row in rows(shared("refs/a_sampling/z19_variables_levelII.csv")) if row["sigma"] == sigma
    ]
    assert len(found) == 528
    n, k, m = (column(found, name) for name in ("n", "k", "M"))
    np.testing.assert_allclose(largest_accepted(constant=k, sample_size=n, sigma=sigma), m, atol=1e-9, rtol=0)
    np.testing.assert_allclose(constant_for(largest=m, sample_size=n, sigma=sigma), k, atol=1e-9, rtol=0)


@pytest.mark.parametrize(("sigma", "deviation"), [("unknown", None), ("known", 8.0)])
def test_estimates_equal_epn(shared: Shared, sigma: Sigma, deviation: float | None) -> None:
    expected = [
        row["p"] for row in rows(shared("refs/a_sampling/EPn.csv")) if f"sigma {sigma}" in row["case"]
    ]
    ours = estimated_nonconforming(
        mean=np.mean(SAMPLE),
        deviation=np.std(SAMPLE, ddof=1) if deviation is None else deviation,
        sample_size=len(SAMPLE),
        sigma=sigma,
        lower=180,
        upper=209,
    )
    assert ours.total == pytest.approx(float(expected[0]), abs=1e-9)
