"""The real files of the public, through their built-in mappings; every row accounted for."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.doors.imports.conftest import AT, Through
from tests.doors.imports.spreadsheets import csv_file
from zhiheng.doors.imports import readers
from zhiheng.doors.imports.catalogue import CATALOGUE
from zhiheng.doors.imports.checking import Checking, Way
from zhiheng.doors.imports.mapped import built_in
from zhiheng.doors.imports.summary import summary
from zhiheng.foundation.exchange.models import RefusedRow
from zhiheng.foundation.exchange.problems import Refusal
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.org import data
from zhiheng.foundation.org.actors import system
from zhiheng.foundation.org.services import divisions_load
from zhiheng.foundation.registry.models import Enterprise

Shared = Callable[[str], Path]
BULLETINS = "data/spotchecks/china_product_quality_spotchecks.csv"
HEADINGS = (
    "authority", "source_id", "source_record_id", "report_date", "snapshot_date",
    "product_kind_source_reported", "product_kind_english", "product_name", "brand", "brand_source_reported",
    "manufacturer", "manufacturer_source_reported", "model_specification_source_reported",
    "production_date_or_batch_source_reported", "inspection_outcome", "nonconforming_items",
    "nonconforming_items_source_reported", "inspection_retest_confirmed_nonconforming",
    "inspection_suspected_counterfeit", "inspection_standards_scope_source_reported", "source_note",
    "source_quality_flags", "source_url", "attachment_url",
)  # fmt: skip


def bulletin(**cells: str) -> tuple[str, ...]:
    """A row of the common layout, invented."""
    row = dict.fromkeys(HEADINGS, "") | {
        "authority": "guangdong",
        "source_id": "GUANGDONG_CHINA_2026_ELECTRIC_CABLE_INSPECTION",
        "source_record_id": "GD-CN-2026-0001",
        "report_date": "2026-03-15",
        "product_kind_source_reported": "电线电缆",
        "product_name": "绝缘电线",
        "manufacturer": "某某线缆有限公司",
        "manufacturer_source_reported": "甲公司（委托某某线缆有限公司）",
        "inspection_outcome": "nonconforming",
        "nonconforming_items": "杂质含量(钙|钠)|厚度",
        "inspection_retest_confirmed_nonconforming": "False",
        "inspection_standards_scope_source_reported": "['GB/T 5023.3-2008', 'Q/3200KLS 01-2024']",
        "source_url": "https://example.org/a.html",
    }
    return tuple((row | cells).values())


def facts() -> list[dict[str, Any]]:
    return [json.loads(entry.payload) for entry in Entry.objects.filter(kind="spot_check.result")]


def test_a_bulletin_of_any_authority_goes_through(through: Through, tmp_path: Path) -> None:
    rows = [
        bulletin(),
        bulletin(source_record_id="GD-CN-2026-0002", inspection_outcome="conforming", nonconforming_items=""),
        bulletin(source_record_id="GD-CN-2026-0003", inspection_retest_confirmed_nonconforming="True"),
        bulletin(source_record_id="X-1", source_id="GUANGDONG_CHINA_2026_NONCONFORMING_TOYS"),
        bulletin(source_record_id="X-2", authority="samr", source_id="SAMR_CHINA_2026_TOYS"),
    ]
    run = through(csv_file(tmp_path / "gd.csv", [HEADINGS, *rows]), mapping="public-bulletins")
    assert (run.position, run.refused) == (5, 0)
    first, conforming, confirmed, named, national = sorted(facts(), key=lambda fact: fact["record"])
    assert (first["authority"], first["published_on"], first["selection"]) == (
        "guangdong",
        "2026-03-15",
        "undeclared",
    )
    assert first["failed_items"] == ["杂质含量(钙，钠)", "厚度"]
    assert len(first["standards"]) == 2
    assert first["producer"]["name"] == "某某线缆有限公司"
    assert first["note"] == "来源所写生产企业：甲公司（委托某某线缆有限公司）"
    assert "retest" not in first
    assert confirmed["retest"] == "confirmed"
    assert conforming["verdict"] == "conforming"
    assert {one["coverage"] for one in (first, conforming, confirmed)} == {"all_results"}
    assert {one["coverage"] for one in (named, national)} == {"failures_only"}


def test_without_the_columns_that_declare_nothing_is_guessed(through: Through, tmp_path: Path) -> None:
    place = HEADINGS.index("source_id")
    rows = [tuple(cell for at, cell in enumerate(row) if at != place) for row in (HEADINGS, bulletin())]
    with pytest.raises(Exception, match="source_id"):
        through(csv_file(tmp_path / "gd.csv", rows), mapping="public-bulletins")


def test_the_real_bulletins(through: Through, shared: Shared) -> None:
    path = shared(BULLETINS)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    run = through(path, mapping="public-bulletins")
    found = summary(run)
    assert found.rows == len(rows) == 1120
    assert (found.refused, found.skipped, found.accepted + found.unresolved) == (0, 0, 1120)
    assert not [note for note in found.notes if note.code == "import.only_failures"]
    recorded = facts()

    def counts(name: str) -> Counter[tuple[str, str]]:
        return Counter((fact[name], fact["verdict"]) for fact in recorded)

    for ours, theirs in (("authority", "authority"), ("product_kind", "product_kind_source_reported")):
        assert counts(ours) == Counter((row[theirs], row["inspection_outcome"]) for row in rows)
    failures_only = {fact["authority"] for fact in recorded if fact["coverage"] == "failures_only"}
    assert failures_only == {"samr"}
    assert Counter(fact["coverage"] for fact in recorded) == {"all_results": 946, "failures_only": 174}
    assert sum(fact.get("retest") == "confirmed" for fact in recorded) == 28
    assert all(fact.get("failed_items") for fact in recorded if fact["verdict"] == "nonconforming")
    again = through(path, mapping="public-bulletins")
    assert (again.skipped, len(facts())) == (1120, 1120)


@pytest.mark.parametrize("name", ["cn_enterprises_300k", "cn_enterprises_with_scope_20k"])
def test_the_real_registry_is_read(shared: Shared, name: str) -> None:
    """Every row is read or refused for its code or its one broken amount; no database is needed for that."""
    path = shared(f"data/registry/{name}.parquet")
    sheet = CATALOGUE["enterprises"].sheet
    way = Way(sheet, built_in(sheet)["public-registry"])
    layout = readers.inspect(path, way.fits)
    checking = Checking(way, layout.headings)
    columns: Counter[str] = Counter()
    rows = refused = 0
    for line in readers.lines(path, layout):
        rows += 1
        cells, row = checking.check(line)
        if isinstance(row, Refusal):
            refused += 1
            columns.update({problem.column for problem in row.problems} - {"division"} or {"division"})
        elif rows == 1:
            assert row.values["division"] == cells["uscc"][2:8]
    assert rows == layout.total
    assert set(columns) <= {"uscc", "capital"}
    assert refused == sum(columns.values())
    if name == "cn_enterprises_300k":
        assert columns["uscc"] == 1093  # 1 075 of another length and 18 with a wrong check character


def test_real_codes_of_no_division_are_held_in_the_one_around_them(
    through: Through, shared: Shared, tmp_path: Path
) -> None:
    """Development zones and divisions of long ago: in the city or province; nothing is refused for them."""
    table = pq.read_table(shared("data/registry/cn_enterprises_300k.parquet"))
    divisions = list(data.rows())
    divisions_load(actor=system("ZJ-AMR"), rows=divisions, source=data.SOURCE, at=AT)
    known = {division.code for division in divisions}
    codes = table["code"].to_pylist()
    unheld = [
        row
        for row, code in zip(table.to_pylist(), codes, strict=True)
        if code and code[2:8] not in known and f"{code[2:4]}0000" in known
    ][:400]
    rows = [tuple(str(cell or "") for cell in row.values()) for row in unheld]
    run = through(
        csv_file(tmp_path / "zones.csv", [tuple(table.column_names), *rows]), "enterprises", "public-registry"
    )
    assert run.position == len(unheld) == 400
    (note,) = [one for one in summary(run).notes if "区划表中没有" in str(one.params.get("says"))]
    assert note.params["column"] == "行政区划代码"
    refused = [problem["column"] for row in RefusedRow.objects_of_django.all() for problem in row.problems]
    assert set(refused) <= {"uscc"}  # a code that is wrong in itself
    held = dict(Enterprise.objects_of_django.values_list("uscc", "division"))
    assert len(held) == run.accepted >= 300
    for code, division in held.items():
        city, province = f"{code[2:6]}00", f"{code[2:4]}0000"
        assert division == (city if city in known else province)


def test_a_division_that_the_file_states_is_refused_where_the_table_holds_none(
    through: Through, tmp_path: Path
) -> None:
    rows = [("统一社会信用代码", "企业名称", "行政区划代码"), ("91330106799655058B", "某某厂", "610131")]
    run = through(csv_file(tmp_path / "stated.csv", rows), "enterprises")
    assert (run.refused, run.position) == (1, 1)
