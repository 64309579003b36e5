"""Parties, products, models and batches noted with results; whom a name means; a person's decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.foundation.registry.conftest import NOW, REGISTRAR, code, row
from zhiheng.foundation.ledger.acts import ACTS, OutsideAct, act, unchanged
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.org.actors import PUBLIC
from zhiheng.foundation.registry.models import Batch, Product, ProductModel, UnresolvedParty
from zhiheng.foundation.registry.names import name_key
from zhiheng.foundation.registry.selectors import match_names, parties_open, products_of, usccs_known
from zhiheng.foundation.registry.services import (
    ProductSeen,
    enterprises_record,
    party_note,
    party_resolve,
    products_note,
)
from zhiheng.kernel.errors import Refused
from zhiheng.kernel.sheets import Row

pytestmark = pytest.mark.usefixtures("divisions")
InAct = Callable[[Callable[[], object]], None]


@pytest.fixture
def in_act() -> InAct:
    """Run something inside an act, as supervision does when it records results."""

    @act
    def results_record(does: Callable[[], object]) -> None:
        does()
        unchanged("this test records no result")

    # The test that enumerates the acts of the program must not meet this one.
    ACTS.pop(f"{results_record.__module__}.{results_record.__qualname__}")
    return results_record


def record(*rows: Row, days: int = 0) -> None:
    enterprises_record(actor=REGISTRAR, rows=rows, at=NOW + timedelta(days=days))


def matched(*names: str) -> dict[str, str]:
    found = match_names({name_key(name) for name in names})
    return {name: found[name_key(name)] for name in names if name_key(name) in found}


# ---- whom a name means ------------------------------------------------------------------------


def test_a_name_means_who_bears_it() -> None:
    record(row(1, name="质衡（中国）公司"), row(2))
    assert matched("质衡(中国)公司", "质衡中国公司") == {"质衡(中国)公司": code(1)}


def test_a_name_that_two_bear_means_nobody() -> None:
    record(row(1, name="宏图厂"), row(2, name="宏图厂", status="存续"))
    assert matched("宏图厂") == {}


def test_who_trades_goes_before_who_is_gone() -> None:
    record(row(1, name="宏图厂", status="注销"))
    assert matched("宏图厂") == {"宏图厂": code(1)}
    record(row(2, name="宏图厂", status="存续"))
    assert matched("宏图厂") == {"宏图厂": code(2)}
    record(row(3, name="宏图厂", status="迁出"))
    assert matched("宏图厂") == {}


def test_a_former_name_counts_as_much_as_a_present_one() -> None:
    record(row(1, name="新厂", former_names="老厂"))
    assert matched("老厂") == {"老厂": code(1)}
    record(row(2, name="老厂"))
    assert matched("老厂") == {}


def test_codes_that_are_known() -> None:
    record(row(1))
    assert usccs_known({code(1), code(2)}) == {code(1)}
    assert usccs_known(set()) == set()


# ---- parties ------------------------------------------------------------------------------------


def test_parties_are_counted_under_their_key(in_act: InAct) -> None:
    in_act(lambda: party_note(names=["甲厂", "甲 厂", "乙厂", ""], at=NOW))
    in_act(lambda: party_note(names=["甲厂"], at=NOW + timedelta(days=1)))
    found = {party.name: party for party in parties_open(REGISTRAR)}
    assert {name: party.results for name, party in found.items()} == {"甲厂": 3, "乙厂": 1}
    assert found["甲厂"].first_seen == NOW
    assert [party.name for party in parties_open(REGISTRAR)] == ["甲厂", "乙厂"]


def test_the_public_sees_no_parties(in_act: InAct) -> None:
    in_act(lambda: party_note(names=["甲厂"], at=NOW))
    assert not parties_open(PUBLIC).exists()


def test_notes_stand_or_fall_with_an_act() -> None:
    with pytest.raises(OutsideAct):
        party_note(names=["甲厂"], at=NOW)
    with pytest.raises(OutsideAct):
        products_note(products=[ProductSeen("漆")], at=NOW)


def test_a_decision_holds_for_results_that_come_later(in_act: InAct) -> None:
    record(row(1, name="宏图有限公司"))
    in_act(lambda: party_note(names=["宏图"], at=NOW))
    in_act(lambda: products_note(products=[ProductSeen("漆", producer_name="宏图")], at=NOW))
    assert matched("宏图") == {}
    party = party_resolve(actor=REGISTRAR, name_key="宏图", uscc=code(1), reason="同一地址", at=NOW)
    assert (party.resolved_by, party.resolved_at) == ("officer:1", NOW)
    assert matched("宏图") == {"宏图": code(1)}
    assert not parties_open(REGISTRAR).exists()
    assert [product.name for product in products_of(REGISTRAR, code(1))] == ["漆"]
    entry = Entry.objects.latest("number")
    assert entry.kind == "enterprise.party_resolved"
    assert entry.subjects == f"enterprise:{code(1)}"


def test_a_resolved_name_that_is_still_unclear_is_open_again(in_act: InAct) -> None:
    record(row(1, name="宏图厂"), row(2, name="宏图厂"))
    in_act(lambda: party_note(names=["宏图厂"], at=NOW))
    party_resolve(actor=REGISTRAR, name_key="宏图厂", uscc=code(1), reason="同一地址", at=NOW)
    assert matched("宏图厂") == {}  # two bear it, so one decision does not say who is meant next time
    in_act(lambda: party_note(names=["宏图厂"], at=NOW))
    assert [party.results for party in parties_open(REGISTRAR)] == [2]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"reason": " "}, "registry.reason_missing"),
        ({"name_key": "丙厂"}, "registry.party_not_open"),
        ({"uscc": code(9)}, "registry.enterprise_unknown"),
        ({"actor": PUBLIC}, "org.role_missing"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(in_act: InAct, change: dict[str, object], problem: str) -> None:
    record(row(1))
    in_act(lambda: party_note(names=["甲厂"], at=NOW))
    asked = {
        "actor": REGISTRAR,
        "name_key": "甲厂",
        "uscc": code(1),
        "reason": "同一地址",
        "at": NOW,
        **change,
    }
    with pytest.raises(Refused) as refused:
        party_resolve(**asked)  # type: ignore[arg-type]
    assert refused.value.problems[0].code == problem
    assert UnresolvedParty.objects.visible_to(REGISTRAR).get().resolved_to is None


# ---- products -------------------------------------------------------------------------------------


def test_products_are_known_by_producer_name_and_brand(in_act: InAct) -> None:
    record(row(1))
    seen = [
        ProductSeen("电热水壶", "小家电", "宏图", code(1), model="HT-1", batch="2026-01-02"),
        ProductSeen("电热水壶", "小家电", "宏图", code(1), model="HT-1", batch="2026-01-03"),
        ProductSeen("电热水壶 ", "小家电", "宏图", code(1), model="HT-2"),
        ProductSeen("电热水壶", "小家电", "大展", code(1)),
        ProductSeen("电热水壶", "小家电", "宏图", producer_name="某厂"),
        ProductSeen("电热水壶", "小家电", "宏图", producer_name="另一厂"),
    ]
    keys: list[object] = []
    in_act(lambda: keys.extend(products_note(products=seen, at=NOW)))
    again: list[object] = []
    in_act(lambda: again.extend(products_note(products=seen, at=NOW + timedelta(days=1))))
    assert keys == again
    assert Product.objects.visible_to(REGISTRAR).count() == 4
    assert ProductModel.objects.visible_to(REGISTRAR).count() == 2
    assert Batch.objects.visible_to(REGISTRAR).count() == 2
    assert products_of(REGISTRAR, code(1)).count() == 2
    assert not products_of(PUBLIC, code(1)).exists()
    product = Product.objects.visible_to(REGISTRAR).get(brand="大展")
    assert (product.maker, product.producer_id, product.first_seen) == (code(1), code(1), NOW)


def test_statements_do_not_grow_with_the_results(in_act: InAct) -> None:
    def statements(count: int) -> int:
        seen = [ProductSeen(f"壶{number}", model="一", batch="二") for number in range(count)]
        with CaptureQueriesContext(connection) as captured:
            in_act(lambda: products_note(products=seen, at=NOW))
            in_act(lambda: party_note(names=[f"厂{number}" for number in range(count)], at=NOW))
        return len(captured)

    assert statements(2) == statements(500)
