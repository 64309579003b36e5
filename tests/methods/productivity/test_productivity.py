"""Frontiers, their change, capital, residuals and index numbers: properties, other roads, bad input."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.productivity import simplex
from zhiheng.methods.productivity.accounting import growth_accounts
from zhiheng.methods.productivity.bootstrap import bootstrap
from zhiheng.methods.productivity.capital import perpetual_inventory, steady_state
from zhiheng.methods.productivity.dea import efficiency, slacks, super_efficiency
from zhiheng.methods.productivity.index_numbers import chained, fisher, tornqvist
from zhiheng.methods.productivity.malmquist import malmquist
from zhiheng.methods.productivity.programs import Orientation, Returns

seeds = st.integers(0, 2**32 - 1)


def drawn(seed: int, units: int = 12) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.lognormal(0, 1, (units, 2)), rng.lognormal(0, 1, (units, 2))


@settings(max_examples=20, deadline=None)
@given(seeds, st.sampled_from(get_args(Returns)), st.sampled_from(get_args(Orientation)))
def test_units_of_measurement_and_order_change_nothing(seed: int, returns: Returns, way: Orientation) -> None:
    x, y = drawn(seed)
    score = efficiency(x, y, returns=returns, orientation=way).score
    assert (score <= 1 if way == "input" else score >= 1).all()
    scaled = efficiency(x * [1e3, 0.02], y * [7, 1e-4], returns=returns, orientation=way).score
    np.testing.assert_allclose(scaled, score, rtol=1e-8)
    order = np.random.default_rng(seed).permutation(x.shape[0])
    np.testing.assert_allclose(
        efficiency(x[order], y[order], returns=returns, orientation=way).score, score[order], rtol=1e-8
    )


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_the_index_is_technical_times_efficiency_change(seed: int) -> None:
    before, after = drawn(seed), drawn(seed + 1)
    found = malmquist(before, after)
    np.testing.assert_allclose(found.index, found.technical * found.efficiency, rtol=1e-12)
    np.testing.assert_allclose(found.efficiency, found.pure_efficiency * found.scale, rtol=1e-12)
    np.testing.assert_allclose(found.index, malmquist(before, after, orientation="input").index, rtol=1e-8)
    np.testing.assert_allclose(found.index * malmquist(after, before).index, 1, rtol=1e-8)


@pytest.mark.parametrize("way", get_args(Orientation))
def test_many_units_on_a_working_set_equal_highs_on_all(way: Orientation) -> None:
    x, y = drawn(3, 600)
    x[7], y[7] = x[3], y[3]  # a double
    score = efficiency(x, y, orientation=way).score
    for unit in range(0, 600, 60):
        rows = np.vstack([x.T, -y.T])
        moved = np.concatenate([-x[unit], [0, 0]] if way == "input" else [[0, 0], y[unit]])
        limit = np.concatenate([[0, 0], -y[unit]] if way == "input" else [x[unit], [0, 0]])
        cost = np.append(np.zeros(600), 1 if way == "input" else -1)
        found = linprog(cost, A_ub=np.column_stack([rows, moved]), b_ub=limit,
                        A_eq=[[*np.ones(600), 0]], b_eq=[1])  # fmt: skip
        assert score[unit] == pytest.approx(found.x[-1], rel=1e-8)


@pytest.mark.parametrize("returns", ["variable", "free_disposal"])
def test_a_super_efficiency_without_solution_is_marked(returns: Returns) -> None:
    found = super_efficiency([[2], [1], [3]], [[1], [0.5], [9]], returns=returns)
    assert found.feasible.tolist() == [True, True, False]
    assert np.isnan(found.score[2])
    assert found.score[1] == pytest.approx(2)


@pytest.mark.parametrize("returns", ["constant", "variable", "non_increasing", "non_decreasing"])
@pytest.mark.parametrize("way", get_args(Orientation))
def test_programs_that_are_given_up_come_out_of_highs_the_same(
    returns: Returns, way: Orientation, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = drawn(11)
    ours = super_efficiency(x, y, returns=returns, orientation=way)
    monkeypatch.setattr(simplex, "_STEPS", 0)
    theirs = super_efficiency(x, y, returns=returns, orientation=way)
    np.testing.assert_array_equal(ours.feasible, theirs.feasible)
    np.testing.assert_allclose(ours.score, theirs.score, rtol=1e-7)


def test_slacks_by_hand() -> None:
    # Unit 1 needs as little of the first input as unit 0 and twice the second.
    saved, made = slacks([[1, 1], [1, 2]], [[1], [1]])
    np.testing.assert_allclose(saved, [[0, 0], [0, 1]], atol=1e-12)
    np.testing.assert_allclose(made, 0, atol=1e-12)


def test_intervals_lie_on_the_side_of_inefficiency_and_repeat_by_seed() -> None:
    x, y = drawn(5, 25)
    found = bootstrap(x, y[:, :1], seed=1, replications=200)
    again = bootstrap(x, y[:, :1], seed=1, replications=200)
    np.testing.assert_array_equal(found.lower, again.lower)
    assert (found.corrected < found.score).all()
    assert (found.lower < found.upper).all()
    assert (found.upper <= found.score).all()


def test_the_true_frontier_is_inside_most_intervals() -> None:
    rng = np.random.default_rng(8)
    x = rng.uniform(1, 9, (60, 1))
    truth = np.exp(-np.abs(rng.normal(0, 0.3, 60)))
    found = bootstrap(x, x * truth[:, None], seed=2, returns="constant", replications=300)
    assert ((found.lower <= truth) & (truth <= found.upper)).mean() > 0.8


def test_stock_and_residual_by_hand() -> None:
    np.testing.assert_allclose(perpetual_inventory([5, 5, 5], initial=50, depreciation=0.1), 50)
    assert steady_state(5, growth=0.0, depreciation=0.1) == pytest.approx(50)
    found = growth_accounts([100, 120], [300, 300], [10, 10], capital_share=0.4)
    assert found.residual == pytest.approx(np.log(1.2))
    assert found.level[0] == pytest.approx(100 / (300**0.4 * 10**0.6))
    found = growth_accounts([100, 100], [300, 600], [10, 40], capital_share=0.4)
    np.testing.assert_allclose([*found.capital, *found.labour], [0.4 * np.log(2), 0.6 * np.log(4)])


@given(seeds)
def test_index_numbers_turn_with_time_and_know_one_good(seed: int) -> None:
    rng = np.random.default_rng(seed)
    q, p = rng.lognormal(0, 1, (3, 4)), rng.lognormal(0, 1, (3, 4))
    for index in (tornqvist, fisher):
        np.testing.assert_allclose(index(q, p) * index(q[::-1], p[::-1])[::-1], 1, rtol=1e-9)
        np.testing.assert_allclose(index(q[:, :1], p[:, :1]), q[1:, 0] / q[:-1, 0], rtol=1e-9)
    # Fisher's price and quantity index make up the change of value.
    np.testing.assert_allclose(
        chained(fisher(q, p) * fisher(p, q)), (q * p).sum(axis=1) / (q[0] @ p[0]), rtol=1e-9
    )


@pytest.mark.parametrize(
    ("code", "x", "y"),
    [
        ("quantity.range", [[1], [0]], [[1], [1]]),
        ("quantity.range", [[1], [1]], [[1], [-1]]),
        ("quantity.missing", [[1], [np.nan]], [[1], [1]]),
        ("quantity.no_output", [[1], [1]], [[1], [0]]),
        ("quantity.units", [[1], [1]], [[1]]),
    ],
)
def test_a_bad_cell_is_named(code: str, x: list[list[float]], y: list[list[float]]) -> None:
    with pytest.raises(InvalidInput) as refused:
        efficiency(x, y)
    assert refused.value.code == code
    if code != "quantity.units":
        assert refused.value.params["row"] == 1
