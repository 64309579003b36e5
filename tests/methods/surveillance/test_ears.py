"""EARS by its definition, what splitting and order must not change, and series that cannot be judged."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.surveillance.ears import Chart, ears
from zhiheng.methods.surveillance.series import MESSAGES, Reason, from_rows

CHARTS: tuple[Chart, ...] = ("C1", "C2", "C3")
BATCHES = arrays.arrays(np.int64, st.tuples(st.integers(1, 6), st.just(20)), elements=st.integers(0, 40))


def by_definition(row: np.ndarray, day: int, chart: Chart) -> float:
    def c(t: int, guard: int) -> float:
        base = row[t - guard - 7 : t - guard]
        spread = base.std(ddof=1)
        if spread == 0:
            return 0.0 if row[t] == base.mean() else float(np.inf * np.sign(row[t] - base.mean()))
        return float((row[t] - base.mean()) / spread)

    if chart == "C3":
        return sum(max(0.0, c(t, 2) - 1.0) for t in (day, day - 1, day - 2))
    return c(day, 0 if chart == "C1" else 2)


@pytest.mark.parametrize("chart", CHARTS)
@given(counts=BATCHES)
@settings(deadline=None)
def test_the_statistic_is_its_definition(chart: Chart, counts: np.ndarray) -> None:
    days = np.arange(12, 20)
    found = ears(counts, chart=chart, periods=days)
    expected = [[by_definition(row.astype(float), day, chart) for day in days] for row in counts]
    np.testing.assert_allclose(found.score, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("chart", CHARTS)
@given(counts=BATCHES)
@settings(deadline=None)
def test_the_alarm_is_a_count_above_the_threshold(chart: Chart, counts: np.ndarray) -> None:
    found = ears(counts, chart=chart, periods=np.arange(12, 20))
    y = counts[:, 12:20]
    clear = (np.abs(y - found.upper) > 1e-9) & (found.reason == Reason.NONE) & (found.upper > 0)
    np.testing.assert_array_equal(found.alarm[clear], (y > found.upper)[clear])


@pytest.mark.parametrize("chart", CHARTS)
@given(counts=BATCHES, seed=st.integers(0, 99))
@settings(deadline=None)
def test_order_and_company_of_a_series_change_nothing(chart: Chart, counts: np.ndarray, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(counts))
    found = ears(counts, chart=chart)
    np.testing.assert_array_equal(ears(counts[order], chart=chart).score, found.score[order])
    np.testing.assert_array_equal(ears(counts[:1], chart=chart).upper, found.upper[:1])


def test_only_what_lies_before_a_day_judges_it() -> None:
    counts = np.random.default_rng(1).poisson(8, (3, 60))
    whole = ears(counts, periods=[30])
    np.testing.assert_array_equal(whole.score, ears(counts[:, :31]).score)


def test_a_bad_series_is_marked_and_the_others_are_judged() -> None:
    counts = np.random.default_rng(2).poisson(8, (6, 30)).astype(float)
    good = ears(counts[:1])
    for row, column, value in ((1, 13, -1), (2, 13, 0.5), (3, 13, np.inf), (4, 29, np.nan)):
        counts[row, column] = value
    counts[5, 21:27] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = ears(counts, periods=[5 + 9, 29])
    assert found.reason[:, 1].tolist() == [
        Reason.NONE,
        Reason.NEGATIVE,
        Reason.FRACTION,
        Reason.INFINITE,
        Reason.MISSING,
        Reason.SHORT,
    ]
    assert found.score[0, 1] == good.score[0, 0]
    assert np.isnan(found.score[1:, 1]).all()
    assert not found.alarm[1:, 1].any()
    assert not Reason.SHORT.judged
    assert Reason.FEW_CASES.judged
    assert set(MESSAGES) == set(Reason)


def test_a_flat_baseline_is_marked_and_a_least_spread_takes_its_place() -> None:
    counts = np.zeros((1, 12))
    counts[0, -1] = 1
    found = ears(counts)
    assert (found.reason[0, 0], found.alarm[0, 0], found.upper[0, 0]) == (Reason.NO_SPREAD, True, 0)
    assert not ears(counts, min_spread=1.0).alarm.any()
    assert not ears(np.zeros((1, 12))).alarm.any()


def test_one_missing_day_of_the_baseline_is_left_out() -> None:
    counts = np.array([[3.0, 5, np.nan, 4, 6, 2, 4, 9]])
    found = ears(counts, chart="C1")
    rest = np.array([3.0, 5, 4, 6, 2, 4])
    assert found.score[0, 0] == pytest.approx((9 - rest.mean()) / rest.std(ddof=1))


@pytest.mark.parametrize(
    ("counts", "options", "code"),
    [
        (np.ones((2, 8)), {}, "series.short"),
        (np.ones((2, 20)), {"periods": [20]}, "series.periods"),
        (np.ones((2, 20)), {"periods": [1.5]}, "series.periods"),
        (np.ones((2, 20)), {"chart": "C4"}, "ears.chart"),
        (np.ones((2, 20)), {"alpha": 1.0}, "surveillance.share"),
        (np.ones((2, 20)), {"baseline": 2}, "surveillance.number"),
        (np.ones((2, 20)), {"min_spread": -1}, "ears.spread"),
        (np.array([["1"]]), {}, "series.type"),
        (np.ones((2, 2, 2)), {}, "series.shape"),
    ],
)
def test_refusals(counts: np.ndarray, options: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        ears(counts, **options)  # type: ignore[arg-type]  # wrong options are the point
    assert caught.value.code == code


def test_rows_in_any_order_become_an_array_and_duplicates_are_refused() -> None:
    dense = from_rows([1, 0, 1], [2, 0, 0], [5, 6, 7], shape=(2, 3))
    np.testing.assert_array_equal(dense, [[6, np.nan, np.nan], [7, np.nan, 5]])
    for rows, code in (([1, 1, 1], "series.duplicate"), ([1, 0, 2], "series.rows")):
        with pytest.raises(InvalidInput) as caught:
            from_rows(rows, [0, 0, 0], [5, 6, 7], shape=(2, 3))
        assert caught.value.code == code


@pytest.mark.parametrize("baseline", [5, 6, 7, 9])
def test_p_values_are_those_of_students_t(baseline: int) -> None:
    counts = np.random.default_rng(3).poisson(8, (400, 20))
    counts[:50, -1] += np.arange(50) ** 5
    found = ears(counts, chart="C1", baseline=baseline)
    expected = stats.t.sf(found.score / np.sqrt(1 + 1 / baseline), baseline - 1)
    np.testing.assert_allclose(found.p_value, expected, rtol=1e-7)
