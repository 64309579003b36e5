"""`zhiheng plan find|sizes|allocate`: the tools of the toolbox, without a server and without a database.

Shares are from 0 to 1. This module refuses to compute; the methods do.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands.options import Json, To
from zhiheng.doors.cli.commands.plan_writing import form_of, table_written
from zhiheng.doors.cli.refusals import wrongly_written
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_

if TYPE_CHECKING:
    from zhiheng.doors.toolbox.allocating import Allocated
    from zhiheng.doors.toolbox.plans import Plan
    from zhiheng.doors.toolbox.tables import Given

ROWS_MOST: Final = 1_000_000
SHOWN_MOST: Final = 20

LotSize = Annotated[int | None, typer.Option("--lot", help=N_("Size of the lot or population."))]
Confidence = Annotated[float, typer.Option("--level", help=N_("Confidence level of the interval."))]
Population = Annotated[int | None, typer.Option("--population", help=N_("Units in the population."))]


def find(  # noqa: PLR0913  one argument an option
    lot: LotSize = None,
    aql: Annotated[str, typer.Option("--aql", help=N_("AQL as printed in GB/T 2828.1, such as 1.0."))] = "",
    inspection: Annotated[
        str, typer.Option("--inspection-level", help=N_("S-1 to S-4, I, II or III."))
    ] = "II",
    severity: Annotated[str, typer.Option("--severity", help=N_("normal, tightened or reduced."))] = "normal",
    prq: Annotated[
        float | None, typer.Option("--prq", help=N_("Share nonconforming that should pass."))
    ] = None,
    crq: Annotated[
        float | None, typer.Option("--crq", help=N_("Share nonconforming that should fail."))
    ] = None,
    alpha: Annotated[float, typer.Option("--producer-risk", help=N_("Of rejecting at --prq."))] = 0.05,
    beta: Annotated[float, typer.Option("--consumer-risk", help=N_("Of accepting at --crq."))] = 0.10,
    dql: Annotated[
        float | None, typer.Option("--dql", help=N_("Declared quality level, a share nonconforming."))
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", help=N_("Nonconforming items that do not contradict --dql."))
    ] = 1,
    lqr: Annotated[
        float | None, typer.Option("--lqr", help=N_("Limiting quality ratio; then the limit is found."))
    ] = None,
    as_json: Json = False,
) -> int:
    """Find a single plan, and tell what it does."""
    asked = [name for name, given in (("aql", aql), ("crq", crq), ("dql", dql)) if given not in ("", None)]
    if len(asked) != 1:
        raise wrongly_written(
            "cli.plan_kind",
            N_("A plan is found for a lot, by two points, or for a declaration: one of them."),
            N_("Give --lot and --aql, or --prq and --crq, or --dql."),
        )
    from zhiheng.doors.cli.opening import without_database

    without_database()
    from zhiheng.doors.toolbox.refusals import refusals_of_methods

    with refusals_of_methods():
        if asked == ["aql"]:
            plan, facts = _for_lot(lot, aql, inspection, severity)
        elif asked == ["crq"]:
            plan, facts = _by_points(prq, float(crq or 0), alpha, beta, lot)
        else:
            plan, facts = _of_declaration(float(dql or 0), limit, lqr, lot)
        return _plan_answered(plan, facts, as_json=as_json)


def _for_lot(lot: int | None, aql: str, inspection: Any, severity: Any) -> tuple[Plan, dict[str, Any]]:
    from zhiheng.doors.toolbox.plans import ITEMS_UP_TO, Plan
    from zhiheng.methods.sampling.attributes import single_plan

    if lot is None:
        raise wrongly_written(
            "cli.plan_lot", N_("The size of the lot is not given."), N_("Give it with --lot.")
        )
    found = single_plan(lot_size=lot, aql=aql, level=inspection, severity=severity)
    items = float(aql) <= ITEMS_UP_TO
    plan = Plan(found.sample_size, found.acceptance_number, "binomial" if items else "poisson", lot)
    return plan, {"standard": "GB/T 2828.1-2012", "code_letter": found.tabled.plan_letter}


def _by_points(
    prq: float | None, crq: float, alpha: float, beta: float, lot: int | None
) -> tuple[Plan, dict[str, Any]]:
    """By two points, or with acceptance number 0 by the second alone; one lot where its size is given."""
    from zhiheng.doors.toolbox.plans import Plan
    from zhiheng.methods.sampling.search import find_plan, zero_acceptance_plan

    model: Any = "binomial" if lot is None else "hypergeometric"
    if prq is None:
        zero = zero_acceptance_plan(crq=crq, consumer_risk=beta, lot_size=lot)
        facts = {"accepted_at_crq": zero.acceptance_at_crq}
        return Plan(zero.sample_size, 0, model, lot), {**facts, "accepted_95": zero.quality_mostly_accepted}
    found = find_plan(
        prq=prq, crq=crq, producer_risk=alpha, consumer_risk=beta, distribution=model, lot_size=lot
    )
    plan = Plan(found.sample_size, found.acceptance_number, model, lot)
    return plan, {
        "accepted_at_prq": found.acceptance_at_prq,
        "accepted_at_crq": found.acceptance_at_crq,
    }


def _of_declaration(
    dql: float, limit: int, lqr: float | None, lot: int | None
) -> tuple[Plan, dict[str, Any]]:
    from django.utils.translation import gettext

    from zhiheng.doors.toolbox.plans import Plan
    from zhiheng.methods.sampling import declared

    if lqr is not None:
        found = declared.declared_plan_for_ratio(dql=dql, lqr=lqr, population=lot)
    elif lot is not None:
        items = declared.declared_items(population=lot, dql=dql)
        found = declared.small_population_plan(population=lot, declared=items, limit=limit)
    else:
        found = declared.declared_plan(dql=dql, limit=limit)
    model: Any = "binomial" if lot is None else "hypergeometric"
    return Plan(found.sample_size, found.limit, model, lot, declaration=True), {
        "standard": "GB/T 2828.4-2008" if lot is None else "GB/T 2828.11-2008",
        "basis": gettext(found.basis),
        "risk": found.risk,
        "limiting_quality": found.limiting_quality,
        "lqr": found.lqr,
    }


def _plan_answered(plan: Plan, facts: Mapping[str, Any], *, as_json: bool) -> int:
    from zhiheng.doors.toolbox import plans

    judged = None if plan.whole else plans.judged(plan)
    if as_json:
        points = [{"p": one.p, "accepted": one.accepted} for one in judged.named] if judged else []
        output.answer_json(
            {
                "sample_size": plan.n,
                "acceptance_number": plan.c,
                "rejection_number": plan.rejection,
                "full_inspection": plan.whole,
                **facts,
                "points": points,
            }
        )
        return refusals.DONE
    output.answer(_("Sample size n = %(n)d, Ac = %(c)d, Re = %(r)d") % _counts(plan))
    for name, value in facts.items():
        output.answer(f"  {name}: {value:.6g}" if isinstance(value, float) else f"  {name}: {value}")
    if judged is not None:
        rows = [(plans.quality(one.p, items=plan.items), f"{one.accepted:.4f}") for one in judged.named]
        output.table((_("Quality of the lot"), _("Probability of acceptance")), rows)
    return refusals.DONE


def _counts(plan: Plan) -> dict[str, int]:
    return {"n": plan.n, "c": plan.c, "r": plan.rejection}


def sizes(  # noqa: PLR0913  one argument an option
    half_width: Annotated[
        float | None, typer.Option("--half-width", help=N_("Half-width of the interval, such as 0.03."))
    ] = None,
    rate: Annotated[
        float, typer.Option("--rate", help=N_("Expected share nonconforming; 0.5 is the worst case."))
    ] = 0.5,
    against: Annotated[
        float | None, typer.Option("--against", help=N_("A second rate, to be told apart from --rate."))
    ] = None,
    detect: Annotated[
        float | None, typer.Option("--detect", help=N_("A share nonconforming that must not escape."))
    ] = None,
    power: Annotated[
        float | None, typer.Option("--power", help=N_("Probability of seeing it; 0.8, to detect 0.95."))
    ] = None,
    tolerated: Annotated[
        int, typer.Option("--tolerated", help=N_("Failures that do not count as found."))
    ] = 0,
    level: Confidence = 0.95,
    population: Population = None,
    effect: Annotated[
        float, typer.Option("--design-effect", help=N_("1 for simple random sampling, more for clusters."))
    ] = 1.0,
    method: Annotated[str, typer.Option("--method", help=N_("For a half-width: wilson or wald."))] = "wilson",
    as_json: Json = False,
) -> int:
    """Compute a sample size, and what it reaches."""
    if sum(given is not None for given in (half_width, against, detect)) != 1:
        raise wrongly_written(
            "cli.size_kind",
            N_("A size is computed for a half-width, for a difference, or to detect: one of them."),
            N_("Give --half-width, or --rate and --against, or --detect."),
        )
    from zhiheng.doors.cli.opening import without_database

    without_database()
    from zhiheng.doors.toolbox.refusals import refusals_of_methods
    from zhiheng.methods.survey import sizes as methods

    units = float("inf") if population is None else float(population)
    chosen: Any = method
    with refusals_of_methods():
        if half_width is not None:
            found = methods.for_half_width(
                half_width, rate=rate, level=level, population=units, design_effect=effect, method=chosen
            )
        elif against is not None:
            found = methods.for_difference(rate, against, level=level, power=0.8 if power is None else power)
        else:
            found = methods.to_detect(
                detect or 0.0,
                power=0.95 if power is None else power,
                population=units,
                tolerated=tolerated,
            )
    answer = {
        "size": int(found.size),
        "other": int(found.other),
        "reached": float(found.reached),
        "whole": bool(found.whole),
        "formula": found.formula,
    }
    if as_json:
        output.answer_json(answer)
        return refusals.DONE
    said = _("Sample size: %(size)d") if not answer["other"] else _("Sample sizes: %(size)d and %(other)d")
    output.answer(said % answer)
    output.answer(_("Reached: %(reached).6g (%(formula)s)") % answer)
    return refusals.DONE


def allocate(  # noqa: PLR0913  one argument an option
    file: Annotated[Path, typer.Argument(help=N_("A table of strata: xlsx, CSV or Parquet."))],
    total: Annotated[float, typer.Argument(help=N_("Samples in all; with --method optimum the budget."))],
    method: Annotated[
        str, typer.Option("--method", help=N_("proportional, neyman or optimum (by cost)."))
    ] = "proportional",
    minimum: Annotated[int, typer.Option("--minimum", help=N_("Least samples of every stratum."))] = 2,
    level: Confidence = 0.95,
    to: To = None,
    as_json: Json = False,
) -> int:
    """Share samples out over the strata of a table."""
    form = form_of(to)
    if method not in ("proportional", "neyman", "optimum"):
        raise wrongly_written(
            "cli.allocation_method",
            N_("There is no allocation “%(method)s”."),
            N_("Choose proportional, neyman or optimum."),
            method=method,
        )
    from zhiheng.doors.cli.opening import without_database

    without_database()
    from zhiheng.doors.toolbox.allocating import allocate as shared_out
    from zhiheng.doors.toolbox.allocating import strata_of
    from zhiheng.doors.toolbox.refusals import refusals_of_methods
    from zhiheng.doors.toolbox.sheets import STRATA
    from zhiheng.doors.toolbox.tables import in_file

    must_be_there(file)
    given = in_file(STRATA, file, ROWS_MOST)
    if given.problems:
        return rows_refused(given)
    with refusals_of_methods():
        found = shared_out(
            strata_of([row.values for row in given.rows]),
            method=method,
            total=total,
            minimum=minimum,
            level=level,
        )
    return table_written(_table(found), to, form, as_json=as_json, digest=given.digest)


def must_be_there(file: Path) -> None:
    """Refuse a file that is not there, before anything is read."""
    if not file.is_file():
        raise wrongly_written(
            "cli.no_file",
            N_("The file %(path)s is not there."),
            N_("Look at the name and the folder."),
            path=str(file),
        )


def rows_refused(given: Given) -> int:
    """Name the faulty rows of a table; nothing is computed from it."""
    for one in given.problems[:SHOWN_MOST]:
        output.problem(
            one.problem, lead=_("Row %(row)d, %(column)s: ") % {"row": one.row, "column": one.column}
        )
    left = len(given.problems) - SHOWN_MOST
    if left > 0:
        output.note(_("… and %(left)d more.") % {"left": left})
    return refusals.REFUSED


def _table(found: Allocated) -> Any:
    from zhiheng.doors.exports.table import ExportColumn, Table

    columns = (
        ExportColumn("label"),
        ExportColumn("objects", "integer"),
        ExportColumn("size", "integer"),
        ExportColumn("half_width", "number"),
        ExportColumn("whole", "truth"),
    )
    rows = [(part.stratum.label, part.stratum.objects, part.n, part.half, part.whole) for part in found.parts]
    return Table("allocation", "allocation", columns, rows)
