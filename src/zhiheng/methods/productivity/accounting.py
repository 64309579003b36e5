r"""Growth accounting: what of the growth of output comes from capital, from labour and from neither.

.. math:: \ln A=\ln Y-\alpha\ln K-(1-\alpha)\ln L,\qquad
   \Delta\ln Y=\bar\alpha\,\Delta\ln K+(1-\bar\alpha)\,\Delta\ln L+\Delta\ln A

with :math:`\bar\alpha` the mean of both periods' shares. Assumes constant returns and factors paid their
product. The residual is all that was not measured. This module fills no gap unless asked,
and then says where.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.productivity.quantities import alike, chosen, table
from zhiheng.methods.productivity.simplex import Flags, Floats, Integers

Missing = Literal["refuse", "exclude", "bridge"]


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """Accounts of one economy over the periods that were kept.

    Attributes
    ----------
    period : ndarray of int, shape (kept,)
        Places of the kept periods in the data.
    bridged, excluded : ndarray of bool, shape (periods,)
        Where labour was interpolated; which periods were left out.
    level : ndarray of float64, shape (kept,)
        A, in units of Y / (K^α L^(1-α)).
    span : ndarray of int, shape (kept - 1,)
        Periods between neighbours: above 1 across what was excluded.
    output, capital, labour, residual : ndarray of float64, shape (kept - 1,)
        Log growth a period and its parts: output = capital + labour + residual.
    """

    period: Integers
    bridged: Flags
    excluded: Flags
    level: Floats
    span: Integers
    output: Floats
    capital: Floats
    labour: Floats
    residual: Floats


def growth_accounts(
    output: ArrayLike,
    capital: ArrayLike,
    labour: ArrayLike,
    *,
    capital_share: ArrayLike,
    missing: Missing = "refuse",
) -> Growth:
    """Solow residual and the parts of growth.

    Parameters
    ----------
    output, capital, labour : array_like of float, shape (periods,)
        Y and K in constant prices, L in persons or hours; above 0, evenly spaced periods.
    capital_share : array_like of float, scalar or shape (periods,)
        α, between 0 and 1.
    missing : {"refuse", "exclude", "bridge"}
        What to do with periods without labour (NaN): refuse them; leave them out, so that growth is told
        as the mean over the gap; or draw labour along a constant rate of growth between its neighbours.
        A gap at the beginning or end is never bridged but left out.

    Returns
    -------
    Growth

    Raises
    ------
    InvalidInput
        `quantity.*`; `choice.unknown`; `growth.share`; `growth.periods` when fewer than two are left.

    References
    ----------
    R. M. Solow (1957), Review of Economics and Statistics 39, 312-320.
    """
    chosen(missing, ("refuse", "exclude", "bridge"), "treatment of missing labour")
    y, k = table(output, "output"), table(capital, "capital")
    work = table(labour, "labour", missing=missing != "refuse")
    alike(y, k, work)
    share = np.broadcast_to(np.asarray(capital_share, np.float64), (y.shape[0],))
    if not ((share > 0) & (share < 1)).all():
        raise InvalidInput(
            "growth.share",
            N_("The share of capital is not between 0 and 1."),
            N_("Give it as a share of income, for example 0.5."),
        )
    amounts, bridged = work[:, 0].copy(), np.zeros(y.shape[0], np.bool_)
    seen = np.flatnonzero(~np.isnan(amounts))
    if missing == "bridge" and seen.size:
        inner = np.arange(seen[0], seen[-1] + 1)
        bridged[inner] = np.isnan(amounts[inner])
        amounts[bridged] = np.exp(np.interp(np.flatnonzero(bridged), seen, np.log(amounts[seen])))
    kept = np.flatnonzero(~np.isnan(amounts))
    if kept.size < 2:
        raise InvalidInput(
            "growth.periods",
            N_("Only %(count)d periods have output, capital and labour."),
            N_("Growth needs two."),
            count=int(kept.size),
        )
    logs = [np.log(one[kept]) for one in (y[:, 0], k[:, 0], amounts)]
    alpha, span = share[kept], np.diff(kept)
    mean = (alpha[1:] + alpha[:-1]) / 2
    dy, dk, dl = (np.diff(one) / span for one in logs)
    level = np.exp(logs[0] - alpha * logs[1] - (1 - alpha) * logs[2])
    parts = mean * dk, (1 - mean) * dl
    return Growth(kept, bridged, np.isnan(amounts), level, span, dy, *parts, dy - parts[0] - parts[1])
