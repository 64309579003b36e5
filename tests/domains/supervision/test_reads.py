"""Who sees which results, how lists are narrowed, and that reads cost what they should."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.domains.supervision.conftest import (
    CITY,
    ELSEWHERE,
    MAKER,
    PROVINCE,
    SYSTEM,
    Record,
    officer,
    row,
)
from zhiheng.domains.supervision import policy
from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.selectors import (
    Filters,
    authorities,
    facets,
    product_kinds,
    result_detail,
    results,
)
from zhiheng.domains.supervision.services.statements import cells_of, fact_of_result
from zhiheng.domains.supervision.sheets import SPOT_CHECKS
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import NATION, PUBLIC, Actor
from zhiheng.foundation.org.guard import Unguarded
from zhiheng.kernel.errors import Refused

ON = date(2026, 6, 1)
NATIONAL = officer("N0", NATION)
COUNTY = officer("X330106", "330106")
STRANGER = officer("P44", "440000")


@pytest.fixture
def four(record: Record) -> None:
    """A conforming one in Hangzhou; a failure in Ningbo, not published; one without a place; one to come."""
    record(
        row(2),
        row(
            3,
            division="330200",
            published_on="",
            verdict="不合格",
            failed_items="结构",
            product_kind="插座",
            selection="风险定向",
            sampled_on="2026-02-10",
            items="",
        ),
        row(
            4,
            division="",
            authority="国家市场监督管理总局",
            producer="无码厂",
            producer_uscc="",
            brand="龙虎",
        ),
        row(5, published_on="2026-06-02", sampled_on="2026-05-01"),
    )


def seen(actor: Actor, filters: Filters | None = None) -> set[str]:
    return {result.record for result in results(actor, ON, filters or Filters())}


@pytest.mark.parametrize(
    ("actor", "records"),
    [
        (SYSTEM, {"R-2", "R-3", "R-4", "R-5"}),
        (NATIONAL, {"R-2", "R-3", "R-4", "R-5"}),
        (PROVINCE, {"R-2", "R-3", "R-4", "R-5"}),
        (CITY, {"R-2", "R-5"}),
        (COUNTY, {"R-2", "R-5"}),
        (ELSEWHERE, {"R-3"}),
        (STRANGER, set()),
        (PUBLIC, {"R-2", "R-4"}),
    ],
)
def test_who_sees_what(four: None, actor: Actor, records: set[str]) -> None:
    assert seen(actor) == records


def test_an_agency_sees_what_it_recorded_wherever_it_was_sampled(four: None) -> None:
    moved = officer("P33", "340000")
    assert len(seen(moved)) == 4


def test_an_officer_without_a_division_sees_what_the_public_sees(four: None) -> None:
    nobody = officer("", "")
    assert set(Result.objects.visible_to(nobody).values_list("record", flat=True)) == {"R-2", "R-4", "R-5"}


def test_publication_begins_on_its_day(four: None) -> None:
    assert {r.record for r in results(PUBLIC, date(2026, 6, 2))} == {"R-2", "R-4", "R-5"}
    assert {r.record for r in results(PUBLIC, date(2026, 2, 28))} == set()


def test_a_read_that_does_not_say_for_whom_fails(four: None) -> None:
    with pytest.raises(Unguarded):
        list(Result.objects.all())


@pytest.mark.parametrize(
    ("filters", "records"),
    [
        (Filters(verdict="nonconforming"), {"R-3"}),
        (Filters(selection="risk_targeted"), {"R-3"}),
        (Filters(coverage="failures_only"), set()),
        (Filters(product_kind="插座"), {"R-3"}),
        (Filters(authority="国家市场监督管理总局"), {"R-4"}),
        (Filters(division="330100"), {"R-2", "R-5"}),
        (Filters(division="330000"), {"R-2", "R-3", "R-5"}),
        (Filters(division=NATION), {"R-2", "R-3", "R-4", "R-5"}),
        (Filters(producer=MAKER[0]), {"R-2", "R-3", "R-5"}),
        (Filters(since=date(2026, 2, 1)), {"R-3", "R-5"}),
        (Filters(until=date(2026, 1, 31)), {"R-2", "R-4"}),
        (Filters(unresolved=True), {"R-4"}),
        (Filters(text="龙虎"), {"R-4"}),
        (Filters(text="安达 R-5"), {"R-5"}),
        (Filters(text="r-5"), {"R-5"}),
        (Filters(text=MAKER[0].lower()), {"R-2", "R-3", "R-5"}),
        (Filters(text="%"), set()),
        (Filters(verdict="conforming", division="330100", text="安达"), {"R-2", "R-5"}),
    ],
)
def test_filters(four: None, filters: Filters, records: set[str]) -> None:
    assert seen(PROVINCE, filters) == records


def test_newest_first(four: None) -> None:
    assert [r.record for r in results(PROVINCE, ON)][:2] == ["R-5", "R-3"]


def test_detail_is_found_only_by_who_may_see_it(four: None) -> None:
    key = results(PROVINCE, ON).get(record="R-3").key
    assert result_detail(ELSEWHERE, key, ON).record == "R-3"
    for actor in (PUBLIC, CITY):
        with pytest.raises(Refused) as refused:
            result_detail(actor, key, ON)
        assert refused.value.problems[0].code == "result.not_found"


def test_what_there_is_to_choose_from(four: None) -> None:
    assert product_kinds(PROVINCE, ON) == sorted(["插座", "电线电缆"])
    assert product_kinds(PUBLIC, ON) == ["电线电缆"]
    assert len(authorities(PROVINCE, ON)) == 2
    assert facets(PROVINCE, ON)["verdict"] == {"conforming": 3, "nonconforming": 1}
    assert facets(PUBLIC, ON)["verdict"] == {"conforming": 2}
    assert facets(PROVINCE, ON, Filters(product_kind="插座"))["selection"] == {"risk_targeted": 1}


def test_reads_take_one_query_each(four: None) -> None:
    key = results(PROVINCE, ON).get(record="R-2").key
    for read in (
        lambda: [(r.failed_names, r.tested_items, r.conclusion) for r in results(PROVINCE, ON)],
        lambda: result_detail(PROVINCE, key, ON).tested_items,
        lambda: product_kinds(PROVINCE, ON),
        lambda: facets(PROVINCE, ON),
    ):
        with CaptureQueriesContext(connection) as captured:
            read()
        assert len(captured) == 1


def test_what_is_exported_is_imported_as_the_same(four: None) -> None:
    for result in results(PROVINCE, ON):
        values, problems = SPOT_CHECKS.read(cells_of(result))
        assert not problems
        assert values["record"] == result.record
        fact = fact_of_result(result, "")
        assert values.get("items", ()) == fact.items
        assert values["verdict"] == fact.verdict


def test_a_failure_that_a_retest_overturned_is_none(record: Record) -> None:
    record(row(2, verdict="不合格", items="标志||||不合格", failed_items="", retest="复检合格"))
    result = results(PROVINCE, ON).get()
    assert (result.verdict, result.conclusion, result.failed_names) == (
        "nonconforming",
        "conforming",
        ("标志",),
    )


# ---- role × act ---------------------------------------------------------------------------------

ROLES = [*sorted(roles.TITLES), ""]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("division", ["330000", "330106", "440000", ""])
def test_every_role_and_act(role: str, division: str) -> None:
    actor = Actor(
        kind="officer",
        key="officer:1",
        name="",
        agency="A" if division else "",
        division=division,
        roles=frozenset({role} - {""}),
    )
    registrar = role == roles.REGISTRAR
    inside = division in ("330000", "330106")
    decisions = {
        "record": (policy.results_record(actor), registrar and bool(division)),
        "place": (policy.result_place(actor, "330106"), registrar and inside),
        "correct": (policy.result_correct(actor, "B", "330106"), registrar and inside),
        "correct own": (policy.result_correct(actor, "A", "510000"), registrar and bool(division)),
        "resolve": (policy.party_resolve(actor), registrar),
    }
    for act, (decision, expected) in decisions.items():
        assert decision.allowed is expected, act
        assert str(decision.reason), act


def test_the_public_may_nothing() -> None:
    assert not policy.results_record(PUBLIC).allowed
    assert not policy.result_place(PUBLIC, "330106").allowed
    assert not policy.result_correct(PUBLIC, "", "").allowed
    assert not policy.party_resolve(PUBLIC).allowed
