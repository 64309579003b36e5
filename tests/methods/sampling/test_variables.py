"""Plans by variables: operating characteristics, search, verdicts and estimates, by their properties.

Other ways to the same number: scipy's noncentral t, simulation, and printed tables, as each test says.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.sampling.conformance import constant_for, estimated_nonconforming, largest_accepted
from zhiheng.methods.sampling.variables import Sigma, VariablesPlan, acceptance_probability, quality_at
from zhiheng.methods.sampling.variables_decision import judge
from zhiheng.methods.sampling.variables_search import find_variables_plan, find_variables_plans

SIGMAS = st.sampled_from(["known", "unknown"])
CONSTANTS = st.floats(-1, 4)
RATES = np.linspace(0, 1, 41)


@pytest.mark.parametrize("n", [2, 3, 4, 7, 10, 50, 200, 5_000])
@pytest.mark.parametrize("k", [0.3, 1.0, 1.9, 3.0, 4.4])
def test_unknown_sigma_is_the_noncentral_t(n: int, k: float) -> None:
    """scipy.stats.nct (Boost), another algorithm; about the middle of the curve, where it is sound."""
    deviate = k + np.linspace(-3, 3, 25) / np.sqrt(n / (1 + k * k / 2))
    deviate = deviate[deviate > 0]
    ours = acceptance_probability(special.ndtr(-deviate), sample_size=n, constant=k, sigma="unknown")
    np.testing.assert_allclose(ours, stats.nct.sf(np.sqrt(n) * k, n - 1, np.sqrt(n) * deviate), atol=2e-12)


@pytest.mark.parametrize("k", [-2.0, 0.5, 2.0, 3.7, 8.0, 12.0])
def test_the_quadrature_has_converged(k: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the nodes change nothing, for every size and on both sides of the curve."""
    from zhiheng.methods.sampling import variables

    n = np.array([2, 3, 5, 12, 60, 400, 3_000, 100_000])[:, None]
    p = special.ndtr(-(k + np.linspace(-4, 4, 33) / np.sqrt(n / (1 + k * k / 2))))
    ours = acceptance_probability(p, sample_size=n, constant=k, sigma="unknown")
    nodes = variables.Spread._nodes
    monkeypatch.setattr(variables.Spread, "_nodes", lambda self, count: nodes(self, 2 * count))
    finer = acceptance_probability(p, sample_size=n, constant=k, sigma="unknown")
    np.testing.assert_allclose(ours, finer, atol=1e-12, rtol=0)


@settings(deadline=None)
@given(n=st.integers(2, 500), k=CONSTANTS, sigma=SIGMAS)
def test_curves_fall_from_one_to_zero(n: int, k: float, sigma: Sigma) -> None:
    curve = acceptance_probability(RATES, sample_size=n, constant=k, sigma=sigma)
    assert (curve[0], curve[-1]) == (1.0, 0.0)
    assert (np.diff(curve) <= 1e-12).all()
    assert ((curve >= 0) & (curve <= 1 + 1e-12)).all()


@settings(deadline=None)
@given(n=st.integers(2, 500), k=CONSTANTS, sigma=SIGMAS, p=st.floats(0.001, 0.999))
def test_a_larger_constant_never_accepts_more(n: int, k: float, sigma: Sigma, p: float) -> None:
    curve = acceptance_probability(p, sample_size=n, constant=k + np.linspace(0, 1, 11), sigma=sigma)
    assert (np.diff(curve) <= 1e-12).all()


@settings(deadline=None)
@given(n=st.integers(2, 2_000), k=CONSTANTS, sigma=SIGMAS, wanted=st.floats(0.001, 0.999))
def test_quality_is_the_curve_read_backwards(n: int, k: float, sigma: Sigma, wanted: float) -> None:
    p = quality_at(wanted, sample_size=n, constant=k, sigma=sigma)
    back = acceptance_probability(p, sample_size=n, constant=k, sigma=sigma)
    assert back == pytest.approx(wanted, abs=1e-9)


def test_curves_broadcast_over_plans_and_qualities() -> None:
    n, k = np.array([[5], [20], [80]]), np.array([[1.2], [1.5], [1.7]])
    p = np.linspace(0.001, 0.2, 7)
    together = acceptance_probability(p, sample_size=n, constant=k, sigma="unknown")
    assert together.shape == (3, 7)
    for i in range(3):
        alone = acceptance_probability(p, sample_size=n[i, 0], constant=k[i, 0], sigma="unknown")
        np.testing.assert_allclose(together[i], alone, atol=1e-12)


