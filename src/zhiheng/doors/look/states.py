"""Every state that a page may show: a word, a shape, a colour.

Circles are verdicts, squares are documents and work, diamonds are open questions, bars are levels
of warning; so a state is told apart in grey and by a reader who sees no colour. It refuses a state
that it does not know: a word made up on the spot would be read as an official one.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

DISC = '<circle class="full" cx="6" cy="6" r="5.5"/>'
CROSS = '<path d="M1.5 1.5l9 9M10.5 1.5l-9 9" stroke-width="2.5"/>'
CLOCK = '<circle cx="6" cy="6" r="5"/><path class="full" d="M6 1a5 5 0 0 1 0 10z"/>'
RING = '<circle cx="6" cy="6" r="5" stroke-dasharray="2.6 2.6"/>'
DIAMOND = '<path d="M6 1l5 5-5 5-5-5z"/>'
DASHED = '<rect x="1" y="1" width="10" height="10" stroke-dasharray="2.5 2"/>'
HALF = '<rect x="1" y="1" width="10" height="10"/><path class="full" d="M1 1h5v10H1z"/>'
SQUARE = '<rect class="full" x="0" y="0" width="12" height="12"/>'
BARRED = '<rect x="1" y="1" width="10" height="10"/><path d="M1 11L11 1"/>'


def bars(level: int) -> str:
    """Four bars, of which the highest warning fills all."""
    full = "".join(f'<path class="full" d="M{3 * i} {9 - 3 * i}h2v{3 + 3 * i}h-2z"/>' for i in range(level))
    rest = "".join(f'<path d="M{3 * i} 11.5h2" stroke-width="1"/>' for i in range(level, 4))
    return full + rest


@dataclass(frozen=True, slots=True)
class State:
    """How one state looks; `tone` is the class that carries its colour."""

    word: Promise
    shape: str
    tone: str


def _state(word: Promise, shape: str, tone: str) -> State:
    return State(word=word, shape=shape, tone=tone)


STATES: dict[str, State] = {
    # verdicts
    "conforming": _state(pgettext_lazy("state", "Conforming"), DISC, "conforming"),
    "nonconforming": _state(pgettext_lazy("state", "Nonconforming"), CROSS, "nonconforming"),
    "waiting": _state(pgettext_lazy("state", "Waiting"), CLOCK, "waiting"),
    "overturned": _state(pgettext_lazy("state", "Conforming on retest"), DISC, "conforming"),
    "confirmed": _state(pgettext_lazy("state", "Confirmed by retest"), CROSS, "nonconforming"),
    # open questions
    "unresolved": _state(pgettext_lazy("state", "Unresolved"), DIAMOND, "waiting"),
    "resolved": _state(pgettext_lazy("state", "Resolved"), DIAMOND, "conforming"),
    # documents
    "draft": _state(pgettext_lazy("state", "Draft"), DASHED, "neutral"),
    "reviewed": _state(pgettext_lazy("state", "Reviewed"), HALF, "done"),
    "published": _state(pgettext_lazy("state", "Published"), SQUARE, "done"),
    "withdrawn": _state(pgettext_lazy("state", "Withdrawn"), BARRED, "neutral"),
    # rows and runs of an import
    "accepted": _state(pgettext_lazy("state", "Accepted"), SQUARE, "conforming"),
    "refused": _state(pgettext_lazy("state", "Refused"), CROSS, "nonconforming"),
    "skipped": _state(pgettext_lazy("state", "Skipped"), DASHED, "neutral"),
    "queued": _state(pgettext_lazy("state", "Queued"), DASHED, "neutral"),
    "running": _state(pgettext_lazy("state", "Running"), HALF, "waiting"),
    "finished": _state(pgettext_lazy("state", "Finished"), SQUARE, "done"),
    "failed": _state(pgettext_lazy("state", "Failed"), CROSS, "nonconforming"),
    "interrupted": _state(pgettext_lazy("state", "Interrupted"), BARRED, "waiting"),
    # enterprises
    "active": _state(pgettext_lazy("state", "Active"), DISC, "neutral"),
    "deregistered": _state(pgettext_lazy("state", "Deregistered"), RING, "neutral"),
    "revoked": _state(pgettext_lazy("state", "Revoked"), CROSS, "neutral"),
    "moved_out": _state(pgettext_lazy("state", "Moved away"), RING, "neutral"),
    # verification
    "verified": _state(pgettext_lazy("state", "Verified"), SQUARE, "conforming"),
    "broken": _state(pgettext_lazy("state", "Does not verify"), CROSS, "nonconforming"),
    # warnings, by level
    "red": _state(pgettext_lazy("state", "Red warning"), bars(4), "warn-red"),
    "orange": _state(pgettext_lazy("state", "Orange warning"), bars(3), "warn-orange"),
    "yellow": _state(pgettext_lazy("state", "Yellow warning"), bars(2), "warn-yellow"),
    "blue": _state(pgettext_lazy("state", "Blue warning"), bars(1), "warn-blue"),
}
