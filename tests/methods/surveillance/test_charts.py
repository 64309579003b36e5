"""Bayes, the cumulative charts and the false discovery rate by their definitions."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import optimize, stats

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.surveillance.bayes import bayes
from zhiheng.methods.surveillance.cusum import generalised, likelihood_ratio, rossi
from zhiheng.methods.surveillance.discovery import class_discoveries, discoveries
from zhiheng.methods.surveillance.series import Reason

COUNTS = arrays.arrays(np.int64, st.tuples(st.integers(1, 4), st.just(12)), elements=st.integers(0, 30))
SHARES = arrays.arrays(np.float64, st.integers(1, 30), elements=st.floats(0, 1))


@given(counts=COUNTS, alpha=st.sampled_from([0.05, 0.01]))
@settings(deadline=None)
def test_bayes_is_its_predictive_distribution(counts: np.ndarray, alpha: float) -> None:
    found = bayes(counts, alpha=alpha)
    past = counts[:, 5:11].sum(axis=1)
    law = stats.nbinom(past + 0.5, 6 / 7)
    np.testing.assert_array_equal(found.upper[:, 0], law.ppf(1 - alpha))
    np.testing.assert_allclose(found.p_value[:, 0], law.sf(counts[:, -1] - 1), rtol=1e-8)
    np.testing.assert_array_equal(found.alarm, found.p_value < alpha)


def test_bayes_leaves_missing_weeks_out_and_marks_what_it_cannot_judge() -> None:
    counts = np.full((4, 20), 3.0)
    counts[0, 15], counts[1, 14:18], counts[2, -1], counts[3, 15] = np.nan, np.nan, np.nan, -2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = bayes(counts)
    assert found.reason[:, 0].tolist() == [Reason.NONE, Reason.SHORT, Reason.MISSING, Reason.NEGATIVE]
    assert found.upper[0, 0] == stats.nbinom.ppf(0.95, 15.5, 5 / 6)
    with pytest.raises(InvalidInput) as caught:
        bayes(counts, this_year=False)
    assert caught.value.code == "bayes.reference"


@given(counts=COUNTS, extra=st.sampled_from([0.0, 0.2, 2.0]), mean=st.floats(0.5, 30))
@settings(deadline=None, max_examples=20)
def test_the_cusum_adds_log_likelihood_ratios(counts: np.ndarray, extra: float, mean: float) -> None:
    found = likelihood_ratio(counts, np.full(len(counts), mean), shift=0.7, extra=extra, limit=4.0)
    for row, got in zip(counts, found.statistic, strict=True):
        total = 0.0
        for y, value in zip(row, got, strict=True):
            raised = mean * np.exp(0.7)
            if extra:
                laws = [stats.nbinom(1 / extra, 1 / (1 + extra * m)) for m in (raised, mean)]
            else:
                laws = [stats.poisson(raised), stats.poisson(mean)]
            total = max(0.0, (0.0 if total > 4 else total) + laws[0].logpmf(y) - laws[1].logpmf(y))
            assert value == pytest.approx(total, abs=1e-7)


@pytest.mark.parametrize("rising", [True, False])
@pytest.mark.parametrize("extra", [0.0, 0.3])
def test_the_generalised_chart_takes_the_best_shift_and_moment(extra: float, rising: bool) -> None:
    counts = np.random.default_rng(6).poisson(6, (3, 14))
    mean = np.linspace(3, 8 if rising else 3, 14) * np.ones((3, 1))
    found = generalised(counts, mean, extra=extra, limit=1e9)
    for row in range(3):
        for t in range(14):
            best = 0.0
            for s in range(t + 1):
                y, m = counts[row, s : t + 1], mean[row, s : t + 1]

                def loss(kappa: float, y: np.ndarray = y, m: np.ndarray = m) -> float:
                    raised = m * np.exp(kappa)
                    if extra:
                        gain = kappa * y - (y + 1 / extra) * np.log((1 + extra * raised) / (1 + extra * m))
                    else:
                        gain = kappa * y - raised + m
                    return float(-gain.sum())

                solved = optimize.minimize_scalar(loss, bounds=(0, 5), options={"xatol": 1e-10})
                best = max(best, -float(solved.fun))
            assert found.statistic[row, t] == pytest.approx(best, abs=1e-6)


def test_a_window_forgets_and_a_chart_begins_anew_after_its_alarm() -> None:
    counts = np.array([[5, 30, 5, 5, 5, 5, 5, 5]])
    mean = np.array([5.0])
    assert generalised(counts, mean, limit=1e9).statistic[0, 7] > 1
    assert generalised(counts, mean, limit=1e9, window=3).statistic[0, 7] == 0
    found = generalised(counts, mean)
    assert found.alarm[0].tolist() == [False, True] + [False] * 6
    assert found.statistic[0, 2] == 0
    lasting = generalised(counts, mean, at_least=2)
    assert lasting.statistic[0, 1] < generalised(counts, mean).statistic[0, 1]


@pytest.mark.parametrize("chart", ["rossi", "ratio", "generalised"])
def test_charts_mark_bad_series_and_pass_over_missing_periods(chart: str) -> None:
    counts = np.random.default_rng(7).poisson(5, (5, 30)).astype(float)
    mean = np.full(5, 5.0)
    counts[1, 3], counts[2, 4], mean[3] = -1, np.nan, 0

    def run(y: np.ndarray, m: np.ndarray):  # type: ignore[no-untyped-def]  # one of three charts
        if chart == "rossi":
            return rossi(y, m)
        if chart == "ratio":
            return likelihood_ratio(y, m, shift=0.7, extra=0.1)
        return generalised(y, m, extra=0.1)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = run(counts, mean)
    assert found.reason[:, 4].tolist() == [
        Reason.NONE,
        Reason.NEGATIVE,
        Reason.MISSING,
        Reason.POPULATION,
        Reason.NONE,
    ]
    assert found.reason[2, 5] == Reason.NONE
    assert np.isnan(found.statistic[[1, 3]]).all()
    without = run(np.delete(counts[[2]], 4, axis=1), mean[[2]])
    np.testing.assert_allclose(np.delete(found.statistic[2], 4), without.statistic[0], atol=1e-9)
    np.testing.assert_array_equal(run(counts[::-1], mean[::-1]).statistic[::-1], found.statistic)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"mean": np.ones(3)}, "cusum.mean"),
        ({"mean": np.ones(2), "shift": 0.0}, "cusum.limit"),
        ({"mean": np.ones(2), "extra": -1.0}, "cusum.limit"),
    ],
)
def test_charts_refuse(options: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        likelihood_ratio(np.ones((2, 9)), **{"shift": 0.7, **options})  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.code == code


@given(p=SHARES)
@settings(deadline=None)
def test_benjamini_hochberg_names_what_scipy_names(p: np.ndarray) -> None:
    found = discoveries(p, rate=0.1)
    np.testing.assert_allclose(found.adjusted, stats.false_discovery_control(p), rtol=1e-12)
    np.testing.assert_array_equal(found.named, found.adjusted <= 0.1)


@given(p=SHARES, seed=st.integers(0, 99))
@settings(deadline=None)
def test_order_and_unjudged_series_change_no_discovery(p: np.ndarray, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(p.size)
    plain = discoveries(p)
    np.testing.assert_array_equal(discoveries(p[order]).adjusted, plain.adjusted[order])
    padded = discoveries(np.append(p, np.nan))
    np.testing.assert_array_equal(padded.adjusted[:-1], plain.adjusted)
    assert not padded.named[-1]


@given(p=SHARES, seed=st.integers(0, 99))
@settings(deadline=None)
def test_classes_by_definition(p: np.ndarray, seed: int) -> None:
    group = np.random.default_rng(seed).integers(0, 4, p.size)
    found = class_discoveries(p, group, rate=0.2)
    for c in range(int(group.max()) + 1):
        inside = np.sort(p[group == c])
        if inside.size == 0:
            assert np.isnan(found.class_p[c])
            continue
        assert found.class_p[c] == pytest.approx((inside * inside.size / np.arange(1, inside.size + 1)).min())
    share = 0.2 * found.class_named.sum() / np.unique(group).size
    for c in np.flatnonzero(found.class_named):
        inside = group == c
        expected = stats.false_discovery_control(p[inside]) <= share
        np.testing.assert_array_equal(found.named[inside], expected)
    assert not found.named[~found.class_named[group]].any()


def test_quiet_series_in_their_thousands_name_almost_none() -> None:
    rng = np.random.default_rng(9)
    p = rng.random(100_000)
    assert discoveries(p).named.sum() <= 5
    p[:100] = rng.random(100) * 1e-7
    found = discoveries(p)
    assert found.named[:100].all()
    assert found.named[100:].sum() < 20


def test_discoveries_refuse() -> None:
    with pytest.raises(InvalidInput) as caught:
        discoveries([0.5, 1.5])
    assert caught.value.code == "surveillance.p_value"
    with pytest.raises(InvalidInput) as caught:
        class_discoveries([0.5, 0.5], [0, -1])
    assert caught.value.code == "surveillance.classes"
