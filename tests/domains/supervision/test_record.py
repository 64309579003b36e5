"""Recording results: what is taken, what is skipped, what is refused, and what stands afterwards."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.domains.supervision.conftest import (
    AT,
    CITY,
    ELSEWHERE,
    MAKER,
    OTHER,
    PROVINCE,
    UNKNOWN_CODE,
    Record,
    found,
    officer,
    register,
    row,
    rows,
)
from zhiheng.domains.supervision.models import Result, ResultQuerySet
from zhiheng.domains.supervision.services import results_record
from zhiheng.domains.supervision.services.statements import TABLE_COLUMNS
from zhiheng.foundation.ledger.facts.base import decode
from zhiheng.foundation.ledger.facts.spot_check import Item, Party, SpotCheckResult
from zhiheng.foundation.ledger.models import Entry, EntrySubject
from zhiheng.foundation.ledger.verify import ledger_verify
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import PUBLIC
from zhiheng.foundation.registry.models import Batch, Product, UnresolvedParty
from zhiheng.kernel.errors import Refused


def stored() -> ResultQuerySet:
    return Result.objects.unguarded("tests look at everything")


def fact_of(result: Result) -> SpotCheckResult:
    entry = Entry.objects.get(pk=result.entry)
    fact = decode(entry.kind, entry.version, json.loads(entry.payload))
    assert isinstance(fact, SpotCheckResult)
    return fact


def entries() -> int:
    return Entry.objects.filter(kind=SpotCheckResult.KIND).count()


def test_a_result_is_a_row_and_an_entry_that_say_the_same(record: Record) -> None:
    full = row(
        2,
        brand="安达",
        model="BV 2.5",
        batch="2025-12-01/A",
        seller="宁波电器行",
        producer_place="杭州",
        standards="GB/T 5023.3-2008；企业标准",
        items="绝缘平均厚度|0.60|mm|≥0.70|不合格；标志||||合格",
        verdict="不合格",
        failed_items="绝缘平均厚度",
        retest="复检不合格",
        counterfeit="否",
        note="备注",
        source_url="https://example.org/1",
    )
    (outcome,) = record(full)
    assert (outcome.number, outcome.state) == (2, "unresolved")
    result = stored().get()
    fact = fact_of(result)
    assert fact == SpotCheckResult(
        record="R-2",
        source="2026年第1批监督抽查",
        authority="浙江省市场监督管理局",
        product_kind="电线电缆",
        product_name="聚氯乙烯绝缘电线",
        verdict="nonconforming",
        selection="random",
        coverage="all_results",
        sampled_on=date(2026, 1, 10),
        published_on=date(2026, 3, 1),
        producer=Party(MAKER[1], MAKER[0], "杭州"),
        seller=Party("宁波电器行"),
        brand="安达",
        model="BV 2.5",
        batch="2025-12-01/A",
        standards=("GB/T 5023.3-2008", "企业标准"),
        laboratory="浙江质检院",
        laboratory_code="L1",
        items=(
            Item("绝缘平均厚度", "0.60", "mm", "≥0.70", "nonconforming"),
            Item("标志", verdict="conforming"),
        ),
        failed_items=("绝缘平均厚度",),
        retest="confirmed",
        counterfeit=False,
        note="备注",
        source_url="https://example.org/1",
        key=result.key,
    )
    assert result.tested_items == fact.items
    for name in (
        "record", "source", "authority", "product_kind", "product_name", "verdict", "selection", "coverage",
        "sampled_on", "published_on", "brand", "model", "batch", "laboratory", "laboratory_code", "retest",
        "counterfeit", "note", "source_url",
    ):  # fmt: skip
        assert getattr(result, name) == getattr(fact, name), name
    assert (result.producer_name, result.producer_uscc, result.producer_place) == (MAKER[1], MAKER[0], "杭州")
    assert (result.seller_name, result.seller_uscc) == ("宁波电器行", "")
    assert (result.division, result.entry_division, result.agency) == ("330106", "330106", "P33")
    assert (result.authority_code, result.dated_on) == ("P33", date(2026, 1, 10))
    assert result.standards == ["GB/T 5023.3-2008", "企业标准"]
    subjects = set(EntrySubject.objects.filter(entry_id=result.entry).values_list("kind", "key"))
    assert subjects == {("result", result.key), ("enterprise", MAKER[0]), ("laboratory", "L1")}
    assert ledger_verify().intact


def test_every_column_of_the_table_is_written() -> None:
    fields = {field.column for field in Result._meta.concrete_fields} - {"id"}
    assert set(TABLE_COLUMNS.split(", ")) == fields


def test_the_same_file_twice_changes_nothing(record: Record) -> None:
    given = rows(3)
    assert [outcome.state for outcome in record(*given)] == ["accepted"] * 3
    assert [outcome.state for outcome in record(*given)] == ["skipped"] * 3
    assert (stored().count(), entries()) == (3, 3)


def test_a_known_record_with_other_content_is_refused_with_what_differs(record: Record) -> None:
    record(row())
    (outcome,) = record(row(7, record="R-2", brand="别的", items="绝缘平均厚度|0.99|mm|≥0.70|合格"))
    assert (outcome.number, outcome.state) == (7, "refused")
    assert found(outcome) == ["brand:result.differs", "items:result.differs"]
    assert "0.72" in str(outcome.problems[1].problem)
    assert outcome.problems[1].found == "绝缘平均厚度|0.99|mm|≥0.70|合格"
    assert stored().get().brand == ""


def test_what_another_authority_recorded_is_not_told(record: Record) -> None:
    record(row(division="330200", published_on=""), actor=PROVINCE)
    (outcome,) = record(row(brand="别的", division="330106"), actor=CITY)
    assert found(outcome) == ["record:result.recorded_elsewhere"]
    assert "330200" not in str(outcome.problems)


def test_rows_that_stand_twice_in_a_chunk(record: Record) -> None:
    outcomes = record(row(2), row(3, record="R-2"), row(4, record="R-2", brand="别的"))
    assert [outcome.state for outcome in outcomes] == ["accepted", "skipped", "refused"]
    assert found(outcomes[2]) == ["record:result.twice"]
    assert outcomes[2].problems[0].problem.params["row"] == 2


def test_a_refused_row_does_not_take_the_place_of_a_right_one(record: Record) -> None:
    outcomes = record(row(2, division="659001"), row(3, record="R-2"))
    assert [outcome.state for outcome in outcomes] == ["refused", "accepted"]


def test_the_same_number_in_another_source_is_another_record(record: Record) -> None:
    outcomes = record(row(2), row(3, record="R-2", source="另一通告"), row(4, record="R-2", source="/"))
    assert [outcome.state for outcome in outcomes] == ["accepted"] * 3
    assert stored().filter(source="浙江省市场监督管理局").count() == 1


def test_places_are_known_and_ones_own(record: Record) -> None:
    outcomes = record(
        row(2, division="330199"), row(3, division="440305"), row(4, division="330200"), row(5, division="")
    )
    assert [found(outcome) for outcome in outcomes] == [
        ["division:result.division_unknown"],
        ["division:org.not_covered"],
        [],
        [],
    ]
    unplaced = stored().get(record="R-5")
    assert (unplaced.division, unplaced.entry_division) == ("", "330000")
    assert Entry.objects.get(pk=unplaced.entry).division == "330000"


def test_a_day_that_has_not_come_is_refused_but_publication_may_be_planned(record: Record) -> None:
    # 2026-06-01 02:00 in London is 10:00 of the same day in Beijing; the day before at 17:00 is the 1st too.
    outcomes = record(
        row(2, sampled_on="2026-06-01", published_on="2027-01-01"),
        row(3, sampled_on="2026-06-02", published_on=""),
        at=datetime(2026, 5, 31, 17, 0, tzinfo=UTC),
    )
    assert [found(outcome) for outcome in outcomes] == [[], ["sampled_on:result.future"]]


def test_what_a_source_leaves_open_is_not_filled_in(record: Record) -> None:
    record(row(selection="", coverage="", retest="", counterfeit="", division=""))
    result = stored().get()
    assert (result.selection, result.coverage, result.retest) == ("undeclared", "undeclared", "")
    assert result.counterfeit is None


# ---- parties ----------------------------------------------------------------------------------


def test_a_code_that_the_registry_does_not_know_is_kept(record: Record) -> None:
    (outcome,) = record(row(producer="外省企业", producer_uscc=UNKNOWN_CODE))
    assert (outcome.state, found(outcome)) == ("unresolved", ["producer_uscc:result.code_unregistered"])
    result = stored().get()
    assert (result.producer_uscc, result.producer_party) == (UNKNOWN_CODE, "")
    assert fact_of(result).producer == Party("外省企业", UNKNOWN_CODE)
    assert not UnresolvedParty.objects.unguarded("test").exists()


@pytest.mark.parametrize("written", [MAKER[1], "杭州安达 线缆有限公司", MAKER[1] + "\u200b"])
def test_an_exact_name_is_matched(record: Record, written: str) -> None:
    (outcome,) = record(row(producer=written, producer_uscc=""))
    assert outcome.state == "accepted"
    result = stored().get()
    assert (result.producer_name, result.producer_uscc, result.producer_party) == (written, *MAKER)


def test_a_name_that_is_not_exact_waits_for_a_person(record: Record) -> None:
    outcomes = record(
        row(2, producer="杭州安达线缆公司", producer_uscc=""),
        row(3, producer="杭州安达线缆公司", producer_uscc=""),
    )
    assert [found(outcome) for outcome in outcomes] == [["producer:result.party_unresolved"]] * 2
    party = UnresolvedParty.objects.unguarded("test").get()
    assert (party.name, party.results) == ("杭州安达线缆公司", 2)
    assert {result.producer_party for result in stored()} == {party.name_key}
    assert fact_of(stored().first()).producer == Party("杭州安达线缆公司")


def test_a_name_that_two_enterprises_bear_is_not_guessed(record: Record) -> None:
    register("91330106MA27XL0A5C", "重名有限公司")
    register(UNKNOWN_CODE, "重名有限公司", "330200")
    (outcome,) = record(row(producer="重名有限公司", producer_uscc=""))
    assert outcome.state == "unresolved"
    assert stored().get().producer_uscc == ""


def test_the_sampled_party_is_recognised_in_the_same_way(record: Record) -> None:
    record(row(2, seller=OTHER[1]), row(3, seller="无名小店"))
    assert stored().get(record="R-2").seller_uscc == OTHER[0]
    assert stored().get(record="R-3").seller_party == "无名小店"


def test_products_and_batches_are_noted(record: Record) -> None:
    record(row(2, brand="安达", batch="A1"), row(3, brand="安达", batch="A2"))
    product = Product.objects.unguarded("test").get()
    assert (product.name, product.producer_id) == ("聚氯乙烯绝缘电线", MAKER[0])
    assert Batch.objects.unguarded("test").count() == 2


def test_laboratories_are_known_by_name_when_one_bears_it(record: Record) -> None:
    record(row(2), row(3, laboratory="同名实验室"), row(4, laboratory="没有的"))
    assert list(stored().order_by("record").values_list("laboratory_code", flat=True)) == ["L1", "", ""]


# ---- the act as a whole -----------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(set(roles.TITLES) - {roles.REGISTRAR}))
def test_only_registrars_record(country: None, role: str) -> None:
    with pytest.raises(Refused) as refused:
        results_record(actor=officer("P33", "330000", role), rows=[row()], at=AT)
    assert refused.value.problems[0].code == "org.role_missing"
    assert not stored().exists()


def test_the_public_records_nothing(country: None) -> None:
    with pytest.raises(Refused):
        results_record(actor=PUBLIC, rows=[row()], at=AT)


def test_nothing_new_leaves_no_entry(record: Record) -> None:
    before = Entry.objects.count()
    assert record(row(division="330199"))[0].state == "refused"
    assert results_record(actor=PROVINCE, rows=[], at=AT) == []
    assert Entry.objects.count() == before


def test_a_chunk_costs_the_same_number_of_queries_whatever_its_length(record: Record) -> None:
    def queries(start: int, count: int) -> int:
        chunk = [
            row(number, producer=f"无码企业{number % 7}", producer_uscc="", batch=str(number))
            for number in range(start, start + count)
        ]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            record(*chunk)
        return len([query for query in captured.captured_queries if "executemany" not in query["sql"]])

    queries(10, 2)  # the first opens the book
    assert queries(100, 5) == queries(1000, 200) <= 25


def test_a_failure_half_way_leaves_nothing(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("zhiheng.domains.supervision.services.parties.products_note", fail)
    before = Entry.objects.count()
    with pytest.raises(OSError, match="no space"):
        record(row())
    assert not stored().exists()
    assert Entry.objects.count() == before
    assert ledger_verify().intact


def test_another_division_records_its_own(record: Record) -> None:
    outcomes = record(row(2, division="330200"), row(3, division="330106"), actor=ELSEWHERE)
    assert [outcome.state for outcome in outcomes] == ["accepted", "refused"]
