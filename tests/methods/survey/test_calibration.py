"""Post-stratification and raking: the totals are met, the variance is that of the residuals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.methods.survey.complex_samples import Rows, samples
from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.calibration import post_stratify, rake
from zhiheng.methods.survey.designs import SurveyDesign, domain, survey_design
from zhiheng.methods.survey.estimation import mean, total


def wished(rows: Rows, classes: Any, factors: tuple[float, ...] = (1.3, 0.8, 1.1)) -> dict[int, float]:
    return {int(k): factors[k % 3] * rows.weights[classes == k].sum() for k in np.unique(classes)}


@given(rows=samples())
def test_classes_have_their_totals_and_no_error(rows: Rows) -> None:
    totals = wished(rows, rows.group)
    design = post_stratify(rows.design(), rows.group, totals)
    found = total(np.ones(rows.group.size), design, by=rows.group)
    np.testing.assert_allclose(found.value, list(totals.values()))
    np.testing.assert_allclose(found.standard_error, 0, atol=1e-9)


@given(rows=samples(), seed=st.integers(0, 999))
def test_the_order_of_rows_does_not_matter(rows: Rows, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(rows.values.size)
    totals = wished(rows, rows.group)
    one, two = (
        mean(part.values, post_stratify(part.design(), part.group, totals), by=part.strata)
        for part in (rows, rows.taken(order))
    )
    np.testing.assert_allclose(one.value, two.value)
    np.testing.assert_allclose(one.standard_error, two.standard_error, atol=1e-9)


@given(rows=samples())
def test_one_margin_is_post_stratification(rows: Rows) -> None:
    totals = wished(rows, rows.group)
    one = mean(rows.values, post_stratify(rows.design(), rows.group, totals))
    two = mean(rows.values, rake(rows.design(), [rows.group], [totals]))
    assert float(one.value) == pytest.approx(float(two.value))
    assert float(one.standard_error) == pytest.approx(float(two.standard_error))


def two_margins(rows: Rows) -> tuple[list[Any], list[dict[int, float]]]:
    """Margins that contradict nothing: those of the sample's own cells, each cell scaled."""
    scaled = rows.weights * (1 + 0.2 * rows.group + 0.1 * rows.strata)
    margins = [rows.group, rows.strata]
    return margins, [{int(k): scaled[m == k].sum() for k in np.unique(m)} for m in margins]


@given(rows=samples(), factor=st.sampled_from([0.01, 100.0]))
def test_raked_margins_are_met_without_error_whatever_the_scale(rows: Rows, factor: float) -> None:
    margins, totals = two_margins(rows)
    try:
        design = rake(rows.design(weights=factor * rows.weights), margins, totals)
    except InvalidInput as fault:
        # Cells without sample may make the fit slow.
        assume(fault.code != "calibration.not_converged")
        raise
    for margin, target in zip(margins, totals, strict=True):
        found = total(np.ones(margin.size), design, by=margin)
        np.testing.assert_allclose(found.value, list(target.values()), rtol=1e-6)
        np.testing.assert_allclose(found.standard_error, 0, atol=1e-6 * max(target.values()))


def test_raking_is_the_table_of_deming_and_stephans_method() -> None:
    """A 2 x 2 table, fitted by hand to convergence: the odds ratio of the start stays."""
    rows, columns = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    design = rake(
        survey_design(weights=[10.0, 20, 30, 40]), [rows, columns], [{0: 60, 1: 40}, {0: 50, 1: 50}]
    )
    a, b, c, d = design.weights
    assert [a + b, c + d, a + c, b + d] == pytest.approx([60, 40, 50, 50])
    assert a * d / (b * c) == pytest.approx(10 * 40 / (20 * 30))


def test_calibration_lowers_the_error_of_what_the_classes_explain() -> None:
    rng = np.random.default_rng(5)
    group = rng.integers(0, 3, 300)
    values = 10.0 * group + rng.normal(size=300)
    design = survey_design(weights=np.full(300, 10.0))
    calibrated = post_stratify(design, group, {0: 1000, 1: 1000, 2: 1000})
    assert mean(values, calibrated).standard_error < 0.2 * mean(values, design).standard_error


def test_the_variance_of_a_post_stratified_mean_agrees_with_simulation() -> None:
    """4000 samples of 60 from 600 in classes of 200, 300, 100; the calibrated mean varies as it says."""
    rng = np.random.default_rng(11)
    classes = np.repeat([0, 1, 2], [200, 300, 100])
    values = 5.0 * classes + rng.normal(size=600)
    found, said = [], []
    for _ in range(4000):
        drawn = rng.choice(600, 60, replace=False)
        if np.unique(classes[drawn]).size < 3:
            continue
        design = survey_design(population=np.full(60, 600.0))
        estimate = mean(values[drawn], post_stratify(design, classes[drawn], {0: 200, 1: 300, 2: 100}))
        found.append(float(estimate.value))
        said.append(float(estimate.standard_error) ** 2)
    assert np.mean(found) == pytest.approx(values.mean(), abs=0.01)
    assert np.mean(said) == pytest.approx(np.var(found), rel=0.08)


PLAIN = survey_design(weights=[1.0, 1, 1, 1])
AB = ["a", "a", "b", "b"]


@pytest.mark.parametrize(
    ("code", "work"),
    [
        ("calibration.class_without_sample", lambda: post_stratify(PLAIN, AB, {"a": 3, "b": 4, "c": 1})),
        ("calibration.class_without_population", lambda: post_stratify(PLAIN, AB, {"a": 3})),
        (
            "calibration.class_without_population",
            lambda: post_stratify(PLAIN, [1, 1, 2, 2], {"1": 3, "2": 4}),
        ),
        ("calibration.total_invalid", lambda: post_stratify(PLAIN, AB, {"a": 3, "b": -4})),
        ("calibration.total_invalid", lambda: post_stratify(PLAIN, AB, {"a": 3, "b": float("nan")})),
        ("calibration.domain", lambda: post_stratify(domain(PLAIN, np.array([True] * 3 + [False])), AB, {})),
        (
            "calibration.class_without_weight",
            lambda: post_stratify(survey_design(weights=[1, 1, 0, 0]), AB, {"a": 3, "b": 4}),
        ),
        ("design.lengths", lambda: post_stratify(PLAIN, ["a"], {"a": 3})),
        ("labels.missing", lambda: post_stratify(PLAIN, ["a", None, "b", "b"], {"a": 3, "b": 1})),
        ("calibration.margins_number", lambda: rake(PLAIN, [], [])),
        ("calibration.margins_number", lambda: rake(PLAIN, [AB], [])),
        (
            "calibration.margins_disagree",
            lambda: rake(PLAIN, [AB, list("xyxy")], [{"a": 3, "b": 4}, {"x": 3, "y": 5}]),
        ),
        (
            "calibration.margins_unmet",
            lambda: rake(PLAIN, [AB, list("xxxy")], [{"a": 5, "b": 1}, {"x": 2, "y": 4}]),
        ),
        (
            "calibration.not_converged",
            lambda: rake(PLAIN, [AB, list("xxxy")], [{"a": 3, "b": 3}, {"x": 4, "y": 2}], rounds=2),
        ),
    ],
)
def test_refused_with_its_code(code: str, work: Callable[[], SurveyDesign]) -> None:
    with pytest.raises(InvalidInput) as caught:
        work()
    assert caught.value.code == code
