"""Q²: how well a model predicts answers that it was not shown (Stone and Geisser, by blindfolding)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.satisfaction.answers import Answers
from zhiheng.methods.satisfaction.estimates import PlsFit, fit, scores
from zhiheng.methods.satisfaction.model import Floats, PathModel


def predictive_relevance(found: PlsFit, given: Answers, *, distance: int = 7) -> Floats:
    r"""Cross-validated redundancy Q² of each construct on which others act.

    The cells of its block are counted down the columns; in round d of D every D-th cell from the d-th on is
    hidden: the mean of the indicator's shown cells stands in, the model is estimated anew, and the hidden
    cell is predicted by loading times the score that the construct's sources predict.

    .. math:: Q^2 = 1 - \frac{\sum_d\sum w(x-\hat x)^2}{\sum_d\sum w(x-\bar x_d)^2}

    Parameters
    ----------
    found : PlsFit
    given : Answers
        Those of the fit.
    distance : int, default 7
        Omission distance D, 2 to n, no divisor of n (else whole respondents would be hidden).

    Returns
    -------
    ndarray, shape (J,)
        Above 0: better than the means. NaN for constructs on which no other acts.

    Raises
    ------
    InvalidInput
        `blindfolding.distance`, and what `fit` raises.

    References
    ----------
    W. W. Chin (1998), in Marcoulides (ed.), Modern Methods for Business Research, 295-336.
    M. Tenenhaus et al. (2005), Computational Statistics & Data Analysis 48, 159-205, section 1.4.
    """
    ordered = given.of(found.model)
    respondents = ordered.values.shape[0]
    if not 2 <= distance <= respondents or respondents % distance == 0:
        raise InvalidInput(
            "blindfolding.distance",
            N_("An omission distance of %(distance)d does not suit %(respondents)d respondents."),
            N_("Choose a distance from 5 to 12 that does not divide the number of respondents."),
            distance=distance,
            respondents=respondents,
        )
    result = np.full(len(found.model.constructs), np.nan)
    for to in found.model.endogenous:
        errors = [_round(found, ordered, to, start, distance) for start in range(distance)]
        missed, spread = np.array(errors).sum(axis=0)
        result[to] = 1.0 - missed / spread
    result.flags.writeable = False
    return result


def _round(found: PlsFit, ordered: Answers, to: int, start: int, distance: int) -> tuple[float, float]:
    model: PathModel = found.model
    part = model.blocks[to]
    block = ordered.values[:, part]
    cells = np.arange(block.size).reshape(block.shape, order="F")
    hidden = cells % distance == start
    weights = np.broadcast_to(ordered.weights[:, None], block.shape)
    shown = np.where(hidden, 0.0, weights)
    mean = (shown * block).sum(axis=0) / shown.sum(axis=0)
    values = ordered.values.copy()
    values[:, part] = np.where(hidden, mean, block)
    filled = replace(ordered, values=values)
    again = fit(model, filled, found.control)
    predicted = scores(again, filled) @ again.paths[to]
    slope = again.moments.deviation[part] * again.loadings[part]
    guess = again.moments.mean[part] + slope * predicted[:, None]
    # In units of each indicator's deviation, or a wide scale would count for more.
    unit = found.moments.deviation[part]
    miss = np.where(hidden, weights * ((block - guess) / unit) ** 2, 0.0).sum()
    spread = np.where(hidden, weights * ((block - mean) / unit) ** 2, 0.0).sum()
    return float(miss), float(spread)
