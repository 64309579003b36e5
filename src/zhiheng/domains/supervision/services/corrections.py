"""Correcting one result, with a reason: a new entry that supersedes the last, never an edit without trace.

A correction is written in the cells of the sheet and passes the same checks as an import. The
record number and its source cannot be corrected: they say which record is meant. This module
refuses to correct what somebody else has corrected since it was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, cast

from zhiheng.domains.supervision import policy, sheets
from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.services import lookups, parties, statements
from zhiheng.domains.supervision.services.statements import Named, Values
from zhiheng.foundation.ledger.acts import act
from zhiheng.foundation.ledger.entries import BEIJING, Draft, append
from zhiheng.foundation.ledger.facts.base import to_json
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.registry.services import party_note
from zhiheng.kernel.errors import N_, Refused, refuse

_FIXED: Final = ("record", "source")
REASON_LENGTH: Final = 500


@act
def result_correct(
    *, actor: Actor, result: Result, changes: Mapping[str, str], reason: str, at: datetime
) -> Result:
    """Change columns of a result: `changes` holds the new cells by column name, empty to take a value out."""
    policy.result_correct(actor, result.agency, result.entry_division).require()
    require_reason(reason)
    standing = _locked(result)
    values = _corrected(standing, changes)
    _require_place(actor, standing, values, at)
    division = cast(str, values.get("division", "" if standing.division else standing.entry_division))
    division = division or actor.division or standing.entry_division
    known = lookups.known_of([values])
    producer, seller = _named(standing, values, at)
    fact = statements.fact_of(values, standing.key, known, producer, seller)
    draft = Draft(
        replace(fact, reason=reason), statements.dated_on(values), division, corrects=standing.entry
    )
    columns = statements.columns_of(fact, values, known, producer, seller)
    for name, value in zip(statements.FIELDS, columns, strict=True):
        setattr(standing, name, to_json(value) if name == "items" else value)
    standing.entry = append(actor=actor, recorded_at=at, drafts=[draft])[0].id
    standing.entry_division = division
    standing.save()
    return standing


def _require_place(actor: Actor, standing: Result, values: Values, at: datetime) -> None:
    places = lookups.places(actor, [values] if values.get("division", "") != standing.division else [])
    moved = {name: value for name, value in values.items() if name != "division" or value in places}
    found = lookups.refusals(moved, places, at.astimezone(BEIJING).date())
    if found:
        raise Refused(*(cell.problem for cell in found))


def require_reason(reason: str) -> None:
    """Refuse an act that nobody could understand later."""
    if not reason.strip() or len(reason) > REASON_LENGTH:
        raise refuse(
            "result.reason",
            N_("A correction needs a reason of at most %(limit)d characters."),
            N_("Say what was wrong and by which document it is known."),
            limit=REASON_LENGTH,
        )


def _locked(result: Result) -> Result:
    table = Result.objects.unguarded("the act locks the result that it was allowed to correct")
    standing = table.select_for_update().get(pk=result.pk)
    if standing.entry != result.entry:
        raise refuse(
            "result.corrected_meanwhile",
            N_("Somebody has corrected this result since you opened it."),
            N_("Open it again, look at what has changed, and correct it then."),
        )
    return standing


def _corrected(standing: Result, changes: Mapping[str, str]) -> Values:
    """The values after the correction, checked as a row of an import is."""
    cells = statements.cells_of(standing)
    _require_columns(cells, changes)
    _require_codes(cells, changes)
    values, found = sheets.SPOT_CHECKS.read({**cells, **changes})
    if found:
        raise Refused(*(cell.problem for cell in found))
    if values == sheets.SPOT_CHECKS.read(cells)[0]:
        raise refuse(
            "result.nothing_changed",
            N_("The correction changes nothing."),
            N_("Change at least one value, or leave the result as it is."),
        )
    return values


def _require_columns(cells: Mapping[str, str], changes: Mapping[str, str]) -> None:
    for name, cell in changes.items():
        if name not in cells:
            raise refuse("result.no_column", N_("A result has no column %(name)s."), name=name)
        if name in _FIXED and cell != cells[name]:
            raise refuse(
                "result.fixed",
                N_("Record number and source say which record is meant; they cannot be corrected."),
                N_("Record the result anew under the right number, and say so in the note of this one."),
            )


def _require_codes(cells: Mapping[str, str], changes: Mapping[str, str]) -> None:
    # A new name beside the old code would hang the result on the wrong enterprise.
    for name in ("producer", "seller"):
        code = f"{name}_uscc"
        if changes.get(name, cells[name]) != cells[name] and cells[code] and code not in changes:
            raise refuse(
                "result.code_of_old_name",
                N_("The name changes, but the code %(code)s of the former name would stay."),
                N_("Give the code too: the new one, the same one, or none."),
                code=cells[code],
            )


def _named(standing: Result, values: Values, at: datetime) -> tuple[Named, Named]:
    """Both parties: as they stand where the correction leaves them alone, else recognised anew."""
    kept = {
        "producer": Named(
            standing.producer_name,
            standing.producer_uscc,
            cast(str, values.get("producer_place", "")),
            standing.producer_party,
        ),
        "seller": Named(standing.seller_name, standing.seller_uscc, "", standing.seller_party),
    }
    changed = {
        role
        for role, named in kept.items()
        if (values.get(role, ""), values.get(f"{role}_uscc", "")) != (named.name, named.uscc)
    }
    fresh = {name: value for name, value in values.items() if name.removesuffix("_uscc") in changed}
    found = parties.recognised([fresh])
    anew = {"producer": found.producer, "seller": found.seller}
    now = kept | {role: anew[role](values) for role in changed}
    party_note(names=parties.waiting(now[role] for role in changed), at=at)
    return now["producer"], now["seller"]
