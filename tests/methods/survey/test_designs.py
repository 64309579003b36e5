"""What a survey design accepts, refuses and says about lonely strata."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.designs import Lonely, Subsample, domain, survey_design
from zhiheng.methods.survey.estimation import mean
from zhiheng.methods.survey.labels import coded

STRATA = ["a", "a", "b", "b"]


def refused(work: Callable[[], Any]) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        work()
    return caught.value


BAD: list[tuple[str, dict[str, Any]]] = [
    ("design.no_rows", {}),
    ("design.no_rows", {"weights": []}),
    ("design.lengths", {"weights": [1, 2, 3], "strata": STRATA}),
    ("design.lengths", {"weights": [[1, 2], [3, 4]]}),
    ("design.weights_unknown", {"strata": STRATA}),
    ("design.weights_invalid", {"weights": [1, -2, 1, 1], "strata": STRATA}),
    ("design.weights_invalid", {"weights": [1, np.nan, 1, 1], "strata": STRATA}),
    ("design.weights_invalid", {"weights": [1, np.inf, 1, 1], "strata": STRATA}),
    ("design.weights_invalid", {"weights": np.ma.masked_equal([1.0, 2, 1, 1], 2), "strata": STRATA}),
    ("design.weights_zero", {"weights": [0, 0, 0, 0], "strata": STRATA}),
    ("values.type", {"weights": ["one", "2", "3", "4"]}),
    ("design.population_invalid", {"strata": STRATA, "population": [0, 0, 9, 9]}),
    ("design.population_invalid", {"strata": STRATA, "population": [np.nan, np.nan, 9, 9]}),
    ("design.population_varies", {"strata": STRATA, "population": [8, 9, 9, 9]}),
    ("design.sample_above_population", {"strata": STRATA, "population": [1, 1, 9, 9]}),
    ("design.stratum_without_sample", {"strata": STRATA, "population": {"a": 9, "b": 9, "c": 4}}),
    ("design.stratum_without_population", {"strata": STRATA, "population": {"a": 9}}),
    ("design.stratum_without_population", {"strata": [1, 1, 2, 2], "population": {"1": 9, "2": 9}}),
    ("design.lonely_stratum", {"strata": ["a", "a", "a", "b"], "weights": [1, 1, 1, 1]}),
    ("design.lonely_stratum", {"strata": ["a", "a", "b", "b"], "clusters": [1, 1, 1, 2], "weights": [1] * 4}),
    ("design.lonely_unknown", {"strata": STRATA, "weights": [1] * 4, "lonely": "ignore"}),
    ("labels.missing", {"strata": ["a", None, "b", "b"], "weights": [1] * 4}),
    ("labels.missing", {"strata": [1.0, np.nan, 2.0, 2.0], "weights": [1] * 4}),
    ("labels.missing", {"strata": np.ma.masked_equal([1, 2, 2, 1], 2), "weights": [1] * 4}),
    ("labels.type", {"strata": np.array(["a", 1, "b", 2], dtype=object), "weights": [1] * 4}),
]


@pytest.mark.parametrize(("code", "given"), BAD)
def test_refused_with_its_code(code: str, given: dict[str, Any]) -> None:
    assert refused(lambda: survey_design(**given)).code == code


def test_the_refusal_of_a_lonely_stratum_names_it_and_the_options() -> None:
    fault = refused(lambda: survey_design(weights=[1] * 5, strata=["a", "b", "b", "c", "c"]))
    assert fault.params["label"] == "a"
    assert fault.params["number"] == 1
    for option in ("certainty", "average", "adjust"):
        assert option in str(fault)


def test_a_stratum_of_one_that_was_taken_whole_is_not_lonely() -> None:
    design = survey_design(strata=["a", "b", "b"], population={"a": 1, "b": 7})
    found = mean([1.0, 2.0, 4.0], design)
    assert float(found.value) == pytest.approx((1 + 7 * 3) / 8)
    assert float(found.standard_error) == pytest.approx(7 / 8 * np.sqrt((1 - 2 / 7) * 2 / 2))


def test_only_lonely_strata_have_no_average() -> None:
    design = survey_design(weights=[1, 1], strata=["a", "b"], lonely=Lonely.AVERAGE)
    assert refused(lambda: mean([1, 2], design)).code == "design.lonely_everywhere"


def test_a_lonely_cluster_of_the_second_stage_is_said_and_can_be_chosen() -> None:
    columns = {
        "strata": ["a"] * 5,
        "clusters": [1, 1, 2, 2, 3],
        "population": [9] * 5,
        "second": Subsample([4, 4, 4, 4, 6]),
    }
    fault = refused(lambda: survey_design(**columns))
    assert (fault.code, fault.params["position"]) == ("design.lonely_cluster", 4)
    errors = [
        float(mean([1, 2, 4, 3, 3], survey_design(**columns, lonely=choice)).standard_error)
        for choice in ("certainty", "average", "adjust")
    ]
    assert errors[0] < errors[1]
    assert errors[0] < errors[2]


def test_weights_by_default_are_population_over_sample() -> None:
    design = survey_design(strata=STRATA, population={"a": 10, "b": 30})
    np.testing.assert_array_equal(design.weights, [5, 5, 15, 15])
    two = survey_design(
        clusters=[1, 1, 2, 2], population=[6] * 4, second=Subsample([4, 4, 8, 8], units=[1, 2, 1, 2])
    )
    np.testing.assert_allclose(two.weights, [6, 6, 12, 12])


def test_a_design_cannot_be_changed() -> None:
    design = survey_design(weights=[1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        design.weights[0] = 9
    with pytest.raises(ValueError, match="read-only"):
        design.stages[0].drawn[0] = 9


def test_a_domain_is_a_condition_with_rows() -> None:
    design = survey_design(weights=[1, 1, 0, 1])
    assert refused(lambda: domain(design, [0, 1, 1, 1])).code == "domain.not_boolean"
    assert refused(lambda: domain(design, [True, False])).code == "design.lengths"
    assert refused(lambda: domain(design, [False] * 4)).code == "domain.empty"
    assert refused(lambda: domain(design, [False, False, True, False])).code == "domain.empty"
    first = domain(design, [True, True, False, False])
    assert refused(lambda: domain(first, [False, False, False, True])).code == "domain.empty"


@given(
    st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=40)
    | st.lists(st.integers(-3, 3), min_size=1, max_size=60)
    | st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1)
    | st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1)
)
def test_codes_are_those_of_the_sorted_labels(labels: list[Any]) -> None:
    found = coded(labels, "labels")
    array = np.asarray(labels)
    expected, codes = np.unique(array, return_inverse=True)
    np.testing.assert_array_equal(found.labels, expected)
    np.testing.assert_array_equal(found.codes, codes)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.uint64, np.int64])
def test_codes_of_extreme_integers(dtype: type[np.integer[Any]]) -> None:
    limits = np.iinfo(dtype)
    labels = np.array([limits.max, limits.min, limits.max, 3, limits.min], dtype=dtype)
    found = coded(labels, "labels")
    np.testing.assert_array_equal(found.labels[found.codes], labels)
    assert found.labels.size == len(set(labels.tolist()))
