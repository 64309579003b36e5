"""CUSUM, EWMA and their run lengths: recursions by hand, a chain of equal cells, simulation, and refusals."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special

from zhiheng.methods.charts.memory import cusum, ewma
from zhiheng.methods.charts.run_lengths import (
    cusum_arl,
    cusum_decision,
    ewma_arl,
    ewma_width,
    shewhart_arl,
    shewhart_width,
)
from zhiheng.methods.charts.variables import given as known
from zhiheng.methods.errors import InvalidInput

SERIES = hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(-4, 4, width=32))


@given(x=SERIES, k=st.sampled_from([0.0, 0.25, 0.5]), start=st.sampled_from([0.0, 2.0]))
def test_sums_by_hand(x: np.ndarray, k: float, start: float) -> None:
    found = cusum(10 + 2 * x, known(10, 2), reference=k, decision=4, head_start=start)
    up = down = start
    since = 0
    for i, z in enumerate(x):
        up, down = max(0, up + z - k), max(0, down - z - k)
        since = since + 1 if found.up[i] > 0 else 0
        assert (found.up[i], found.down[i]) == pytest.approx((up, down), abs=1e-9)
        assert found.above[i] == (found.up[i] > 4)
        assert found.since_up[i] == since


@given(x=SERIES)
def test_turned_over_the_sides_change_places(x: np.ndarray) -> None:
    one, other = cusum(x, known(0, 1)), cusum(-x, known(0, 1))
    np.testing.assert_array_equal(one.up, other.down)
    np.testing.assert_array_equal(one.since_down, other.since_up)


@given(x=SERIES, weight=st.sampled_from([0.05, 0.2, 1.0]))
def test_averages_by_hand(x: np.ndarray, weight: float) -> None:
    found = ewma(100 + x, known(100, 1.5), size=4, weight=weight)
    y, variance = 100.0, 0.0
    for i, one in enumerate(x):
        y = weight * (100 + one) + (1 - weight) * y
        variance = (1 - weight) ** 2 * variance + weight**2 * 1.5**2 / 4
        assert found.value[i] == pytest.approx(y, rel=1e-12)
        assert found.upper[i] == pytest.approx(100 + 3 * math.sqrt(variance))
    steady = ewma(100 + x, known(100, 1.5), size=4, weight=weight, steady=True)
    assert steady.upper[0] == pytest.approx(100 + 3 * 0.75 * math.sqrt(weight / (2 - weight)))


def test_a_batch_is_its_charts_and_sizes_may_differ() -> None:
    x = np.random.default_rng(1).normal(size=(5, 30))
    size = np.random.default_rng(2).integers(1, 6, 30)
    center, sigma = np.arange(5.0), 1 + np.arange(5.0)
    together, sums = ewma(x, known(center, sigma), size=size), cusum(x, known(center, sigma), size=size)
    for row in range(5):
        alone = ewma(x[row], known(center[row], sigma[row]), size=size)
        np.testing.assert_allclose(together.lower[row], alone.lower, rtol=1e-12)
        one = cusum(x[row], known(center[row], sigma[row]), size=size)
        np.testing.assert_allclose(sums.down[row], one.down, rtol=1e-12)


def brook_evans(shift: float, k: float, h: float, cells: int) -> float:
    """One-sided CUSUM as a chain of equal cells; the caller extrapolates."""
    width = 2 * h / (2 * cells - 1)
    middle = width * np.arange(cells)
    step = middle - middle[:, None] + k - shift
    move = special.ndtr(step + width / 2) - special.ndtr(step - width / 2)
    move[:, 0] = special.ndtr(width / 2 - middle + k - shift)
    return float(np.linalg.solve(np.eye(cells) - move, np.ones(cells))[0])


@pytest.mark.parametrize(
    ("shift", "k", "h"), [(0, 0.5, 4), (1, 0.5, 5), (0.5, 0.25, 8), (3, 1, 2), (-0.5, 0.5, 3)]
)
def test_cusum_equals_a_chain_of_equal_cells(shift: float, k: float, h: float) -> None:
    coarse, fine = (brook_evans(shift, k, h, cells) for cells in (300, 600))
    widths = [(2 * h / (2 * cells - 1)) ** 2 for cells in (300, 600)]
    limit = fine + (fine - coarse) * widths[1] / (widths[0] - widths[1])
    assert cusum_arl(shift, reference=k, decision=h, two_sided=False) == pytest.approx(limit, rel=1e-7)


@pytest.mark.parametrize(("shift", "weight", "width"), [(0, 0.1, 2.8), (1, 0.25, 3), (0.3, 0.05, 2.6)])
def test_ewma_equals_a_chain_of_equal_cells(shift: float, weight: float, width: float) -> None:
    edge = width * math.sqrt(weight / (2 - weight))
    limits = []
    for cells in (401, 801):
        half = edge / cells
        middle = -edge + half * (2 * np.arange(cells) + 1)
        ends = [(middle + side * half - (1 - weight) * middle[:, None]) / weight - shift for side in (1, -1)]
        move = special.ndtr(ends[0]) - special.ndtr(ends[1])
        limits.append(np.linalg.solve(np.eye(cells) - move, np.ones(cells))[cells // 2])
    ratio = (801 / 401) ** 2
    limit = (ratio * limits[1] - limits[0]) / (ratio - 1)
    assert ewma_arl(shift, weight=weight, width=width) == pytest.approx(limit, rel=1e-6)


@pytest.mark.parametrize(("shift", "start"), [(0.0, 0.0), (1.0, 2.0), (0.0, 2.0)])
def test_both_sides_equal_simulation(shift: float, start: float) -> None:
    """Charts run on simulated points, 4 000 runs of at most 1 500 points."""
    x = np.random.default_rng(3).normal(shift, 1, (4000, 1500))
    found = cusum(x, known(0, 1), decision=4, head_start=start)
    alarm = found.above | found.below
    lengths = np.where(alarm.any(axis=1), alarm.argmax(axis=1) + 1, 1500)
    expected = cusum_arl(shift, decision=4, head_start=start)
    assert lengths.mean() == pytest.approx(expected, abs=3.5 * lengths.std() / math.sqrt(4000))


@settings(max_examples=25, deadline=None)
@given(arl=st.floats(20, 1e5), k=st.sampled_from([0.25, 0.5, 1.0]), share=st.sampled_from([0.0, 0.5]))
def test_designs_keep_their_run_length(arl: float, k: float, share: float) -> None:
    h = cusum_decision(arl, reference=k, head_start_share=share)
    assert cusum_arl(reference=k, decision=h, head_start=share * h) == pytest.approx(arl, rel=1e-8)
    width = ewma_width(arl, weight=k / 2)
    assert ewma_arl(weight=k / 2, width=width) == pytest.approx(arl, rel=1e-8)
    assert shewhart_arl(width=shewhart_width(arl)) == pytest.approx(arl)
    assert ewma_arl(1.0, weight=k / 2, width=width) < arl


def test_ewma_of_weight_one_is_shewhart() -> None:
    assert ewma_arl(0.7, weight=1, width=3) == shewhart_arl(0.7)
    assert ewma_arl(0.7, weight=0.999, width=3) == pytest.approx(shewhart_arl(0.7), rel=0.01)


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (lambda: cusum([1, None], known(0, 1)), "chart.missing"),
        (lambda: cusum([1, 2], known(0, 1), reference=-1), "chart.parameter"),
        (lambda: cusum([1, 2], known(0, 1), decision=0), "chart.parameter"),
        (lambda: cusum([1, 2], known(0, 1), decision=3, head_start=3), "chart.parameter"),
        (lambda: cusum([1, 2], known(0, 1), size=[1, 2, 3]), "chart.shapes"),
        (lambda: ewma([1, 2], known(0, 1), weight=0), "chart.parameter"),
        (lambda: ewma([1, 2], known(0, 1), weight=1.1), "chart.parameter"),
        (lambda: ewma([1, 2], known(0, 1), size=[1, 2], steady=True), "chart.parameter"),
        (lambda: shewhart_arl(float("nan")), "chart.parameter"),
        (lambda: shewhart_width(1), "chart.parameter"),
        (lambda: cusum_arl(decision=40), "run_length.too_long"),
        (lambda: cusum_arl(decision=5, head_start=4), "run_length.head_start"),
        (lambda: cusum_decision(1.2), "run_length.unreachable"),
        (lambda: cusum_decision(1e9), "chart.parameter"),
        (lambda: ewma_arl(width=9), "run_length.too_long"),
        (lambda: ewma_arl(weight=0), "chart.parameter"),
        (lambda: ewma_width(0.5), "chart.parameter"),
    ],
)
def test_faults_are_told(work: Callable[[], object], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        work()
    assert caught.value.code == code
