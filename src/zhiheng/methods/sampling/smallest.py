"""The smallest single plan that keeps two points: the search itself, for many requests at once.

Why it may jump instead of trying every acceptance number: take the smallest n that keeps the consumer's
risk with some c. If already one item fewer fails the producer, no smaller c can succeed, for the OC curve
of a larger c crosses that of a smaller one once, from above (the ratio of the two densities in p is
log-concave). One such c bounds all below it; from there each c is tried in turn.
Refuses to check its inputs: `search` has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from zhiheng.methods.sampling.distributions import (
    Distribution,
    binomial_cumulative,
    hypergeometric_cumulative,
    poisson_cumulative,
)
from zhiheng.methods.sampling.quantities import Floats, Ints

# Acceptance numbers looked at together, above one up to which all are known to fail.
_WINDOW = 4


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """The two points of each request; for a finite lot as numbers of items instead of shares."""

    distribution: Distribution
    first: Floats
    second: Floats
    lot: Floats

    def at_prq(self, c: Floats, n: Floats, request: Ints) -> Floats:
        return self._accepted(c, n, self.first[request], request)

    def at_crq(self, c: Floats, n: Floats, request: Ints) -> Floats:
        return self._accepted(c, n, self.second[request], request)

    def _accepted(self, c: Floats, n: Floats, quality: Floats, request: Ints) -> Floats:
        if self.distribution == "hypergeometric":
            return hypergeometric_cumulative(c, quality, self.lot[request], n)
        if self.distribution == "poisson":
            return poisson_cumulative(c, n * quality)
        return binomial_cumulative(c, n, quality)

    def largest_number(self, request: Ints) -> Floats:
        """Above it no sample rejects at CRQ: in a lot with D items nonconforming c stays below D."""
        if self.distribution == "hypergeometric":
            return self.second[request] - 1.0
        return np.full(request.shape, np.inf)

    def always_accepting(self, c: Floats) -> Floats:
        """A sample that cannot exceed c: as many items, unless one may have several nonconformities."""
        return np.zeros(c.shape) if self.distribution == "poisson" else np.array(c)

    def near_sample(self, c: Floats, request: Ints, risk: Floats) -> Floats:
        """About the smallest n that accepts at CRQ with probability `risk`; right to an item or two."""
        quality, lot = self.second[request], self.lot[request]
        if self.distribution == "hypergeometric":
            share = special.betaincinv(c + 1.0, quality - c, 1.0 - risk)
            return np.asarray(share * (lot - (quality - 1.0) / 2.0) + c / 2.0)
        mean = special.gammainccinv(c + 1.0, risk)
        if self.distribution == "poisson":
            return np.asarray(mean / quality)
        return np.asarray(mean * (1.0 / quality - 0.5) + c / 2.0)


def smallest_sample(model: Model, c: Floats, request: Ints, risk: Floats) -> Floats:
    """Smallest n with P(X <= c) <= risk at CRQ: from a near guess by doubling steps, then by halving."""
    limit = model.lot[request]
    low, high = model.always_accepting(c), np.array(limit)  # the whole lot, with c < D, never accepts
    probe = np.clip(np.ceil(model.near_sample(c, request, risk)), low + 1.0, limit)
    step = np.ones(c.shape)
    todo = np.flatnonzero(high - low > 1.0)
    while todo.size:
        at = probe[todo]
        enough = model.at_crq(c[todo], at, request[todo]) <= risk[todo]
        high[todo] = np.where(enough, at, high[todo])
        low[todo] = np.where(enough, low[todo], at)
        following = np.where(enough, at - step[todo], at + step[todo])
        outside = (following <= low[todo]) | (following >= high[todo])
        middle = np.floor((low[todo] + high[todo]) / 2.0)
        probe[todo] = np.where(outside, middle, following)
        step[todo] *= 2.0
        todo = todo[high[todo] - low[todo] > 1.0]
    return high


class Search:
    """The smallest acceptance number of each request: a bound from below, then one after the other."""

    def __init__(self, model: Model, passing: Floats, risk: Floats) -> None:
        self.model, self.passing, self.risk = model, passing, risk
        self.requests = np.arange(passing.size)

    def run(self, guess: Floats) -> tuple[Floats, Floats]:
        """Sample sizes and acceptance numbers."""
        n, c = np.zeros(guess.shape), np.zeros(guess.shape)
        floor = self._floor(guess)
        open_ = self.requests
        while open_.size:
            window = floor[open_, None] + 1.0 + np.arange(_WINDOW)
            sample, feasible = self._judged(window, open_)
            settled, column = feasible.any(axis=1), np.argmax(feasible, axis=1)
            done = open_[settled]
            n[done], c[done] = sample[settled, column[settled]], window[settled, column[settled]]
            floor[open_] += _WINDOW
            open_ = open_[~settled]
        return n, c

    def _judged(self, window: Floats, requests: Ints) -> tuple[Floats, NDArray[np.bool_]]:
        """Smallest n of each c, and whether it passes the producer."""
        request = np.broadcast_to(requests[:, None], window.shape)
        possible = window <= self.model.largest_number(request)
        c, at = window[possible], request[possible]
        sample, feasible = np.zeros(window.shape), np.zeros(window.shape, dtype=bool)
        sample[possible] = n = smallest_sample(self.model, c, at, self.risk[at])
        feasible[possible] = self.model.at_prq(c, n, at) >= self.passing[at]
        return sample, feasible

    def _floor(self, guess: Floats) -> Floats:
        """An acceptance number up to which all fail: the guess, or by longer and longer steps below it."""
        low = np.minimum(guess, self.model.largest_number(self.requests))
        step, open_ = float(_WINDOW), self.requests
        while open_.size:
            open_ = open_[~self._all_fail(low[open_], open_)]
            low[open_] = np.maximum(low[open_] - step, -1.0)
            open_ = open_[low[open_] >= 0.0]
            step *= 2.0
        return low

    def _all_fail(self, c: Floats, requests: Ints) -> NDArray[np.bool_]:
        """Whether c and every smaller number fail: already one item fewer than its n fails the producer."""
        fewer = smallest_sample(self.model, c, requests, self.risk[requests]) - 1.0
        return np.asarray(self.model.at_prq(c, fewer, requests) < self.passing[requests])
