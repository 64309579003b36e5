"""Samples of which only mean and standard deviation are known are judged like the samples themselves."""

from __future__ import annotations

import numpy as np
import pytest

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.sampling.variables import Sigma, VariablesPlan
from zhiheng.methods.sampling.variables_decision import Control, judge, judge_summary


@pytest.mark.parametrize("sigma", ["known", "unknown"])
@pytest.mark.parametrize("control", ["combined", "separate"])
@pytest.mark.parametrize("limits", [(8.0, 12.0), (8.6, None), (None, 11.4)])
def test_a_summary_is_judged_like_its_sample(
    sigma: Sigma, control: Control, limits: tuple[float | None, float | None]
) -> None:
    random = np.random.default_rng(7)
    values = random.normal(10, 1, (60, 12)) + random.normal(0, 0.5, (60, 1))
    plan, sides = VariablesPlan(12, 1.3, sigma), {"lower": limits[0], "upper": limits[1]}
    known = 1.0 if sigma == "known" else None
    whole = judge(plan, values, **sides, deviation=known, control=control)
    spread = values.std(axis=-1, ddof=1) if known is None else known
    told = judge_summary(plan, mean=values.mean(axis=-1), deviation=spread, **sides, control=control)
    assert 0 < whole.accepted.sum() < 60
    assert (whole.accepted == told.accepted).all()
    assert whole.estimated is not None
    assert told.estimated is not None
    np.testing.assert_allclose(told.estimated, whole.estimated, rtol=1e-12)


@pytest.mark.parametrize(
    ("code", "sigma", "given"),
    [
        ("deviation.negative", "unknown", {"mean": 1.0, "deviation": -1.0, "upper": 2.0}),
        ("deviation.positive", "known", {"mean": 1.0, "deviation": 0.0, "upper": 2.0}),
        ("values.finite", "unknown", {"mean": np.nan, "deviation": 1.0, "upper": 2.0}),
        ("limits.none", "unknown", {"mean": 1.0, "deviation": 1.0}),
        ("limits.order", "unknown", {"mean": 1.0, "deviation": 1.0, "lower": 3.0, "upper": 2.0}),
        ("control.unknown", "unknown", {"mean": 1.0, "deviation": 1.0, "upper": 2.0, "control": "x"}),
    ],
)
def test_a_summary_that_cannot_be_is_refused(code: str, sigma: Sigma, given: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refused:
        judge_summary(VariablesPlan(5, 1.0, sigma), **given)  # type: ignore[arg-type]
    assert refused.value.code == code
