"""The toolbox in the shell: plans, sizes, allocations without a server and without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

STRATA = "层,对象数,预期不合格率（%）,单个样品费用\n杭州,1280,4,800\n宁波,900,10,1200\n"


@pytest.mark.parametrize(
    ("arguments", "plan"),
    [
        (("--lot", "1200", "--aql", "1.0"), (80, 2)),
        (("--lot", "1200", "--aql", "1.0", "--severity", "reduced"), (32, 1)),
        (("--prq", "0.01", "--crq", "0.05"), (132, 3)),
        (("--crq", "0.05"), (45, 0)),
        (("--dql", "0.05", "--limit", "1", "--lot", "100"), (8, 1)),
    ],
)
def test_a_plan_is_found(installation: Any, arguments: tuple[str, ...], plan: tuple[int, int]) -> None:
    found = installation.json("plan", "find", *arguments)
    assert (found["sample_size"], found["acceptance_number"]) == plan
    assert not (installation.home / "zhiheng.sqlite3").exists()


def test_a_plan_is_told_in_words(installation: Any) -> None:
    said = installation.run("plan", "find", "--lot", "1200", "--aql", "1.0", ZHIHENG_LANG="zh").stdout
    assert "样本量 n = 80，Ac = 2，Re = 3" in said


@pytest.mark.parametrize(
    ("arguments", "size"),
    [
        (("--half-width", "0.05", "--method", "wald"), 385),
        (("--rate", "0.1", "--against", "0.05"), 435),
        (("--detect", "0.05"), 59),
    ],
)
def test_a_size_is_computed(installation: Any, arguments: tuple[str, ...], size: int) -> None:
    assert installation.json("plan", "sizes", *arguments)["size"] == size


def test_samples_are_shared_out(installation: Any, tmp_path: Path) -> None:
    file = tmp_path / "strata.csv"
    file.write_text(STRATA, encoding="utf-8")
    rows = installation.json("plan", "allocate", file, "100", "--method", "neyman")
    assert [row["size"] for row in rows] == [48, 52]
    target = tmp_path / "allocation.xlsx"
    told = installation.json("plan", "allocate", file, "50000", "--method", "optimum", "--to", target)
    assert told["rows"] == 2
    assert target.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("find",), 2, "one of them"), (("find", "--aql", "1.0"), 2, "--lot"),
        (("find", "--lot", "100", "--aql", "3"), 1, "0.010"), (("sizes",), 2, "one of them"),
        (("sizes", "--half-width", "0.7"), 1, "0.5"), (("allocate", "nowhere.csv", "5"), 2, "nowhere.csv"),
        (("allocate", "STRATA", "1"), 1, "at least 4"), (("allocate", "WRONG", "9"), 1, "Row 2"),
        (("allocate", "STRATA", "9", "--method", "x"), 2, "neyman"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    installation: Any, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    files = {"STRATA": STRATA, "WRONG": "层,对象数\n杭州,x\n"}
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    given = [str(tmp_path / one) if one in files else one for one in arguments]
    assert said in installation.run("plan", *given, expect=code).stderr
