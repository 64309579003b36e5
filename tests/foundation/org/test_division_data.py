"""The table of divisions holds together, knows what is known, and differs from others explainably."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from zhiheng.foundation.org.data import DivisionRow, rows
from zhiheng.kernel.codes.division import PROVINCES, Level

ROWS = list(rows())
EARLIEST = date(2002, 12, 31)
LATEST = date(2024, 12, 31)


def on(day: date) -> dict[str, DivisionRow]:
    """The rows valid on a day, by code; a code valid twice fails."""
    valid = [
        row
        for row in ROWS
        if (row.valid_from or date.min) <= day and (row.valid_to is None or day < row.valid_to)
    ]
    found = {row.code: row for row in valid}
    assert len(found) == len(valid)
    return found


def test_levels_are_those_that_the_codes_tell() -> None:
    assert all(len(row.code) == 6 and row.code.isdigit() for row in ROWS)
    assert all((row.level == Level.PROVINCE) == row.code.endswith("0000") for row in ROWS)
    assert all((row.level == Level.COUNTY) == (not row.code.endswith("00")) for row in ROWS)


def test_provinces_are_the_34_with_english_names() -> None:
    provinces = [row for row in ROWS if row.level == Level.PROVINCE]
    assert {row.code[:2] for row in provinces} == PROVINCES
    assert len(provinces) == 34
    assert all(row.name_en and row.parent == "" for row in provinces)


def test_no_code_is_valid_twice_at_once() -> None:
    spans: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for row in ROWS:
        first, until = row.valid_from or date.min, row.valid_to or date.max
        assert first < until
        spans[row.code].append((first, until))
    for own in spans.values():
        own.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(own))


def test_a_parent_is_valid_as_long_as_its_child() -> None:
    spans: dict[str, list[DivisionRow]] = defaultdict(list)
    for row in ROWS:
        spans[row.code].append(row)
    for row in ROWS:
        if not row.parent:
            continue
        reached = row.valid_from or date.min
        for parent in spans[row.parent]:
            if (parent.valid_from or date.min) <= reached:
                reached = max(reached, parent.valid_to or date.max)
        assert reached >= (row.valid_to or date.max), row


@pytest.mark.parametrize(
    ("day", "code", "name"),
    [
        (EARLIEST, "420600", "襄樊市"),
        (date(2010, 10, 31), "420600", "襄樊市"),
        (date(2011, 10, 31), "420600", "襄阳市"),
        (EARLIEST, "110103", "崇文区"),
        (date(2010, 10, 31), "110103", None),  # merged into 东城区 in 2010
        (date(2010, 10, 31), "341400", "巢湖市"),
        (date(2011, 10, 31), "341400", None),  # dissolved in 2011
        (date(2011, 10, 31), "340181", "巢湖市"),
        (date(2012, 10, 31), "460300", "三沙市"),
        (date(2018, 10, 31), "371200", "莱芜市"),
        (date(2019, 10, 31), "371200", None),  # merged into 济南市 in 2019
        (LATEST, "653229", "和安县"),
        (LATEST, "810000", "香港特别行政区"),
        (LATEST, "429004", "仙桃市"),
        (LATEST, "371700", "菏泽市"),
        (EARLIEST, "371700", "菏泽市"),  # the lists before 2005 print 荷泽市
    ],
)
def test_changes_that_everybody_knows(day: date, code: str, name: str | None) -> None:
    found = on(day).get(code)
    assert (found.name if found else None) == name


def test_headings_of_the_standard_are_marked_and_places_are_not() -> None:
    latest = on(LATEST)
    assert latest["110100"].grouping
    assert latest["429000"].grouping
    assert latest["130101"].grouping
    assert not any(latest[code].grouping for code in ("110101", "441900", "130100", "500235"))
    assert Counter(row.level for row in latest.values() if not row.grouping) == {
        Level.PROVINCE: 34,
        Level.CITY: 333,
        Level.COUNTY: 2849,
    }


def test_management_zones_of_the_statistics_are_not_divisions() -> None:
    assert not [row for row in ROWS if row.code[4] == "7" and row.level == Level.COUNTY]


def test_every_day_since_the_first_list_has_all_provinces() -> None:
    day = EARLIEST
    while day < date(2026, 1, 1):
        assert sum(row.level == Level.PROVINCE for row in on(day).values()) == 34
        day += timedelta(days=500)


def test_the_differences_from_the_statistical_list_are_known(shared: Callable[[str], Path]) -> None:
    """china-division 2.7.0 (statistical codes, 30 June 2023): 31 provinces, 342 cities, 2 978 counties."""
    ours = on(date(2023, 6, 30))
    theirs: dict[str, str] = {}
    for file in ("cn_provinces.csv", "cn_cities.csv", "cn_areas.csv"):
        with shared(f"data/admin/{file}").open(encoding="utf-8", newline="") as handle:
            theirs |= {row["code"].ljust(6, "0"): row["name"] for row in csv.DictReader(handle)}
    missing = set(theirs) - set(ours)
    zones = {code for code in missing if code[4] == "7"}
    # 加格达奇 lies in Inner Mongolia and is run from Heilongjiang; 大柴旦 is a committee, no division.
    assert missing - zones == {"232761", "232762", "232763", "232764", "632857"}
    assert len(zones) == 124
    surplus = set(ours) - set(theirs)
    assert {code for code in surplus if ours[code].name != "市辖区"} == {"710000", "810000", "820000"}
    assert {code for code in theirs if code in ours and ours[code].name != theirs[code]} == {"620201"}


def test_real_enterprise_codes_lie_in_known_divisions(shared: Callable[[str], Path]) -> None:
    import pyarrow.parquet as pq

    path = shared("data/registry/cn_enterprises_300k.parquet")
    codes = Counter(code[2:8] for code in pq.read_table(path, columns=["code"])["code"].to_pylist() if code)
    known = {row.code for row in ROWS}
    assert sum(number for code, number in codes.items() if code in known) / codes.total() > 0.97
