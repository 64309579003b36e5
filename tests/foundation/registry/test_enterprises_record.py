"""Recording enterprises: what becomes of a row, what the ledger says, and how many queries it takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.foundation.registry.conftest import NOW, REGISTRAR, code, row
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.org.actors import PUBLIC
from zhiheng.foundation.registry.models import EnterpriseName
from zhiheng.foundation.registry.selectors import enterprise_by_uscc, enterprises, names_of, search
from zhiheng.foundation.registry.services import enterprises_record
from zhiheng.kernel.errors import Refused
from zhiheng.kernel.sheets import Outcome, Row

pytestmark = pytest.mark.usefixtures("divisions")


def record(*rows: Row, days: int = 0) -> list[Outcome]:
    return enterprises_record(actor=REGISTRAR, rows=rows, at=NOW + timedelta(days=days))


def states(*rows: Row, days: int = 0) -> list[str]:
    return [outcome.state for outcome in record(*rows, days=days)]


def payloads() -> list[dict[str, object]]:
    return [json.loads(entry.payload) for entry in Entry.objects.order_by("id")]


def test_a_new_enterprise_becomes_an_entry() -> None:
    assert states(row(1, address="文三路1号", industry="C1311", established="2016-03-02", scope="制造")) == [
        "accepted"
    ]
    enterprise = enterprise_by_uscc(PUBLIC, code(1))
    assert enterprise is not None
    entry = Entry.objects.get()
    assert (entry.id, entry.kind, entry.division) == (enterprise.entry, "enterprise.recorded", "900101")
    assert entry.subjects == f"enterprise:{code(1)}"
    assert enterprise.established == date(2016, 3, 2)
    assert enterprise.recorded_at == NOW


def test_the_same_content_again_is_skipped() -> None:
    rows = [row(number, former_names="岚岭旧厂", status="存续") for number in range(5)]
    record(*rows)
    assert states(*rows, days=1) == ["skipped"] * 5
    assert Entry.objects.count() == 5


def test_a_change_corrects_the_latest_entry() -> None:
    record(row(1))
    first = Entry.objects.get()
    assert states(row(1, address="新址"), days=1) == ["accepted"]
    second = Entry.objects.latest("number")
    assert second.corrects == first.id
    assert states(row(1, address="再新址"), days=2) == ["accepted"]
    assert Entry.objects.latest("number").corrects == second.id


def test_an_empty_cell_takes_nothing_away() -> None:
    record(row(1, address="文三路1号", status="存续"))
    assert states(row(1)) == ["skipped"]
    record(row(1, status="注销"))
    enterprise = enterprise_by_uscc(PUBLIC, code(1))
    assert enterprise is not None
    assert (enterprise.address, enterprise.status) == ("文三路1号", "deregistered")
    assert payloads()[-1]["address"] == "文三路1号"


def test_a_change_of_name_leaves_history() -> None:
    record(row(1, name="岚岭甲公司"))
    record(row(1, name="岚岭乙公司"), days=10)
    record(row(1, name="岚岭甲公司"), days=20)
    names = {name.name: name for name in names_of(PUBLIC, code(1))}
    today = date(2026, 3, 2)
    assert names["岚岭乙公司"].since == today + timedelta(days=10)
    assert names["岚岭乙公司"].until == today + timedelta(days=20)
    assert not names["岚岭乙公司"].current
    assert names["岚岭甲公司"].current
    assert names["岚岭甲公司"].since == today + timedelta(days=20)
    assert names["岚岭甲公司"].until is None
    assert payloads()[-1]["former_names"] == ["岚岭乙公司"]


def test_another_spelling_of_the_name_is_a_correction_but_no_new_name() -> None:
    record(row(1, name="岚岭（中国）公司"))
    assert states(row(1, name="岚岭(中国)公司")) == ["accepted"]
    assert [name.name for name in names_of(PUBLIC, code(1))] == ["岚岭(中国)公司"]


def test_former_names_are_kept_and_never_forgotten() -> None:
    record(row(1, former_names="旧厂；老厂"))
    assert states(row(1, former_names="老厂")) == ["skipped"]
    assert states(row(1, former_names="老厂；更老厂")) == ["accepted"]
    assert payloads()[-1]["former_names"] == ["旧厂", "老厂", "更老厂"]
    assert EnterpriseName.objects.filter(source="stated").count() == 3


def test_the_present_name_among_the_former_ones_is_no_former_name() -> None:
    assert states(row(1, name="甲公司", former_names="甲公司")) == ["accepted"]
    assert states(row(1, name="甲公司", former_names="甲公司")) == ["skipped"]
    assert names_of(PUBLIC, code(1)).count() == 1


def test_rows_of_one_chunk_are_taken_in_their_order() -> None:
    found = states(
        row(1), row(2), row(1), row(1, address="新址"), row(1, address="新址"), row(1, address="再新址")
    )
    assert found == ["accepted", "accepted", "skipped", "accepted", "skipped", "accepted"]
    entries = list(Entry.objects.order_by("number"))
    about = [entry for entry in entries if code(1) in entry.subjects]
    assert [entry.corrects for entry in about] == [None, about[0].id, about[1].id]
    enterprise = enterprise_by_uscc(PUBLIC, code(1))
    assert enterprise is not None
    assert (enterprise.address, enterprise.entry) == ("再新址", about[-1].id)


def test_chunks_make_no_difference() -> None:
    def rows(first: int) -> list[Row]:
        one, two = first, first + 1
        return [
            row(one), row(two), row(one, address="新址"), row(two), row(one, name="甲公司"), row(one),
            row(one, name="甲公司", former_names="旧厂"),
        ]  # fmt: skip

    assert [states(each)[0] for each in rows(1)] == states(*rows(11))


def test_an_unknown_division_is_refused_and_the_one_above_named() -> None:
    outcomes = record(row(1, division="900199"), row(2, division="900201"), row(3, division="110101"), row(4))
    assert [outcome.state for outcome in outcomes] == ["refused", "refused", "refused", "accepted"]
    problems = [outcome.problems[0] for outcome in outcomes[:3]]
    assert {problem.column for problem in problems} == {"division"}
    assert "900199" in str(problems[0].problem)
    assert "900100 岚宁市" in str(problems[0].problem)
    assert "900000 示例省" in str(problems[1].problem)
    assert problems[2].problem.code == "registry.division_unknown"
    assert "110101" in str(problems[2].problem)


def test_a_division_of_former_times_is_taken() -> None:
    assert states(row(1, division="900102")) == ["accepted"]


def test_all_rows_refused_record_nothing() -> None:
    assert states(row(1, division="900199")) == ["refused"]
    assert not Entry.objects.exists()
    assert not enterprises(PUBLIC).exists()


def test_who_is_no_registrar_is_refused() -> None:
    for actor in (PUBLIC, replace(REGISTRAR, roles=frozenset({"analyst"}))):
        with pytest.raises(Refused) as refused:
            enterprises_record(actor=actor, rows=[row(1)], at=NOW)
        assert refused.value.problems[0].code == "org.role_missing"


def test_a_registrar_records_enterprises_of_any_division() -> None:
    elsewhere = replace(REGISTRAR, division="900102")
    enterprises_record(actor=elsewhere, rows=[row(1)], at=NOW)
    assert Entry.objects.get().division == "900101"


def test_a_move_is_found_in_the_new_place_only() -> None:
    record(row(1, name="岚岭搬家公司", former_names="岚岭马车行"))
    record(row(1, name="岚岭搬家公司", division="900102"))
    for query in ("搬家", "马车"):
        assert len(search(PUBLIC, query, "900102").hits) == 1
        assert len(search(PUBLIC, query, "9001").hits) == 1
        assert search(PUBLIC, query, "900101").hits == ()


def queries(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_queries_do_not_grow_with_the_chunk() -> None:
    record(row(1000))  # opens the book, which the first act of an agency does
    small = queries(lambda: record(*(row(number, former_names="旧厂") for number in range(3))))
    large = queries(lambda: record(*(row(number, former_names="旧厂") for number in range(100, 400))))
    assert small == large <= 20
    changed = [row(number, name=f"改名{number}厂", division="900102") for number in range(3)]
    many = [row(number, name=f"改名{number}厂", division="900102") for number in range(100, 400)]
    assert queries(lambda: record(*changed)) == queries(lambda: record(*many)) <= 20
