"""`zhiheng report`: quality reports from the command line.

Without `--as` the system acts for its agency. A report passes through several hands, and nobody
approves what he worked on; so an officer can sign in for one act (`--as NAME`, with the password).
This module refuses to act for an officer whose password it was not given.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands.options import Agency, Json
from zhiheng.doors.cli.words import _, language
from zhiheng.kernel.errors import N_, Problem, Refused

if TYPE_CHECKING:
    from zhiheng.domains.indicators.models import Report
    from zhiheng.foundation.org.actors import Actor

app = typer.Typer(help=N_("Quality reports: draft, list, review, publish, hand out."), no_args_is_help=True)
Code = Annotated[str, typer.Argument(help=N_("Code of the report."))]
As = Annotated[
    str,
    typer.Option(
        "--as", help=N_("Officer who signs in for this; the password is asked for, or ZHIHENG_PASSWORD.")
    ),
]
To = Annotated[Path | None, typer.Option("--to", "-o", help=N_("The file to write."))]


def _actor(agency: str, officer: str) -> Actor:
    """The system for its agency, or the officer who signs in for this one act."""
    from zhiheng.doors.cli.acting import acting, signed_in

    return signed_in(officer) if officer else acting(agency)


def _report(actor: Actor, code: str) -> Report:
    from zhiheng.domains.indicators.selectors import report_by_code

    found = report_by_code(actor, code)
    if found is None:
        raise Refused(
            Problem(
                "cli.report",
                N_("There is no report %(code)s."),
                {"code": code[:40]},
                N_("`zhiheng report list` names them all."),
            )
        )
    return found


def _said(report: Report, *, as_json: bool) -> int:
    if as_json:
        output.answer_json(_as_json(report))
    else:
        output.answer(f"{report.code}\t{report.get_state_display()}\t{report.title}")
    return refusals.DONE


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "code": report.code,
        "title": report.title,
        "state": report.state,
        "agency": report.agency,
        "division": report.division,
        "period_from": report.period_from,
        "period_to": report.period_to,
        "content_digest": report.content_digest,
        "snapshot": report.snapshot,
        "published_at": report.published_at,
    }


@app.command("snapshot", help=N_("Take a snapshot. Reports and rates are computed from the newest one."))
def snapshot(as_json: Json = False) -> int:
    """Bind the ledger by a checkpoint and cut a snapshot; only what is new is written."""
    from zhiheng.doors.cli import opening

    opening.in_use()
    with output.progress(_("Taking a snapshot"), quiet=as_json):
        taken = _snapshot()
    if as_json:
        output.answer_json({"snapshot": taken.name, "entries": taken.entries, "root": taken.root})
    else:
        output.answer(taken.name)
    return refusals.DONE


def _snapshot() -> Any:
    from django.utils import timezone

    from zhiheng.foundation.ledger.checkpoints import checkpoint_take
    from zhiheng.foundation.ledger.snapshots import snapshot_take
    from zhiheng.settings import settings

    return snapshot_take(settings().folder("snapshots"), checkpoint_take(at=timezone.now()))


@app.command("draft", help=N_("Draft a report. It is computed from a snapshot that is taken now."))
def draft(  # noqa: PLR0913  one argument an option
    title: Annotated[str, typer.Argument(help=N_("The title, without figures beside the period."))],
    since: Annotated[datetime, typer.Option("--since", formats=["%Y-%m-%d"], help=N_("First day."))],
    until: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help=N_("Last day."))],
    place: Annotated[str, typer.Option("--place", help=N_("Division code; else the agency's."))] = "",
    kind: Annotated[str, typer.Option("--kind", help=N_("Product kind; else all."))] = "",
    officer: As = "",
    agency: Agency = "",
    as_json: Json = False,
) -> int:
    """Compute a new report."""
    from zhiheng.doors.cli import opening

    opening.in_use()
    from django.utils import timezone

    from zhiheng.domains.indicators.scope import Scope, published_day
    from zhiheng.domains.indicators.services import report_draft

    actor, at = _actor(agency, officer), timezone.now()
    scope = Scope(
        division=place or actor.division,
        since=since.date(),
        until=until.date(),
        published_by=published_day(at),
        product_kind=kind,
    )
    with output.progress(_("Computing the report"), quiet=as_json):
        made = report_draft(actor=actor, title=title, scope=scope, snapshot=_snapshot(), at=at)
    return _said(made, as_json=as_json)


@app.command("list", help=N_("List the reports."))
def list_reports(agency: Agency = "", as_json: Json = False) -> int:
    """All reports with their states."""
    from zhiheng.doors.cli import opening

    opening.in_use()
    from zhiheng.domains.indicators.selectors import reports
    from zhiheng.doors.cli.acting import acting

    found = list(reports(acting(agency)))
    if as_json:
        output.answer_json([_as_json(report) for report in found])
    else:
        rows = [
            (one.code, one.get_state_display(), one.period_from, one.period_to, one.title) for one in found
        ]
        output.table((_("code"), _("state"), _("from"), _("to"), _("title")), rows)
    return refusals.DONE


def _act(name: str, code: str, actor: Callable[[], Actor], *, as_json: bool, reason: str = "") -> int:
    from zhiheng.doors.cli import opening

    opening.in_use()
    from django.utils import timezone

    from zhiheng.domains.indicators import services

    who = actor()
    report, at = _report(who, code), timezone.now()
    seen = report.content_digest
    acts = {
        "submit": lambda: services.report_submit(actor=who, report=report, at=at),
        "review": lambda: services.report_review(actor=who, report=report, seen=seen, at=at),
        "publish": lambda: services.report_publish(actor=who, report=report, seen=seen, at=at),
        "return": lambda: services.report_return(actor=who, report=report, reason=reason, at=at),
        "withdraw": lambda: services.report_withdraw(actor=who, report=report, reason=reason, at=at),
    }
    return _said(acts[name](), as_json=as_json)


Reason = Annotated[str, typer.Option("--reason", help=N_("Why; it stands in the ledger."))]


@app.command("submit", help=N_("Submit a draft for review."))
def submit(code: Code, officer: As = "", agency: Agency = "", as_json: Json = False) -> int:
    """draft → submitted."""
    return _act("submit", code, lambda: _actor(agency, officer), as_json=as_json)


@app.command("review", help=N_("Approve a submitted report. Nobody approves what he worked on."))
def review(code: Code, officer: As = "", agency: Agency = "", as_json: Json = False) -> int:
    """submitted → reviewed."""
    return _act("review", code, lambda: _actor(agency, officer), as_json=as_json)


@app.command("return", help=N_("Return a report to its author."))
def send_back(
    code: Code, reason: Reason, officer: As = "", agency: Agency = "", as_json: Json = False
) -> int:
    """submitted or reviewed → draft."""
    return _act("return", code, lambda: _actor(agency, officer), as_json=as_json, reason=reason)


@app.command("publish", help=N_("Publish a reviewed report. From then on it stands as it is."))
def publish(code: Code, officer: As = "", agency: Agency = "", as_json: Json = False) -> int:
    """reviewed → published."""
    return _act("publish", code, lambda: _actor(agency, officer), as_json=as_json)


@app.command("withdraw", help=N_("Withdraw a published report. It stays visible, with the reason."))
def withdraw(code: Code, reason: Reason, officer: As = "", agency: Agency = "", as_json: Json = False) -> int:
    """published → withdrawn."""
    return _act("withdraw", code, lambda: _actor(agency, officer), as_json=as_json, reason=reason)


@app.command("pdf", help=N_("Write a report as PDF. The same reading as its page."))
def pdf(code: Code, to: To = None, agency: Agency = "") -> int:
    """Set the report in the language of this run."""
    from zhiheng.doors.cli import opening

    opening.in_use()
    from zhiheng.domains.indicators.pdf import report_pdf
    from zhiheng.doors.cli.acting import acting

    report = _report(acting(agency), code)
    with output.progress(_("Setting the report")):
        made = report_pdf(report, language())
    written(to or Path(f"{report.code}.pdf"), made.data)
    if not made.font:
        output.problem(NO_FONT)
    return refusals.DONE


@app.command("package", help=N_("Write the package for strangers. It verifies without our database."))
def package(code: Code, to: To = None) -> int:
    """One file with content, rows, publishing entry and proof."""
    from zhiheng.doors.cli import opening

    opening.in_use()
    from zhiheng.domains.indicators.package import package_write
    from zhiheng.doors.cli.acting import PROGRAM
    from zhiheng.settings import settings

    report = _report(PROGRAM, code)
    path = to or Path(f"{report.code}.zip")
    written(path, package_write(report, settings().folder("snapshots")))
    return refusals.DONE


def written(path: Path, data: bytes) -> None:
    """Write a file that was asked for, and say where it is."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise refusals.environment(
            "cli.export_write",
            CANNOT_WRITE,
            N_("Look at the folder, its rights and the free space."),
            path=str(path),
            why=error.strerror or str(error),
        ) from error
    output.note(_("Written: %(path)s") % {"path": path})


NO_FONT: Final = Problem(
    "cli.no_font",
    N_("No Chinese font is installed, so Chinese text is missing in the PDF."),
    remedy=N_("Install Noto Sans CJK (Debian: fonts-noto-cjk), then write it again."),
)
CANNOT_WRITE: Final = N_("%(path)s cannot be written: %(why)s.")
