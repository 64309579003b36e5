"""A draw by the command line alone, from a table to its verification by a stranger; what is refused."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from tests.doors.cli.conftest import COMMAND, Installation

TABLE = "层,对象编号,权重,排除原因\n" + "".join(
    f"{'电线' if n % 2 else '电热毯'},E{n:04d},{1 + n % 3},{'已停业' if n == 7 else ''}\n" for n in range(40)
)


def alone(*arguments: str | Path, expect: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a stranger does: no data folder that could be written to, no database."""
    done = subprocess.run(
        [COMMAND, *map(str, arguments)],
        env={"PATH": "/usr/bin", "HOME": "/dev/null", "ZHIHENG_HOME": "/dev/null/none", "ZHIHENG_LANG": "en"}
        | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == expect, (done.returncode, done.stdout[-1500:], done.stderr[-1500:])
    assert "Traceback" not in done.stderr
    return done


def frozen(installation: Installation, folder: Path) -> Path:
    (folder / "objects.csv").write_text(TABLE, encoding="utf-8")
    installation.run("draw", "freeze", folder / "objects.csv", "--to", folder)
    return folder / "frame.tsv"


def committed(folder: Path, *more: str | Path) -> Path:
    lines = [
        alone("draw", "witness", name, "--to", folder / f"{name}.nonce").stdout.strip()
        for name in ("公证处", "消协")
    ]
    alone(
        "draw", "commit", folder / "frame.tsv", "--exclusions", folder / "exclusions.tsv",
        "--to", folder / "commitment.json", "--nonce", folder / "secret.nonce", "--title", "抽查",
        "--authority", "质量监督局", "--sample", "电线=5", "--sample", "电热毯=4",
        *(part for line in lines for part in ("--witness", line)), *more,
    )  # fmt: skip
    return folder / "commitment.json"


def drawn(folder: Path) -> Path:
    nonces = ("secret.nonce", "公证处.nonce", "消协.nonce")
    alone(
        "draw", "make", folder / "frame.tsv", folder / "commitment.json", "--to", folder / "proof.json",
        *(part for name in nonces for part in ("--nonce", folder / name)),
    )  # fmt: skip
    return folder / "proof.json"


@pytest.fixture
def folder(installation: Installation, tmp_path: Path) -> Path:
    """A draw of nine out of 39, made with two witnesses."""
    frozen(installation, tmp_path)
    committed(tmp_path)
    drawn(tmp_path)
    return tmp_path


def test_from_a_table_to_the_verification(folder: Path) -> None:
    for name in ("secret.nonce", "公证处.nonce"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    secret = json.loads((folder / "secret.nonce").read_text())["nonce"]
    assert secret not in (folder / "commitment.json").read_text()
    told = alone(
        "verify", "draw", folder / "proof.json", "--frame", folder / "frame.tsv",
        "--exclusions", folder / "exclusions.tsv", "--json",
    )  # fmt: skip
    found = json.loads(told.stdout)
    assert found["valid"]
    assert {one["name"] for one in found["checks"]} >= {
        "form",
        "seed",
        "keys",
        "frame",
        "redrawn",
        "exclusions",
    }
    assert "is verified" in alone("verify", "draw", folder / "proof.json").stdout
    assert "通过核验" in alone("verify", "draw", folder / "proof.json", ZHIHENG_LANG="zh").stdout


def test_every_object_learns_its_fate(folder: Path) -> None:
    proof, frame = folder / "proof.json", folder / "frame.tsv"
    chosen = {one["identity"] for one in json.loads(proof.read_text())["drawn"]}
    assert len(chosen) == 9
    for identity in ("E0001", "E0002", "E0003"):
        ticket = folder / f"{identity}.json"
        told = alone("draw", "object", proof, identity, "--frame", frame, "--to", ticket).stdout
        assert (f"{identity} was drawn." in told) is (identity in chosen)
        assert json.loads(alone("verify", "draw", ticket, "--json").stdout)["drawn"] is (identity in chosen)
    told = alone("draw", "object", proof, "E0007", "--frame", frame, expect=1)
    assert "no object" in told.stderr


def test_a_changed_file_is_not_verified(folder: Path) -> None:
    proof = folder / "proof.json"
    document = json.loads(proof.read_text())
    forged = folder / "forged.json"
    absent = next(n for n in range(40) if f"E{n:04d}" not in proof.read_text())
    forged.write_text(proof.read_text().replace(document["drawn"][0]["identity"], f"E{absent:04d}"))
    assert "NOT verified" in alone("verify", "draw", forged, expect=1).stdout
    forged.write_text(json.dumps(document, indent=1))
    assert "FAILED" in alone("verify", "draw", forged, expect=1).stdout
    (folder / "other.tsv").write_text((folder / "frame.tsv").read_text().replace("\t1\n", "\t2\n", 1))
    told = alone("verify", "draw", proof, "--frame", folder / "other.tsv", "--json", expect=1)
    assert [one["name"] for one in json.loads(told.stdout)["checks"] if not one["passed"]] == [
        "frame",
        "redrawn",
    ]


def test_a_wrong_nonce_and_a_missing_one(folder: Path) -> None:
    made = ("draw", "make", folder / "frame.tsv", folder / "commitment.json", "--to", folder / "again.json")
    alone("draw", "witness", "质量监督局", "--to", folder / "false.nonce")
    nonces = ("--nonce", folder / "公证处.nonce", "--nonce", folder / "消协.nonce")
    told = alone(*made, *nonces, "--nonce", folder / "false.nonce", expect=1)
    assert "does not give the committed hash" in told.stderr
    assert "nonce of 质量监督局 is missing" in alone(*made, *nonces, expect=1).stderr
    (folder / "secret.nonce").chmod(0o644)
    told = alone(*made, *nonces, "--nonce", folder / "secret.nonce", expect=1)
    assert "can be read by others" in told.stderr
    assert not (folder / "again.json").exists()


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_no_file_is_overwritten(folder: Path, installation: Installation) -> None:
    before = contents(folder)
    again = (
        ("draw", "witness", "x", "--to", folder / "secret.nonce"),
        ("draw", "commit", folder / "frame.tsv", "--to", folder / "new.json",
         "--nonce", folder / "secret.nonce", "--title", "t", "--authority", "a",
         "--sample", "电线=1", "--witness", "w"),
        ("draw", "make", folder / "frame.tsv", folder / "commitment.json", "--to", folder / "proof.json",
         "--nonce", folder / "secret.nonce"),
        ("draw", "object", folder / "proof.json", "E0001", "--frame", folder / "frame.tsv",
         "--to", folder / "proof.json"),
    )  # fmt: skip
    for arguments in again:
        assert "not overwritten" in alone(*arguments, expect=1).stderr
    installation.run("draw", "freeze", folder / "objects.csv", "--to", folder, expect=1)
    assert contents(folder) == before


def test_every_bad_line_of_a_table_is_named(installation: Installation, tmp_path: Path) -> None:
    table = tmp_path / "bad.csv"
    table.write_text("层,对象编号,权重\nA,a,1\n,b,1\nA,c,-2\nA,d,viel\n", encoding="utf-8")
    told = installation.run("draw", "freeze", table, "--to", tmp_path, expect=1).stderr
    assert all(f"{row}" in told for row in (3, 4, 5))
    assert "viel" in told
    table.write_text("层,对象编号\nA,a\nB,a\n", encoding="utf-8")
    assert "a" in installation.run("draw", "freeze", table, "--to", tmp_path, expect=1).stderr
    assert not (tmp_path / "frame.tsv").exists()


def test_a_workbook_and_a_frame_freeze_to_the_same_root(folder: Path, installation: Installation) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in TABLE.splitlines():
        sheet.append(line.split(","))
    book.save(folder / "objects.xlsx")
    roots = {
        installation.json("draw", "freeze", source, "--to", folder / name)["root"]
        for name, source in (("x", folder / "objects.xlsx"), ("y", folder / "frame.tsv"))
    }
    assert roots == {json.loads((folder / "commitment.json").read_text())["frame"]["root"]}


def test_a_redraw_names_the_first_with_reason_and_approver(folder: Path, tmp_path: Path) -> None:
    base = (
        "draw", "commit", folder / "frame.tsv", "--to", folder / "second.json",
        "--nonce", folder / "second.nonce", "--title", "重抽", "--authority", "质量监督局",
        "--sample", "电线=5", "--witness", "公证处",
    )  # fmt: skip
    assert "--reason" in alone(*base, "--redraw-of", folder / "proof.json", expect=2).stderr
    assert not (folder / "second.nonce").exists()
    alone(*base, "--redraw-of", folder / "proof.json", "--reason", "两家已注销", "--approver", "张某")
    first = json.loads((folder / "proof.json").read_text())
    said = json.loads((folder / "second.json").read_text())["redraw_of"]
    assert (said["proof"], said["reason"], said["approver"]) == (first["digest"], "两家已注销", "张某")


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (("--sample", "电线=99"), 1, "has only"),
        (("--sample", "没有=1"), 1, "do not name the same strata"),
        (("--sample", "电线=viel"), 2, "whole number"),
        ((), 2, "--sample"),
        (("--sample", "电线=1", "--design", "urn"), 1, "no design"),
    ],
)
def test_a_commitment_that_cannot_be(
    installation: Installation, tmp_path: Path, more: tuple[str, ...], code: int, words: str
) -> None:
    frozen(installation, tmp_path)
    done = alone(
        "draw", "commit", tmp_path / "frame.tsv", "--to", tmp_path / "c.json", "--nonce", tmp_path / "n",
        "--title", "t", "--authority", "a", "--witness", "w", *more, expect=code,
    )  # fmt: skip
    assert words in done.stderr
    assert not (tmp_path / "n").exists(), "no secret is made for a draw that cannot be"


