"""The spine: chained, append-only, verified, and never forgotten by an act."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from django.db import DatabaseError, connection, transaction

from tests.foundation.ledger.conftest import NOW, Record, result
from zhiheng.foundation.ledger import guard
from zhiheng.foundation.ledger.acts import ACTS, LedgerForgotten, OutsideAct, act, unchanged
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.entries import Draft, append, micros, moment
from zhiheng.foundation.ledger.facts.base import Subject, all_facts, decode
from zhiheng.foundation.ledger.models import Book, Checkpoint, Entry, EntrySubject, entry_id, split_id
from zhiheng.foundation.ledger.verify import ledger_verify
from zhiheng.foundation.org.actors import system
from zhiheng.kernel.errors import Refused

pytestmark = pytest.mark.django_db


def tamper(sql: str, *values: object) -> None:
    """Change the database as somebody would who owns it."""
    guard.lower_guard(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    guard.raise_guard(connection)


def test_entries_are_chained_and_verify(record: Record) -> None:
    recorded = record(count=5) + record(first=5, count=2)
    assert [entry.number for entry in recorded] == [1, 2, 3, 4, 5, 6, 7]
    entries = list(Entry.objects.all())
    assert bytes(entries[0].previous) == bytes(32)
    assert all(bytes(b.previous) == bytes(a.hash) for a, b in pairwise(entries))
    verification = ledger_verify()
    assert verification.intact
    assert verification.entries == 7


def test_each_agency_has_a_book_of_its_own(record: Record) -> None:
    record(count=2, agency="A1")
    record(count=3, agency="A2")
    assert dict(Book.objects.values_list("key", "head")) == {"A1": 2, "A2": 3}
    assert ledger_verify().books == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET payload = '{}'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_entrysubject SET key = 'x'",
        "DELETE FROM ledger_entrysubject",
        "UPDATE ledger_checkpoint SET entries = 0",
        "DELETE FROM ledger_checkpoint",
    ],
)
def test_the_database_refuses_to_change_what_is_on_record(record: Record, statement: str) -> None:
    record()
    checkpoint_take(at=NOW)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert ledger_verify().intact


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("payload", '{"verdict":"conforming"}'),
        ("occurred_at", 1),
        ("recorded_at", 1),
        ("actor", "officer:7"),
        ("agency", "B"),
        ("division", "900102"),
        ("basis", "x"),
        ("corrects", 5),
        ("kind", "other"),
        ("version", 9),
        ("subjects", "enterprise:x"),
        ("algorithm", "sha256"),
    ],
)
def test_a_changed_value_is_found_and_named(record: Record, column: str, value: object) -> None:
    record(count=6)
    third = entry_id(Book.objects.get().pk, 3)
    tamper(f"UPDATE ledger_entry SET {column} = %s WHERE id = %s", value, third)
    broken = ledger_verify().broken
    assert [(found.book, found.number) for found in broken][:1] == [("A1", 3)]


def test_one_changed_byte_is_found_and_named(record: Record) -> None:
    record(count=6)
    fourth = entry_id(Book.objects.get().pk, 4)
    tamper("UPDATE ledger_entry SET payload = replace(payload, '1089', '1088') WHERE id = %s", fourth)
    assert ledger_verify().broken[0].number == 4
    assert ledger_verify().broken[0].problem.code == "ledger.altered"


def test_a_removed_entry_is_found_and_named(record: Record) -> None:
    record(count=6)
    tamper("DELETE FROM ledger_entry WHERE id = %s", entry_id(Book.objects.get().pk, 2))
    assert (ledger_verify().broken[0].number, ledger_verify().broken[0].problem.code) == (2, "ledger.gap")


def test_a_cut_tail_is_found(record: Record) -> None:
    record(count=6)
    book = Book.objects.get()
    tamper("DELETE FROM ledger_entry WHERE id > %s", entry_id(book.pk, 4))
    assert ledger_verify().broken[0].number == 5


def test_a_cut_tail_with_a_mended_head_is_found_by_the_checkpoint(record: Record) -> None:
    record(count=6)
    checkpoint_take(at=NOW)
    book = Book.objects.get()
    tamper("DELETE FROM ledger_entry WHERE id > %s", entry_id(book.pk, 4))
    tamper("DELETE FROM ledger_entrysubject WHERE entry_id > %s", entry_id(book.pk, 4))
    fourth = Entry.objects.get(number=4)
    Book.objects.update(head=4, head_hash=bytes(fourth.hash))
    assert ledger_verify().broken[0].book == "checkpoint"


def test_a_hidden_archive_line_is_found(record: Record) -> None:
    record(count=3)
    tamper("DELETE FROM ledger_entrysubject WHERE kind = %s AND key = %s", "result", "key1")
    assert ledger_verify().broken[0].book == "index"


def test_an_added_entry_behind_the_head_is_found(record: Record) -> None:
    record(count=3)
    Book.objects.update(head=2, head_hash=bytes(Entry.objects.get(number=2).hash))
    assert ledger_verify().broken[0].problem.code == "ledger.beyond"


def test_many_processes_find_the_same(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranges are joined at their ends: the chain must not break unseen between two of them."""
    from zhiheng.foundation.ledger import verify

    monkeypatch.setattr(verify, "RANGE", 4)
    record(count=11)
    assert ledger_verify().intact
    tamper("UPDATE ledger_entry SET previous = %s WHERE number = 5", bytes(32))
    assert ledger_verify().broken[0].number == 5


