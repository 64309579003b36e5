r"""Run rules: patterns inside the limits that chance hardly makes, and the point at which each is complete.

Every rule reads the scores (value − center)/error of a chart. A rule fires at the point that completes its
pattern and at each later point that still belongs to one. The sets of Western Electric (1956) and Nelson
(1984) are here as data; any other is a tuple of `Rule`.

More rules find more and alarm more: with all four of Western Electric a stable process alarms every 92
points instead of every 370. This module refuses to say what a pattern means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from zhiheng.methods.charts.cells import Bools, Floats
from zhiheng.methods.charts.limits import Chart
from zhiheng.methods.errors import N_, InvalidInput

Pattern = Literal["beyond", "same_side", "trend", "alternating", "within", "avoiding"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern.

    Attributes
    ----------
    name : str
        How it is told: "nelson 2".
    pattern : str
        `beyond`: `count` of the last `span` points farther than `zone` errors on one side of the centre,
        the last one among them. `same_side`: on one side of the centre. `trend`: steadily rising or falling.
        `alternating`: up and down in turn. `within`: nearer than `zone` errors. `avoiding`: farther than
        `zone` errors, on either side. The last five are for all of `span` points in a row.
    span, count : int
        Points looked at, and how many of them must fit.
    zone : float
        In errors of the chart. At zone 3 `beyond` reads the chart's own limits, whatever their width.
    """

    name: str
    pattern: Pattern
    span: int
    count: int = 0
    zone: float = 0.0


LIMITS: Final = 3.0