def test_nobody_draws_alone(installation: Installation, tmp_path: Path) -> None:
    frozen(installation, tmp_path)
    done = alone(
        "draw", "commit", tmp_path / "frame.tsv", "--to", tmp_path / "c.json", "--nonce", tmp_path / "n",
        "--title", "t", "--authority", "a", "--sample", "电线=1", expect=1,
    )  # fmt: skip
    assert "witness" in done.stderr


def test_killed_in_the_middle_leaves_no_half_file(tmp_path: Path) -> None:
    """The proof appears whole under its name, or not at all."""
    program = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from zhiheng.doors.cli.commands import draw_files\n"
        "real = os.fsync\n"
        "def slow(descriptor):\n"
        "    print('written', flush=True); time.sleep(60); real(descriptor)\n"
        "os.fsync = slow\n"
        "draw_files.written(Path(sys.argv[1]), b'x' * 1000000, secret=True)\n"
    )
    target = tmp_path / "proof.json"
    process = subprocess.Popen([sys.executable, "-c", program, target], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    process.stdout.close()
    assert not target.exists()
    (draft,) = tmp_path.iterdir()
    assert stat.S_IMODE(draft.stat().st_mode) == 0o600


def test_killed_while_it_draws(installation: Installation, tmp_path: Path) -> None:
    rows = "".join(f"A\tE{n:07d}\t1\n" for n in range(300_000))
    (tmp_path / "frame.tsv").write_text(rows)
    (tmp_path / "exclusions.tsv").write_text("")
    alone(
        "draw", "commit", tmp_path / "frame.tsv", "--to", tmp_path / "c.json", "--nonce", tmp_path / "n",
        "--title", "t", "--authority", "a", "--witness", "w", "--sample", "A=1000",
    )  # fmt: skip
    alone("draw", "witness", "w", "--to", tmp_path / "w")
    process = installation.start(
        "draw", "make", tmp_path / "frame.tsv", tmp_path / "c.json", "--to", tmp_path / "proof.json",
        "--nonce", tmp_path / "n", "--nonce", tmp_path / "w",
    )  # fmt: skip
    time.sleep(0.7)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)
    proof = tmp_path / "proof.json"
    if proof.exists():  # it was quicker than the kill: then it is whole
        alone("verify", "draw", proof)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("proof") and path != proof]


