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


LOTS = "批号,样本量,Ac,不合格数\nA1,80,2,0\nA2,80,2,3\nA3,80,2,4\nA4,80,2,0\n"


def test_a_sample_is_judged_by_variables(installation: Any, tmp_path: Path) -> None:
    found = installation.json("plan", "variables", "--prq", "0.01", "--crq", "0.06", "--sigma", "known")
    assert found["sample_size"] == 15  # R AcceptanceSampling::find.plan
    assert found["verdict"] is None
    file = tmp_path / "values.txt"
    file.write_text("180.2 181.9\n182.4, 183.0；181.1\n", encoding="utf-8")
    plan = ("--n", "5", "--k", "1.4", "--values", file)
    judged = installation.json("plan", "variables", *plan, "--lower", "180")
    assert judged["verdict"]["accepted"]
    assert judged["verdict"]["lower"] == pytest.approx(1.565578, abs=1e-6)
    said = installation.run("plan", "variables", *map(str, plan), "--lower", "181", ZHIHENG_LANG="zh").stdout
    assert "不接收该批" in said
    assert not (installation.home / "zhiheng.sqlite3").exists()


def test_a_history_is_followed(installation: Any, tmp_path: Path) -> None:
    file = tmp_path / "lots.csv"
    file.write_text(LOTS, encoding="utf-8")
    rows = installation.json("plan", "switch", file)
    assert [row["severity_after"] for row in rows] == ["normal", "normal", "tightened", "tightened"]
    assert [row["score"] for row in rows] == [3, 0, 0, None]
    done = installation.run("plan", "switch", str(file), ZHIHENG_LANG="zh")
    assert "恢复正常检验" in done.stderr
    assert done.stdout.splitlines()[0].endswith("reason")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("variables",), 2, "one of them"), (("variables", "--n", "5"), 2, "--prq"),
        (("variables", "--prq", "0.05", "--crq", "0.01"), 1, "no better"),
        (("variables", "--n", "5", "--k", "1", "--mean", "3", "--lower", "1"), 1, "standard deviation"),
        (("variables", "--n", "5", "--k", "1", "--values", "LOTS", "--lower", "1"), 2, "Value 1"),
        (("variables", "--n", "5", "--k", "1", "--values", "nowhere.txt"), 2, "nowhere.txt"),
        (("switch", "nowhere.csv"), 2, "nowhere.csv"), (("switch", "LOTS", "--start", "x"), 2, "tightened"),
        (("switch", "ODD"), 1, "one step tighter"),
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
    files = {
        "STRATA": STRATA,
        "LOTS": LOTS,
        "ODD": LOTS.replace("A2,80", "A2,81"),
        "WRONG": "层,对象数\n杭州,x\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    given = [str(tmp_path / one) if one in files else one for one in arguments]
    assert said in installation.run("plan", *given, expect=code).stderr
