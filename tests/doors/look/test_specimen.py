"""Every component in a browser: narrow and wide, light and dark, under the strictest policy."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.utils import translation

from tests.doors.look import specimen
from zhiheng.doors.look.charts import BUNDLE, bundle_folder

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
FILES = ("zhiheng.css", "beam.svg", "mark.svg", "charts.js")
FRAMES = {"workbench": "look/workbench.html", "portal": "look/portal.html"}
SIZES = pytest.mark.parametrize("width", [360, 1440])
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
PAGES = pytest.mark.parametrize("name", FRAMES)

pytestmark = pytest.mark.browser


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the folder under the policy of the house, without a log."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_args: Any) -> None:
        return


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("site")
    names = [f"look/{name}" for name in FILES] + ["django_htmx/htmx-2.min.js"]
    sources = {name: finders.find(name) for name in names} | {BUNDLE: bundle_folder() / BUNDLE}
    for name, source in sources.items():
        target = root / "static" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(str(source), target)
    with translation.override("zh-hans"):
        for name, frame in FRAMES.items():
            (root / f"{name}.html").write_text(specimen.render(frame), encoding="utf-8")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def opened(browser: Any, address: str, width: int, scheme: str, **options: Any) -> Any:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda failure: page.said.append(str(failure)))
    page.goto(address)
    return page


@PAGES
@SIZES
@SCHEMES
def test_it_fits_and_charts_live_under_the_policy(
    browser: Any, site: str, name: str, width: int, scheme: str
) -> None:
    page = opened(browser, f"{site}/{name}.html", width, scheme)
    page.wait_for_function("document.querySelectorAll('.vega-embed svg').length === 2")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.said == []
    page.context.close()


@PAGES
@SIZES
@SCHEMES
def test_axe_finds_nothing(browser: Any, site: str, name: str, width: int, scheme: str) -> None:
    page = opened(browser, f"{site}/{name}.html", width, scheme, bypass_csp=True)
    page.wait_for_function("document.querySelectorAll('.vega-embed svg').length === 2")
    page.add_script_tag(content=axe())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]] == []
    page.context.close()


def axe() -> str:
    """axe-core, out of the package that carries it or the file that ZHIHENG_AXE names."""
    named, package = os.environ.get("ZHIHENG_AXE"), find_spec("axe_playwright_python")
    if named:
        return Path(named).read_text(encoding="utf-8")
    if package is None or package.origin is None:
        pytest.skip("axe-core is not installed (axe-playwright-python, or ZHIHENG_AXE)")
    return Path(package.origin).with_name("axe.min.js").read_text(encoding="utf-8")


@PAGES
@SIZES
def test_it_works_without_a_script(browser: Any, site: str, name: str, width: int) -> None:
    page = opened(browser, f"{site}/{name}.html", width, "light", java_script_enabled=False)
    assert page.locator(".drawn svg").count() == 2
    asked = page.locator("table .ask").nth(2)
    asked.click()
    assert page.locator(f"#{asked.get_attribute('popovertarget')}").is_visible()
    if name == "workbench" and width == 360:
        link = page.locator("details.menu a").first
        assert not link.is_visible()
        page.locator("details.menu summary").click()
        assert link.is_visible()
    page.context.close()


@SCHEMES
def test_a_drawing_follows_the_scheme(browser: Any, site: str, scheme: str) -> None:
    page = opened(browser, f"{site}/portal.html", 1440, scheme, java_script_enabled=True)
    page.wait_for_function("document.querySelectorAll('.vega-embed svg').length === 2")
    body = page.evaluate("getComputedStyle(document.body).color")
    label = page.locator(".vega-embed .role-axis-label text").first
    assert label.evaluate("node => getComputedStyle(node).fill") == body
    page.context.close()


def test_the_keyboard_reaches_the_content_first(browser: Any, site: str) -> None:
    page = opened(browser, f"{site}/workbench.html", 1440, "light")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.context.close()


@PAGES
@SIZES
def test_every_target_is_large_enough(browser: Any, site: str, name: str, width: int) -> None:
    """24 px, except links within a sentence (WCAG 2.5.8)."""
    page = opened(browser, f"{site}/{name}.html", width, "light")
    small = page.evaluate(
        """() => {
            const inText = 'p:not(.acts), td, th, li:not([class]), .sr, .skip';
            const exempt = node => node.closest(inText) || ['radio', 'checkbox'].includes(node.type);
            return [...document.querySelectorAll('a, button, summary, select, input')]
                .filter(node => node.checkVisibility() && !exempt(node))
                .filter(node => node.getBoundingClientRect().height < 23.5)
                .map(node => node.outerHTML.slice(0, 90));
        }"""
    )
    assert small == []
    page.context.close()


def test_the_first_page_is_light(site: str, tmp_path: Path) -> None:
    """150 kB without charts; counted uncompressed, so stricter than what travels."""
    sizes = [Path(str(finders.find(f"look/{name}"))).stat().st_size for name in FILES]
    htmx = [Path(str(finders.find("django_htmx/htmx-2.min.js"))).stat().st_size]
    assert sum(sizes + htmx) < 100_000
