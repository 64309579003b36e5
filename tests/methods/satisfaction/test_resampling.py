"""Bootstrap and permutation against resamples estimated one by one, their seeds and their refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.methods.satisfaction.test_path_models import BLOCKS, NAMES, ROADS, fitted, same, simulated, small
from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.satisfaction.answers import answers
from zhiheng.methods.satisfaction.bootstrap import QUANTITIES, bootstrap, intervals
from zhiheng.methods.satisfaction.estimates import fit
from zhiheng.methods.satisfaction.groups import compare_groups
from zhiheng.methods.satisfaction.iteration import Control
from zhiheng.methods.satisfaction.model import Floats, path_model
from zhiheng.methods.satisfaction.performance import indices
from zhiheng.methods.satisfaction.resamples import drawn_counts, joined, products, sampled


@pytest.mark.parametrize("scheme", ["path", "centroid", "factorial"])
def test_a_batch_equals_each_resample_estimated_by_itself(scheme: str) -> None:
    values = simulated(3)
    weights = np.random.default_rng(1).uniform(0.5, 2, 120)
    told = answers(values, NAMES, weights=weights, scale=(1, 10))
    found = fit(small("B"), told, Control(scheme=scheme))  # type: ignore[arg-type]
    made = products(found, told)
    counts = drawn_counts(np.random.default_rng(9), 20, (np.arange(120),), 120)
    np.testing.assert_array_equal(counts.sum(axis=1), 120)
    batch = sampled(counts @ made.table, found, told, made)
    assert batch.sound.all()
    for one, often in enumerate(counts.astype(int)):
        rows = np.repeat(np.arange(120), often)
        resample = answers(values[rows], NAMES, weights=weights[rows], scale=(1, 10))
        alone = fit(small("B"), resample, found.control)
        np.testing.assert_allclose(batch.estimates.weights[one], alone.weights, atol=1e-7)
        np.testing.assert_allclose(batch.estimates.loadings[one], alone.loadings, atol=1e-7)
        np.testing.assert_allclose(batch.estimates.paths[one], alone.paths, atol=1e-7)
        np.testing.assert_allclose(batch.estimates.total[one], alone.total, atol=1e-7)
        np.testing.assert_allclose(batch.estimates.r_squared[one], alone.r_squared, atol=1e-7)
        if (alone.weights > 0).all():
            np.testing.assert_allclose(batch.indices[one], indices(alone, resample), atol=1e-6)


def test_percentile_and_bca_equal_scipy_on_a_correlation() -> None:
    """One path between single indicators is a correlation; scipy's bootstrap draws its own resamples."""
    rng = np.random.default_rng(5)
    x = rng.exponential(size=25)
    y = 0.9 * x + 0.5 * rng.exponential(size=25)
    told = answers(np.column_stack([x, y]), ["x", "y"])
    found = fit(path_model({"a": ["x"], "b": ["y"]}, [("a", "b")]), told)
    drawn = bootstrap(found, told, resamples=40_000, seed=1)

    def correlation(a: Floats, b: Floats, axis: int = -1) -> Floats:
        a, b = a - a.mean(axis=axis, keepdims=True), b - b.mean(axis=axis, keepdims=True)
        top: Floats = (a * b).sum(axis=axis)
        return top / np.sqrt((a * a).sum(axis=axis) * (b * b).sum(axis=axis))

    lower = {}
    for kind, named in (("percentile", "percentile"), ("bca", "BCa")):
        ours = intervals(drawn, "paths", kind=kind)  # type: ignore[arg-type]
        other = stats.bootstrap(
            (x, y), correlation, paired=True, vectorized=True, n_resamples=40_000, method=named, rng=2
        )
        expected = [other.confidence_interval.low, other.confidence_interval.high]
        np.testing.assert_allclose([ours.lower[1, 0], ours.upper[1, 0]], expected, atol=0.005)
        assert ours.standard_error[1, 0] == pytest.approx(other.standard_error, rel=0.03)
        lower[kind] = ours.lower[1, 0]
    assert abs(lower["bca"] - lower["percentile"]) > 0.015  # or the comparison could not tell them apart


def test_bca_equals_its_formula_written_out() -> None:
    found, told = fitted(simulated(4, n=40))
    drawn = bootstrap(found, told, resamples=999, seed=1)
    seen = intervals(drawn, "r_squared", kind="bca", level=0.9)
    assert drawn.left_one_out is not None
    for to in found.model.endogenous:
        draws, value = drawn.drawn.estimates.r_squared[:, to], found.r_squared[to]
        apart = drawn.left_one_out.estimates.r_squared[:, to]
        gap = apart.mean() - apart
        a = (gap**3).sum() / (6 * (gap**2).sum() ** 1.5)
        z0 = stats.norm.ppf((draws < value).mean())
        for tail, bound in ((0.05, seen.lower[to]), (0.95, seen.upper[to])):
            z = stats.norm.ppf(tail)
            share = stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z)))
            assert bound == pytest.approx(np.quantile(draws, share), abs=1e-9)


