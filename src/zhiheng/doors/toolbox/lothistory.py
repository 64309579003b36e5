"""A history of lots under the switching rules: severity, score, why it changed, and what would change it.

The rules are those of `methods.sampling.switching`. This module refuses to guess a verdict: where the
score asks for an acceptance number that is neither given nor in the table, the lot is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from zhiheng.doors.look.reader import chinese
from zhiheng.doors.toolbox.tabletool import needed
from zhiheng.kernel.errors import N_, Problem, Refused
from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.sampling.attributes import AQLS, SAMPLE_SIZES, tabled_plan
from zhiheng.methods.sampling.letters import LETTERS
from zhiheng.methods.sampling.switching import (
    REASONS,
    LotVerdict,
    Reason,
    Standing,
    Switching,
    follow,
    resume,
    tighter_acceptance_number,
)

STANDARD: Final = "GB/T 2828.1-2012 (ISO 2859-1:1999), 9.3–9.4"
STANDINGS: Final[dict[str, Any]] = {
    "normal": pgettext_lazy("inspection", "Normal"),
    "tightened": pgettext_lazy("inspection", "Tightened"),
    "reduced": pgettext_lazy("inspection", "Reduced"),
    "discontinued": pgettext_lazy("inspection", "Discontinued"),
}
IN_A_ROW: Final = 5
SCORE: Final = 30
_SCORED_FROM: Final = 2  # an acceptance number from which the score asks for the tighter AQL


@dataclass(frozen=True, slots=True)
class Lot:
    """One lot as it was inspected; `tighter` is Ac of the same sample at the AQL one step tighter."""

    n: int
    acceptance: int
    found: int
    label: str = ""
    tighter: int | None = None
    steady: bool = True
    resumed: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the lot was accepted by its own plan."""
        return self.found <= self.acceptance


@dataclass(frozen=True, slots=True)
class Step:
    """A lot, the severity it met, the state after it, and why; `score` only under normal inspection."""

    lot: Lot
    severity: Standing
    after: Standing
    score: int | None
    reason: Reason
    state: Switching

    @property
    def changed(self) -> bool:
        """Whether the next lot is inspected under another severity."""
        return self.severity != self.after


@dataclass(frozen=True, slots=True)
class History:
    """All lots, and where the rules stand after the last."""

    steps: tuple[Step, ...]
    final: Switching
    authorised: bool

    @property
    def rejected(self) -> int:
        """How many lots were not accepted."""
        return sum(not step.lot.accepted for step in self.steps)

    @property
    def changes(self) -> int:
        """How often the severity changed."""
        return sum(step.changed for step in self.steps)


def followed(lots: Sequence[Lot], *, authorised: bool, start: Standing = "normal") -> History:
    """Follow the rules over lots in the order of production; a refusal names the lot by its position."""
    state, steps = Switching(start), []
    for place, lot in enumerate(lots):
        try:
            if lot.resumed:
                state = resume(state)
            verdict = LotVerdict(lot.accepted, _tighter_verdict(lot, state.severity, place), lot.steady)
            went = follow([verdict], start=state, reduced_authorised=authorised)
        except InvalidInput as error:
            raise Refused(
                Problem(error.code, error.message, {**error.params, "position": place}, error.remedy)
            ) from error
        one, state = went.steps[0], went.final
        steps.append(Step(lot, one.severity, one.severity_after, one.score, one.reason, state))
    return History(tuple(steps), state, authorised)


def _tighter_verdict(lot: Lot, severity: Standing, place: int) -> bool | None:
    if severity != "normal" or lot.acceptance < _SCORED_FROM:
        return None
    number = lot.tighter if lot.tighter is not None else tighter_number(lot.n, lot.acceptance)
    if number is None:
        raise needed(
            place,
            "tighter",
            N_("This n and Ac are no plan of normal inspection in the table, and the score needs more."),
            N_("Give Ac of the same sample at the AQL one step tighter, or correct n and Ac."),
        )
    return lot.found <= number


@cache
def tighter_number(n: int, acceptance: int) -> int | None:
    """Ac one step tighter of the plan of normal inspection with this n and Ac; none when there is none."""
    sizes = SAMPLE_SIZES["normal"]
    if n not in sizes:
        return None
    letter = LETTERS[sizes.index(n)]
    for aql in AQLS:
        plan = tabled_plan(letter=letter, aql=aql)
        if plan.plan_letter == letter and plan.acceptance_number == acceptance:
            return tighter_acceptance_number(plan)
    return None


