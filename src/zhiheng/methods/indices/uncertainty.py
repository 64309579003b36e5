"""How much of a ranking is the makers' choice: every choice perturbed, and the ranks that come out.

Refuses a set of choices of which one cannot be computed, before the first replication: a replication
that silently failed would make ranks look surer than they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.indices.aggregating import Mean, aggregate, check_positive, onto, ranks
from zhiheng.methods.indices.normalising import Normalisation, normalise
from zhiheng.methods.indices.outliers import Limits, treat
from zhiheng.methods.indices.structure import Floats, Structure
from zhiheng.methods.indices.tables import Table

Ints = NDArray[np.int64]

_CELLS = 4_000_000  # units times replications at once: a few arrays of 32 MB


@dataclass(frozen=True, slots=True)
class Choices:
    """What the makers of an index might have chosen otherwise; the first of each is their choice.

    Attributes
    ----------
    normalisations : tuple of Normalisation
    means : tuple of str
        Each for the whole tree.
    treatments : tuple of Limits or None
        Outlier treatment; None leaves outliers.
    weight_change : float
        Each weight is multiplied by a number drawn evenly from 1 ± this, in [0, 1).
    leave_out : bool
        Leave out one indicator or none, each as probable as the other.
    """

    normalisations: tuple[Normalisation, ...] = (Normalisation("minmax", 1.0, 100.0),)
    means: tuple[Mean, ...] = ("arithmetic",)
    treatments: tuple[Limits | None, ...] = (None,)
    weight_change: float = 0.25
    leave_out: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class RankSpread:
    """Ranks over the replications; 1 is best, all arrays of shape (units,).

    Attributes
    ----------
    reference : ndarray of int64
        Rank by the makers' own choices.
    lower, median, upper : ndarray
        Quantiles (1 - coverage)/2, 1/2 and (1 + coverage)/2 of the rank; observed ranks, not between two.
    mean : ndarray
    shift : ndarray, shape (replications,)
        Mean absolute change of rank from the reference in each replication.
    units : tuple of str
    coverage : float
    """

    reference: Ints
    lower: Ints
    median: Ints
    upper: Ints
    mean: Floats
    shift: Floats
    units: tuple[str, ...]
    coverage: float


@dataclass(frozen=True, slots=True, eq=False)
class Perturbation:
    """Prepared choices: the replications that numbers in [0, 1) stand for.

    `factors` names the columns that belong to each choice: treatment, normalisation, mean, indicator left
    out, and the weights inside each aggregate. Only what varies is there.
    """

    tables: tuple[Table, ...]
    choices: Choices
    tree: Structure
    reference: Ints
    factors: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def columns(self) -> int:
        """How many numbers make one replication."""
        return sum(len(places) for _, places in self.factors)

    def ranks(self, drawn: Floats) -> Ints:
        """Ranks for each row of numbers in [0, 1); shape (replications, units)."""
        size = max(1, _CELLS // self.reference.size)
        parts = [self._ranks(drawn[start : start + size]) for start in range(0, drawn.shape[0], size)]
        return np.concatenate(parts)

    def _ranks(self, drawn: Floats) -> Ints:
        treatment = self._option(drawn, "treatment", len(self.choices.treatments))
        normalisation = self._option(drawn, "normalisation", len(self.choices.normalisations))
        mean = self._option(drawn, "mean", len(self.choices.means))
        weights = self._weights(drawn)
        road = treatment * len(self.choices.normalisations) + normalisation
        found = np.empty((drawn.shape[0], self.reference.size), np.int64)
        for way, chosen in product(range(len(self.tables)), range(len(self.choices.means))):
            rows = np.flatnonzero((road == way) & (mean == chosen))
            if rows.size:
                how = self.choices.means[chosen]
                raised = onto(self.tables[way].values, how)
                # The order is kept on the scale of the mean; a harmonic one turns it.
                scores = climb(raised, weights[rows], self.tree) * (-1 if how == "harmonic" else 1)
                found[rows] = ranks(scores, axis=1)
        return found

    def _places(self, name: str) -> tuple[int, ...]:
        return dict(self.factors).get(name, ())

    def _option(self, drawn: Floats, name: str, options: int) -> Ints:
        places = self._places(name)
        if not places:
            return np.zeros(drawn.shape[0], np.int64)
        return np.minimum((drawn[:, places[0]] * options).astype(np.int64), options - 1)

    def _weights(self, drawn: Floats) -> Floats:
        weights = np.tile(self.tree.weights, (drawn.shape[0], 1))
        for group in self.tree.groups:
            places = self._places(f"weights: {self.tree.codes[group.node]}")
            if places:
                change = self.choices.weight_change * (2 * drawn[:, list(places)] - 1)
                weights[:, list(group.children)] *= 1 + change
        if self.choices.leave_out:
            count = len(self.tree.indicators)
            gone = self._option(drawn, "left out", count + 1)
            rows = np.flatnonzero(gone < count)
            weights[rows, gone[rows]] = 0.0
        return weights


def prepare(given: Table, choices: Choices) -> Perturbation:
    """Check the choices against the table and compute what all replications share.

    Raises
    ------
    InvalidInput
        `indices.choices` for an empty list, `indices.weight_change`, and whatever a combination of
        choices cannot compute: `indices.constant`, `indices.not_positive` with its cell …
    """
    if not (choices.normalisations and choices.means and choices.treatments):
        raise InvalidInput(
            "indices.choices",
            N_("A choice has no option."),
            N_("Give at least one normalisation, one mean and one treatment."),
        )
    if not 0 <= choices.weight_change < 1:
        raise InvalidInput(
            "indices.weight_change",
            N_("Weights cannot change by %(change)s."),
            N_("Give a share from 0 to below 1: 0.25 for a quarter up or down."),
            change=choices.weight_change,
        )
    tree = given.structure
    sources = [given if one is None else treat(given, one).table for one in choices.treatments]
    tables = [normalise(source, how).table for source in sources for how in choices.normalisations]
    reference = aggregate(tables[0], choices.means[0])
    for made, mean in product(tables, choices.means):
        check_positive(made, (mean,) * len(tree.groups))
    sizes = [
        ("treatment", int(len(choices.treatments) > 1)),
        ("normalisation", int(len(choices.normalisations) > 1)),
        ("mean", int(len(choices.means) > 1)),
        ("left out", int(choices.leave_out)),
    ]
    for group in tree.groups:
        varied = len(group.children) if choices.weight_change > 0 and len(group.children) > 1 else 0
        sizes.append((f"weights: {tree.codes[group.node]}", varied))
    factors, start = [], 0
    for name, size in sizes:
        if size:
            factors.append((name, tuple(range(start, start + size))))
            start += size
    return Perturbation(tuple(tables), choices, tree, reference.ranks, tuple(factors))


def rank_spread(
    given: Table, choices: Choices, *, seed: int, replications: int = 1000, coverage: float = 0.9
) -> RankSpread:
    """Ranks when every choice is drawn at random, all at once.

    Parameters
    ----------
    given : Table
        Values as measured.
    choices : Choices
    seed : int
    replications : int, default 1000
    coverage : float, default 0.9
        Share of the replications that the interval of a rank holds.

    Raises
    ------
    InvalidInput
        `indices.replications`, and what `prepare` raises.

    Notes
    -----
    The interval speaks of the choices listed and of nothing else: not of errors of measurement, not of
    what nobody thought of. It is no confidence interval.

    References
    ----------
    M. Saisana, A. Saltelli, S. Tarantola (2005), JRSS A 168, 307-323; Handbook (2008), step 7.
    """
    if not 10 <= replications <= 1_000_000 or not 0 < coverage < 1:
        raise InvalidInput(
            "indices.replications",
            N_("%(replications)d replications with a coverage of %(coverage)s cannot be made."),
            N_("Take 10 to 1 000 000 replications and a coverage between 0 and 1."),
            replications=replications,
            coverage=coverage,
        )
    ready = prepare(given, choices)
    drawn = np.random.default_rng(seed).random((replications, ready.columns))
    found = ready.ranks(drawn)
    shift = np.abs(found - ready.reference).mean(axis=1)
    mean = found.mean(axis=0)
    places = [round((replications - 1) * share) for share in ((1 - coverage) / 2, 0.5, (1 + coverage) / 2)]
    ordered = np.sort(np.ascontiguousarray(found.T), axis=1)
    lower, median, upper = (ordered[:, place] for place in places)
    return RankSpread(ready.reference, lower, median, upper, mean, shift, given.units, coverage)


def climb(raised: Floats, weights: Floats, tree: Structure) -> Floats:
    """Index of each unit in each replication, shape (replications, units).

    `raised` (units, indicators) is on the scale on which the mean is arithmetic; `weights`
    (replications, nodes) are raw. What is missing or has no weight is left out, as in `aggregate`.
    """
    leaves = raised.shape[1]
    present = ~np.isnan(raised)
    if present.all():
        return _effective(weights, tree) @ raised.T
    values, here = np.where(present, raised, 0.0), present.astype(np.float64)
    scores: dict[int, Floats] = {}
    for group in tree.groups:
        below = [child for child in group.children if child < leaves]
        total = weights[:, below] @ values[:, below].T
        weight = weights[:, below] @ here[:, below].T
        for child in (child for child in group.children if child >= leaves):
            score = scores.pop(child)
            known = ~np.isnan(score)
            total += weights[:, [child]] * np.where(known, score, 0.0)
            weight += weights[:, [child]] * known
        score = np.full(total.shape, np.nan)
        np.divide(total, weight, out=score, where=weight > 0)
        scores[group.node] = score
    return scores[tree.top]


def _effective(weights: Floats, tree: Structure) -> Floats:
    # An aggregate below which nothing carries weight must not take a share of its siblings'.
    alive = weights.copy()
    for group in tree.groups:
        empty = ~(alive[:, list(group.children)].sum(axis=1) > 0)
        alive[empty, group.node] = 0.0
    shares = np.ones_like(alive)
    for group in reversed(tree.groups):
        below = list(group.children)
        sums = alive[:, below].sum(axis=1, keepdims=True)
        shares[:, below] = shares[:, [group.node]] * alive[:, below] / np.where(sums > 0, sums, 1.0)
    return shares[:, : len(tree.indicators)]
