"""`zhiheng export`: the lists of the pages as files, narrowed by the same filters."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands.options import Agency, Json, To
from zhiheng.doors.cli.refusals import wrongly_written
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_

if TYPE_CHECKING:
    from zhiheng.doors.exports.table import Form, Table
    from zhiheng.foundation.org.actors import Actor

FORMS: Final = ("csv", "xlsx", "parquet")
What = Annotated[str, typer.Argument(help=N_("What is exported: results, enterprises or pass-rates."))]
Day = datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, whatever is exported; empty parts narrow nothing."""

    verdict: str
    selection: str
    coverage: str
    retest: str
    kind: str
    authority: str
    place: str
    producer: str
    since: Day
    until: Day
    unresolved: bool
    text: str
    by: tuple[str, ...]


def export(  # noqa: PLR0913  one argument an option
    what: What,
    to: To = None,
    text: Annotated[str, typer.Option("--text", help=N_("Words that stand in it."))] = "",
    verdict: Annotated[str, typer.Option("--verdict", help=N_("conforming or nonconforming."))] = "",
    selection: Annotated[
        str, typer.Option("--population", help=N_("random, risk_targeted or undeclared."))
    ] = "",
    coverage: Annotated[str, typer.Option("--coverage", help=N_("all_results or failures_only."))] = "",
    retest: Annotated[str, typer.Option("--retest", help=N_("none, confirmed or overturned."))] = "",
    kind: Annotated[str, typer.Option("--kind", help=N_("Product kind."))] = "",
    authority: Annotated[str, typer.Option("--authority", help=N_("Name of the authority."))] = "",
    place: Annotated[
        str, typer.Option("--place", help=N_("Division code; all that lies below it is meant too."))
    ] = "",
    producer: Annotated[str, typer.Option("--producer", help=N_("The producer's unified code."))] = "",
    since: Annotated[Day, typer.Option("--since", formats=["%Y-%m-%d"], help=N_("First day."))] = None,
    until: Annotated[Day, typer.Option("--until", formats=["%Y-%m-%d"], help=N_("Last day."))] = None,
    unresolved: Annotated[bool, typer.Option("--unresolved", help=N_("A party is unresolved."))] = False,
    by: Annotated[
        list[str] | None, typer.Option("--by", help=N_("Pass rates: group by this; may be given again."))
    ] = None,
    agency: Agency = "",
    as_json: Json = False,
) -> int:
    """Write a list as csv, xlsx or parquet; --json tells how many rows were written and whether it is cut."""
    from zhiheng.doors.cli import opening

    form = _form(to)
    opening.in_use()
    from zhiheng.doors.cli.acting import acting

    asked = Asked(
        verdict, selection, coverage, retest, kind, authority, place, producer, since, until, unresolved,
        text, tuple(by or ()),
    )  # fmt: skip
    table = _table(what, acting(agency), asked)
    _write(table, to, form)
    if table.cut:
        output.note(table.cut_text())
    if as_json and to is not None:
        output.answer_json({"file": str(to), "rows": table.written, "cut": table.cut})
    elif to is not None:
        output.note(_("%(rows)d rows are in %(path)s.") % {"rows": table.written, "path": to})
    return refusals.DONE


def _table(what: str, actor: Actor, asked: Asked) -> Table:
    makers: dict[str, Callable[[Actor, Asked], Table]] = {
        "results": _results,
        "enterprises": _enterprises,
        "pass-rates": _rates,
    }
    if what not in makers:
        raise wrongly_written(
            "cli.export_what",
            N_("There is no list %(what)s."),
            N_("Export one of: %(known)s."),
            what=what[:40],
            known="、".join(makers),
        )
    return makers[what](actor, asked)


def _form(to: Path | None) -> Form:
    ending = to.suffix.removeprefix(".").lower() if to else "csv"
    if ending not in FORMS:
        raise wrongly_written(
            "cli.export_form",
            N_("A list cannot be written as “%(ending)s”."),
            N_("Let the file end in .csv, .xlsx or .parquet."),
            ending=ending,
        )
    return cast("Form", ending)


