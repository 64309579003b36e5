"""The list of results, one result, and correcting it."""

from __future__ import annotations

import csv
import io

import pytest

from tests.doors.workbench.conftest import MAKER, UNKNOWN, World
from zhiheng.domains.supervision.models import Result
from zhiheng.foundation.org import roles
from zhiheng.kernel.sheets import Sheet


def page(world: World, address: str) -> str:
    answer = world.client(roles.REGISTRAR).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_filters_narrow_the_list_and_stand_as_chips(stocked: World) -> None:
    said = page(stocked, "/workbench/results/?verdict=nonconforming&kind=电线电缆")
    assert said.count('<th scope="row">') == 1
    assert said.count('class="chip"') == 2
    assert page(stocked, "/workbench/results/?unresolved=yes").count("</th><td") + 1
    assert UNKNOWN in page(stocked, "/workbench/results/?unresolved=yes")
    assert MAKER[1] not in page(stocked, "/workbench/results/?unresolved=yes").split("<tbody>")[1]


def test_a_filter_that_cannot_be_read_is_said_and_narrows_nothing(stocked: World) -> None:
    said = page(stocked, "/workbench/results/?since=yesterday")
    assert 'id="errors"' in said
    assert said.count('<th scope="row">') == 7


def test_sorting_takes_only_orders_that_an_index_serves(stocked: World) -> None:
    assert "aria-sort" in page(stocked, "/workbench/results/?sort=-product_kind")
    assert page(stocked, "/workbench/results/?sort=note").count('<th scope="row">') == 7


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_the_export_holds_what_the_list_shows(stocked: World, form: str) -> None:
    answer = stocked.client(roles.REGISTRAR).get(f"/workbench/results/export.{form}?verdict=nonconforming")
    data = b"".join(answer.streaming_content)
    assert "attachment" in answer["Content-Disposition"]
    assert data
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
        assert [row["抽查编号"] for row in rows] == ["R-6"]
        assert rows[0]["抽查结果"] == "不合格"


def test_an_unknown_form_is_refused_with_what_there_is(stocked: World) -> None:
    answer = stocked.client(roles.REGISTRAR).get("/workbench/results/export.pdf")
    assert answer.status_code == 422
    assert "csv、xlsx" in answer.content.decode()


def test_one_result_shows_items_population_and_history(stocked: World, result_key: str) -> None:
    said = page(stocked, f"/workbench/results/{result_key}/")
    assert "绝缘平均厚度" in said
    assert "≥0.70" in said
    assert "/workbench/ledger/P33/" in said


def posted(world: World, key: str, **changes: str) -> dict[str, str]:
    from zhiheng.domains.supervision.services.statements import cells_of

    row = Result.objects.unguarded("test").get(key=key)
    form = {f"cell-{name}": cell for name, cell in cells_of(row).items()}
    return {**form, "entry": str(row.entry), **changes}


def test_a_correction_is_recorded_and_what_stood_before_stays(stocked: World, result_key: str) -> None:
    client = stocked.client(roles.REGISTRAR)
    form = posted(stocked, result_key, **{"cell-brand": "安达", "reason": "商标漏填，见抽样单"})
    answer = client.post(f"/workbench/results/{result_key}/correct/", form)
    assert answer.status_code == 302
    said = page(stocked, f"/workbench/results/{result_key}/")
    assert "安达" in said
    assert "商标漏填，见抽样单" in said
    assert "corrected" in said
    assert said.count('id="entry-') == 2


def test_a_correction_without_a_reason_is_refused_and_nothing_typed_is_lost(
    stocked: World, result_key: str
) -> None:
    form = posted(stocked, result_key, **{"cell-brand": "安达", "reason": " "})
    answer = stocked.client(roles.REGISTRAR).post(f"/workbench/results/{result_key}/correct/", form)
    assert answer.status_code == 422
    assert 'value="安达"' in answer.content.decode()
    assert Result.objects.unguarded("test").get(key=result_key).brand == ""


def test_a_correction_of_what_has_changed_meanwhile_is_refused(stocked: World, result_key: str) -> None:
    form = posted(stocked, result_key, **{"cell-brand": "安达", "reason": "r"})
    client = stocked.client(roles.REGISTRAR)
    client.post(f"/workbench/results/{result_key}/correct/", form)
    answer = client.post(f"/workbench/results/{result_key}/correct/", {**form, "cell-brand": "另一个"})
    assert answer.status_code == 422
    assert Result.objects.unguarded("test").get(key=result_key).brand == "安达"


def test_every_column_of_the_sheet_can_be_corrected_but_the_two_that_name_the_record(
    stocked: World, result_key: str
) -> None:
    from zhiheng.domains.supervision.sheets import SPOT_CHECKS

    sheet: Sheet = SPOT_CHECKS
    said = page(stocked, f"/workbench/results/{result_key}/correct/")
    shown = {column.name for column in sheet.columns if f'name="cell-{column.name}"' in said}
    assert shown == {column.name for column in sheet.columns} - {"record", "source"}
