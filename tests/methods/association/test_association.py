"""Counting pairs, ratios against direct computation, strata, sales, and every input that is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from zhiheng.methods.association.disproportionality import fourfold, ratios
from zhiheng.methods.association.pairs import pairs
from zhiheng.methods.association.prior import Prior, fit, log_likelihood, squash, squashed
from zhiheng.methods.association.shrinker import shrink
from zhiheng.methods.association.stratified import mantel_haenszel
from zhiheng.methods.errors import InvalidInput

reports = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 6)), min_size=3, max_size=40
)
PRIOR = Prior(0.8, 0.5, 4.6, 5.4, 0.2, 0.0)


def columns(rows: list[tuple[int, ...]]) -> list[list[int]]:
    return [list(column) for column in zip(*rows, strict=True)]


def many(seed: int = 5) -> tuple[list[int], list[int], list[int]]:
    rng = np.random.default_rng(seed)
    means = np.outer(rng.gamma(0.8, 1, 60), rng.gamma(0.8, 1, 30)) * 4
    counts = rng.poisson(means * np.where(rng.random(means.shape) < 0.1, 4.0, 0.8))
    i, j = np.nonzero(counts)
    return list(i), list(j), list(counts[i, j])


@given(reports, st.randoms())
def test_the_order_of_rows_is_nothing_and_rows_of_one_pair_add_up(
    rows: list[tuple[int, int, int]], random: object
) -> None:
    if not any(count for *_, count in rows):
        return
    one = pairs(*columns(rows))
    singly = [(i, j) for i, j, count in rows for _ in range(count)][::-1]
    other = pairs(*columns(singly))
    for name in ("product", "hazard", "count", "product_total", "hazard_total"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_allclose(one.expected, other.expected)
    assert one.total == len(singly)


@given(reports)
@settings(max_examples=50)
def test_fisher_and_yates_equal_scipy(rows: list[tuple[int, int, int]]) -> None:
    if not any(count for *_, count in rows):
        return
    found = pairs(*columns(rows))
    ours = ratios(found)
    for place, (a, b, c, d) in enumerate(zip(*fourfold(found), strict=True)):
        table = np.array([[a, b], [c, d]])
        assert ours.fisher[place] == pytest.approx(
            stats.fisher_exact(table, alternative="greater").pvalue, rel=1e-9, abs=1e-14
        )
        if (table.sum(0) > 0).all() and (table.sum(1) > 0).all():
            assert ours.chi2[place] == pytest.approx(stats.chi2_contingency(table).statistic, abs=1e-9)


def test_one_stratum_is_no_stratum() -> None:
    i, j, n = many()
    crude, found = ratios(pairs(i, j, n)), mantel_haenszel(i, j, n, stratum=[3] * len(i))
    for name in ("ror", "ror_lower", "ror_upper", "prr", "prr_lower", "prr_upper"):
        ours, theirs = getattr(found, name), getattr(crude, name)
        finite = np.isfinite(theirs) & (theirs > 0)
        np.testing.assert_allclose(ours[finite], theirs[finite], rtol=1e-9, err_msg=name)
    np.testing.assert_allclose(pairs(i, j, n, stratum=[0] * len(i)).expected, pairs(i, j, n).expected)


def test_strata_take_away_what_only_they_make() -> None:
    """Toys and choking are both reported for the young; within an age neither has to do with the other."""
    rows = []
    for age, (toys, choking) in enumerate([(0.8, 0.5), (0.1, 0.05)]):
        for toy in (0, 1):
            for choked in (0, 1):
                share = (toys if toy else 1 - toys) * (choking if choked else 1 - choking)
                rows.append((toy, choked, round(10_000 * share), age))
    toy, choked, n, age = columns(rows)
    crude = ratios(pairs(toy, choked, n))
    found = mantel_haenszel(toy, choked, n, stratum=age)
    place = int(np.flatnonzero((found.pairs.product == 1) & (found.pairs.hazard == 1))[0])
    assert crude.ror[place] > 3
    assert found.ror[place] == pytest.approx(1, abs=1e-9)
    assert found.prr[place] == pytest.approx(1, abs=1e-9)
    assert found.pairs.expected[place] == pytest.approx(found.pairs.count[place])


def test_sales_say_what_chance_would_give() -> None:
    found = pairs([0, 1], [0, 0], [30, 10], exposure=[1000, 3000])
    np.testing.assert_allclose(found.expected, [10, 30])


@given(st.integers(1, 50))
@settings(max_examples=20)
def test_squashing_loses_neither_pairs_nor_expectations(bins: int) -> None:
    found = pairs(*many())
    made = squash(found.count, found.expected, bins=bins)
    for count in np.unique(found.count):
        of_pairs, of_groups = found.count == count, made.count == count
        assert made.weight[of_groups].sum() == of_pairs.sum()
        np.testing.assert_allclose(
            (made.weight * made.expected)[of_groups].sum(), found.expected[of_pairs].sum()
        )
        assert of_groups.sum() <= max(bins, 1)


def test_the_fit_is_a_peak() -> None:
    found = pairs(*many())
    best = fit(found.count, found.expected, bins=10**6)
    data = squashed(found.count, found.expected, np.ones(found.count.size))
    parameters = np.array([best.alpha1, best.beta1, best.alpha2, best.beta2, best.share])
    peak = log_likelihood(parameters, data)
    assert peak == pytest.approx(best.log_likelihood)
    for place in range(5):
        for factor in (0.97, 1.03):
            moved = parameters.copy()
            moved[place] *= factor
            assert log_likelihood(moved, data) < peak


def test_a_quantile_is_where_the_posterior_says() -> None:
    found = pairs(*many())
    made = shrink(found, prior=PRIOR)
    for value, tail in ((made.lower, 0.05), (made.upper, 0.95)):
        below = made.first * stats.gamma.cdf(value, 0.8 + found.count, scale=1 / (0.5 + found.expected)) + (
            1 - made.first
        ) * stats.gamma.cdf(value, 4.6 + found.count, scale=1 / (5.4 + found.expected))
        np.testing.assert_allclose(below, tail, atol=1e-9)
    assert (made.lower < made.ebgm).all()
    assert (made.ebgm < made.upper).all()


def test_scores_hold_far_out() -> None:
    """One report against next to nothing expected, and very many against as many."""
    found = pairs([0, 1, 1, 2], [0, 1, 0, 1], [1, 10**7, 10**7, 3])
    made = shrink(found, prior=PRIOR)
    assert np.isfinite([made.lower, made.ebgm, made.upper]).all()
    assert (made.lower < made.upper).all()


def test_few_reports_are_marked() -> None:
    np.testing.assert_array_equal(ratios(pairs([0, 1], [0, 1], [2, 3])).small, [True, False])


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: pairs([], []), "pairs.number"),
        (lambda: pairs([0], [0], [0]), "pairs.empty"),
        (lambda: pairs([0, 1], [0]), "pairs.shape"),
        (lambda: pairs([-1], [0]), "pairs.number"),
        (lambda: pairs([0.5], [0]), "pairs.number"),
        (lambda: pairs([0], [0], [-1]), "pairs.count"),
        (lambda: pairs([0], [0], [1.5]), "pairs.count"),
        (lambda: pairs([0], [0], [float("nan")]), "pairs.count"),
        (lambda: pairs([0, 1], [0, 0], exposure=[1]), "pairs.exposure"),
        (lambda: pairs([0], [0], exposure=[0]), "pairs.exposure"),
        (lambda: pairs([0], [0], stratum=[0], exposure=[1]), "pairs.stratum_and_exposure"),
        (lambda: ratios(pairs([0], [0]), level=1), "association.level"),
        (lambda: mantel_haenszel([0], [0], stratum=[0], level=0), "association.level"),
        (lambda: shrink(pairs([0], [0])), "shrinker.too_few"),
        (lambda: shrink(pairs([0], [0]), prior=PRIOR, tail=0.6), "shrinker.tail"),
    ],
)
def test_what_cannot_be_computed_is_refused(call: object, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code
