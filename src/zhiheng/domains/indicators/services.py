"""What officials do with quality reports: draft, refresh, write, submit, review, return, publish, withdraw.

Every act follows the workflow's table, is bound to the content that its author had before the eyes,
and is on record with the digest of that content. This module refuses to change what was published.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from zhiheng.domains.indicators import content as contents
from zhiheng.domains.indicators import policy
from zhiheng.domains.indicators.content import Masthead
from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.scope import Scope, published_day
from zhiheng.domains.indicators.words import Paragraph
from zhiheng.domains.indicators.workflow import REPORT
from zhiheng.foundation.ledger.acts import act
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.entries import Draft, Recorded, append
from zhiheng.foundation.ledger.facts.base import Fact
from zhiheng.foundation.ledger.facts.report import ReportActed, ReportPublished
from zhiheng.foundation.ledger.models import Book
from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.models import Agency, Division
from zhiheng.kernel.chain import Json, canonical
from zhiheng.kernel.errors import N_, refuse

TITLE_LENGTH: Final = 120
REASON_LENGTH: Final = 500
_TRIES: Final = 5


@act
def report_draft(*, actor: Actor, title: str, scope: Scope, snapshot: Snapshot, at: datetime) -> Report:
    """Compute a new report from a snapshot."""
    policy.report_draft(actor, scope.division).require()
    _require_title(title, scope)
    _require_past(scope, at)
    # Two drafts of one place and period may come at once; whoever comes second counts on.
    for tried in range(_TRIES):
        code = _next_code(scope, tried)
        document = contents.document(snapshot, scope, _masthead(actor, code, title, scope), ())
        report = Report(
            code=code,
            title=title,
            agency=actor.agency,
            agency_name=str(document["agency_name"]),
            division=scope.division,
            period_from=scope.since,
            period_to=scope.until,
            drafter=actor.key,
            drafted_at=at,
            entry=0,
        )
        _put_content(report, document, snapshot, actor)
        try:
            with transaction.atomic():
                report.save()
        except IntegrityError:
            continue
        return _recorded(report, actor, "draft", "", at)
    raise refuse("report.code", N_("Several reports of this place and period are being drafted; try again."))


@act
def report_refresh(*, actor: Actor, report: Report, snapshot: Snapshot, at: datetime) -> Report:
    """Compute a draft again on another snapshot; the author's paragraphs are kept where they still fit."""
    standing = _moved(actor, report, "refresh")
    document = standing.document
    scope = contents.scope_in(document)
    masthead = _masthead(actor, standing.code, standing.title, scope, standing)
    fresh = contents.document(snapshot, scope, masthead, contents.paragraphs_of(document))
    _put_content(standing, fresh, snapshot, actor)
    return _recorded(standing, actor, "refresh", "", at)


@act
def report_comment_edit(
    *, actor: Actor, report: Report, paragraphs: Sequence[Paragraph], seen: str, at: datetime
) -> Report:
    """Replace the author's own paragraphs of a draft; `seen` is the digest of the content that was edited."""
    standing = _moved(actor, report, "comment_edit")
    _require_seen(standing, seen)
    _put_content(standing, contents.with_words(standing.document, paragraphs), None, actor)
    return _recorded(standing, actor, "comment_edit", "", at)


@act
def report_submit(*, actor: Actor, report: Report, at: datetime) -> Report:
    """Hand a draft in for review; from now on its content stands still."""
    standing = _moved(actor, report, "submit")
    standing.submitted_at = at
    standing.reason = ""
    _joined(standing, actor)
    return _recorded(standing, actor, "submit", "", at)


@act
def report_review(*, actor: Actor, report: Report, seen: str, at: datetime) -> Report:
    """Approve the content that the reviewer has seen; nobody approves what he worked on."""
    standing = _moved(actor, report, "review")
    _require_seen(standing, seen)
    standing.reviewer, standing.reviewed_at = actor.key, at
    return _recorded(standing, actor, "review", "", at)


@act
def report_return(*, actor: Actor, report: Report, reason: str, at: datetime) -> Report:
    """Send a report back to be mended, and say what is wrong with it."""
    standing = _moved(actor, report, "return")
    _require_reason(reason)
    standing.reviewer, standing.reviewed_at, standing.submitted_at = "", None, None
    standing.reason = reason
    return _recorded(standing, actor, "return", reason, at)


@act
def report_publish(*, actor: Actor, report: Report, seen: str, at: datetime) -> Report:
    """Publish the reviewed content; its digest becomes the head of the book that a checkpoint then binds."""
    standing = _moved(actor, report, "publish")
    _require_seen(standing, seen)
    # All books first, in the order of the checkpoint: two who publish at once must not wait crosswise.
    list(Book.objects.select_for_update().order_by("key"))
    standing.publisher, standing.published_at = actor.key, at
    scope = contents.scope_in(standing.document)
    published = ReportPublished(
        report=standing.code,
        title=standing.title,
        period_from=standing.period_from,
        period_to=standing.period_to,
        content=standing.content_digest,
        snapshot=standing.snapshot,
        manifest=standing.manifest,
        pipeline=contents.PIPELINE,
        parameters=canonical(scope.parameters()),
    )
    # The publishing entry comes last: as the head of its book it is a leaf of the checkpoint, so a
    # stranger can be shown that it stands in the ledger without being shown any other entry.
    (_, entry) = _append(standing, actor, at, _fact(standing, "publish", ""), published)
    standing.entry = standing.published_entry = entry.id
    standing.checkpoint = checkpoint_take(at=at).number
    standing.save()
    return standing


