"""Properties of estimates from complex samples; variances against exact enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.methods.survey.complex_samples import Rows, samples
from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.designs import Lonely, Subsample, domain, survey_design
from zhiheng.methods.survey.estimation import Estimates, design_effect, mean, ratio, total


def figures(rows: Rows, **changed: object) -> list[Estimates]:
    design = rows.design(**changed)
    return [
        mean(rows.values, design),
        total(rows.values, design),
        ratio(rows.values, rows.other, design),
        mean(rows.values, design, by=rows.group),
        total(rows.values, domain(design, rows.group == rows.group.max())),
    ]


def alike(one: list[Estimates], two: list[Estimates], factors: tuple[float, ...] = (1,) * 5) -> None:
    for first, second, factor in zip(one, two, factors, strict=True):
        np.testing.assert_allclose(second.value, factor * first.value, rtol=1e-11)
        np.testing.assert_allclose(
            second.standard_error, factor * first.standard_error, rtol=1e-9, atol=1e-12 * factor
        )
        np.testing.assert_array_equal(second.degrees_of_freedom, first.degrees_of_freedom)


@given(rows=samples(), seed=st.integers(0, 999))
def test_the_order_of_rows_does_not_matter(rows: Rows, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(rows.values.size)
    alike(figures(rows), figures(rows.taken(order)))


@given(rows=samples())
def test_the_names_of_strata_and_clusters_do_not_matter(rows: Rows) -> None:
    strata = np.array(["丙", "甲", "乙", "丁"])[rows.strata]
    clusters = (rows.strata * 100 + rows.clusters)[::1] * 7 - 3
    alike(figures(rows), figures(rows, strata=strata, clusters=clusters))


@given(rows=samples())
def test_strata_split_by_a_second_label_that_follows_the_first_stay_the_same(rows: Rows) -> None:
    split = [f"{stratum}/{'odd' if stratum % 2 else 'even'}" for stratum in rows.strata]
    alike(figures(rows), figures(rows, strata=split))


@given(rows=samples(), factor=st.sampled_from([1e-6, 0.5, 3.0, 1e6]))
def test_scaled_weights_change_totals_alone(rows: Rows, factor: float) -> None:
    alike(figures(rows), figures(rows, weights=factor * rows.weights), (1, factor, 1, 1, factor))


@given(rows=samples())
def test_a_group_is_the_domain_of_its_rows(rows: Rows) -> None:
    design = rows.design()
    together = mean(rows.values, design, by=rows.group)
    assert together.groups is not None
    for place, label in enumerate(together.groups):
        alone = mean(rows.values, domain(design, rows.group == label))
        for name in ("value", "standard_error", "lower", "upper", "degrees_of_freedom", "rows"):
            np.testing.assert_allclose(
                getattr(together, name)[place], getattr(alone, name), rtol=1e-10, atol=1e-12
            )


@given(rows=samples())
def test_totals_of_groups_add_up(rows: Rows) -> None:
    design = rows.design()
    parts = total(rows.values, design, by=rows.group)
    assert parts.value.sum() == pytest.approx(float(total(rows.values, design).value))


@given(rows=samples())
def test_a_mean_is_the_ratio_to_ones_and_shifts_with_the_values(rows: Rows) -> None:
    design = rows.design()
    plain = mean(rows.values, design)
    as_ratio = ratio(rows.values, np.ones(rows.values.size), design)
    shifted = mean(3 * rows.values + 100, design)
    assert float(as_ratio.standard_error) == pytest.approx(float(plain.standard_error), rel=1e-9)
    assert float(shifted.value) == pytest.approx(3 * float(plain.value) + 100)
    assert float(shifted.standard_error) == pytest.approx(3 * float(plain.standard_error), rel=1e-8, abs=1e-9)


@given(rows=samples())
def test_a_row_of_weight_zero_adds_nothing_to_the_value(rows: Rows) -> None:
    weights = rows.weights.copy()
    weights[0] = 0
    values = rows.values.copy()
    values[0] = 1e6
    design = rows.design(weights=weights)
    one, two = mean(values, design), mean(rows.values, design)
    assert float(one.value) == pytest.approx(float(two.value))
    assert float(one.standard_error) == pytest.approx(float(two.standard_error))


POPULATION = {"a": [1.0, 4.0, 2.0, 7.0], "b": [3.0, 3.5, 9.0]}


def test_the_variance_of_a_stratified_total_is_unbiased_over_all_samples() -> None:
    """All 6 · 3 samples of 2 from each stratum, equally likely: the mean of v is the variance of t."""
    totals, variances = [], []
    for one in itertools.combinations(POPULATION["a"], 2):
        for two in itertools.combinations(POPULATION["b"], 2):
            design = survey_design(strata=["a", "a", "b", "b"], population={"a": 4, "b": 3})
            found = total([*one, *two], design)
            totals.append(float(found.value))
            variances.append(float(found.standard_error) ** 2)
    assert np.mean(totals) == pytest.approx(sum(map(sum, POPULATION.values())))
    assert np.mean(variances) == pytest.approx(np.var(totals))


def test_the_variance_of_a_two_stage_total_is_unbiased_over_all_samples() -> None:
    """Three clusters of 3, 4 and 2 items; 2 clusters are drawn and 2 items in each."""
    clusters = [[1.0, 5.0, 2.0], [4.0, 4.5, 8.0, 1.0], [9.0, 3.0]]
    totals, variances, chances = [], [], []
    for pair in itertools.combinations(range(3), 2):
        inside = [list(itertools.combinations(clusters[k], 2)) for k in pair]
        for one, two in itertools.product(*inside):
            design = survey_design(
                clusters=[0, 0, 1, 1],
                population=[3] * 4,
                second=Subsample([len(clusters[k]) for k in pair for _ in range(2)]),
            )
            found = total([*one, *two], design)
            totals.append(float(found.value))
            variances.append(float(found.standard_error) ** 2)
            chances.append(1 / 3 / len(inside[0]) / len(inside[1]))
    weights = np.array(chances)
    assert weights.sum() == pytest.approx(1)
    truth = sum(map(sum, clusters))
    assert weights @ totals == pytest.approx(truth)
    assert weights @ variances == pytest.approx(weights @ (np.array(totals) - truth) ** 2)


def test_a_census_has_no_error() -> None:
    found = mean([1, 2, 3, 6], survey_design(strata=["a", "a", "b", "b"], population={"a": 2, "b": 2}))
    assert (float(found.value), float(found.standard_error)) == (3, 0)
    assert not found.no_variation


def test_the_interval_is_students_unless_told_otherwise() -> None:
    design = survey_design(weights=np.ones(5))
    values = [1.0, 2.0, 4.0, 4.0, 9.0]
    found = mean(values, design, level=0.9)
    expected = stats.t.interval(0.9, 4, loc=4, scale=stats.sem(values))
    assert (float(found.lower), float(found.upper)) == pytest.approx(expected)
    normal = mean(values, design, level=0.9, degrees_of_freedom=np.inf)
    expected = stats.norm.interval(0.9, loc=4, scale=stats.sem(values))
    assert (float(normal.lower), float(normal.upper)) == pytest.approx(expected)


def test_no_degrees_of_freedom_give_no_interval() -> None:
    design = survey_design(weights=[1, 1], strata=["a", "b"], lonely=Lonely.ADJUST)
    found = mean([1, 2], design)
    assert float(found.degrees_of_freedom) == 0
    assert np.isnan(found.lower)
    assert float(found.standard_error) > 0


def test_values_that_all_agree_are_marked() -> None:
    found = mean([1, 1, 1, 1], survey_design(weights=[1, 2, 3, 4]))
    assert found.no_variation
    assert float(found.standard_error) == 0
    assert np.isnan(design_effect([1, 1, 1, 1], survey_design(weights=[1, 2, 3, 4])))


def test_missing_values_are_refused_inside_the_domain_only() -> None:
    design = survey_design(weights=[1, 1, 1, 1])
    values = [1.0, np.nan, 2.0, 4.0]
    with pytest.raises(InvalidInput) as caught:
        mean(values, design)
    assert (caught.value.code, caught.value.params["position"]) == ("values.missing", 1)
    answered = domain(design, ~np.isnan(values))
    assert float(mean(values, answered).value) == pytest.approx(7 / 3)
    with pytest.raises(InvalidInput, match="position 2"):
        mean(np.ma.masked_equal([1, 3, 2, 4], 2), design)


@pytest.mark.parametrize(
    ("code", "values", "options"),
    [
        ("design.lengths", [1, 2, 3], {}),
        ("design.lengths", 1.0, {}),
        ("values.type", ["x", "y", "z", "u"], {}),
        ("values.missing", [1, 2, np.inf, 4], {}),
        ("level.range", [1, 2, 3, 4], {"level": 1.0}),
        ("degrees_of_freedom.range", [1, 2, 3, 4], {"degrees_of_freedom": 0}),
        ("design.lengths", [1, 2, 3, 4], {"by": [1, 2]}),
        ("labels.missing", [1, 2, 3, 4], {"by": ["a", None, "b", "b"]}),
    ],
)
def test_refused_with_its_code(code: str, values: object, options: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        mean(values, survey_design(weights=[1, 1, 1, 1]), **options)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_a_ratio_to_nothing_is_refused_and_among_groups_marked() -> None:
    design = survey_design(weights=[1, 1, 1, 1])
    with pytest.raises(InvalidInput) as caught:
        ratio([1, 2, 3, 4], [0, 0, 0, 0], design)
    assert caught.value.code == "ratio.denominator_zero"
    found = ratio([1, 2, 3, 4], [1, 1, 0, 0], design, by=["a", "a", "b", "b"])
    np.testing.assert_array_equal(found.value, [1.5, np.nan])


def test_ratio_of_large_and_small_groups_keeps_its_digits() -> None:
    """A stratum whose values are far from zero: the error must come from their differences."""
    values = 1e9 + np.array([1.0, 2.0, 3.0, 4.0])
    design = survey_design(weights=np.full(4, 10.0))
    expected = np.std([1, 2, 3, 4], ddof=1) / 2
    assert float(mean(values, design).standard_error) == pytest.approx(expected, rel=1e-6)
    assert float(mean(values, design, by=[1, 1, 1, 1]).standard_error[0]) == pytest.approx(expected, rel=1e-6)


def test_a_group_without_weight_has_no_value_and_spoils_no_other() -> None:
    design = survey_design(weights=[1, 1, 0, 0, 2, 1])
    found = mean([1, 2, 3, 4, 5, 6], design, by=list("aabbcc"))
    np.testing.assert_allclose(found.value, [1.5, np.nan, 16 / 3])
    np.testing.assert_array_equal(np.isnan(found.standard_error), [False, True, False])
