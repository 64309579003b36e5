"""The fit against printed values and against scipy's beta-binomial; degenerate data; properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special, stats

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.betabinomial import LARGEST_TOTAL, prior
from zhiheng.methods.survey.shrinkage import shrink

# Geissler 1889: boys among the first 12 children of 6 115 families in Saxony. Fit as printed by
# Wikipedia, "Beta-binomial distribution": a = 34.09558, b = 31.5715, log L = -12492.9.
SAXONY = [3, 24, 104, 286, 670, 1033, 1343, 1112, 829, 478, 181, 45, 7]

# Tarone 1982: tumours in 70 groups of control rats, as in Gelman et al., Bayesian Data Analysis,
# ch. 5, where the rates have mean 0.136 and standard deviation 0.103.
RATS = (
    "0/20 0/20 0/20 0/20 0/20 0/20 0/20 0/19 0/19 0/19 0/19 0/18 0/18 0/17 1/20 1/20 1/20 1/20 "
    "1/19 1/19 1/18 1/18 2/25 2/24 2/23 2/20 2/20 2/20 2/20 2/20 2/20 1/10 5/49 2/19 5/46 3/27 "
    "2/17 7/49 7/47 3/20 3/20 2/13 9/48 10/50 4/20 4/20 4/20 4/20 4/20 4/20 4/20 10/48 4/19 4/19 "
    "4/19 5/22 11/46 12/49 5/20 5/20 6/23 5/19 6/22 6/20 6/20 6/20 16/52 15/47 15/46 9/24"
)


def rats() -> tuple[np.ndarray, np.ndarray]:
    x, n = np.array([[int(part) for part in pair.split("/")] for pair in RATS.split()]).T
    return x, n


def log_likelihood(a: float, b: float, x: np.ndarray, n: np.ndarray) -> float:
    """By log-beta functions, unlike the fit, which sums logarithms."""
    return float(np.sum(special.betaln(a + x, b + n - x) - special.betaln(a, b)))


def test_saxony_families_as_printed() -> None:
    x, n = np.repeat(np.arange(13), SAXONY), np.full(6115, 12)
    fitted = prior(x, n)
    assert (fitted.basis, fitted.groups) == ("estimated", 6115)
    # The optimum is flat: the printed parameters stop short of it by less than 1e-5 in log L.
    assert (fitted.a, fitted.b) == (pytest.approx(34.09558, rel=3e-4), pytest.approx(31.5715, rel=3e-4))
    assert fitted.log_likelihood >= log_likelihood(34.09558, 31.5715, x, n)
    choose = np.log(special.comb(12, x)).sum()
    assert fitted.log_likelihood + choose == pytest.approx(-12492.9, abs=0.05)


def test_rats_as_printed_and_against_a_general_optimiser() -> None:
    x, n = rats()
    assert (np.mean(x / n), np.std(x / n, ddof=1)) == (
        pytest.approx(0.136, abs=5e-4),
        pytest.approx(0.103, abs=5e-4),
    )
    fitted = prior(x, n)
    other = optimize.minimize(
        lambda v: -stats.betabinom.logpmf(x, n, np.exp(v[0]), np.exp(v[1])).sum(),
        np.log([1.4, 8.6]),
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 5000},
    )
    assert (fitted.a, fitted.b) == (
        pytest.approx(np.exp(other.x[0]), rel=1e-6),
        pytest.approx(np.exp(other.x[1]), rel=1e-6),
    )
    assert fitted.log_likelihood == pytest.approx(log_likelihood(fitted.a, fitted.b, x, n), abs=1e-9)


def test_the_prior_is_found_again_in_simulated_groups() -> None:
    rng = np.random.default_rng(20260301)
    n = rng.integers(0, 40, 50_000)
    fitted = prior(rng.binomial(n, rng.beta(2.0, 38.0, n.size)), n)
    assert fitted.mean == pytest.approx(0.05, rel=0.02)
    assert fitted.precision == pytest.approx(40.0, rel=0.05)


def test_credible_intervals_hold_the_true_rates_as_often_as_they_say() -> None:
    rng = np.random.default_rng(7)
    n = rng.integers(1, 30, 20_000)
    truth = rng.beta(1.5, 20.0, n.size)
    found = shrink(rng.binomial(n, truth), n, level=0.9)
    assert np.mean((found.lower <= truth) & (truth <= found.upper)) == pytest.approx(0.9, abs=0.01)
    assert np.mean((found.mean - truth) ** 2) < 0.35 * np.mean((found.estimate - truth) ** 2)


groups = st.lists(
    st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=0, max_size=30
)


@given(data=groups)
def test_the_shrunk_mean_lies_between_the_raw_and_the_prior_mean(data: list[tuple[int, int]]) -> None:
    x, n = np.array(data, dtype=np.int64).reshape(-1, 2).T
    found = shrink(x, n)
    towards = np.full(n.shape, found.prior.mean)
    raw = np.where(n > 0, found.estimate, towards)
    assert (found.mean >= np.minimum(raw, towards) - 1e-12).all()
    assert (found.mean <= np.maximum(raw, towards) + 1e-12).all()
    np.testing.assert_allclose(found.mean, found.pull * towards + (1 - found.pull) * raw, atol=1e-12)
    assert ((found.lower >= 0) & (found.lower <= found.upper) & (found.upper <= 1)).all()
    assert (found.prior.a > 0) & (found.prior.b > 0)


@given(data=groups)
def test_failures_and_passes_are_shrunk_to_mirrored_rates(data: list[tuple[int, int]]) -> None:
    x, n = np.array(data, dtype=np.int64).reshape(-1, 2).T
    failing, passing = shrink(x, n), shrink(n - x, n)
    np.testing.assert_allclose(passing.mean, 1 - failing.mean, atol=1e-7)
    np.testing.assert_allclose(passing.upper, 1 - failing.lower, atol=1e-6)


@given(data=groups)
def test_no_other_prior_nearby_is_likelier(data: list[tuple[int, int]]) -> None:
    x, n = np.array(data, dtype=np.int64).reshape(-1, 2).T
    fitted = prior(x, n)
    if fitted.basis != "estimated":
        return
    for a, b in ((1.02, 1.0), (1.0, 1.02), (1.02, 1.02), (0.98, 0.98)):
        assert log_likelihood(fitted.a * a, fitted.b * b, x, n) <= fitted.log_likelihood + 1e-9


@given(data=groups, seed=st.integers(0, 100))
def test_the_order_of_the_groups_does_not_matter(data: list[tuple[int, int]], seed: int) -> None:
    table = np.array(data, dtype=np.int64).reshape(-1, 2)
    mixed = np.random.default_rng(seed).permutation(table)
    assert prior(*table.T) == prior(*mixed.T)


@pytest.mark.parametrize(
    ("x", "n", "basis", "mean", "precision"),
    [
        ([], [], "not_estimable", 0.5, 1.0),
        ([0, 0], [0, 0], "not_estimable", 0.5, 1.0),
        ([3], [10], "not_estimable", 3.5 / 11, 1.0),
        ([0, 3], [0, 10], "not_estimable", 3.5 / 11, 1.0),
        ([1, 0, 1], [1, 1, 1], "not_estimable", 2.5 / 4, 1.0),
        ([0, 0, 0], [5, 5, 5], "uniform_outcome", 0.5 / 16, 10.0),
        ([5, 5, 5], [5, 5, 5], "uniform_outcome", 15.5 / 16, 10.0),
        ([2, 2, 2], [10, 10, 10], "pooled", 0.2, 20.0),
        ([0, 10, 0, 10], [10, 10, 10, 10], "separated", 0.5, 0.01),
    ],
)
def test_degenerate_data_have_a_defined_prior(
    x: list[int], n: list[int], basis: str, mean: float, precision: float
) -> None:
    found = shrink(x, n)
    assert found.prior.basis == basis
    assert (found.prior.mean, found.prior.precision) == (pytest.approx(mean), pytest.approx(precision))
    assert found.mean.shape == (len(x),)
    assert np.isfinite(found.mean).all()
    assert (found.lower < found.upper).all()


def test_equal_groups_stay_where_they_are() -> None:
    np.testing.assert_allclose(shrink([2, 2, 2], [10, 10, 10]).mean, 0.2)


def test_a_group_without_samples_gets_the_prior() -> None:
    found = shrink([0, 3, 9, 1], [0, 20, 20, 20])
    assert np.isnan(found.estimate[0])
    assert (found.mean[0], found.pull[0]) == (pytest.approx(found.prior.mean), 1.0)


def test_a_small_group_is_pulled_harder_than_a_large_one() -> None:
    found = shrink([1, 100, 2, 3], [2, 200, 100, 90])
    assert found.pull[0] > found.pull[1]
    assert abs(found.mean[0] - 0.5) > abs(found.mean[1] - 0.5)


def test_a_prior_fitted_elsewhere_is_used_as_given() -> None:
    last_year = prior(*rats())
    found = shrink([1], [2], given=last_year)
    assert found.prior is last_year
    assert found.mean[0] == pytest.approx((last_year.a + 1) / (last_year.precision + 2))


def test_a_group_too_large_for_the_sum_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        prior([1, 1], [5, LARGEST_TOTAL + 1])
    assert caught.value.code == "total.too_large"
