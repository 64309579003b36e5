"""Indicators brought to one scale on which more is better.

Refuses a constant indicator (no road but goalposts can place it) and never fills in what is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.indices.structure import Floats
from zhiheng.methods.indices.tables import Flags, Table, cell_fault, constant

NormalisationMethod = Literal["minmax", "goalposts", "zscore", "percentile", "rank", "borda", "share"]


@dataclass(frozen=True, slots=True)
class Normalisation:
    """A method and its scale.

    Attributes
    ----------
    method : str
        See `normalise`.
    low, high : float
        Ends of the scale of `minmax`, `goalposts` and `percentile`; `share` uses `high` alone.
    centre, spread : float
        Mean and standard deviation that `zscore` gives.
    """

    method: NormalisationMethod = "minmax"
    low: float = 0.0
    high: float = 100.0
    centre: float = 0.0
    spread: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Normalised:
    """Scores of units on indicators; more is better.

    Attributes
    ----------
    table : Table
        The scores; NaN where a value was missing.
    normalisation : Normalisation
    clipped : ndarray of bool, shape (units, indicators)
        Cells beyond their goalposts, which score the nearer end.
    """

    table: Table
    normalisation: Normalisation
    clipped: Flags


def normalise(given: Table, normalisation: Normalisation | None = None) -> Normalised:
    r"""Bring every indicator to one scale.

    With :math:`y=x` for a rising and :math:`y=-x` for a falling indicator, over the units that have it:

    - ``minmax``: :math:`low+(high-low)\,(y-\min y)/(\max y-\min y)`;
    - ``goalposts``: the same with the indicator's goalposts for the extremes, cut to [low, high];
    - ``zscore``: :math:`centre+spread\,(y-\bar y)/s`, :math:`s` with :math:`n-1`;
    - ``rank``: 1 for the worst, equal values share the smallest rank; ``borda``: rank - 1, the
      number of units beaten; ``percentile``: borda/(n - 1) on [low, high];
    - ``share``: :math:`high\cdot x/\max x`, for a falling indicator :math:`high\cdot\min x/x`; x > 0.

    Parameters
    ----------
    given : Table
    normalisation : Normalisation, optional
        Without one: `minmax` from 0 to 100.

    Returns
    -------
    Normalised

    Raises
    ------
    InvalidInput
        `indices.method`, `indices.scale`, `indices.constant`, `indices.not_positive` (`share`),
        `indices.no_goalposts`; they name the indicator, and the unit where it is one cell.

    Notes
    -----
    All but goalposts depend on the units present: a unit added can change the scores of the others,
    and no two years compare. Units of measurement change nothing. COINr's `n_fracmax` gives x/min x
    on a falling indicator, which rises with x; `share` turns it, so the two agree on rising ones only.

    References
    ----------
    OECD, JRC (2008), Handbook on Constructing Composite Indicators, step 5.
    """
    chosen = normalisation or Normalisation()
    if chosen.method not in _METHODS:
        raise InvalidInput(
            "indices.method",
            N_('There is no method "%(method)s".'),
            N_("Choose one of: %(known)s."),
            method=chosen.method,
            known=", ".join(_METHODS),
        )
    if not (-math.inf < chosen.low < chosen.high < math.inf and 0 < chosen.spread < math.inf):
        raise InvalidInput(
            "indices.scale",
            N_("A scale from %(low)s to %(high)s with a standard deviation of %(spread)s is none."),
            N_("Let it rise, with a standard deviation above 0."),
            low=chosen.low,
            high=chosen.high,
            spread=chosen.spread,
        )
    none = np.zeros(given.values.shape, np.bool_)
    if chosen.method == "goalposts":
        scores, clipped = _goalposts(given, chosen)
    else:
        constant(given)
        scores, clipped = _METHODS[chosen.method](given, chosen), none
    return Normalised(given.with_values(scores), chosen, clipped)


def _minmax(given: Table, chosen: Normalisation) -> Floats:
    y = given.values * given.structure.directions
    low, high = np.nanmin(y, axis=0), np.nanmax(y, axis=0)
    return _onto(_ratio(y - low, high - low), chosen)


def _ratio(part: Floats, whole: Floats) -> Floats:
    ratio: Floats = part / whole
    return ratio


def _onto(share: Floats, chosen: Normalisation) -> Floats:
    # The end is met exactly, which low + 1·(high - low) would not always do.
    scaled = chosen.low + (chosen.high - chosen.low) * share
    return np.where(share == 1, chosen.high, np.where(np.isnan(share), np.nan, scaled))


def _goalposts(given: Table, chosen: Normalisation) -> tuple[Floats, Flags]:
    bounds = []
    for one in given.structure.indicators:
        if one.goalposts is None:
            raise InvalidInput(
                "indices.no_goalposts",
                N_('"%(indicator)s" has no goalposts.'),
                N_("Give the values that score lowest and highest, or choose another method."),
                indicator=one.code,
            )
        bounds.append(one.goalposts)
    low, high = np.array(bounds, np.float64).T
    with np.errstate(invalid="ignore"):
        beyond = (given.values < low) | (given.values > high)
    share = _ratio(np.clip(given.values, low, high) - low, high - low)
    return _onto(np.where(given.structure.directions < 0, 1 - share, share), chosen), beyond


def _zscore(given: Table, chosen: Normalisation) -> Floats:
    y = given.values * given.structure.directions
    scores: Floats = (y - np.nanmean(y, axis=0)) / np.nanstd(y, axis=0, ddof=1)
    return chosen.centre + chosen.spread * scores


def _rank(given: Table, _chosen: Normalisation) -> Floats:
    ranked = stats.rankdata(
        given.values * given.structure.directions, method="min", axis=0, nan_policy="omit"
    )
    return np.asarray(ranked, np.float64)


def _borda(given: Table, chosen: Normalisation) -> Floats:
    return _rank(given, chosen) - 1


def _percentile(given: Table, chosen: Normalisation) -> Floats:
    present = (~np.isnan(given.values)).sum(axis=0)
    return _onto(_ratio(_borda(given, chosen), present - 1.0), chosen)


def _share(given: Table, chosen: Normalisation) -> Floats:
    x = given.values
    if (x <= 0).any():
        raise cell_fault("indices.not_positive", x <= 0, x, given.units, given.structure.codes)
    rising = _ratio(x, np.nanmax(x, axis=0))
    falling = _ratio(np.nanmin(x, axis=0) + np.zeros_like(x), x)
    return chosen.high * np.where(given.structure.directions > 0, rising, falling)


_METHODS: dict[str, Callable[[Table, Normalisation], Floats]] = {
    "minmax": _minmax,
    "goalposts": lambda given, chosen: _goalposts(given, chosen)[0],
    "zscore": _zscore,
    "percentile": _percentile,
    "rank": _rank,
    "borda": _borda,
    "share": _share,
}