def test_bca_of_what_never_varies_is_the_value() -> None:
    found, told = fitted(simulated(4))
    drawn = bootstrap(found, told, resamples=200, seed=1)
    for quantity in QUANTITIES:
        for kind in ("percentile", "bca"):
            seen = intervals(drawn, quantity, kind=kind)  # type: ignore[arg-type]
            known = ~np.isnan(seen.estimate)
            assert (seen.lower[known] <= seen.upper[known]).all()
            assert np.isfinite(seen.upper[known]).all()
    single = intervals(drawn, "loadings", kind="bca")
    care = NAMES.index("c1")
    np.testing.assert_allclose([single.lower[care], single.upper[care]], 1)


@pytest.mark.parametrize("scheme", ["path", "centroid"])
def test_constructs_keep_their_direction_in_every_resample(scheme: str) -> None:
    """Noise in formative blocks: without the rule some resamples would turn round."""
    rng = np.random.default_rng(8)
    model = path_model({"a": ["x", "y", "z"], "b": ["u", "v"]}, [("a", "b")], modes={"a": "B", "b": "B"})
    told = answers(rng.normal(size=(25, 5)), model.indicators)
    found = fit(model, told, Control(scheme=scheme))  # type: ignore[arg-type]
    made = products(found, told)
    counts = drawn_counts(rng, 2000, (np.arange(25),), 25)
    drawn = sampled(counts @ made.table, found, told, made)
    along = np.add.reduceat(found.weights * drawn.estimates.loadings, model.starts, axis=1)
    assert drawn.sound.mean() > 0.9
    assert (along[drawn.sound] >= 0).all()


def test_the_jackknife_leaves_out_each_respondent_once() -> None:
    values = simulated(4)
    found, told = fitted(values)
    drawn = bootstrap(found, told, resamples=100, seed=1)
    assert drawn.left_one_out is not None
    assert drawn.left_one_out.sound.size == 120
    alone, _ = fitted(np.delete(values, 17, axis=0))
    np.testing.assert_allclose(drawn.left_one_out.estimates.paths[17], alone.paths, atol=1e-8)


def test_the_seed_decides_and_strata_hold() -> None:
    found, told = fitted(simulated(7))
    strata = ["town"] * 40 + ["country"] * 80
    one, again, other = (bootstrap(found, told, resamples=100, seed=s, strata=strata) for s in (1, 1, 2))
    np.testing.assert_array_equal(one.drawn.estimates.paths, again.drawn.estimates.paths)
    assert not np.array_equal(one.drawn.estimates.paths, other.drawn.estimates.paths)
    members = (np.arange(40), np.arange(40, 120))
    counts = drawn_counts(np.random.default_rng(1), 50, members, 120)
    np.testing.assert_array_equal(counts[:, :40].sum(axis=1), 40)
    np.testing.assert_array_equal(counts[:, 40:].sum(axis=1), 80)


def test_intervals_cover_about_as_often_as_they_say() -> None:
    """120 samples from one population; the true correlation of two indicators is 0.6."""
    rng = np.random.default_rng(12)
    hit = {"percentile": 0, "bca": 0}
    model = path_model({"a": ["x"], "b": ["y"]}, [("a", "b")])
    for seed in range(120):
        x = rng.normal(size=80)
        told = answers(np.column_stack([x, 0.6 * x + 0.8 * rng.normal(size=80)]), ["x", "y"])
        drawn = bootstrap(fit(model, told), told, resamples=400, seed=seed)
        for kind in hit:
            seen = intervals(drawn, "paths", kind=kind)  # type: ignore[arg-type]
            hit[kind] += bool(seen.lower[1, 0] <= 0.6 <= seen.upper[1, 0])
    assert all(0.87 <= count / 120 <= 0.995 for count in hit.values()), hit


