"""Industry codes: the letter follows from the digits, checked against the real classification."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from zhiheng.kernel.codes import industry
from zhiheng.kernel.codes.industry import Industry
from zhiheng.kernel.errors import Refused


@pytest.mark.parametrize(
    ("written", "code", "level", "parent"),
    [
        ("C", "C", 1, None),
        ("13", "C13", 2, "C"),
        ("c131", "C131", 3, "C13"),
        ("1311", "C1311", 4, "C131"),
        ("Ｃ１３１１", "C1311", 4, "C131"),
        ("0111", "A0111", 4, "A011"),
    ],
)
def test_reading(written: str, code: str, level: int, parent: str | None) -> None:
    read = industry.parse(written)
    assert (read.code, read.level, str(read.parent) if read.parent else None) == (code, level, parent)


@pytest.mark.parametrize(
    ("written", "inside"), [("1211", False), ("1311", True), ("4390", True), ("4411", False)]
)
def test_manufacturing_is_13_to_43(written: str, inside: bool) -> None:
    read = industry.parse(written)
    assert read.is_manufacturing is inside
    assert read.lies_within(Industry("C")) is inside


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "industry.form"),
        ("C1", "industry.form"),
        ("C13111", "industry.form"),
        ("U12", "industry.section"),
        ("9811", "industry.division"),
        ("00", "industry.division"),
        ("A1311", "industry.mismatch"),
    ],
)
def test_refusals(written: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        industry.parse(written)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_wrong_letter_names_the_right_one() -> None:
    with pytest.raises(Refused, match="write C1311"):
        industry.parse("A1311")


def test_the_real_classification(shared: Callable[[str], Path]) -> None:
    with shared("data/classifications/gbt4754_2017.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    levels = Counter(row["level"] for row in rows)
    assert (levels["1"], levels["2"], levels["3"]) == (20, 97, 473)
    for row in rows:
        read = industry.parse(row["code"])
        assert (read.code, str(read.level)) == (row["code"], row["level"])
        assert row["level"] == "1" or industry.parse(read.digits) == read
