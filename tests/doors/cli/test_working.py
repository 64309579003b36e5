"""From a file to a published report and back, by the command line alone."""

from __future__ import annotations

import csv
import io
import sqlite3
import zipfile
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from tests.domains.supervision.conftest import MAKER, OTHER
from tests.doors.cli.conftest import Installation
from tests.doors.imports.conftest import HEAD, result
from tests.doors.imports.spreadsheets import csv_file

PASSWORD = "correct horse battery"


@pytest.fixture
def loaded(installation: Installation) -> Installation:
    """An authority with two enterprises, and a file of 300 results, 30 of them nonconforming."""
    files = installation.home / "files"
    files.mkdir(parents=True)
    sheet = ("统一社会信用代码", "企业名称", "行政区划代码")
    csv_file(files / "enterprises.csv", [sheet, *((code, name, "330106") for code, name in (MAKER, OTHER))])
    rows = [result(number, "合格" if number % 10 else "不合格") for number in range(300)]
    csv_file(files / "results.csv", [HEAD, *rows])
    installation.run("account", "agency", "ZJ-AMR", "浙江省市场监督管理局", "330000")
    installation.run("import", "enterprises", files / "enterprises.csv")
    return installation


def test_import_counts_every_row_and_the_second_time_none(loaded: Installation) -> None:
    file = loaded.home / "files" / "results.csv"
    first = loaded.json("import", "spot-checks", file)
    assert first["rows"] == 300
    assert (first["accepted"], first["unresolved"], first["refused"], first["skipped"]) == (0, 300, 0, 0)
    again = loaded.json("import", "spot-checks", file)
    assert (again["rows"], again["skipped"]) == (300, 300)


def test_refused_rows_are_told_and_can_be_mended(loaded: Installation, tmp_path: Path) -> None:
    rows = [result(1), result(2, "还行"), result(3, 公布日期="2026-13-01")]
    file, refused = csv_file(tmp_path / "dirty.csv", [HEAD, *rows]), tmp_path / "refused.xlsx"
    done = loaded.run("import", "spot-checks", file, "--refused", refused)
    counts = dict(line.split("\t")[:2] for line in done.stdout.splitlines()[:5])
    assert counts == {"rows": "3", "accepted": "0", "unresolved": "1", "refused": "2", "skipped": "0"}
    assert "what is wrong" in done.stdout
    assert "还行" in done.stdout
    book = openpyxl.load_workbook(refused)
    sheet = book.active
    assert sheet is not None
    assert sheet.max_row == 3
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            mended = {"还行": "合格", "2026-13-01": "2026-12-01"}.get(str(cell.value))
            if mended:
                cell.value = mended
    book.save(refused)
    assert loaded.json("import", "spot-checks", refused)["unresolved"] == 2


