"""The life of a quality report: who may do what with it in which state."""

from __future__ import annotations

from typing import Final

from zhiheng.foundation.org.roles import ANALYST, PUBLISHER, REVIEWER
from zhiheng.kernel.errors import N_
from zhiheng.kernel.workflow import Act, State, Transition, Workflow

NOT_AN_AUTHOR: Final = "not_an_author"

REPORT: Final = Workflow(
    name="quality_report",
    states=(
        State("draft", N_("Draft")),
        State("submitted", N_("Submitted for review")),
        State("reviewed", N_("Reviewed")),
        State("published", N_("Published")),
        State("withdrawn", N_("Withdrawn"), is_final=True),
    ),
    acts=(
        Act("refresh", N_("Compute again on a newer snapshot")),
        Act("comment_edit", N_("Edit the author's own paragraphs")),
        Act("submit", N_("Submit for review")),
        Act("review", N_("Approve")),
        Act("return", N_("Return to the author")),
        Act("publish", N_("Publish")),
        Act("withdraw", N_("Withdraw")),
    ),
    transitions=(
        Transition("draft", "refresh", "draft", (ANALYST,)),
        Transition("draft", "comment_edit", "draft", (ANALYST,)),
        Transition("draft", "submit", "submitted", (ANALYST,)),
        Transition("submitted", "review", "reviewed", (REVIEWER,), guard=NOT_AN_AUTHOR),
        Transition("submitted", "return", "draft", (REVIEWER,)),
        Transition("reviewed", "publish", "published", (PUBLISHER,)),
        Transition("reviewed", "return", "draft", (REVIEWER, PUBLISHER)),
        Transition("published", "withdraw", "withdrawn", (PUBLISHER,)),
    ),
)
