"""A file on its way in: steps, what is refused, mending."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from openpyxl import load_workbook

from tests.doors.workbench.conftest import HEADS, World, cells, csv_text
from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.sheets import SPOT_CHECKS
from zhiheng.doors.imports.worker import work_once
from zhiheng.doors.workbench import staging
from zhiheng.doors.workbench.suggestions import suggest
from zhiheng.foundation.exchange.models import ImportRun, Mapping
from zhiheng.foundation.org import roles
from zhiheng.settings import settings

STRANGE = {name: head for name, head in HEADS.items() if name != "coverage"}
STRANGE |= {"record": "样品编号", "product_kind": "产品大类", "verdict": "检验结论"}


def hand_in(world: World, text: str, role: str = roles.REGISTRAR, name: str = "a.csv") -> HttpResponse:
    file = SimpleUploadedFile(name, text.encode())
    answer: HttpResponse = world.client(role).post(
        "/workbench/imports/new/", {"sheet": "spot-checks", "file": file}
    )
    return answer


def done() -> ImportRun:
    """Let the worker work, as the server would."""
    from threading import Event

    assert work_once(lambda: datetime.now(UTC), Event())
    run = ImportRun.objects.unguarded("test").first()
    assert run
    return run


def test_a_file_with_our_headings_goes_straight_to_the_preview_and_in(world: World) -> None:
    answer = hand_in(world, csv_text([cells(1), cells(2, sampled_on="昨天")]))
    assert answer.status_code == 302
    assert answer["Location"].endswith("/preview/")
    client = world.client(roles.REGISTRAR)
    said = client.get(answer["Location"]).content.decode()
    assert "昨天" in said
    assert "抽样日期" in said
    started = client.post(answer["Location"])
    assert "/workbench/imports/" in started["Location"]
    waiting = client.get(started["Location"]).content.decode()
    assert 'hx-trigger="every 2s"' in waiting
    run = done()
    said = client.get(started["Location"]).content.decode()
    assert (run.accepted, run.refused) == (1, 1)
    assert "接收 1 + 待核对 0 + 未接收 1 + 跳过 0 = 2 行" in said
    assert "hx-trigger" not in said.split("<main")[1]
    assert client.get(answer["Location"]).status_code == 404  # the staged copy is gone


def test_strange_headings_are_matched_on_the_page_and_kept(world: World) -> None:
    rows = [cells(1), cells(2)]
    answer = hand_in(world, csv_text(rows, STRANGE))
    assert answer["Location"].endswith("/columns/")
    client = world.client(roles.REGISTRAR)
    said = client.get(answer["Location"]).content.decode()
    chosen = {f"c-{place}": name for place, name in enumerate(STRANGE)}
    for place, name in (
        (key, value) for key, value in chosen.items() if value in ("record", "product_kind", "verdict")
    ):
        assert f'<option value="{name}" selected>' in said.split(f'id="{place}"')[1].split("</select>")[0]
    missing = client.post(answer["Location"], {**chosen, "c-0": "", "name": "agency-one"})
    assert missing.status_code == 422
    assert "抽查编号" in missing.content.decode()
    twice = client.post(answer["Location"], {**chosen, "c-1": "record", "name": "agency-one"})
    assert twice.status_code == 422
    saved = client.post(answer["Location"], {**chosen, "all-coverage": "全部结果", "name": "agency-one"})
    assert saved["Location"].endswith("/preview/")
    client.post(saved["Location"])
    run = done()
    assert (run.mapping, run.accepted) == ("agency-one", 2)
    assert set(Result.objects.unguarded("test").values_list("coverage", flat=True)) == {"all_results"}
    assert Mapping.objects.unguarded("test").get().name == "agency-one"
    again = hand_in(world, csv_text(rows, STRANGE))
    offered = client.get(again["Location"]).content.decode()
    assert '<option value="agency-one">' in offered
    used = client.post(again["Location"], {"mapping": "agency-one"})
    assert client.get(used["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"", "空"), (b"%PDF-1.7 x", "PDF"), (b"\x00\x01\x02" * 50, ""), (b"<html><body>", "网页")],
)
def test_a_wrong_file_is_refused_with_words_and_nothing_stays(
    world: World, content: bytes, word: str
) -> None:
    file = SimpleUploadedFile("x.csv", content)
    answer = world.client(roles.REGISTRAR).post(
        "/workbench/imports/new/", {"sheet": "spot-checks", "file": file}
    )
    assert answer.status_code == 422
    said = answer.content.decode()
    assert 'role="alert"' in said
    assert word in said
    assert not list(settings().folder("staged").glob("*.json"))
    assert not list(settings().folder("imports").iterdir())


def test_no_file_and_too_large_a_file_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = world.client(roles.REGISTRAR)
    assert client.post("/workbench/imports/new/", {"sheet": "spot-checks"}).status_code == 422
    monkeypatch.setattr(settings(), "upload_max_bytes", 1_000_000)
    answer = hand_in(world, "x" * 2_000_000)
    assert answer.status_code == 422
    assert "2 MB" in answer.content.decode()


def test_a_staged_file_is_its_owners_alone_and_goes_after_a_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = hand_in(world, csv_text([cells(1)]))["Location"]
    assert world.client("elsewhere").get(address).status_code == 404
    assert world.client(roles.REGISTRAR).get("/workbench/imports/new/..%2fx/preview/").status_code == 404
    monkeypatch.setattr(staging, "KEPT", -1)
    hand_in(world, csv_text([cells(2)]))
    assert world.client(roles.REGISTRAR).get(address).status_code == 404


def test_a_refused_row_is_mended_in_place(stocked: World) -> None:
    run = ImportRun.objects.unguarded("test").first()
    assert run
    client = stocked.client(roles.REGISTRAR)
    address = f"/workbench/imports/{run.public_id}/rows/9/"
    said = client.get(address).content.decode()
    assert "999999" in said
    assert 'aria-invalid="true"' in said
    form = {f"cell-{name}": cell for name, cell in cells(8).items()}
    wrong = client.post(address, {**form, "cell-division": "999998"})
    assert wrong.status_code == 422
    right = client.post(address, {**form, "cell-division": "330106", "next": "1"})
    assert right.status_code == 302
    assert Result.objects.unguarded("test").filter(record="R-8").exists()
    assert "已改正" in client.get(f"/workbench/imports/{run.public_id}/").content.decode()


def test_refused_rows_come_as_a_workbook(stocked: World) -> None:
    run = ImportRun.objects.unguarded("test").first()
    assert run
    answer = stocked.client(roles.REGISTRAR).get(f"/workbench/imports/{run.public_id}/refused.xlsx")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    values = [cell.value for cell in sheet[2]]
    assert "R-8" in values


def test_an_import_can_be_stopped(world: World, tmp_path: Path) -> None:
    address = hand_in(world, csv_text([cells(1)]))["Location"]
    client = world.client(roles.REGISTRAR)
    run = client.post(address)["Location"]
    assert "停止导入" in client.get(run).content.decode()
    client.post(f"{run}cancel/")
    assert ImportRun.objects.unguarded("test").get().state == ImportRun.State.CANCELLED
    answer = client.get(f"{run}progress/", headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"


def test_the_template_is_handed_out(world: World) -> None:
    answer = world.client(roles.REGISTRAR).get("/workbench/imports/template/spot-checks.xlsx")
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    assert "抽查编号*" in [cell.value for cell in sheet[1]]


def test_suggestions_go_by_words_and_by_what_stands_below() -> None:
    heads = ("样品名", "抽样时间", "检验结论", "无关")
    below = [["电线", "2026-01-02", "合格", "x"], ["插座", "2026-03-04", "不合格", "y"]]
    assert suggest(SPOT_CHECKS, heads, below) == {0: "product_name", 1: "sampled_on", 2: "verdict"}
    assert 2 not in suggest(SPOT_CHECKS, heads, [["电线", "2026-01-02", "尚可", "x"]])