def test_a_long_curve_is_cut_into_blocks_that_fit_together() -> None:
    p = np.linspace(0.001, 0.3, 20_001)
    curve = acceptance_probability(p, sample_size=30, constant=1.7, sigma="unknown")
    some = np.arange(0, p.size, 997)
    alone = acceptance_probability(p[some], sample_size=30, constant=1.7, sigma="unknown")
    np.testing.assert_allclose(curve[some], alone, atol=1e-13)
    assert (np.diff(curve) < 0).all()


@pytest.mark.parametrize(("sigma", "least"), [("known", 1), ("unknown", 2)])
def test_the_search_finds_the_smallest_sample(sigma: Sigma, least: int) -> None:
    """Every smaller n is tried in the open, with k by scipy's quantile of the noncentral t."""
    rng = np.random.default_rng(20261121)
    p1 = rng.uniform(0.001, 0.1, 60)
    p2 = np.minimum(p1 * rng.uniform(2, 9, 60), 0.6)
    alpha, beta = rng.choice([0.01, 0.05, 0.1], 60), rng.choice([0.05, 0.1, 0.2], 60)
    found = find_variables_plans(prq=p1, crq=p2, producer_risk=alpha, consumer_risk=beta, sigma=sigma)
    for i in range(60):
        n = np.arange(least, found.sample_size[i] + 1)
        z = -special.ndtri(p1[i])
        if sigma == "known":
            k = z + special.ndtri(alpha[i]) / np.sqrt(n)
        else:
            k = stats.nct.ppf(alpha[i], n - 1, np.sqrt(n) * z) / np.sqrt(n)
        reached = acceptance_probability(p2[i], sample_size=n, constant=k, sigma=sigma)
        fits = n[reached <= beta[i] * (1 + 1e-9)]
        assert fits[0] == found.sample_size[i]
        assert found.constant[i] == pytest.approx(k[-1], abs=1e-8)
        assert found.acceptance_at_crq[i] == pytest.approx(reached[-1], abs=1e-9)


def test_odd_requests_are_searched_to_the_end() -> None:
    """One item fewer never does: qualities beyond one half, lopsided risks, the smallest samples."""
    rng = np.random.default_rng(5)
    p1 = 10 ** rng.uniform(-6, -0.05, 400)
    p2 = p1 + (0.999 - p1) * rng.uniform(0.2, 1, p1.size) ** 2
    alpha, beta = 10 ** rng.uniform(-6, -0.31, (2, p1.size))
    found = find_variables_plans(prq=p1, crq=p2, producer_risk=alpha, consumer_risk=beta, sigma="unknown")
    assert (found.acceptance_at_crq <= beta * (1 + 1e-9)).all()
    n = np.maximum(found.sample_size - 1, 2)
    low, high = np.full(n.shape, -12.0), np.full(n.shape, 12.0)
    for _ in range(50):
        k = (low + high) / 2
        enough = acceptance_probability(p1, sample_size=n, constant=k, sigma="unknown") >= 1 - alpha
        low, high = np.where(enough, k, low), np.where(enough, high, k)
    fewer = acceptance_probability(p2, sample_size=n, constant=low, sigma="unknown")
    assert (fewer[found.sample_size > 2] > beta[found.sample_size > 2]).all()
    assert (found.sample_size == 2).any()


@settings(deadline=None)
@given(
    p1=st.floats(1e-5, 0.3),
    times=st.floats(1.5, 20),
    alpha=st.floats(0.001, 0.4),
    beta=st.floats(0.001, 0.4),
    sigma=SIGMAS,
)
def test_plans_keep_both_points(p1: float, times: float, alpha: float, beta: float, sigma: Sigma) -> None:
    p2 = min(p1 * times, 0.9)
    plan = find_variables_plan(prq=p1, crq=p2, producer_risk=alpha, consumer_risk=beta, sigma=sigma)
    good, bad = acceptance_probability(
        [p1, p2], sample_size=plan.sample_size, constant=plan.constant, sigma=sigma
    )
    assert good == pytest.approx(1 - alpha, abs=1e-9)
    assert bad <= beta * (1 + 1e-9)


