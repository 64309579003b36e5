"""A small country with results that are published, not yet, or never; and a reader without an account."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.domains.supervision.conftest import MAKER, OTHER, PROVINCE, SYSTEM, country, row
from zhiheng.domains.indicators import services
from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.scope import Scope
from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.services import results_record
from zhiheng.doors.portal.visit import kept
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.entries import BEIJING
from zhiheng.foundation.ledger.models import Entry, split_id
from zhiheng.foundation.ledger.snapshots import Snapshot, snapshot_take
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import PUBLIC, Actor
from zhiheng.settings import settings

__all__ = ["MAKER", "OTHER", "SYSTEM", "country"]
CHINESE, ENGLISH = "zh-CN,zh;q=0.9", "en"


def now() -> datetime:
    """The door asks the clock, so its tests do too."""
    return timezone.now()


def day(offset: int = 0) -> date:
    """Today in Beijing, or some days from it."""
    return now().astimezone(BEIJING).date() + timedelta(days=offset)


def forget() -> None:
    """Let go of every page and every list of words that this process keeps."""
    cache.clear()
    kept.clear()


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Pages, words and snapshots that are kept are those of one test."""
    forget()
    yield
    forget()
    shutil.rmtree(settings().folder("snapshots"))


@pytest.fixture
def reader() -> Client:
    """A stranger who reads Chinese."""
    return Client(HTTP_ACCEPT_LANGUAGE=CHINESE)


@pytest.fixture
def english() -> Client:
    """A stranger who reads English."""
    return Client(HTTP_ACCEPT_LANGUAGE=ENGLISH)


Publish = Callable[..., Result]


@pytest.fixture
def publish(country: None) -> Publish:
    """Record one result, published a month ago unless told otherwise."""
    numbers = iter(range(2, 10_000))

    def make(offset: int | None = -30, **cells: str) -> Result:
        number = next(numbers)
        published = "" if offset is None else str(day(offset))
        given = {"sampled_on": str(day(-90)), "published_on": published, **cells}
        one = row(number, **given)
        (outcome,) = results_record(actor=PROVINCE, rows=[one], at=now())
        assert outcome.state in ("accepted", "unresolved"), outcome
        found = Result.objects.unguarded("the test asks what it recorded").get(record=f"R-{number}")
        assert isinstance(found, Result)
        return found

    return make


FAILED = {
    "verdict": "不合格",
    "items": "绝缘平均厚度|0.5|mm|≥0.70|不合格；标志||||合格",
    "failed_items": "绝缘平均厚度",
    "product_name": "不合格的电线",
}


@dataclass(frozen=True, slots=True)
class Published:
    """What a reader may find, by what."""

    good: Result
    failed: Result
    unresolved: Result
    snapshot: Snapshot

    @property
    def entry(self) -> str:
        """How the entry of the good result is cited."""
        _, number = split_id(self.good.entry)
        return f"{Entry.objects.get(pk=self.good.entry).book.key}-{number}"


@pytest.fixture
def published(publish: Publish) -> Published:
    """Three published results and a snapshot that holds them."""
    good = publish(source_url="https://bulletin.example.org/1", brand="安达")
    failed = publish(**FAILED)
    unresolved = publish(producer="无人知晓的电线厂", producer_uscc="", product_name="来历不明的电线")
    snapshot = snapshot_take(settings().folder("snapshots"), checkpoint_take(at=now()))
    return Published(good, failed, unresolved, snapshot)


def pages(given: Published, report: str = "") -> list[str]:
    """Every page of the door, with addresses that lead somewhere."""
    found = [
        "/", "/search/", "/search/?q=电线", "/search/?q=安达", "/search/?q=没有这样的", "/search/?q=a",
        f"/enterprises/{MAKER[0]}/", f"/enterprises/{OTHER[0]}/",
        "/results/", "/results/?verdict=nonconforming&sort=-published", "/results/?text=没有这样的",
        f"/results/{given.good.key}/", f"/results/{given.failed.key}/", f"/results/{given.unresolved.key}/",
        "/rates/", "/rates/?place=330000", "/rates/?population=random&kind=电线电缆", "/rates/?kind=没有",
        "/reports/", "/verify/", "/verify/checkpoints/", "/verify/checkpoints/1/",
        f"/verify/entries/{given.entry}/", "/about/", "/about/data/", "/about/accessibility/",
    ]  # fmt: skip
    return found + ([f"/reports/{report}/", f"/reports/{report}/check/"] if report else [])


REFUSED = (
    ("/results/?since=kein-tag", 422), ("/results/?since=2026-02-01&until=2026-01-01", 422),
    ("/results/?verdict=schlecht", 422), ("/results/?place=33", 422), ("/rates/?since=x", 422),
    ("/results/export.pdf", 422), ("/results/export.csv?since=x", 422), ("/search/?q=a%00b", 422),
    ("/search/?q=" + "x" * 401, 422), ("/search/?q=电线&cursor=quatsch", 422),
    ("/verify/?entry=kein%20Name", 422), (f"/enterprises/{MAKER[0]}/?before=x", 422),
    ("/results/nope/", 404), ("/enterprises/91330100799655058X/", 404),
    ("/enterprises/91330100MA27XL0A5C/", 404), ("/enterprises/x/", 404), ("/reports/2020-330000-01/", 404),
    ("/reports/2020-330000-01.pdf", 404), ("/reports/2020-330000-01.zip", 404),
    ("/reports/2020-330000-01/check/", 404), ("/verify/checkpoints/999/", 404),
    ("/verify/checkpoints/999.json", 404), ("/verify/entries/NOBOOK-1/", 404),
    ("/verify/entries/NOBOOK-1.txt", 404), ("/verify/entries/P33-999999999999/", 404),
    ("/verify/entries/P33-99999999999999999999/", 404), ("/nowhere/", 404),
)  # fmt: skip


def public(key: str) -> bool:
    """Whether the public sees a result today."""
    return Result.objects.visible_to(PUBLIC).published(day()).filter(key=key).exists()


def _officer(number: int, role: str) -> Actor:
    return Actor(
        kind="officer", key=f"officer:{number}", name=str(number), agency="P33", division="330000",
        roles=frozenset({role}),
    )  # fmt: skip


def drafted(snapshot: Snapshot, title: str = "浙江省产品质量状况分析报告") -> Report:
    """A report that nobody has read yet."""
    scope = Scope("330000", day(-120), day(-1), day())
    return services.report_draft(
        actor=_officer(1, roles.ANALYST), title=title, scope=scope, snapshot=snapshot, at=now()
    )


def issued(report: Report) -> Report:
    """The report, submitted, reviewed and published by three people."""
    services.report_submit(actor=_officer(1, roles.ANALYST), report=report, at=now())
    seen = report.content_digest
    services.report_review(actor=_officer(2, roles.REVIEWER), report=report, seen=seen, at=now())
    return services.report_publish(actor=_officer(3, roles.PUBLISHER), report=report, seen=seen, at=now())


def withdrawn(report: Report, reason: str) -> Report:
    """The report, taken back."""
    return services.report_withdraw(
        actor=_officer(3, roles.PUBLISHER), report=report, reason=reason, at=now()
    )


@pytest.fixture
def report(published: Published) -> Report:
    """A published report on the published results."""
    return issued(drafted(published.snapshot))
