"""`zhiheng deadline`: the last day of a time limit, and the reasons: rule, article, holidays."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands.options import Json
from zhiheng.doors.cli.refusals import translated
from zhiheng.doors.cli.words import _, language
from zhiheng.kernel.errors import N_


def deadline(
    rule: Annotated[str, typer.Argument(help=N_("The rule, such as supervision.objection."))],
    trigger: Annotated[
        datetime, typer.Argument(formats=["%Y-%m-%d"], help=N_("The day of the event that starts the clock."))
    ],
    as_json: Json = False,
) -> int:
    """Compute the last day by the rule that was valid on the day of the event, and explain it."""
    from zhiheng.doors.cli.opening import without_database
    from zhiheng.foundation.org.working_days import working_calendar
    from zhiheng.kernel import deadlines
    from zhiheng.kernel.rulebook import load_builtin

    without_database()
    due = deadlines.deadline(load_builtin(), rule, trigger.date(), working_calendar())
    steps = [step.render(translated, language()) for step in due.explanation]
    if as_json:
        output.answer_json(
            {
                "rule": due.rule.id,
                "trigger": due.trigger,
                "date": due.date,
                "certain": due.certain,
                "checked": due.rule.checked,
                "explanation": steps,
            }
        )
        return refusals.DONE
    output.answer(_("Last day: %(day)s") % {"day": due.date})
    for step in steps:
        output.answer(f"  {step}")
    return refusals.DONE
