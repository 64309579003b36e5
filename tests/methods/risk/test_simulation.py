"""Uncertain steps: the closed form and the draws agree, nothing is hidden, nonsense is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.risk.exposure import HEINRICH, overlay, reporting_hint
from zhiheng.methods.risk.matrices import RiskMatrix
from zhiheng.methods.risk.simulation import Beta, Lognormal, Point, Uncertain, spread

STEPS = (Lognormal(0.02, 0.5), Lognormal(0.1, 0.3), Lognormal(0.25, 0.4))


def test_draws_agree_with_the_closed_form_within_their_error(matrix: RiskMatrix) -> None:
    """A beta so narrow that it is a point keeps the draws from being replaced by the formula."""
    closed = spread(STEPS, "S3", matrix, seed=1)
    drawn = spread((*STEPS[:2], Lognormal(0.5, 0.4), Beta(5e9, 5e9)), "S3", matrix, seed=1, draws=400_000)
    assert (closed.draws, drawn.draws) == (0, 400_000)
    np.testing.assert_allclose(drawn.levels, closed.levels, atol=4 * drawn.error)
    assert drawn.median == pytest.approx(closed.median, rel=0.01)


def test_a_beta_step_has_the_mean_of_its_counts(matrix: RiskMatrix) -> None:
    found = spread((Beta(30, 970),), "S1", matrix, seed=3, draws=200_000)
    assert found.median == pytest.approx(0.0297, rel=0.02)
    assert found.bands.sum() == pytest.approx(1)
    assert found.levels.sum() == pytest.approx(1)


def test_the_same_seed_gives_the_same_and_the_size_of_pieces_shows_nowhere(matrix: RiskMatrix) -> None:
    steps = (Beta(2, 50), Lognormal(0.1, 1.0))
    one, other = (spread(steps, "S2", matrix, seed=7, draws=300_001) for _ in range(2))
    np.testing.assert_array_equal(one.bands, other.bands)
    assert one.bands.sum() == pytest.approx(1)


def test_points_alone_fall_into_one_band_and_the_bound_into_the_lower(matrix: RiskMatrix) -> None:
    found = spread((Point(0.5),), "S1", matrix, seed=1)
    assert found.bands.tolist() == [0, 1, 0, 0, 0, 0, 0, 0]
    assert (found.lower, found.upper) == (0.5, 0.5)


def test_an_impossible_step_makes_the_scenario_impossible(matrix: RiskMatrix) -> None:
    closed = spread((Point(0), Lognormal(0.5, 1)), "S4", matrix, seed=1)
    drawn = spread((Point(0), Beta(1, 1)), "S4", matrix, seed=1)
    assert closed.upper == drawn.upper == 0
    assert closed.levels[0] == drawn.levels[0] == 1


def test_what_a_lognormal_puts_above_one_is_told(matrix: RiskMatrix) -> None:
    closed = spread((Lognormal(0.5, 2.0),), "S1", matrix, seed=1)
    drawn = spread((Lognormal(0.5, 2.0), Beta(1e12, 1e-3)), "S1", matrix, seed=1, draws=200_000)
    assert closed.cut == pytest.approx(drawn.cut, abs=0.005)
    assert closed.cut > 0.3
    assert closed.upper <= 1


@pytest.mark.parametrize(
    ("steps", "draws", "code"),
    [
        ((), 1000, "risk.no_steps"),
        ((Point(1.2),), 1000, "risk.step_parameter"),
        ((Point(math.nan),), 1000, "risk.step_parameter"),
        ((Lognormal(0.1, -1),), 1000, "risk.step_parameter"),
        ((Lognormal(math.inf, 1),), 1000, "risk.step_parameter"),
        ((Beta(0, 1),), 1000, "risk.step_parameter"),
        ((Beta(1, math.nan),), 1000, "risk.step_parameter"),
        ((Beta(1, 1),), 10, "risk.draws"),
    ],
)
def test_what_cannot_be_simulated_is_refused(
    matrix: RiskMatrix, steps: tuple[Uncertain, ...], draws: int, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        spread(steps, "S1", matrix, seed=1, draws=draws)
    assert refused.value.code == code


# ---- units in use, and reports that may be missing -------------------------------------------------


def test_an_overlay_that_lowers_is_refused(matrix: RiskMatrix) -> None:
    with pytest.raises(InvalidInput, match="does not fit"):
        overlay("x", bounds=(10,), rows=("LMHS", "LLHS"), matrix=matrix)


def test_units_below_nothing_are_refused(matrix: RiskMatrix) -> None:
    made = overlay("x", bounds=(10,), rows=("LMHS", "MMHS"), matrix=matrix)
    assert (made.level(0, 10), made.level(0, 11)) == (0, 1)
    with pytest.raises(InvalidInput, match="-1 units"):
        made.level(0, -1)


def test_the_hint_speaks_only_below_the_interval() -> None:
    """Garwood's interval for 10 cases is 4.795 to 18.39 (any table of the Poisson distribution)."""
    found = reporting_hint(10, 100)
    assert (found.lower / 29, found.upper / 29) == pytest.approx((4.7954, 18.3904), abs=1e-4)
    assert found.missing
    assert not reporting_hint(10, 140).missing
    assert not reporting_hint(0, 0).missing
    assert HEINRICH[0] == 1


@pytest.mark.parametrize("tiers", [(1, 0), (0, 0), (0, 4), (-1, 2)])
def test_tiers_that_are_none_are_refused(tiers: tuple[int, int]) -> None:
    with pytest.raises(InvalidInput, match="not two tiers"):
        reporting_hint(1, 1, tiers=tiers)
