"""Shewhart charts: what units, order and batches must not change, coverage by chance, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from zhiheng.methods.charts import attributes, variables
from zhiheng.methods.charts.constants import c4, d2, d2_star, d3
from zhiheng.methods.errors import InvalidInput

ESTIMATORS = ("mean_range", "mean_deviation", "weighted_range", "weighted_deviation", "pooled")
TABLES = hnp.arrays(
    np.int64, st.tuples(st.integers(2, 12), st.integers(2, 7)), elements=st.integers(-999, 999)
)


def refused(work: Callable[[], object], code: str) -> dict[str, object]:
    with pytest.raises(InvalidInput) as caught:
        work()
    assert caught.value.code == code
    return dict(caught.value.params)


def test_constants_have_their_closed_forms() -> None:
    assert d2(2) == pytest.approx(2 / math.sqrt(math.pi), abs=1e-13)
    assert d2(3) == pytest.approx(3 / math.sqrt(math.pi), abs=1e-13)
    assert d3(2) == pytest.approx(math.sqrt(2 - 4 / math.pi), abs=1e-13)
    assert c4(2) == pytest.approx(math.sqrt(2 / math.pi), abs=1e-13)
    for n in (300, 1000, 5000):  # the series against logarithms of Γ, which have eleven digits left here
        direct = math.sqrt(2 / (n - 1)) * math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2))
        assert c4(n) == pytest.approx(direct, abs=2e-11)
    assert c4(250) < c4(251) < c4(252)


def test_duncans_constants() -> None:
    """A. J. Duncan's table D3, as AIAG reprints it: d2* for m values in g subgroups."""
    for m, g, printed in ((2, 1, 1.41421), (3, 1, 1.91155), (10, 1, 3.17905), (5, 4, 2.36571)):
        assert d2_star(m, g) == pytest.approx(printed, abs=6e-5)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@given(x=TABLES, factor=st.sampled_from([0.001, 2.0, 1024.0]), shift=st.integers(-50, 50))
def test_units_and_order_of_subgroups(
    estimator: variables.Estimator, x: np.ndarray, factor: float, shift: int
) -> None:
    if not np.ptp(x, axis=1).any():
        return
    plain = variables.process(variables.subgroups(x), estimator=estimator)
    other = variables.process(variables.subgroups(factor * x[::-1, ::-1] + shift), estimator=estimator)
    assert other.sigma == pytest.approx(factor * plain.sigma, rel=1e-9)
    assert other.center == pytest.approx(factor * plain.center + shift, rel=1e-9, abs=1e-9)
    assert other.degrees == pytest.approx(plain.degrees)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_sigma_is_unbiased_and_its_degrees_are_right(estimator: variables.Estimator) -> None:
    """20 000 processes of σ = 2; the degrees of freedom say how much the estimates scatter."""
    x = np.random.default_rng(1).normal(10, 2, (20_000, 8, 4))
    found = variables.process(variables.subgroups(x), estimator=estimator)
    assert found.sigma.mean() == pytest.approx(2, rel=0.005)
    spread = found.sigma.std() / found.sigma.mean()
    assert found.degrees[0] == pytest.approx(0.5 / spread**2 + 0.25, rel=0.04)


def test_degrees_of_moving_ranges_are_right() -> None:
    x = np.random.default_rng(2).normal(10, 2, (20_000, 25))
    found = variables.individual_process(x)
    spread = found.sigma.std() / found.sigma.mean()
    assert found.degrees[0] == pytest.approx(0.5 / spread**2 + 0.25, rel=0.04)
    robust = variables.individual_process(x, estimator="median_moving_range")
    assert robust.sigma.mean() == pytest.approx(2, rel=0.05)


def test_unequal_subgroups_get_limits_of_their_own() -> None:
    groups = [[1, 2, 3], [2, 4], [0, 1, 2, 5], [2, 3, 4]]
    found = variables.subgroups(groups)
    stable = variables.process(found, estimator="mean_deviation")
    expected = np.mean([np.std(one, ddof=1) / c4(len(one)) for one in groups])
    assert stable.sigma == pytest.approx(expected)
    assert stable.center == pytest.approx(np.mean(np.concatenate(groups)))
    chart = variables.xbar(found, stable)
    np.testing.assert_allclose(chart.upper - chart.center, 3 * expected / np.sqrt([3, 2, 4, 3]))
    np.testing.assert_allclose(
        variables.ranges(found, stable).center, [d2(n) * expected for n in (3, 2, 4, 3)]
    )


@pytest.mark.parametrize("draw", [attributes.p, attributes.laney_p, attributes.u, attributes.laney_u])
def test_a_batch_is_its_charts(draw: Callable[..., attributes.Chart]) -> None:
    rng = np.random.default_rng(3)
    size = rng.integers(20, 90, (40, 12))
    count = rng.binomial(size, 0.3)
    together = draw(count, size)
    for row in range(40):
        alone = draw(count[row], size[row])
        for name in ("value", "center", "lower", "upper"):
            np.testing.assert_allclose(getattr(together, name)[row], getattr(alone, name), rtol=1e-12)


