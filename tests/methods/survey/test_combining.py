"""Two draws combined by weights: unbiased by exact enumeration, kinds kept apart, chances known."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.lottery.probabilities import successive_inclusion
from zhiheng.methods.survey.combining import combine, horvitz_thompson, joint_of_union
from zhiheng.methods.survey.drawn_samples import (
    Draw,
    RandomSample,
    RiskTargetedSample,
    pool_samples,
    random_sample,
    risk_targeted_sample,
)

Chances = NDArray[np.float64]
Drawn = tuple[list[int], float]

VALUES = np.array([1.0, 0.0, 2.0, 5.0, 1.0])
LIKELY = np.array([0.2, 0.1, 0.3, 0.9, 0.6])  # the targeted draw looks where the values are high


def poisson(chances: Chances) -> Iterator[Drawn]:
    """Every outcome of independent draws, with its probability."""
    for taken in itertools.product([False, True], repeat=chances.size):
        inside = np.array(taken)
        yield list(np.flatnonzero(inside)), float(np.prod(np.where(inside, chances, 1 - chances)))


def simple(size: int, population: int) -> Iterator[Drawn]:
    """Every simple random sample without replacement."""
    outcomes = list(itertools.combinations(range(population), size))
    for taken in outcomes:
        yield list(taken), 1 / len(outcomes)


def of(kind: Callable[..., Any], taken: list[int], own: Chances, other: Chances, draw: Draw) -> Any:
    return kind(taken, VALUES[taken], inclusion=own[taken], elsewhere=other[taken], draw=draw)


@pytest.mark.parametrize("estimator", ["multiplicity", "union"])
def test_total_and_variance_are_unbiased_for_poisson_draws(estimator: Any) -> None:
    """All outcomes of two Poisson draws from five items, except the empty ones, which are scaled out."""
    even = np.full(5, 0.5)
    sums = np.zeros(4)  # probability, E[total], E[total²], E[variance]
    for (here, p), (there, q) in itertools.product(poisson(even), poisson(LIKELY)):
        if not here or not there:
            # An empty draw has no sample to give; both estimators are then a sum over the other draw.
            sums += p * q * np.array([1, *alone(here or there, even, LIKELY, bool(here), estimator)])
            continue
        found = combine(
            of(random_sample, here, even, LIKELY, Draw.POISSON),
            of(risk_targeted_sample, there, LIKELY, even, Draw.POISSON),
            estimator=estimator,
        )
        t, v = found.total.value, found.total.standard_error**2
        sums += p * q * np.array([1, t, t * t, v])
    probability, total, square, variance = sums
    assert probability == pytest.approx(1)
    assert total == pytest.approx(VALUES.sum())
    assert variance == pytest.approx(square - total**2)


def alone(
    taken: list[int], even: Chances, likely: Chances, first: bool, estimator: str
) -> tuple[float, float, float]:
    """Total, its square and the variance by the formulas of the page, when one draw came out empty."""
    own = even if first else likely
    both = even + likely if estimator == "multiplicity" else even + likely - even * likely
    room = 1 - own if estimator == "multiplicity" else 1 - both
    scores = (VALUES / both)[taken]
    return float(scores.sum()), float(scores.sum() ** 2), float(room[taken] @ scores**2)


def test_total_and_variance_are_unbiased_for_simple_random_draws() -> None:
    """A random draw of 3 and a draw of 2 from the three items of high risk: all outcomes."""
    even, risky = np.full(5, 3 / 5), np.array([0, 0, 2 / 3, 2 / 3, 2 / 3])
    totals, variances, chances = [], [], []
    for (here, p), (there, q) in itertools.product(simple(3, 5), simple(2, 3)):
        found = combine(
            of(random_sample, here, even, risky, Draw.FIXED),
            of(risk_targeted_sample, [k + 2 for k in there], risky, even, Draw.FIXED),
        )
        totals.append(found.total.value)
        variances.append(found.total.standard_error**2)
        chances.append(p * q)
    expected = np.average(totals, weights=chances)
    assert expected == pytest.approx(VALUES.sum())
    assert np.average(variances, weights=chances) == pytest.approx(
        np.average((np.array(totals) - expected) ** 2, weights=chances)
    )


def test_the_union_of_fixed_draws_is_unbiased_with_joint_probabilities() -> None:
    size, draws = 5, (3, 2)
    joint = [np.full((size, size), n * (n - 1) / size / (size - 1)) for n in draws]
    for pairs, n in zip(joint, draws, strict=True):
        np.fill_diagonal(pairs, n / size)
    both = joint_of_union(*joint)
    totals, variances = [], []
    for (here, _), (there, _) in itertools.product(simple(3, 5), simple(2, 5)):
        union = sorted({*here, *there})
        found = horvitz_thompson(VALUES[union], np.diag(both)[union], joint=both[np.ix_(union, union)])
        totals.append(found.total.value)
        # The error of a negative variance is NaN; the enumeration needs the number itself.
        scores = VALUES[union] / np.diag(both)[union]
        part = both[np.ix_(union, union)]
        expected = scores @ (1 - np.outer(np.diag(part), np.diag(part)) / part) @ scores
        if expected >= 0:
            assert found.total.standard_error**2 == pytest.approx(expected)
        else:
            assert np.isnan(found.total.standard_error)
        variances.append(expected)
    assert np.mean(totals) == pytest.approx(VALUES.sum())
    assert np.mean(variances) == pytest.approx(np.var(totals))


def test_weights_undo_the_targeting_and_adding_up_does_not() -> None:
    """20 000 items, 4 % fail; the targeted draw takes the risky tenth (22 % fail) ten times as often."""
    rng = np.random.default_rng(17)
    n = 20_000
    risky = np.arange(n) < n // 10
    fails = (rng.random(n) < np.where(risky, 0.22, 0.02)).astype(float)
    even, aimed = np.full(n, 0.05), np.where(risky, 0.5, 0.05)
    here, there = (np.flatnonzero(rng.random(n) < chances) for chances in (even, aimed))
    random = random_sample(here, fails[here], inclusion=even[here], elsewhere=aimed[here], draw="poisson")
    aimed_at = risk_targeted_sample(
        there, fails[there], inclusion=aimed[there], elsewhere=even[there], draw="poisson"
    )
    for found in (combine(random, aimed_at), combine(random, aimed_at, estimator="union")):
        assert abs(found.mean.value - fails.mean()) < 4 * found.mean.standard_error
        assert abs(found.size.value - n) < 4 * found.size.standard_error
        assert found.mean.standard_error < 0.006
        assert found.shared == np.intersect1d(here, there).size
    added_up = np.concatenate([fails[here], fails[there]]).mean()
    assert added_up > 2 * fails.mean()


@given(seed=st.integers(0, 9999), draw=st.sampled_from(list(Draw)))
def test_the_order_of_items_does_not_matter(seed: int, draw: Draw) -> None:
    rng = np.random.default_rng(seed)
    units = np.array([f"企业{k}" for k in range(12)])
    own, other = rng.uniform(0.1, 1, (2, 12))
    values = rng.normal(size=12)
    strata = np.tile([0, 1], 6)
    order = rng.permutation(12)

    def found(rows: NDArray[np.intp]) -> Any:
        first, second = rows[rows < 8], rows[rows >= 4]
        return combine(
            random_sample(
                units[first], values[first], inclusion=own[first], elsewhere=other[first],
                draw=draw,
            ),
            risk_targeted_sample(
                units[second], values[second], inclusion=other[second], elsewhere=own[second],
                strata=strata[second] > 0, draw=draw,
            ),
        )  # fmt: skip

    one, two = found(np.arange(12)), found(order)
    assert one.total.value == pytest.approx(two.total.value)
    assert one.mean.standard_error == pytest.approx(two.mean.standard_error)


def test_a_fixed_draw_of_equal_chances_has_the_textbook_variance() -> None:
    """A targeted draw that adds nothing (one certain item of its own) leaves the stratified formula."""
    values = np.array([1.0, 3.0, 2.0, 6.0, 4.0])
    strata = ["a", "a", "b", "b", "b"]
    chances = np.array([2 / 10, 2 / 10, 3 / 9, 3 / 9, 3 / 9])
    random = random_sample(range(5), values, inclusion=chances, elsewhere=np.zeros(5), strata=strata)
    sure = risk_targeted_sample([99], [7.0], inclusion=[1.0], elsewhere=[0.0])
    found = combine(random, sure)
    assert found.total.value == pytest.approx(5 * 4 + 3 * 12 + 7)
    expected = 10**2 * (1 - 0.2) * 2 / 2 + 9**2 * (1 - 1 / 3) * 4 / 3
    assert found.total.standard_error**2 == pytest.approx(expected)
    assert found.size.value == pytest.approx(20)
    assert found.size.standard_error == pytest.approx(0, abs=1e-9)


def test_results_that_all_agree_have_no_interval() -> None:
    half = np.full(4, 0.5)
    random = random_sample(range(4), np.zeros(4), inclusion=half, elsewhere=half)
    found = combine(random, risk_targeted_sample([7, 8], [0, 0], inclusion=[0.5] * 2, elsewhere=[0.5] * 2))
    assert found.no_variation
    assert found.mean.value == 0
    assert np.isnan(found.mean.upper)
    census = horvitz_thompson([0, 0, 0], [1, 1, 1])
    assert not census.no_variation
    assert census.mean.upper == 0


def one_of(kind: Any, **changed: Any) -> Any:
    columns: dict[str, Any] = {
        "units": [1, 2],
        "values": [0, 1],
        "inclusion": [0.5, 0.5],
        "elsewhere": [0.1, 0.1],
    }
    columns |= changed
    return kind(columns.pop("units"), columns.pop("values"), **columns)


def test_samples_of_one_kind_pool_and_keep_their_strata_apart() -> None:
    parts = [one_of(random_sample), one_of(random_sample, units=[3, 4], strata=["x", "y"])]
    pooled = pool_samples(parts)
    assert isinstance(pooled, RandomSample)
    assert pooled.units.tolist() == [1, 2, 3, 4]
    assert pooled.stratum.tolist() == [0, 0, 1, 2]


def test_samples_of_two_kinds_do_not_pool_and_the_error_says_why() -> None:
    mixed = [one_of(random_sample), one_of(risk_targeted_sample, units=[3, 4, 5], values=[1, 1, 1],
                                           inclusion=[0.5] * 3, elsewhere=[0.1] * 3)]  # fmt: skip
    assert isinstance(mixed[1], RiskTargetedSample)
    with pytest.raises(InvalidInput) as caught:
        pool_samples(mixed)
    assert caught.value.code == "population.mixed_designs"
    assert caught.value.params["found"] == "random: 2, risk_targeted: 3"
    assert "weights" in str(caught.value)


def test_the_kinds_are_no_numbers_to_be_added() -> None:
    with pytest.raises(TypeError):
        one_of(random_sample) + one_of(risk_targeted_sample)


RANDOM, TARGETED = one_of(random_sample), one_of(risk_targeted_sample, units=[3, 4])
FAULTS: list[tuple[str, Callable[[], Any]]] = [
    ("design.no_rows", lambda: one_of(random_sample, units=[], values=[], inclusion=[], elsewhere=[])),
    ("design.lengths", lambda: one_of(random_sample, values=[1])),
    ("design.lengths", lambda: one_of(random_sample, strata=[1])),
    ("values.missing", lambda: one_of(random_sample, values=[1, np.nan])),
    ("labels.missing", lambda: one_of(random_sample, units=["a", None])),
    ("combining.unit_twice", lambda: one_of(random_sample, units=[7, 7])),
    ("combining.inclusion_unknown", lambda: one_of(risk_targeted_sample, inclusion=[0.5, np.nan])),
    ("combining.inclusion_unknown", lambda: one_of(random_sample, elsewhere=[0.5, np.nan])),
    ("combining.inclusion_range", lambda: one_of(random_sample, inclusion=[0.5, 0.0])),
    ("combining.inclusion_range", lambda: one_of(random_sample, inclusion=[0.5, 1.5])),
    ("combining.inclusion_range", lambda: one_of(random_sample, elsewhere=[0.5, -0.1])),
    ("combining.draw_unknown", lambda: one_of(random_sample, draw="systematic")),
    ("combining.unit_twice", lambda: pool_samples([RANDOM, RANDOM])),
    (
        "combining.draws_differ",
        lambda: pool_samples([RANDOM, one_of(random_sample, units=[8, 9], draw="poisson")]),
    ),
    ("population.none", lambda: pool_samples([])),
    ("combining.not_these_kinds", lambda: combine(TARGETED, RANDOM)),
    ("combining.not_these_kinds", lambda: combine(RANDOM, one_of(random_sample, units=[8, 9]))),  # type: ignore[arg-type]
    ("combining.probabilities_differ", lambda: combine(RANDOM, one_of(risk_targeted_sample))),
    ("combining.joint_needed", lambda: combine(RANDOM, TARGETED, estimator="union")),
    ("method.unknown", lambda: combine(RANDOM, TARGETED, estimator="pooled")),  # type: ignore[arg-type]
    ("level.range", lambda: combine(RANDOM, TARGETED, level=95)),
    (
        "combining.lonely_stratum",
        lambda: combine(one_of(random_sample, strata=["a", "b"]), TARGETED),
    ),
    (
        "combining.values_differ",
        lambda: combine(
            one_of(random_sample, elsewhere=[0.5, 0.5], draw="poisson"),
            one_of(risk_targeted_sample, elsewhere=[0.5, 0.5], values=[1, 1], draw="poisson"),
            estimator="union",
        ),
    ),
    ("combining.joint_invalid", lambda: horvitz_thompson([1, 2], [0.5, 0.5], joint=[[0.5, 0], [0, 0.5]])),
    ("combining.joint_invalid", lambda: horvitz_thompson([1, 2], [0.5, 0.5], joint=[[0.4, 0.2], [0.2, 0.5]])),
    ("combining.joint_invalid", lambda: horvitz_thompson([1, 2], [0.5, 0.5], joint=[0.5, 0.5])),
]


@pytest.mark.parametrize(("code", "work"), FAULTS)
def test_refused_with_its_code(code: str, work: Callable[[], Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        work()
    assert caught.value.code == code


def test_hand_picked_targets_are_told_where_to_go() -> None:
    with pytest.raises(InvalidInput, match="picked by hand"):
        one_of(risk_targeted_sample, inclusion=[np.nan, np.nan])


def test_the_lottery_knows_the_probabilities_and_the_variance_of_its_draws_holds() -> None:
    """400 pairs of draws: 40 of 400 at random, and 60 of 400 by weight in the lottery's own order."""
    rng = np.random.default_rng(23)
    n = 400
    weight = rng.lognormal(0, 1, n)
    fails = (rng.random(n) < np.clip(0.05 * weight, 0, 0.9)).astype(float)
    even = np.full(n, 40 / n)
    aimed = np.asarray(successive_inclusion(weight, 60).values)
    totals, variances = [], []
    for _ in range(400):
        here = rng.choice(n, 40, replace=False)
        there = np.argsort(-np.log(rng.random(n)) / weight)[:60]
        found = combine(
            random_sample(here, fails[here], inclusion=even[here], elsewhere=aimed[here]),
            risk_targeted_sample(there, fails[there], inclusion=aimed[there], elsewhere=even[there]),
        )
        totals.append(found.total.value)
        variances.append(found.total.standard_error**2)
    assert np.mean(totals) == pytest.approx(fails.sum(), abs=4 * np.std(totals) / 20)
    assert np.mean(variances) == pytest.approx(np.var(totals), rel=0.2)
