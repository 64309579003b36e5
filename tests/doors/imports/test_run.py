"""A file through the whole door: every row accounted for, whatever is in it."""

from __future__ import annotations

import io
from collections import Counter
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.doors.imports.conftest import AT, HEAD, REGISTRAR, Through, result
from tests.doors.imports.spreadsheets import csv_file, csv_text
from zhiheng.doors.exports.table import write
from zhiheng.doors.imports import storing
from zhiheng.doors.imports.catalogue import CATALOGUE, Importable
from zhiheng.doors.imports.owners import is_dead, new_owner
from zhiheng.doors.imports.run import LEASE, Opening, open_import, work
from zhiheng.doors.imports.summary import refused_table, summary
from zhiheng.doors.imports.worker import work_once
from zhiheng.foundation.exchange import services
from zhiheng.foundation.exchange.models import ImportRun, RefusedRow
from zhiheng.foundation.exchange.services import Claim
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.org.actors import system
from zhiheng.kernel.errors import Refused

PROGRAM = system("ZJ-AMR")


def entries(kind: str) -> int:
    return Entry.objects.filter(kind=kind).count()


def codes(run: ImportRun) -> list[tuple[int, str, str]]:
    rows = RefusedRow.objects.visible_to(PROGRAM).filter(run=run)
    return [(row.number, one["column"], one["code"]) for row in rows for one in row.problems]


def sums(run: ImportRun) -> bool:
    found = summary(run)
    return found.accepted + found.unresolved + found.refused + found.skipped == found.rows


def test_good_rows_become_facts_and_the_run_is_on_record(through: Through) -> None:
    run = through([result(n) for n in range(5)])
    assert (run.state, run.position, run.refused, run.skipped) == ("finished", 5, 0, 0)
    assert sums(run)
    assert [entries(kind) for kind in ("run.import_opened", "run.import_closed", "spot_check.result")] == [
        1,
        1,
        5,
    ]


def test_the_same_file_twice_changes_nothing(through: Through) -> None:
    rows = [result(n) for n in range(5)]
    through(rows)
    again = through(rows)
    assert (again.skipped, again.position, entries("spot_check.result")) == (5, 5, 5)


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"公布日期": "2026-02-30"}, "published_on", "cell.date"),
        ({"公布日期": "去年"}, "published_on", "cell.date"),
        ({"抽查结果": "大概合格"}, "verdict", "cell.choice"),
        ({"抽查编号": ""}, "record", "cell.missing"),
        ({"产品名称": "=1+1"}, "product_name", "cell.formula"),
        ({"产品名称": "坏\ufffd字"}, "product_name", "cell.lost"),
        ({"产品名称": "长" * 201}, "product_name", "cell.length"),
    ],
)
def test_a_bad_cell_is_refused_with_row_and_column(
    through: Through, changes: dict[str, str], column: str, code: str
) -> None:
    run = through([result(1), result(2, **changes), result(3)])
    assert codes(run) == [(3, column, code)]
    assert (run.position, run.refused) == (3, 1)


def test_all_that_is_wrong_with_a_row_is_said_at_once(through: Through) -> None:
    run = through([result(1, 公布日期="x", 抽查结果="y", 产品种类="")])
    assert {code for _, _, code in codes(run)} == {"cell.date", "cell.choice", "cell.missing"}


def test_wrong_code_unknown_division_and_text_in_a_number(through: Through, tmp_path: Path) -> None:
    head = (*HEAD, "标称生产企业统一社会信用代码", "抽样地行政区划代码", "检验项目")
    rows = [
        (*result(1), "91330106MA27XL0A5X", "", ""),
        (*result(2), "", "339999", ""),
        (*result(3), "", "", "厚度|很厚|mm|≥0.7|合格"),
        (*result(4), "", "", "重金属|-5|mg/kg|≤1|合格"),
    ]
    run = through(csv_file(tmp_path / "x.csv", [head, *rows]))
    assert [(number, column) for number, column, _ in codes(run)] == [
        (2, "producer_uscc"), (3, "division"), (4, "items"), (5, "items"),
    ]  # fmt: skip


