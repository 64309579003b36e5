"""Nowcasts: exact where delays are, honest intervals, and triangles that cannot be read."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.surveillance.delays import nowcast
from zhiheng.methods.surveillance.series import Reason

SHARES = np.array([0.4, 0.3, 0.2, 0.1])


def triangles(series: int, periods: int, *, seed: int, mean: float = 40.0) -> tuple[np.ndarray, np.ndarray]:
    """Final counts, and their reports by delay with the future still in."""
    rng = np.random.default_rng(seed)
    final = rng.poisson(mean, (series, periods))
    return final, rng.multinomial(final, SHARES)


def test_delays_without_chance_are_completed_exactly() -> None:
    final = np.array([[10, 20, 30, 40, 50, 60, 100]]) * 10
    found = nowcast(final[:, :, None] * SHARES)
    np.testing.assert_allclose(found.completeness, [np.cumsum(SHARES)])
    np.testing.assert_allclose(found.estimate, final)
    np.testing.assert_array_equal(found.upper[0, :4], final[0, :4])


def test_the_future_is_not_looked_at() -> None:
    _, reports = triangles(3, 30, seed=1)
    spoilt = reports.astype(float)
    for delay in range(1, 4):
        spoilt[:, 30 - delay :, delay] = np.nan
    np.testing.assert_array_equal(nowcast(spoilt).upper, nowcast(reports).upper)


def test_intervals_hold_their_level() -> None:
    final, reports = triangles(2000, 120, seed=2)
    found = nowcast(reports)
    for back in (1, 2, 3):
        inside = (found.lower[:, -back] <= final[:, -back]) & (final[:, -back] <= found.upper[:, -back])
        assert 0.94 < inside.mean() < 0.985
        assert found.estimate[:, -back].mean() == pytest.approx(40, rel=0.02)


def test_pooled_delays_are_those_of_all_series_together() -> None:
    _, reports = triangles(50, 10, seed=3, mean=2.0)
    pooled, together = nowcast(reports, pooled=True), nowcast(reports.sum(axis=0))
    np.testing.assert_allclose(pooled.completeness, np.repeat(together.completeness, 50, axis=0))
    order = np.random.default_rng(0).permutation(50)
    np.testing.assert_array_equal(nowcast(reports[order]).upper, nowcast(reports).upper[order])


def test_only_recent_periods_teach_the_delays() -> None:
    _, reports = triangles(4, 60, seed=4)
    slow = reports.copy()
    slow[:, :30] = slow[:, :30, ::-1]
    np.testing.assert_array_equal(
        nowcast(slow, recent=20).completeness, nowcast(reports, recent=20).completeness
    )


def test_a_week_of_which_nothing_is_ever_reported_at_once_has_no_nowcast_yet() -> None:
    reports = triangles(1, 20, seed=6)[1]
    reports[:, :, 0] = 0
    found = nowcast(reports)
    assert np.isnan([found.estimate[0, -1], found.lower[0, -1], found.upper[0, -1]]).all()
    assert np.isfinite(found.estimate[0, :-1]).all()
    assert found.reason[0] == Reason.NONE


def test_bad_triangles_are_marked_or_refused() -> None:
    reports = triangles(5, 12, seed=5)[1].astype(float)
    reports[1, 2, 0], reports[2, 3, 1], reports[3] = -1, np.nan, 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = nowcast(reports)
    assert found.reason.tolist() == [
        Reason.NONE,
        Reason.NEGATIVE,
        Reason.MISSING,
        Reason.NOT_FITTED,
        Reason.NONE,
    ]
    assert np.isnan(found.estimate[1:4]).all()
    for bad in (np.ones(4), np.ones((2, 3, 4)), np.full((4, 4), "x")):
        with pytest.raises(InvalidInput) as caught:
            nowcast(bad)
        assert caught.value.code == "delays.shape"
