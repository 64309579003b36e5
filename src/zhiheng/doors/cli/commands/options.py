"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from zhiheng.kernel.errors import N_

Json = Annotated[bool, typer.Option("--json", help=N_("Answer with one JSON document."))]
Agency = Annotated[str, typer.Option("--agency", help=N_("Code of the agency for which this is done."))]
