"""The matrix of Decision 2010/15/EU; the golden test holds it against another implementation."""

from __future__ import annotations

from fractions import Fraction

import pytest

from zhiheng.methods.risk.matrices import RiskMatrix, risk_matrix

ROWS = ("HSSS", "MSSS", "MSSS", "LHSS", "LMHS", "LLMH", "LLLM", "LLLL")
BOUNDS = (Fraction(1, 2), *(Fraction(1, 10**power) for power in range(1, 7)))


@pytest.fixture(scope="session")
def matrix() -> RiskMatrix:
    return risk_matrix(
        "eu_2010_15", bounds=BOUNDS, severities=("S1", "S2", "S3", "S4"), levels=tuple("LMHS"), rows=ROWS
    )
