"""Simulated series have the moments they claim, and the measures count what they say."""

from __future__ import annotations

import numpy as np
import pytest

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.surveillance.evaluation import performance
from zhiheng.methods.surveillance.farrington import flexible
from zhiheng.methods.surveillance.scenarios import Scenario, simulate, usual

PLAIN = Scenario(2.5, 0.0, 1.0, 0.1, 3.0, 1)


def test_quiet_series_have_their_mean_and_dispersion() -> None:
    made = simulate(PLAIN, series=4000, seed=1, early_outbreaks=0)
    quiet = made.counts[:, :-49]
    mean = usual(PLAIN, 624)[:-49]
    np.testing.assert_allclose(quiet.mean(axis=0), mean, rtol=0.15)
    assert quiet.mean() == pytest.approx(mean.mean(), rel=0.005)
    assert (quiet.var(axis=0) / mean).mean() == pytest.approx(3.0, rel=0.02)
    assert not made.outbreak[:, :-49].any()


def test_outbreaks_have_the_size_they_claim_and_lie_where_they_should() -> None:
    flat = Scenario(3.0, 0.0, 0.0, 0.0, 1.0, 0)
    with_late, without = (
        simulate(flat, series=3000, seed=2, size=size, early_outbreaks=0) for size in (8.0, 1e-9)
    )
    added = with_late.counts[:, -49:].sum() - without.counts[:, -49:].sum()
    # Those that begin in the last weeks are cut off.
    assert 0.9 < added / 3000 / (8 * np.exp(1.5)) < 1.0
    assert with_late.outbreak[:, -49:].any(axis=1).mean() > 0.95
    early = simulate(flat, series=200, seed=3)
    assert early.outbreak[:, 624 - 49 - 263 : -49].any(axis=1).all()
    assert not early.outbreak[:, : 624 - 49 - 263].any()


def test_measures_count_by_hand() -> None:
    truth = np.array([[0, 1, 1, 1, 0, 1, 1, 0], [0, 0, 0, 0, 0, 0, 0, 1]], bool)
    alarm = np.array([[0, 0, 1, 1, 1, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 1]], bool)
    judged = np.ones((2, 8), bool)
    judged[1, 1] = False
    found = performance(alarm, truth, judged)
    assert (found.outbreaks, found.found, found.quiet, found.false_alarms) == (3, 2, 9, 2)
    assert found.delay == 0.5
    assert found.precision == pytest.approx(3 / 5)
    assert found.unjudged == 1
    assert np.isnan(performance(np.zeros((1, 3)), np.zeros((1, 3))).sensitivity)


def test_an_outbreak_at_the_end_of_a_series_is_not_joined_to_the_next_series() -> None:
    truth = np.array([[0, 1], [1, 0]], bool)
    assert performance(truth, truth).outbreaks == 2


def test_farrington_finds_large_outbreaks_and_keeps_its_level() -> None:
    made = simulate(PLAIN, series=200, seed=4, size=10)
    found = flexible(made.counts, periods=made.late)
    measured = performance(found.alarm, made.outbreak[:, made.late], found.reason < 10)
    assert measured.sensitivity > 0.7
    assert measured.false_alarm_rate < 0.03
    assert measured.delay < 2


def test_refusals() -> None:
    for call, code in (
        (lambda: simulate(Scenario(0, 0, 0, 0, 0.5, 0), series=1, seed=1), "scenario.dispersion"),
        (lambda: simulate(PLAIN, series=0, seed=1), "surveillance.number"),
        (lambda: performance([[True]], [[True, False]]), "evaluation.shape"),
        (lambda: performance([[True]], [[True]], [[False]]), "evaluation.shape"),
    ):
        with pytest.raises(InvalidInput) as caught:
            call()
        assert caught.value.code == code
