"""The fictional province: its size, its codes, and that it is nobody's home."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from tests.simulation.conftest import Province
from zhiheng.kernel.codes.division import NATION, PROVINCES, Division
from zhiheng.simulation import places

SUFFIXES = ("自治县", "街道", "新区", "地区", "自治州", "省", "市", "区", "县", "镇", "乡", "旗")


def short(name: str) -> str:
    """A name without its kind: 岚岭县 → 岚岭."""
    for suffix in SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name.removesuffix(suffix)
    return name


def test_sixteen_cities_and_129_counties(small: Province) -> None:
    rows = [row for row in small.rows("divisions.csv") if row["code"].startswith("90")]
    assert [sum(row["level"] == level for row in rows) for level in "123"] == [1, 16, 129]
    assert [row["code"] for row in rows if row["level"] == "2"] == [
        f"90{city:02d}00" for city in range(1, 17)
    ]


def test_codes_and_names_stand_once(small: Province) -> None:
    rows = small.rows("divisions.csv")
    for heading in ("code", "name"):
        assert len({row[heading] for row in rows}) == len(rows) == 149


def test_level_and_parent_follow_from_the_code(small: Province) -> None:
    codes = {row["code"] for row in small.rows("divisions.csv")} | {NATION}
    for row in small.rows("divisions.csv"):
        code = Division(row["code"])
        assert code.parent is not None
        assert (int(row["level"]), row["parent"]) == (code.level, code.parent.code)
        assert row["parent"] in codes
        assert row["name_en"].endswith("(fictional)")


def test_no_real_province_has_these_codes() -> None:
    real = PROVINCES - {places.PROVINCE[:2], places.OTHER_PROVINCE.code[:2]}
    assert not any(division.code[:2] in real for division in places.DIVISIONS)


def test_names_are_not_those_of_real_places(shared: Callable[[str], Path]) -> None:
    real: set[str] = set()
    for file in ("cn_areas.csv", "cn_cities.csv", "cn_provinces.csv"):
        with shared(f"data/admin/{file}").open(encoding="utf-8") as rows:
            real.update(short(row["name"]) for row in csv.DictReader(rows))
    assert "昭平" in real  # a real county: the comparison does find what is there
    assert not {division.short for division in places.DIVISIONS} & real


def test_every_division_has_its_authority_and_there_are_24_laboratories(small: Province) -> None:
    agencies = small.rows("agencies.csv")
    own = {row["code"]: row for row in small.rows("divisions.csv") if row["code"].startswith("90")}
    authorities = [row for row in agencies if row["kind"] == "authority"]
    assert [row["division"] for row in authorities] == list(own)
    assert all(row["level"] == own[row["division"]]["level"] for row in agencies)
    assert sum(row["kind"] == "laboratory" for row in agencies) == 24
    assert (
        len({row["name"] for row in agencies}) == len({row["code"] for row in agencies}) == 1 + 16 + 129 + 24
    )
