"""A stranger's way through the portal, on a telephone and on a desk, with and without a script."""

from __future__ import annotations

import os
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doors.look.test_specimen import axe

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("width", [360, 1440])
LANGUAGES = pytest.mark.parametrize("language", ["zh-CN", "en"])
FIRST_PAGE_MOST = 150_000
SHOTS = os.environ.get("ZHIHENG_SHOTS", "")


@pytest.fixture(scope="module")
def addresses(site: str) -> dict[str, str]:
    """Pages by name, with addresses that the demo's data give."""

    def found(path: str, pattern: str) -> str:
        page = urllib.request.urlopen(site + path).read().decode()  # noqa: S310  our own address
        match = re.search(pattern, page)
        assert match, (path, pattern)
        return match[1]

    result = found("/results/?verdict=nonconforming", r'href="(/results/\w{32}/)"')
    report = found("/reports/", r'href="(/reports/[\w-]+/)"')
    return {
        "home": "/",
        "search": "/search/?q=%E7%94%B5%E5%99%A8",
        "nothing": "/search/?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E6%A0%B7",
        "enterprise": found("/results/?verdict=nonconforming", r'href="(/enterprises/\w{18}/)"'),
        "results": "/results/?verdict=nonconforming",
        "wrong": "/results/?since=2026-02-01&until=2026-01-01",
        "result": result,
        "rates": "/rates/?place=900000",
        "reports": "/reports/",
        "report": report,
        "check": f"{report}check/",
        "verify": "/verify/",
        "checkpoints": "/verify/checkpoints/",
        "checkpoint": "/verify/checkpoints/1/",
        "entry": found(result, r'href="(/verify/entries/[\w-]+/)"'),
        "about": "/about/",
        "data": "/about/data/",
        "accessibility": "/about/accessibility/",
        "code": "/enterprises/91330100799655058X/",
        "lost": "/nowhere/",
    }


@pytest.fixture
def opened(browser: Any, site: str) -> Iterator[Any]:
    """Opens a page of the site; what it says on the console and asks of others is kept."""
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
def test_from_the_search_to_the_proof(opened: Any, site: str, width: int, script: bool) -> None:
    page = opened(width, java_script_enabled=script)
    page.goto(site)
    page.get_by_role("searchbox").fill("电器")
    page.get_by_role("button", name="查询").click()
    page.locator("main").get_by_role("link", name=re.compile("电器")).first.click()
    assert "公开质量档案" in page.locator(".head").inner_text()
    page.goto(f"{site}/results/?verdict=nonconforming")
    page.locator("tbody th a").first.click()
    assert "不代表其他批次" in page.locator("main").inner_text()
    page.locator(".timeline h3 a").first.click()
    assert "验证通过" in page.locator(".head").inner_text()
    page.get_by_role("link", name="如何验证").click()
    assert page.url == f"{site}/verify/"
    assert not [url for url in page.asked if not url.startswith(site)]
    assert page.said == []


@SIZES
def test_the_refused_path_leads_on(opened: Any, site: str, width: int) -> None:
    page = opened(width)
    page.goto(f"{site}/verify/")
    page.locator("#entry").fill("keine Nummer")
    page.get_by_role("button", name="查看").click()
    assert "不是条目编号" in page.locator("main").inner_text()
    page.goto(f"{site}/results/?since=2026-02-01&until=2026-01-01")
    page.locator("#errors a").click()
    assert page.evaluate("document.activeElement.id || location.hash") in ("f-until", "#f-until")
    page.goto(f"{site}/enterprises/91330100799655058X/")
    assert "校验" in page.locator("main").inner_text()
    page.get_by_role("link", name="回到首页查询").click()
    assert page.url == f"{site}/"


def test_a_reader_chooses_a_language_and_gets_it_at_once(opened: Any, site: str) -> None:
    page = opened()
    page.goto(f"{site}/results/")
    assert page.context.cookies() == []
    page.get_by_role("link", name="English").first.click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.url == f"{site}/results/"
    assert [cookie["name"] for cookie in page.context.cookies()] == ["django_language"]
    page.get_by_role("link", name="中文").first.click()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"


def test_the_keyboard_is_enough(opened: Any, site: str) -> None:
    page = opened()
    page.goto(site)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("电器")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    assert page.locator("main li").count() > 0


@SIZES
@LANGUAGES
def test_axe_finds_nothing_and_nothing_overflows(
    opened: Any, site: str, addresses: dict[str, str], width: int, language: str
) -> None:
    page = opened(width, locale=language, bypass_csp=True)
    for name, address in addresses.items():
        page.goto(site + address)
        assert page.evaluate("document.documentElement.scrollWidth") == width, name
        page.add_script_tag(content=axe())
        found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        wrong = [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]]
        assert wrong == [], (name, width, language)
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS, f"{name}-{width}-{language}.png")), full_page=True)


@SIZES
def test_every_target_is_large_enough(opened: Any, site: str, addresses: dict[str, str], width: int) -> None:
    """24 px, except links within a sentence (WCAG 2.5.8)."""
    page = opened(width)
    for name, address in addresses.items():
        page.goto(site + address)
        small = page.evaluate(
            """() => [...document.querySelectorAll('a, button, summary, select, input')]
                .filter(node => node.checkVisibility() && !node.closest('p:not(.acts), td, th, dd, li:not([class]), h2, h3, .sr, .skip, .tablefoot'))
                .filter(node => !['radio', 'checkbox', 'hidden'].includes(node.type))
                .filter(node => node.getBoundingClientRect().height < 23.5)
                .map(node => node.outerHTML.slice(0, 90))"""  # noqa: E501
        )
        assert small == [], name


def test_the_first_page_is_light(opened: Any, site: str) -> None:
    page, sizes = opened(), []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto(site, wait_until="networkidle")
    assert len(sizes) >= 3
    assert sum(sizes) < FIRST_PAGE_MOST
