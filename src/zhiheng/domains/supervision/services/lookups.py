"""What a chunk of rows has to ask the tables of the organisation: places and agencies, one query each.

This module refuses to decide anything but whether a named place is known, one's own, and in the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import cast

from zhiheng.domains.supervision import policy
from zhiheng.domains.supervision.services.statements import Known, Values
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.models import Agency, Division
from zhiheng.kernel.errors import N_, Problem
from zhiheng.kernel.sheets import CellProblem


def places(actor: Actor, rows: Iterable[Values]) -> Mapping[str, Problem | None]:
    """Each division that is named, with what speaks against it."""
    named = {cast(str, row["division"]) for row in rows if "division" in row}
    if not named:
        return {}
    known = set(Division.objects.filter(code__in=named).values_list("code", flat=True))
    found: dict[str, Problem | None] = {}
    for code in named:
        decision = policy.result_place(actor, code)
        if code not in known:
            found[code] = Problem(
                "result.division_unknown",
                N_("The table of divisions has no %(code)s."),
                {"code": code},
                N_("Look the place up in the list of divisions; former codes are in it too."),
            )
        else:
            found[code] = None if decision.allowed else decision.reason
    return found


def refusals(values: Values, places: Mapping[str, Problem | None], today: date) -> tuple[CellProblem, ...]:
    """What speaks against a row besides what the sheet itself has checked."""
    problems = []
    code = cast(str, values.get("division", ""))
    if code and (problem := places[code]):
        problems.append(CellProblem("division", code, problem))
    sampled = cast("date | None", values.get("sampled_on"))
    if sampled and sampled > today:
        problem = Problem(
            "result.future",
            N_("The day of sampling, %(day)s, has not come yet."),
            {"day": str(sampled)},
            N_("Compare it with the sampling sheet, and the clock of this machine with the time."),
        )
        problems.append(CellProblem("sampled_on", str(sampled), problem))
    return tuple(problems)


def known_of(rows: Iterable[Values]) -> Known:
    """Codes of the agencies that the rows name: by exact name, and only where one agency bears it."""
    wanted = [(row["authority"], row.get("laboratory", "")) for row in rows]
    texts = {cast(str, name) for pair in wanted for name in pair if name}
    found: dict[tuple[str, str], str] = {}
    for name, kind, code in (
        Agency.objects.unguarded("agencies are public")
        .filter(name__in=texts, kind__in=(Agency.Kind.AUTHORITY, Agency.Kind.LABORATORY))
        .values_list("name", "kind", "code")
    ):
        found[name, kind] = "" if (name, kind) in found else code
    by_kind = {
        kind: {n: code for (n, k), code in found.items() if k == kind} for kind in {k for _, k in found}
    }
    return Known(by_kind.get(Agency.Kind.AUTHORITY, {}), by_kind.get(Agency.Kind.LABORATORY, {}))
