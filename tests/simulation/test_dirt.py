"""The spoilt variant: every fault is where the truth says, of the kind it says, and nothing else changed."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

import pytest

from tests.simulation.conftest import Province
from zhiheng.kernel.codes import uscc
from zhiheng.simulation import dirt

KINDS = {
    "wrong_code",
    "wrong_date",
    "unknown_division",
    "negative_value",
    "text_in_number",
    "unknown_word",
    "duplicate_row",
}


def lines(province: Province, name: str) -> list[str]:
    """The lines of a file; the first is the heading."""
    return (province.folder / name).read_text(encoding="utf-8-sig").split("\n")


@pytest.mark.parametrize("name", ["enterprises.csv", "spot-checks-2023.csv", "spot-checks-2025.csv"])
def test_mending_what_the_truth_names_gives_the_clean_file(
    dirty: Province, demo: Province, name: str
) -> None:
    found = lines(dirty, name)
    headings = found[0].rstrip("\r").split(",")
    twice = []
    for fault in dirty.truth()["dirt"]:
        if fault["file"] != name:
            continue
        at = fault["line"] - 1
        if fault["kind"] == "duplicate_row":
            assert found[at] == found[at - 1]
            twice.append(at)
            continue
        cells = found[at].split(",")
        column = headings.index(fault["column"])
        assert cells[column] == fault["found"] != fault["original"]
        cells[column] = fault["original"]
        found[at] = ",".join(cells)
    mended = [line for at, line in enumerate(found) if at not in twice]
    assert mended == lines(demo, name)


def test_every_kind_of_dirt_is_there_in_both_sheets(dirty: Province) -> None:
    seen = Counter((fault["file"].split("-")[0], fault["kind"]) for fault in dirty.truth()["dirt"])
    assert set(seen) == {(sheet, kind) for sheet in ("enterprises.csv", "spot") for kind in KINDS}
    assert sum(seen.values()) == pytest.approx(18_000 / dirt.ONE_IN, rel=0.2)


def test_the_spoilt_cells_are_wrong(dirty: Province) -> None:
    divisions = {row["code"] for row in dirty.rows("divisions.csv")}
    for fault in dirty.truth()["dirt"]:
        if fault["kind"] == "wrong_code":
            assert not uscc.is_valid(fault["found"])
        elif fault["kind"] == "wrong_date":
            with pytest.raises(ValueError, match=r"day|month"):
                date.fromisoformat(fault["found"])
        elif fault["kind"] == "unknown_division":
            assert fault["found"] not in divisions


def test_the_manifest_counts_duplicates_too(dirty: Province) -> None:
    truth = dirty.truth()
    for file in dirty.manifest.files[2:-1]:
        copies = sum(
            fault["kind"] == "duplicate_row" and fault["file"] == file.name for fault in truth["dirt"]
        )
        assert copies > 0
        assert file.rows == len(dirty.rows(file.name)) == (6000 if "enter" in file.name else 4000) + copies


def test_dirt_does_not_change_the_rest_of_the_truth(dirty: Province, demo: Province) -> None:
    with_dirt, clean = dirty.truth(), demo.truth()
    with_dirt["dirt"] = []
    assert json.dumps(with_dirt) == json.dumps(clean)
