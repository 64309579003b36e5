"""Intervals of a share from a complex sample: bounds, mirror, samples without variation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.methods.survey.complex_samples import Rows, samples
from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.design_proportions import DESIGN_METHODS, DesignMethod, proportion
from zhiheng.methods.survey.designs import Subsample, domain, survey_design
from zhiheng.methods.survey.estimation import mean
from zhiheng.methods.survey.proportions import interval

METHODS = st.sampled_from(DESIGN_METHODS)
CUT = [method for method in DESIGN_METHODS if method != "mean"]


@given(rows=samples(), threshold=st.sampled_from([2.0, 4.0, 5.0, 7.0]), method=st.sampled_from(CUT))
def test_bounds_lie_in_the_unit_interval_about_the_share(
    rows: Rows, threshold: float, method: DesignMethod
) -> None:
    found = proportion(rows.values > threshold, rows.design(), method=method)
    assert 0 <= found.lower <= found.value + 1e-12
    assert found.value - 1e-12 <= found.upper <= 1


@given(rows=samples(), method=METHODS)
def test_failures_and_passes_mirror_each_other(rows: Rows, method: DesignMethod) -> None:
    failed = rows.values > 5
    one, two = (proportion(trait, rows.design(), method=method) for trait in (failed, ~failed))
    assert float(two.value) == pytest.approx(1 - float(one.value), abs=1e-12)
    assert float(two.lower) == pytest.approx(1 - float(one.upper), abs=1e-9)
    assert float(two.upper) == pytest.approx(1 - float(one.lower), abs=1e-9)


@pytest.mark.parametrize("failures", [0, 20])
@pytest.mark.parametrize("method", DESIGN_METHODS)
def test_a_simple_sample_that_agrees_has_the_exact_bounds_of_its_size(
    failures: int, method: DesignMethod
) -> None:
    found = proportion([failures > 0] * 20, survey_design(weights=np.full(20, 30.0)), method=method)
    exact = interval(failures, 20, method="clopper_pearson")
    assert found.no_variation
    assert (float(found.value), float(found.standard_error)) == (failures / 20, 0)
    assert float(found.effective_size) == pytest.approx(20)
    assert [float(found.lower), float(found.upper)] == pytest.approx([float(exact.lower), float(exact.upper)])


def test_agreeing_items_of_a_cluster_count_for_one() -> None:
    clusters = np.repeat(np.arange(5), 4)
    found = proportion(np.zeros(20), survey_design(weights=np.ones(20), clusters=clusters))
    assert float(found.effective_size) == 5
    assert float(found.upper) == pytest.approx(1 - 0.025 ** (1 / 5))


def test_a_census_that_agrees_is_certain() -> None:
    found = proportion([0, 0, 0], survey_design(population=[3, 3, 3]))
    assert (float(found.lower), float(found.upper)) == (0, 0)
    assert not found.no_variation


def test_only_the_groups_that_agree_are_marked() -> None:
    design = survey_design(weights=[3, 1, 2, 2, 1, 5, 1, 1])
    found = proportion([0, 0, 0, 1, 0, 1, 1, 1], design, by=list("aaabbbcc"))
    np.testing.assert_array_equal(found.no_variation, [True, False, True])
    np.testing.assert_array_equal(found.value, [0, 7 / 8, 1])
    assert (found.lower[0], found.upper[2]) == (0, 1)
    assert found.upper[0] > 0
    assert found.lower[2] < 1


def test_a_simple_random_sample_gives_the_textbook_standard_error() -> None:
    trait = np.arange(50) < 10
    found = proportion(trait, survey_design(population=np.full(50, 400.0)), method="mean")
    assert float(found.standard_error) == pytest.approx(np.sqrt((1 - 50 / 400) * 0.2 * 0.8 / 49))
    half = stats.t.ppf(0.975, 49) * float(found.standard_error)
    assert float(found.upper) == pytest.approx(0.2 + half)


def test_logit_covers_its_level_and_the_plain_interval_does_not() -> None:
    """Exact coverage: all outcomes of 20 of 400 with 20 failures, and 20 of 400 with 60 failures."""
    design = survey_design(strata=np.repeat([0, 1], 20), population={0: 400, 1: 400})
    truth = 80 / 800
    covered = {"logit": 0.0, "beta": 0.0, "mean": 0.0}
    for one in range(21):
        for two in range(21):
            trait = np.concatenate([np.arange(20) < one, np.arange(20) < two])
            chance = stats.hypergeom.pmf(one, 400, 20, 20) * stats.hypergeom.pmf(two, 400, 60, 20)
            if chance < 1e-9:
                continue
            for method in covered:
                found = proportion(trait, design, method=method)  # type: ignore[arg-type]
                covered[method] += chance * bool(found.lower <= truth <= found.upper)
    assert covered["logit"] >= 0.95
    assert covered["beta"] >= 0.97
    assert covered["mean"] < 0.93


def test_a_trait_is_zero_or_one_inside_the_domain() -> None:
    design = survey_design(weights=[1, 1, 1])
    with pytest.raises(InvalidInput) as caught:
        proportion([0, 1, 0.5], design)
    assert caught.value.code == "trait.not_binary"
    kept = domain(design, [True, True, False])
    assert float(proportion([0, 1, 0.5], kept).value) == 0.5
    with pytest.raises(InvalidInput) as caught:
        proportion([0, 1, 1], design, method="wilson")  # type: ignore[arg-type]
    assert caught.value.code == "method.unknown"


def test_only_what_was_taken_whole_at_every_stage_is_certain() -> None:
    whole = survey_design(strata=["a", "a", "b", "b"], population={"a": 2, "b": 9})
    found = proportion([1, 0, 0, 1], whole, by=["a", "a", "b", "b"], method="beta")
    assert (found.lower[0], found.value[0], found.upper[0]) == (0.5, 0.5, 0.5)
    assert found.lower[1] < 0.5 < found.upper[1]
    agreeing = proportion([0, 0, 0, 0], whole, by=["a", "a", "b", "b"])
    np.testing.assert_array_equal(agreeing.no_variation, [False, True])
    np.testing.assert_array_equal(agreeing.upper > 0, [False, True])
    # Both clusters were drawn, but not all units inside them.
    inside = survey_design(clusters=[1, 1, 2, 2], population=[2] * 4, second=Subsample([8] * 4))
    assert proportion([0, 0, 0, 0], inside).no_variation
    assert mean([3, 3, 3, 3], inside).no_variation
