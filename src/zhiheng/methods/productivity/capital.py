r"""Capital stock by perpetual inventory: what was invested less what has worn out.

.. math:: K_t = I_t + (1-\delta_t)K_{t-1},\qquad K_0 = \frac{I_0}{g+\delta}\text{ in the steady state.}

Investment in constant prices; this module refuses to deflate and to guess a depreciation rate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.productivity.quantities import table
from zhiheng.methods.productivity.simplex import Floats


def perpetual_inventory(investment: ArrayLike, *, initial: ArrayLike, depreciation: ArrayLike) -> Floats:
    """Stock at the end of every period.

    Parameters
    ----------
    investment : array_like of float, shape (periods,) or (periods, units)
        In constant prices, 0 or more. That of period 0 is not used: its stock is `initial`.
    initial : array_like of float, scalar or shape (units,)
        Stock of period 0, above 0.
    depreciation : array_like of float, scalar or shape (periods,) or (periods, units)
        δ, a share from 0 up to but not 1.

    Returns
    -------
    ndarray of float64, of the shape of `investment`

    Raises
    ------
    InvalidInput
        `quantity.*` with the cell; `capital.depreciation`.

    References
    ----------
    OECD (2009), Measuring Capital, chapter 4.
    """
    flow = table(investment, "investment", zero=True)
    first = table(np.atleast_1d(np.asarray(initial, np.float64)), "initial stocks")[:, 0]
    rate = np.asarray(depreciation, np.float64)
    if not ((rate >= 0) & (rate < 1)).all():
        raise InvalidInput(
            "capital.depreciation",
            N_("A depreciation rate is not a share from 0 up to 1."),
            N_("Give it for a period as a share, for example 0.096."),
        )
    rate = np.broadcast_to(rate[:, None] if rate.ndim == 1 else rate, flow.shape)
    stock = np.empty_like(flow)
    stock[0] = first
    for period in range(1, flow.shape[0]):
        stock[period] = flow[period] + (1 - rate[period]) * stock[period - 1]
    return stock.reshape(np.shape(investment))


def steady_state(investment: float, *, growth: float, depreciation: float) -> float:
    """First stock of an economy that has always invested a constant share: I / (g + δ).

    Raises
    ------
    InvalidInput
        `capital.steady_state` unless investment and g + δ are above 0.
    """
    if not (0 < investment < np.inf and 0 < growth + depreciation < np.inf):
        raise InvalidInput(
            "capital.steady_state",
            N_(
                "An investment of %(investment)s at a growth plus depreciation of %(rate)s "
                "has no steady state."
            ),
            N_("Both have to be above 0."),
            investment=investment,
            rate=growth + depreciation,
        )
    return investment / (growth + depreciation)
