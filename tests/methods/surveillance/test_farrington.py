"""Farrington's detectors against a plain regression, and what must not stop or change them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.surveillance import farrington as module
from zhiheng.methods.surveillance.baseline import baseline
from zhiheng.methods.surveillance.farrington import farrington, flexible
from zhiheng.methods.surveillance.series import Reason
from zhiheng.methods.surveillance.thresholds import count_tail, count_upper

LENGTH = 300


def weekly(series: int, *, seed: int = 1, low: float = 1.0, high: float = 60.0) -> np.ndarray:
    """Overdispersed counts with a season, the level of each series drawn between the bounds."""
    rng = np.random.default_rng(seed)
    level = np.exp(rng.uniform(np.log(low), np.log(high), (series, 1)))
    mean = level * np.exp(0.4 * np.sin(2 * np.pi * (np.arange(LENGTH) / 52 + rng.random((series, 1)))))
    return rng.negative_binomial(4, 4 / (4 + mean)).astype(float)


def regression(
    y: np.ndarray, X: np.ndarray, offset: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Textbook iteratively reweighted least squares with dense matrices, far past convergence."""
    eta = np.log(y + 0.1)
    for _ in range(60):
        mu = np.exp(eta)
        W = weights * mu
        inverse = np.linalg.inv(X.T @ (W[:, None] * X))
        theta = inverse @ X.T @ (W * (eta - offset + (y - mu) / mu))
        eta = X @ theta + offset
    mu = np.exp(eta)
    used = weights > 0
    phi = (weights * (y - mu) ** 2 / mu)[used].sum() / (used.sum() - X.shape[1])
    return theta, mu, inverse, max(phi, 1.0)


