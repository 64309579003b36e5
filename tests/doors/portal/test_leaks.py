"""Nothing that is not published gets out: every address is walked, and every byte searched for a mark."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.domains.supervision.conftest import PROVINCE, SYSTEM
from tests.doors.portal.conftest import FAILED, MAKER, OTHER, Publish, Published, day, drafted, issued, now
from zhiheng.domains.indicators.models import Report
from zhiheng.foundation.ledger.acts import ACTS, act
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.entries import Draft, append
from zhiheng.foundation.ledger.facts.enterprise import PartyResolved
from zhiheng.foundation.ledger.facts.org import OfficerAppointed, TokenIssued
from zhiheng.foundation.ledger.facts.report import ReportActed
from zhiheng.foundation.ledger.facts.run import ImportClosed, ImportOpened, MappingSaved
from zhiheng.foundation.ledger.facts.spot_check import Party, SpotCheckResult
from zhiheng.foundation.ledger.models import Book, Entry
from zhiheng.foundation.ledger.snapshots import snapshot_take
from zhiheng.settings import settings

pytestmark = pytest.mark.django_db
ASKED = "机密甲乙丙"  # may be echoed by a search
SECRET = f"{ASKED}丁戊"  # stands only in what is hidden
LINK = re.compile(r'(?:href|src|action)="(/[^"#]*)')
WALKED_MOST = 400


def contents(response: Any) -> str:
    """All text of an answer, whatever it is packed in."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.get("Content-Type", "")
    if "spreadsheet" in kind:
        book = load_workbook(io.BytesIO(body))
        return "\n".join(str(cell) for sheet in book for row in sheet.values for cell in row)
    if "parquet" in kind:
        return str(pq.read_table(io.BytesIO(body)).to_pylist())
    if "zip" in kind:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            rows = str(pq.read_table(io.BytesIO(packed.read("rows.parquet"))).to_pylist())
            rest = (packed.read(name).decode() for name in packed.namelist() if name != "rows.parquet")
            return rows + "\n".join(rest)
    return unescape(body.decode("utf-8", "ignore"))


def walk(client: Client, begin: list[str]) -> dict[str, str]:
    """Every answer that can be reached from these addresses by following links of this site."""
    waiting, seen = list(begin), dict[str, str]()
    while waiting and len(seen) < WALKED_MOST:
        address = waiting.pop(0)
        if address in seen or address.startswith(("/static/", "/accounts/", "/workbench/", "/api/")):
            continue
        response = client.get(address)
        assert response.status_code < 500, address
        seen[address] = contents(response)
        if "html" in response.get("Content-Type", ""):
            waiting += [unescape(link) for link in LINK.findall(response.content.decode())]
    return seen


@act
def _whisper(drafts: list[Draft]) -> None:
    append(actor=PROVINCE, recorded_at=now(), drafts=drafts)


ACTS.pop(f"{_whisper.__module__}.{_whisper.__qualname__}")


