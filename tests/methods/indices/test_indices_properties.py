"""Indices against arithmetic by hand, invariances, closed forms (Ishigami), and every refusal's cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.indices.aggregating import MEANS, Mean, aggregate, ranks
from zhiheng.methods.indices.ahp import priorities
from zhiheng.methods.indices.chaining import chain
from zhiheng.methods.indices.correlations import correlate, reliability
from zhiheng.methods.indices.decomposition import contributions, gap
from zhiheng.methods.indices.mqci import BANDS, mqci, mqci_structure
from zhiheng.methods.indices.normalising import Normalisation, normalise
from zhiheng.methods.indices.outliers import Limits, treat
from zhiheng.methods.indices.sensitivity import choice_sensitivity, sobol
from zhiheng.methods.indices.structure import Aggregate, Floats, Indicator, structure
from zhiheng.methods.indices.tables import Table, availability, table
from zhiheng.methods.indices.topsis import topsis
from zhiheng.methods.indices.uncertainty import Choices, prepare, rank_spread
from zhiheng.methods.indices.weighting import components, entropy

CODES = [
    "graded_products",
    "microelectronic_equipment",
    "certified_systems",
    "quality_loss",
    "spot_check_pass",
    "export_inspection_pass",
    "research_spending",
    "renewal_spending",
    "patents",
    "new_products",
    "mean_sales",
    "international_sales",
]
SCALE = Normalisation("minmax", 1, 100)
TREE = structure(
    [Indicator("a", "p", 1, 2.0), Indicator("b", "p", -1), Indicator("c", "q"), Indicator("d", "q", 1, 3.0)],
    [Aggregate("x"), Aggregate("p", "x", 0.6), Aggregate("q", "x", 0.4)],
)


def made(units: int = 12, seed: int = 1, missing: float = 0.0) -> Table:
    rng = np.random.default_rng(seed)
    values = rng.lognormal(0, 1, (units, 4))
    gone = rng.random(values.shape) < missing
    gone[:2] = False
    gone[:, 0] = False
    values[gone] = np.nan
    return table(values, [f"u{row}" for row in range(units)], TREE)


def test_an_index_by_hand() -> None:
    """p = (2·1 + 4)/3 = 2, q = (2 + 3·6)/4 = 5, index = 0.6·2 + 0.4·5 = 3.2; geometric likewise."""
    scores = table([[1, 4, 2, 6]], ["u"], TREE)
    found = aggregate(scores)
    np.testing.assert_allclose(found.nodes[0, 4:], [3.2, 2, 5])
    geometric = aggregate(scores, {"p": "geometric"})
    np.testing.assert_allclose(geometric.nodes[0, 5], 4 ** (1 / 3))
    gone = aggregate(table([[1, np.nan, 2, 6], [1, 1, 1, 1]], ["u", "v"], TREE))
    np.testing.assert_allclose(gone.nodes[0, 4:], [2.6, 1, 5])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(MEANS), st.floats(0.001, 1000), st.booleans())
def test_units_and_order_of_rows_change_nothing_and_the_index_stays_inside(
    seed: int, mean: Mean, factor: float, gaps: bool
) -> None:
    first = made(seed=seed, missing=0.2 if gaps else 0)
    found = aggregate(normalise(first, SCALE), mean)
    assert ((found.nodes >= 1) & (found.nodes <= 100) | np.isnan(found.nodes)).all()
    other = aggregate(normalise(first.with_values(first.values * factor), SCALE), mean)
    np.testing.assert_allclose(other.index, found.index, rtol=1e-9)
    order = np.random.default_rng(seed).permutation(12)
    turned = aggregate(normalise(first.chosen(order), SCALE), mean)
    np.testing.assert_array_equal(turned.index, found.index[order])
    np.testing.assert_array_equal(turned.ranks, found.ranks[order])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(MEANS), st.booleans())
def test_the_parts_of_a_gap_sum_to_it(seed: int, mean: Mean, gaps: bool) -> None:
    found = aggregate(normalise(made(seed=seed, missing=0.2 if gaps else 0), SCALE), mean)
    parts = gap(found, "u3", "u5")
    assert parts.total == pytest.approx(found.index[3] - found.index[5], rel=1e-9, abs=1e-9)
    assert parts.parts[:4].sum() == pytest.approx(parts.total, rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(gap(found, "u5", "u3").parts, -parts.parts, atol=1e-9)


def test_contributions_sum_to_the_index() -> None:
    found = aggregate(normalise(made(missing=0.2), SCALE))
    np.testing.assert_allclose(contributions(found)[:, :4].sum(axis=1), found.index)
    assert gap(found, "u3").largest(4)[0][0] in "abcd"


def test_a_tie_is_not_decided_by_rounding() -> None:
    assert ranks([0.1 + 0.2, 0.3, 1.0, np.nan]).tolist() == [2, 2, 1, 4]


@pytest.mark.parametrize("missing", [0.0, 0.25])
@pytest.mark.parametrize("mean", MEANS)
def test_replications_equal_one_index_at_a_time(mean: Mean, missing: float) -> None:
    """Each row of drawn numbers, computed alone through `aggregate` with its own weights."""
    given_table = made(30, missing=missing)
    ready = prepare(given_table, Choices((SCALE,), (mean,), weight_change=0.5))
    drawn = np.random.default_rng(3).random((20, ready.columns))
    found = ready.ranks(drawn)
    for row, numbers in enumerate(drawn):
        change = dict(ready.factors)
        weights = dict(zip(TREE.codes, TREE.weights, strict=True))
        for group in TREE.groups:
            places = change[f"weights: {TREE.codes[group.node]}"]
            for child, place in zip(group.children, places, strict=True):
                weights[TREE.codes[child]] *= 1 + 0.5 * (2 * numbers[place] - 1)
        alone = Table(given_table.values, given_table.units, TREE.weighted(weights))
        np.testing.assert_array_equal(found[row], aggregate(normalise(alone, SCALE), mean).ranks)


def test_ranks_spread_about_the_reference_and_follow_the_seed() -> None:
    choices = Choices((SCALE, Normalisation("percentile", 1, 100)), MEANS, (None, Limits()), 0.25, True)
    first, again = (rank_spread(made(30, missing=0.1), choices, seed=5, replications=200) for _ in "ab")
    np.testing.assert_array_equal(first.lower, again.lower)
    assert ((first.lower <= first.median) & (first.median <= first.upper)).all()
    still = rank_spread(made(30), Choices(weight_change=0), seed=1, replications=10)
    assert (still.lower == still.reference).all()
    assert (still.upper == still.reference).all()


def test_sobol_indices_of_the_ishigami_function() -> None:
    """Closed form with a = 7, b = 0.1: Ishigami and Homma 1990; V = 13.8446."""

    def model(u: Floats) -> Floats:
        x = np.pi * (2 * u - 1)
        found: Floats = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
        return found

    found = sobol(model, [("1", (0,)), ("2", (1,)), ("3", (2,))], seed=1, size=8192)
    np.testing.assert_allclose(found.first, [0.3139, 0.4424, 0], atol=0.02)
    np.testing.assert_allclose(found.total, [0.5576, 0.4424, 0.2437], atol=0.02)
    swayed = choice_sensitivity(made(30), Choices((SCALE,), MEANS), seed=1, size=64)
    assert swayed.runs == 64 * (len(swayed.factors) + 2)


def test_consistent_judgements_give_their_weights_and_a_contradiction_is_named() -> None:
    w = np.array([0.5, 0.3, 0.2])
    found = priorities(w[:, None] / w)
    np.testing.assert_allclose(found.weights, w)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-12)
    with pytest.raises(InvalidInput, match="consistency ratio") as refused:
        priorities([[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]], ["a", "b", "c"])
    assert refused.value.params["ratio"] > 0.1
    loose = priorities([[1, 2, 8], [0.5, 1, 1 / 4], [1 / 8, 4, 1]], ["a", "b", "c"], limit=None)
    assert loose.worst.given != pytest.approx(loose.worst.implied)


def test_weights_by_components_do_not_hang_on_unit_or_direction() -> None:
    first = made(40)
    found = components(first)
    turned = components(first.with_values(first.values * np.array([3.0, -2.0, 0.1, 1.0])))
    np.testing.assert_allclose(found.weights, turned.weights, rtol=1e-6)
    assert found.eigenvalues.sum() == pytest.approx(4)
    assert TREE.weighted_throughout(found.weights.tolist()).effective_weights[:4] == pytest.approx(
        found.weights
    )


def test_the_index_of_manufacturing_meets_its_scale_and_bands() -> None:
    bounds = dict.fromkeys(CODES, (0.0, 10.0))
    tree = mqci_structure(bounds)
    assert (tree.weights, tree.bounds) == ("ours", "ours")
    falling = CODES.index("quality_loss")
    best, half = np.full(12, 11.0), np.full(12, 5.0)
    best[falling] = -1
    scores, found = mqci(table([best, half, 10 - best], ["best", "half", "worst"], tree.structure))
    np.testing.assert_allclose(found.index, [100, 80, 60])
    assert scores.clipped[0].all()
    assert BANDS["2011"].of([74.99, 75, 80, 85, 90, 100]).tolist() == [0, 1, 2, 3, 4, 4]
    with pytest.raises(InvalidInput) as refused:
        mqci_structure({**bounds, "patents": (5, 5)})
    assert refused.value.params["code"] == "patents"


def test_a_chain_on_one_ruler_is_the_index_itself() -> None:
    years = [made(seed=seed) for seed in (1, 2, 3)]
    ruler = [(0.0, 5.0)] * 4
    for link in ("ratio", "difference"):
        found = chain(years, [ruler, ruler], link=link)  # type: ignore[arg-type]
        tree = structure([*(one_on(one) for one in TREE.indicators)], TREE.aggregates)
        scale = Normalisation("goalposts", 1, 100)
        last = aggregate(normalise(Table(years[2].values, years[2].units, tree), scale)).index
        np.testing.assert_allclose(found.values[2], last)


def one_on(one: Indicator) -> Indicator:
    return Indicator(one.code, one.parent, one.direction, one.weight, goalposts=(0.0, 5.0))


def test_treating_does_not_draw_in_a_whole_indicator() -> None:
    flat = table(np.array([[0, 1, 2, 3]] * 9 + [[100, 5, 4, 3.5]]), [f"u{k}" for k in range(10)], TREE)
    found = treat(flat)
    assert found.steps[0].act == "logarithm"
    assert np.ptp(found.table.values[:, 0]) > 0


def test_twins_are_named_as_redundant() -> None:
    values = made().values.copy()
    values[:, 3] = values[:, 2] * 2
    found = correlate(aggregate(normalise(made().with_values(values), SCALE)))
    assert [(pair.first, pair.second) for pair in found.redundant] == [("c", "d")]
    assert reliability(made()) <= 1


def broken(row: int, column: int, value: float) -> Table:
    values = made().values.copy()
    values[row, column] = value
    return table(values, [f"u{k}" for k in range(12)], TREE)


def test_refusals_name_the_cell() -> None:
    cells = {"unit": "u3", "indicator": "c"}
    faults = [
        ("indices.infinite", lambda: broken(3, 2, np.inf)),
        ("indices.not_positive", lambda: aggregate(broken(3, 2, -1), "geometric")),
        ("indices.not_positive", lambda: aggregate(broken(3, 2, 0), "harmonic")),
        ("indices.negative", lambda: entropy(broken(3, 2, -1))),
        ("indices.missing", lambda: topsis(broken(3, 2, np.nan))),
    ]
    for code, act in faults:
        with pytest.raises(InvalidInput) as refused:
            act()
        assert refused.value.code == code
        assert {key: refused.value.params[key] for key in cells} == cells


def test_constants_gaps_and_bad_trees_are_refused() -> None:
    values = made().values.copy()
    values[:, 2] = 7
    leaf, top = Indicator("a", "x"), Aggregate("x")
    faults = [
        ("indices.constant", lambda: normalise(made().with_values(values))),
        ("indices.unit_missing", lambda: table([[np.nan] * 4, [1, 2, 3, 4]], ["u", "v"], TREE)),
        ("indices.indicator_missing", lambda: table([[1, 2, 3, np.nan]], ["u"], TREE)),
        ("indices.top", lambda: structure([leaf], [top, Aggregate("y")])),
        ("indices.loop", lambda: structure([leaf], [top, Aggregate("y", "z"), Aggregate("z", "y")])),
        ("indices.childless", lambda: structure([leaf], [top, Aggregate("y", "x")])),
        ("indices.goalposts", lambda: structure([Indicator("a", "x", goalposts=(2, 1))], [top])),
        ("indices.parent", lambda: structure([Indicator("a", "q")], [top])),
        ("indices.code", lambda: structure([leaf, leaf], [top])),
        ("indices.weights_zero", lambda: structure([Indicator("a", "x", weight=0)], [top])),
        ("indices.no_goalposts", lambda: normalise(made(), Normalisation("goalposts"))),
        ("ahp.reciprocal", lambda: priorities([[1, 3], [3, 1]])),
        ("ahp.entry", lambda: priorities([[1, -3], [-1 / 3, 1]])),
    ]
    for code, act in faults:
        with pytest.raises(InvalidInput) as refused:
            act()
        assert refused.value.code == code


def test_availability_counts_what_is_there() -> None:
    found = availability(table([[1, np.nan, 3, 4], [1, 2, 3, 4]], ["u", "v"], TREE))
    np.testing.assert_allclose(found.units, [0.75, 1])
    np.testing.assert_allclose(found.nodes[0], [1, 0, 1, 1, 0.75, 0.5, 1])
    assert found.enough(0.7).tolist() == [True, True]
    assert found.enough(0.7, everywhere=True).tolist() == [False, True]
