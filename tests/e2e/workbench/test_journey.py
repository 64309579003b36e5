"""An officer's day in a browser: a strange file, a party, rates, a report, and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.workbench.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.database]

RENAMED = {"抽查编号": "样品编号", "产品种类": "产品大类", "抽查结果": "检验结论"}


def strange(folder: Path) -> Path:
    """The results of a year under other headings, in the encoding of an old program."""
    with (folder / "spot-checks-2025.csv").open(encoding="utf-8-sig") as file:
        head, *rows = list(csv.reader(file))
    target = folder / "strange.csv"
    with target.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([[RENAMED.get(name, name) for name in head], *rows])
    return target


def checked(page: Any, axe: str, place: str) -> None:
    """The page fits at both widths, and axe finds nothing on it."""
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
        page.evaluate(f"{axe};0")
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        said = [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found]
        assert said == [], place
    assert page.said == [], place


def test_from_a_strange_file_to_a_published_report(workbench: Desk, axe: str) -> None:
    page = workbench.sign_in("registrar", bypass_csp=True)
    checked(page, axe, "my work")
    _import(workbench, page, axe)
    _resolve(workbench, page, axe)
    _read(workbench, page, axe)
    _publish(workbench, _draft(workbench, page, axe))


def _import(workbench: Desk, page: Any, axe: str) -> None:
    page.goto(f"{workbench.address}/workbench/imports/new/")
    checked(page, axe, "new import")
    page.set_input_files("#file", str(strange(workbench.folder)))
    page.click("main form button.primary")
    checked(page, axe, "columns")
    page.click("main form.flow button.primary")
    assert page.url.endswith("/preview/")
    checked(page, axe, "preview")
    page.click("main form button.primary")
    page.wait_for_selector(".head .state.done", timeout=60_000)  # the page renews itself until it is done
    checked(page, axe, "outcome")

    page.locator("tbody a", has_text="改正").first.click()
    checked(page, axe, "mend")
    page.click("main form button.primary")  # nothing was mended: refused again, beside the field
    assert page.locator(".field.bad").count()


def _resolve(workbench: Desk, page: Any, axe: str) -> None:
    page.goto(f"{workbench.address}/workbench/parties/")
    page.locator("tbody th a").first.click()
    page.fill("form.search #q", "有限公司")
    page.wait_for_selector(".candidate >> nth=3")
    checked(page, axe, "party")
    page.locator(".candidate input").first.check()
    page.fill("#reason", "住所与营业执照一致")
    page.click("main form.form button.primary")
    page.wait_for_selector(".notice.good")


def _read(workbench: Desk, page: Any, axe: str) -> None:
    page.goto(f"{workbench.address}/workbench/rates/?by=city")
    page.click("#snapshot button")
    page.wait_for_selector(".vega-embed svg")
    checked(page, axe, "rates")
    page.goto(f"{workbench.address}/workbench/results/?verdict=nonconforming")
    checked(page, axe, "results")
    page.locator("tbody th a").first.click()
    checked(page, axe, "result")
    page.goto(f"{workbench.address}/workbench/enterprises/?q=电器")
    page.locator("tbody th a").first.click()
    checked(page, axe, "enterprise")


def _draft(workbench: Desk, page: Any, axe: str) -> str:
    page.goto(f"{workbench.address}/workbench/reports/new/")
    page.fill("#id_since", "2025-01-01")
    page.fill("#id_until", "2025-12-31")
    checked(page, axe, "new report")
    page.click("main form.form button.primary")
    address = str(page.url)
    page.locator("form[action$='/submit/'] button").click()
    assert page.locator("form[action$='/review/']").count() == 0  # nobody approves what he wrote
    return address


def _publish(workbench: Desk, address: str) -> None:
    reviewer = workbench.sign_in("reviewer")
    reviewer.goto(address)
    reviewer.locator("form[action$='/review/'] button").click()
    publisher = workbench.sign_in("publisher")
    publisher.goto(address)
    publisher.fill("#confirm-publish", "yes")
    publisher.locator("form[action$='/publish/'] button").click()
    assert publisher.locator(".notice.bad").count() == 1
    publisher.fill("#confirm-publish", address.rstrip("/").split("/")[-1])
    publisher.locator("form[action$='/publish/'] button").click()
    publisher.wait_for_selector(".notice.good")


def test_it_works_without_a_script_and_by_keyboard(workbench: Desk) -> None:
    page = workbench.sign_in("registrar", width=360, java_script_enabled=False)
    page.keyboard.press("Tab")
    assert page.locator("a.skip").evaluate("node => node === document.activeElement")
    page.click("details.menu summary")
    page.locator("details.menu a", has_text="数据导入").click()
    page.click("main a.button.primary")
    page.set_input_files("#file", str(workbench.folder / "spot-checks-2024.csv"))
    page.click("main form button.primary")
    page.click("main form button.primary")
    for _ in range(60):
        if page.locator(".head .state.done").count():
            break
        page.wait_for_timeout(500)
        page.locator("main a", has_text="刷新查看").or_(page.locator("h1")).first.click()
    assert page.locator(".figures").count() == 1
    page.goto(f"{workbench.address}/workbench/ledger/")
    assert "GB/T 22239-2019" in page.content()
