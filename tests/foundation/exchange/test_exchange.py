"""Runs, leases, refused rows and mappings: who may, what is recorded, what stands or falls together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from zhiheng.foundation.exchange import selectors, services
from zhiheng.foundation.exchange.models import ImportRun, Mapping, RefusedRow
from zhiheng.foundation.exchange.problems import Refusal, problem_from_json, problem_to_json, storable
from zhiheng.foundation.exchange.services import Chunk, Claim, StoredFile
from zhiheng.foundation.ledger.acts import act, unchanged
from zhiheng.foundation.ledger.entries import Draft, append
from zhiheng.foundation.ledger.facts.run import ImportOpened
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import PUBLIC, Actor, system
from zhiheng.foundation.org.guard import Unguarded
from zhiheng.kernel.errors import Problem, Refused
from zhiheng.kernel.sheets import ACCEPTED, REFUSED, SKIPPED, CellProblem, Column, Outcome, Row, Sheet, text

AT = datetime(2026, 11, 2, 3, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
FILE = StoredFile("结果.csv", "imports/x", "ab" * 32, 12, {"notes": []}, 4)
SHEET = Sheet("readings", "读数", "Readings", (Column("code", "编号", "Code", text(5), required=True),))
BAD = CellProblem("code", "x", Problem("test.bad", "It is bad: %(why)s", {"why": "so"}, "Mend it."))
CLAIM = Claim("machine/1/1/a", LATER)


def registrar(agency: str, division: str, *held: str) -> Actor:
    return Actor(
        "officer", f"officer:{agency}", agency, agency, division, frozenset(held or {roles.REGISTRAR})
    )


CITY, SIBLING = registrar("HZ", "330100"), registrar("NB", "330200")
PROVINCE, LABORATORY = registrar("ZJ", "330000"), registrar("HZ-LAB", "330100")


@act
def take(*, actor: Actor, rows: Sequence[Row], at: datetime) -> list[Outcome]:
    """A loader: "bad" is refused, "old" was there before, all else is recorded."""
    found = []
    for row in rows:
        state = {"bad": REFUSED, "old": SKIPPED}.get(str(row.values["code"]), ACCEPTED)
        found.append(Outcome(row.number, state, (BAD,) if state == REFUSED else ()))
    drafts = [
        Draft(ImportOpened(f"row-{one.number}", "readings", "x", "y"), at, "330100")
        for one in found
        if one.state == ACCEPTED
    ]
    append(actor=actor, recorded_at=at, drafts=drafts)
    if not drafts:
        unchanged("nothing new")
    return found


def opened(actor: Actor = CITY, claim: Claim | None = CLAIM) -> ImportRun:
    return services.import_open(actor=actor, sheet="readings", mapping="", file=FILE, at=AT, claim=claim)


def chunk(start: int, *words: str, refused: tuple[int, ...] = ()) -> Chunk:
    rows = [Row(start + place + 2, {"code": word}) for place, word in enumerate(words)]
    cells = {row.number: {"code": str(row.values["code"])} for row in rows}
    return Chunk(start, rows, cells, [Refusal(number, {"code": ""}, (BAD,)) for number in refused])


def entries() -> int:
    return Entry.objects.count()


def test_a_chunk_counts_every_row_once(db: None) -> None:
    run = services.chunk_take(
        actor=CITY,
        run=opened(),
        claim=CLAIM,
        chunk=chunk(0, "a", "bad", "old", refused=(9,)),
        load=take,
        at=AT,
    )
    assert (run.position, run.accepted, run.refused, run.skipped) == (4, 1, 2, 1)
    rows = selectors.refused_rows(CITY, run)
    assert [(row.number, row.cells) for row in rows] == [(3, {"code": "bad"}), (9, {})]
    assert rows[0].problems[0]["column"] == "code"
    run = services.import_close(actor=CITY, run=run, claim=CLAIM, at=LATER)
    closed = Entry.objects.get(kind="run.import_closed")
    assert '"rows":4' in closed.payload
    assert (run.state, run.rows_total, run.lease_owner) == ("finished", 4, "")


def test_facts_and_position_fall_together(db: None) -> None:
    run, before = opened(), entries()

    def broken(*, actor: Actor, rows: Sequence[Row], at: datetime) -> list[Outcome]:
        return take(actor=actor, rows=rows, at=at)[:-1]

    with pytest.raises(RuntimeError, match="every row"), transaction.atomic():
        services.chunk_take(actor=CITY, run=run, claim=CLAIM, chunk=chunk(0, "a", "b"), load=broken, at=AT)
    run.refresh_from_db()
    assert (run.position, entries()) == (0, before)


def test_a_chunk_fits_only_at_the_position(db: None) -> None:
    run = opened()
    services.chunk_take(actor=CITY, run=run, claim=CLAIM, chunk=chunk(0, "a"), load=take, at=AT)
    with pytest.raises(RuntimeError, match="stands at 1"), transaction.atomic():
        services.chunk_take(actor=CITY, run=run, claim=CLAIM, chunk=chunk(0, "a"), load=take, at=AT)


def test_only_the_holder_of_the_lease_goes_on(db: None) -> None:
    run, other = opened(), Claim("machine/2/2/b", LATER + timedelta(minutes=5))
    with pytest.raises(Refused, match="Another process"):
        services.lease_take(actor=CITY, run=run, claim=other, at=AT)
    services.lease_take(actor=CITY, run=run, claim=other, at=AT, over=CLAIM.owner)
    with pytest.raises(Refused, match="no longer"):
        services.chunk_take(actor=CITY, run=run, claim=CLAIM, chunk=chunk(0, "a"), load=take, at=AT)
    services.lease_renew(actor=CITY, run=run, claim=other)
    services.lease_drop(actor=CITY, run=run, claim=other)
    services.lease_take(actor=CITY, run=run, claim=CLAIM, at=AT)


def test_a_lease_runs_out(db: None) -> None:
    run = opened()
    assert selectors.waiting(AT) == []
    assert selectors.waiting(LATER) == [run]
    assert [one.pk for one in selectors.leased()] == [run.pk]


def test_cancelling_closes_the_run_for_good(db: None) -> None:
    run = services.import_cancel(actor=CITY, run=opened(), at=AT)
    assert run.state == "cancelled"
    with pytest.raises(Refused, match="no longer"):
        services.chunk_take(actor=CITY, run=run, claim=CLAIM, chunk=chunk(0, "a"), load=take, at=AT)
    with pytest.raises(Refused, match="ended"):
        services.lease_take(actor=CITY, run=run, claim=CLAIM, at=AT)
    before = entries()
    assert services.import_cancel(actor=CITY, run=run, at=AT).state == "cancelled"
    assert entries() == before


def test_a_refused_row_is_mended_once(db: None) -> None:
    run = opened()
    services.chunk_take(actor=CITY, run=run, claim=CLAIM, chunk=chunk(0, "bad"), load=take, at=AT)
    row = selectors.refused_rows(CITY, run)[0]

    def mend(code: str) -> Outcome:
        return services.refused_row_mend(
            actor=CITY, row=row, cells={"code": code}, sheet=SHEET, load=take, at=LATER
        )

    assert mend("").problems[0].problem.code == "cell.missing"
    assert mend("bad").state == REFUSED
    assert mend("good").state == ACCEPTED
    row.refresh_from_db()
    run.refresh_from_db()
    assert (row.state, row.cells, run.mended, run.refused) == (
        RefusedRow.State.MENDED,
        {"code": "good"},
        1,
        1,
    )
    with pytest.raises(Refused, match="mended before"):
        mend("good")


def test_who_sees_a_run(db: None) -> None:
    run = opened()
    for actor, sees in (
        (CITY, 1),
        (PROVINCE, 1),
        (SIBLING, 0),
        (LABORATORY, 0),
        (PUBLIC, 0),
        (system("HZ"), 1),
    ):
        assert selectors.runs(actor).count() == sees, actor.key
    services.chunk_take(actor=CITY, run=run, claim=CLAIM, chunk=chunk(0, "bad"), load=take, at=AT)
    assert [selectors.refused_rows(actor, run).count() for actor in (CITY, PROVINCE, SIBLING, PUBLIC)] == [
        1,
        1,
        0,
        0,
    ]
    with pytest.raises(Refused):
        selectors.run_by_id(SIBLING, run.public_id)
    with pytest.raises(Unguarded):
        list(ImportRun.objects.all())
    with pytest.raises(Unguarded):
        list(RefusedRow.objects.all())
    with pytest.raises(Unguarded):
        list(Mapping.objects.all())


@pytest.mark.parametrize(
    "actor", [PUBLIC, registrar("HZ", "330100", roles.ANALYST), registrar("HZ", "330100", roles.AUDITOR)]
)
def test_only_registrars_import(db: None, actor: Actor) -> None:
    with pytest.raises(Refused, match="role"):
        opened(actor)
    with pytest.raises(Refused, match="role"):
        services.mapping_save(actor=actor, name="m1", sheet=SHEET, body={}, at=AT)


@pytest.mark.parametrize(("actor", "may"), [(PROVINCE, True), (SIBLING, False), (LABORATORY, False)])
def test_a_run_is_worked_at_by_its_agency_and_those_above(db: None, actor: Actor, may: bool) -> None:
    run = opened()
    if may:
        assert services.import_cancel(actor=actor, run=run, at=AT).state == "cancelled"
        return
    with pytest.raises(Refused, match="not yours"):
        services.import_cancel(actor=actor, run=run, at=AT)


def test_mappings_are_saved_replaced_and_found(db: None) -> None:
    body = {"column": {"code": {"from": "their code"}}}
    services.mapping_save(actor=PROVINCE, name="m1", sheet=SHEET, body=body, at=AT)
    before = entries()
    services.mapping_save(actor=PROVINCE, name="m1", sheet=SHEET, body=body, at=LATER)
    assert entries() == before
    found = selectors.mapping_by_name(CITY, "m1")
    assert found is not None
    assert found.agency == "ZJ"
    other = {"column": {"code": {"from": "ours"}}}
    services.mapping_save(actor=CITY, name="m1", sheet=SHEET, body=other, at=LATER)
    found = selectors.mapping_by_name(CITY, "m1")
    assert found is not None
    assert found.agency == "HZ"
    assert selectors.mapping_by_name(PUBLIC, "m1") is None
    services.mapping_save(actor=CITY, name="m1", sheet=SHEET, body=body, at=LATER)
    assert Mapping.objects.visible_to(system("x")).count() == 2
    with pytest.raises(Refused):
        services.mapping_save(actor=CITY, name="Ünsafe", sheet=SHEET, body=body, at=AT)


def test_texts_that_no_database_takes_are_kept_by_a_sign(db: None) -> None:
    assert storable("a\x00b\ud800c") == "a\u2400b\ufffdc"
    assert len(storable("x" * 10_000)) == 4001
    run = opened()
    broken = Refusal(2, {"code": "a\x00b"}, (CellProblem("code", "a\x00b", BAD.problem),))
    services.chunk_take(actor=CITY, run=run, claim=CLAIM, chunk=Chunk(0, [], {}, [broken]), load=take, at=AT)
    assert selectors.refused_rows(CITY, run)[0].cells == {"code": "a\u2400b"}


def test_a_problem_comes_back_as_it_went() -> None:
    assert problem_from_json(problem_to_json(BAD.problem)) == BAD.problem
