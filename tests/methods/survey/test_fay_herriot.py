"""Fay-Herriot: the equations are solved, the limits are right, and the mean square error is honest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import optimize

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.fay_herriot import FayHerriotMethod, fay_herriot

METHODS = st.sampled_from(["reml", "ml", "fh"])
Arrays = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def areas(seed: int, count: int = 40, spread: float = 0.5) -> Arrays:
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(count), rng.normal(size=count)])
    D = rng.uniform(0.05, 0.5, count)
    y = X @ [2.0, 0.8] + spread * rng.normal(size=count) + np.sqrt(D) * rng.normal(size=count)
    return y, X, D


def projected(y: NDArray[np.float64], X: NDArray[np.float64], V: NDArray[np.float64]) -> NDArray[np.float64]:
    """P = V⁻¹ - V⁻¹X(X'V⁻¹X)⁻¹X'V⁻¹, written out in full."""
    inverse = np.diag(1 / V)
    return np.asarray(inverse - inverse @ X @ np.linalg.inv(X.T @ inverse @ X) @ X.T @ inverse)


def height(
    A: float, method: str, y: NDArray[np.float64], X: NDArray[np.float64], D: NDArray[np.float64]
) -> float:
    V = A + D
    P = projected(y, X, V)
    found = -0.5 * (np.log(V).sum() + y @ P @ y)
    if method == "reml":
        found -= 0.5 * np.linalg.slogdet(X.T @ np.diag(1 / V) @ X)[1]
    return float(found)


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("seed", range(6))
def test_the_variance_maximises_the_likelihood_written_out_in_full(
    method: FayHerriotMethod, seed: int
) -> None:
    y, X, D = areas(seed)
    found = fay_herriot(y, X, D, method=method)
    best = optimize.minimize_scalar(
        lambda A: -height(A, method, y, X, D), bounds=(0, 5), method="bounded", options={"xatol": 1e-10}
    )
    assert found.model_variance == pytest.approx(best.x, abs=1e-6)


@given(seed=st.integers(0, 10_000), spread=st.sampled_from([0.3, 1.0, 5.0]))
def test_the_moment_method_solves_its_equation(seed: int, spread: float) -> None:
    y, X, D = areas(seed, spread=spread)
    found = fay_herriot(y, X, D, method="fh")
    surplus = float(y @ projected(y, X, found.model_variance + D) @ y) - (y.size - 2)
    if found.zero_variance:
        assert surplus <= 0
    else:
        assert surplus == pytest.approx(0, abs=1e-7)


@given(seed=st.integers(0, 10_000), method=METHODS)
def test_the_order_of_areas_and_the_basis_of_the_covariates_do_not_matter(
    seed: int, method: FayHerriotMethod
) -> None:
    y, X, D = areas(seed)
    order = np.random.default_rng(seed).permutation(y.size)
    one = fay_herriot(y, X, D, method=method)
    two = fay_herriot(y[order], 1000 * X[order] @ [[1, 7], [0, 1]], D[order], method=method)
    assert two.model_variance == pytest.approx(one.model_variance, rel=1e-6, abs=1e-8)
    np.testing.assert_allclose(two.estimate, one.estimate[order], rtol=1e-6)
    np.testing.assert_allclose(two.mse, one.mse[order], rtol=1e-5)


@given(seed=st.integers(0, 10_000), method=METHODS)
def test_scale_and_shift_pass_through(seed: int, method: FayHerriotMethod) -> None:
    y, X, D = areas(seed)
    one = fay_herriot(y, X, D, method=method)
    two = fay_herriot(10 * y + 3, X, 100 * D, method=method)
    np.testing.assert_allclose(two.estimate, 10 * one.estimate + 3, rtol=1e-6)
    np.testing.assert_allclose(two.mse, 100 * one.mse, rtol=1e-5)


@given(seed=st.integers(0, 10_000), method=METHODS)
def test_the_estimate_lies_between_its_two_sources(seed: int, method: FayHerriotMethod) -> None:
    y, X, D = areas(seed)
    found = fay_herriot(y, X, D, method=method)
    assert (found.estimate <= np.maximum(y, found.synthetic) + 1e-12).all()
    assert (found.estimate >= np.minimum(y, found.synthetic) - 1e-12).all()
    order = np.argsort(D)
    assert (np.diff(found.own_weight[order]) <= 1e-12).all()


@pytest.mark.parametrize("method", ["reml", "ml", "fh"])
def test_areas_that_the_regression_explains_are_said_to_have_no_variance(
    method: FayHerriotMethod,
) -> None:
    y, X, D = areas(3, spread=0.0)
    exact = X @ [2.0, 0.8] + 0.1 * (y - X @ [2.0, 0.8])
    found = fay_herriot(exact, X, D, method=method)
    assert found.zero_variance
    assert found.model_variance == 0
    np.testing.assert_array_equal(found.estimate, found.synthetic)
    assert np.isfinite(found.mse).all()


@pytest.mark.parametrize("method", ["reml", "ml", "fh"])
def test_the_mean_square_error_is_what_happens_in_repetition(method: FayHerriotMethod) -> None:
    """400 draws of 60 areas: estimated and true mean square error agree within 5 % on average."""
    rng = np.random.default_rng(21)
    m = 60
    X = np.column_stack([np.ones(m), rng.normal(size=m)])
    D = rng.uniform(0.2, 0.6, m)
    said, happened = [], []
    for _ in range(400):
        truth = X @ [1.0, 0.5] + rng.normal(size=m) * np.sqrt(0.4)
        found = fay_herriot(truth + np.sqrt(D) * rng.normal(size=m), X, D, method=method)
        said.append(found.mse.mean())
        happened.append(((found.estimate - truth) ** 2).mean())
    assert np.mean(said) == pytest.approx(np.mean(happened), rel=0.05)


Y, X, D = areas(1)


@pytest.mark.parametrize(
    ("code", "given_y", "given_x", "given_d", "options"),
    [
        ("fay_herriot.shapes", Y[:5], X, D, {}),
        ("fay_herriot.shapes", Y, X[:, 0], D, {}),
        ("fay_herriot.shapes", Y, X, D[:5], {}),
        ("fay_herriot.missing", np.r_[np.nan, Y[1:]], X, D, {}),
        ("fay_herriot.missing", Y, np.r_[[[1, np.inf]], X[1:]], D, {}),
        ("fay_herriot.missing", Y, X, np.r_[np.nan, D[1:]], {}),
        ("fay_herriot.variance_invalid", Y, X, np.r_[0, D[1:]], {}),
        ("fay_herriot.variance_invalid", Y, X, np.r_[-1, D[1:]], {}),
        ("fay_herriot.too_few_areas", Y[:2], X[:2], D[:2], {}),
        ("fay_herriot.too_few_areas", Y, X[:, :0], D, {}),
        ("fay_herriot.covariates_dependent", Y, np.column_stack([X, X @ [1, 2]]), D, {}),
        ("fay_herriot.covariates_dependent", Y, np.column_stack([X, 0 * Y]), D, {}),
        ("fay_herriot.not_converged", Y, X, D, {"rounds": 1}),
        ("fay_herriot.not_converged", Y, X, D, {"rounds": 1, "method": "fh"}),
        ("method.unknown", Y, X, D, {"method": "bayes"}),
    ],
)
def test_refused_with_its_code(
    code: str, given_y: object, given_x: object, given_d: object, options: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        fay_herriot(given_y, given_x, given_d, **options)  # type: ignore[arg-type]
    assert caught.value.code == code
