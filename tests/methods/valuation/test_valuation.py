"""Brand value against sums written out by hand, its swings and draws; the four groups of quality cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.valuation.brand import brand_value, discount_rate, excess_flows, strength_score
from zhiheng.methods.valuation.quality_cost import quality_cost
from zhiheng.methods.valuation.uncertainty import Ranges, Triangle, swings, value_spread

rates = st.floats(0.05, 0.5)
growths = st.floats(-0.1, 0.04)
amounts = st.lists(st.floats(1, 1e6), min_size=1, max_size=8)


def test_flows_are_the_brand_s_share_of_the_excess() -> None:
    """(100 − 200·0.04 − 300·0.06)·0.3 = 22.2 and (120 − 26)·0.3 = 28.2, by hand."""
    flows = excess_flows(
        [100, 120],
        current_assets=200,
        fixed_assets=300,
        current_return=0.04,
        fixed_return=0.06,
        brand_share=0.3,
    )
    np.testing.assert_allclose(flows, [22.2, 28.2])


def test_a_value_is_the_sum_of_its_years_and_of_what_comes_after() -> None:
    """10/1.1 + 11/1.21 + 12/1.331 + 12·1.02/(0.1 − 0.02)/1.331, by hand."""
    found = brand_value([10, 11, 12], rate=0.1, growth=0.02)
    np.testing.assert_allclose(found.present, [9.0909091, 9.0909091, 9.0157776], atol=1e-7)
    assert found.terminal == pytest.approx(153.0 / 1.331)
    assert found.value == pytest.approx(found.present.sum() + found.terminal)
    assert found.terminal_share == pytest.approx(found.terminal / found.value)


@given(flow=st.floats(1, 1e6), rate=rates, growth=growths, years=st.integers(1, 30))
def test_flows_that_grow_evenly_are_worth_the_same_however_many_are_forecast(
    flow: float, rate: float, growth: float, years: int
) -> None:
    flows = flow * (1 + growth) ** np.arange(years)
    assert brand_value(flows, rate=rate, growth=growth).value == pytest.approx(flow / (rate - growth))


@given(amounts, rates, growths, st.floats(0.1, 1000))
def test_the_unit_of_money_is_nothing(flows: list[float], rate: float, growth: float, unit: float) -> None:
    one, other = (brand_value(np.array(flows) * u, rate=rate, growth=growth) for u in (1.0, unit))
    assert other.value == pytest.approx(one.value * unit)
    assert other.terminal_share == pytest.approx(one.terminal_share)


@given(amounts, rates, growths)
def test_a_higher_rate_is_worth_less_and_a_higher_growth_more(
    flows: list[float], rate: float, growth: float
) -> None:
    now = brand_value(flows, rate=rate, growth=growth).value
    assert brand_value(flows, rate=rate + 0.01, growth=growth).value < now
    assert brand_value(flows, rate=rate, growth=growth + 0.001).value > now


def test_swings_are_values_of_their_own_the_widest_first() -> None:
    found = {one.what: one for one in swings([10, 11, 12], rate=0.1, growth=0.02)}
    assert found["rate"].low == pytest.approx(brand_value([10, 11, 12], rate=0.09, growth=0.02).value)
    assert found["growth"].high == pytest.approx(brand_value([10, 11, 12], rate=0.1, growth=0.022).value)
    widths = [one.width for one in swings([10, 11, 12], rate=0.1, growth=0.02)]
    assert widths == sorted(widths, reverse=True)


def test_draws_of_points_are_the_value_and_the_same_seed_draws_the_same() -> None:
    point = [Triangle(v, v, v) for v in (1.0, 0.1, 0.02)]
    fixed = value_spread([10, 11, 12], Ranges(*point), seed=1, draws=1000)
    assert fixed.lower == pytest.approx(brand_value([10, 11, 12], rate=0.1, growth=0.02).value)
    level, rate, growth = Triangle(0.8, 1, 1.1), Triangle(0.08, 0.1, 0.13), Triangle(0, 0.02, 0.03)
    one, other = (value_spread([10, 11, 12], Ranges(level, rate, growth), seed=4) for _ in range(2))
    assert one == other
    assert one.lower < one.median < one.upper
    # Only the level drawn: its mean is (0.8 + 1 + 1.1)/3, and the value is proportional to it.
    alone = value_spread([10, 11, 12], Ranges(level, *point[1:]), seed=4)
    assert alone.mean == pytest.approx(fixed.mean * 2.9 / 3, rel=1e-3)


def test_strength_is_a_weighted_mean_and_the_rate_a_product() -> None:
    assert strength_score([80, 90, 70, 60, 50]) == pytest.approx(70)
    assert strength_score([80, 90, 70, 60, 50], [0, 1, 0, 0, 0]) == pytest.approx(90)
    assert discount_rate(0.08, 1.2) == pytest.approx(0.096)


def test_quality_cost_is_added_up_and_compared() -> None:
    found = quality_cost([[10, 0], [30, 0], [40, 0], [20, 5]], [1000, 0])
    np.testing.assert_allclose(found.total, [100, 5])
    np.testing.assert_allclose(found.shares[:, 0], [0.1, 0.3, 0.4, 0.2])
    np.testing.assert_allclose(found.of_revenue, [0.1, np.nan])
    np.testing.assert_allclose(found.loss_rate, [0.06, np.nan])
    np.testing.assert_allclose(found.failure_per_conformance, [1.5, np.inf])


FLOWS = {"current_assets": 1, "fixed_assets": 1, "current_return": 0.1, "fixed_return": 0.1}


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: excess_flows([1], brand_share=1.2, **FLOWS), "brand.share"),
        (lambda: excess_flows([np.nan], brand_share=0.2, **FLOWS), "brand.numbers"),
        (lambda: excess_flows([1], brand_share=0.2, **{**FLOWS, "fixed_assets": -1}), "brand.numbers"),
        (lambda: brand_value([], rate=0.1, growth=0), "brand.numbers"),
        (lambda: brand_value([1], rate=0, growth=-0.1), "brand.rate"),
        (lambda: brand_value([1], rate=np.nan, growth=0), "brand.rate"),
        (lambda: brand_value([1], rate=0.05, growth=0.05), "brand.growth"),
        (lambda: brand_value([1], rate=0.05, growth=-1), "brand.growth"),
        (lambda: discount_rate(-0.1, -1), "brand.rate"),
        (lambda: strength_score([1, 2, 3]), "brand.scores"),
        (lambda: strength_score([1, 2, 3, 4, 101]), "brand.scores"),
        (lambda: strength_score([1, 2, 3, 4, 5], [0] * 5), "brand.weights"),
        (lambda: swings([1], rate=0.1, growth=0, by=1), "brand.change"),
        (
            lambda: value_spread(
                [1], Ranges(Triangle(1, 1, 1), Triangle(0.1, 0.2, 0.1), Triangle(0, 0, 0)), seed=1
            ),
            "brand.triangle",
        ),
        (
            lambda: value_spread(
                [1], Ranges(Triangle(1, 1, 1), Triangle(0.1, 0.1, 0.2), Triangle(0, 0, 0.1)), seed=1
            ),
            "brand.growth",
        ),
        (lambda: quality_cost([[1], [2]], [1]), "quality_cost.shape"),
        (lambda: quality_cost([1, 2, 3, -4], [1]), "quality_cost.number"),
        (lambda: quality_cost([1, 2, 3, 4], [np.nan]), "quality_cost.number"),
    ],
)
def test_what_cannot_be_valued_is_refused(call: object, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code
