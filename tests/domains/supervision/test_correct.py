"""Correcting a result: a new entry with a reason, the same checks as an import, never a silent loss."""

from __future__ import annotations

import json

import pytest

from tests.domains.supervision.conftest import (
    AT,
    CITY,
    ELSEWHERE,
    MAKER,
    OTHER,
    PROVINCE,
    Record,
    officer,
    row,
)
from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.services import result_correct
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.ledger.verify import ledger_verify
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import PUBLIC, Actor
from zhiheng.foundation.registry.models import UnresolvedParty
from zhiheng.kernel.errors import Refused

REASON = "检验报告 2026-17 更正"


def stored() -> Result:
    return Result.objects.unguarded("test").get()


def correct(
    actor: Actor = PROVINCE, result: Result | None = None, reason: str = REASON, **changes: str
) -> Result:
    return result_correct(actor=actor, result=result or stored(), changes=changes, reason=reason, at=AT)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def test_a_correction_is_a_new_entry_that_supersedes_the_last(record: Record) -> None:
    record()
    first = stored()
    corrected = correct(
        items="绝缘平均厚度|0.62|mm|≥0.70|不合格", verdict="不合格", failed_items="绝缘平均厚度", note="更正"
    )
    assert corrected.verdict == stored().verdict == "nonconforming"
    assert stored().tested_items[0].value == "0.62"
    entry = Entry.objects.get(pk=stored().entry)
    assert (entry.corrects, entry.division) == (first.entry, "330106")
    payload = json.loads(entry.payload)
    assert (payload["reason"], payload["note"], payload["key"]) == (REASON, "更正", first.key)
    assert "reason" not in json.loads(Entry.objects.get(pk=first.entry).payload)
    assert ledger_verify().intact


def test_the_file_that_was_corrected_is_still_known(record: Record) -> None:
    record()
    correct(brand="安达")
    (again,) = record()
    assert again.state == "skipped"
    (same,) = record(row(brand="安达"))
    assert same.state == "skipped", "a file that was corrected in the same way changes nothing either"
    (other,) = record(row(brand="别的"))
    assert other.state == "refused"


def test_two_corrections_of_one_reading_one_wins(record: Record) -> None:
    record()
    mine, theirs = stored(), stored()
    correct(result=theirs, brand="甲")
    with pytest.raises(Refused) as refused:
        correct(result=mine, brand="乙")
    assert codes(refused) == ["result.corrected_meanwhile"]
    assert stored().brand == "甲"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"brand": ""}, "result.nothing_changed"),
        ({"record": "R-9"}, "result.fixed"),
        ({"source": ""}, "result.fixed"),
        ({"colour": "红"}, "result.no_column"),
        ({"verdict": "基本合格"}, "cell.choice"),
        ({"verdict": ""}, "cell.missing"),
        ({"published_on": "2020-01-01"}, "result.published_before"),
        ({"sampled_on": "2026-07-01", "published_on": ""}, "result.future"),
        ({"items": "水分|1|%|≤0|不合格"}, "result.item_contradicts"),
        ({"division": "440305"}, "org.not_covered"),
        ({"division": "330199"}, "result.division_unknown"),
        ({"producer": OTHER[1]}, "result.code_of_old_name"),
    ],
)
def test_a_correction_passes_the_checks_of_an_import(
    record: Record, changes: dict[str, str], code: str
) -> None:
    record()
    before = Entry.objects.count()
    with pytest.raises(Refused) as refused:
        correct(**changes)
    assert codes(refused) == [code]
    assert Entry.objects.count() == before


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_correction_needs_a_reason(record: Record, reason: str) -> None:
    record()
    with pytest.raises(Refused) as refused:
        correct(reason=reason, brand="安达")
    assert codes(refused) == ["result.reason"]


def test_a_corrected_producer_is_recognised_anew(record: Record) -> None:
    record()
    correct(producer=OTHER[1], producer_uscc="")
    assert (stored().producer_uscc, stored().producer_name) == (OTHER[0], OTHER[1])
    correct(producer="某某不知名厂", producer_uscc="")
    assert (stored().producer_uscc, stored().producer_party) == ("", "某某不知名厂")
    assert UnresolvedParty.objects.unguarded("test").get().results == 1
    correct(note="与企业无关的更正")
    assert stored().producer_party == "某某不知名厂"
    assert UnresolvedParty.objects.unguarded("test").get().results == 1
    correct(producer=MAKER[1], producer_uscc=MAKER[0])
    assert (stored().producer_uscc, stored().producer_party) == (MAKER[0], "")


def test_taking_the_place_out_leaves_the_result_readable(record: Record) -> None:
    record()
    correct(division="")
    assert (stored().division, stored().entry_division) == ("", "330000")
    correct(division="330200")
    assert stored().entry_division == "330200"


@pytest.mark.parametrize(
    ("actor", "allowed"),
    [
        (PROVINCE, True),
        (CITY, True),
        (ELSEWHERE, False),
        (PUBLIC, False),
        (officer("P33", "330000", roles.ANALYST), False),
        (officer("P33", "330000", roles.AUDITOR), False),
    ],
)
def test_who_may_correct(record: Record, actor: Actor, allowed: bool) -> None:
    record()
    if allowed:
        assert correct(actor=actor, brand="安达").brand == "安达"
        return
    with pytest.raises(Refused) as refused:
        correct(actor=actor, brand="安达")
    assert codes(refused)[0].startswith("org.")
    assert stored().brand == ""