def test_a_known_deviation_never_needs_more_items() -> None:
    p1 = np.geomspace(0.001, 0.1, 20)
    known, unknown = (find_variables_plans(prq=p1, crq=4 * p1, sigma=s) for s in ("known", "unknown"))
    assert (known.sample_size <= unknown.sample_size).all()


@pytest.mark.parametrize("sigma", ["known", "unknown"])
def test_verdicts_have_the_probability_of_the_curve(sigma: Sigma) -> None:
    """Simulation, 40 000 lots; the bound is five standard errors."""
    plan, p, lots = VariablesPlan(12, 1.4, sigma), 0.06, 40_000
    rng = np.random.default_rng(7)
    values = rng.normal(size=(lots, 12))
    found = judge(plan, values, upper=-special.ndtri(p), deviation=1.0 if sigma == "known" else None)
    expected = acceptance_probability(p, sample_size=12, constant=1.4, sigma=sigma)
    assert found.accepted.mean() == pytest.approx(expected, abs=5 * np.sqrt(0.25 / lots))


@settings(deadline=None)
@given(
    values=st.lists(st.floats(-50, 50), min_size=6, max_size=6),
    shift=st.floats(-100, 100),
    scale=st.floats(0.1, 10),
    k=st.floats(0.2, 3),
)
def test_verdicts_do_not_depend_on_the_unit(
    values: list[float], shift: float, scale: float, k: float
) -> None:
    sample = np.array(values)
    if np.ptp(sample) < 1e-3:
        return
    plan = VariablesPlan(6, k, "unknown")
    first = judge(plan, sample, lower=-40, upper=30)
    second = judge(plan, sample * scale + shift, lower=-40 * scale + shift, upper=30 * scale + shift)
    if abs(float(first.quality_upper) - k) > 1e-6 and abs(float(first.quality_lower) - k) > 1e-6:
        assert second.quality_upper == pytest.approx(float(first.quality_upper), rel=1e-6, abs=1e-6)
        if abs(float(first.estimated) - first.largest) > 1e-6:
            assert first.accepted == second.accepted


@settings(deadline=None)
@given(values=st.lists(st.floats(0, 100), min_size=8, max_size=8), k=st.floats(0.2, 2.4))
def test_one_limit_by_constant_and_by_share_agree(values: list[float], k: float) -> None:
    """Q >= k and estimate <= M are the same verdict as long as M is above 0."""
    found = judge(VariablesPlan(8, k, "unknown"), values, upper=60)
    assert found.largest > 0
    if abs(float(found.quality_upper) - k) > 1e-9:
        assert found.accepted == (found.estimated <= found.largest)


def test_combined_control_is_stricter_than_separate() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(0, 0.6, (5_000, 10))
    plan = VariablesPlan(10, 1.2, "unknown")
    together = judge(plan, values, lower=-1, upper=1).accepted
    apart = judge(plan, values, lower=-1, upper=1, control="separate").accepted
    assert not (together & ~apart).any()
    assert (apart & ~together).any()


def test_a_constant_beyond_the_estimate_still_asks_for_its_distance() -> None:
    """At n = 3 an estimate of 0 is reached at Q = 2/√3; k = 2 must not accept there."""
    plan = VariablesPlan(3, 2.0, "unknown")
    found = judge(plan, [9.0, 10.0, 11.0], lower=0.0, upper=11.5)
    assert found.largest == 0.0
    assert found.estimated == 0.0
    assert not found.accepted


def test_equal_values_are_judged_as_they_stand() -> None:
    plan = VariablesPlan(3, 0.5, "unknown")
    assert np.mean([0.1] * 3) > 0.1  # the rounding that must not turn the verdict
    assert judge(plan, [0.1] * 3, upper=0.1).accepted
    assert not judge(plan, [0.1 + 1e-9] * 3, upper=0.1).accepted
    assert judge(plan, [0.1 + 1e-9] * 3, upper=0.1).estimated == 1.0


def test_a_mean_beyond_the_limit_is_estimated_beyond_one_half() -> None:
    """R AQLSchemes takes the absolute distance here, so that such a lot looks good."""
    for sigma in ("known", "unknown"):
        found = estimated_nonconforming(mean=12.0, deviation=1.0, sample_size=9, sigma=sigma, upper=10.0)
        assert found.total > 0.5


