"""The act that records enterprises, a chunk of rows at a time.

A new enterprise becomes an entry; a changed one becomes an entry that corrects the last; the same
content again is skipped. It refuses to guess: a division that the table does not know is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from zhiheng.foundation.ledger.acts import act, unchanged
from zhiheng.foundation.ledger.entries import BEIJING, Draft, append, book_open
from zhiheng.foundation.ledger.models import entry_id
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.models import Division
from zhiheng.foundation.registry import policy
from zhiheng.foundation.registry.services import store
from zhiheng.foundation.registry.services.particulars import Known
from zhiheng.kernel.errors import N_, Problem
from zhiheng.kernel.sheets import ACCEPTED, REFUSED, SKIPPED, CellProblem, Outcome, Row


@act
def enterprises_record(*, actor: Actor, rows: Sequence[Row], at: datetime) -> list[Outcome]:
    """Record enterprises as the rows of the sheet `enterprises` state them, one outcome a row.

    An enterprise may stand in several rows: each is compared with what the rows before it left, so
    the outcome does not depend on where a file is cut into chunks.
    """
    policy.enterprises_record(actor).require()
    book = book_open(actor.agency or "public")  # first: acts that append before they call take it first too
    store.lock()
    places = _places({str(row.values["division"]) for row in rows})
    known = store.load({str(row.values["uscc"]) for row in rows})
    today = at.astimezone(BEIJING).date()
    outcomes: list[Outcome] = []
    drafts: list[Draft] = []
    for row in rows:
        uscc, place = str(row.values["uscc"]), str(row.values["division"])
        if place not in places:
            outcomes.append(Outcome(row.number, REFUSED, (_division_unknown(place, places),)))
            continue
        each = known.setdefault(uscc, Known(uscc))
        corrected = each.entry or None
        # The book is locked, so the numbers that the entries will get are known.
        if each.take(row.values, today, entry_id(book.pk, book.head + len(drafts) + 1)):
            drafts.append(Draft(each.fact(), at, place, corrects=corrected))
            outcomes.append(Outcome(row.number, ACCEPTED))
        else:
            outcomes.append(Outcome(row.number, SKIPPED))
    if not drafts:
        unchanged("every row is refused or known")
        return outcomes
    recorded = append(actor=actor, recorded_at=at, drafts=drafts)
    if recorded[0].number != book.head + 1:
        raise RuntimeError("the book moved under its lock")
    store.save([each for each in known.values() if each.touched], at)
    return outcomes


def _places(codes: Collection[str]) -> dict[str, str]:
    """The names of those of these divisions that exist or existed, and of those above them."""
    asked = {above for code in codes for above in (code, *_above(code))}
    return dict(Division.objects.filter(code__among=asked).values_list("code", "name"))


def _above(code: str) -> tuple[str, str]:
    return f"{code[:4]}00", f"{code[:2]}0000"


def _division_unknown(code: str, places: Mapping[str, str]) -> CellProblem:
    """Name the code, and the nearest division above it that exists."""
    message = N_("The table of divisions holds no division %(code)s, neither today's nor a former one.")
    above = next((each for each in _above(code) if each in places), "")
    if above:
        remedy = N_("%(parent)s %(parent_name)s exists: write its code, or that of a division within it.")
        params = {"code": code, "parent": above, "parent_name": places[above]}
        return CellProblem("division", code, Problem("registry.division_unknown", message, params, remedy))
    remedy = N_("Compare it with the list of division codes (GB/T 2260).")
    return CellProblem(
        "division", code, Problem("registry.division_unknown", message, {"code": code}, remedy)
    )
