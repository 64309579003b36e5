"""Run the benchmarks and print one table: what was measured, the figure, and the target.

    python -m benchmarks [NAME…]      NAME: `ledger` for benchmarks/bench_ledger.py; all without a name

A benchmark is a module `bench_NAME.py` with a function `rows()` that yields `Row`s. A target is a
bound such as `≥ 5000` or `≤ 50`; a missed one is marked and makes the exit code 1.
It refuses to hide a failure: a benchmark that breaks is a row that says so.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import re
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).resolve().parent
TARGET = re.compile(r"([≥≤])\s*(\d[\d\s,_]*(?:\.\d+)?)(\D.*)?")
Row = tuple[str, float, str, str]  # name, value, unit, target


def available() -> list[str]:
    """The names of all benchmarks."""
    return sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def met(value: float, target: str) -> bool:
    """Whether a figure keeps the bound `≥ n` or `≤ n`; without a bound there is nothing to miss."""
    if not target:
        return True
    bound = TARGET.fullmatch(target)
    if bound is None:
        raise ValueError(f"a target is ≥ or ≤ and a number: {target!r}")
    limit = float(re.sub(r"[\s,_]", "", bound[2]))
    return value >= limit if bound[1] == "≥" else value <= limit


def measured(name: str) -> Iterator[Row | str]:
    """The rows of one benchmark; a text where it broke."""
    try:
        yield from importlib.import_module(f"benchmarks.bench_{name}").rows()
    except Exception:  # noqa: BLE001  one that breaks must not hide the others
        yield traceback.format_exc()


def main() -> int:
    """Measure what was asked for and say whether every target was met."""
    reader = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed and memory.")
    reader.add_argument("name", nargs="*", help=", ".join(available()))
    chosen = reader.parse_args().name or available()
    unknown = sorted(set(chosen) - set(available()))
    if unknown:
        reader.error(f"no benchmark named {', '.join(unknown)}; there are {', '.join(available())}")
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    table = Table("benchmark", "what", title_justify="left")
    for heading in ("measured", "target"):
        table.add_column(heading, justify="right")
    table.add_column("")
    missed = 0
    for name in chosen:
        started = time.perf_counter()
        for row in measured(name):
            if isinstance(row, str):
                missed += 1
                table.add_row(name, "broke", "", "", "✗")
                console.print(row, markup=False)
                continue
            what, value, unit, target = row
            good = met(value, target)
            missed += not good
            shown = f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"
            table.add_row(name, what, f"{shown} {unit}", target, "✓" if good else "✗")
        console.print(f"{name}: {time.perf_counter() - started:.0f} s")
    console.print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
