"""A stranger's way through the toolbox, on a telephone and on a desk, with and without a script."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from tests.doors.look.test_specimen import axe
from zhiheng.doors.toolbox.sheets import LOTS
from zhiheng.doors.toolbox.tables import packed, pasted

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("width", [360, 1440])
LANGUAGES = pytest.mark.parametrize("language", ["zh-CN", "en"])
HISTORY = "\n".join(f"L{lot}\t80\t2\t{found}" for lot, found in enumerate((0, 1, 3, 0, 4, 0)))
ADDRESSES = {
    "home": "/tools/",
    "rate": "/tools/pass-rate/?n=120&x=3&target=95&size=850",
    "rate wrong": "/tools/pass-rate/?n=12&x=30",
    "rates": "/tools/pass-rate/table/",
    "lot": "/tools/plan/?lot=1200&aql=1.0",
    "points": "/tools/plan/two-points/?prq=1&crq=5",
    "points wrong": "/tools/plan/two-points/?prq=5&crq=1",
    "declared": "/tools/plan/declared/?dql=5&limit=1&lot=100",
    "variables": "/tools/plan/variables/?prq=1&crq=5&lower=180&upper=190&mean=184.5&deviation=1.9",
    "variables wrong": "/tools/plan/variables/?prq=5&crq=1",
    "switching": "/tools/plan/switching/",
    "switched": "/tools/plan/switching/?t=" + packed(pasted(LOTS, HISTORY)),
    "size": "/tools/size/?half=3&rate=10",
    "difference": "/tools/size/difference/?first=10&second=5",
    "detection": "/tools/size/detection/?rate=5",
    "allocation": "/tools/allocation/",
}


class Silent(WSGIRequestHandler):
    """Writes no log."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The program in a thread of this process: the tools need no database, so none is made."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", 0, StaticFilesHandler(get_wsgi_application()), handler_class=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """Opens a page; what it says on the console and asks of others is kept."""
    contexts = []

    def go(width: int = 1440, **options: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale=options.pop("locale", "zh-CN"), **options
        )
        contexts.append(context)
        page = context.new_page()
        page.said, page.asked = [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda failure: page.said.append(str(failure)))
        page.on("request", lambda request: page.asked.append(request.url))
        return page

    yield go
    for context in contexts:
        context.close()


@SIZES
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_from_the_home_page_to_a_plan_and_its_file(opened: Any, site: str, width: int, script: bool) -> None:
    page = opened(width, java_script_enabled=script)
    page.goto(f"{site}/tools/")
    page.get_by_role("link", name="抽样方案查找").click()
    page.get_by_label("批量").fill("1200")
    page.get_by_role("button", name="查找方案").click()
    result = page.locator("#result").inner_text()
    assert "80" in result
    assert "GB/T 2828.1-2012" in result
    assert page.locator("figure svg:visible").count() == 1
    with page.expect_download() as download:
        page.get_by_role("link", name="下载结果").click()
    assert download.value.suggested_filename == "plan.xlsx"
    again = page.locator("pre code").inner_text()
    page.goto(again)
    assert page.locator("#result").inner_text() == result
    assert not [url for url in page.asked if not url.startswith(site)]
    assert page.said == []
    assert page.context.cookies() == []


@SIZES
def test_strata_are_filled_in_uploaded_and_mended(opened: Any, site: str, width: int, tmp_path: Path) -> None:
    page = opened(width, java_script_enabled=False)
    page.goto(f"{site}/tools/allocation/")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载模板").click()
    assert download.value.suggested_filename == "strata.xlsx"
    file = tmp_path / "strata.csv"
    file.write_text("层,对象数,预期不合格率（%）\n杭州,1280,4\n宁波,x,10\n", encoding="utf-8")
    page.locator("#f-file").set_input_files(str(file))
    page.locator("#f-total").fill("100")
    page.get_by_role("button", name="计算").click()
    assert "宁波" in page.locator("#f-table").input_value()
    assert "不是数字" in page.locator("main").inner_text()
    page.locator("#f-table").fill("杭州\t1280\t4\n宁波\t900\t10")
    page.get_by_role("button", name="计算").click()
    assert re.search(r"\?.*t=", page.url)
    assert "100" in page.locator("#result .figures").inner_text()


@SIZES
def test_a_history_of_lots_is_pasted_mended_and_followed(opened: Any, site: str, width: int) -> None:
    page = opened(width, java_script_enabled=False)
    page.goto(f"{site}/tools/plan/")
    page.get_by_role("link", name="转移规则").click()
    page.locator("#f-table").fill("A1\t80\t2\t0\nA2\t80\t2\tx")
    page.get_by_role("button", name="计算").click()
    assert "不是数字" in page.locator("main").inner_text()
    page.locator("#f-table").fill("\n".join(f"A{lot}\t80\t2\t{found}" for lot, found in enumerate((0, 3, 3))))
    page.get_by_role("button", name="计算").click()
    assert re.search(r"\?.*t=", page.url)
    assert "加严检验" in page.locator("#result .figures").inner_text()


@SIZES
def test_a_curve_stands_on_the_screen_without_scrolling(opened: Any, site: str, width: int) -> None:
    page = opened(width)
    for name in ("lot", "points", "declared", "variables"):
        page.goto(site + ADDRESSES[name])
        drawn = page.locator("figure .drawn:visible")
        assert drawn.count() == 1
        assert drawn.evaluate("node => node.scrollWidth <= node.clientWidth"), name


def test_the_refused_path_leads_to_the_field(opened: Any, site: str) -> None:
    page = opened()
    page.goto(f"{site}{ADDRESSES['points wrong']}")
    page.locator("#errors a").click()
    assert page.evaluate("document.activeElement.id || location.hash") in ("f-crq", "#f-crq")


def test_the_keyboard_is_enough(opened: Any, site: str) -> None:
    page = opened()
    page.goto(f"{site}/tools/pass-rate/")
    page.locator("#f-n").focus()
    page.keyboard.type("120")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.wait_for_url("**n=120**")
    assert "97.5%" in page.locator("#result").inner_text()


@SIZES
@LANGUAGES
def test_axe_finds_nothing_and_nothing_overflows(opened: Any, site: str, width: int, language: str) -> None:
    page = opened(width, locale=language, bypass_csp=True)
    for name, address in ADDRESSES.items():
        page.goto(site + address)
        assert page.evaluate("document.documentElement.scrollWidth") == width, name
        page.add_script_tag(content=axe())
        found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        wrong = [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]]
        assert wrong == [], (name, width, language)


@SIZES
def test_every_target_is_large_enough(opened: Any, site: str, width: int) -> None:
    """24 px, except links within a sentence (WCAG 2.5.8)."""
    page = opened(width)
    for name, address in ADDRESSES.items():
        page.goto(site + address)
        small = page.evaluate(
            """() => [...document.querySelectorAll('a, button, summary, select, input')]
                .filter(node => node.checkVisibility() && !node.closest('p:not(.acts), td, th, dd, li:not([class]), h2, h3, .sr, .skip, .tablefoot'))
                .filter(node => !['radio', 'checkbox', 'hidden'].includes(node.type))
                .filter(node => node.getBoundingClientRect().height < 23.5)
                .map(node => node.outerHTML.slice(0, 90))"""  # noqa: E501
        )
        assert small == [], name
