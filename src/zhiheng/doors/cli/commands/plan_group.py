"""The group `zhiheng plan`: its commands stand in `plan` (what a sample must be) and `planning` (a year).

Each command is registered here, so that both modules stay free of each other.
"""

from __future__ import annotations

import typer

from zhiheng.doors.cli.commands import plan, plan_frame, plan_lots, planning
from zhiheng.kernel.errors import N_

app = typer.Typer(
    help=N_("Plan samples: how many, from where, and the frame that is drawn from."), no_args_is_help=True
)
app.command(
    "find",
    help=N_(
        "Find a sampling plan. For a lot (--aql), by two points (--prq, --crq), for a declaration (--dql)."
    ),
)(plan.find)
app.command(
    "variables",
    help=N_("Find a plan by variables. By two points, or given (--n, --k); judges a sample against limits."),
)(plan_lots.variables)
app.command(
    "switch",
    help=N_("Follow the switching rules. Over a table of lots: severity, score and reason after each."),
)(plan_lots.switch)
app.command(
    "sizes",
    help=N_(
        "Compute a sample size. For a rate (--half-width), a difference (--against), a detection (--detect)."
    ),
)(plan.sizes)
app.command(
    "allocate",
    help=N_("Share samples out over strata. Of a table with objects, expected rates, costs and bounds."),
)(plan.allocate)
app.command(
    "strata",
    help=N_("Write the strata. Product kind by division, with objects, samples, failures and posterior."),
)(planning.strata)
app.command(
    "objects",
    help=N_("Write the objects. Each producer with the kinds it makes, and when it may be sampled again."),
)(planning.objects)
app.command(
    "budget",
    help=N_(
        "Split a year's batches. Over strata and periods: a random floor, then where they find most; "
        "says what stays uncovered."
    ),
)(planning.budget)
app.command(
    "frame",
    help=N_("Write the frame of a draw. Objects with weights, exclusions with reasons, sample sizes."),
)(plan_frame.frame)