@pytest.fixture
def hidden(publish: Publish, published: Published) -> list[str]:
    """Everything that the public may not see, in every place where it could slip out; its addresses."""
    spots = {
        "product_name": SECRET,
        "product_kind": SECRET,
        "brand": SECRET,
        "note": SECRET,
        "source": SECRET,
        "seller": SECRET,
        "laboratory": SECRET,
        "model": SECRET,
        "batch": SECRET,
    }
    results = [
        publish(None, **spots),
        publish(1, **spots),
        publish(30, **{**FAILED, **spots}),
        publish(None, producer=SECRET, producer_uscc="", product_name=SECRET),
    ]
    fact = SpotCheckResult(
        record=SECRET,
        source=SECRET,
        authority=SECRET,
        product_kind=SECRET,
        product_name=SECRET,
        verdict="conforming",
        selection="random",
        coverage="all_results",
        sampled_on=day(-5),
        producer=Party(SECRET, MAKER[0]),
        key="ab" * 16,
    )
    facts = (
        ImportOpened(SECRET, SECRET, SECRET, SECRET),
        ImportClosed(SECRET, SECRET, SECRET, "x", 1, 1, 0, 0, 0),
        MappingSaved(SECRET, "s", "d"),
        PartyResolved(SECRET, MAKER[0], SECRET, 1),
        OfficerAppointed(7, SECRET, SECRET, day()),
        TokenIssued(7, SECRET, (SECRET,), day()),
        ReportActed("2026-330000-77", "return", "draft", SECRET, SECRET),
        fact,
    )
    _whisper([Draft(fact, now(), "330000", basis=SECRET) for fact in facts])
    snapshot = snapshot_take(settings().folder("snapshots"), checkpoint_take(at=now()))
    report = drafted(snapshot, title=SECRET)
    book = Book.objects.get(key="P33")
    secret = Entry.objects.filter(book=book, payload__contains=SECRET)
    assert secret.count() >= len(results) + len(facts)
    entries = [f"/verify/entries/P33-{entry.number}" for entry in secret]
    return [
        *(f"/results/{result.key}/" for result in results),
        f"/results/{'ab' * 16}/",
        f"/results/?kind={SECRET}",
        f"/results/?authority={SECRET}",
        f"/rates/?kind={SECRET}",
        f"/reports/{report.code}/",
        f"/reports/{report.code}/check/",
        f"/reports/{report.code}.pdf",
        f"/reports/{report.code}.zip",
        *(f"{entry}{form}" for entry in entries for form in ("/", ".txt", ".json")),
    ]


BEGIN = [
    "/",
    "/robots.txt",
    "/sitemap.xml",
    "/reports/feed.atom",
    f"/enterprises/{MAKER[0]}/",
    f"/enterprises/{OTHER[0]}/",
    f"/search/?q={ASKED}",
    f"/results/?text={ASKED}",
    f"/results/export.csv?text={ASKED}",
    "/results/export.csv",
    "/results/export.xlsx",
    "/results/export.parquet",
    "/rates/?place=330000",
    "/rates/?place=330100",
    "/rates/?population=undeclared",
    "/verify/checkpoints.txt",
]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_nothing_hidden_gets_out(
    hidden: list[str], published: Published, report: Report, language: str
) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    seen = walk(client, BEGIN)
    assert [address for address, said in seen.items() if SECRET in said] == []
    # The walk is worth something only when it comes everywhere and would see what is there.
    assert f"/results/{published.failed.key}/" in seen
    assert f"/reports/{report.code}.zip" in seen
    assert f"/verify/entries/{published.entry}.json" in seen
    assert sum(published.failed.product_name in said for said in seen.values()) > 5


def test_what_is_hidden_cannot_be_asked_for_either(reader: Client, hidden: list[str]) -> None:
    for address in hidden:
        response = reader.get(address)
        said = contents(response).replace(f'value="{SECRET}"', "").replace(f">{SECRET}</option>", "")
        if "?" not in address:
            assert response.status_code == 404, address
            assert SECRET not in said, address
        else:
            # What was asked for may be echoed as the filter in force; nothing else may come with it.
            assert "没有" in said, address


def test_rates_count_what_is_published_only(reader: Client, hidden: list[str]) -> None:
    assert reader.get("/rates/").context["overall"].n == 3


def test_a_report_is_hidden_until_it_is_published(reader: Client, published: Published) -> None:
    draft = drafted(published.snapshot, title=SECRET)
    assert reader.get(f"/reports/{draft.code}/").status_code == 404
    assert SECRET not in contents(reader.get("/reports/"))
    issued(draft)
    assert SECRET in contents(reader.get(f"/reports/{draft.code}/"))
    assert SECRET in contents(reader.get("/reports/"))
    assert SECRET in contents(reader.get("/reports/feed.atom"))


def test_a_result_appears_on_its_day(reader: Client, publish: Publish) -> None:
    tomorrow, today = publish(1, product_name="明天公布"), publish(0, product_name="今天公布")
    assert reader.get(f"/results/{tomorrow.key}/").status_code == 404
    assert reader.get(f"/results/{today.key}/").status_code == 200
    assert "明天公布" not in contents(reader.get("/results/"))


def test_the_mark_is_really_there(hidden: list[str]) -> None:
    assert Entry.objects.filter(payload__contains=SECRET).count() > 10
    assert SYSTEM.kind == "system"