WESTERN_ELECTRIC: Final = (
    Rule("western electric 1", "beyond", 1, 1, LIMITS),
    Rule("western electric 2", "beyond", 3, 2, 2.0),
    Rule("western electric 3", "beyond", 5, 4, 1.0),
    Rule("western electric 4", "same_side", 8),
)
NELSON: Final = (
    Rule("nelson 1", "beyond", 1, 1, LIMITS),
    Rule("nelson 2", "same_side", 9),
    Rule("nelson 3", "trend", 6),
    Rule("nelson 4", "alternating", 14),
    Rule("nelson 5", "beyond", 3, 2, 2.0),
    Rule("nelson 6", "beyond", 5, 4, 1.0),
    Rule("nelson 7", "within", 15, zone=1.0),
    Rule("nelson 8", "avoiding", 8, zone=1.0),
)


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Which rule fired where.

    Attributes
    ----------
    rules : tuple of Rule
        In the order of the first axis of `fired`.
    fired : ndarray of bool, shape (rules, ..., points)
        True at a point that completes or prolongs the rule's pattern.
    """

    rules: tuple[Rule, ...]
    fired: Bools

    @property
    def any(self) -> Bools:
        """Points at which any rule fired, shape (..., points)."""
        return np.asarray(self.fired.any(axis=0))

    def at(self, *point: int) -> tuple[str, ...]:
        """Names of the rules that fired at a point, by its index from 0."""
        return tuple(rule.name for rule, hit in zip(self.rules, self.fired, strict=True) if hit[point])


def signals(found: Chart, rules: tuple[Rule, ...] = WESTERN_ELECTRIC) -> Signals:
    """Apply run rules to a chart or to many at once.

    Parameters
    ----------
    found : Chart
        Of any kind whose points are independent: on charts of moving ranges, CUSUM and EWMA neighbouring
        points share data, and only the limits mean something there.
    rules : tuple of Rule, default WESTERN_ELECTRIC

    Returns
    -------
    Signals

    Raises
    ------
    InvalidInput
        `chart.dependent` for a chart whose neighbouring points share data and a rule of more than one
        point; `chart.rule` for a rule whose numbers make no pattern.

    Notes
    -----
    Normal or nearly normal points are assumed for how seldom chance makes the patterns. A point exactly on
    the centre ends a run; equal neighbours end a trend.

    References
    ----------
    Western Electric, Statistical Quality Control Handbook (1956). L. S. Nelson (1984), Journal of Quality
    Technology 16, 237-239. C. W. Champ, W. H. Woodall (1987), Technometrics 29, 393-399 (run lengths).
    """
    for rule in rules:
        _check(rule, found)
    score = found.score
    fired = (
        np.stack([_PATTERNS[rule.pattern](rule, found, score) for rule in rules]) if rules else _none(score)
    )
    fired.flags.writeable = False
    return Signals(rules, fired)


def _none(score: Floats) -> Bools:
    return np.zeros((0, *score.shape), np.bool_)


def _check(rule: Rule, found: Chart) -> None:
    beyond = rule.pattern == "beyond"
    if rule.pattern not in _PATTERNS or rule.span < _SHORTEST[rule.pattern] or rule.zone < 0 or (
        beyond and not 1 <= rule.count <= rule.span
    ):  # fmt: skip
        raise InvalidInput(
            "chart.rule",
            N_('The run rule "%(rule)s" makes no pattern: "%(pattern)s", %(count)d of %(span)d points.'),
            N_("Give a known pattern, a span long enough for it and a count within it."),
            rule=rule.name,
            count=rule.count,
            span=rule.span,
            pattern=rule.pattern,
        )
    if rule.span > 1 and found.kind in ("moving_range", "cusum", "ewma"):
        raise InvalidInput(
            "chart.dependent",
            N_('The run rule "%(rule)s" needs independent points; those of a "%(kind)s" chart share data.'),
            N_("Read such a chart by its limits alone."),
            rule=rule.name,
            kind=found.kind,
        )


def _beyond(rule: Rule, found: Chart, score: Floats) -> Bools:
    outer = rule.zone == LIMITS
    sides = (found.above, found.below) if outer else (score > rule.zone, score < -rule.zone)
    up, down = (one & (_recent(one, rule.span) >= rule.count) for one in sides)
    return np.asarray(up | down)


def _same_side(rule: Rule, _found: Chart, score: Floats) -> Bools:
    return _in_a_row(score > 0, rule.span) | _in_a_row(score < 0, rule.span)


def _trend(rule: Rule, found: Chart, _score: Floats) -> Bools:
    # Six rising points are five rises: the first point of a row has nothing to rise from.
    step = np.diff(found.value, axis=-1)
    return _put_back(_in_a_row(step > 0, rule.span - 1) | _in_a_row(step < 0, rule.span - 1), found)


def _alternating(rule: Rule, found: Chart, _score: Floats) -> Bools:
    step = np.sign(np.diff(found.value, axis=-1))
    return _put_back(_in_a_row(step[..., 1:] * step[..., :-1] < 0, rule.span - 2), found)


def _within(rule: Rule, _found: Chart, score: Floats) -> Bools:
    return _in_a_row(np.abs(score) < rule.zone, rule.span)


def _avoiding(rule: Rule, _found: Chart, score: Floats) -> Bools:
    return _in_a_row(np.abs(score) > rule.zone, rule.span)


def _in_a_row(fits: Bools, span: int) -> Bools:
    return np.asarray(_recent(fits, span) >= span)


def _recent(fits: Bools, span: int) -> Floats:
    """How many of the last `span` points fit, at each point."""
    total = np.cumsum(fits, axis=-1, dtype=np.float64)
    recent = total.copy()
    if span < total.shape[-1]:
        recent[..., span:] -= total[..., :-span]
    return recent


def _put_back(fits: Bools, found: Chart) -> Bools:
    """False for the first points, which differences have not."""
    out = np.zeros(found.value.shape, np.bool_)
    if fits.shape[-1]:
        out[..., -fits.shape[-1] :] = fits
    return out


_SHORTEST: Final = {"beyond": 1, "same_side": 1, "trend": 2, "alternating": 3, "within": 1, "avoiding": 1}
_PATTERNS: Final[dict[str, Callable[[Rule, Chart, Floats], Bools]]] = {
    "beyond": _beyond,
    "same_side": _same_side,
    "trend": _trend,
    "alternating": _alternating,
    "within": _within,
    "avoiding": _avoiding,
}
