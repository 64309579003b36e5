"""The public quality archive of an enterprise: what may be known of it, from when, and how to check it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhiheng.domains.supervision.selectors import Filters, results
from zhiheng.doors.portal.places import place_names
from zhiheng.doors.portal.rows import result_rows
from zhiheng.doors.portal.visit import Visit, absent, public_page
from zhiheng.doors.portal.words import told
from zhiheng.foundation.ledger.selectors import archive
from zhiheng.foundation.registry.selectors import enterprise_by_uscc, names_of
from zhiheng.kernel.codes import uscc as codes
from zhiheng.kernel.errors import N_, Problem, Refused

RESULTS: Final = 10
ENTRIES: Final = 20


@dataclass(frozen=True, slots=True)
class CodePart:
    """Some characters of the code and what they say."""

    characters: str
    meaning: str


@public_page
def enterprise(visit: Visit, uscc: str) -> HttpResponse:
    """`/enterprises/USCC/`; `before` leads through the archive."""
    code = _code(uscc)
    found = enterprise_by_uscc(visit.actor, code.value)
    if found is None:
        raise absent(
            N_("No enterprise with the code %(code)s is in this registry."),
            N_("The code is well formed. Search by name: the enterprise may be known under another code."),
            code=code.value,
        )
    page = archive(
        visit.actor, found.uscc, before=visit.GET.get("before") or None, limit=ENTRIES, on=visit.today
    )
    produced = list(results(visit.actor, visit.today, Filters(producer=found.uscc))[: RESULTS + 1])
    context = {
        "enterprise": found,
        "place": place_names([found.division]).get(found.division, found.division),
        "names": [name for name in names_of(visit.actor, found.uscc) if not name.current],
        "parts": parts_of(code),
        "warnings": code.warnings,
        "produced": result_rows(produced[:RESULTS]),
        "more": len(produced) > RESULTS,
        "entries": told(page.entries),
        "next": page.next,
        "first": not visit.GET.get("before"),
    }
    return render(visit, "portal/enterprise.html", context)


def _code(text: str) -> codes.Uscc:
    """The code, or a page that says what is wrong with it: nothing stands under such an address."""
    try:
        return codes.parse(text)
    except Refused as refused:
        not_there = Problem(
            "portal.absent", N_("No enterprise can have the code %(code)s."), {"code": text[:40]}
        )
        raise Refused(not_there, *refused.problems) from refused


def parts_of(code: codes.Uscc) -> tuple[CodePart, ...]:
    """What the characters of a code say."""
    return (
        CodePart(code.department, _("who registers: 9 is market supervision")),
        CodePart(code.category, _("what it is: 1 an enterprise, 2 a sole trader, 3 a farmers' cooperative")),
        CodePart(code.division, _("the place of the authority that first registered it")),
        CodePart(code.subject, _("its own number, the former organisation code")),
        CodePart(code.check, _("the check character, computed from the 17 before it (GB 32100-2015)")),
    )
