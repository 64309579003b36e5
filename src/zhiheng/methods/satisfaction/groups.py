"""Two groups of respondents under one model: which paths differ, and do they mean the same constructs.

By permutation: respondents are dealt to the two groups anew, and the difference seen is compared with those.
This module refuses to correct for what else differs between the groups.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.satisfaction.answers import Answers
from zhiheng.methods.satisfaction.estimates import PlsFit, fit
from zhiheng.methods.satisfaction.model import Bools, Floats
from zhiheng.methods.satisfaction.resamples import Products, Sample, blocks, joined, products, sampled

_LARGEST = 1_000_000
_MOST_LOST = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class GroupComparison:
    """One pair of groups.

    Attributes
    ----------
    first, second : str
        Labels of the groups.
    paths_first, paths_second : ndarray, shape (J, J)
        Path coefficients [target, source] within each group.
    difference : ndarray, shape (J, J)
        First minus second.
    p_values : ndarray, shape (J, J)
        Two-sided, (1 + permutations at least as far apart)/(1 + permutations); NaN where there is no path.
    adjusted : ndarray, shape (J, J)
        The same by Holm's step-down over all paths of all pairs compared in this call.
    composite_correlation : ndarray, shape (J,)
        Correlation, over all respondents, of the scores by the one group's weights and by the other's.
    composite_p_values : ndarray, shape (J,)
        Share of permutations with a correlation as low or lower (1 for a single indicator). A small one says
        that the construct is put together otherwise in the two groups, and its paths are not to be compared.
    permutations, lost : int
        Permutations counted; those left out because a group could not be estimated.
    """

    first: str
    second: str
    paths_first: Floats
    paths_second: Floats
    difference: Floats
    p_values: Floats
    adjusted: Floats
    composite_correlation: Floats
    composite_p_values: Floats
    permutations: int
    lost: int


def compare_groups(
    found: PlsFit, given: Answers, labels: ArrayLike, *, permutations: int = 1000, seed: int
) -> tuple[GroupComparison, ...]:
    """Compare the paths of each pair of groups by permutation.

    Parameters
    ----------
    found : PlsFit
        The fit of all respondents: model, control, direction of the constructs.
    given : Answers
        Those of the fit.
    labels : array_like, shape (rows handed in,)
        Group of each respondent, as for `answers` before any were left out; at least two groups.
    permutations : int, default 1000
        99 to 1 000 000.
    seed : int

    Raises
    ------
    InvalidInput
        `groups.labels`, `groups.one`, `groups.permutations`, `groups.lost`; and, naming the group,
        `groups.not_estimated` where a group's own model cannot be estimated.

    References
    ----------
    W. W. Chin, J. Dibbern (2010), in Handbook of Partial Least Squares, 171-193. J. Henseler,
    C. M. Ringle, M. Sarstedt (2016), International Marketing Review 33, 405-431 (step 2).
    """
    ordered = given.of(found.model)
    names, codes = _groups(labels, ordered)
    if not 99 <= permutations <= _LARGEST:
        raise InvalidInput(
            "groups.permutations",
            N_("%(permutations)d permutations are asked for."),
            N_("Use 99 to %(largest)d."),
            permutations=permutations,
            largest=_LARGEST,
        )
    for position, name in enumerate(names):
        _estimable(found, ordered, codes == position, name)
    made = products(found, ordered)
    rng = np.random.default_rng(seed)
    pairs = []
    for first, second in combinations(range(len(names)), 2):
        inside = (codes == first) | (codes == second)
        belongs = (codes[inside] == first).astype(np.float64)
        pair = _Pair((names[first], names[second]), Products(made.table[inside], made.columns), belongs)
        pairs.append(_compared(found, ordered, pair, permutations, rng))
    holm = _holm(np.array([pair.p_values for pair in pairs]))
    return tuple(_with(pair, adjusted) for pair, adjusted in zip(pairs, holm, strict=True))


def _groups(labels: ArrayLike, ordered: Answers) -> tuple[list[str], NDArray[np.intp]]:
    array = np.asarray(labels)
    rows = ordered.values.shape[0] + ordered.left_out
    if array.shape != (rows,):
        raise InvalidInput(
            "groups.labels",
            N_("%(labels)d labels of groups for %(rows)d rows of answers."),
            N_("Give one label for each row of the answers as they were handed in."),
            labels=int(array.size),
            rows=rows,
        )
    names, codes = np.unique(array[ordered.rows], return_inverse=True)
    if names.size < 2:
        raise InvalidInput(
            "groups.one",
            N_("All respondents belong to the group %(group)s."),
            N_("A comparison needs two groups."),
            group=str(names[0]),
        )
    return [str(name) for name in names], codes


def _estimable(found: PlsFit, ordered: Answers, mask: Bools, name: str) -> None:
    weights = ordered.weights[mask]
    part = replace(ordered, values=ordered.values[mask], weights=weights, rows=ordered.rows[mask])
    cause: InvalidInput | None = None
    try:
        if weights.any():
            fit(found.model, part, found.control)
            return
    except InvalidInput as fault:
        cause = fault
    raise InvalidInput(
        "groups.not_estimated",
        N_("The group %(group)s with %(respondents)d respondents cannot be estimated by itself."),
        N_("Join it to a group like it, or leave it out."),
        group=name,
        respondents=int(np.count_nonzero(weights)),
    ) from cause


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """Two groups as permutations deal them: products of their respondents, and who belongs to the first."""

    names: tuple[str, str]
    made: Products
    belongs: Floats

    def estimated(self, member: Floats, found: PlsFit, ordered: Answers) -> tuple[Sample, Sample]:
        """Estimates of the first and of the second group, for each row of memberships."""
        inside = member @ self.made.table
        rest = self.made.table.sum(axis=0) - inside
        return sampled(inside, found, ordered, self.made), sampled(rest, found, ordered, self.made)


def _compared(
    found: PlsFit, ordered: Answers, pair: _Pair, permutations: int, rng: np.random.Generator
) -> GroupComparison:
    seen = pair.estimated(pair.belongs[None], found, ordered)
    dealt = [
        pair.estimated(rng.permuted(np.tile(pair.belongs, (size, 1)), axis=1), found, ordered)
        for size in blocks(permutations)
    ]
    ones, others = joined(one for one, _ in dealt), joined(other for _, other in dealt)
    sound = ones.sound & others.sound
    counted = int(np.count_nonzero(sound))
    _refuse_lost(permutations - counted, permutations, pair.names)
    paths = (seen[0].estimates.paths[0], seen[1].estimates.paths[0])
    apart = paths[0] - paths[1]
    drawn = (ones.estimates.paths - others.estimates.paths)[sound]
    # The margin keeps ties that differ by rounding on the side of no difference.
    farther = (np.abs(drawn) >= np.abs(apart) - 1e-12).sum(axis=0)
    p_values = np.where(found.model.paths, (1 + farther) / (1 + counted), np.nan)
    alike = _composite(found, seen)[0]
    lower = (_composite(found, (ones, others))[sound] <= alike + 1e-12).sum(axis=0)
    chances = (p_values, p_values, alike, (1 + lower) / (1 + counted))
    return GroupComparison(*pair.names, *paths, apart, *chances, counted, permutations - counted)


def _refuse_lost(lost: int, permutations: int, names: tuple[str, str]) -> None:
    if lost > _MOST_LOST * permutations:
        raise InvalidInput(
            "groups.lost",
            N_("%(lost)d of %(permutations)d permutations of %(first)s and %(second)s cannot be estimated."),
            N_("Use larger groups or a smaller model."),
            lost=lost,
            permutations=permutations,
            first=names[0],
            second=names[1],
        )


def _composite(found: PlsFit, pair: tuple[Sample, Sample]) -> Floats:
    """Correlations of the scores by the weights of either group, by the correlations of all; (B, J)."""
    model, correlation = found.model, found.moments.correlation
    ones, others = pair[0].estimates.weights, pair[1].estimates.weights
    same = model.owner[:, None] == model.owner
    inside = np.where(same, correlation, 0.0)

    def inner(left: Floats, right: Floats) -> Floats:
        summed: Floats = np.add.reduceat(left * (right @ inside), model.starts, axis=1)
        return summed

    return inner(ones, others) / np.sqrt(inner(ones, ones) * inner(others, others))


def _holm(p_values: Floats) -> Floats:
    flat = p_values.ravel()
    asked = np.flatnonzero(~np.isnan(flat))
    order = asked[np.argsort(flat[asked], kind="stable")]
    steps = flat[order] * np.arange(order.size, 0, -1)
    adjusted = np.full(flat.size, np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted.reshape(p_values.shape)


def _with(pair: GroupComparison, adjusted: Floats) -> GroupComparison:
    arrays = (pair.paths_first, pair.paths_second, pair.difference, pair.p_values, adjusted)
    alike = (pair.composite_correlation, pair.composite_p_values)
    for one in (*arrays, *alike):
        one.flags.writeable = False
    return GroupComparison(pair.first, pair.second, *arrays, *alike, pair.permutations, pair.lost)
