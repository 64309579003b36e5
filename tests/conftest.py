"""What every test may ask for: shared reference files, a database of its own, a browser.

It refuses the network: a test that reaches for another machine fails and says so.
"""

from __future__ import annotations

import os
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOCAL = frozenset({"127.0.0.1", "::1", "localhost", "0.0.0.0"})  # noqa: S104  compared with, never bound
BROWSER_FIXTURES = frozenset({"browser", "chromium"})
DATABASE_FIXTURES = frozenset({"db", "transactional_db", "live_server", "deployment"})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--touching-database",
        action="store_true",
        help="only tests that touch the database, without the browser: the pass on a second database",
    )


def pytest_report_header() -> str:
    return f"database: {_database()}"


def _database() -> str:
    from django.conf import settings

    default = settings.DATABASES["default"]
    if "sqlite" in default["ENGINE"]:
        return "SQLite"
    return f"PostgreSQL at {default['HOST'] or 'the local socket'}:{default['PORT'] or 5432}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
    if not config.getoption("--touching-database"):
        return
    kept = [item for item in items if _touches_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _touches_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("browser") or item.get_closest_marker("sqlite"):
        return False
    if item.get_closest_marker("database") or item.get_closest_marker("django_db"):
        return True
    return bool(DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())))


def pytest_unconfigure() -> None:
    home = Path(os.environ.get("ZHIHENG_HOME", ""))
    if home.name.startswith("zhiheng-tests-"):
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """A reference file by its path in the shared folder; where there is none, the test is skipped."""
    folder = Path(os.environ.get("ZHIHENG_SHARED") or ROOT.parent / "shared")

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            pytest.skip(f"the reference file {name} is not on this machine (ZHIHENG_SHARED={folder})")
        return path

    return find


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a `zhiheng` process with an empty data folder and an empty database."""
    environment = {**os.environ, "ZHIHENG_HOME": str(tmp_path / "home"), "DATABASE_URL": ""}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    url = os.environ.get("ZHIHENG_TEST_DATABASE_URL", "")
    if not url:
        yield environment
        return
    import psycopg

    name = f"zhiheng_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield {**environment, "DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; where there is none, the browser tests are skipped."""
    named = os.environ.get("ZHIHENG_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium, or ZHIHENG_CHROMIUM)")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """A headless Chromium; a test opens its own context and page in it."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; Django would take it for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections to other machines fail; those to this one are let through."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOCAL:
            pytest.fail(f"a test reached for the network: {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
