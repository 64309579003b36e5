"""Quantiles from complex samples: against sorting, and what their intervals refuse to claim."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.methods.survey.complex_samples import Rows, samples
from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.designs import domain, survey_design
from zhiheng.methods.survey.quantiles import quantiles


@given(rows=samples(), p=st.floats(0.01, 0.99), factor=st.sampled_from([0.1, 1.0, 7.0]))
def test_the_quantile_is_the_first_value_that_reaches_the_share(rows: Rows, p: float, factor: float) -> None:
    value = float(quantiles(rows.values, rows.design(weights=factor * rows.weights), p).value[0])
    share = [
        rows.weights[compare].sum() / rows.weights.sum()
        for compare in (rows.values <= value, rows.values < value)
    ]
    assert share[0] >= p - 1e-9
    assert share[1] < p + 1e-9
    assert value in rows.values


@given(rows=samples(), seed=st.integers(0, 999))
def test_the_order_of_rows_does_not_matter(rows: Rows, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(rows.values.size)
    one = quantiles(rows.values, rows.design(), [0.2, 0.5, 0.9])
    two = quantiles(rows.values[order], rows.taken(order).design(), [0.2, 0.5, 0.9])
    np.testing.assert_array_equal(one.value, two.value)


@given(rows=samples())
def test_the_interval_holds_the_quantile(rows: Rows) -> None:
    found = quantiles(rows.values, rows.design(), [0.25, 0.5, 0.75])
    assert not (found.lower > found.value).any()
    assert not (found.upper < found.value).any()


def test_equal_weights_give_the_inverse_distribution_function() -> None:
    values = np.random.default_rng(3).normal(size=200)
    found = quantiles(values, survey_design(weights=np.ones(200)), [0.1, 0.5, 0.905])
    expected = np.quantile(values, [0.1, 0.5, 0.905], method="inverted_cdf")
    np.testing.assert_array_equal(found.value, expected)


def test_a_probability_below_the_smallest_share_gives_the_smallest_value() -> None:
    found = quantiles([5, 7, 6], survey_design(weights=[2, 1, 1]), 0.1)
    assert found.value[0] == 5


def test_a_domain_leaves_the_other_rows_out() -> None:
    design = domain(survey_design(weights=np.ones(6)), np.array([True] * 3 + [False] * 3))
    found = quantiles([1, 2, 3, np.nan, 50, 60], design, 0.5)
    assert found.value[0] == 2
    assert found.degrees_of_freedom == 2


def test_an_interval_beyond_the_sample_is_not_invented() -> None:
    found = quantiles(np.arange(10.0), survey_design(weights=np.ones(10)), [0.05, 0.95])
    assert np.isnan(found.lower[0])
    assert np.isnan(found.upper[1])


def test_a_census_knows_its_quantiles() -> None:
    found = quantiles([1, 2, 3, 4], survey_design(population=[4] * 4), [0.5, 1 - 1e-9])
    np.testing.assert_array_equal(found.lower, [2, 4])
    np.testing.assert_array_equal(found.upper, [2, 4])


@pytest.mark.parametrize("p", [0, 1, -0.1, np.nan, [[0.5]]])
def test_a_probability_lies_between_zero_and_one(p: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        quantiles([1, 2, 3], survey_design(weights=[1, 1, 1]), p)
    assert caught.value.code == "probability.range"
