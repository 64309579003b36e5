"""Weights that the data give: entropy and principal components. Equal and given ones need no formula.

Refuses to call them importance: they say how much indicators tell units apart or hang together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.indices.structure import Floats, Structure
from zhiheng.methods.indices.tables import Table, cell_fault, complete, constant

_STEPS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class EntropyWeights:
    """Entropy and weight of each indicator; weights sum to 1."""

    entropy: Floats
    weights: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ComponentWeights:
    """Weights by principal components.

    Attributes
    ----------
    weights : ndarray, shape (indicators,)
        They sum to 1.
    eigenvalues : ndarray, shape (indicators,)
        Of the correlation matrix, largest first; their sum is the number of indicators.
    loadings : ndarray, shape (indicators, kept)
        Of the components kept, after varimax rotation.
    explained : float
        Share of the variance that the components kept explain.
    """

    weights: Floats
    eigenvalues: Floats
    loadings: Floats
    explained: float


def equal(tree: Structure) -> Structure:
    """The same tree with equal weights among siblings."""
    return tree.weighted(dict.fromkeys(tree.codes, 1.0))


def entropy(given: Table) -> EntropyWeights:
    r"""Weights by Shannon entropy: an indicator that differs more between units weighs more.

    .. math:: p_{ij}=\frac{x_{ij}}{\sum_i x_{ij}},\quad e_j=-\frac{\sum_i p_{ij}\ln p_{ij}}{\ln n},\quad
              w_j=\frac{1-e_j}{\sum_k(1-e_k)}

    Raises
    ------
    InvalidInput
        `indices.missing`, `indices.negative`, `indices.constant`; they name the cell or indicator.

    Notes
    -----
    Multiplying an indicator changes nothing, adding to it does: it needs a true zero. One outlier can
    take most of the weight; treat first. For the tree: `structure.weighted_throughout(weights)`.

    References
    ----------
    C. E. Shannon (1948), Bell System Technical Journal 27, 379-423; C. L. Hwang, K. Yoon (1981),
    Multiple Attribute Decision Making, chapter 3.
    """
    x = complete(given)
    if (x < 0).any():
        raise cell_fault("indices.negative", x < 0, x, given.units, given.structure.codes)
    constant(given)
    p = x / x.sum(axis=0)
    found = -(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=0) / np.log(x.shape[0])
    return EntropyWeights(found, (1 - found) / (1 - found).sum())


def components(given: Table, *, least: float = 1.0) -> ComponentWeights:
    r"""Weights by principal components of the correlation matrix, rotated by varimax.

    Components with an eigenvalue above `least` are kept (the first always) and rotated; with loadings
    :math:`l_{jf}` an indicator goes to the component it loads most, and
    :math:`w_j\propto\max_f l_{jf}^2`: its share in that component times the variance explained by it.

    Parameters
    ----------
    given : Table
        At least three units, nothing missing.
    least : float, default 1
        Kaiser's rule; the Handbook also asks for 10 % of the variance each and 60 % together.

    Raises
    ------
    InvalidInput
        `indices.missing`, `indices.constant`, `indices.few_units`.

    Notes
    -----
    These weights mend double counting; they do not measure importance. Direction and unit of an
    indicator change nothing.

    References
    ----------
    G. Nicoletti, S. Scarpetta, O. Boylaud (2000), OECD Economics Department Working Paper 226;
    Handbook on Constructing Composite Indicators (2008), step 6. H. F. Kaiser (1958), Psychometrika
    23, 187-200.
    """
    x = complete(given)
    if x.shape[0] < 3:
        raise InvalidInput(
            "indices.few_units",
            N_("%(units)d units cannot show how indicators hang together."),
            N_("Give at least three."),
            units=x.shape[0],
        )
    constant(given)
    correlation = np.atleast_2d(np.corrcoef(x, rowvar=False))
    values, vectors = np.linalg.eigh(correlation)
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    kept = max(1, int((values > least).sum()))
    loadings = varimax(vectors[:, :kept] * np.sqrt(values[:kept]))
    squared = (loadings**2).max(axis=1)
    return ComponentWeights(
        squared / squared.sum(), values, loadings, float(values[:kept].sum() / values.sum())
    )


def varimax(loadings: Floats) -> Floats:
    """Rotate loadings so that the variance of their squares within each component is largest.

    Kaiser's criterion without his row normalisation. Raises `indices.no_convergence`.
    """
    rows, kept = loadings.shape
    if kept == 1:
        return loadings
    rotation, reached = np.eye(kept), 0.0
    for _ in range(_STEPS):
        turned = loadings @ rotation
        u, s, v = np.linalg.svd(loadings.T @ (turned**3 - turned * (turned**2).sum(axis=0) / rows))
        rotation = u @ v
        if s.sum() <= reached * (1 + 1e-14):
            return np.asarray(loadings @ rotation, np.float64)
        reached = float(s.sum())
    raise InvalidInput(
        "indices.no_convergence",
        N_("The rotation of %(components)d components did not settle in %(steps)d steps."),
        N_("Keep fewer components."),
        components=kept,
        steps=_STEPS,
    )
