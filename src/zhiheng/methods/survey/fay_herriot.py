r"""Small areas by the model of Fay and Herriot: direct estimates strengthened by what predicts them.

.. math:: y_i=x_i^\top\beta+v_i+e_i,\qquad v_i\sim(0,A),\quad e_i\sim N(0,D_i),\ D_i\ \text{known}.

Each area's direct estimate (with its design variance D) is drawn towards a regression on covariates
known for all areas, the more so the less it is worth. The module refuses areas without an estimate or
with a variance of zero, and says so when the areas show nothing beyond the regression.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.survey.counts import Floats, sealed
from zhiheng.methods.survey.design_columns import numbers

FayHerriotMethod = Literal["reml", "ml", "fh"]

SETTLED = 1e-10  # change of the model variance, relative to itself and the sampling variances
SLACK = 1e-10  # fall of the log-likelihood per area that is rounding and not a step too far
HALVINGS = 30


@dataclass(frozen=True, slots=True, eq=False)
class FayHerriot:
    """A fitted model and the areas' estimates; arrays of shape (areas,) unless said otherwise.

    Attributes
    ----------
    estimate : ndarray of float64
        Empirical best linear unbiased predictor (EBLUP), in the unit of the direct estimates.
    mse : ndarray of float64
        Estimated mean square error of `estimate`, of that unit squared.
    synthetic : ndarray of float64
        Value of the regression.
    own_weight : ndarray of float64
        Weight A/(A + D) of the area's direct estimate.
    coefficients, coefficient_errors : ndarray of float64, shape (covariates,)
        Generalised least squares at the fitted variance, and their standard errors.
    model_variance : float
        A, of the unit squared.
    zero_variance : bool
        A was estimated as 0: every estimate is its regression value, and the mean square errors, which
        take that 0 for the truth, are too small.
    iterations : int
    method : str
    """

    estimate: Floats
    mse: Floats
    synthetic: Floats
    own_weight: Floats
    coefficients: Floats
    coefficient_errors: Floats
    model_variance: float
    zero_variance: bool
    iterations: int
    method: FayHerriotMethod


@dataclass(frozen=True, slots=True, eq=False)
class _Areas:
    """Data in the orthonormal coordinates of the covariates, which keeps the algebra well conditioned."""

    y: Floats
    U: Floats
    D: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    """What the estimating equations need at one value of A."""

    weight: Floats  # 1/(A + D)
    Q: Floats  # inverse of U'VU
    beta: Floats
    pull: Floats  # P y, the weighted residual


def fay_herriot(
    direct: ArrayLike,
    covariates: ArrayLike,
    variances: ArrayLike,
    *,
    method: FayHerriotMethod = "reml",
    rounds: int = 100,
) -> FayHerriot:
    r"""Fit the area-level model and predict every area, with mean square errors.

    With :math:`B_i=D_i/(A+D_i)` the prediction is :math:`(1-B_i)y_i+B_ix_i^\top\hat\beta` and, with
    Q the covariance of the coefficients,

    .. math:: \mathrm{mse}_i = D_i(1-B_i)+B_i^2\,x_i^\top Qx_i+\frac{2B_i^2}{A+D_i}\,\bar V(\hat A)
              -b(\hat A)\,B_i^2 .

    * `reml`: A maximises the restricted likelihood; :math:`\bar V=2/\sum w^2`, b = 0;
    * `ml`: A maximises the likelihood; the same :math:`\bar V`,
      :math:`b=-\mathrm{tr}(Q\sum w^2xx^\top)/\sum w^2`;
    * `fh`: A solves :math:`\sum wr^2=m-p`; :math:`\bar V=2m/(\sum w)^2`,
      :math:`b=2(m\sum w^2-(\sum w)^2)/(\sum w)^3`;

    where :math:`w=1/(A+D)` and r are the residuals from the generalised least squares fit.

    Parameters
    ----------
    direct : array_like, shape (m,)
        Direct estimate of each area.
    covariates : array_like, shape (m, p)
        Known for every area; give a column of ones for the intercept.
    variances : array_like, shape (m,)
        Design variance D of each direct estimate, above zero.
    method : {"reml", "ml", "fh"}
    rounds : int, default 100
        Give up after so many.

    Returns
    -------
    FayHerriot

    Raises
    ------
    InvalidInput
        `fay_herriot.shapes`, `fay_herriot.missing`, `fay_herriot.variance_invalid`,
        `fay_herriot.too_few_areas`, `fay_herriot.covariates_dependent`, `fay_herriot.not_converged`,
        `method.unknown`.

    Notes
    -----
    Takes the D as known; they are estimates, and smoothing them first (a generalised variance function)
    is the user's task. The mean square errors are right to terms of order 1/m, for A above zero.

    References
    ----------
    R. E. Fay, R. A. Herriot (1979), JASA 74, 269-277. N. G. N. Prasad, J. N. K. Rao (1990), JASA 85,
    163-171. G. S. Datta, P. Lahiri (2000), Statistica Sinica 10, 613-627. G. S. Datta, J. N. K. Rao,
    D. D. Smith (2005), Biometrika 92, 183-196.
    """
    solve = _SOLVERS.get(method)
    if solve is None:
        raise InvalidInput(
            "method.unknown",
            N_('There is no fitting method "%(method)s".'),
            N_("Choose one of: %(known)s."),
            method=method,
            known=", ".join(_SOLVERS),
        )
    y, X, D = _checked(direct, covariates, variances)
    U, R = (np.asarray(part, dtype=np.float64) for part in np.linalg.qr(X))
    _refuse_dependent(R, X)
    areas = _Areas(y, U, D)
    A, iterations = solve(areas, rounds)
    point = _point(areas, A)
    B = D * point.weight
    synthetic = U @ point.beta
    back = np.linalg.inv(R)
    return FayHerriot(
        estimate=sealed(synthetic + (1 - B) * (y - synthetic)),
        mse=sealed(_mse(areas, point, A, method)),
        synthetic=sealed(synthetic),
        own_weight=sealed(1 - B),
        coefficients=sealed(back @ point.beta),
        coefficient_errors=sealed(np.sqrt(np.diag(back @ point.Q @ back.T))),
        model_variance=A,
        zero_variance=A == 0.0,
        iterations=iterations,
        method=method,
    )


def _checked(direct: ArrayLike, covariates: ArrayLike, variances: ArrayLike) -> tuple[Floats, Floats, Floats]:
    y, X, D = numbers(direct, "direct"), numbers(covariates, "covariates"), numbers(variances, "variances")
    if y.ndim != 1 or D.shape != y.shape or X.ndim != 2 or X.shape[0] != y.size:
        raise InvalidInput(
            "fay_herriot.shapes",
            N_("Direct estimates of shape %(direct)s, covariates of shape %(covariates)s and variances of "
               "shape %(variances)s do not fit together."),
            N_("Give one estimate and one variance for each area, and one row of covariates."),
            direct=str(y.shape), covariates=str(X.shape), variances=str(D.shape),
        )  # fmt: skip
    for name, bad in (
        ("direct", ~np.isfinite(y)),
        ("covariates", ~np.isfinite(X).all(axis=1)),
        ("variances", np.isnan(D)),
    ):
        if bad.any():
            raise InvalidInput(
                "fay_herriot.missing",
                N_('The area at position %(position)d has no number in "%(name)s".'),
                N_("Fit the model without areas that have no estimate; their covariates give a value by the "
                   "regression, to be marked as such."),
                position=int(np.argmax(bad)),
                name=name,
            )  # fmt: skip
    bad = ~((D > 0) & np.isfinite(D))
    if bad.any():
        raise InvalidInput(
            "fay_herriot.variance_invalid",
            N_("The area at position %(position)d has the sampling variance %(value)s."),
            N_("Give a variance above zero; where a sample shows none, take it from a model of all areas' "
               "variances."),
            position=int(np.argmax(bad)),
            value=str(D[np.argmax(bad)]),
        )  # fmt: skip
    m, p = X.shape
    if m <= p or p == 0:
        raise InvalidInput(
            "fay_herriot.too_few_areas",
            N_("There are %(areas)d areas and %(covariates)d covariates: too few to see any variance."),
            N_("Give more areas than covariates, and at least one covariate (a column of ones)."),
            areas=m,
            covariates=p,
        )
    return y, X, D


def _refuse_dependent(R: Floats, X: Floats) -> None:
    size = np.linalg.norm(X, axis=0)
    # |R_kk| is how far column k lies from the span of those before it.
    flat = np.abs(np.diag(R)) <= 1e-10 * size
    if flat.any():
        raise InvalidInput(
            "fay_herriot.covariates_dependent",
            N_("Covariate %(number)d is a combination of those before it."),
            N_("Leave it out; it cannot tell the areas apart any further."),
            number=int(np.argmax(flat)) + 1,
        )


def _point(areas: _Areas, A: float) -> _Point:
    weight = 1.0 / (A + areas.D)
    scaled = areas.U.T * weight
    Q = np.asarray(np.linalg.inv(scaled @ areas.U))
    beta = Q @ (scaled @ areas.y)
    return _Point(weight, Q, beta, weight * (areas.y - areas.U @ beta))


def _moment(areas: _Areas, rounds: int) -> tuple[float, int]:
    """Root of Σ w r² = m - p; the left side falls and is convex in A, so Newton from 0 never overshoots."""
    m, p = areas.U.shape
    A = 0.0
    for step in range(1, rounds + 1):
        point = _point(areas, A)
        surplus = float(areas.y @ point.pull) - (m - p)
        if A == 0.0 and surplus <= 0:
            return 0.0, step
        move = surplus / float(point.pull @ point.pull)
        A += move
        if abs(move) <= SETTLED * (A + float(np.min(areas.D))):
            return max(A, 0.0), step
    return _not_converged(rounds)


def _likelihood(areas: _Areas, rounds: int, *, restricted: bool) -> tuple[float, int]:
    """Fisher scoring from the median of D, each step halved until the likelihood does not fall."""
    A = float(np.median(areas.D))
    point = _point(areas, A)
    height = _log_likelihood(areas, point, restricted)
    for step in range(1, rounds + 1):
        score, information = _score(areas, point, restricted)
        move = max(score / information, -A)
        if abs(move) <= SETTLED * (A + float(np.min(areas.D))):
            return A + move, step
        move, point, height = _climb(areas, A, move, height, restricted)
        A += move
    return _not_converged(rounds)


def _climb(
    areas: _Areas, A: float, move: float, height: float, restricted: bool
) -> tuple[float, _Point, float]:
    """The step, halved until the likelihood does not fall, with what it leads to."""
    for _ in range(HALVINGS):
        point = _point(areas, A + move)
        if _log_likelihood(areas, point, restricted) >= height - SLACK * areas.y.size:
            break
        move /= 2
    point = _point(areas, A + move)
    return move, point, _log_likelihood(areas, point, restricted)


def _score(areas: _Areas, point: _Point, restricted: bool) -> tuple[float, float]:
    w = point.weight
    if not restricted:
        return 0.5 * float(point.pull @ point.pull - w.sum()), 0.5 * float(w @ w)
    square = point.Q @ ((areas.U.T * w**2) @ areas.U)
    cube = point.Q @ ((areas.U.T * w**3) @ areas.U)
    trace = float(w.sum() - np.trace(square))
    trace_square = float(w @ w - 2 * np.trace(cube) + np.sum(square * square.T))
    return 0.5 * (float(point.pull @ point.pull) - trace), 0.5 * trace_square


def _log_likelihood(areas: _Areas, point: _Point, restricted: bool) -> float:
    """Up to a constant; maximised over the coefficients, or integrated over them (restricted)."""
    found = 0.5 * float(np.log(point.weight).sum() - areas.y @ point.pull)
    if restricted:
        found += 0.5 * float(np.linalg.slogdet(point.Q)[1])
    return found


def _not_converged(rounds: int) -> tuple[float, int]:
    raise InvalidInput(
        "fay_herriot.not_converged",
        N_("The variance between areas has not settled after %(rounds)d rounds."),
        N_('Try the method "fh", which always settles, and look for areas with extreme variances.'),
        rounds=rounds,
    )


def _mse(areas: _Areas, point: _Point, A: float, method: FayHerriotMethod) -> Floats:
    w, D, U = point.weight, areas.D, areas.U
    m = D.size
    B = D * w
    total, square = float(w.sum()), float(w @ w)
    spread, bias = 2 / square, 0.0
    if method == "ml":
        bias = -float(np.trace(point.Q @ ((U.T * w**2) @ U))) / square
    if method == "fh":
        spread, bias = 2 * m / total**2, 2 * (m * square - total**2) / total**3
    regression = np.einsum("ij,jk,ik->i", U, point.Q, U)
    return np.asarray(A * B + B**2 * (regression + 2 * spread * w - bias))


_SOLVERS: dict[FayHerriotMethod, Callable[[_Areas, int], tuple[float, int]]] = {
    "reml": lambda areas, rounds: _likelihood(areas, rounds, restricted=True),
    "ml": lambda areas, rounds: _likelihood(areas, rounds, restricted=False),
    "fh": _moment,
}
