"""Public pages under 20 clients, and how soon `zhiheng run` answers the second time.

Server, clients and database share this machine. Each kind of page is asked for twice: as the server
keeps it while the ledger does not move, by clients who never pause; and under addresses that nobody
has asked for, so that every answer is made anew, by clients who read for a second between two pages.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = 20
KEPT, FRESH = 1_000, 200
WARMINGS = 5
ADDRESSES = 100
PAUSE = 1.0  # seconds, on average, between two pages of one reader
SEED = 20260302
TARGET = "≤ 100"
START_TARGET = "≤ 5"
WORDS = ("电器", "电线", "玩具", "水泥", "轮胎", "肥料", "家具", "涂料", "服装", "灯具", "电子", "塑料")
MAKERS = ("晨", "宏", "金", "信", "民", "华", "正", "泰", "美", "达", "安", "石")
PREPARE = """
from contextlib import contextmanager
from zhiheng.doors.cli import opening
@contextmanager
def quiet(_said):
    yield lambda _done, _total=None: None
opening.prepared()
opening.static_made()
from zhiheng.doors.demo.loading import demo_loaded
demo_loaded(quiet)
"""
Row = tuple[str, float, str, str]


def rows() -> Iterator[Row]:
    """Prepare a demo once, start it the second time, then ask."""
    with tempfile.TemporaryDirectory(prefix="zhiheng-bench-") as folder:
        environment = {**os.environ, "ZHIHENG_HOME": folder, "DATABASE_URL": "", "PORT": str(_free_port())}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        subprocess.run([sys.executable, "-c", PREPARE], env=environment, check=True)
        with _running(environment) as started:
            yield "second `zhiheng run --demo` until it answers", started, "s", START_TARGET
            yield from _measured(int(environment["PORT"]))


def _measured(port: int) -> Iterator[Row]:
    """Two ways of asking, so that neither what is kept nor what must be made can hide the other."""
    for name, addresses in _addresses(port).items():
        for address in addresses * WARMINGS:  # each on a new connection, so that all processes have seen it
            _get(port, address)
        took, rate = _asked(port, [addresses[number % len(addresses)] for number in range(KEPT)])
        yield f"{name}: kept, no pause ({rate:.0f}/s), p95", took, "ms", TARGET
        fresh = [_unseen(addresses[number % len(addresses)], number) for number in range(FRESH)]
        took, _ = _asked(port, fresh, pause=PAUSE)
        yield f"{name}: made anew, a page a second each, p95", took, "ms", TARGET


def _unseen(address: str, number: int) -> str:
    """The same page under an address that nobody has asked for, so that it must be made."""
    return f"{address}{'&' if '?' in address else '?'}unseen={number}"


def _addresses(port: int) -> dict[str, list[str]]:
    draw = random.Random(SEED)
    results, enterprises = set[str](), set[str]()
    for page in range(1, 41):
        body = _get(port, f"/results/?page={page}")
        results |= set(re.findall(r'"(/results/\w{32}/)"', body))
        enterprises |= set(re.findall(r'"(/enterprises/\w{18}/)"', body))
    entry = re.findall(r'"(/verify/entries/[\w-]+-)(\d+)/"', _get(port, min(results)))[0]
    words = [f"{one}{two}" for one in WORDS for two in ("", "有限公司", "厂")]
    pages = [
        f"/results/?page={page}&sort={sort}" for page in range(1, 101) for sort in ("dated", "-published")
    ]
    found = {
        "first page": ["/"],
        "search": [f"/search/?q={quote(word)}" for word in words],
        "list of results": pages,
        "one result": sorted(results),
        "archive of an enterprise": sorted(enterprises),
        "pass rates": ["/rates/", "/rates/?place=900000", "/rates/?population=risk_targeted"],
        "report": re.findall(r'"(/reports/[\w-]+/)"', _get(port, "/reports/"))[:1],
        "entry with its proof": [f"{entry[0]}{int(entry[1]) - step}/" for step in range(300)],
    }
    return {name: draw.sample(some, min(len(some), ADDRESSES)) for name, some in found.items()}


def _asked(port: int, addresses: Sequence[str], pause: float = 0) -> tuple[float, float]:
    """The 95th percentile in milliseconds, and the answers in a second."""
    took: list[float] = []
    waiting = iter(addresses)
    lock = threading.Lock()

    def client(number: int) -> None:
        draw = random.Random(number)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        time.sleep(pause * draw.random())  # they do not come in step
        while True:
            with lock:
                address = next(waiting, None)
            if address is None:
                return connection.close()
            began = time.perf_counter()
            connection.request("GET", address, headers={"Accept-Language": "zh-CN"})
            answer = connection.getresponse()
            answer.read()
            took.append(time.perf_counter() - began)
            assert answer.status == 200, (address, answer.status)
            time.sleep(pause * (0.5 + draw.random()))

    clients = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    began = time.perf_counter()
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    assert len(took) == len(addresses), "a client broke"
    return 1000 * sorted(took)[int(0.95 * len(took))], len(took) / (time.perf_counter() - began)


def _get(port: int, address: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", address, headers={"Accept-Language": "zh-CN"})
    body = connection.getresponse().read().decode()
    connection.close()
    return body


@contextmanager
def _running(environment: dict[str, str]) -> Iterator[float]:
    began = time.perf_counter()
    path = Path(environment["ZHIHENG_HOME"], "bench.log")
    command = [sys.executable, "-c", "from zhiheng.doors.cli.main import main; main()", "run", "--demo"]
    with path.open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        while True:
            if server.poll() is not None:
                raise RuntimeError(path.read_text(encoding="utf-8")[-2000:])
            try:
                _get(int(environment["PORT"]), "/")
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)
            else:
                break
        yield time.perf_counter() - began
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
