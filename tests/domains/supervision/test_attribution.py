"""A person says who is meant: the results follow, all or none, and it can be taken back."""

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
    UNKNOWN_CODE,
    Record,
    officer,
    row,
)
from zhiheng.domains.supervision.models import Result, ResultQuerySet
from zhiheng.domains.supervision.selectors import waiting_results
from zhiheng.domains.supervision.services import party_release, party_resolve, results_record
from zhiheng.foundation.ledger.facts.enterprise import PartyReleased, PartyResolved
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.ledger.verify import ledger_verify
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.registry.models import Product, UnresolvedParty
from zhiheng.kernel.errors import Refused

NAME = "安达线缆（杭州）"
REASON = "营业执照与地址一致"


def stored() -> ResultQuerySet:
    return Result.objects.unguarded("test")


def party() -> UnresolvedParty:
    return UnresolvedParty.objects.unguarded("test").get()


def resolve(actor: Actor = PROVINCE, uscc: str = MAKER[0], reason: str = REASON) -> int:
    return party_resolve(actor=actor, party=party(), uscc=uscc, reason=reason, at=AT)


def three(record: Record) -> None:
    record(
        row(2, producer=NAME, producer_uscc=""),
        row(3, producer=NAME, producer_uscc="", seller=NAME),
        row(4, producer=OTHER[1], producer_uscc=OTHER[0], seller=NAME),
    )


def test_results_that_name_the_party_follow(record: Record) -> None:
    three(record)
    before = {result.key: result.entry for result in stored()}
    assert waiting_results(PROVINCE, party().name_key).count() == 3
    assert resolve() == 3
    assert [(r.producer_uscc, r.seller_uscc) for r in stored().order_by("record")] == [
        (MAKER[0], ""),
        (MAKER[0], MAKER[0]),
        (OTHER[0], MAKER[0]),
    ]
    for result in stored():
        entry = Entry.objects.get(pk=result.entry)
        assert entry.corrects == before[result.key]
        assert json.loads(entry.payload)["reason"] == REASON
    assert Entry.objects.filter(kind=PartyResolved.KIND).count() == 1
    assert party().resolved_to_id == MAKER[0]
    assert ledger_verify().intact


def test_later_results_under_the_name_follow_too(record: Record) -> None:
    three(record)
    resolve()
    (outcome,) = record(row(9, producer=NAME, producer_uscc=""))
    assert outcome.state == "accepted"
    assert stored().get(record="R-9").producer_uscc == MAKER[0]


def test_importing_the_file_again_after_the_decision_changes_nothing(record: Record) -> None:
    three(record)
    resolve()
    before = Entry.objects.count()
    three(record)
    assert Entry.objects.count() == before


def test_a_decision_is_taken_back(record: Record) -> None:
    three(record)
    resolve()
    record(row(9, producer=NAME, producer_uscc=""))
    assert party_release(actor=PROVINCE, party=party(), reason="认错了", at=AT) == 4
    assert set(stored().exclude(record="R-4").values_list("producer_uscc", flat=True)) == {""}
    assert set(stored().values_list("seller_uscc", flat=True)) == {""}
    assert stored().get(record="R-4").producer_uscc == OTHER[0], "a stated code stays"
    assert party().resolved_to_id is None
    assert Entry.objects.filter(kind=PartyReleased.KIND).count() == 1
    waiting = Product.objects.unguarded("test").filter(maker=party().name_key)
    assert {product.producer_id for product in waiting} == {None}
    assert resolve(uscc=OTHER[0]) == 4
    assert ledger_verify().intact


@pytest.mark.parametrize(
    ("kwargs", "code"),
    [
        ({"uscc": UNKNOWN_CODE}, "registry.enterprise_unknown"),
        ({"reason": " "}, "result.reason"),
        ({"actor": officer("P33", "330000", roles.ANALYST)}, "org.role_missing"),
        ({"actor": ELSEWHERE}, "result.party_of_others"),
    ],
)
def test_refused_and_nothing_changed(record: Record, kwargs: dict[str, object], code: str) -> None:
    three(record)
    before = Entry.objects.count()
    with pytest.raises(Refused) as refused:
        resolve(**kwargs)  # type: ignore[arg-type]  # the table above is typed by its rows
    assert refused.value.problems[0].code == code
    assert Entry.objects.count() == before
    assert party().resolved_to_id is None


def test_all_or_none(record: Record) -> None:
    results_record(actor=CITY, rows=[row(2, producer=NAME, producer_uscc="")], at=AT)
    results_record(actor=ELSEWHERE, rows=[row(3, producer=NAME, producer_uscc="", division="330200")], at=AT)
    with pytest.raises(Refused) as refused:
        resolve(actor=CITY)
    assert refused.value.problems[0].params == {"count": 1, "all": 2}
    assert resolve(actor=PROVINCE) == 2


def test_only_a_decision_in_force_is_taken_back_and_only_an_open_one_made(record: Record) -> None:
    three(record)
    with pytest.raises(Refused) as refused:
        party_release(actor=PROVINCE, party=party(), reason=REASON, at=AT)
    assert refused.value.problems[0].code == "registry.party_not_resolved"
    waiting = party()
    resolve()
    with pytest.raises(Refused) as refused:
        party_resolve(actor=PROVINCE, party=waiting, uscc=OTHER[0], reason=REASON, at=AT)
    assert refused.value.problems[0].code == "registry.party_not_open"
