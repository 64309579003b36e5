"""GB/T 2828.1: tables, letters, switching, against transcriptions and other implementations.

`gbt2828_1_single_resolved.csv` holds all 1248 cells with arrows followed; 442 of them were compared with a
public transcription of tables 2-A, 2-B and 2-C. On 2026-11-21 all 416 cells of reduced inspection were
compared with a second one, made twice from a scan of GB/T 2828.1-2012: no difference. The letters are
those of MIL-STD-105E (R package AQLSchemes 1.7-2), whose table 1 ISO kept. The switching trace is that of
capstat-core 0.4.3.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from zhiheng.methods.sampling.attributes import single_plan, tabled_plan
from zhiheng.methods.sampling.letters import LEVELS, LOT_BOUNDS, code_letter
from zhiheng.methods.sampling.switching import LotVerdict, follow

Shared = Callable[[str], Path]


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)


def test_every_cell_of_the_three_tables(shared: Shared) -> None:
    expected = list(rows(shared("refs/a_sampling/gbt2828_1_single_resolved.csv")))
    assert len(expected) == 3 * 16 * 26
    for row in expected:
        plan = tabled_plan(letter=row["letter"], aql=row["aql"], severity=row["type"])  # type: ignore[arg-type]
        found = plan.plan_letter, plan.sample_size, plan.acceptance_number, plan.rejection_number
        assert found == (row["final_letter"], int(row["n"]), int(row["Ac"]), int(row["Re"])), row


def test_every_cell_of_table_1(shared: Shared) -> None:
    expected = list(rows(shared("refs/a_sampling/mil105e_letters.csv")))
    firsts = (2, *(bound + 1 for bound in LOT_BOUNDS))
    lasts = (*LOT_BOUNDS, 10**9)
    assert len(expected) == len(firsts) == 15
    for row, first, last in zip(expected, firsts, lasts, strict=True):
        for level in LEVELS:
            assert code_letter(lot_size=first, level=level) == row[level]
            assert code_letter(lot_size=last, level=level) == row[level]


def test_normal_and_tightened_are_those_of_mil_std_105e(shared: Shared) -> None:
    """ISO kept these two tables but for one cell: 105E sends tightened A at AQL 10 down to D."""
    differing = []
    for row in rows(shared("refs/a_sampling/mil105e_single.csv")):
        if row["type"] == "reduced":
            continue
        plan = tabled_plan(letter=row["letter"], aql=row["aql"], severity=row["type"])  # type: ignore[arg-type]
        if (plan.sample_size, plan.acceptance_number) != (int(row["n"]), int(row["Ac"])):
            differing.append((row["type"], row["letter"], row["aql"]))
    assert differing == [("tightened", "A", "10")]


def test_published_examples() -> None:
    """Lot of 2000, level II, AQL 1.0: the worked example that textbooks of GB/T 2828.1 print."""
    normal = single_plan(lot_size=2000, aql=1.0)
    assert (normal.tabled.letter, normal.sample_size, normal.acceptance_number) == ("K", 125, 3)
    reduced = single_plan(lot_size=2000, aql=1.0, severity="reduced")
    assert (reduced.sample_size, reduced.acceptance_number, reduced.rejection_number) == (50, 2, 3)


def test_switching_trace(shared: Shared) -> None:
    traced = list(rows(shared("refs/a_sampling/switching_trace_capstat.csv")))
    assert len(traced) == 600
    flag = {"1": True, "0": False, "": None}
    for name, group in groupby(traced, key=lambda row: (row["series"], row["mode"])):
        series = list(group)
        history = follow(
            LotVerdict(row["accepted"] == "1", flag[row["accepted_at_tighter_aql"]]) for row in series
        )
        for row, step in zip(series, history.steps, strict=True):
            score = "" if step.score is None else str(step.score)
            found = step.lot, step.severity, step.severity_after, score
            assert found == (int(row["lot"]), row["severity"], row["severity_after"], row["score"]), name