def test_groups_that_differ_are_told_from_groups_that_do_not() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=300)
    group = np.repeat(["a", "b", "c"], 100)
    slope = np.where(group == "c", -0.3, 0.6)
    y = slope * x + rng.normal(size=300)
    told = answers(np.column_stack([x, y]), ["x", "y"])
    found = fit(path_model({"x": ["x"], "y": ["y"]}, [("x", "y")]), told)
    pairs = {
        (one.first, one.second): one for one in compare_groups(found, told, group, permutations=499, seed=1)
    }
    assert set(pairs) == {("a", "b"), ("a", "c"), ("b", "c")}
    assert pairs["a", "c"].p_values[1, 0] == pytest.approx(1 / 500)
    assert pairs["a", "c"].adjusted[1, 0] == pytest.approx(3 / 500)
    assert pairs["b", "c"].p_values[1, 0] <= 0.01
    assert pairs["a", "b"].p_values[1, 0] > 0.05
    np.testing.assert_allclose(pairs["a", "b"].composite_p_values, 1)
    # A single path is a correlation: scipy's permutation test deals the same question.
    left = pairs["a", "b"]
    assert left.paths_first[1, 0] == pytest.approx(np.corrcoef(x[:100], y[:100])[0, 1])
    assert left.difference[1, 0] == pytest.approx(left.paths_first[1, 0] - left.paths_second[1, 0])


def test_permutation_probabilities_are_uniform_when_nothing_differs() -> None:
    found, told = fitted(simulated(31, n=200))
    chances = []
    for seed in range(40):
        labels = np.random.default_rng(seed).permutation(np.repeat([0, 1], 100))
        (pair,) = compare_groups(found, told, labels, permutations=99, seed=seed)
        chances.append(pair.p_values[found.model.position("quality"), found.model.position("image")])
    assert stats.kstest(chances, "uniform").pvalue > 0.001


def test_a_construct_put_together_otherwise_is_noticed() -> None:
    """In the second group the items of quality say something else; the composite no longer agrees."""
    values = np.vstack([simulated(1, n=300), simulated(2, n=300)])
    values[300:, 0] = np.random.default_rng(1).integers(1, 11, 300)
    told = answers(values, NAMES)
    found = fit(small(), told)
    (pair,) = compare_groups(found, told, np.repeat(["then", "now"], 300), permutations=199, seed=1)
    assert pair.composite_p_values[0] <= 0.01
    assert pair.composite_correlation[0] < 0.99
    assert (np.abs(pair.composite_correlation) <= 1 + 1e-12).all()


def test_resampling_refuses_what_it_cannot_do() -> None:
    values = simulated(4)
    found, told = fitted(values)
    lonely = ["a"] * 119 + ["b"]
    bare = bootstrap(found, told, resamples=100, seed=1, jackknife=False)
    unscaled = answers(values, NAMES)
    plain = bootstrap(fit(small(), unscaled), unscaled, resamples=100, seed=1, jackknife=False)
    rare = np.column_stack([np.r_[1, 1, np.zeros(28)], np.arange(30.0) % 7])
    told_rare = answers(rare, ["x", "y"])
    found_rare = fit(path_model({"a": ["x"], "b": ["y"]}, [("a", "b")]), told_rare)
    tiny = np.r_[np.zeros(118), 1, 1]
    cases = [
        (lambda: bootstrap(found, told, resamples=99, seed=1), "bootstrap.resamples"),
        (lambda: bootstrap(found, told, resamples=100, seed=1, strata=["a"] * 3), "bootstrap.strata"),
        (lambda: bootstrap(found, told, resamples=100, seed=1, strata=lonely), "bootstrap.lonely_stratum"),
        (lambda: bootstrap(found_rare, told_rare, resamples=1000, seed=1), "bootstrap.lost"),
        (lambda: intervals(bare, "paths", kind="bca"), "bootstrap.no_jackknife"),
        (lambda: intervals(bare, "scores"), "bootstrap.quantity"),  # type: ignore[arg-type]
        (lambda: intervals(bare, "paths", level=95), "level.range"),
        (lambda: intervals(plain, "indices"), "bootstrap.no_scale"),
        (lambda: compare_groups(found, told, np.zeros(120), seed=1), "groups.one"),
        (lambda: compare_groups(found, told, [1, 2], seed=1), "groups.labels"),
        (lambda: compare_groups(found, told, tiny, seed=1), "groups.not_estimated"),
        (
            lambda: compare_groups(found, told, np.arange(120) % 2, permutations=9, seed=1),
            "groups.permutations",
        ),
    ]
    for work, code in cases:
        with pytest.raises(InvalidInput) as refused:
            work()  # type: ignore[no-untyped-call]
        assert refused.value.code == code


def test_blocks_of_samples_join_in_order() -> None:
    found, told = fitted(simulated(4))
    made = products(found, told)
    total = made.table.sum(axis=0)
    both = joined([sampled(total[None], found, told, made)] * 2)
    same(found, fit(path_model(BLOCKS, ROADS), told))
    np.testing.assert_allclose(both.estimates.paths, [found.paths] * 2, atol=1e-9)
