"""A server, a worker and a browser in which an officer signs in; the database is the deployment's own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.e2e.workbench.seed import PASSWORD

SEED = Path(__file__).with_name("seed.py")
ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Desk:
    """Where the workbench answers, and the files of the province."""

    address: str
    folder: Path
    browser: Any

    def sign_in(self, name: str, width: int = 1440, **options: Any) -> Any:
        """A page on which that officer is signed in; what the browser complains of is kept in `said`."""
        settings = {"locale": "zh-CN", "viewport": {"width": width, "height": 900}, **options}
        page = self.browser.new_context(**settings).new_page()
        page.said = []
        page.on("pageerror", lambda failure: page.said.append(str(failure)))
        page.goto(f"{self.address}/accounts/login/")
        page.fill("#id_login", name)
        page.fill("#id_password", PASSWORD)
        page.click("main button.primary")
        page.wait_for_url(f"{self.address}/workbench/")
        return page


@pytest.fixture
def workbench(deployment: dict[str, str], tmp_path: Path, browser: Any) -> Iterator[Desk]:
    """A deployment of its own with a synthetic province, served."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "DJANGO_SETTINGS_MODULE": "zhiheng.settings.django",
        "ZHIHENG_DEBUG": "1",
        "PYTHONPATH": str(ROOT),
    }
    environment = {**deployment, **settings}
    province = tmp_path / "province"

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        log = (tmp_path / "server.log").open("ab")
        return subprocess.Popen(
            [sys.executable, *arguments], env=environment, cwd=ROOT, stdout=log, stderr=log
        )

    subprocess.run([sys.executable, str(SEED), str(province)], env=environment, cwd=ROOT, check=True)
    started = [
        start("-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}"),
        start(str(SEED), "--worker"),
    ]
    try:
        _wait(f"http://127.0.0.1:{port}/accounts/login/")
        yield Desk(f"http://127.0.0.1:{port}", province, browser)
    finally:
        for process in started:
            process.terminate()
            process.wait(10)


def _wait(address: str) -> None:
    for _ in range(150):
        try:
            with urlopen(address, timeout=5) as answer:  # noqa: S310  our own server
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(address)


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core, out of the package that carries it or the file that ZHIHENG_AXE names."""
    named, package = os.environ.get("ZHIHENG_AXE"), find_spec("axe_playwright_python")
    if named:
        return Path(named).read_text(encoding="utf-8")
    if package is None or package.origin is None:
        pytest.skip("axe-core is not installed (axe-playwright-python, or ZHIHENG_AXE)")
    return Path(package.origin).with_name("axe.min.js").read_text(encoding="utf-8")
