"""Fay-Herriot estimates against R package sae 1.3 (mseFH), 43 areas, two covariates."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from zhiheng.methods.survey.fay_herriot import FayHerriotMethod, fay_herriot


@pytest.mark.parametrize("method", ["reml", "ml", "fh"])
def test_estimates_equal_sae(shared: Callable[[str], Path], method: FayHerriotMethod) -> None:
    table = np.genfromtxt(shared("refs/e_survey/in_fh.csv"), delimiter=",", names=True)
    expected = json.loads(shared("refs/e_survey/sae_fay_herriot.json").read_text())[method.upper()]
    covariates = np.column_stack([np.ones(table.size), table["x1"], table["x2"]])
    found = fay_herriot(table["y"], covariates, table["vi"], method=method)
    # sae stops at a relative change of 1e-4, which leaves about 1e-7; the agreed tolerance is 1e-4.
    np.testing.assert_allclose(found.coefficients, expected["beta"], atol=1e-6, rtol=0)
    np.testing.assert_allclose(found.model_variance, expected["refvar"], atol=1e-6, rtol=0)
    np.testing.assert_allclose(found.estimate, expected["eblup"], atol=1e-6, rtol=0)
    np.testing.assert_allclose(found.mse, expected["mse"], atol=1e-6, rtol=0)
