"""Which results a question is about: a period, a place, a product kind.

Written once, so that tables which stand side by side in a report speak of the same results. This
module refuses to count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from zhiheng.analytics.engine.port import Value
from zhiheng.foundation.org.actors import division_prefix
from zhiheng.kernel.chain import Json

# As in `pass_rates`: a result without a day is kept, so that it can be counted as undated.
_FILTERS: Final = {
    "since": "(day >= CAST($since AS DATE) OR day IS NULL)",
    "until": "(day <= CAST($until AS DATE) OR day IS NULL)",
    "division": "division >= $division AND division < $division_end",
    "product_kind": "product_kind = $product_kind",
}


@dataclass(frozen=True, slots=True)
class Extent:
    """Period, place and kind; what is empty does not filter."""

    since: date | None = None
    until: date | None = None
    division: str = ""
    product_kind: str = ""

    def parameters(self) -> dict[str, Json]:
        """The extent as JSON, whole."""
        return {
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "division": self.division,
            "product_kind": self.product_kind,
        }

    def bound(self) -> dict[str, Value]:
        """The values that are bound in `where`."""
        values: dict[str, Value] = {}
        if self.since:
            values["since"] = self.since.isoformat()
        if self.until:
            values["until"] = self.until.isoformat()
        if self.product_kind:
            values["product_kind"] = self.product_kind
        prefix = division_prefix(self.division) if self.division else ""
        if prefix:
            values["division"] = prefix
            values["division_end"] = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return values

    def where(self) -> str:
        """The condition over the relation `results`; constants of the code, every value is bound."""
        bound = self.bound()
        return " AND ".join(sql for name, sql in _FILTERS.items() if name in bound) or "TRUE"