INSPECTORS = "工号,行政区划,资格,最多任务数\n" + "".join(
    f"{n:04d},3702{n % 3:02d},{'执法证；组长' if n % 2 else '执法证'},3\n" for n in range(1, 9)
)


def test_inspectors_for_the_objects_and_their_verification(folder: Path, installation: Installation) -> None:
    (folder / "inspectors.csv").write_text(INSPECTORS, encoding="utf-8")
    (folder / "recusals.csv").write_text(
        "工号,回避的是,对象编号或企业,回避原因\n0001,对象,E0001,亲属关系\n", encoding="utf-8"
    )
    made = (
        "draw", "pair", folder / "inspectors.csv", "--proof", folder / "proof.json", "--title", "派员",
        "--authority", "质量监督局", "--recusals", folder / "recusals.csv",
        "--nonce", folder / "公证处.nonce",
    )  # fmt: skip
    statement, salts = folder / "pairing.json", folder / "salts.json"
    told = installation.json(*made, "--to", statement, "--withhold", salts)
    assert (told["tasks"], told["least"], told["most"]) == (9, 2, 3)
    assert "kinship" not in statement.read_text()
    assert stat.S_IMODE(salts.stat().st_mode) == 0o600
    assert json.loads(salts.read_text())[0]["reason"] == "kinship"
    found = json.loads(
        alone("verify", "pairing", statement, "--proof", folder / "proof.json", "--json").stdout
    )
    assert found["valid"]
    assert {one["state"] for one in found["checks"]} == {"passed"}
    again = folder / "again.json"
    installation.run(*made, "--to", again, "--redraw-of", statement, expect=2)
    installation.run(*made, "--to", again, "--redraw-of", statement, "--reason", "病假", "--approver", "张某")
    assert json.loads(again.read_text())["head"]["redraw_of"]["statement"] == told["digest"]
    forged = folder / "forged.json"
    forged.write_text(statement.read_text().replace('"inspector":"0002"', '"inspector":"0004"'))
    assert "NOT verified" in alone("verify", "pairing", forged, expect=1).stdout


def test_no_pairing_is_told_with_its_reason(folder: Path, installation: Installation) -> None:
    (folder / "inspectors.csv").write_text("工号,资格,最多任务数\n1,组长,3\n2,,3\n3,,9\n", encoding="utf-8")
    made = (
        "draw", "pair", folder / "inspectors.csv", "--proof", folder / "proof.json", "--title", "派员",
        "--authority", "质量监督局", "--to", folder / "pairing.json",
    )  # fmt: skip
    told = installation.run(*made, expect=1)
    assert "No pairing keeps every rule" in told.stderr
    assert "In the whole pairing 3 places stay empty." in told.stderr
    assert not (folder / "pairing.json").exists()
    assert json.loads(installation.run(*made, "--json", expect=1).stdout)["missing"] == 3
