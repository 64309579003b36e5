"""Switching rules of GB/T 2828.1 (ISO 2859-1): which severity the next lot is inspected under.

Normal, tightened, reduced, discontinued: a table of what follows what, over a history of lots in the
order of production. Only original inspections count: a lot handed in again is not part of the history.
Refuses to go on after inspection was discontinued, until the authority says that it resumes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.sampling.attributes import AQLS, TabledPlan, tabled_plan
from zhiheng.methods.sampling.quantities import whole

Standing = Literal["normal", "tightened", "reduced", "discontinued"]
Reason = Literal[
    "unchanged",
    "two_of_five_rejected",
    "five_accepted",
    "five_rejected",
    "score_reached",
    "rejected_on_reduced",
    "production_irregular",
    "resumed",
]

REASONS: dict[Reason, str] = {
    "unchanged": N_("The severity stays."),
    "two_of_five_rejected": N_(
        "Two of five or fewer consecutive lots were not accepted: tightened inspection."
    ),
    "five_accepted": N_("Five consecutive lots were accepted under tightened inspection: normal inspection."),
    "five_rejected": N_(
        "Five lots were not accepted under tightened inspection: inspection is discontinued."
    ),
    "score_reached": N_("The switching score reached 30 with steady production: reduced inspection."),
    "rejected_on_reduced": N_("A lot was not accepted under reduced inspection: normal inspection."),
    "production_irregular": N_("Production became irregular: normal inspection."),
    "resumed": N_("The supplier has improved: inspection resumes as tightened inspection."),
}

_CONSECUTIVE = 5
_REJECTED_TO_TIGHTEN = 2
_REJECTED_TO_STOP = 5
_SCORE_TO_REDUCE = 30
_SCORE_SMALL_NUMBER = 2  # acceptance number 0 or 1
_SCORE_LARGE_NUMBER = 3  # 2 or more, and accepted even at the AQL one step tighter


@dataclass(frozen=True, slots=True)
class LotVerdict:
    """What original inspection found of one lot.

    Attributes
    ----------
    accepted : bool
    accepted_one_step_tighter : bool or None
        Under normal inspection with an acceptance number of 2 or more: whether the lot would also have
        been accepted at the AQL one step tighter. None with an acceptance number of 0 or 1.
    production_steady : bool
        Whether production goes on at a steady rate; without it there is no reduced inspection.
    """

    accepted: bool
    accepted_one_step_tighter: bool | None = None
    production_steady: bool = True


@dataclass(frozen=True, slots=True)
class Resumption:
    """The authority agrees that the supplier's measures work: inspection resumes, tightened."""


@dataclass(frozen=True, slots=True)
class Switching:
    """Where the rules stand between two lots.

    Attributes
    ----------
    severity : {"normal", "tightened", "reduced", "discontinued"}
        What the next lot is inspected under.
    score : int
        Switching score; counts under normal inspection only.
    recent : tuple of bool
        The last verdicts under this severity, at most five.
    rejected : int
        Lots not accepted since tightened inspection began.
    """

    severity: Standing = "normal"
    score: int = 0
    recent: tuple[bool, ...] = ()
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class SwitchingStep:
    """One line of a history: the lot, the severity it met, what follows and why.

    `lot` counts from 1 and is None for a resumption; `score` is None outside normal inspection.
    """

    lot: int | None
    severity: Standing
    severity_after: Standing
    score: int | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class SwitchingHistory:
    """All steps, and where the rules stand after the last."""

    steps: tuple[SwitchingStep, ...]
    final: Switching


def follow(
    history: Iterable[LotVerdict | Resumption],
    *,
    start: Switching | None = None,
    reduced_authorised: bool = True,
) -> SwitchingHistory:
    """Apply the switching rules to a history of lots.

    Parameters
    ----------
    history : iterable of LotVerdict or Resumption
        In the order of production.
    start : Switching, optional
        Where an earlier history ended; otherwise normal inspection begins.
    reduced_authorised : bool
        Whether the responsible authority considers reduced inspection desirable.

    Returns
    -------
    SwitchingHistory

    Raises
    ------
    InvalidInput
        `switching.discontinued` for a lot after discontinuation, `switching.not_discontinued` for a
        resumption before it, `switching.contradiction` for a lot that passes only at the tighter AQL.

    References
    ----------
    GB/T 2828.1-2012 9.3 and 9.4 (ISO 2859-1:1999).
    """
    state, steps, lot = start or Switching(), [], 0
    for event in history:
        before = state.severity
        if isinstance(event, Resumption):
            state = resume(state)
            steps.append(SwitchingStep(None, before, state.severity, None, "resumed"))
            continue
        lot += 1
        score = _score(state, event) if before == "normal" else None
        state, reason = advance(state, event, reduced_authorised=reduced_authorised)
        steps.append(SwitchingStep(lot, before, state.severity, score, reason))
    return SwitchingHistory(tuple(steps), state)