@act
def report_withdraw(
    *, actor: Actor, report: Report, reason: str, at: datetime, superseded_by: Report | None = None
) -> Report:
    """Withdraw a published report; it stays visible, with the reason and the report that replaces it."""
    standing = _moved(actor, report, "withdraw")
    _require_reason(reason)
    if superseded_by is not None and (
        superseded_by.pk == standing.pk or superseded_by.state != Report.State.PUBLISHED
    ):
        raise refuse(
            "report.superseded",
            N_("A report can be replaced only by another one that is published."),
            N_("Publish the new report first, then withdraw this one."),
        )
    standing.superseded_by = superseded_by
    standing.reason, standing.withdrawn_at = reason, at
    return _recorded(standing, actor, "withdraw", reason, at)


def _moved(actor: Actor, report: Report, name: str) -> Report:
    """The report, locked, in the state that the act leads to; refused where the table or a policy says no."""
    table = Report.objects.unguarded("the policy of the act is asked about this report")
    standing = table.select_for_update().get(pk=report.pk)
    policy.report_act(actor, standing, name).require()
    standing.state = REPORT.transition(standing.state, name).next_state
    return standing


def _recorded(report: Report, actor: Actor, name: str, reason: str, at: datetime) -> Report:
    (entry,) = _append(report, actor, at, _fact(report, name, reason))
    report.entry = entry.id
    report.save()
    return report


def _fact(report: Report, name: str, reason: str) -> ReportActed:
    return ReportActed(
        report=report.code, act=name, state=report.state, content=report.content_digest, reason=reason
    )


def _append(report: Report, actor: Actor, at: datetime, *facts: Fact) -> list[Recorded]:
    drafts = [Draft(fact, at, report.division) for fact in facts]
    return append(actor=actor, recorded_at=at, drafts=drafts)


def _put_content(report: Report, document: dict[str, Json], snapshot: Snapshot | None, actor: Actor) -> None:
    report.content = contents.text_of(document)
    report.content_digest = contents.digest_of(report.content)
    report.__dict__.pop("document", None)
    if snapshot is not None:
        report.snapshot, report.manifest = snapshot.name, snapshot.digest
    _joined(report, actor)


def _joined(report: Report, actor: Actor) -> None:
    report.authors = sorted({*report.authors, actor.key})


def _next_code(scope: Scope, tried: int) -> str:
    stem = f"{scope.period}-{scope.division}-"
    taken = Report.objects.unguarded("codes are counted over all reports").filter(code__startswith=stem)
    return f"{stem}{taken.count() + 1 + tried:02d}"


def _masthead(actor: Actor, code: str, title: str, scope: Scope, standing: Report | None = None) -> Masthead:
    agency, name = (
        (standing.agency, standing.agency_name) if standing else (actor.agency, _agency_name(actor))
    )
    return Masthead(code, title, agency, name, _labels(scope))


def _agency_name(actor: Actor) -> str:
    agency = Agency.objects.unguarded("names of agencies are public").filter(code=actor.agency).first()
    return agency.name if agency else actor.agency


def _labels(scope: Scope) -> dict[str, dict[str, str]]:
    """The names of the place and of what lies directly below it, as they were on the period's last day."""
    labels: dict[str, dict[str, str]] = {}
    of_place = Q(code=scope.division) | Q(parent=scope.division)
    for row in Division.objects.filter(of_place).order_by("code", "valid_from"):
        if row.valid_from is None or row.valid_from <= scope.until or row.code not in labels:
            labels[row.code] = {"zh-hans": row.name, "en": row.name_en or row.name}
    return labels


def _require_seen(report: Report, seen: str) -> None:
    if seen != report.content_digest:
        raise refuse(
            "report.changed",
            N_("The report has changed since you opened it."),
            N_("Open it again, read what has changed, and decide then."),
        )


def _require_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > REASON_LENGTH:
        raise refuse(
            "report.reason",
            N_("Say why, in at most %(most)d characters."),
            N_("Whoever reads the record later must understand it without asking you."),
            most=REASON_LENGTH,
        )


def _require_past(scope: Scope, at: datetime) -> None:
    if scope.published_by > published_day(at):
        raise refuse(
            "report.published_by",
            N_("Nobody knows today what will have been published by %(day)s."),
            N_("Name a day that has come."),
            day=scope.published_by.isoformat(),
        )


def _require_title(title: str, scope: Scope) -> None:
    if not title.strip() or len(title) > TITLE_LENGTH or any(unicodedata.category(c) == "Cc" for c in title):
        raise refuse(
            "report.title", N_("A title has one line of 1 to %(most)d characters."), most=TITLE_LENGTH
        )
    known = {*range(scope.since.year, scope.until.year + 1), *range(1, 32)}
    loose = [found for found in re.findall(r"\d+", title) if int(found) not in known]
    if loose or re.search("[%％‰]", title):
        raise refuse(
            "report.title_number",
            N_("The title holds a number that is not part of the period."),
            N_("Keep figures out of the title: they belong into the text, where they can be checked."),
        )
