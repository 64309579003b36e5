"""Spot-check results of the synthetic province through the full import door, on both databases."""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.deployment import django_ready, postgres_database

RESULTS = 100_000
ENTERPRISES = 6_000
Row = tuple[str, float, str, str]


def rows() -> Iterator[Row]:
    """One process a database: a process keeps the database that it began with, and its memory is its own."""
    from zhiheng.simulation.province import Scale, write_province

    with tempfile.TemporaryDirectory(prefix="zhiheng-bench-") as folder:
        write_province(Path(folder), seed=20260301, scale=Scale(ENTERPRISES, RESULTS, years=1))
        yield from _in_a_process("SQLite", "", folder)
        with postgres_database() as url:
            if url:
                yield from _in_a_process("PostgreSQL", url, folder)


def _in_a_process(name: str, url: str, folder: str) -> Iterator[Row]:
    command = [sys.executable, "-m", "benchmarks.bench_imports", folder, url]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    enterprises, results, again, megabytes = (float(part) for part in printed.split()[-4:])
    yield f"{name}: import {ENTERPRISES:,} enterprises (csv)", enterprises, "rows/s", "≥ 5000"
    yield f"{name}: import {RESULTS:,} spot checks (csv)", results, "rows/s", "≥ 5000"
    yield f"{name}: the same file again, all skipped", again, "rows/s", "≥ 5000"
    yield f"{name}: memory of the importing process", megabytes, "MB", "≤ 500"


def measure(folder: Path, url: str) -> None:
    """Import enterprises, results, and the results again; print rows per second of each, and megabytes."""
    with tempfile.TemporaryDirectory(prefix="zhiheng-bench-") as home, django_ready(Path(home), url):
        from zhiheng.doors.imports.run import Opening, open_import, work
        from zhiheng.foundation.ledger.facts.org import AgencyOpened
        from zhiheng.foundation.org.actors import system
        from zhiheng.foundation.org.data import DivisionRow
        from zhiheng.foundation.org.services import agencies_open, divisions_load
        from zhiheng.kernel.codes.division import Level

        at, actor = datetime(2026, 11, 1, tzinfo=UTC), system("ZH-BENCH")
        with (folder / "divisions.csv").open(encoding="utf-8") as file:
            divisions = [
                DivisionRow(
                    code=one["code"],
                    name=one["name"],
                    level=Level(int(one["level"])),
                    parent=one["parent"],
                    valid_from=date.fromisoformat(one["valid_from"]),
                    valid_to=None,
                    name_en=one["name_en"],
                )
                for one in csv.DictReader(file)
            ]
        divisions_load(actor=actor, rows=divisions, source="benchmark", at=at)
        with (folder / "agencies.csv").open(encoding="utf-8") as file:
            agencies = [
                AgencyOpened(one["code"], one["name"], one["kind"], int(one["level"]), one["division"])
                for one in csv.DictReader(file)
            ]
        agencies_open(actor=actor, agencies=agencies, at=at)

        def through(sheet: str, file: Path) -> float:
            started = time.perf_counter()
            run = open_import(actor=actor, source=file, opening=Opening(sheet, claim=True), at=at)
            run = work(run, lambda: datetime.now(UTC))
            if run.state != "finished" or run.refused:
                raise RuntimeError(f"{file.name}: {run.state}, {run.refused} refused")
            return run.position / (time.perf_counter() - started)

        found = [through("enterprises", folder / "enterprises.csv")]
        found += [through("spot-checks", next(folder.glob("spot-checks-*.csv"))) for _ in range(2)]
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stdout.write(" ".join(f"{value:.1f}" for value in (*found, megabytes)))


if __name__ == "__main__":
    measure(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