def advance(
    state: Switching, verdict: LotVerdict, *, reduced_authorised: bool = True
) -> tuple[Switching, Reason]:
    """State after one more lot, and why; errors as for `follow`."""
    if verdict.accepted_one_step_tighter and not verdict.accepted:
        raise InvalidInput(
            "switching.contradiction",
            N_("A lot is said to pass at the tighter AQL, but not at its own."),
            N_("Check both verdicts: what passes the tighter limit passes the wider one."),
        )
    if state.severity == "normal":
        return _after_normal(state, verdict, reduced_authorised)
    if state.severity == "tightened":
        return _after_tightened(state, verdict)
    if state.severity == "reduced":
        return _after_reduced(state, verdict)
    raise InvalidInput(
        "switching.discontinued",
        N_("Inspection was discontinued: five lots were not accepted under tightened inspection."),
        N_("Record that it resumes, once the supplier's measures have proved to work."),
    )


def resume(state: Switching) -> Switching:
    """Tightened inspection, after the supplier improved and the authority agreed."""
    if state.severity != "discontinued":
        raise InvalidInput(
            "switching.not_discontinued",
            N_("Inspection cannot resume: it was not discontinued."),
            N_("Leave the resumption out, or check the order of the lots."),
        )
    return Switching("tightened")


def verdict_on(plan: TabledPlan, nonconforming: int, *, production_steady: bool = True) -> LotVerdict:
    """Verdict on a lot from its plan and what was found in its sample."""
    found = whole(nonconforming, "nonconforming", least=0)
    tighter = tighter_acceptance_number(plan)
    accepted = found <= plan.acceptance_number
    return LotVerdict(accepted, None if tighter is None else found <= tighter, production_steady)


def tighter_acceptance_number(plan: TabledPlan) -> int | None:
    """Acceptance number of the same sample at the AQL one step tighter, for the switching score.

    None where the score does not ask for it: outside normal inspection, and with Ac 0 or 1.
    """
    if plan.severity != "normal" or plan.acceptance_number < 2:
        return None
    # The letter after the arrow: it is the sample that was inspected. One diagonal lower it has a plan
    # of its own, so no second arrow leads elsewhere.
    tighter = AQLS[AQLS.index(plan.aql) - 1]
    return tabled_plan(letter=plan.plan_letter, aql=tighter).acceptance_number


def _score(state: Switching, verdict: LotVerdict) -> int:
    if not verdict.accepted or verdict.accepted_one_step_tighter is False:
        return 0
    small = verdict.accepted_one_step_tighter is None
    return state.score + (_SCORE_SMALL_NUMBER if small else _SCORE_LARGE_NUMBER)


def _after_normal(
    state: Switching, verdict: LotVerdict, reduced_authorised: bool
) -> tuple[Switching, Reason]:
    recent = (*state.recent, verdict.accepted)[-_CONSECUTIVE:]
    if recent.count(False) >= _REJECTED_TO_TIGHTEN:
        return Switching("tightened"), "two_of_five_rejected"
    score = _score(state, verdict)
    if score >= _SCORE_TO_REDUCE and verdict.production_steady and reduced_authorised:
        return Switching("reduced"), "score_reached"
    return replace(state, score=score, recent=recent), "unchanged"


def _after_tightened(state: Switching, verdict: LotVerdict) -> tuple[Switching, Reason]:
    rejected = state.rejected + (not verdict.accepted)
    if rejected >= _REJECTED_TO_STOP:
        return Switching("discontinued"), "five_rejected"
    recent = (*state.recent, verdict.accepted)[-_CONSECUTIVE:]
    if recent.count(True) == _CONSECUTIVE:
        return Switching("normal"), "five_accepted"
    return replace(state, recent=recent, rejected=rejected), "unchanged"


def _after_reduced(state: Switching, verdict: LotVerdict) -> tuple[Switching, Reason]:
    if not verdict.accepted:
        return Switching("normal"), "rejected_on_reduced"
    if not verdict.production_steady:
        return Switching("normal"), "production_irregular"
    return state, "unchanged"
