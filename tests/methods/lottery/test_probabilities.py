"""Inclusion probabilities of successive sampling, against enumeration and against themselves."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.lottery import probabilities
from zhiheng.methods.lottery.probabilities import successive_inclusion


def enumerated(weights: list[float], sample: int) -> np.ndarray:
    """The definition: draw one after another, each with probability weight over what is left."""
    out = np.zeros(len(weights))

    def go(left: frozenset[int], probability: float, chosen: tuple[int, ...]) -> None:
        if len(chosen) == sample:
            out[list(chosen)] += probability
            return
        total = math.fsum(weights[i] for i in left)
        for i in left:
            go(left - {i}, probability * weights[i] / total, (*chosen, i))

    go(frozenset(range(len(weights))), 1.0, ())
    return out


WEIGHTS = st.lists(st.floats(1e-6, 1e6) | st.integers(1, 5).map(float), min_size=1, max_size=6)


@given(WEIGHTS, st.data())
@settings(max_examples=60, deadline=None)
def test_small_draws_agree_with_enumeration(weights: list[float], data: st.DataObject) -> None:
    sample = data.draw(st.integers(0, len(weights)))
    found = successive_inclusion(weights, sample)
    assert found.values == pytest.approx(enumerated(weights, sample), abs=1e-11)
    assert found.error < 2e-10


def test_the_example_of_the_format() -> None:
    found = successive_inclusion([1, 2.5, 0.75, 1, 4], 2).values
    assert found == pytest.approx(enumerated([1, 2.5, 0.75, 1, 4], 2), abs=1e-14)
    assert f"{found[1]:.12f}" == "0.565557918499"


@pytest.mark.parametrize(
    ("size", "sample"), [(500, 1), (500, 30), (500, 499), (20_000, 3), (20_000, 5_000), (20_000, 19_990)]
)
def test_the_probabilities_add_up_to_the_sample(size: int, sample: int) -> None:
    """An identity that no approximation keeps by chance; thousands of different weights are gathered."""
    weights = np.random.default_rng(size + sample).pareto(1.2, size) + 0.1
    found = successive_inclusion(weights, sample)
    assert found.values.sum() == pytest.approx(sample, rel=1e-12)
    assert (np.diff(found.values[np.argsort(weights)]) >= -1e-12).all()


def test_one_of_many_is_drawn_in_proportion() -> None:
    weights = np.random.default_rng(1).integers(1, 10**9, 30_000).astype(float)
    found = successive_inclusion(weights, 1).values
    np.testing.assert_allclose(found, weights / weights.sum(), rtol=0, atol=1e-15)


def test_gathering_weights_into_nodes_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = np.random.default_rng(3).pareto(1.5, 3_000) + 1
    gathered = successive_inclusion(weights, 200, weights[:20]).values
    monkeypatch.setattr(probabilities, "_gathered", lambda w: (w, np.ones(w.size)))
    assert gathered == pytest.approx(successive_inclusion(weights, 200, weights[:20]).values, abs=1e-13)


def test_two_kinds_of_weights_against_a_plain_integral() -> None:
    """With two weights the sum of arrivals is that of two binomials; scipy does the integral."""
    from scipy import stats

    def arrived(t: float) -> float:
        few, many = -math.expm1(-3 * t), -math.expm1(-t)
        k = np.arange(20)
        return float((stats.binom.pmf(k, 39, few) * stats.binom.cdf(19 - k, 60, many)).sum())

    value, _ = integrate.quad(
        lambda t: 3 * math.exp(-3 * t) * arrived(t), 0, 3, epsabs=1e-13, epsrel=1e-12, limit=400
    )
    found = successive_inclusion([3.0] * 40 + [1.0] * 60, 20, [3.0]).values[0]
    assert found == pytest.approx(value, abs=1e-10)


def test_what_is_exact_is_exact() -> None:
    assert successive_inclusion([2, 2, 2], 1).values.tolist() == [1 / 3] * 3
    assert successive_inclusion([1, 2, 3], 3).values.tolist() == [1, 1, 1]
    assert successive_inclusion([1, 2, 3], 0).values.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("weights", "sample", "message"),
    [
        ([1, 0], 1, "position 1 is 0.0"),
        ([1, -2], 1, "position 1 is -2.0"),
        ([float("nan"), 1], 1, "position 0 is nan"),
        ([1, 2], 3, "3 of 2 objects"),
        ([1, 2], -1, "-1 of 2 objects"),
    ],
)
def test_impossible_inputs_are_named(weights: list[float], sample: int, message: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(message)):
        successive_inclusion(weights, sample)
