"""Plans through two points: against a search that tries everything, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import special

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.sampling.curves import acceptance_probability
from zhiheng.methods.sampling.distributions import DISTRIBUTIONS, Distribution
from zhiheng.methods.sampling.search import find_plan, find_plans, zero_acceptance_plan
from zhiheng.methods.sampling.smallest import Model, smallest_sample

RISKS = st.sampled_from([0.001, 0.01, 0.05, 0.1, 0.2, 0.3])
# As much as a risk may be missed by rounding alone; the product allows the same.
SLACK = 1e-12


def tried(
    accepted: Callable[[int, int, float], float], p1: float, p2: float, risks: tuple[float, float]
) -> object:
    """Every n for c = 0, then every further n for c = 1 …: the definition, as slow as it is plain."""
    n, c = 1, 0
    while True:
        if accepted(c, n, p2) > risks[1] * (1 + SLACK):
            n += 1
        elif accepted(c, n, p1) < (1 - risks[0]) * (1 - SLACK):
            c += 1
        else:
            return n, c


@given(p1=st.floats(0.0005, 0.3), ratio=st.floats(1.7, 40), alpha=RISKS, beta=RISKS)
@pytest.mark.parametrize("distribution", ["binomial", "poisson"])
def test_found_is_what_trying_everything_finds(
    distribution: Distribution, p1: float, ratio: float, alpha: float, beta: float
) -> None:
    p2 = p1 * ratio
    assume(p2 < 0.95)
    plan = find_plan(prq=p1, crq=p2, producer_risk=alpha, consumer_risk=beta, distribution=distribution)
    assume(plan.sample_size < 1500)

    def accepted(c: int, n: int, p: float) -> float:
        if distribution == "poisson":
            return float(special.pdtr(c, n * p))
        return float(special.bdtr(c, n, p)) if c < n else 1.0

    assert (plan.sample_size, plan.acceptance_number) == tried(accepted, p1, p2, (alpha, beta))


@given(data=st.data(), lot=st.integers(3, 70), alpha=RISKS, beta=RISKS)
def test_in_a_small_lot_it_is_the_smallest_in_exact_arithmetic(
    data: st.DataObject, lot: int, alpha: float, beta: float
) -> None:
    first = data.draw(st.integers(1, lot - 2))
    second = data.draw(st.integers(first + 1, lot - 1))
    plan = find_plan(
        prq=first / lot,
        crq=second / lot,
        producer_risk=alpha,
        consumer_risk=beta,
        distribution="hypergeometric",
        lot_size=lot,
    )

    def exact(c: int, n: int, p: float) -> Fraction:
        d = round(p * lot)
        ways = sum(math.comb(d, k) * math.comb(lot - d, n - k) for k in range(min(c, n) + 1))
        return Fraction(ways, math.comb(lot, n))

    n, c = 1, 0
    while True:
        if exact(c, n, second / lot) > Fraction(str(beta)):
            n += 1
        elif exact(c, n, first / lot) < 1 - Fraction(str(alpha)):
            c += 1
        else:
            break
    assert (plan.sample_size, plan.acceptance_number) == (n, c)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_smallest_sample_is_smallest_whether_the_guess_is_high_or_low(distribution: Distribution) -> None:
    rng = np.random.default_rng(3)
    quality, lot, c = rng.uniform(0.005, 0.6, 5_000), np.full(5_000, np.inf), rng.integers(0, 8, 5_000) * 1.0
    if distribution == "hypergeometric":
        lot = rng.integers(100, 2_000, 5_000) * 1.0
        quality = np.maximum(np.ceil(quality * lot), c + 1)
    model, request = Model(distribution, quality, quality, lot), np.arange(5_000)
    risk = rng.choice([0.001, 0.05, 0.1, 0.3, 0.5, 0.9], 5_000)
    n = smallest_sample(model, c, request, risk)
    assert (model.at_crq(c, n, request) <= risk).all()
    assert (model.at_crq(c, n - 1, request) > risk).all()
    if distribution != "poisson":
        guess = np.maximum(np.ceil(model.near_sample(c, request, risk)), c + 1)
        assert set(np.sign(n - guess)) == {-1, 0, 1}


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_both_points_are_kept_and_neither_number_can_be_smaller(distribution: Distribution) -> None:
    rng = np.random.default_rng(20261121)
    p1 = np.round(rng.uniform(0.002, 0.06, 300), 3)
    p2 = np.round(p1 * rng.uniform(1.5, 9, 300), 3) + 0.001
    lot = 20_000 if distribution == "hypergeometric" else None
    found = find_plans(prq=p1, crq=p2, distribution=distribution, lot_size=lot)
    assert (found.acceptance_at_prq >= 0.95 - 1e-9).all()
    assert (found.acceptance_at_crq <= 0.10 + 1e-9).all()
    n, c = found.sample_size, found.acceptance_number
    shared = {"distribution": distribution, "lot_size": lot}
    fewer = acceptance_probability(p2, sample_size=n - 1, acceptance_number=c, **shared)  # type: ignore[arg-type]
    assert (fewer > 0.10).all()


def test_points_close_together_need_thousands_and_are_found_at_once() -> None:
    plan = find_plan(prq=0.01, crq=0.0102)
    assert plan.acceptance_number > 20_000
    assert plan.acceptance_at_prq >= 0.95
    assert plan.acceptance_at_crq <= 0.10


def test_more_nonconformities_than_items() -> None:
    """An AQL of 200 against 500 nonconformities per 100 items."""
    plan = find_plan(prq=2.0, crq=5.0, distribution="poisson")
    assert (plan.sample_size, plan.acceptance_number) == (4, 13)


def test_a_lot_that_only_full_inspection_can_tell() -> None:
    plan = find_plan(prq=0.1, crq=0.2, distribution="hypergeometric", lot_size=10, producer_risk=0.01)
    assert plan.full_inspection
    assert (plan.acceptance_at_prq, plan.acceptance_at_crq) == (1.0, 0.0)


def test_shares_of_a_lot_are_whole_items_though_their_product_is_not() -> None:
    """100 × 0.29 is 28.999999999999996 in doubles, yet it means 29 items."""
    plan = find_plan(prq=0.29, crq=0.57, distribution="hypergeometric", lot_size=100)
    reached = acceptance_probability(
        [0.29, 0.57],
        sample_size=plan.sample_size,
        acceptance_number=plan.acceptance_number,
        distribution="hypergeometric",
        lot_size=100,
    )
    assert reached.tolist() == [plan.acceptance_at_prq, plan.acceptance_at_crq]


def test_in_a_finite_lot_even_one_item_apart_can_be_told() -> None:
    """5 of 100 from 6 of 100, and 50 000 of a million from 50 001: only by looking at nearly all."""
    small = find_plan(prq=0.051, crq=0.059, distribution="hypergeometric", lot_size=100)
    assert (small.sample_size, small.acceptance_number) == (99, 5)
    large = find_plan(prq=0.05, crq=0.050001, distribution="hypergeometric", lot_size=1_000_000)
    assert 990_000 < large.sample_size <= 1_000_000


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_hundreds_of_requests_are_those_found_one_by_one(distribution: Distribution) -> None:
    rng = np.random.default_rng(7)
    p1 = rng.uniform(0.002, 0.06, 40)
    p2, alpha = p1 * rng.uniform(2, 9, 40), rng.uniform(0.01, 0.2, 40)
    lots = rng.integers(500, 3_000, 40) if distribution == "hypergeometric" else None
    found = find_plans(prq=p1, crq=p2, producer_risk=alpha, distribution=distribution, lot_size=lots)
    for i in range(40):
        plan = find_plan(
            prq=p1[i],
            crq=p2[i],
            producer_risk=alpha[i],
            distribution=distribution,
            lot_size=None if lots is None else int(lots[i]),
        )
        assert (plan.sample_size, plan.acceptance_number) == (
            found.sample_size[i],
            found.acceptance_number[i],
        )


def test_requests_broadcast() -> None:
    found = find_plans(prq=[0.01, 0.02], crq=[[0.05], [0.08], [0.1]])
    assert found.sample_size.shape == (3, 2)
    assert found.sample_size[0, 0] == find_plan(prq=0.01, crq=0.05).sample_size


@given(crq=st.floats(1e-5, 0.9), risk=st.sampled_from([0.01, 0.05, 0.1, 0.5]))
def test_zero_acceptance_follows_the_closed_form(crq: float, risk: float) -> None:
    plan = zero_acceptance_plan(crq=crq, consumer_risk=risk)
    assert (1 - crq) ** plan.sample_size <= risk * (1 + 1e-9)
    assert (1 - crq) ** (plan.sample_size - 1) > risk * (1 - 1e-9)
    assert (1 - plan.quality_mostly_accepted) ** plan.sample_size == pytest.approx(0.95)


def test_zero_acceptance_of_a_small_lot_needs_fewer() -> None:
    whole = zero_acceptance_plan(crq=0.05)
    small = zero_acceptance_plan(crq=0.05, lot_size=100)
    assert (whole.sample_size, small.sample_size) == (45, 37)
    assert math.comb(95, 37) / math.comb(100, 37) <= 0.10 < math.comb(95, 36) / math.comb(100, 36)


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"prq": 0.0}, "prq.share"),
    ({"prq": 1.0}, "prq.share"),
    ({"crq": math.nan}, "crq.share"),
    ({"crq": 5}, "crq.share"),
    ({"crq": "6 %"}, "crq.share"),
    ({"producer_risk": 0}, "producer_risk.share"),
    ({"consumer_risk": 1.5}, "consumer_risk.share"),
    ({"prq": 0.06}, "search.order"),
    ({"prq": 0.07}, "search.order"),
    ({"producer_risk": 0.6, "consumer_risk": 0.4}, "search.risks"),
    ({"crq": 0.0100000001}, "search.too_large"),
    ({"distribution": "beta"}, "distribution.unknown"),
    ({"distribution": "hypergeometric"}, "lot_size.missing"),
    ({"distribution": "hypergeometric", "lot_size": 0}, "lot_size.whole"),
    ({"distribution": "hypergeometric", "lot_size": 50.5}, "lot_size.whole"),
    (
        {"distribution": "hypergeometric", "lot_size": 100, "prq": 0.05, "crq": 0.0500000001},
        "search.same_items",
    ),
    ({"distribution": "poisson", "prq": -1}, "prq.rate"),
    ({"prq": [0.01, 0.02], "crq": [0.1, 0.2, 0.3]}, "sampling.shapes"),
]


@pytest.mark.parametrize(("given_", "code"), REFUSED)
def test_points_that_no_plan_can_keep(given_: dict[str, object], code: str) -> None:
    asked: dict[str, object] = {"prq": 0.01, "crq": 0.06} | given_
    with pytest.raises(InvalidInput) as caught:
        find_plans(**asked)  # type: ignore[arg-type]
    assert caught.value.code == code
