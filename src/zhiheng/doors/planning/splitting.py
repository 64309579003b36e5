"""From a table of strata to a split budget, and what is told about it.

Strata that come from elsewhere may lack the posterior: it is then fitted kind by kind from their
samples, as the pipeline does it. This module refuses to plan without objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

import numpy as np

from zhiheng.analytics.pipelines.plan_strata import PlanStratum, PlanYear
from zhiheng.doors.planning.reading import Values
from zhiheng.kernel.errors import N_, Problem, Refused, refuse
from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.betabinomial import prior
from zhiheng.methods.survey.budget import Split, split
from zhiheng.methods.survey.budget_inputs import Rules, Stratum

Domain = Literal["kind", "place", "kind+place"]
DOMAINS: Final = ("kind", "place", "kind+place")


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A stratum as it is planned with."""

    product_kind: str
    place: str
    objects: int
    eligible: tuple[int, ...]
    a: float
    b: float
    severity: float
    laboratory: str
    follow_ups: int

    @property
    def rate(self) -> float:
        """The nonconforming share that is expected."""
        return self.a / (self.a + self.b)


@dataclass(frozen=True, slots=True)
class Planned:
    """The split with the strata that it belongs to."""

    lines: tuple[PlanLine, ...]
    domains: tuple[str, ...]
    year: PlanYear
    rules: Rules
    found: Split


def lines_from_pipeline(rows: Sequence[PlanStratum]) -> list[PlanLine]:
    """The strata of the ledger; all kinds are equally severe until somebody says otherwise."""
    return [
        PlanLine(
            row.product_kind, row.place, row.objects, row.eligible, row.a, row.b, 1.0, "", row.follow_ups
        )
        for row in rows
    ]


def lines_from_sheet(rows: Sequence[Values]) -> list[PlanLine]:
    """The strata of a sheet; a posterior that is not stated is fitted from the random samples."""
    seen: set[tuple[object, object]] = set()
    for number, row in enumerate(rows, 2):
        key = (row["product_kind"], row["place"])
        if key in seen:
            raise refuse(
                "plan.twice",
                N_("%(kind)s in %(place)s stands in the table twice."),
                N_("Put the two rows together."),
                kind=str(key[0]),
                place=str(key[1]),
                row=number,
            )
        seen.add(key)
    priors = _priors(rows)
    return [_line(row, priors) for row in rows]


def _priors(rows: Sequence[Values]) -> dict[str, tuple[float, float]]:
    out = {}
    for kind in {str(row["product_kind"]) for row in rows}:
        mine = [row for row in rows if row["product_kind"] == kind]
        try:
            fitted = prior(
                [_number(row, "failures") for row in mine], [_number(row, "samples") for row in mine]
            )
        except InvalidInput as error:
            raise Refused(problem_of(error)) from error
        out[kind] = (fitted.a, fitted.b)
    return out


def _line(row: Values, priors: Mapping[str, tuple[float, float]]) -> PlanLine:
    a, b = priors[str(row["product_kind"])]
    failures, samples = _number(row, "failures"), _number(row, "samples")
    stated: Any = (row.get("a"), row.get("b"))
    eligible: Any = row.get("eligible", ())
    severity: Any = row.get("severity", 1.0)
    return PlanLine(
        product_kind=str(row["product_kind"]),
        place=str(row["place"]),
        objects=_number(row, "objects"),
        eligible=eligible,
        a=float(stated[0]) if None not in stated else a + failures,
        b=float(stated[1]) if None not in stated else b + samples - failures,
        severity=float(severity),
        laboratory=str(row.get("laboratory", "")),
        follow_ups=_number(row, "follow_ups"),
    )


def _number(row: Values, name: str) -> int:
    found = row.get(name, 0)
    return found if isinstance(found, int) else 0


def planned(
    lines: Sequence[PlanLine],
    year: PlanYear,
    rules: Rules,
    *,
    domain: Domain,
    laboratories: Mapping[str, int],
    severities: Mapping[str, float],
) -> Planned:
    """Split the budget over the strata; capacities by name of laboratory, severities by product kind."""
    if not lines:
        raise refuse(
            "plan.no_strata",
            N_("There is nothing to plan: no stratum with objects is known."),
            N_("Choose a place and a period with results, or give a table of strata by --strata."),
        )
    _known("plan.severity", severities, {line.product_kind for line in lines})
    weighed = [replace(line, severity=severities.get(line.product_kind, line.severity)) for line in lines]
    names = _domain_names(weighed, domain)
    labs = sorted({line.laboratory for line in weighed})
    _known("plan.laboratory", laboratories, set(labs))
    numbered = {name: number for number, name in enumerate(names)}
    strata = Stratum(
        objects=np.array([line.objects for line in weighed]),
        a=np.array([line.a for line in weighed]),
        b=np.array([line.b for line in weighed]),
        domain=np.array([numbered[_domain_name(line, domain)] for line in weighed]),
        severity=np.array([line.severity for line in weighed]),
        eligible=_eligible(weighed, year),
        laboratory=np.array([labs.index(line.laboratory) for line in weighed]),
        follow_ups=np.array([line.follow_ups for line in weighed]),
    )
    if laboratories:
        most = [laboratories.get(name, rules.budget) for name in labs]
        rules = replace(rules, laboratory_capacity=np.array(most))
    try:
        found = split(strata, rules)
    except InvalidInput as error:
        raise Refused(_with_name(problem_of(error), labs)) from error
    return Planned(tuple(weighed), tuple(names), year, rules, found)


def problem_of(error: InvalidInput) -> Problem:
    """What a method refuses, as a problem that every door can show."""
    return Problem(error.code, error.message, error.params, error.remedy)


def _with_name(problem: Problem, laboratories: Sequence[str]) -> Problem:
    """A laboratory by its name: the method knows numbers alone."""
    number = problem.params.get("laboratory")
    if not isinstance(number, int):
        return problem
    return replace(problem, params={**problem.params, "laboratory": laboratories[number] or "—"})


def _known(code: str, given: Mapping[str, object], there: set[str]) -> None:
    unknown = sorted(set(given) - there)
    if unknown:
        raise refuse(
            code,
            N_("The strata do not know %(name)s."),
            N_("They know: %(known)s."),
            name=unknown[0],
            known="、".join(sorted(name for name in there if name))[:300] or "—",
        )


def _domain_name(line: PlanLine, domain: Domain) -> str:
    parts = {
        "kind": [line.product_kind],
        "place": [line.place],
        "kind+place": [line.product_kind, line.place],
    }
    return " ".join(parts[domain])


def _domain_names(lines: Sequence[PlanLine], domain: Domain) -> list[str]:
    return sorted({_domain_name(line, domain) for line in lines})


def _eligible(lines: Sequence[PlanLine], year: PlanYear) -> np.ndarray | None:
    if not any(line.eligible for line in lines):
        return None
    for line in lines:
        if line.eligible and len(line.eligible) != year.periods:
            raise refuse(
                "plan.eligible_periods",
                N_("%(kind)s in %(place)s states %(found)d periods, the plan has %(periods)d."),
                N_("Make the strata for the same number of periods, or give --periods %(found)d."),
                kind=line.product_kind,
                place=line.place,
                found=len(line.eligible),
                periods=year.periods,
            )
    whole_year = [line.eligible or (line.objects,) * year.periods for line in lines]
    return np.array(whole_year)


def first_day(text: date | None, until: date) -> date:
    """The first day of the planned year: as stated, else the first of the month after the results end."""
    if text is not None:
        return text
    year, month = divmod(until.year * 12 + until.month, 12)
    return date(year, month + 1, 1)
