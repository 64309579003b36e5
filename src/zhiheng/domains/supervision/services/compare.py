"""What differs between a row and the result that is recorded under its key, column by column.

This module refuses to decide which of the two is right.
"""

from __future__ import annotations

from typing import Final

from zhiheng.domains.supervision import sheets
from zhiheng.domains.supervision.items import write_items
from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.services.statements import Values, cells_of
from zhiheng.foundation.ledger.facts.spot_check import Item
from zhiheng.kernel.errors import N_, Problem
from zhiheng.kernel.sheets import CellProblem

_KEY: Final = frozenset({"record", "source"})
# Left empty by a source these were filled in: by a default, or by finding out who was meant.
_FILLED: Final = frozenset({"selection", "coverage", "producer_uscc", "seller_uscc"})
_SHOWN: Final = 60


def changed_columns(values: Values, result: Result) -> tuple[str, ...]:
    """The columns in which the row says something else than the result."""
    standing, _ = sheets.SPOT_CHECKS.read(cells_of(result))
    return tuple(
        name
        for name in sheets.COLUMNS
        if name not in _KEY
        and values.get(name) != standing.get(name)
        and not (name in _FILLED and name not in values)
    )


def differences(values: Values, result: Result) -> tuple[CellProblem, ...]:
    """One problem for each column that differs, with what is recorded and the advice to correct."""
    cells = cells_of(result)
    return tuple(
        CellProblem(
            name,
            shown(values.get(name))[:_SHOWN],
            Problem(
                "result.differs",
                N_("This record is known with other content: %(recorded)s is recorded here."),
                {"recorded": cells[name][:_SHOWN] or "—"},
                N_("If the record is wrong, correct the result and say why; a file cannot change it."),
            ),
        )
        for name in changed_columns(values, result)
    )


def shown(value: object) -> str:
    """A value of a row as a cell would show it."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return write_items(value) if value and isinstance(value[0], Item) else "；".join(value)
    return str(value)
