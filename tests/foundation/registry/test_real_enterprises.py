"""Real names of a public register: all are recorded, and each is found again by any part of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.foundation.registry.conftest import NOW, REGISTRAR
from zhiheng.foundation.org.actors import PUBLIC
from zhiheng.foundation.org.models import Division
from zhiheng.foundation.registry.names import name_key
from zhiheng.foundation.registry.search import search
from zhiheng.foundation.registry.services import enterprises_record
from zhiheng.foundation.registry.sheets import ENTERPRISES
from zhiheng.kernel.sheets import Row

CODE_PROBLEMS = {
    "uscc.registration_number",
    "uscc.length",
    "uscc.character",
    "uscc.check",
    "uscc.organisation_code",
}


@pytest.fixture
def real_cells(shared: Callable[[str], Path]) -> list[dict[str, str]]:
    """Every twentieth enterprise, its cells as the file has them; its place stands in its code alone."""
    from pyarrow import parquet

    table = parquet.read_table(shared("data/registry/cn_enterprises_300k.parquet"))
    rows = table.slice(0, None).take(list(range(0, table.num_rows, 20))).to_pylist()
    return [
        {
            "uscc": each["code"],
            "name": each["name"],
            "division": each["code"][2:8],
            "established": str(each["registration_day"].date()) if each["registration_day"] else "",
            "capital": each["capital"] or "",
        }
        for each in rows
    ]


@pytest.mark.usefixtures("db")
def test_real_enterprises_are_recorded_and_found(real_cells: list[dict[str, str]]) -> None:
    read = [(cells, *ENTERPRISES.read(cells)) for cells in real_cells]
    refused = [(cells, problem) for cells, _, problems in read for problem in problems]
    assert {problem.problem.code for _, problem in refused if problem.column == "uscc"} <= CODE_PROBLEMS
    assert [problem for _, problem in refused if problem.column in {"name", "established"}] == []
    assert len([problem for _, problem in refused if problem.column == "capital"]) < len(read) / 1000
    rows = [Row(number, values) for number, (_, values, problems) in enumerate(read) if not problems]
    assert len(rows) > 0.99 * len(read)
    codes = {str(row.values["division"]) for row in rows}
    Division.objects.bulk_create(
        [Division(code=code, name=code, level=3, parent="", source="test") for code in codes]
    )
    outcomes = enterprises_record(actor=REGISTRAR, rows=rows, at=NOW)
    assert {outcome.state for outcome in outcomes} <= {"accepted", "skipped"}
    draw = random.Random(3)
    for row in draw.sample(rows, 200):
        name, uscc = name_key(str(row.values["name"])), row.values["uscc"]
        whole = search(PUBLIC, name, limit=100).hits
        assert uscc in {hit.enterprise.uscc for hit in whole}
        start = draw.randrange(len(name) - 1)
        for hit in search(PUBLIC, name[start : start + 2]).hits:
            assert name[start : start + 2] in name_key(hit.name) or hit.by == "code"