def lots_of(rows: Sequence[Mapping[str, Any]]) -> list[Lot]:
    """The lots of a table, in its order."""
    return [
        Lot(
            n=row["n"],
            acceptance=row["acceptance"],
            found=row["found"],
            label=str(row.get("label", "")) or str(number),
            tighter=row.get("tighter"),
            steady=row.get("steady", "yes") == "yes",
            resumed=row.get("resumed", "no") == "yes",
        )
        for number, row in enumerate(rows, 1)
    ]


def why(step: Step) -> str:
    """Why the severity changed, or that it did not."""
    reasons: list[Reason] = [step.reason] if not step.lot.resumed else ["resumed", step.reason]
    return ("" if chinese() else " ").join(_(REASONS[name]) for name in reasons)


def outlook(state: Switching, *, authorised: bool) -> list[str]:
    """What would change the severity from here, and what it needs to come back."""
    if state.severity == "normal":
        return [_to_tightened(state), _to_reduced(state, authorised)]
    if state.severity == "tightened":
        return _from_tightened(state)
    if state.severity == "reduced":
        return [
            _("One lot that is not accepted, or irregular production, leads back to normal inspection."),
            _("Reduced inspection comes back when a new switching score reaches 30."),
        ]
    return [
        _(
            "No lot may be inspected for acceptance until the supplier has improved its process and the"
            " responsible authority agrees that the measures work."
        ),
        _("Then tightened inspection begins; five consecutive lots accepted lead to normal inspection."),
    ]


def _to_tightened(state: Switching) -> str:
    # A rejection counts as long as it lies among five consecutive lots with the next one.
    back = next((place for place, ok in enumerate(reversed(state.recent), 1) if not ok), IN_A_ROW)
    left = IN_A_ROW - back
    if left == 0:
        return _("Two lots not accepted among five consecutive ones lead to tightened inspection.")
    return ngettext(
        "One more lot not accepted, if it is the very next one, leads to tightened inspection.",
        "One more lot not accepted among the next %(count)d leads to tightened inspection.",
        left,
    ) % {"count": left}


def _to_reduced(state: Switching, authorised: bool) -> str:
    given = {"score": state.score, "left": max(0, SCORE - state.score)}
    if not authorised:
        return _(
            "Score %(score)d; without the agreement of the authority there is no reduced inspection."
        ) % (given)
    if state.score >= SCORE:
        return _("Score %(score)d: reduced inspection begins as soon as production is steady.") % given
    return (
        _(
            "Score %(score)d; %(left)d points are missing for reduced inspection: 2 for a lot accepted with"
            " Ac 0 or 1, 3 for one that is also accepted at the AQL one step tighter, and back to 0"
            " otherwise."
        )
        % given
    )


def _from_tightened(state: Switching) -> list[str]:
    streak = next((place for place, ok in enumerate(reversed(state.recent)) if not ok), len(state.recent))
    back, end = IN_A_ROW - streak, IN_A_ROW - state.rejected
    return [
        ngettext(
            "Normal inspection comes back when the next lot is accepted.",
            "Normal inspection comes back when the next %(count)d lots are accepted without a break.",
            back,
        )
        % {"count": back},
        ngettext(
            "%(rejected)d of 5 lots not accepted: with the next one inspection is discontinued.",
            "%(rejected)d of 5 lots not accepted: after %(count)d more inspection is discontinued.",
            end,
        )
        % {"rejected": state.rejected, "count": end},
    ]


def means(history: History) -> list[str]:
    """What the history says."""
    final = history.final
    texts = [
        _("After %(lots)d lots, of which %(rejected)d were not accepted, the next lot meets: %(severity)s.")
        % {
            "lots": len(history.steps),
            "rejected": history.rejected,
            "severity": STANDINGS[final.severity],
        }
    ]
    if history.changes == 0:
        texts.append(_("The severity never changed."))
    return texts


def means_not() -> list[str]:
    """What a reader might take the state for, and it is not."""
    return [
        _(
            "The severity is no verdict on the supplier, and a reduced plan no prize: the rules keep the risk"
            " over a running series of lots, not for one lot."
        ),
        _(
            "Only original inspections count, in the order of production. A lot handed in again does not"
            " belong in the table, and a lot that is left out turns the result."
        ),
        _(
            "Verdicts follow from the Ac that was typed. Whether it was the plan of the severity that was due"
            " is not checked here: compare with the column of the severity."
        ),
    ]


SURE: Final = gettext_lazy(
    "The rules of the standard, equal lot by lot to another program over 600 lots; discontinuation, which"
    " that trace never reaches, is tested against the text."
)
