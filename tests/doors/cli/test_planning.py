"""The tour of docs/topics/plan-and-draw.md in small: from a province's ledger to a draw that is checked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doors.cli.conftest import Installation

YEAR = ("--since", "2025-01-01", "--until", "2025-12-31")


@pytest.fixture
def province(installation: Installation) -> Installation:
    """The synthetic province at its smallest."""
    installation.run("demo", "--scale", "small")
    return installation


def test_from_the_ledger_to_a_draw_that_a_stranger_checks(province: Installation, tmp_path: Path) -> None:
    strata = province.json("plan", "strata", *YEAR, "--to", tmp_path / "strata.xlsx")
    assert strata["rows"] > 30
    objects = province.json("plan", "objects", *YEAR, "--to", tmp_path / "objects.xlsx")
    assert objects["rows"] > 100
    plan = tmp_path / "plan.xlsx"
    asked = ("plan", "budget", "150", "--half-width", "0.15", "--domain", "place")
    made = province.json(*asked, *YEAR, "--to", plan)
    assert made["random"] + made["targeted"] + made["follow_ups"] == made["budget"] == 150
    assert made["random"] >= 75
    assert all(row["half_width"] <= 0.15 for row in made["domains"] if row["half_width"] is not None)
    assert made["provenance"]["pipeline"] == "plan_strata"
    assert made["uncovered"]["expected_undetected"] < made["uncovered"]["expected_nonconforming"]
    # The table that was written gives the same plan as the ledger itself.
    again = province.json(
        *asked, *YEAR, "--strata", tmp_path / "strata.xlsx", "--to", tmp_path / "again.xlsx"
    )
    assert [row["random"] for row in again["domains"]] == [row["random"] for row in made["domains"]]
    assert again["targeted"] == made["targeted"]
    assert again["uncovered"]["expected_undetected"] == pytest.approx(
        made["uncovered"]["expected_undetected"]
    )

    frame = province.json("plan", "frame", plan, tmp_path / "objects.xlsx", "--to", tmp_path / "draw")
    assert frame["sample"] > 0
    assert frame["short"] == []
    lines = (tmp_path / "draw" / "frame.tsv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == frame["objects"]
    assert all(line.count("\t") == 2 for line in lines)
    left_out = (tmp_path / "draw" / "exclusions.tsv").read_text(encoding="utf-8").splitlines()
    assert len(left_out) == frame["excluded"] == sum(frame["reasons"].values())
    told = province.run("plan", "frame", plan, tmp_path / "objects.xlsx", "--to", tmp_path / "draw")
    assert "to be drawn" in told.stdout
    drawn = drawn_before_two_witnesses(province, tmp_path / "draw")
    assert sum(drawn.values()) == frame["sample"]
    checked_by_strangers(province, tmp_path / "draw")
    nobody_is_drawn_twice(province, tmp_path)
    elsewhere = province.run("plan", "strata", *YEAR, "--place", "110000")
    assert elsewhere.stdout.count("\n") == 1  # headings alone: the synthetic province has nobody there


def drawn_before_two_witnesses(province: Installation, folder: Path) -> dict[str, int]:
    """The draw of a folder that holds the frame; how many were drawn of each stratum."""
    hashes = []
    for name in ("示例消费者协会", "示例大学统计系"):
        made = province.json("draw", "witness", name, "--to", folder / f"{name}.nonce")
        hashes += ["--witness", f"{name}={made['nonce_hash']}"]
    province.run(
        "draw", "commit", folder / "frame.tsv", "--sizes", folder / "sizes.tsv",
        "--exclusions", folder / "exclusions.tsv", "--title", "随机部分", "--authority", "示例省局", *hashes,
        "--to", folder / "commitment.json", "--nonce", folder / "authority.nonce",
    )  # fmt: skip
    nonces = [part for path in sorted(folder.glob("*.nonce")) for part in ("--nonce", path)]
    made = province.json(
        "draw",
        "make",
        folder / "frame.tsv",
        folder / "commitment.json",
        *nonces,
        "--to",
        folder / "proof.json",
    )
    found: dict[str, int] = made["drawn"]
    return found


def checked_by_strangers(province: Installation, folder: Path) -> None:
    """The proof passes both verifiers, and one changed byte fails both."""
    proof, frame = folder / "proof.json", folder / "frame.tsv"
    given = ("--frame", frame, "--exclusions", folder / "exclusions.tsv")
    assert province.json("verify", "draw", proof, *given)["valid"]
    assert second_verifier(proof, frame).returncode == 0
    broken = folder / "broken.json"
    broken.write_bytes(proof.read_bytes().replace(b'"identity":"9', b'"identity":"8', 1))
    assert not province.json("verify", "draw", broken, expect=1)["valid"]
    assert second_verifier(broken).returncode == 1


def nobody_is_drawn_twice(province: Installation, folder: Path) -> None:
    """The other part of the quarter leaves out whoever was drawn in the first."""
    proof = folder / "draw" / "proof.json"
    asked = ("plan", "frame", folder / "plan.xlsx", folder / "objects.xlsx", "--part", "targeted")
    targeted = province.json(*asked, "--drawn", proof, "--to", folder / "targeted")
    assert targeted["short"] == []
    lucky = {one["identity"] for one in json.loads(proof.read_text(encoding="utf-8"))["drawn"]}
    rest = (folder / "targeted" / "frame.tsv").read_text(encoding="utf-8").splitlines()
    assert not lucky & {line.split("\t")[1] for line in rest}


def second_verifier(*arguments: Path) -> subprocess.CompletedProcess[str]:
    """The independent verifier, as a stranger runs it."""
    program = Path(__file__).parents[2] / "methods" / "lottery" / "second_verifier.py"
    command = [sys.executable, str(program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_nothing_is_planned_from_no_snapshot(installation: Installation) -> None:
    installation.run("account", "agency", "MSA-370200", "青岛市市场监督管理局", "370200")
    refused = installation.run("plan", "strata", expect=1)
    assert "snapshot" in refused.stderr


def test_a_plan_of_ones_own_strata_needs_no_ledger(installation: Installation, tmp_path: Path) -> None:
    installation.run("account", "agency", "MSA-370200", "青岛市市场监督管理局", "370200")
    file = tmp_path / "strata.csv"
    file.write_text(
        "产品种类,行政区划,对象数,随机抽样批次数,随机抽样不合格数,检验机构\n"
        "电热毯,市南区,40,30,6,甲所\n电热毯,市北区,25,10,0,甲所\n灯具,市南区,30,12,1,乙所\n",
        encoding="utf-8",
    )
    asked = ("plan", "budget", "40", "--strata", file, "--half-width", "0", "--start", "2026-01-01")
    plan = tmp_path / "plan.csv"
    made = province_json(
        installation, *asked, "--to", plan, "--severity", "灯具=3", "--laboratory", "甲所=22"
    )
    assert made["provenance"] is None
    rows = [line.split(",") for line in plan.read_text(encoding="utf-8-sig").splitlines()]
    place = rows[0].index("Laboratory")
    parts = [rows[0].index(name) for name in ("Drawn at random", "Drawn by risk", "Follow-ups")]
    taken = sum(int(row[part]) for row in rows[1:] for part in parts if row[place] == "甲所")
    assert taken <= 22
    refused = installation.run(*asked, "--laboratory", "甲所=3", expect=1)
    assert "甲所" in refused.stderr
    none = ("--strata", file, "--start", "2026-01-01")
    few = installation.run("plan", "budget", "3", *none, expect=1)
    assert "3 batches are not enough" in few.stderr
    assert "Plan at least" in few.stderr
    many = installation.run("plan", "budget", "999", *none, "--random-share", "0", expect=1)
    assert "999 batches cannot be placed" in many.stderr
    assert installation.run("plan", "budget", "60", *none, "--periods", "5", expect=1).stderr
    assert installation.run("plan", "frame", plan, "no.xlsx", "--to", tmp_path, expect=1).stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("budget", "9", "--domain", "colour"),
        ("strata", "--to", "x.pdf"),
        ("frame", "a", "b", "--to", "c", "--part", "half"),
    ],
)
def test_a_command_that_is_wrongly_written(installation: Installation, arguments: tuple[str, ...]) -> None:
    assert "→" in installation.run("plan", *arguments, expect=2).stderr


def province_json(installation: Installation, *arguments: str | Path) -> dict[str, object]:
    """The answer of a command that answers one object."""
    found: dict[str, object] = json.loads(installation.run(*arguments, "--json").stdout)
    return found
