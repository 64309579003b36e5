"""Recording and searching a million enterprises, on SQLite and on PostgreSQL where a server answers."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.deployment import django_ready, postgres_database

ENTERPRISES = 1_000_000
CHUNK = 2_000
QUERIES_OF_A_KIND = 40
Row = tuple[str, float, str, str]
Asked = list[tuple[str, str, str]]


def rows() -> Iterator[Row]:
    """One process a database: a process keeps the database that it began with."""
    yield from _in_a_process("SQLite", "")
    with postgres_database() as url:
        if url:
            yield from _in_a_process("PostgreSQL", url)


def _in_a_process(name: str, url: str) -> Iterator[Row]:
    command = [sys.executable, "-m", "benchmarks.bench_registry", url]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    recorded, median, p95, slowest = (float(part) for part in printed.split())
    yield f"{name}: record enterprises in chunks of {CHUNK:,}", recorded, "rows/s", "≥ 10000"
    yield f"{name}: search among {ENTERPRISES:,}, median", median, "ms", ""
    yield f"{name}: search among {ENTERPRISES:,}, 95th percentile", p95, "ms", "≤ 50"
    yield f"{name}: search among {ENTERPRISES:,}, slowest", slowest, "ms", ""


def measure(url: str) -> None:
    """Record, then search; print rows per second and milliseconds."""
    with tempfile.TemporaryDirectory(prefix="zhiheng-bench-") as home, django_ready(Path(home), url):
        recorded, sample = _record()
        times = sorted(_search(_asked(sample)))
        median, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
        sys.stdout.write(f"{recorded} {median} {p95} {times[-1]}\n")


def _record() -> tuple[float, list[tuple[str, str]]]:
    """Rows per second of the service alone, and every thousandth enterprise's code and name."""
    import numpy as np

    from zhiheng.foundation.org.actors import system
    from zhiheng.foundation.registry.services import enterprises_record
    from zhiheng.foundation.registry.sheets import ENTERPRISES as SHEET
    from zhiheng.kernel.sheets import Row as SheetRow
    from zhiheng.simulation.enterprises import found

    actor, now = system("A1"), datetime(2026, 3, 2, tzinfo=UTC)
    _load_counties(now)
    enterprises = found(1, ENTERPRISES)
    names = [column.name for column in SHEET.columns]
    taken, sample = 0.0, []
    for first in range(0, ENTERPRISES, CHUNK):
        columns = enterprises.columns(np.arange(first, first + CHUNK))
        chunk = []
        for number, cells in enumerate(zip(*columns, strict=True), start=first):
            values, problems = SHEET.read(dict(zip(names, cells, strict=True)))
            if problems:
                raise RuntimeError(f"row {number}: {problems}")
            chunk.append(SheetRow(number, values))
        sample += [(str(row.values["uscc"]), str(row.values["name"])) for row in chunk[::1000]]
        started = time.perf_counter()
        enterprises_record(actor=actor, rows=chunk, at=now)
        taken += time.perf_counter() - started
    return ENTERPRISES / taken, sample


def _load_counties(now: datetime) -> None:
    from zhiheng.foundation.org.actors import system
    from zhiheng.foundation.org.data import DivisionRow
    from zhiheng.foundation.org.services import divisions_load
    from zhiheng.kernel.codes.division import Level
    from zhiheng.simulation.places import COUNTIES

    counties = [
        DivisionRow(
            code=county.code,
            name=county.name,
            level=Level.COUNTY,
            parent=f"{county.code[:4]}00",
            valid_from=None,
            valid_to=None,
            name_en="",
        )
        for county in COUNTIES
    ]
    divisions_load(actor=system("A1"), rows=counties, source="simulation", at=now)


def _asked(sample: list[tuple[str, str]]) -> Asked:
    """What people type: words of two characters, places, full names, codes, one character, nonsense."""
    draw = random.Random(7)
    asked: Asked = []
    for _ in range(QUERIES_OF_A_KIND):
        uscc, name = draw.choice(sample)
        at = draw.randrange(2, len(name) - 3)
        _, other = draw.choice(sample)
        asked += [
            ("full name", name, ""),
            ("place", name[:2], ""),
            ("trade word", name[2:4], ""),
            ("two characters", name[at : at + 2], ""),
            ("three characters", name[at : at + 3], ""),
            ("form", draw.choice(["有限公司", "公司", "股份", "经营部", "合作社", "厂"]), ""),
            ("code", uscc, ""),
            ("begin of a code", uscc[: draw.randrange(4, 17)], ""),
            ("one character", draw.choice(name), ""),
            ("two words", f"{name[:2]} {other[-4:]}", ""),
            ("nonsense", "".join(draw.choice(sample)[1][draw.randrange(6)] for _ in range(3)), ""),
            ("within a county", name[-4:], uscc[2:8]),
        ]
    draw.shuffle(asked)
    return asked


def _search(asked: Asked) -> Iterator[float]:
    """Milliseconds of each query; the first fifty warm the caches and are not counted."""
    from django.db import connection

    from zhiheng.foundation.org.actors import PUBLIC
    from zhiheng.foundation.registry.search import search

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does after a load
    for _, query, division in asked[:50]:
        search(PUBLIC, query, division)
    kinds: dict[str, list[float]] = {}
    for kind, query, division in asked:
        started = time.perf_counter()
        search(PUBLIC, query, division)
        taken = 1000 * (time.perf_counter() - started)
        kinds.setdefault(kind, []).append(taken)
        yield taken
    for kind, times in sorted(kinds.items()):
        median, slowest = sorted(times)[len(times) // 2], max(times)
        sys.stderr.write(f"  {kind:20} median {median:7.1f} ms   slowest {slowest:7.1f} ms\n")


if __name__ == "__main__":
    measure(sys.argv[1])