@given(scale=st.integers(2, 9), seed=st.integers(0, 99))
def test_laney_absorbs_what_p_takes_for_alarms(scale: int, seed: int) -> None:
    """Counts and sizes times k: p′ keeps its limits, p narrows them."""
    rng = np.random.default_rng(seed)
    size = rng.integers(50, 100, 30)
    count = rng.binomial(size, 0.2)
    one, many = attributes.laney_p(count, size), attributes.laney_p(scale * count, scale * size)
    np.testing.assert_allclose(many.upper, one.upper, rtol=1e-9)
    narrow = attributes.p(scale * count, scale * size)
    assert (narrow.error < attributes.p(count, size).error).all()


def test_known_inflation_of_one_is_the_plain_chart() -> None:
    count, size = [3, 4, 5, 9], [50, 60, 70, 80]
    np.testing.assert_allclose(
        attributes.laney_p(count, size, inflation=1).upper, attributes.p(count, size).upper
    )


def test_a_chart_without_a_failure_says_nothing_and_alarms_nothing() -> None:
    chart = attributes.p([[0, 0, 0], [1, 0, 2]], 50)
    assert chart.upper[0].tolist() == [0, 0, 0]
    assert not chart.outside.any()
    assert chart.score[0].tolist() == [0, 0, 0]
    assert refused(lambda: attributes.laney_p([[1, 0, 2], [0, 0, 0]], 50), "chart.flat")["cell"] == "[2]"


def test_limits_stay_where_the_statistic_can_go() -> None:
    assert attributes.p([1, 2, 1], 10).lower.min() == 0
    assert attributes.p([9, 10, 9], 10).upper.max() == 1
    assert attributes.np_([9, 10, 9], 10).upper.max() == 10
    assert attributes.c([1, 0, 2]).lower.min() == 0
    assert variables.ranges(variables.subgroups([[1, 2], [3, 5]]), variables.given(0, 1)).lower.min() == 0


NAN = float("nan")


@pytest.mark.parametrize(
    ("work", "code", "cell"),
    [
        (lambda: variables.subgroups([[1, 2], [3, NAN]]), "chart.missing", "[2, 2]"),
        (lambda: variables.subgroups([[1, 2], [3, None]]), "chart.missing", "[2, 2]"),
        (lambda: variables.subgroups([[1, 2, 3], [3, NAN]]), "chart.missing", "[2, 2]"),
        (lambda: variables.subgroups([[1, 2], [3, np.inf]]), "chart.infinite", "[2, 2]"),
        (lambda: variables.subgroups([[1, "x"], [3, 4]]), "chart.type", "[1, 2]"),
        (lambda: variables.process(variables.subgroups([[1, 2, 3], [3], [4, 5]])), "chart.single", "[2]"),
        (lambda: variables.process(variables.subgroups([[1], [3]])), "chart.single", "[1]"),
        (lambda: variables.process(variables.subgroups([[0.1] * 5, [0.1] * 5])), "chart.constant", None),
        (lambda: variables.individual_process([0.1] * 9, estimator="deviation"), "chart.constant", None),
        (lambda: variables.individual_process([1]), "chart.shape", None),
        (lambda: variables.individual_process([1, 2], estimator="best"), "chart.estimator", None),
        (lambda: variables.process(variables.subgroups([[1, 2]]), estimator="best"), "chart.estimator", None),
        (lambda: variables.given(0, 0), "chart.not_positive", "[1]"),
        (lambda: variables.individuals([1, 2], variables.given(0, 1), width=-1), "chart.parameter", None),
        (lambda: attributes.p([1, -1], 10), "chart.negative", "[2]"),
        (lambda: attributes.p([1, 1.5], 10), "chart.fraction", "[2]"),
        (lambda: attributes.p([1, 2], [10, 9.5]), "chart.fraction", "[2]"),
        (lambda: attributes.p([1, 2**60], 2**61), "chart.too_large", "[2]"),
        (lambda: attributes.p([[1, 2], [3, 11]], 10), "chart.above_size", "[2, 2]"),
        (lambda: attributes.p([1, 1], [10, 0]), "chart.not_positive", "[2]"),
        (lambda: attributes.p([1, 1], [10, 10, 10]), "chart.shapes", None),
        (lambda: attributes.p([1, 1], 10, center=1.5), "chart.parameter", None),
        (lambda: attributes.np_([1, 1], [10, 20]), "chart.unequal", "[2]"),
        (lambda: attributes.u([1, 1], 2.5, center=-1), "chart.parameter", None),
        (lambda: attributes.laney_u([4], 2.5), "chart.shape", None),
        (lambda: d2(1), "chart.size", None),
        (lambda: attributes.c(np.ma.array([1, 2], mask=[0, 1])), "chart.missing", "[2]"),
    ],
)  # fmt: skip
def test_faults_name_their_cell(work: Callable[[], object], code: str, cell: str | None) -> None:
    assert refused(work, code).get("cell") == cell
