"""Curves and searches against R AcceptanceSampling 1.0.11, scipy's sums and printed values."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.sampling.curves import acceptance_probability, outgoing_quality_limit
from zhiheng.methods.sampling.declared import declared_plan, small_population_plan
from zhiheng.methods.sampling.distributions import Distribution
from zhiheng.methods.sampling.search import find_plan, find_plans

Shared = Callable[[str], Path]
OC: dict[str, tuple[Distribution, int, int, int | None]] = {
    "binom n=125 c=5": ("binomial", 125, 5, None),
    "poisson n=80 c=3": ("poisson", 80, 3, None),
    "hyper N=500 n=50 c=2": ("hypergeometric", 50, 2, 500),
}
NAMES: dict[str, Distribution] = {
    "binomial": "binomial",
    "poisson": "poisson",
    "hypergeom": "hypergeometric",
}


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)


@pytest.mark.parametrize("name", OC)
def test_operating_characteristic(shared: Shared, name: str) -> None:
    points = [row for row in rows(shared("refs/a_sampling/oc_curves.csv")) if row["id"] == name]
    assert len(points) == 21
    distribution, n, c, lot = OC[name]
    found = acceptance_probability(
        [float(row["p"]) for row in points],
        sample_size=n,
        acceptance_number=c,
        distribution=distribution,
        lot_size=lot,
    )
    np.testing.assert_allclose(found, [float(row["pa"]) for row in points], atol=1e-9, rtol=0)


def test_plans_of_two_points(shared: Shared) -> None:
    attribute = [row for row in rows(shared("refs/a_sampling/find_plan.csv")) if row["type"] in NAMES]
    assert len(attribute) == 12
    for row in attribute:
        distribution = NAMES[row["type"]]
        plan = find_plan(
            prq=float(row["p1"]),
            crq=float(row["p2"]),
            producer_risk=1.0 - float(row["pa1"]),
            consumer_risk=float(row["pa2"]),
            distribution=distribution,
            lot_size=1000 if distribution == "hypergeometric" else None,
        )
        assert (plan.sample_size, plan.acceptance_number) == (int(row["n"]), int(row["c"])), row


def test_plan_of_the_vignette() -> None:
    """A. Kiermeier (2008), Journal of Statistical Software 26(6), 4.1: n = 80, c = 7."""
    plan = find_plan(prq=0.05, crq=0.15, producer_risk=0.05, consumer_risk=0.075)
    assert (plan.sample_size, plan.acceptance_number) == (80, 7)


def test_curves_of_the_nist_handbook() -> None:
    """NIST/SEMATECH e-Handbook 6.2.3.2: n = 52, c = 3, N = 10 000; three decimals, AOQL 0.0372."""
    printed = [0.998, 0.980, 0.930, 0.845, 0.739, 0.620, 0.502, 0.394, 0.300, 0.223, 0.162, 0.115]
    p = np.arange(1, 13) / 100
    found = acceptance_probability(p, sample_size=52, acceptance_number=3)
    np.testing.assert_allclose(found, printed, atol=1e-3)
    limit = outgoing_quality_limit(sample_size=52, acceptance_number=3, lot_size=10_000)
    assert limit.aoql == pytest.approx(0.0372, abs=5e-5)


def test_outgoing_limits_of_dodge_and_romig() -> None:
    """y = n·AOQL for c = 0 to 5, N large. H. F. Dodge, H. G. Romig (1959), Sampling Inspection Tables."""
    y = [0.3679, 0.8400, 1.371, 1.942, 2.544, 3.168]
    limit = outgoing_quality_limit(sample_size=100, acceptance_number=np.arange(6), distribution="poisson")
    np.testing.assert_allclose(limit.aoql * 100, y, atol=6e-4)


def test_declared_levels_by_design_property(shared: Shared) -> None:
    expected = list(rows(shared("refs/a_sampling/dql_design_property.csv")))
    assert len(expected) == 41
    for row in expected:
        plan = declared_plan(dql=float(row["DQL_pct"]) / 100, limit=int(row["L_limiting_nonconforming"]))
        assert plan.sample_size == int(row["largest_preferred_n"])
        assert plan.risk == pytest.approx(float(row["risk_reject_at_DQL"]), abs=1e-9)
        assert 100 * plan.limiting_quality == pytest.approx(float(row["p_pct_at_10pct_nonreject"]), abs=1e-9)
        assert plan.lqr == pytest.approx(float(row["LQR"]), rel=1e-9)


def test_small_populations_by_design_property(shared: Shared) -> None:
    """Where the largest sample is not above the limit it can never contradict: those rows we refuse."""
    expected = list(rows(shared("refs/a_sampling/small_population_property.csv")))
    assert len(expected) == 76
    refused = 0
    for row in expected:
        size, items, limit, n = (
            int(row[key]) for key in ("N", "D0_declared_nonconforming", "L", "largest_n")
        )
        if n <= limit:
            refused += 1
            with pytest.raises(InvalidInput) as caught:
                small_population_plan(population=size, declared=items, limit=limit)
            assert caught.value.code == "declared.no_sample"
            continue
        plan = small_population_plan(population=size, declared=items, limit=limit)
        assert plan.sample_size == n, row
        assert plan.risk == pytest.approx(float(row["risk_reject_at_D0"]), abs=1e-9)
    assert refused == 6


def test_many_plans_at_once_are_those_found_one_by_one(shared: Shared) -> None:
    wanted = [row for row in rows(shared("refs/a_sampling/find_plan.csv")) if row["type"] == "binomial"]
    found = find_plans(
        prq=[float(row["p1"]) for row in wanted],
        crq=[float(row["p2"]) for row in wanted],
        producer_risk=[1.0 - float(row["pa1"]) for row in wanted],
        consumer_risk=[float(row["pa2"]) for row in wanted],
    )
    assert found.sample_size.tolist() == [int(row["n"]) for row in wanted]
    assert found.acceptance_number.tolist() == [int(row["c"]) for row in wanted]