@pytest.mark.parametrize("sigma", ["known", "unknown"])
def test_the_estimate_is_unbiased(sigma: Sigma) -> None:
    """Simulation, 200 000 samples; the bound is five standard errors."""
    rng = np.random.default_rng(11)
    values = rng.normal(size=(200_000, 6))
    deviation = 1.0 if sigma == "known" else values.std(axis=1, ddof=1)
    p = 0.08
    found = estimated_nonconforming(
        mean=values.mean(axis=1),
        deviation=deviation,
        sample_size=6,
        sigma=sigma,
        lower=-10.0,
        upper=-special.ndtri(p),
    ).total
    assert found.mean() == pytest.approx(p, abs=5 * found.std() / np.sqrt(found.size))


@settings(deadline=None)
@given(n=st.integers(4, 500), m=st.floats(1e-6, 0.6), sigma=SIGMAS)
def test_constant_and_largest_share_are_inverses(n: int, m: float, sigma: Sigma) -> None:
    k = constant_for(largest=m, sample_size=n, sigma=sigma)
    assert largest_accepted(constant=k, sample_size=n, sigma=sigma) == pytest.approx(m, rel=1e-8)


PLAN = VariablesPlan(4, 1.5, "unknown")
KNOWN = VariablesPlan(4, 1.5, "known")


@pytest.mark.parametrize(
    ("code", "work"),
    [
        ("sample_size.whole", lambda: VariablesPlan(1, 1.5, "unknown")),
        ("sample_size.whole", lambda: VariablesPlan(2.5, 1.5, "unknown")),
        ("constant.range", lambda: VariablesPlan(4, float("nan"), "known")),
        ("constant.range", lambda: VariablesPlan(4, 13.0, "known")),
        ("sigma.unknown", lambda: VariablesPlan(4, 1.5, "guessed")),
        ("sample.size", lambda: judge(PLAN, [1.0, 2.0, 3.0], upper=9)),
        ("values.finite", lambda: judge(PLAN, [1.0, 2.0, 3.0, np.nan], upper=9)),
        ("values.finite", lambda: judge(PLAN, ["1", "2", "3", "4"], upper=9)),
        ("values.finite", lambda: judge(PLAN, np.ma.masked_equal([1.0, 2.0, 3.0, 4.0], 3.0), upper=9)),
        ("limits.none", lambda: judge(PLAN, [1.0, 2.0, 3.0, 4.0])),
        ("limits.order", lambda: judge(PLAN, [1.0, 2.0, 3.0, 4.0], lower=9, upper=1)),
        ("deviation.superfluous", lambda: judge(PLAN, [1.0, 2.0, 3.0, 4.0], upper=9, deviation=1.0)),
        ("deviation.missing", lambda: judge(KNOWN, [1.0, 2.0, 3.0, 4.0], upper=9)),
        ("deviation.positive", lambda: judge(KNOWN, [1.0, 2.0, 3.0, 4.0], upper=9, deviation=0.0)),
        ("control.unknown", lambda: judge(PLAN, [1.0, 2.0, 3.0, 4.0], upper=9, control="both")),
        (
            "control.too_small",
            lambda: judge(VariablesPlan(2, 1.0, "unknown"), [1.0, 2.0], lower=0, upper=9),
        ),
        ("search.order", lambda: find_variables_plan(prq=0.05, crq=0.05, sigma="known")),
        (
            "search.risks",
            lambda: find_variables_plan(
                prq=0.01, crq=0.05, sigma="known", producer_risk=0.5, consumer_risk=0.5
            ),
        ),
        ("variables.too_large", lambda: find_variables_plan(prq=0.01, crq=0.010001, sigma="unknown")),
        ("prq.share", lambda: find_variables_plan(prq=1, crq=0.05, sigma="known")),
        (
            "deviation.negative",
            lambda: estimated_nonconforming(
                mean=0.0, deviation=-1.0, sample_size=5, sigma="unknown", upper=1.0
            ),
        ),
        (
            "sample_size.whole",
            lambda: largest_accepted(constant=1.0, sample_size=2, sigma="unknown"),
        ),
    ],
)
def test_bad_input_is_named(code: str, work) -> None:  # type: ignore[no-untyped-def]  # any call
    with pytest.raises(InvalidInput) as caught:
        work()
    assert caught.value.code == code
    assert "%(" not in str(caught.value)


def test_a_single_limit_needs_no_estimate() -> None:
    found = judge(VariablesPlan(2, 1.0, "unknown"), [1.0, 2.0], upper=9)
    assert found.accepted
    assert (found.estimated, found.largest) == (None, None)
