"""Lists and details: who sees what, pages that stay put, the same filters as the pages, constant queries."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domains.supervision.conftest import MAKER, Record, row
from tests.doors.api.conftest import PUBLISHED, SECRET, Api, Keys
from zhiheng.domains.supervision.models import Result
from zhiheng.foundation.org import roles

pytestmark = pytest.mark.django_db


def test_the_public_sees_what_is_published(public: Api, results: None) -> None:
    assert len(public.get("/results")["items"]) == PUBLISHED


def test_an_officer_sees_the_own_division(results: None, officer: Api) -> None:
    assert len(officer.get("/results")["items"]) == PUBLISHED + SECRET


def test_an_officer_of_another_city_sees_nothing_of_it(results: None, keys: Keys, public: Api) -> None:
    elsewhere = Api(public.client, keys(roles.ANALYST, "C3302"))
    assert elsewhere.get("/results")["items"] == []


def test_what_is_not_yours_is_not_there(results: None, public: Api) -> None:
    secret = Result.objects.unguarded("a test").filter(published_on=None).first()
    assert secret is not None
    assert public.get(f"/results/{secret.key}", 404)["code"] == "result.not_found"


def test_pages_add_up(results: None, public: Api) -> None:
    keys = [one["key"] for one in public.walk("/results?limit=2")]
    assert len(keys) == len(set(keys)) == PUBLISHED
    assert keys == [one["key"] for one in public.get("/results?limit=1000")["items"]]


def test_a_page_stays_put_when_rows_come_in(results: None, record: Record, public: Api) -> None:
    before = [one["key"] for one in public.walk("/results?limit=3")]
    first = public.get("/results?limit=3")
    record(row(500, sampled_on="2026-02-20"))  # newer than all: it comes before the first page
    rest = public.walk(f"/results?limit=3&cursor={first['next']}")[3:]
    second = public.get(f"/results?limit=3&cursor={first['next']}")
    assert [one["key"] for one in first["items"] + second["items"]] == before[:6]
    assert "R-500" not in {one["record"] for one in rest}


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJ4IiwiMiJd", "WyIyMDI2LTk5LTk5IiwxXQ", "中文", "%00"])
def test_a_false_cursor_is_refused(results: None, public: Api, cursor: str) -> None:
    assert public.get(f"/results?cursor={cursor}", 422)["code"] == "api.cursor"


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "since=2026-13-01", "verdict=good"])
def test_a_false_parameter_is_named(results: None, public: Api, query: str) -> None:
    answer = public.get(f"/results?{query}", 422)
    assert answer["code"] == "api.parameter"
    assert query.split("=", maxsplit=1)[0] in answer["problems"][0]["params"]["name"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("verdict=nonconforming", 1),
        ("verdict=conforming", PUBLISHED - 1),
        ("place=330100", PUBLISHED),
        ("place=330200", 0),
        ("since=2026-01-10&until=2026-01-10", PUBLISHED),
        ("since=2026-01-11", 0),
        (f"producer={MAKER[0].lower()}", PUBLISHED),
        ("kind=电线电缆&selection=random", PUBLISHED),
        ("text=R-2", 1),
    ],
)
def test_filters(results: None, public: Api, query: str, count: int) -> None:
    assert len(public.get(f"/results?{query}")["items"]) == count


def test_a_result_in_full(results: None, public: Api) -> None:
    (shown,) = public.get("/results?verdict=nonconforming")["items"]
    full = public.get(f"/results/{shown['key']}")
    assert full["items"][0] == {
        "name": "绝缘平均厚度",
        "value": "0.60",
        "unit": "mm",
        "limit": "≥0.70",
        "verdict": "nonconforming",
        "method": "",
    }
    assert full["failed_items"] == ["绝缘平均厚度"]
    assert full["producer"]["uscc"] == MAKER[0]
    assert full["entry"].startswith("P33-")


def test_enterprises_by_name_by_code_and_in_order(results: None, public: Api) -> None:
    assert [one["uscc"] for one in public.get("/enterprises?text=安达线缆")["items"]] == [MAKER[0]]
    assert [one["uscc"] for one in public.get(f"/enterprises?text={MAKER[0][:8]}")["items"]] == [MAKER[0]]
    codes = [one["uscc"] for one in public.walk("/enterprises?limit=1")]
    assert codes == sorted(codes)
    assert len(codes) == 2
    assert [one["uscc"] for one in public.get("/enterprises?place=330000")["items"]] == [MAKER[0]]


def test_an_enterprise_and_its_archive(results: None, public: Api, officer: Api) -> None:
    found = public.get(f"/enterprises/{MAKER[0]}")
    assert found["names"][0]["name"] == MAKER[1]
    kinds = [one["kind"] for one in public.walk(f"/enterprises/{MAKER[0]}/archive?limit=2")]
    assert kinds.count("spot_check.result") == PUBLISHED
    seen = officer.walk(f"/enterprises/{MAKER[0]}/archive?limit=4")
    assert sum(one["kind"] == "spot_check.result" for one in seen) == PUBLISHED + SECRET
    assert public.get("/enterprises/91330100799655058X", 404)["code"] == "api.absent"


def test_divisions(country: None, public: Api) -> None:
    assert [one["code"] for one in public.get("/divisions?parent=330000")["items"]] == ["330100", "330200"]
    assert [one["code"] for one in public.walk("/divisions?level=3&limit=1")] == ["330106", "440305"]


LISTS = [
    "/results?limit={limit}",
    "/enterprises?limit={limit}",
    "/enterprises?text=有限公司&limit={limit}",
    "/divisions?limit={limit}",
    f"/enterprises/{MAKER[0]}/archive?limit={{limit}}",
    "/ledger/checkpoints?limit={limit}",
    "/reports?limit={limit}",
]


@pytest.mark.parametrize("path", LISTS)
def test_a_longer_page_asks_no_more_queries(
    snapshot: Any, officer: Api, path: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20) as few:
        officer.get(path.format(limit=1))
    with django_assert_max_num_queries(len(few)):
        officer.get(path.format(limit=1000))


@pytest.mark.parametrize("path", ["/results/KEY", f"/enterprises/{MAKER[0]}", "/ledger/checkpoints/1"])
def test_a_detail_asks_few_queries(
    snapshot: Any, public: Api, path: str, django_assert_max_num_queries: Any
) -> None:
    key = public.get("/results?limit=1")["items"][0]["key"]
    with django_assert_max_num_queries(4):
        public.get(path.replace("KEY", key))
