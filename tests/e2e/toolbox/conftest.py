"""A running server without data, for the length of a module: the tools need none."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.e2e.portal.conftest import _wait, free_port

SCRIPTS = ROOT / "src/zhiheng/doors/toolbox/static/toolbox/draw"
PREPARE = "from zhiheng.doors.cli import opening; opening.prepared(); opening.static_made()"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server."""
    port = free_port()
    home = tmp_path_factory.mktemp("deployment") / "home"
    environment = {
        **os.environ,
        "ZHIHENG_HOME": str(home),
        "DATABASE_URL": "",
        "PORT": str(port),
        "ZHIHENG_WORKERS": "1",
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    subprocess.run([sys.executable, "-c", PREPARE], env=environment, cwd=ROOT, check=True)
    log = (home / "server.log").open("wb")
    server = subprocess.Popen(
        [sys.executable, "-m", "zhiheng.doors.cli.processes", "server"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, server, home / "server.log")
        yield address
    finally:
        server.terminate()
        server.wait(20)
        log.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """Opens a page in a browser of its own; what it says on the console and asks for is kept."""
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
        page.on("request", lambda request: page.asked.append((request.method, request.url)))
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def script(site: str, browser: Any) -> Iterator[Any]:
    """Runs an expression with the modules of the draw at hand."""
    page = browser.new_page()
    page.goto(f"{site}/tools/draw/verify/")
    names = sorted(
        path.stem for path in SCRIPTS.glob("*.js") if path.stem not in ("verify", "commit", "worker")
    )
    loaded = ", ".join(f"{name}: await import('/static/toolbox/draw/{name}.js')" for name in names)

    def run(body: str, given: Any = None) -> Any:
        return page.evaluate(f"async (given) => {{ const $ = {{{loaded}}}; {body} }}", given)

    yield run
    page.close()
