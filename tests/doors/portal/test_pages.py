"""What the pages say, what they refuse, and how much they ask of the database."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tests.domains.supervision.conftest import PROVINCE
from tests.doors.portal.conftest import FAILED, MAKER, REFUSED, Publish, Published, day, forget, now, pages
from zhiheng.domains.supervision.services import result_correct
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.models import Checkpoint

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content).decode("utf-8-sig")
    return response.content.decode()


def test_the_first_page_shows_what_is_new_and_the_newest_root(reader: Client, published: Published) -> None:
    page = text(reader.get("/"))
    assert published.failed.product_name in page
    assert published.snapshot.root in page
    assert 'href="/results/"' in page
    assert 'href="/verify/"' in page
    assert len(page.encode()) < 30_000


def test_the_first_page_of_an_empty_house_says_so(reader: Client, db: None) -> None:
    page = text(reader.get("/"))
    assert "尚未公布结果" in page
    assert "尚未生成检查点" in page


@pytest.mark.parametrize("query", ["安达", "电线", MAKER[0], MAKER[0][:6], MAKER[1]])
def test_two_characters_are_enough_to_find(reader: Client, published: Published, query: str) -> None:
    page = text(reader.get("/search/", {"q": query}))
    assert MAKER[1] in page


def test_a_search_without_a_hit_says_what_to_do(reader: Client, published: Published) -> None:
    page = text(reader.get("/search/", {"q": "没有这样的"}))
    assert "没有查到" in page
    assert "一个字太少" in text(reader.get("/search/", {"q": "安"}))


def test_a_former_name_is_marked(reader: Client, country: None) -> None:
    from zhiheng.foundation.registry.services import enterprises_record
    from zhiheng.foundation.registry.sheets import ENTERPRISES
    from zhiheng.kernel.sheets import Row

    cells = {"uscc": MAKER[0], "name": "新名线缆公司", "division": "330106", "former_names": MAKER[1]}
    values, _ = ENTERPRISES.read(cells)
    enterprises_record(actor=PROVINCE, rows=[Row(2, values)], at=now())
    page = text(reader.get("/search/", {"q": "安达线缆"}))
    assert "新名线缆公司" in page
    assert f"由曾用名查到：{MAKER[1]}" in page
    assert MAKER[1] in text(reader.get(f"/enterprises/{MAKER[0]}/"))


def test_an_enterprise_has_its_code_explained_and_its_entries(reader: Client, published: Published) -> None:
    page = text(reader.get(f"/enterprises/{MAKER[0]}/"))
    assert "校验码正确" in page
    assert "浙江省杭州市西湖区" in page
    assert published.entry in page
    assert "哪些内容没有显示" in page


def test_a_failure_speaks_of_the_batch(reader: Client, published: Published) -> None:
    page = text(reader.get(f"/results/{published.failed.key}/"))
    assert "该批次的这一样品在下列项目上不合格。" in page
    assert "不代表其他批次" in page
    assert "≥0.70" in page


def test_a_source_is_named_and_gets_no_hold_of_the_page(reader: Client, published: Published) -> None:
    page = text(reader.get(f"/results/{published.good.key}/"))
    assert "前往 bulletin.example.org" in page
    assert 'rel="noopener noreferrer external nofollow"' in page


def test_a_correction_stays_visible(reader: Client, publish: Publish) -> None:
    result = publish(**FAILED)
    result_correct(
        actor=PROVINCE, result=result, changes={"retest": "复检合格"}, reason="复检报告送达", at=now()
    )
    page = text(reader.get(f"/results/{result.key}/"))
    assert "以复检为准" in page
    assert "复检报告送达" in page
    assert page.count('id="entry-') == 2
    assert "更正第 P33-" in page
    assert "已由第 P33-" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"verdict": "nonconforming"}, "failed"),
        ({"text": "来历不明"}, "unresolved"),
        ({"kind": "电线电缆", "verdict": "nonconforming"}, "failed"),
        ({"place": "330100", "text": "不合格的"}, "failed"),
        ({"selection": "random", "text": "来历"}, "unresolved"),
        ({"authority": "浙江省市场监督管理局", "text": "来历"}, "unresolved"),
    ],
)
def test_a_list_is_narrowed_and_the_download_with_it(
    reader: Client, published: Published, query: dict[str, str], found: str
) -> None:
    wanted = getattr(published, found)
    page, rows = reader.get("/results/", query), text(reader.get("/results/export.csv", query))
    assert page.context["page"].paginator.count == 1
    assert wanted.product_name in text(page)
    assert len(rows.splitlines()) >= 2
    assert wanted.record in rows
    assert published.good.record + "," not in rows


def test_the_order_of_the_list_is_that_of_the_head(reader: Client, publish: Publish) -> None:
    early, late = publish(-40, product_name="先公布"), publish(-20, product_name="后公布")
    page = text(reader.get("/results/?sort=published"))
    assert page.index(early.product_name) < page.index(late.product_name)
    page = text(reader.get("/results/?sort=-published"))
    assert page.index(early.product_name) > page.index(late.product_name)


def test_downloads_are_what_they_say(reader: Client, published: Published) -> None:
    sheet = load_workbook(io.BytesIO(b"".join(reader.get("/results/export.xlsx").streaming_content))).active
    assert sheet is not None
    assert sheet["A1"].value == "抽查编号"
    assert sheet.max_row == 4
    table = pq.read_table(io.BytesIO(b"".join(reader.get("/results/export.parquet").streaming_content)))
    assert table.num_rows == 3


def test_a_cut_download_says_so(
    reader: Client, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhiheng.doors.portal import tables

    monkeypatch.setitem(tables.MOST, "csv", 2)
    rows = list(csv.reader(io.StringIO(text(reader.get("/results/export.csv")))))
    assert len(rows) == 4
    assert rows[-1] == ["本表不完整：仅含前2行。"]


def test_rates_are_of_published_results_and_say_how_they_are_known(
    reader: Client, published: Published
) -> None:
    response = reader.get("/rates/")
    assert (response.context["overall"].n, response.context["overall"].conforming) == (3, 2)
    assert "样本少" in text(response)
    assert published.snapshot.root in text(response)


def test_populations_stay_apart(reader: Client, published: Published, publish: Publish) -> None:
    from zhiheng.foundation.ledger.snapshots import snapshot_take
    from zhiheng.settings import settings

    publish(selection="风险定向", **FAILED)
    snapshot_take(settings().folder("snapshots"), checkpoint_take(at=now() + timedelta(minutes=1)))
    random, risk = reader.get("/rates/"), reader.get("/rates/?population=risk_targeted")
    assert random.context["overall"].n == 3
    assert risk.context["overall"].n == 1
    assert len(random.context["populations"]) == 2


@pytest.mark.parametrize(("address", "status"), REFUSED)
def test_what_cannot_be_answered_is_refused_in_the_look(
    reader: Client, published: Published, address: str, status: int
) -> None:
    response = reader.get(address)
    assert response.status_code == status
    assert "质衡" in text(response)
    assert "Traceback" not in text(response)
    assert "no-store" in response.get("Cache-Control", "no-store")


def test_a_wrong_code_is_explained(reader: Client, country: None) -> None:
    page = text(reader.get("/enterprises/91330100799655058X/"))
    assert "不可能有企业的代码是" in page
    assert "校验" in page


def test_only_reading_is_possible(reader: Client, published: Published) -> None:
    for address in ("/", "/results/", "/search/?q=电线", "/rates/"):
        assert reader.post(address).status_code == 405
        assert reader.head(address).status_code == 200
        assert reader.head(address).content == b""


MOST = {
    "/": 8, "/search/?q=电线": 14, "/results/": 9, "/rates/": 9, "/reports/": 6, "/verify/": 4,
    "/verify/checkpoints/": 6, "/verify/checkpoints/1/": 4, "/about/": 3, "/sitemap.xml": 4,
    "/reports/feed.atom": 4, "enterprise": 12, "result": 10, "entry": 8,
}  # fmt: skip


def _counted(client: Client, address: str) -> int:
    forget()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_what_a_page_asks_does_not_grow_with_what_it_shows(
    reader: Client, published: Published, publish: Publish, django_assert_max_num_queries: Any
) -> None:
    named = {
        "enterprise": f"/enterprises/{MAKER[0]}/",
        "result": f"/results/{published.good.key}/",
        "entry": f"/verify/entries/{published.entry}/",
    }
    few = {address: _counted(reader, named.get(address, address)) for address in MOST}
    for _ in range(12):
        publish(seller="西湖小店", division="330100")
        publish(producer="另一家无名厂", producer_uscc="", **FAILED)
    checkpoint_take(at=now() + timedelta(minutes=2))
    for address, most in MOST.items():
        assert _counted(reader, named.get(address, address)) <= few[address] + 1, address
        forget()
        with django_assert_max_num_queries(most):
            reader.get(named.get(address, address))


def test_a_page_is_kept_until_the_ledger_moves(
    reader: Client, published: Published, publish: Publish
) -> None:
    first = reader.get("/results/")
    assert first["ETag"]
    assert "public" in first["Cache-Control"]
    with CaptureQueriesContext(connection) as queries:
        again = reader.get("/results/")
    assert again.content == first.content
    assert len(queries) <= 2
    unchanged = reader.get("/results/", headers={"If-None-Match": first["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    publish(product_name="刚刚公布的电线")
    fresh = reader.get("/results/", headers={"If-None-Match": first["ETag"]})
    assert fresh.status_code == 200
    assert "刚刚公布的电线" in text(fresh)


def test_languages_and_signed_in_readers_do_not_share_a_page(
    reader: Client, english: Client, published: Published
) -> None:
    assert reader.get("/")["ETag"] != english.get("/")["ETag"]
    assert "Cookie" in reader.get("/")["Vary"]
    assert "Accept-Language" in reader.get("/")["Vary"]
    reader.cookies["sessionid"] = "somebody"
    response = reader.get("/")
    assert "private" in response["Cache-Control"]
    assert "ETag" not in response


def test_no_cookie_unless_the_reader_chooses(reader: Client, published: Published) -> None:
    for address in pages(published):
        assert not reader.get(address).cookies, address
    chosen = reader.get("/?lang=en")
    assert chosen.status_code == 302
    assert set(chosen.cookies) == {"django_language"}


def test_what_machines_ask_for(reader: Client, published: Published) -> None:
    robots, sitemap = text(reader.get("/robots.txt")), text(reader.get("/sitemap.xml"))
    assert "Disallow: /workbench/" in robots
    assert "Sitemap: http://testserver/sitemap.xml" in robots
    assert "<loc>http://testserver/verify/</loc>" in sitemap
    assert "<loc>http://testserver/tools/plan/variables/</loc>" in sitemap
    assert text(reader.get("/reports/feed.atom")).startswith("<?xml")


@pytest.mark.parametrize("address", ["/", "/results/?verdict=conforming", "/about/"])
def test_a_page_says_which_address_is_its_own(reader: Client, published: Published, address: str) -> None:
    page = text(reader.get(address))
    own = address.split("?", maxsplit=1)[0]
    assert f'<link rel="canonical" href="http://testserver{own}">' in page
    assert '<meta name="description" content="' in page


def test_roots_can_be_taken_away(reader: Client, published: Published) -> None:
    newest = Checkpoint.objects.order_by("number").last()
    assert newest is not None
    lines = text(reader.get("/verify/checkpoints.txt")).splitlines()
    assert lines[-1].split("\t")[-1] == bytes(newest.root).hex() == published.snapshot.root
    assert reader.get("/verify/checkpoints/1.json").json()["root"] == published.snapshot.root


def test_today_is_the_day_in_beijing(reader: Client, publish: Publish) -> None:
    today = publish(0, product_name="今天公布的电线")
    assert reader.get(f"/results/{today.key}/").status_code == 200
    assert str(day()) in text(reader.get(f"/results/{today.key}/"))


def test_the_response_type_is_html(reader: Client, published: Published) -> None:
    response = reader.get("/")
    assert isinstance(response, HttpResponse)
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
