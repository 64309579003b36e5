"""Results of spot checks: recorded by the chunk, corrected one by one.

Recording is the bulk loader of the sheet `spot-checks`. A record that is known with the same
content is skipped, one that is known with other content is refused: what was recorded changes by a
correction with a reason, never by loading a file. This module refuses to guess who a party is
(`parties`) and to judge a result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from django.db import IntegrityError, connection, transaction

from zhiheng.domains.supervision import policy
from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.services import lookups, parties, statements
from zhiheng.domains.supervision.services.compare import differences
from zhiheng.domains.supervision.services.statements import TableRow, Values
from zhiheng.foundation.ledger.acts import act, unchanged
from zhiheng.foundation.ledger.entries import BEIJING, Draft, append
from zhiheng.foundation.ledger.writer import bulk_insert
from zhiheng.foundation.org.actors import NATION, Actor
from zhiheng.kernel.errors import N_, Problem
from zhiheng.kernel.sheets import ACCEPTED, REFUSED, SKIPPED, UNRESOLVED, CellProblem, Outcome, Row

ATTEMPTS: Final = 3


@act
def results_record(*, actor: Actor, rows: Sequence[Row], at: datetime) -> list[Outcome]:
    """Record the results of a chunk; one outcome for each row, in the order of the rows."""
    policy.results_record(actor).require()
    # SQLite lets one writer in at a time: nothing comes between our look and our write there, and a
    # savepoint would keep a copy of every page that the chunk touches.
    alone = connection.vendor == "sqlite"
    attempts = 1 if alone else ATTEMPTS
    for attempt in range(attempts):
        try:
            with transaction.atomic(savepoint=not alone):
                return _record(actor, rows, at)
        except IntegrityError:
            # Another agency recorded one of these records between our look and our write; look again.
            if attempt == attempts - 1:
                raise
    raise AssertionError("unreachable")


def _record(actor: Actor, rows: Sequence[Row], at: datetime) -> list[Outcome]:
    outcomes, fresh = _sift(actor, rows, at)
    if not fresh:
        unchanged("every row of the chunk is known or refused")
        return [cast(Outcome, outcome) for outcome in outcomes]
    known = lookups.known_of([one.values for one in fresh])
    named = parties.recognised([one.values for one in fresh])
    drafts, rows_of, seen = [], [], []
    for one in fresh:
        producer, seller = named.producer(one.values), named.seller(one.values)
        fact = statements.fact_of(one.values, one.key, known, producer, seller)
        drafts.append(Draft(fact, statements.dated_on(one.values), one.division))
        rows_of.append((one, statements.columns_of(fact, one.values, known, producer, seller)))
        seen.append((one.values, producer, seller))
        problems = named.problems(one.values)
        outcomes[one.place] = Outcome(one.number, UNRESOLVED if problems else ACCEPTED, problems)
    recorded = append(actor=actor, recorded_at=at, drafts=drafts)
    _insert(
        statements.table_row(columns, one.stated, entry.id, (one.division, actor.agency))
        for (one, columns), entry in zip(rows_of, recorded, strict=True)
    )
    parties.note(seen, named.registered, at)
    return [cast(Outcome, outcome) for outcome in outcomes]


def _insert(rows: Iterable[TableRow]) -> None:
    # In the order of the keys: two chunks that overlap wait for each other instead of locking each other out.
    bulk_insert(connection, statements.TABLE, statements.TABLE_COLUMNS, sorted(rows))


# ---- which rows are new, and what is wrong with the others ----------------------------------------


@dataclass(frozen=True, slots=True)
class Fresh:
    """A row that will be recorded: its place in the chunk and what is known of it so far."""

    place: int
    number: int
    key: str
    stated: str
    division: str
    values: Values


def _sift(actor: Actor, rows: Sequence[Row], at: datetime) -> tuple[list[Outcome | None], list[Fresh]]:
    keys = [
        statements.result_key(statements.source_of(row.values), cast(str, row.values["record"]))
        for row in rows
    ]
    stated = [statements.stated_digest(row.values) for row in rows]
    standing = _standing(keys, stated)
    places = lookups.places(actor, [row.values for row in rows])
    today = at.astimezone(BEIJING).date()
    own = actor.division or NATION
    first: dict[str, int] = {}
    outcomes: list[Outcome | None] = []
    fresh: list[Fresh] = []
    for place, (row, key, digest) in enumerate(zip(rows, keys, stated, strict=True)):
        if key in standing:
            outcomes.append(_known_already(actor, row, digest, standing[key]))
            continue
        if key in first:
            outcomes.append(_twice(row, digest, rows[first[key]], stated[first[key]]))
            continue
        problems = lookups.refusals(row.values, places, today)
        if problems:
            outcomes.append(Outcome(row.number, REFUSED, problems))
            continue
        first[key] = place
        outcomes.append(None)
        division = cast(str, row.values.get("division", own))
        fresh.append(Fresh(place, row.number, key, digest, division, row.values))
    return outcomes, fresh


def _standing(keys: Sequence[str], stated: Sequence[str]) -> dict[str, Result | str]:
    """What is recorded under these keys: the digest where it is the same as ours, else the whole result."""
    table = Result.objects.unguarded("a record is known or not, whoever recorded it")
    found = dict(table.filter(key__among=set(keys)).values_list("key", "stated"))
    standing: dict[str, Result | str] = dict(found)
    other = {key for key, digest in zip(keys, stated, strict=True) if found.get(key, digest) != digest}
    if other:
        standing.update((result.key, result) for result in table.filter(key__among=other))
    return standing


def _known_already(actor: Actor, row: Row, digest: str, standing: Result | str) -> Outcome:
    if isinstance(standing, str) or standing.stated == digest:
        return Outcome(row.number, SKIPPED)
    problems = differences(row.values, standing)
    if not problems:
        return Outcome(row.number, SKIPPED)
    if policy.result_correct(actor, standing.agency, standing.entry_division).allowed:
        return Outcome(row.number, REFUSED, problems)
    # What another authority recorded, and may not have published, is not told.
    problem = Problem(
        "result.recorded_elsewhere",
        N_("Another authority has recorded this record with other content."),
        remedy=N_("Compare record number and source; ask that authority when both are right."),
    )
    return Outcome(row.number, REFUSED, (CellProblem("record", str(row.values["record"]), problem),))


def _twice(row: Row, digest: str, earlier: Row, earlier_digest: str) -> Outcome:
    if digest == earlier_digest:
        return Outcome(row.number, SKIPPED)
    problem = Problem(
        "result.twice",
        N_("This record stands in row %(row)d already, with other content."),
        {"row": earlier.number},
        N_("Keep the right one of the two, or give each its own record number."),
    )
    return Outcome(row.number, REFUSED, (CellProblem("record", str(row.values["record"]), problem),))