def by_definition(
    y: np.ndarray, X: np.ndarray, offset: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Noufaily's two fits, one series, straight from the paper."""
    _, mu, inverse, phi = regression(y, X, offset, known)
    h = known * mu * np.einsum("ij,jk,ik->i", X, inverse, X)
    s = 1.5 * (y ** (2 / 3) * mu ** (-1 / 6) - np.sqrt(mu)) / np.sqrt(phi * (1 - h))
    weights = known * np.where(s > 2.58, s**-2.0, 1.0)
    weights *= known.sum() / weights.sum()
    theta, _, inverse, phi = regression(y, X, offset, weights)
    return theta, inverse, phi


@pytest.mark.parametrize("threshold", ["nb_plugin", "muan", "delta"])
def test_one_series_is_its_definition(threshold: module.Threshold) -> None:
    """Blocks, trend, covariate, population and a missing week, against dense matrices."""
    rng = np.random.default_rng(5)
    counts = weekly(6, seed=3, low=8)
    counts[2, 100:104] *= 6
    counts[:, 150] = np.nan
    people = rng.uniform(0.5, 2.0, counts.shape) * 1e6
    holiday = (rng.random(LENGTH) < 0.1).astype(float)
    found = flexible(
        counts, population=people, covariates=holiday, threshold=threshold, alpha=0.02, limit=(0, 1)
    )
    base = baseline(years=5, half_window=3, blocks=10, exclude=26, year=52)
    at = LENGTH - 1 + base.lags
    group = np.repeat(np.arange(10), np.diff([*base.starts.tolist(), len(at)]))
    for row in range(6):
        known = (~np.isnan(counts[row, at])).astype(float)
        y = np.nan_to_num(counts[row, at])
        offset = np.log(people[row, at])
        levels = (group[:, None] == np.arange(10)).astype(float)
        X = np.c_[levels, holiday[at], at / 100.0]
        now = np.r_[np.zeros(9), 1.0, holiday[-1], (LENGTH - 1) / 100.0]
        shift = np.log(people[row, -1])
        theta, inverse, phi = by_definition(y, X, offset, known)
        if np.exp(now @ theta + shift) > y.max():
            X, now = X[:, :-1], now[:-1]
            theta, inverse, phi = by_definition(y, X, offset, known)
        else:
            assert found.trend[row, 0] == pytest.approx(theta[-1] / 100, rel=1e-6)
        mean, variance = np.exp(now @ theta + shift), phi * now @ inverse @ now
        assert found.expected[row, 0] == pytest.approx(mean, rel=1e-8)
        assert found.dispersion[row, 0] == pytest.approx(phi, rel=1e-8)
        z = stats.norm.ppf(0.98)
        if threshold == "delta":
            se = np.sqrt(4 / 9 * mean ** (1 / 3) * (phi + mean * variance))
            expected = (mean ** (2 / 3) + z * se) ** 1.5
        else:
            if threshold == "muan":
                mean *= np.exp(z * np.sqrt(variance))
            expected = stats.nbinom.ppf(0.98, mean / (phi - 1), 1 / phi)
        assert found.upper[row, 0] == pytest.approx(expected, rel=1e-7)


def test_reference_weeks_are_those_of_noufaily() -> None:
    base = baseline(years=2, half_window=1, blocks=3, exclude=4, year=12)
    # Windows at -25..-23 and -13..-11; nine periods between them: a block of five and one of four.
    assert base.starts.tolist() == [0, 10, 15]
    assert base.lags[:10].tolist() == [-22, -21, -20, -19, -18, -10, -9, -8, -7, -6]
    assert base.lags[10:15].tolist() == [-17, -16, -15, -14, -5]
    assert base.lags[base.starts[2] :].tolist() == [-25, -24, -23, -13, -12, -11]
    assert base.needed == 25


def test_order_company_and_pieces_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = weekly(40, low=0.2)
    weeks = np.arange(290, 300)
    whole = flexible(counts, periods=weeks)
    order = np.random.default_rng(0).permutation(40)
    monkeypatch.setattr(module, "_PIECE", 1)
    pieces = flexible(counts[order], periods=weeks)
    for name in ("expected", "upper", "p_value", "alarm", "reason"):
        np.testing.assert_array_equal(getattr(pieces, name), getattr(whole, name)[order])
    alone = flexible(counts[3, :296])
    assert alone.upper[0, 0] == whole.upper[3, 5]


@given(factor=st.floats(1e-3, 1e9))
@settings(max_examples=20, deadline=None)
def test_the_unit_of_the_population_changes_nothing(factor: float) -> None:
    counts = weekly(3, low=10)
    people = np.linspace(1, 2, LENGTH)
    one, other = flexible(counts, population=people), flexible(counts, population=factor * people)
    np.testing.assert_allclose(one.expected, other.expected, rtol=1e-9)


def test_a_past_outbreak_is_held_down() -> None:
    clean = weekly(20, low=5)
    spoilt = clean.copy()
    spoilt[:, 193:196] *= 8  # two years before, in the same season
    usual, held, trusting = (
        flexible(clean),
        flexible(spoilt),
        flexible(spoilt, weights_above=np.inf),
    )
    assert (held.upper < trusting.upper).mean() > 0.9
    assert np.median(held.upper / usual.upper) < 1.2 < np.median(trusting.upper / usual.upper)


def test_a_week_without_excess_rarely_alarms_and_an_outbreak_does() -> None:
    counts = weekly(400, seed=8, low=3)
    assert flexible(counts, periods=np.arange(290, 300)).alarm.mean() < 0.03
    counts[:, -1] = 5 * counts[:, -60:-40].max(axis=1) + 20
    assert flexible(counts).alarm.all()


def test_bad_series_are_marked_and_the_others_judged() -> None:
    counts = weekly(8, low=5)
    good = flexible(counts)
    for row, column, value in ((0, 290, -1), (1, 290, 0.5), (2, 250, np.inf), (3, -1, np.nan)):
        counts[row, column] = value
    counts[4, :200] = np.nan
    people = np.ones(counts.shape)
    people[5, 250] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = flexible(counts, population=people)
    assert found.reason[:, 0].tolist() == [
        Reason.NEGATIVE,
        Reason.FRACTION,
        Reason.INFINITE,
        Reason.MISSING,
        Reason.SHORT,
        Reason.POPULATION,
        Reason.NONE,
        Reason.NONE,
    ]
    assert np.isnan(found.upper[:6, 0]).all()
    assert not found.alarm[:6].any()
    np.testing.assert_allclose(found.upper[6:], good.upper[6:])


def test_no_case_before_takes_the_threshold_of_bayes() -> None:
    counts = np.zeros((3, LENGTH))
    counts[1, -1], counts[2, -3:] = 6, 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = flexible(counts)
    assert found.reason[:, 0].tolist() == [Reason.FEW_CASES, Reason.NO_CASE_BEFORE, Reason.FEW_CASES]
    assert found.alarm[:, 0].tolist() == [False, True, False]
    assert found.upper[1, 0] == stats.nbinom.ppf(0.99, 0.5, 35 / 36)
    assert found.p_value[1, 0] == pytest.approx(stats.nbinom.sf(5, 0.5, 35 / 36))


def test_one_giant_outlier_neither_stops_nor_hides_anything() -> None:
    counts = weekly(4, low=5)
    counts[0, 191] = 1e9
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = flexible(counts)
    assert np.isfinite(found.upper).all()
    np.testing.assert_array_equal(found.upper[1:], flexible(counts[1:]).upper)


def test_cases_in_one_early_week_alone_have_no_trend() -> None:
    counts = np.zeros((1, LENGTH))
    counts[0, LENGTH - 1 - 260] = 30
    found = flexible(counts, blocks=1, exclude=3, limit=(0, 1))
    assert found.reason[0, 0] in (Reason.WITHOUT_TREND, Reason.NONE)
    assert np.isfinite(found.upper[0, 0])


def test_a_covariate_without_variation_does_no_harm_and_an_unknown_one_is_marked() -> None:
    counts = weekly(3, low=5)
    idle = np.zeros(LENGTH)
    np.testing.assert_array_equal(flexible(counts, covariates=idle).upper, flexible(counts).upper)
    idle[-1] = 1
    assert (flexible(counts, covariates=idle).reason == Reason.NOT_FITTED).all()
    idle[-1] = np.nan
    assert (flexible(counts, covariates=idle).reason == Reason.COVARIATE).all()


def test_a_moving_holiday_as_covariate_keeps_its_week_quiet() -> None:
    rng = np.random.default_rng(4)
    holiday = np.zeros(LENGTH)
    holiday[[40, 93, 143, 196, 247, 299]] = 1
    counts = rng.poisson(20 * np.exp(1.2 * holiday), (50, LENGTH))
    assert flexible(counts).alarm.mean() > 0.9
    assert flexible(counts, covariates=holiday, exclude=20).alarm.mean() < 0.1


@given(
    mean=st.floats(1e-6, 1e5),
    dispersion=st.floats(1.0001, 50),
    probability=st.sampled_from([0.5, 0.95, 0.999]),
)
@settings(deadline=None)
def test_the_quantile_is_the_smallest_count_that_holds_its_probability(
    mean: float, dispersion: float, probability: float
) -> None:
    k = float(count_upper(np.array([mean]), np.array([dispersion]), probability)[0])
    law = stats.nbinom(mean / (dispersion - 1), 1 / dispersion)
    assert law.cdf(k) >= probability - 1e-12
    assert k == 0 or law.cdf(k - 1) < probability + 1e-12
    tail = count_tail(np.array([k]), np.array([mean]), np.array([dispersion]))[0]
    assert tail == pytest.approx(law.sf(k - 1), rel=1e-6)


def test_without_dispersion_the_quantile_is_poisson() -> None:
    mean = np.geomspace(1e-3, 1e4, 200)
    np.testing.assert_array_equal(count_upper(mean, np.ones(200), 0.99), stats.poisson.ppf(0.99, mean))
    np.testing.assert_allclose(
        count_tail(np.full(200, 7.0), mean, np.ones(200)), special.gammainc(7, mean), rtol=1e-9
    )


def test_the_original_of_1996_needs_a_significant_trend() -> None:
    flat, rising = weekly(200, low=10), weekly(200, seed=2, low=10)
    rising = np.floor(rising * np.exp(-np.linspace(2, 0, LENGTH)))
    with_trend = [np.isfinite(farrington(c).trend).mean() for c in (flat, rising)]
    assert with_trend[0] < 0.1 < with_trend[1]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"periods": [100]}, "series.short"),
        ({"threshold": "best"}, "farrington.threshold"),
        ({"population": np.ones(7)}, "farrington.population"),
        ({"population": [["x"]]}, "farrington.population"),
        ({"covariates": np.ones((1, 7))}, "farrington.covariates"),
        ({"alpha": 0}, "surveillance.share"),
        ({"blocks": 60}, "baseline.year"),
        ({"years": 1, "exclude": 60}, "baseline.exclude"),
        ({"limit": (-1, 4)}, "surveillance.number"),
    ],
)
def test_refusals(options: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        flexible(weekly(2), **options)  # type: ignore[arg-type]  # wrong options are the point
    assert caught.value.code == code
