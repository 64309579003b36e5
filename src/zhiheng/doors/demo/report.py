"""The demo's quality report: drafted, reviewed and published by three officers, as a real one is."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils import timezone

from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.scope import Scope, published_day
from zhiheng.domains.indicators.selectors import reports
from zhiheng.domains.indicators.services import (
    report_draft,
    report_publish,
    report_review,
    report_submit,
)
from zhiheng.doors.demo.accounts import PROVINCE
from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.models import Account
from zhiheng.foundation.org.selectors import actor_of

TITLE: Final = "示例省2025年产品质量状况分析报告（模拟数据）"
DIVISION: Final = "900000"


def report_published(snapshot: Snapshot) -> Report:
    """Take the report from where it stands to its publication."""
    analyst = _officer("analyst")
    at = timezone.now()
    known = reports(analyst).filter(agency=PROVINCE, title=TITLE).first()
    if known is None:
        day = published_day(at)
        scope = Scope(DIVISION, date(2025, 1, 1), min(date(2025, 12, 31), day), day)
        known = report_draft(actor=analyst, title=TITLE, scope=scope, snapshot=snapshot, at=at)
    if known.state == Report.State.DRAFT:
        known = report_submit(actor=analyst, report=known, at=at)
    if known.state == Report.State.SUBMITTED:
        known = report_review(
            actor=_officer("reviewer"), report=known, seen=known.content_digest, at=timezone.now()
        )
    if known.state == Report.State.REVIEWED:
        known = report_publish(
            actor=_officer("publisher"), report=known, seen=known.content_digest, at=timezone.now()
        )
    return known


def _officer(username: str) -> Actor:
    return actor_of(Account.objects.get(username=username), timezone.now())
