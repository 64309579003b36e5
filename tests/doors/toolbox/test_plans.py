"""The plan finder: plans as the methods find them, risks in words, refusals at their field."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from zhiheng.methods.sampling import curves

LOT, POINTS, DECLARED = "/tools/plan/", "/tools/plan/two-points/", "/tools/plan/declared/"


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize(
    ("given", "plan"),
    [
        # GB/T 2828.1: letter J, AQL 1.0 (normal 80/2, tightened 80/1, reduced 32/1)
        ({"lot": "1200", "aql": "1.0"}, (80, 2)),
        ({"lot": "1200", "aql": "1.0", "severity": "tightened"}, (80, 1)),
        ({"lot": "1200", "aql": "1.0", "severity": "reduced"}, (32, 1)),
        ({"lot": "5", "aql": "0.010"}, (5, 0)),  # n of the table is above the lot: all are inspected
    ],
)
def test_a_lot_gets_the_plan_of_the_standard(
    reader: Client, given: dict[str, str], plan: tuple[int, int]
) -> None:
    answer = reader.get(LOT, given)
    found = answer.context["found"]
    assert (found.plan.n, found.plan.c) == plan
    assert "GB/T 2828.1-2012" in text(answer)


def test_the_curve_stands_below_as_numbers(reader: Client) -> None:
    answer = reader.get(LOT, {"lot": "1200", "aql": "1.0"})
    chart = answer.context["chart"]
    assert len(chart.rows) == len(answer.context["found"].judged.curve)
    assert "<svg" in text(answer)
    for one in answer.context["found"].judged.named:
        wanted = curves.acceptance_probability(one.p, sample_size=80, acceptance_number=2)
        assert one.accepted == pytest.approx(float(wanted))


def test_a_lot_inspected_whole_has_no_curve(reader: Client) -> None:
    answer = reader.get(LOT, {"lot": "5", "aql": "0.010"})
    assert answer.context["found"].judged is None
    assert "没有抽样风险" in text(answer)


def test_above_ten_only_nonconformities_are_counted(reader: Client) -> None:
    found = reader.get(LOT, {"lot": "500", "aql": "65", "counted": "items"}).context["found"]
    assert found.plan.distribution == "poisson"
    assert found.judged.aoql is None


@pytest.mark.parametrize(
    ("given", "plan"),
    [
        ({"prq": "1", "crq": "5"}, (132, 3)),  # AcceptanceSampling::find.plan(c(.01,.95), c(.05,.10))
        ({"kind": "zero", "crq": "5"}, (45, 0)),  # (1 - 0.05)^45 = 0.0994
    ],
)
def test_two_points_get_the_smallest_plan(
    reader: Client, given: dict[str, str], plan: tuple[int, int]
) -> None:
    found = reader.get(POINTS, given).context["found"]
    assert (found.plan.n, found.plan.c) == plan


def test_a_declared_level_is_by_design_property(english: Client) -> None:
    answer = english.get(DECLARED, {"dql": "1", "limit": "1"})
    assert "by design property, not the printed table" in text(answer)
    assert "Not contradicted is not confirmed" in text(answer)
    small = english.get(DECLARED, {"dql": "5", "limit": "1", "lot": "100"})
    assert "GB/T 2828.11-2008" in text(small)
    assert (small.context["found"].plan.n, small.context["found"].plan.c) == (8, 1)


@pytest.mark.parametrize(
    ("address", "given", "field"),
    [
        (LOT, {"lot": "1"}, "lot"), (LOT, {"lot": "100", "aql": "3"}, "aql"),
        (LOT, {"lot": "100", "level": "IV"}, "level"), (LOT, {"lot": "x"}, "lot"),
        (POINTS, {"prq": "5", "crq": "1"}, "crq"), (POINTS, {"prq": "0", "crq": "1"}, "prq"),
        (POINTS, {"prq": "1", "crq": "5", "alpha": "60", "beta": "50"}, "beta"),
        (POINTS, {"prq": "1", "crq": "5", "model": "hypergeometric"}, "lot"),
        (POINTS, {"prq": "1", "crq": "1.00001"}, "crq"), (POINTS, {"prq": "1", "crq": "100"}, "crq"),
        (DECLARED, {"dql": "60", "limit": "0"}, "limit"),
        (DECLARED, {"dql": "5", "limit": "9", "lot": "100"}, "limit"),
        (DECLARED, {"dql": "50", "lqr": "3"}, "lqr"), (DECLARED, {"dql": "0"}, "dql"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(
    reader: Client, address: str, given: dict[str, str], field: str
) -> None:
    answer = reader.get(address, given)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert f'href="#f-{field}"' in text(answer)


@pytest.mark.parametrize(
    "address",
    [f"{LOT}result.xlsx?lot=1200", f"{POINTS}result.csv?prq=1&crq=5", f"{DECLARED}result.xlsx?dql=1"],
)
def test_a_plan_can_be_taken_away(reader: Client, address: str) -> None:
    answer = reader.get(address)
    data = b"".join(answer.streaming_content)
    if address.partition("?")[0].endswith("csv"):
        assert len(data.decode("utf-8-sig").splitlines()) > 20
        return
    book = load_workbook(io.BytesIO(data))
    assert book.worksheets[0].max_row > 20
    assert any("/tools/plan" in str(row[0]) for row in book.worksheets[1].iter_rows(values_only=True))


def test_a_download_of_what_cannot_be_leads_back_to_the_page(reader: Client) -> None:
    answer = reader.get(f"{LOT}result.xlsx?lot=1")
    assert answer.status_code == 302
    assert answer["Location"] == f"{LOT}?lot=1"
