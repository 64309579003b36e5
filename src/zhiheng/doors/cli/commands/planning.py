"""`zhiheng plan strata|objects|budget|frame`: from last year's ledger to the frame that a draw is made from.

What is planned from is a snapshot, or tables that somebody mended. This module refuses to store a
plan: it is a file, and the draw's proof binds what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands.options import Agency, Json, To
from zhiheng.doors.cli.commands.plan_writing import (
    capacities,
    form_of,
    named_numbers,
    table_write,
    table_written,
)
from zhiheng.doors.cli.refusals import wrongly_written
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_

if TYPE_CHECKING:
    from zhiheng.analytics.pipelines.plan_objects import PlanObjects, PlanQuestion
    from zhiheng.analytics.pipelines.plan_strata import PlanYear
    from zhiheng.doors.planning.splitting import Planned
    from zhiheng.foundation.ledger.snapshots import Snapshot

DAY: Final = ["%Y-%m-%d"]
Since = Annotated[
    datetime | None, typer.Option("--since", formats=DAY, help=N_("First day of the results that are read."))
]
Until = Annotated[
    datetime | None, typer.Option("--until", formats=DAY, help=N_("Last day of the results that are read."))
]
Start = Annotated[
    datetime | None,
    typer.Option("--start", formats=DAY, help=N_("First day of the planned year; else after the results.")),
]
Periods = Annotated[int, typer.Option("--periods", help=N_("Periods of the planned year."))]
Place = Annotated[str, typer.Option("--place", help=N_("Division code; else the agency's."))]
Kind = Annotated[str, typer.Option("--kind", help=N_("Product kind; else all."))]
Level = Annotated[str, typer.Option("--level", help=N_("Strata by province, city or county."))]
Waiting = Annotated[
    int, typer.Option("--waiting", help=N_("Months in which an object is sampled at most once."))
]
Share = Annotated[
    int,
    typer.Option(
        "--industry-share",
        help=N_("From this percentage of an industry's sampled producers on, all of them make the kind."),
    ),
]


@dataclass(frozen=True, slots=True)
class Read:
    """From which results, of which place, and how the strata are cut."""

    since: datetime | None
    until: datetime | None
    place: str
    kind: str
    level: str
    waiting: int
    share: int


def strata(  # noqa: PLR0913  one argument an option
    since: Since = None,
    until: Until = None,
    start: Start = None,
    periods: Periods = 4,
    place: Place = "",
    kind: Kind = "",
    level: Level = "city",
    waiting: Waiting = 6,
    share: Share = 10,
    to: To = None,
    agency: Agency = "",
    as_json: Json = False,
) -> int:
    """Write the strata table: product kind by division, with what last year says of each."""
    from zhiheng.doors.cli import opening

    form = form_of(to)
    opening.in_use()
    from zhiheng.analytics.pipelines.plan_strata import plan_strata
    from zhiheng.doors.planning.tables import strata_table

    asked, snapshot = _asked(Read(since, until, place, kind, level, waiting, share), agency)
    found = plan_strata(snapshot, asked, _year(start, asked.until, periods))
    _unplaced(found)
    return table_written(strata_table(found), to, form, as_json=as_json, digest=found.digest)


def objects(  # noqa: PLR0913  one argument an option
    since: Since = None,
    until: Until = None,
    place: Place = "",
    kind: Kind = "",
    level: Level = "city",
    waiting: Waiting = 6,
    share: Share = 10,
    to: To = None,
    agency: Agency = "",
    as_json: Json = False,
) -> int:
    """Write the objects table: every producer with each kind it makes, and when it may be sampled again."""
    from zhiheng.doors.cli import opening

    form = form_of(to)
    opening.in_use()
    from zhiheng.analytics.pipelines.plan_objects import plan_objects
    from zhiheng.doors.planning.tables import objects_table

    asked, snapshot = _asked(Read(since, until, place, kind, level, waiting, share), agency)
    found = plan_objects(snapshot, asked)
    _unplaced(found)
    return table_written(objects_table(found), to, form, as_json=as_json, digest=found.digest)


def budget(  # noqa: PLR0913  one argument an option
    batches: Annotated[int, typer.Argument(help=N_("Batches of the year."))],
    strata_file: Annotated[
        Path | None, typer.Option("--strata", help=N_("A table of strata; else they come from the ledger."))
    ] = None,
    random_share: Annotated[
        float, typer.Option("--random-share", help=N_("Least share that is drawn at random, 0 to 1."))
    ] = 0.5,
    half_width: Annotated[
        float,
        typer.Option("--half-width", help=N_("Half-width of every domain's pass rate; 0: none.")),
    ] = 0.05,
    minimum: Annotated[int, typer.Option("--minimum", help=N_("Least random samples of every domain."))] = 0,
    domain: Annotated[
        str, typer.Option("--domain", help=N_("What pass rates are reported by: kind, place or kind+place."))
    ] = "kind",
    shared: Annotated[
        float,
        typer.Option("--shared", help=N_("Share of failures with a cause common to their stratum, 0 to 1.")),
    ] = 0.5,
    period_capacity: Annotated[
        str,
        typer.Option("--period-capacity", help=N_("Most batches of a period: 800, or 700,800,800,700.")),
    ] = "",
    laboratory: Annotated[
        list[str] | None,
        typer.Option("--laboratory", help=N_("Most batches of a laboratory: NAME=NUMBER; repeatable.")),
    ] = None,
    severity: Annotated[
        list[str] | None,
        typer.Option("--severity", help=N_("Weight of a product kind: KIND=WEIGHT; repeatable.")),
    ] = None,
    since: Since = None,
    until: Until = None,
    start: Start = None,
    periods: Periods = 4,
    place: Place = "",
    kind: Kind = "",
    level: Level = "city",
    waiting: Waiting = 6,
    share: Share = 10,
    to: To = None,
    agency: Agency = "",
    as_json: Json = False,
) -> int:
    """Split the batches over strata and periods; tells what is reached and what stays uncovered."""
    from zhiheng.doors.cli import opening

    form = form_of(to)
    if domain not in ("kind", "place", "kind+place"):
        raise wrongly_written(
            "cli.plan_domain",
            N_("Pass rates are not reported by %(domain)s."),
            N_("Use kind, place or kind+place."),
            domain=domain[:20],
        )
    opening.in_use()
    from zhiheng.doors.planning.splitting import planned
    from zhiheng.doors.planning.tables import plan_table
    from zhiheng.methods.survey.budget_inputs import Rules

    lines, year, provenance = _lines(
        strata_file, Read(since, until, place, kind, level, waiting, share), start, periods, agency
    )
    rules = Rules(
        batches, random_share, half_width or None, minimum=minimum, periods=periods,
        window=year.window(waiting), period_capacity=capacities(period_capacity), shared=shared,
    )  # fmt: skip
    made = planned(
        lines, year, rules, domain=cast("Any", domain),
        laboratories={name: int(most) for name, most in named_numbers(laboratory, whole=True).items()},
        severities=named_numbers(severity),
    )  # fmt: skip
    _told(made, provenance, to, as_json=as_json)
    if to is not None or not as_json:
        table_write(plan_table(made, provenance.snapshot if provenance else ""), to, form)
    return refusals.DONE


def _lines(
    given: Path | None, read: Read, start: datetime | None, periods: int, agency: str
) -> tuple[list[Any], PlanYear, Any]:
    """The strata to plan with: a table that was handed in, or the ledger."""
    from zhiheng.doors.planning.splitting import lines_from_pipeline, lines_from_sheet

    if given is None:
        from zhiheng.analytics.pipelines.plan_strata import plan_strata

        asked, snapshot = _asked(read, agency)
        found = plan_strata(snapshot, asked, _year(start, asked.until, periods))
        _unplaced(found)
        return lines_from_pipeline(found.rows), found.year, found.provenance
    from zhiheng.doors.planning.reading import rows_of
    from zhiheng.doors.planning.sheets import STRATA

    year = _year(start, _days(read)[1], periods)
    return lines_from_sheet(rows_of(given, STRATA)), year, None


def _asked(read: Read, agency: str) -> tuple[PlanQuestion, Snapshot]:
    """The question within what the actor may see, and the newest snapshot."""
    from zhiheng.analytics.pipelines.plan_objects import PlanQuestion
    from zhiheng.doors.cli.acting import acting
    from zhiheng.doors.cli.commands.exports import NO_SNAPSHOT
    from zhiheng.foundation.ledger.snapshots import snapshot_last
    from zhiheng.foundation.org.actors import NATION, NOT_COVERED
    from zhiheng.settings import settings

    actor = acting(agency)
    place = read.place or actor.division or NATION
    if not actor.covers(place):
        raise refusals.Refused(NOT_COVERED)
    snapshot = snapshot_last(settings().folder("snapshots"))
    if snapshot is None:
        raise refusals.Refused(NO_SNAPSHOT)
    since, until = _days(read)
    return PlanQuestion(since, until, place, read.kind, read.level, read.share, read.waiting), snapshot


def _days(read: Read) -> tuple[date, date]:
    """The period that is read; without one, the last whole calendar year."""
    from django.utils import timezone

    last_year = timezone.localdate().year - 1
    since = read.since.date() if read.since else date(last_year, 1, 1)
    return since, read.until.date() if read.until else date(last_year, 12, 31)


def _year(start: datetime | None, until: date, periods: int) -> PlanYear:
    from zhiheng.analytics.pipelines.plan_strata import PlanYear
    from zhiheng.doors.planning.splitting import first_day

    return PlanYear(first_day(start.date() if start else None, until), periods)


def _unplaced(found: Any) -> None:
    """Say what was read and belongs to no object, so that nobody takes the table for everything."""
    left: PlanObjects = found
    output.note(
        _("Results that belong to no object of this place: %(code)d without a code, %(elsewhere)d of others.")
        % {"code": left.unplaced.without_code, "elsewhere": left.unplaced.elsewhere}
    )


def _told(made: Planned, provenance: Any, to: Path | None, *, as_json: bool) -> None:
    """The plan in figures: on stdout for a program, else beside the table that stdout or the file gets."""
    from zhiheng.doors.planning.tables import plan_summary

    summary = plan_summary(made, provenance)
    if as_json:
        output.answer_json({**summary, "file": str(to) if to else None})
        return
    left = summary["uncovered"]
    widest = max((row["half_width"] or 1.0 for row in summary["domains"]), default=1.0)
    said = [
        _("%(random)d at random, %(targeted)d by risk, %(follow_ups)d follow-ups; room for %(capacity)d.")
        % summary,
        _("Widest half-width of a pass rate: ± %(width).1f points.") % {"width": 100 * widest},
        _("Expected nonconforming objects: %(before).0f; undetected with this plan: %(after).0f.")
        % {"before": left["expected_nonconforming"], "after": left["expected_undetected"]},
        _("The next batch would lower the weighted undetected ones by %(gain).3f.")
        % {"gain": left["next_batch_gains"]},
        _("Strata without a sample: %(count)d.") % {"count": len(left["strata"])},
    ]
    for line in said:
        output.note(line)
