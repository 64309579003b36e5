"""Every act in every state by every role, and what each act leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from tests.domains.indicators.conftest import (
    ANALYST,
    AT,
    PUBLISHER,
    REVIEWER,
    SCOPE,
    Cut,
    Keep,
    drafted,
    officer,
    published,
    some,
)
from zhiheng.domains.indicators import content as contents
from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.scope import published_day
from zhiheng.domains.indicators.selectors import acts_open_to, published_since, report_by_code, reports
from zhiheng.domains.indicators.services import (
    report_comment_edit,
    report_draft,
    report_publish,
    report_refresh,
    report_return,
    report_review,
    report_submit,
    report_withdraw,
)
from zhiheng.domains.indicators.words import Paragraph
from zhiheng.domains.indicators.workflow import REPORT
from zhiheng.foundation.ledger.models import Checkpoint, Entry, EntrySubject
from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import PUBLIC, Actor
from zhiheng.kernel.errors import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("place")]
STATES = [state.name for state in REPORT.states]
ACTS = [act.name for act in REPORT.acts]
ACTORS = {role: officer(f"x-{role}", role) for role in roles.TITLES} | {"public": PUBLIC}


@pytest.fixture
def snapshot(keep: Keep, cut: Cut) -> Snapshot:
    keep(some(30))
    return cut()


@pytest.fixture
def report(snapshot: Snapshot) -> Report:
    return drafted(snapshot)


def act(name: str, actor: Actor, report: Report, snapshot: Snapshot) -> Report:
    """Do the act of that name."""
    given: dict[str, Any] = {"actor": actor, "report": report, "at": AT}
    seen = {"seen": report.content_digest}
    calls: dict[str, Callable[[], Report]] = {
        "refresh": lambda: report_refresh(**given, snapshot=snapshot),
        "comment_edit": lambda: report_comment_edit(**given, **seen, paragraphs=()),
        "submit": lambda: report_submit(**given),
        "review": lambda: report_review(**given, **seen),
        "return": lambda: report_return(**given, reason="请核对"),
        "publish": lambda: report_publish(**given, **seen),
        "withdraw": lambda: report_withdraw(**given, reason="数据有误"),
    }
    return calls[name]()


def brought(report: Report, state: str) -> Report:
    """The report in a state, by the acts that lead there."""
    steps = {
        "draft": [],
        "submitted": [("submit", ANALYST)],
        "reviewed": [("submit", ANALYST), ("review", REVIEWER)],
    }
    steps["published"] = [*steps["reviewed"], ("publish", PUBLISHER)]
    steps["withdrawn"] = [*steps["published"], ("withdraw", PUBLISHER)]
    for name, actor in steps[state]:
        report = act(name, actor, report, None)  # type: ignore[arg-type]
    return report


@pytest.mark.parametrize("state", STATES)
def test_the_table_holds_for_every_act_and_every_role(state: str, report: Report, snapshot: Snapshot) -> None:
    """Allowed is exactly what the table says; what is refused changes nothing and records nothing."""
    standing = brought(report, state)
    table = {row.act: row for row in REPORT.acts_from(state)}
    for name in ACTS:
        for role, actor in ACTORS.items():
            before = Entry.objects.count()
            state_after, recorded = tried(name, actor, standing, snapshot)
            if name in table and role in table[name].roles:
                assert state_after == table[name].next_state, f"{role} may {name} in {state}"
                assert recorded > 0
            else:
                assert state_after == "", f"{role} must not {name} in {state}"
                assert recorded == 0
            assert Entry.objects.count() == before


class _Undone(Exception):  # noqa: N818  not an error: takes the trial back
    """Takes a trial back."""


def tried(name: str, actor: Actor, report: Report, snapshot: Snapshot) -> tuple[str, int]:
    """Where the act would lead and how many entries it would make; nowhere where it is refused."""
    before, found = Entry.objects.count(), ("", 0)
    with suppress(_Undone, Refused), transaction.atomic():
        moved = act(name, actor, report, snapshot)
        found = (moved.state, Entry.objects.count() - before)
        raise _Undone
    return found


@pytest.mark.parametrize("name", ["draft", "refresh", "comment_edit", "submit"])
def test_nobody_approves_what_he_worked_on(name: str, snapshot: Snapshot) -> None:
    both = replace(ANALYST, key="officer:both", roles=frozenset({roles.ANALYST, roles.REVIEWER}))
    author = both if name == "draft" else ANALYST
    report = report_draft(actor=author, title="报告", scope=SCOPE, snapshot=snapshot, at=AT)
    if name in ("refresh", "comment_edit"):
        report = act(name, both, report, snapshot)
    report = act("submit", both if name == "submit" else ANALYST, report, snapshot)
    with pytest.raises(Refused, match="You worked on this report"):
        act("review", both, report, snapshot)
    decision = acts_open_to(both, report)["review"]
    assert (decision.allowed, decision.reason.code) == (False, "report.own")
    assert act("review", REVIEWER, report, snapshot).reviewer == REVIEWER.key


@pytest.mark.parametrize("name", ["refresh", "submit"])
def test_an_officer_of_another_place_may_not_act(name: str, report: Report, snapshot: Snapshot) -> None:
    city = officer("city", *roles.TITLES, division="900100", agency="C901")
    with pytest.raises(Refused, match="not yours"):
        act(name, city, report, snapshot)


@pytest.mark.parametrize("name", ["comment_edit", "review", "publish"])
def test_what_changed_since_it_was_seen_is_not_approved(name: str, report: Report) -> None:
    standing = brought(report, {"comment_edit": "draft", "review": "submitted", "publish": "reviewed"}[name])
    given: dict[str, Any] = {"report": standing, "seen": "0" * 64, "at": AT}
    calls: dict[str, Callable[[], Report]] = {
        "comment_edit": lambda: report_comment_edit(actor=ANALYST, paragraphs=(), **given),
        "review": lambda: report_review(actor=REVIEWER, **given),
        "publish": lambda: report_publish(actor=PUBLISHER, **given),
    }
    with pytest.raises(Refused, match="has changed since"):
        calls[name]()


@pytest.mark.parametrize("reason", ["", "  ", "长" * 501])
def test_a_return_and_a_withdrawal_need_a_reason(reason: str, report: Report) -> None:
    standing = brought(report, "submitted")
    with pytest.raises(Refused, match="Say why"):
        report_return(actor=REVIEWER, report=standing, reason=reason, at=AT)
    done = act("publish", PUBLISHER, act("review", REVIEWER, standing, None), None)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="Say why"):
        report_withdraw(actor=PUBLISHER, report=done, reason=reason, at=AT)


def test_a_returned_report_is_mended_and_reviewed_anew(report: Report, snapshot: Snapshot) -> None:
    back = report_return(actor=REVIEWER, report=brought(report, "reviewed"), reason="请补充说明", at=AT)
    assert (back.state, back.reviewer, back.reason) == ("draft", "", "请补充说明")
    again = published(back)
    assert (again.state, again.reason) == ("published", "")


def test_publication_is_on_record_and_bound_by_a_checkpoint(report: Report) -> None:
    done = published(report)
    entry = Entry.objects.get(pk=done.published_entry)
    payload = json.loads(entry.payload)
    assert entry.kind == "report.published"
    assert payload["content"] == done.content_digest == contents.digest_of(done.content)
    assert payload["manifest"] == done.manifest
    heads = json.loads(Checkpoint.objects.get(number=done.checkpoint).heads)
    assert ["P90", entry.number, bytes(entry.hash).hex()] in heads
    acted = EntrySubject.objects.filter(kind="report", key=done.code)
    assert acted.count() == 5  # draft, submit, review, publish, and the publication itself


def test_a_superseded_report_stays_visible_with_its_reason(report: Report, snapshot: Snapshot) -> None:
    old, new = published(report), published(drafted(snapshot))
    gone = report_withdraw(actor=PUBLISHER, report=old, reason="由新版取代", at=AT, superseded_by=new)
    seen = report_by_code(PUBLIC, gone.code)
    assert seen is not None
    assert (seen.state, seen.reason, seen.superseded_by) == ("withdrawn", "由新版取代", new)


def test_only_a_published_report_can_replace_another(report: Report, snapshot: Snapshot) -> None:
    old, draft = published(report), drafted(snapshot)
    for other in (old, draft):
        with pytest.raises(Refused, match="replaced only by"):
            report_withdraw(actor=PUBLISHER, report=old, reason="x", at=AT, superseded_by=other)


@pytest.mark.parametrize("state", STATES)
def test_who_sees_a_report(state: str, report: Report) -> None:
    brought(report, state)
    public = state in ("published", "withdrawn")
    elsewhere = officer("e", roles.ANALYST, division="910000", agency="P91")
    nation = officer("n", roles.ANALYST, division="100000", agency="N")
    for actor, sees in ((PUBLIC, public), (elsewhere, public), (ANALYST, True), (nation, True)):
        assert reports(actor).filter(code=report.code).exists() is sees, actor.name
    assert published_since(PUBLIC, date_before()).exists() is public


def date_before() -> Any:
    return AT.replace(year=AT.year - 1)


def test_a_draft_is_computed_again_on_a_newer_snapshot(report: Report, keep: Keep, cut: Cut) -> None:
    before = report.content_digest
    given = Paragraph("overview", "zh-hans", "总体合格率为{rate:}。")
    report = report_comment_edit(
        actor=ANALYST, report=report, paragraphs=[given], seen=report.content_digest, at=AT
    )
    keep(some(40, seed=2))
    fresh = report_refresh(actor=ANALYST, report=report, snapshot=cut(), at=AT)
    assert fresh.content_digest != before
    assert contents.paragraphs_of(fresh.document) == (given,)
    (word,) = fresh.document["words"]  # type: ignore[misc,union-attr]
    overall = contents.tables_of(fresh.document)["overall"].rows
    assert word["slots"]["rate:"]["value"] == overall[0]["estimate"]  # type: ignore[index,call-overload]


def test_codes_count_on(snapshot: Snapshot) -> None:
    codes = [drafted(snapshot).code for _ in range(3)]
    assert codes == ["2025-900000-01", "2025-900000-02", "2025-900000-03"]


def test_a_draft_about_days_to_come_is_refused(snapshot: Snapshot) -> None:
    ahead = replace(SCOPE, published_by=date(2026, 4, 11))
    with pytest.raises(Refused, match="Nobody knows today"):
        drafted(snapshot, scope=ahead)


def test_a_published_content_cannot_be_changed_by_any_act(report: Report, snapshot: Snapshot) -> None:
    done = published(report)
    for name in ("refresh", "comment_edit", "submit", "review", "return", "publish"):
        with pytest.raises(Refused, match="not possible in the state"):
            act(name, officer("all", *roles.TITLES), done, snapshot)
    assert published_day(AT) == date(2026, 4, 10)
