"""Public services: a survey small enough for a sheet of paper, the design's own estimators, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.satisfaction.public_service import service_satisfaction
from zhiheng.methods.survey.designs import survey_design
from zhiheng.methods.survey.estimation import mean

DOMAINS = {"schools": [0, 1], "health": [2]}


def survey(n: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    values = rng.integers(1, 11, (n, 3)).astype(float)
    values[rng.random((n, 3)) < 0.2] = np.nan
    strata = np.repeat(["town", "country"], n // 2)
    return values, strata, np.where(strata == "town", 20.0, 5.0)


def test_a_survey_by_hand() -> None:
    """Four respondents of weights 3, 3, 1, 1 on 1 to 5; the marks are 0, 25 … 100."""
    values = np.array([[5, 3, np.nan], [1, np.nan, 3], [3, 3, 5], [np.nan, np.nan, 1]])
    design = survey_design(weights=[3, 3, 1, 1], strata=["a", "a", "b", "b"])
    found = service_satisfaction(
        values, DOMAINS, design, scale=(1, 5), domain_weights={"schools": 1, "health": 3}
    )
    # schools: marks 75, 0, 50 with weights 3, 3, 1; health: 50, 100, 0 with weights 3, 1, 1.
    schools, health = (225 + 0 + 50) / 7, (150 + 100 + 0) / 5
    assert float(found.domains["schools"].value) == pytest.approx(schools)
    assert float(found.domains["health"].value) == pytest.approx(health)
    assert float(found.overall.value) == pytest.approx(0.25 * schools + 0.75 * health)
    assert dict(found.answered) == {"schools": 3, "health": 3}
    assert float(found.questions["schools[0]"].value) == pytest.approx((300 + 0 + 50) / 7)
    # Influence on the overall index, row by row; two strata of two, drawn with replacement.
    marks = np.array([[75, 0, 50, 0], [0, 50, 100, 0]], float)
    asked = np.array([[1, 1, 1, 0], [0, 1, 1, 1]], float)
    z = 0.25 * asked[0] * (marks[0] - schools) / 7 + 0.75 * asked[1] * (marks[1] - health) / 5
    z = z * [3, 3, 1, 1]
    variance = (z[0] - z[1]) ** 2 + (z[2] - z[3]) ** 2
    assert float(found.overall.standard_error) == pytest.approx(np.sqrt(variance))


def test_without_gaps_the_overall_index_is_the_mean_of_the_respondents_own() -> None:
    _, strata, weights = survey()
    values = np.random.default_rng(1).integers(1, 11, (60, 3)).astype(float)
    design = survey_design(weights=weights, strata=strata)
    found = service_satisfaction(values, DOMAINS, design)
    marks = (values - 1) / 9 * 100
    expected = mean((marks[:, :2].mean(axis=1) + marks[:, 2]) / 2, design)
    for name in ("value", "standard_error", "lower", "upper"):
        assert float(getattr(found.overall, name)) == pytest.approx(float(getattr(expected, name)), abs=1e-9)


def test_order_of_rows_units_of_weights_and_units_of_scale_change_nothing() -> None:
    values, strata, weights = survey()
    found = service_satisfaction(values, DOMAINS, survey_design(weights=weights, strata=strata))
    order = np.random.default_rng(1).permutation(60)
    design = survey_design(weights=weights[order] * 7, strata=strata[order])
    again = service_satisfaction(values[order] * 2 - 3, DOMAINS, design, scale=(-1, 17))
    assert float(again.overall.value) == pytest.approx(float(found.overall.value))
    assert float(again.overall.standard_error) == pytest.approx(float(found.overall.standard_error))
    assert 0 <= float(found.overall.lower) < float(found.overall.value) < float(found.overall.upper) <= 100


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"domains": {"schools": []}}, "service.domain_empty"),
        ({"domains": {"schools": [3]}}, "service.domain_empty"),
        ({"scale": (1, 5)}, "service.outside_scale"),
        ({"scale": (10, 1)}, "answers.scale"),
        ({"domain_weights": {"schools": 1.0}}, "service.domain_weights"),
        ({"domain_weights": {"schools": 1.0, "health": -1.0}}, "service.domain_weights"),
        ({"values": np.ones((3, 3))}, "service.shape"),
        ({"empty": True}, "service.no_answers"),
    ],
)
def test_surveys_that_are_none_are_refused(change: dict[str, object], code: str) -> None:
    values, strata, weights = survey()
    if change.pop("empty", False):
        values[:, 2] = np.nan
    told: dict[str, object] = {"values": values, "domains": DOMAINS, **change}
    design = survey_design(weights=weights, strata=strata)
    given, domains = told.pop("values"), told.pop("domains")
    with pytest.raises(InvalidInput) as refused:
        service_satisfaction(given, domains, design, **told)  # type: ignore[arg-type]
    assert refused.value.code == code
