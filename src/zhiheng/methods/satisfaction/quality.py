"""How good a measurement is: reliability of the blocks, validity of the constructs, effect sizes.

Everything follows from the correlations of one fit. Reliability speaks of reflective blocks; for mode B it
is NaN, because indicators that form a construct need not agree. This module refuses to pass verdicts:
thresholds differ from field to field.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhiheng.methods.satisfaction.estimates import PlsFit
from zhiheng.methods.satisfaction.iteration import solved
from zhiheng.methods.satisfaction.model import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Reliability of each construct, shape (J,); NaN for mode B, 1 for a single indicator.

    Attributes
    ----------
    alpha : ndarray
        Cronbach's α of the standardised indicators.
    rho_a : ndarray
        Dijkstra and Henseler's ρ_A.
    composite : ndarray
        Composite reliability ρ_c from the PLS loadings.
    dillon_goldstein : ndarray
        The same from the loadings on the block's first principal component.
    average_variance : ndarray
        Average variance extracted (AVE), the mean squared loading; also for mode B.
    first_eigenvalue, second_eigenvalue : ndarray
        Of the block's correlations; a block measures one thing when only the first exceeds 1.
    """

    alpha: Floats
    rho_a: Floats
    composite: Floats
    dillon_goldstein: Floats
    average_variance: Floats
    first_eigenvalue: Floats
    second_eigenvalue: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Validity:
    """How constructs differ and how much they explain; shapes (J, J), [target, source] for effects.

    Attributes
    ----------
    htmt : ndarray
        Heterotrait-monotrait ratio of absolute correlations; symmetric, NaN on the diagonal.
    fornell_larcker : ndarray
        Correlations of the constructs with the root of AVE on the diagonal.
    effect_size : ndarray
        Cohen's f² of each path; NaN where there is no path.
    inflation : ndarray
        Variance inflation of each source among the sources of its target; NaN where there is no path.
    adjusted_r_squared : ndarray, shape (J,)
    goodness_of_fit : float
        Root of mean communality (blocks of several indicators) times mean R²; no test of a model.
    """

    htmt: Floats
    fornell_larcker: Floats
    effect_size: Floats
    inflation: Floats
    adjusted_r_squared: Floats
    goodness_of_fit: float


def reliability(found: PlsFit) -> Reliability:
    r"""Reliability and unidimensionality of each block.

    For k indicators with correlations S, loadings λ and weights w:
    :math:`\alpha=\frac{k}{k-1}\bigl(1-\frac{k}{\mathbf 1'S\mathbf 1}\bigr)`,
    :math:`\rho_A=(w'w)^2\frac{w'(S-\operatorname{diag}S)w}{w'(ww'-\operatorname{diag}ww')w}`,
    :math:`\rho_c=\frac{(\sum\lambda)^2}{(\sum\lambda)^2+\sum(1-\lambda^2)}`,
    AVE :math:`=\overline{\lambda^2}`.

    References
    ----------
    T. K. Dijkstra, J. Henseler (2015), MIS Quarterly 39, 297-316. Checked against seminr 2.3.4 and
    plspm 0.5.1.
    """
    rows = [_block(found, block) for block in range(len(found.model.blocks))]
    columns = np.array(rows).T.copy()
    columns.flags.writeable = False
    return Reliability(*columns)


def _block(found: PlsFit, block: int) -> list[float]:
    part = found.model.blocks[block]
    weights, loadings = found.weights[part], found.loadings[part]
    inside = found.moments.correlation[part, part]
    values, vectors = np.linalg.eigh(inside)
    variance = float((loadings**2).mean())
    size = part.stop - part.start
    if size == 1:
        return [1.0, 1.0, 1.0, 1.0, variance, 1.0, 0.0]
    ends = [variance, float(values[-1]), float(values[-2])]
    if found.model.modes[block] == "B":
        return [np.nan] * 4 + ends
    alpha = size / (size - 1) * (1.0 - size / inside.sum())
    between = weights @ (inside - np.eye(size)) @ weights
    squares = weights**2
    rho_a = squares.sum() ** 2 * between / (squares.sum() ** 2 - (squares**2).sum())
    return [alpha, rho_a, _rho(loadings), _rho(vectors[:, -1] * np.sqrt(values[-1])), *ends]


def _rho(loadings: Floats) -> float:
    common = loadings.sum() ** 2
    return float(common / (common + (1.0 - loadings**2).sum()))


def validity(found: PlsFit) -> Validity:
    """Discriminant validity, effect sizes, inflation and explained variance of a fit.

    HTMT is the mean absolute correlation between the indicators of two constructs over the geometric
    mean of the mean absolute correlations inside each (1 for a single indicator).

    References
    ----------
    J. Henseler, C. M. Ringle, M. Sarstedt (2015), J. of the Academy of Marketing Science 43, 115-135.
    C. Fornell, D. F. Larcker (1981), J. of Marketing Research 18, 39-50. J. Cohen (1988), Statistical
    Power Analysis, ch. 9. Checked against seminr 2.3.4.
    """
    model = found.model
    variance = np.add.reduceat(found.loadings**2, model.starts) / np.bincount(model.owner)
    larcker = found.correlations.copy()
    np.fill_diagonal(larcker, np.sqrt(variance))
    effect, inflation = _sources(found)
    spare = found.respondents - 1 - model.paths.sum(axis=1)
    adjusted = 1.0 - (1.0 - found.r_squared) * (found.respondents - 1) / spare
    ratio = _htmt(found)
    several = np.bincount(model.owner)[model.owner] > 1
    communality = (found.loadings[several] ** 2).mean() if several.any() else 1.0
    goodness = float(np.sqrt(communality * np.nanmean(found.r_squared)))
    for one in (ratio, larcker, effect, inflation, adjusted):
        one.flags.writeable = False
    return Validity(ratio, larcker, effect, inflation, adjusted, goodness)


def _htmt(found: PlsFit) -> Floats:
    absolute, starts = np.abs(found.moments.correlation), found.model.starts
    sizes = np.bincount(found.model.owner)
    sums = np.add.reduceat(np.add.reduceat(absolute, starts, axis=0), starts, axis=1)
    inside = np.diag(sums).copy()
    several = sizes > 1
    within = np.ones(sizes.size)
    within[several] = (inside[several] - sizes[several]) / (sizes[several] * (sizes[several] - 1))
    with np.errstate(divide="ignore"):
        ratio: Floats = sums / np.outer(sizes, sizes) / np.sqrt(np.outer(within, within))
    np.fill_diagonal(ratio, np.nan)
    return ratio


def _sources(found: PlsFit) -> tuple[Floats, Floats]:
    size = len(found.model.constructs)
    effect, inflation = np.full((size, size), np.nan), np.full((size, size), np.nan)
    for to in found.model.endogenous:
        sources = found.model.sources(to)
        among = found.correlations[np.ix_(sources, sources)]
        inflation[to, sources] = np.diag(np.linalg.inv(among))
        for source in sources:
            others = sources[sources != source]
            without = 0.0
            if others.size:
                right = found.correlations[others, to]
                less = found.correlations[np.ix_(others, others)]
                without = float(solved(less[None], right[None])[0] @ right)
            full = found.r_squared[to]
            effect[to, source] = (full - without) / (1.0 - full) if full < 1.0 else np.inf
    return effect, inflation