def _write(table: Table, to: Path | None, form: Form) -> None:
    from zhiheng.doors.exports.table import write

    if to is None:
        write(table, sys.stdout.buffer, form)
        sys.stdout.flush()
        return
    try:
        write(table, to, form)
    except OSError as error:
        raise refusals.environment(
            "cli.export_write",
            N_("%(path)s cannot be written: %(why)s."),
            N_("Look at the folder, its rights and the free space."),
            path=str(to),
            why=error.strerror or str(error),
        ) from error


def _results(actor: Actor, asked: Asked) -> Table:
    from django.utils import timezone

    from zhiheng.domains.supervision.selectors import Filters, results
    from zhiheng.doors.exports.tables import results_table
    from zhiheng.foundation.ledger.entries import BEIJING

    filters = Filters(
        verdict=asked.verdict,
        selection=asked.selection,
        coverage=asked.coverage,
        retest=asked.retest,
        product_kind=asked.kind,
        authority=asked.authority,
        division=asked.place,
        producer=asked.producer.upper(),
        since=asked.since.date() if asked.since else None,
        until=asked.until.date() if asked.until else None,
        unresolved=asked.unresolved,
        text=asked.text,
    )
    today = timezone.now().astimezone(BEIJING).date()
    return _whole(results_table(results(actor, today, filters), "csv"))


def _whole(table: Table) -> Table:
    """On the page a file has an end, for the sake of memory there; here it has that of its form alone."""
    table.limit = None
    return table


def _enterprises(actor: Actor, asked: Asked) -> Table:
    from zhiheng.doors.exports.tables import enterprises_table
    from zhiheng.foundation.org.actors import division_prefix
    from zhiheng.foundation.org.guard import within
    from zhiheng.foundation.registry import selectors

    prefix = division_prefix(asked.place) if asked.place else ""
    if not asked.text:
        rows = selectors.enterprises(actor).filter(within("division", prefix)).prefetch_related("names")
        return _whole(enterprises_table(rows.iterator(chunk_size=2000), "csv"))

    def found() -> Iterator[Any]:
        cursor: str | None = None
        while cursor != "":
            page = selectors.search(actor, asked.text, prefix, 100, cursor)
            yield from (hit.enterprise for hit in page.hits)
            cursor = page.next

    return _whole(enterprises_table(found(), "csv"))


def _rates(actor: Actor, asked: Asked) -> Table:
    from zhiheng.analytics.pipelines.pass_rates import PassRateQuestion, pass_rates
    from zhiheng.doors.exports.tables import TITLES, rates_table
    from zhiheng.foundation.ledger.snapshots import snapshot_last
    from zhiheng.foundation.org.actors import NATION, NOT_COVERED
    from zhiheng.settings import settings

    snapshot = snapshot_last(settings().folder("snapshots"))
    if snapshot is None:
        raise refusals.Refused(NO_SNAPSHOT)
    place = asked.place or actor.division or NATION
    if not actor.covers(place):
        raise refusals.Refused(NOT_COVERED)
    question = PassRateQuestion(
        by=cast("tuple[Any, ...]", asked.by),
        since=asked.since.date() if asked.since else None,
        until=asked.until.date() if asked.until else None,
        division=place,
        product_kind=asked.kind,
        authority=asked.authority,
        producer=asked.producer,
        selection=asked.selection,
    )
    found = pass_rates(snapshot, question)
    heads = tuple(str(TITLES[name]) for name in question.by)
    rows = (
        (
            *rate.keys, rate.selection, rate.n, rate.conforming, rate.estimate, rate.lower, rate.upper,
            rate.exact_lower, rate.exact_upper, rate.shrunk, rate.shrunk_lower, rate.shrunk_upper,
            rate.small, snapshot.name,
        )
        for rate in found.rates
    )  # fmt: skip
    return rates_table(found, heads, rows)


NO_SNAPSHOT: Final = refusals.Problem(
    "cli.no_snapshot",
    N_("No snapshot was taken yet, and rates are computed from a snapshot."),
    remedy=N_("`zhiheng report snapshot` takes one."),
)
