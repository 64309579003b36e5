"""Gauge studies: invariances, recovery of planted variances, a textbook's nested table, and refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiheng.methods.charts.gauge import average_range, crossed, nested
from zhiheng.methods.errors import InvalidInput

NAMES = ("repeatability", "reproducibility", "operator", "interaction", "gauge", "part", "total")


def sheet(
    p: int = 6, o: int = 3, r: int = 2, seed: int = 1, interaction: float = 0.0
) -> tuple[np.ndarray, ...]:
    """A study in a sheet: value, part, operator; parts σ 3, operators σ 1, error σ 0.5."""
    rng = np.random.default_rng(seed)
    part, operator, _ = (one.ravel() for one in np.indices((p, o, r)))
    y = rng.normal(0, 3, p)[part] + rng.normal(0, 1, o)[operator] + rng.normal(0, 0.5, part.size)
    return y + rng.normal(0, interaction, (p, o))[part, operator], part, operator


@pytest.mark.parametrize("method", [crossed, average_range, nested])
@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 50), factor=st.sampled_from([0.001, 8.0]), shift=st.sampled_from([0, -1e3, 1e4]))
def test_units_and_order_of_rows(
    method: Callable[..., object], seed: int, factor: float, shift: float
) -> None:
    y, part, operator = sheet(seed=seed)
    order = np.random.default_rng(seed).permutation(y.size)
    one = method(y, part, operator, tolerance=9).components  # type: ignore[attr-defined]
    other = method(  # type: ignore[attr-defined]
        factor * (y + shift)[order], part[order] * 7 - 3, np.array(["c", "b", "a"])[operator[order]],
        tolerance=factor * 9,
    ).components  # fmt: skip
    for name in NAMES:
        a, b = getattr(one, name), getattr(other, name)
        assert b.deviation == pytest.approx(factor * a.deviation, rel=1e-6, abs=1e-6 * factor)
        assert b.contribution == pytest.approx(a.contribution, rel=1e-6, abs=1e-9)
        assert b.tolerance == pytest.approx(a.tolerance, rel=1e-6, abs=1e-6)
    assert other.categories == one.categories


@pytest.mark.parametrize("method", [crossed, average_range, nested])
@given(seed=st.integers(0, 50))
def test_shares_add_up(method: Callable[..., object], seed: int) -> None:
    found = method(*sheet(seed=seed)).components  # type: ignore[attr-defined]
    assert found.gauge.contribution + found.part.contribution == pytest.approx(1)
    assert found.repeatability.variance + found.reproducibility.variance == pytest.approx(
        found.gauge.variance
    )
    assert found.operator.variance + found.interaction.variance == pytest.approx(
        found.reproducibility.variance
    )
    assert np.isnan(found.gauge.tolerance)


def test_squares_add_up_and_pooling_can_be_chosen() -> None:
    y, part, operator = sheet(interaction=2.0)
    kept, pooled = (crossed(y, part, operator, pooling=at) for at in (1, 0))
    total = ((y - y.mean()) ** 2).sum()
    assert sum(one.squares for one in kept.full) == pytest.approx(total)
    assert sum(one.squares for one in pooled.reduced) == pytest.approx(total)
    assert sum(one.degrees for one in pooled.reduced) == y.size - 1
    assert kept.reduced == ()
    assert kept.components.interaction.variance > 1
    assert pooled.components.interaction.variance == 0


def test_planted_variances_come_back() -> None:
    """Means over 400 studies: parts 9, operators 1, interaction 0.64, error 0.25; estimates are unbiased."""
    found = np.zeros(4)
    for seed in range(400):
        study = crossed(*sheet(8, 4, 3, seed, 0.8), pooling=1)
        means = {one.name: one.mean for one in study.full}
        error, both = means["repeatability"], means["part:operator"]
        found += (
            (means["part"] - both) / 12, (means["operator"] - both) / 24, (both - error) / 3, error,
        )  # fmt: skip
    assert found / 400 == pytest.approx([9, 1, 0.64, 0.25], rel=0.1)


def test_nested_purity_of_montgomery() -> None:
    """Montgomery, Design and Analysis of Experiments, table 14.3: 3 suppliers, 4 batches each, 3 repeats."""
    y = [
        [1, -1, 0, -2, -3, -4, -2, 0, 1, 1, 4, 0],
        [1, -2, -3, 0, 4, 2, -1, 0, -2, 0, 3, 2],
        [2, 4, 0, -2, 0, 2, 1, -1, 2, 3, 2, 1],
    ]
    supplier, batch, _ = (one.ravel() for one in np.indices((3, 4, 3)))
    found = nested(np.ravel(y), batch, supplier)
    assert [one.squares for one in found.full] == pytest.approx([15.06, 69.92, 63.33], abs=0.005)
    assert [one.degrees for one in found.full] == [2, 9, 24]
    assert [one.f for one in found.full[:2]] == pytest.approx([0.97, 2.94], abs=0.005)
    assert [one.probability for one in found.full[:2]] == pytest.approx([0.416, 0.017], abs=0.001)
    assert found.components.part.variance == pytest.approx(1.71, abs=0.005)
    assert found.components.repeatability.variance == pytest.approx(2.64, abs=0.005)
    assert found.components.operator.variance == 0
    assert found.components.operator.cut


def test_a_gauge_without_error_tells_everything() -> None:
    part, operator, _ = (one.ravel() for one in np.indices((3, 2, 2)))
    found = crossed(part * 1.0, part, operator).components
    assert found.gauge.variance == 0
    assert found.part.contribution == 1
    assert found.categories == 10**9


Y, PART, OPERATOR = sheet()


@pytest.mark.parametrize(
    ("work", "code", "params"),
    [
        (lambda: crossed(Y[1:], PART, OPERATOR), "gauge.lengths", {"values": 35, "parts": 36}),
        (lambda: crossed(Y[:-1], PART[:-1], OPERATOR[:-1]), "gauge.unbalanced",
         {"part": "5", "operator": "2", "found": 1, "meant": 2}),
        (lambda: crossed(Y[:-2], PART[:-2], OPERATOR[:-2]), "gauge.unbalanced", {"found": 0}),
        (lambda: nested(Y[:-1], PART[:-1], OPERATOR[:-1]), "gauge.unbalanced", {"found": 1, "meant": 2}),
        (lambda: nested(Y[:-2], PART[:-2], OPERATOR[:-2]), "gauge.unbalanced", {"operator": "2", "found": 5}),
        (lambda: average_range(Y[::2], PART[::2], OPERATOR[::2]), "gauge.levels", {"repeats": 1}),
        (lambda: crossed([1.0] * 36, PART, OPERATOR), "chart.constant", {}),
        (lambda: crossed([None, *Y[1:]], PART, OPERATOR), "chart.missing", {"cell": "[1]"}),
        (lambda: crossed(Y, PART, OPERATOR, tolerance=0), "chart.parameter", {"name": "tolerance"}),
        (lambda: crossed(Y, PART, OPERATOR, pooling=2), "chart.parameter", {"name": "pooling"}),
    ],
)  # fmt: skip
def test_faults_are_told(work: Callable[[], object], code: str, params: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        work()
    assert caught.value.code == code
    assert {**caught.value.params, **params} == dict(caught.value.params)
