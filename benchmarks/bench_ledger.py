"""Appending in bulk and verifying, on SQLite and on PostgreSQL where a server answers."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.deployment import django_ready, postgres_database

ENTRIES = 1_000_000
CHUNK = 2_000
Row = tuple[str, float, str, str]


def rows() -> Iterator[Row]:
    """One process a database: a process keeps the database that it began with."""
    yield from _in_a_process("SQLite", "")
    with postgres_database() as url:
        if url:
            yield from _in_a_process("PostgreSQL", url)


def _in_a_process(name: str, url: str) -> Iterator[Row]:
    command = [sys.executable, "-m", "benchmarks.bench_ledger", url]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    appended, verified, entries = (float(part) for part in printed.split())
    yield f"{name}: append in chunks of {CHUNK:,}", appended, "entries/s", "≥ 20000"
    yield f"{name}: verify {entries:,.0f} entries", verified, "entries/s", "≥ 200000"


def measure(url: str) -> None:
    """Append and verify; print entries per second of each."""
    with tempfile.TemporaryDirectory(prefix="zhiheng-bench-") as home, django_ready(Path(home), url):
        from zhiheng.foundation.ledger.acts import act
        from zhiheng.foundation.ledger.entries import Draft, append
        from zhiheng.foundation.ledger.facts.spot_check import Item, Party, SpotCheckResult
        from zhiheng.foundation.ledger.verify import ledger_verify
        from zhiheng.foundation.org.actors import system

        day, now = date(2026, 3, 2), datetime(2026, 3, 2, tzinfo=UTC)

        def draft(number: int) -> Draft:
            fact = SpotCheckResult(
                record=f"R{number}",
                source="基准",
                authority="示例省市场监督管理局",
                product_kind="车用尿素",
                product_name="车用尿素溶液",
                verdict="conforming",
                selection="random",
                coverage="all_results",
                sampled_on=day,
                producer=Party("某某化工有限公司", "91330100799655058B"),
                items=(Item("密度", "1089", "kg/m3", "1087~1093", "conforming"),),
                laboratory="示例省质检院",
                key=f"key{number:020d}",
            )
            return Draft(fact, day, "900101")

        @act
        def chunk(first: int) -> None:
            drafts = [draft(number) for number in range(first, first + CHUNK)]
            append(actor=system("A1"), recorded_at=now, drafts=drafts)

        started = time.perf_counter()
        for first in range(0, ENTRIES, CHUNK):
            chunk(first)
        appended = ENTRIES / (time.perf_counter() - started)
        started = time.perf_counter()
        verification = ledger_verify()
        verified = ENTRIES / (time.perf_counter() - started)
        if not verification.intact or verification.entries != ENTRIES:
            raise RuntimeError(f"the ledger does not verify: {verification}")
        sys.stdout.write(f"{appended} {verified} {ENTRIES}\n")


if __name__ == "__main__":
    measure(sys.argv[1])
