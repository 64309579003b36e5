"""Indices of 0 to 100 from unstandardised weights, and the importance-performance map.

An index is a weighted mean of answers on their scale. This module refuses an index with a negative
weight: it could leave 0 to 100, and a better answer would lower it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.satisfaction.answers import Answers
from zhiheng.methods.satisfaction.estimates import PlsFit
from zhiheng.methods.satisfaction.model import Bools, Floats, PathModel


@dataclass(frozen=True, slots=True, eq=False)
class Importance:
    """What moves a target construct, and how well each does.

    Attributes
    ----------
    constructs : tuple of str
        Constructs that act on the target, directly or through others.
    importance : ndarray
        Points that the target's index gains when this index rises by one point.
    performance : ndarray
        Index of each, 0 to 100.
    indicators : tuple of str
        The indicators of these constructs.
    indicator_importance, indicator_performance : ndarray
        The same for single indicators: importance of the construct times the indicator's share.
    """

    constructs: tuple[str, ...]
    importance: Floats
    performance: Floats
    indicators: tuple[str, ...]
    indicator_importance: Floats
    indicator_performance: Floats


def shares(weights: Floats, deviation: Floats, model: PathModel) -> Floats:
    """Weights of the answers as they were given, adding up to 1 in each construct; shape (…, p)."""
    raw = weights / deviation
    found: Floats = raw / np.add.reduceat(raw, model.starts, axis=-1)[..., model.owner]
    return found


def index_of(share: Floats, mean: Floats, given: Answers, model: PathModel) -> Floats:
    """Index of each construct from shares and means, shape (…, J); NaN without a scale."""
    reached = 100.0 * (mean - given.low) / (given.high - given.low)
    found: Floats = np.add.reduceat(share * reached, model.starts, axis=-1)
    return found


def indices(found: PlsFit, given: Answers) -> Floats:
    r"""Index of each construct, 0 to 100.

    .. math:: I_j = 100\,\frac{\sum_i \omega_i(\bar x_i-l_i)/(u_i-l_i)}{\sum_i\omega_i},\qquad
              \omega_i = w_i/s_i

    over the indicators of the construct with weights w, standard deviations s and scale from l to u. On
    1 to 10 it is :math:`(\sum\omega\bar x-\sum\omega)/(9\sum\omega)\cdot100`, the form of GB/T 19038.

    Parameters
    ----------
    found : PlsFit
    given : Answers
        Those of the fit, with their scale.

    Returns
    -------
    ndarray, shape (J,)

    Raises
    ------
    InvalidInput
        `index.no_scale`, `index.negative_weight`.

    References
    ----------
    C. Fornell et al. (1996), J. of Marketing 60(4), 7-18, appendix.
    """
    ordered = given.of(found.model)
    result = index_of(_checked_shares(found, ordered), found.moments.mean, ordered, found.model)
    result.flags.writeable = False
    return result


def respondent_indices(found: PlsFit, given: Answers) -> Floats:
    """Index of each respondent on each construct, shape (n, J); errors as for `indices`."""
    ordered = given.of(found.model)
    share = _checked_shares(found, ordered)
    return index_of(share, ordered.values, ordered, found.model)


def importance(found: PlsFit, given: Answers, target: str) -> Importance:
    """Importance-performance map of a target: total effects on it against indices.

    Importance is the total effect in points of the indices: the standardised effect times the ratio of
    the standard deviations of the two indices. Errors as for `indices`; `importance.no_source` for a target
    on which nothing acts, `model.unknown`.

    References
    ----------
    C. M. Ringle, M. Sarstedt (2016), Industrial Management & Data Systems 116, 1865-1886.
    """
    model = found.model
    to = model.position(target)
    ordered = given.of(model)
    share = _checked_shares(found, ordered)
    sources = np.flatnonzero(_reaching(model.paths, to))
    if not sources.size:
        raise InvalidInput(
            "importance.no_source",
            N_("Nothing in the model acts on %(construct)s."),
            N_("Choose a construct that others act on as the target of the map."),
            construct=target,
        )
    deviation = _index_deviations(found, share, ordered)
    effect = found.total[to] * deviation[to] / deviation
    inside = np.isin(model.owner, sources)
    reached = 100.0 * (found.moments.mean - ordered.low) / (ordered.high - ordered.low)
    arrays = (
        effect[sources],
        index_of(share, found.moments.mean, ordered, model)[sources],
        (effect[model.owner] * share)[inside],
        reached[inside],
    )
    for one in arrays:
        one.flags.writeable = False
    names = tuple(model.constructs[one] for one in sources)
    items = tuple(name for name, kept in zip(model.indicators, inside, strict=True) if kept)
    return Importance(names, arrays[0], arrays[1], items, arrays[2], arrays[3])


def _reaching(paths: Bools, to: int) -> Bools:
    found: Bools = paths[to].copy()
    for _ in range(paths.shape[0]):
        found |= paths[found].any(axis=0)
    return found


def _index_deviations(found: PlsFit, share: Floats, ordered: Answers) -> Floats:
    spread = share * found.moments.deviation * 100.0 / (ordered.high - ordered.low)
    products = spread[:, None] * found.moments.correlation * spread
    starts = found.model.starts
    blocks = np.add.reduceat(np.add.reduceat(products, starts, axis=0), starts, axis=1)
    deviations: Floats = np.sqrt(np.diag(blocks))
    return deviations


def _checked_shares(found: PlsFit, ordered: Answers) -> Floats:
    unknown = np.isnan(ordered.low)
    if unknown.any():
        raise InvalidInput(
            "index.no_scale",
            N_("The answers have no scale, so an index of 0 to 100 has no ends."),
            N_("Give the scale with the answers, for example 1 to 10."),
        )
    share = shares(found.weights, found.moments.deviation, found.model)
    negative = share < 0
    if negative.any():
        position = int(np.argmax(negative))
        raise InvalidInput(
            "index.negative_weight",
            N_("The indicator %(indicator)s has the negative share %(share)s in %(construct)s."),
            N_("Turn the scale of a question asked the other way round, or take the indicator out."),
            indicator=found.model.indicators[position],
            share=f"{share[position]:.4g}",
            construct=found.model.constructs[int(found.model.owner[position])],
        )
    return share
