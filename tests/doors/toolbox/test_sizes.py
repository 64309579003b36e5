"""Sizes and allocations: as the methods compute them, in words, with errors at their field and row."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from zhiheng.methods.survey import allocation

SIZE, DIFFERENCE, DETECTION = "/tools/size/", "/tools/size/difference/", "/tools/size/detection/"
ALLOCATION = "/tools/allocation/"
STRATA = "杭州\t1280\t4\n宁波\t900\t10\n温州\t300\t2\n"


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize(
    ("address", "given", "n"),
    [
        (SIZE, {"half": "5", "rate": "50", "formula": "wald"}, 385),  # Cochran 1977, 4.4: z²/4d²
        (SIZE, {"half": "5", "rate": "50", "formula": "wald", "population": "1000"}, 278),
        (DETECTION, {"rate": "5", "power": "95"}, 59),  # 1 - 0.95^59 = 0.9515
        (DETECTION, {"rate": "5", "power": "95", "population": "100"}, 45),
        (DIFFERENCE, {"first": "10", "second": "5", "power": "80"}, 435),  # pooled z-test, as in Fleiss
    ],
)
def test_a_size_is_that_of_the_method(reader: Client, address: str, given: dict[str, str], n: int) -> None:
    answer = reader.get(address, given)
    assert answer.context["found"].n == n
    assert len(answer.context["found"].rows) >= 5


@pytest.mark.parametrize(
    ("address", "given", "field"),
    [
        (SIZE, {"half": "0"}, "half"), (SIZE, {"half": "60"}, "half"), (SIZE, {"rate": "101"}, "rate"),
        (SIZE, {"half": "3", "effect": "0"}, "effect"),
        (SIZE, {"half": "3", "population": "0"}, "population"),
        (DIFFERENCE, {"first": "5", "second": "5"}, "second"), (DIFFERENCE, {"first": "x"}, "first"),
        (DIFFERENCE, {"first": "5", "second": "6", "ratio": "0"}, "ratio"),
        (DETECTION, {"rate": "5", "population": "100", "tolerated": "9"}, "tolerated"),
        (DETECTION, {"rate": "0"}, "rate"), (DETECTION, {"rate": "5", "power": "100"}, "power"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(
    reader: Client, address: str, given: dict[str, str], field: str
) -> None:
    answer = reader.get(address, given)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert f'href="#f-{field}"' in text(answer)


@pytest.mark.parametrize("method", ["proportional", "neyman"])
def test_an_allocation_adds_up_and_is_that_of_the_method(reader: Client, method: str) -> None:
    answer = reader.post(ALLOCATION, {"table": STRATA, "method": method, "total": "100"}, follow=True)
    found = answer.context["found"]
    assert found.n == 100
    spread = np.sqrt(np.array([0.04 * 0.96, 0.1 * 0.9, 0.02 * 0.98]))
    share = {"proportional": allocation.proportional, "neyman": allocation.neyman}[method]
    extra = {"deviations": spread} if method == "proportional" else {}
    arguments = () if method == "proportional" else (spread,)
    wanted = share(np.array([1280, 900, 300]), *arguments, 100, minimum=2, **extra)  # type: ignore[operator]
    assert [part.n for part in found.parts] == wanted.size.tolist()
    assert found.half == pytest.approx(1.959964 * wanted.variance**0.5, rel=1e-6)


def test_a_budget_is_not_exceeded(reader: Client) -> None:
    rows = "a\t500\t5\t800\nb\t400\t10\t1200\nc\t50\t2\t300"
    answer = reader.post(ALLOCATION, {"table": rows, "method": "optimum", "total": "50000"}, follow=True)
    found = answer.context["found"]
    assert sum(part.n * part.stratum.cost for part in found.parts) == found.cost <= 50_000


def test_a_stratum_without_a_rate_counts_with_the_worst_case_and_it_is_said(reader: Client) -> None:
    answer = reader.post(ALLOCATION, {"table": "a\t500\nb\t400\t10", "total": "50"}, follow=True)
    assert answer.context["found"].assumed == 1
    assert "最坏情形" in text(answer)


def test_faults_stand_in_their_row(reader: Client) -> None:
    rows = "a\t500\t5\nb\t-4\t10\nc\t5.5\t1\nd\t50\t120\ne\t50\t1\t\t9\t3"
    answer = reader.post(ALLOCATION, {"table": rows, "total": "50"})
    assert answer.status_code == 422
    assert [(one.row, one.problem.code) for one in answer.context["problems"]] == [
        (2, "cell.below"), (3, "cell.fraction"), (4, "cell.above"), (5, "row.bounds"),
    ]  # fmt: skip


def test_a_fault_of_the_method_stands_in_its_row_too(reader: Client) -> None:
    answer = reader.post(ALLOCATION, {"table": "a\t500\t5\t10\nb\t9\t5", "method": "optimum", "total": "50"})
    assert answer.status_code == 422
    assert [(one.row, one.problem.code) for one in answer.context["problems"]] == [(2, "row.needed")]
    none = {"table": "a\t500\t5\nb\t9\t5", "method": "neyman", "total": "50", "minimum": "0"}
    answer = reader.post(ALLOCATION, none)
    assert [(one.row, one.problem.code) for one in answer.context["problems"]] == [
        (1, "allocation.unsampled")
    ]


@pytest.mark.parametrize("total", ["3", "10000", "10.5", "0", "nan", ""])
def test_a_total_that_cannot_be_is_said_at_its_field(reader: Client, total: str) -> None:
    answer = reader.post(ALLOCATION, {"table": STRATA, "total": total})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["total"]


def test_the_template_can_be_filled_in_and_sent(reader: Client) -> None:
    data = reader.get("/tools/templates/strata.xlsx").content
    book = load_workbook(io.BytesIO(data))
    page = book.worksheets[0]
    assert [cell.value for cell in page[1]][:2] == ["层*", "对象数*"]
    for place, value in enumerate(("杭州市", "1280", "4.5"), 1):
        page.cell(2, place, value)
    page.cell(3, 1, "宁波市")
    page.cell(3, 2, "900")
    buffer = io.BytesIO()
    book.save(buffer)
    sent = {"file": SimpleUploadedFile("层.xlsx", buffer.getvalue()), "total": "40"}
    answer = reader.post(ALLOCATION, sent, follow=True)
    assert [part.stratum.label for part in answer.context["found"].parts] == ["杭州市", "宁波市"]
    assert answer.context["found"].n == 40


def test_an_allocation_can_be_taken_away(reader: Client) -> None:
    sent = reader.post(ALLOCATION, {"table": STRATA, "total": "100", "as": "xlsx"})
    book = load_workbook(io.BytesIO(b"".join(sent.streaming_content)))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 4
    assert sum(row[4] for row in rows[1:]) == 100
    notes = [str(row[0]) for row in book.worksheets[1].iter_rows(values_only=True)]
    assert any("SM3" in note for note in notes)


def test_an_unknown_template_is_refused(reader: Client) -> None:
    assert reader.get("/tools/templates/nope.xlsx").status_code == 404


def test_a_book_of_formulas_is_refused(reader: Client) -> None:
    book = Workbook()
    book.active.append(("层", "对象数"))
    book.active.append(("a", "=1+1"))
    buffer = io.BytesIO()
    book.save(buffer)
    sent = {"file": SimpleUploadedFile("a.xlsx", buffer.getvalue()), "total": "5"}
    assert reader.post(ALLOCATION, sent).context["problems"][0].problem.code == "cell.formula"
