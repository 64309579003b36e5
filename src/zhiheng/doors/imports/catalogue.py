"""The sheets that can be imported: what each is called, how it is checked, and which act takes it in.

A new sheet is added here by one line; template, page, command line and refused rows follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from zhiheng.domains.supervision.items import NONCONFORMING
from zhiheng.domains.supervision.services import results_record
from zhiheng.domains.supervision.sheets import ALL_RESULTS, SPOT_CHECKS
from zhiheng.foundation.exchange.services import Load
from zhiheng.foundation.registry.services import enterprises_record
from zhiheng.foundation.registry.sheets import ENTERPRISES
from zhiheng.kernel.errors import N_, refuse
from zhiheng.kernel.sheets import Sheet

# A source that says it reports all results, and whether this result is nonconforming.
Watch = Callable[[Mapping[str, object]], tuple[str, bool] | None]


@dataclass(frozen=True, slots=True)
class Importable:
    """A sheet, the act that takes its rows in, and what to watch while they pass."""

    sheet: Sheet
    load: Load
    watch: Watch | None = None


def _declared_whole(values: Mapping[str, object]) -> tuple[str, bool] | None:
    if values.get("coverage") != ALL_RESULTS:
        return None
    return str(values.get("source") or values["authority"]), values["verdict"] == NONCONFORMING


CATALOGUE: Final[dict[str, Importable]] = {
    one.sheet.name: one
    for one in (
        Importable(ENTERPRISES, enterprises_record),
        Importable(SPOT_CHECKS, results_record, _declared_whole),
    )
}


def register(importable: Importable) -> None:
    """Make a sheet importable under its name."""
    CATALOGUE[importable.sheet.name] = importable


def importable(name: str) -> Importable:
    """The sheet of that name."""
    try:
        return CATALOGUE[name]
    except KeyError:
        raise refuse(
            "import.sheet_unknown",
            N_("There is no sheet %(name)s."),
            N_("Known are: %(known)s."),
            name=name[:40],
            known="、".join(sorted(CATALOGUE)),
        ) from None