def test_checkpoints_bind_the_heads_and_each_other(record: Record) -> None:
    record(count=2)
    first = checkpoint_take(at=NOW)
    assert checkpoint_take(at=NOW + timedelta(days=1)) == first, "nothing moved, so nothing new is bound"
    record(first=2, count=2, agency="A2")
    second = checkpoint_take(at=NOW + timedelta(days=1))
    assert second.number == 2
    assert bytes(Checkpoint.objects.get(number=2).previous) == first.root
    assert [(key, head) for key, head, _ in second.heads] == [("A1", 2), ("A2", 2)]
    assert ledger_verify().checkpoints == 2
    tamper("UPDATE ledger_checkpoint SET at = at + 1 WHERE number = 1")
    assert ledger_verify().broken[0].number == 1


def test_an_act_that_forgets_the_ledger_fails_and_changes_nothing() -> None:
    @act
    def forgetful() -> None:
        Book.objects.create(key="X")

    ACTS.pop(f"{forgetful.__module__}.{forgetful.__qualname__}")
    with pytest.raises(LedgerForgotten, match="forgetful"):
        forgetful()
    assert not Book.objects.exists()


def test_an_act_may_say_that_nothing_changed() -> None:
    @act
    def idle() -> str:
        unchanged("it was so already")
        return "done"

    ACTS.pop(f"{idle.__module__}.{idle.__qualname__}")
    assert idle() == "done"


def test_nothing_is_recorded_outside_an_act() -> None:
    with pytest.raises(OutsideAct):
        append(actor=system("A1"), recorded_at=NOW, drafts=[Draft(result(1), NOW, "900101")])


def test_a_line_break_in_a_head_is_refused(record: Record) -> None:
    @act
    def broken(basis: str, key: str) -> None:
        append(
            actor=system("A1"),
            recorded_at=NOW,
            drafts=[Draft(result(1), NOW, "900101", basis=basis, subjects=(Subject("run", key),))],
        )

    ACTS.pop(f"{broken.__module__}.{broken.__qualname__}")
    with pytest.raises(Refused, match="line break"):
        broken("a\nb", "k")
    with pytest.raises(Refused, match="holds a space"):
        broken("a", "k k")
    assert not Entry.objects.exists()


def test_times_are_the_same_everywhere() -> None:
    assert micros(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert micros(date(2026, 3, 2)) == micros(datetime(2026, 3, 1, 16, tzinfo=UTC)), "a day begins in Beijing"
    there = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=timezone(timedelta(hours=-5)))
    assert moment(micros(there)) == there
    with pytest.raises(ValueError, match="time zone"):
        micros(datetime(2026, 3, 2))


def test_an_id_is_its_book_and_number() -> None:
    assert split_id(entry_id(7, 123)) == (7, 123)


def test_a_fact_comes_back_as_it_went_in(record: Record) -> None:
    import json

    record(count=1)
    entry = Entry.objects.get()
    assert decode(entry.kind, entry.version, json.loads(entry.payload)) == result(0)
    assert set(EntrySubject.objects.values_list("kind", "key")) == {
        ("enterprise", "91330100799655058B"),
        ("result", "key0"),
    }


def test_an_empty_value_costs_nothing_and_false_is_not_empty() -> None:
    payload = replace(result(1), counterfeit=False, note="").payload()
    assert payload["counterfeit"] is False
    assert "note" not in payload


def test_an_unknown_fact_is_refused() -> None:
    with pytest.raises(Refused, match="version 99"):
        decode("spot_check.result", 99, {})


def test_every_fact_has_a_kind_of_its_own_and_says_what_it_is() -> None:
    facts = list(all_facts())
    assert len({(fact.KIND, fact.VERSION) for fact in facts}) == len(facts)
    assert all(fact.__doc__ for fact in facts)
