"""The archive of an enterprise: what the ledger says about it, to whom, in which order."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.foundation.ledger.conftest import NOW, result
from zhiheng.foundation.ledger.acts import ACTS, act
from zhiheng.foundation.ledger.entries import Draft, Recorded, append
from zhiheng.foundation.ledger.facts.base import Fact
from zhiheng.foundation.ledger.facts.enterprise import EnterpriseRecorded, PartyResolved
from zhiheng.foundation.ledger.facts.spot_check import SpotCheckResult
from zhiheng.foundation.ledger.selectors import archive
from zhiheng.foundation.org.actors import NATION, PUBLIC, Actor, system
from zhiheng.kernel.errors import Refused

pytestmark = pytest.mark.django_db
USCC = "91330100799655058B"
TODAY = date(2026, 3, 2)


def officer(agency: str, division: str) -> Actor:
    return Actor("officer", "officer:1", "officer", agency, division)


@act
def facts_record(*, agency: str, drafts: list[Draft]) -> list[Recorded]:
    return append(actor=system(agency), recorded_at=NOW, drafts=drafts)


# The test that enumerates the acts of the program must not meet this one.
ACTS.pop(f"{facts_record.__module__}.{facts_record.__qualname__}", None)


def published(number: int, day: date | None) -> SpotCheckResult:
    from dataclasses import replace

    return replace(result(number), published_on=day)


def put(
    fact: Fact, agency: str = "A1", division: str = "330106", days: int = 0, corrects: int | None = None
) -> int:
    draft = Draft(fact, TODAY + timedelta(days=days), division, corrects=corrects)
    return facts_record(agency=agency, drafts=[draft])[0].id


def shown(actor: Actor, on: date = TODAY) -> set[int]:
    return {entry.id for entry in archive(actor, USCC, on=on).entries}


def test_the_public_sees_particulars_and_published_results() -> None:
    particulars = put(EnterpriseRecorded(USCC, "某某公司", "330106"))
    open_result = put(published(1, date(2026, 2, 1)))
    of_today = put(published(2, TODAY))
    of_tomorrow = put(published(3, TODAY + timedelta(days=1)))
    put(published(4, None))
    put(PartyResolved("某某", USCC, "同一地址", 2))
    put(EnterpriseRecorded("91330106MA27XL0A5C", "另一公司", "330106"))
    assert shown(PUBLIC) == {particulars, open_result, of_today}
    assert shown(PUBLIC, TODAY + timedelta(days=1)) == {particulars, open_result, of_today, of_tomorrow}


@pytest.mark.parametrize(
    ("actor", "sees"),
    [
        (officer("B1", "330100"), True),
        (officer("B1", "330106"), True),
        (officer("B1", NATION), True),
        (officer("A1", "110000"), True),  # its own agency recorded it
        (officer("B1", "330200"), False),
        (officer("B1", "110000"), False),
        (system("B1"), True),
        (PUBLIC, False),
    ],
)
def test_an_unpublished_result_is_seen_by_its_place_and_its_agency(actor: Actor, sees: bool) -> None:
    hidden = put(published(1, None))
    known = put(published(2, TODAY))
    assert shown(actor) == ({hidden, known} if sees else {known})


def test_an_entry_says_what_corrects_it() -> None:
    first = put(EnterpriseRecorded(USCC, "甲公司", "330106"))
    second = put(EnterpriseRecorded(USCC, "乙公司", "330106"), corrects=first)
    third = put(EnterpriseRecorded(USCC, "丙公司", "330106"), corrects=second)
    found = {entry.id: entry for entry in archive(PUBLIC, USCC, on=TODAY).entries}
    assert [(found[each].corrects, found[each].corrected_by) for each in (first, second, third)] == [
        (None, second),
        (first, third),
        (second, None),
    ]
    fact = found[third].fact
    assert isinstance(fact, EnterpriseRecorded)
    assert fact.name == "丙公司"


def test_a_correction_that_may_not_be_shown_is_not_named() -> None:
    first = put(published(1, TODAY))
    second = put(published(1, None), corrects=first)
    assert [entry.corrected_by for entry in archive(PUBLIC, USCC, on=TODAY).entries] == [None]
    seen = archive(officer("A1", "110000"), USCC, on=TODAY).entries
    assert {entry.id: entry.corrected_by for entry in seen} == {first: second, second: None}


def test_the_latest_occurrence_comes_first_over_all_books() -> None:
    for number in range(12):
        put(published(number, TODAY), agency=f"A{number % 3}", days=-((number * 5) % 12) // 2)
    whole = archive(PUBLIC, USCC, on=TODAY).entries
    assert [entry.occurred_at for entry in whole] == sorted((e.occurred_at for e in whole), reverse=True)
    assert whole[0].occurred_at == datetime(2026, 3, 2, tzinfo=timezone(timedelta(hours=8)))
    pages, before = [], None
    while True:
        page = archive(PUBLIC, USCC, before, 5, on=TODAY)
        pages += page.entries
        before = page.next
        if not before:
            break
    assert pages == list(whole)


def test_two_queries_at_most() -> None:
    for number in range(20):
        put(published(number, TODAY))
    with CaptureQueriesContext(connection) as captured:
        archive(officer("A1", "330100"), USCC, on=TODAY)
    assert len(captured) == 2
    with CaptureQueriesContext(connection) as captured:
        assert archive(PUBLIC, "91330106MA27XL0A5C", on=TODAY).entries == ()
    assert len(captured) == 1


@pytest.mark.parametrize("before", ["x", "1", "1.2.3", "' OR 1=1"])
def test_a_made_up_page_is_refused(before: str) -> None:
    with pytest.raises(Refused) as refused:
        archive(PUBLIC, USCC, before, on=TODAY)
    assert refused.value.problems[0].code == "archive.page"
