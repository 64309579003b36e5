"""`zhiheng plan frame`: the frame of one draw, from the plan and the objects. This module refuses to draw."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands.options import Json
from zhiheng.doors.cli.commands.plan_writing import unwritten
from zhiheng.doors.cli.refusals import wrongly_written
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_

if TYPE_CHECKING:
    from zhiheng.doors.planning.frames import PlanFrame

DAY: Final = ["%Y-%m-%d"]


def frame(  # noqa: PLR0913  one argument an option
    plan: Annotated[Path, typer.Argument(help=N_("The plan that `zhiheng plan budget` wrote."))],
    objects_file: Annotated[Path, typer.Argument(help=N_("The table that `zhiheng plan objects` wrote."))],
    to: Annotated[Path, typer.Option("--to", "-o", help=N_("Folder for the three files."))],
    period: Annotated[int, typer.Option("--period", help=N_("Period of the plan, from 1 on."))] = 1,
    part: Annotated[
        str, typer.Option("--part", help=N_("random or targeted: each is a draw of its own."))
    ] = ("random"),
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=DAY, help=N_("Day of the draw; else the first of the period.")),
    ] = None,
    drawn: Annotated[
        list[Path] | None,
        typer.Option("--drawn", help=N_("Proof of a draw whose objects are left out; may be given again.")),
    ] = None,
    as_json: Json = False,
) -> int:
    """Write the frame of one draw: objects, exclusions with reasons, and sample sizes, ready for `draw`."""
    from zhiheng.doors.cli import opening

    if part not in ("random", "targeted"):
        raise wrongly_written(
            "cli.plan_part",
            N_("A plan has no part %(part)s."),
            N_("Use random or targeted."),
            part=part[:20],
        )
    opening.without_database()
    from zhiheng.doors.planning import frames
    from zhiheng.doors.planning.reading import rows_of
    from zhiheng.doors.planning.sheets import OBJECTS, PLAN

    cells, first = frames.cells_of(rows_of(plan, PLAN), period, part)
    made = frames.plan_frame(
        cells,
        rows_of(objects_file, OBJECTS),
        on=on.date() if on else first,
        part=part,
        earlier=[frames.drawn_before(proof) for proof in drawn or []],
    )
    try:
        paths = frames.write_frame(made, to)
    except OSError as error:
        raise unwritten(to, error) from error
    _frame_told(made, paths, as_json=as_json)
    return refusals.DONE


def _frame_told(made: PlanFrame, paths: tuple[Path, ...], *, as_json: bool) -> None:
    if as_json:
        output.answer_json(
            {
                "files": [str(path) for path in paths],
                "objects": len(made.frame),
                "excluded": len(made.exclusions),
                "reasons": made.reasons,
                "sample": made.sample,
                "strata": len(made.sizes),
                "short": [
                    {"stratum": one.stratum, "planned": one.planned, "there": one.there} for one in made.short
                ],
            }
        )
        return
    words = {
        "waiting": _("sampled too short a time ago"),
        "not_operating": _("not in operation"),
        "drawn_before": _("already drawn"),
    }
    rows: list[tuple[str, object]] = [
        (_("objects that may be drawn"), len(made.frame)),
        (_("left out"), len(made.exclusions)),
        *((f"  {words[name]}", count) for name, count in sorted(made.reasons.items())),
        (_("to be drawn"), made.sample),
        (_("strata"), len(made.sizes)),
    ]
    output.table((_("frame"), _("number")), rows)
    for one in made.short:
        output.note(
            _("%(stratum)s: %(planned)d planned, but only %(there)d can be drawn on that day.")
            % {"stratum": one.stratum, "planned": one.planned, "there": one.there}
        )
    for path in paths:
        output.note(str(path))
