"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zhiheng.kernel.errors import N_

Json = Annotated[bool, typer.Option("--json", help=N_("Answer with one JSON document."))]
Agency = Annotated[str, typer.Option("--agency", help=N_("Code of the agency for which this is done."))]
To = Annotated[
    Path | None,
    typer.Option("--to", "-o", help=N_("The file; its ending says the form. Else csv to stdout.")),
]