def test_a_duplicate_row_is_skipped_and_a_contradicting_one_refused(through: Through) -> None:
    run = through([result(1), result(1), result(1, "不合格")])
    assert (run.skipped, run.refused, run.position, entries("spot_check.result")) == (1, 1, 3, 1)


def test_refused_rows_can_be_mended_and_imported_again(through: Through, tmp_path: Path) -> None:
    run = through([result(1), result(2, 抽查结果="好"), result(3, 公布日期="=1")])
    path = tmp_path / "refused.xlsx"
    write(refused_table(PROGRAM, run, "zh-hans"), path, "xlsx")
    book = load_workbook(path)
    page = book.worksheets[0]
    names = [str(cell.value) for cell in page[1]]
    assert page.max_row == 3
    assert "抽查结果" in str(page.cell(2, names.index("问题（导入时忽略）") + 1).value)
    assert page.cell(2, names.index("原文件行号（导入时忽略）") + 1).value == 3
    page.cell(2, names.index("抽查结果") + 1, "合格")
    page.cell(3, names.index("公布日期") + 1, "2026-05-20")
    book.save(path)
    again = through(path)
    assert (again.position, again.refused, entries("spot_check.result")) == (2, 0, 3)


def test_a_source_that_declares_all_results_and_has_only_failures_is_pointed_out(through: Through) -> None:
    rows = [result(n, "不合格", 数据来源="可疑") for n in range(20)] + [result(99)]
    rows += [result(100 + n, "不合格", 数据来源="已声明", 公布范围="仅不合格") for n in range(20)]
    notes = [note for note in summary(through(rows)).notes if note.code == "import.only_failures"]
    assert [note.params for note in notes] == [{"rows": 20, "source": "可疑"}]
    assert not [note for note in summary(through(rows[:19])).notes if note.code == "import.only_failures"]


