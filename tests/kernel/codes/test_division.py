"""Division codes: level, parent and what lies within what follow from the form."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.kernel.codes import division
from zhiheng.kernel.codes.division import Division, Level
from zhiheng.kernel.errors import Refused

two = st.integers(1, 99).map("{:02d}".format)
provinces = st.sampled_from(sorted(division.PROVINCES))
counties = st.builds("{}{}{}".format, provinces, two, two)
cities = st.builds("{}{}00".format, provinces, two)
divisions = st.one_of(counties, cities, provinces.map("{}0000".format), st.just(division.NATION)).map(
    Division
)


@pytest.mark.parametrize(
    ("code", "level", "parent", "prefix"),
    [
        ("100000", Level.NATION, None, ""),
        ("330000", Level.PROVINCE, "100000", "33"),
        ("330100", Level.CITY, "330000", "3301"),
        ("330106", Level.COUNTY, "330100", "330106"),
        ("110101", Level.COUNTY, "110100", "110101"),
        ("500200", Level.CITY, "500000", "5002"),
    ],
)
def test_level_parent_prefix(code: str, level: Level, parent: str | None, prefix: str) -> None:
    read = division.parse(code)
    assert (read.level, read.prefix) == (level, prefix)
    assert (str(read.parent) if read.parent else None) == parent


def test_the_three_parts() -> None:
    county, province = Division("330106"), Division("330000")
    assert (county.province, county.city, county.county) == ("330000", "330100", "330106")
    assert (province.province, province.city, province.county) == ("330000", None, None)


@given(divisions)
def test_a_division_lies_within_all_above_it(place: Division) -> None:
    assert division.parse(str(place)) == place
    above: Division | None = place
    while above is not None:
        assert place.lies_within(above)
        assert above == place or not above.lies_within(place)
        above = above.parent


def test_neighbours_do_not_lie_within_each_other() -> None:
    assert not Division("330106").lies_within(Division("330200"))
    assert not Division("330100").lies_within(Division("340000"))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("3301", "division.form"),
        ("33010a", "division.form"),
        ("١١٠٠٠٠", "division.form"),
        ("浙江", "division.form"),
        ("990101", "division.province"),
        ("000000", "division.province"),
        ("330006", "division.county"),
    ],
)
def test_refusals(written: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        division.parse(written)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_blanks_and_full_width_digits_are_read() -> None:
    assert division.parse(" ３３０１０６ ").code == "330106"


def test_all_real_divisions_are_read(shared: Callable[[str], Path]) -> None:
    names = {1: Level.PROVINCE, 2: Level.CITY, 3: Level.COUNTY}
    with shared("data/admin/gb2260_unified_latlon.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 3000
    wrong = [row["code"] for row in rows if division.parse(row["code"]).level is not names[int(row["level"])]]
    assert wrong == []