def test_a_file_that_is_none(loaded: Installation, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    assert "→" in loaded.run("import", "enterprises", wrong, expect=1).stderr
    assert "no-such" in loaded.run("import", "enterprises", tmp_path / "no-such.csv", expect=1).stderr
    assert loaded.run("import", "nothing", wrong, expect=1).stderr


def test_a_template(installation: Installation, tmp_path: Path) -> None:
    installation.run("import", "spot-checks", tmp_path / "empty.xlsx", "--template")
    sheet = openpyxl.load_workbook(tmp_path / "empty.xlsx").active
    assert sheet is not None
    assert sheet["A1"].value == "Record number*"


def test_export_in_three_forms_with_filters(loaded: Installation, tmp_path: Path) -> None:
    loaded.run("import", "spot-checks", loaded.home / "files" / "results.csv")
    told = loaded.run("export", "results").stdout
    rows = list(csv.reader(io.StringIO(told.lstrip("\ufeff"))))
    failures = loaded.json("export", "results", "--verdict", "nonconforming", "--to", tmp_path / "f.parquet")
    assert failures["rows"] == pq.read_table(tmp_path / "f.parquet").num_rows
    assert (len(rows), failures["rows"]) == (301, 30)
    loaded.run("export", "enterprises", "--text", "线缆", "--to", tmp_path / "e.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "e.xlsx").active
    assert sheet is not None
    assert sheet.max_row == 2
    assert ".csv" in loaded.run("export", "results", "--to", tmp_path / "f.doc", expect=2).stderr
    assert loaded.run("export", "pass-rates", expect=1).stderr
    loaded.run("report", "snapshot")
    assert "2026,undeclared,300,270,0.9," in loaded.run("export", "pass-rates", "--by", "year").stdout


def test_a_report_from_draft_to_a_strangers_hands(loaded: Installation, tmp_path: Path) -> None:
    loaded.run("import", "spot-checks", loaded.home / "files" / "results.csv")
    for name, role in (("ana", "analyst"), ("rev", "reviewer"), ("pub", "publisher")):
        loaded.run("account", "create", name, "某某", "--role", role, ZHIHENG_PASSWORD=PASSWORD)
    weak = loaded.run("account", "create", "weak", "某某", expect=1, ZHIHENG_PASSWORD="short")
    assert "too weak" in weak.stderr
    period = ("--since", "2026-01-01", "--until", "2026-06-30")
    loaded.run("report", "draft", "质量状况分析报告", *period, "--as", "ana", ZHIHENG_PASSWORD=PASSWORD)
    (code,) = [one["code"] for one in loaded.json("report", "list")]
    as_analyst = ("--as", "ana")
    loaded.run("report", "submit", code, *as_analyst, ZHIHENG_PASSWORD=PASSWORD)
    own = loaded.run("report", "review", code, *as_analyst, expect=1, ZHIHENG_PASSWORD=PASSWORD)
    assert "→" in own.stderr
    loaded.run("report", "review", code, "--as", "rev", expect=1, ZHIHENG_PASSWORD="another password")
    loaded.run("report", "review", code, "--as", "rev", ZHIHENG_PASSWORD=PASSWORD)
    loaded.run("report", "publish", code, "--as", "pub", ZHIHENG_PASSWORD=PASSWORD)
    assert loaded.json("verify", "report", code)["sound"]
    assert loaded.run("verify", "report", "none", expect=1).stderr

    package = tmp_path / "report.zip"
    loaded.run("report", "package", code, "--to", package)
    stranger = Installation({**loaded.environment, "ZHIHENG_HOME": str(tmp_path / "stranger")})
    stranger.environment["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    assert stranger.json("verify", "report", package)["sound"]
    _alter(package, "report.json", "conforming", "confirming")
    told = stranger.run("verify", "report", package, expect=1)
    assert "NOT verified" in told.stdout

    part = next((loaded.home / "snapshots").rglob("facts/spot_check*/**/*.parquet"))
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    assert part.name in loaded.run("verify", "report", code, expect=1).stdout
    assert part.name in loaded.run("verify", "snapshot", expect=1).stdout


def _alter(package: Path, name: str, old: str, new: str) -> None:
    with zipfile.ZipFile(package) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    files[name] = files[name].replace(old.encode(), new.encode(), 1)
    with zipfile.ZipFile(package, "w") as archive:
        for one, data in files.items():
            archive.writestr(one, data)


@pytest.mark.sqlite
def test_a_changed_byte_in_the_ledger_is_named(loaded: Installation) -> None:
    told = loaded.run("verify", "ledger").stdout
    assert "intact" in told
    with sqlite3.connect(loaded.home / "zhiheng.sqlite3") as database:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_entry'"
        for (trigger,) in database.execute(triggers).fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        changed = database.execute(
            "UPDATE ledger_entry SET payload = replace(payload, '{', '{ ') "
            "WHERE number = 2 AND agency = 'ZJ-AMR'"
        )
        assert changed.rowcount == 1
    found = loaded.json("verify", "ledger", expect=1)
    assert not found["intact"]
    assert [(one["book"], one["number"]) for one in found["broken"]] == [("ZJ-AMR", 2)]
    assert "ZJ-AMR, entry 2" in loaded.run("verify", "ledger", expect=1).stdout


def test_a_time_limit_is_computed_and_explained(installation: Installation) -> None:
    """产品质量法 art. 15; 2026-10-10 is a Saturday that is worked after the National Day holiday."""
    said = installation.json("deadline", "supervision.objection", "2026-09-25")
    assert (said["date"], said["certain"], said["checked"]) == ("2026-10-10", True, "text")
    assert any("2026-09-25" in step for step in said["explanation"])


def test_a_rule_that_does_not_exist_is_refused(installation: Installation) -> None:
    assert installation.run("deadline", "supervision.tea_break", "2026-09-25", expect=1).returncode == 1
