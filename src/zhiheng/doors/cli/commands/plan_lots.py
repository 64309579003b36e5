"""`zhiheng plan variables|switch`: a plan for measured values, and a history of lots.

Without a server and without a database, as the toolbox does it. Shares are from 0 to 1. This module
refuses to compute; the methods do.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands.options import Json, To
from zhiheng.doors.cli.commands.plan import ROWS_MOST, must_be_there, rows_refused
from zhiheng.doors.cli.commands.plan_writing import form_of, table_written
from zhiheng.doors.cli.refusals import wrongly_written
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_

if TYPE_CHECKING:
    from zhiheng.doors.toolbox.lothistory import History
    from zhiheng.doors.toolbox.variableplans import Ruling
    from zhiheng.methods.sampling.variables import VariablesPlan

SAMPLE_MOST: Final = 10_000_000  # bytes of a file of measured values
_BETWEEN: Final = re.compile(r"[\s,;，；、]+")


def variables(  # noqa: PLR0913  one argument an option
    prq: Annotated[
        float | None, typer.Option("--prq", help=N_("Share nonconforming that should pass."))
    ] = None,
    crq: Annotated[
        float | None, typer.Option("--crq", help=N_("Share nonconforming that should fail."))
    ] = None,
    alpha: Annotated[float, typer.Option("--producer-risk", help=N_("Of rejecting at --prq."))] = 0.05,
    beta: Annotated[float, typer.Option("--consumer-risk", help=N_("Of accepting at --crq."))] = 0.10,
    sigma: Annotated[
        str, typer.Option("--sigma", help=N_("Standard deviation of the process: unknown or known."))
    ] = "unknown",
    size: Annotated[int | None, typer.Option("--n", help=N_("Sample size of a plan that is given."))] = None,
    constant: Annotated[
        float | None, typer.Option("--k", help=N_("Acceptability constant of a plan that is given."))
    ] = None,
    values: Annotated[
        Path | None, typer.Option("--values", help=N_("A text file of measured values, to be judged."))
    ] = None,
    mean: Annotated[float | None, typer.Option("--mean", help=N_("Or the mean of the sample."))] = None,
    deviation: Annotated[
        float | None,
        typer.Option("--deviation", help=N_("s of the sample beside a mean; σ where it is known.")),
    ] = None,
    lower: Annotated[float | None, typer.Option("--lower", help=N_("Lower specification limit."))] = None,
    upper: Annotated[float | None, typer.Option("--upper", help=N_("Upper specification limit."))] = None,
    control: Annotated[
        str, typer.Option("--control", help=N_("Of two limits: combined or separate."))
    ] = "combined",
    as_json: Json = False,
) -> int:
    """Find a plan by variables, or judge a sample by one."""
    given = size is not None and constant is not None
    if given == (prq is not None and crq is not None):
        raise wrongly_written(
            "cli.variables_kind",
            N_("A plan by variables is found by two points, or it is given: one of them."),
            N_("Give --prq and --crq, or --n and --k."),
        )
    from zhiheng.doors.cli.opening import without_database

    without_database()
    from zhiheng.doors.toolbox import variableplans
    from zhiheng.doors.toolbox.refusals import refusals_of_methods
    from zhiheng.methods.sampling.variables import VariablesPlan

    known: Any = sigma
    sample = _values_in(values)
    with refusals_of_methods():
        if given:
            plan = VariablesPlan(size or 0, constant or 0.0, known)
        else:
            plan = variableplans.found_plan(prq or 0.0, crq or 0.0, alpha, beta, known)
        ruling = None
        if sample is not None or mean is not None:
            limits: dict[str, Any] = {"lower": lower, "upper": upper, "control": control}
            ruling = variableplans.ruled(plan, values=sample, mean=mean, deviation=deviation, **limits)
        return _variables_answered(plan, ruling, as_json=as_json)


def _values_in(file: Path | None) -> list[float] | None:
    if file is None:
        return None
    must_be_there(file)
    if file.stat().st_size > SAMPLE_MOST:
        raise wrongly_written(
            "cli.sample_large",
            N_("The file %(path)s is larger than a sample can be."),
            N_("Give a text file that holds the measured values alone."),
            path=str(file),
        )
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    found = []
    for place, part in enumerate((part for part in _BETWEEN.split(text) if part), 1):
        try:
            found.append(float("_" if "_" in part else part))
        except ValueError:
            raise wrongly_written(
                "cli.sample_value",
                N_("Value %(place)d is “%(found)s”: not a number."),
                N_("Write numbers with a decimal point, with blanks, commas or line breaks between them."),
                place=place,
                found=part[:20],
            ) from None
    return found


def _variables_answered(plan: VariablesPlan, ruling: Ruling | None, *, as_json: bool) -> int:
    from dataclasses import asdict

    from zhiheng.doors.toolbox import plans, variableplans

    curve = variableplans.curve_of(plan)
    if as_json:
        output.answer_json(
            {
                "sample_size": plan.sample_size,
                "constant": plan.constant,
                "sigma": plan.sigma,
                "largest": curve.largest,
                "standard": variableplans.STANDARD,
                "points": [{"p": one.p, "accepted": one.accepted} for one in curve.named],
                "verdict": None if ruling is None else _finite(asdict(ruling)),
            }
        )
        return refusals.DONE
    output.answer(
        _("Sample size n = %(n)d, k = %(k)s") % {"n": plan.sample_size, "k": f"{plan.constant:.6g}"}
    )
    if ruling is not None:
        for name, value in _finite(asdict(ruling)).items():
            output.answer(f"  {name}: {value:.6g}" if isinstance(value, float) else f"  {name}: {value}")
        output.answer(variableplans.verdict(plan, ruling))
    rows = [(plans.quality(one.p), f"{one.accepted:.4f}") for one in curve.named]
    output.table((_("Quality of the lot"), _("Probability of acceptance")), rows)
    return refusals.DONE


def _finite(found: dict[str, Any]) -> dict[str, Any]:
    """JSON has no infinity: a statistic is null where all values are the same."""
    infinite = (float("inf"), float("-inf"))
    return {name: None if value in infinite else value for name, value in found.items()}


def switch(
    file: Annotated[Path, typer.Argument(help=N_("A history of lots: xlsx, CSV or Parquet."))],
    start: Annotated[
        str, typer.Option("--start", help=N_("Severity of the first lot: normal, tightened or reduced."))
    ] = "normal",
    reduced: Annotated[
        bool, typer.Option("--reduced/--no-reduced", help=N_("Whether the authority agrees to reduced."))
    ] = True,
    to: To = None,
    as_json: Json = False,
) -> int:
    """Follow the switching rules over a history of lots."""
    form = form_of(to)
    if start not in ("normal", "tightened", "reduced"):
        raise wrongly_written(
            "cli.switch_start",
            N_("No history begins with “%(start)s”."),
            N_("Choose normal, tightened or reduced."),
            start=start[:40],
        )
    from zhiheng.doors.cli.opening import without_database

    without_database()
    from zhiheng.doors.toolbox import lothistory
    from zhiheng.doors.toolbox.sheets import LOTS
    from zhiheng.doors.toolbox.tables import in_file

    must_be_there(file)
    given = in_file(LOTS, file, ROWS_MOST)
    if given.problems:
        return rows_refused(given)
    begun: Any = start
    found = lothistory.followed(
        lothistory.lots_of([row.values for row in given.rows]), authorised=reduced, start=begun
    )
    written = table_written(_table(found), to, form, as_json=as_json, digest=given.digest)
    for text in (*lothistory.means(found), *lothistory.outlook(found.final, authorised=reduced)):
        output.note(text)
    return written


def _table(found: History) -> Any:
    from zhiheng.doors.exports.table import ExportColumn, Table

    counts = tuple(ExportColumn(name, "integer") for name in ("n", "acceptance_number", "nonconforming"))
    columns = (
        ExportColumn("label"),
        *counts,
        ExportColumn("accepted", "truth"),
        ExportColumn("severity"),
        ExportColumn("score", "integer"),
        ExportColumn("severity_after"),
        ExportColumn("reason"),
    )
    rows = [
        (
            step.lot.label,
            step.lot.n,
            step.lot.acceptance,
            step.lot.found,
            step.lot.accepted,
            step.severity,
            step.score,
            step.after,
            step.reason,
        )
        for step in found.steps
    ]
    return Table("switching", "switching", columns, rows)
