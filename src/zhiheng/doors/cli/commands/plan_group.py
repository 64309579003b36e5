"""The group `zhiheng plan`: its commands stand in `plan` (what a sample must be) and `planning` (a year).

Each command is registered here, so that both modules stay free of each other.
"""

from __future__ import annotations

import typer

from zhiheng.kernel.errors import N_

app = typer.Typer(
    help=N_("Plan samples: how many, from where, and the frame that is drawn from."), no_args_is_help=True
)