CELL = st.one_of(
    st.sampled_from(
        ["", "合格", "不合格", "2026-05-20", "=1", "-", "R-1", "全部结果", "330000", "x" * 300, "\ufffd"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.tuples(*[CELL] * len(HEAD)), max_size=12), chunk=st.integers(1, 4))
def test_under_any_dirt_every_row_is_accounted_for(
    through: Through, rows: list[tuple[str, ...]], chunk: int
) -> None:
    import csv

    expected = sum(
        any(cell.strip() for cell in row) for row in csv.reader(io.StringIO(csv_text(rows), newline=""))
    )
    run = through([*rows, result(1)])
    assert run.position == expected + 1
    assert sums(run)
    states = Counter(number for number, _, _ in codes(run))
    assert len(states) == run.refused


def test_work_stops_when_told_and_goes_on_where_it_stood(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhiheng.settings import settings as product

    monkeypatch.setattr(product(), "import_chunk", 2)
    path = csv_file(tmp_path / "a.csv", [HEAD, *[result(n) for n in range(7)]])
    run = open_import(actor=PROGRAM, source=path, opening=Opening("spot-checks"), at=AT)
    stop, seen = Event(), []

    def watch(at: ImportRun) -> None:
        seen.append(at.position)
        if at.position == 4:
            stop.set()

    run = work(run, lambda: AT, watch, stop)
    assert (run.state, seen) == ("running", [0, 2, 4])
    run = work(run, lambda: AT)
    assert (run.state, run.position, entries("spot_check.result")) == ("finished", 7, 7)


def test_a_stored_file_that_was_changed_is_not_read(db: None, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", [HEAD, result(1)])
    run = open_import(actor=PROGRAM, source=path, opening=Opening("spot-checks"), at=AT)
    stored = storing.absolute(run.path)
    stored.write_bytes(stored.read_bytes().replace("合格".encode(), "不合".encode()))
    run = work(run, lambda: AT)
    assert (run.state, run.problem["code"], run.position) == ("failed", "import.copy_changed", 0)


def test_two_workers_never_work_at_one_run(db: None, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", [HEAD, result(1)])
    run = open_import(actor=PROGRAM, source=path, opening=Opening("spot-checks"), at=AT)
    services.lease_take(actor=PROGRAM, run=run, claim=Claim("elsewhere/1/1/a", AT + LEASE), at=AT)
    with pytest.raises(Refused) as caught:
        work(run, lambda: AT)
    assert caught.value.problems[0].code == "exchange.leased"
    assert not work_once(lambda: AT, Event())
    assert work_once(lambda: AT + 2 * LEASE, Event())
    run.refresh_from_db()
    assert run.state == "finished"


def test_a_worker_whose_lease_was_taken_over_writes_nothing_more(db: None, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", [HEAD, *[result(n) for n in range(3)]])
    run = open_import(actor=PROGRAM, source=path, opening=Opening("spot-checks"), at=AT)

    def rob(at: ImportRun) -> None:
        later = AT + 2 * LEASE
        services.lease_take(actor=PROGRAM, run=at, claim=Claim("elsewhere/2/2/b", later + LEASE), at=later)

    with pytest.raises(Refused) as caught:
        work(run, lambda: AT, rob)
    assert caught.value.problems[0].code == "exchange.lease_lost"
    assert entries("spot_check.result") == 0


def test_a_dead_process_is_told_from_a_living_one() -> None:
    owner = new_owner()
    machine, _, rest = owner.rpartition("/")[0].rpartition("/")[0].rpartition("/")
    assert rest
    assert not is_dead(owner)
    assert is_dead(f"{machine}/4194305/123/abcd")
    assert is_dead(owner.replace("/" + owner.split("/")[-2] + "/", "/1/"))
    assert not is_dead("another-machine/x/y/12/34/abcd")
    assert not is_dead("")


def test_a_mistake_in_the_program_closes_the_run(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> list[object]:
        raise ZeroDivisionError

    found = CATALOGUE["spot-checks"]
    monkeypatch.setitem(CATALOGUE, "spot-checks", Importable(found.sheet, broken))  # type: ignore[arg-type]
    path = csv_file(tmp_path / "a.csv", [HEAD, result(1)])
    run = open_import(actor=PROGRAM, source=path, opening=Opening("spot-checks"), at=AT)
    assert work_once(lambda: AT, Event())
    run.refresh_from_db()
    assert (run.state, run.problem["code"]) == ("failed", "import.broken")


def test_an_upload_is_taken_and_a_refused_one_leaves_no_file(db: None) -> None:
    before = set(storing.absolute("imports").glob("*"))
    with pytest.raises(Refused):
        open_import(actor=PROGRAM, source=io.BytesIO(b"%PDF"), opening=Opening("spot-checks"), at=AT)
    opening = Opening("spot-checks", bytes_most=10)
    with pytest.raises(Refused):
        open_import(actor=PROGRAM, source=io.BytesIO(b"x" * 11), opening=opening, at=AT)
    assert set(storing.absolute("imports").glob("*")) == before
    source = io.BytesIO(csv_text([HEAD, result(1)]).encode())
    run = open_import(actor=REGISTRAR, source=source, opening=Opening("spot-checks", name="上传.csv"), at=AT)
    assert (run.file_name, run.state, run.agency) == ("上传.csv", "queued", "ZJ-AMR")


def test_unknown_sheet_mapping_and_role_are_refused(db: None, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", [HEAD, result(1)])
    for opening in (Opening("nothing"), Opening("spot-checks", "no-such")):
        with pytest.raises(Refused):
            open_import(actor=PROGRAM, source=path, opening=opening, at=AT)
    from zhiheng.foundation.org.actors import PUBLIC

    with pytest.raises(Refused, match="role"):
        open_import(actor=PUBLIC, source=path, opening=Opening("spot-checks"), at=AT)
    with pytest.raises(Refused, match="no file"):
        open_import(actor=PROGRAM, source=tmp_path / "gone", opening=Opening("spot-checks"), at=AT)


def test_a_registrar_who_is_gone_imports_no_more(db: None, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", [HEAD, result(1)])
    run = open_import(actor=REGISTRAR, source=path, opening=Opening("spot-checks"), at=AT)
    run = work(run, lambda: AT + timedelta(seconds=1))
    assert (run.state, run.problem["code"], run.position) == ("failed", "exchange.actor_gone", 0)
