"""What is known of an enterprise while a chunk of rows passes over it, and what a row changes in it.

Pure: no database, no ledger. A row says something about the cells that it fills; an empty cell
says nothing, so a file with fewer columns takes nothing away. Names are never forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Final, cast

from zhiheng.foundation.ledger.facts.enterprise import EnterpriseRecorded
from zhiheng.foundation.registry.models import EnterpriseName
from zhiheng.foundation.registry.names import name_key


@dataclass(frozen=True, slots=True)
class Particulars:
    """The registered particulars without the history of names."""

    name: str
    division: str
    industry: str = ""
    address: str = ""
    type: str = ""
    established: date | None = None
    capital: str = ""
    status: str = ""
    scope: str = ""


FIELDS: Final = tuple(part.name for part in fields(Particulars))


@dataclass(slots=True)
class NameKnown:
    """One row of the history of names; `id` is 0 while it is not stored."""

    id: int
    name: str
    key: str
    current: bool
    since: date | None
    until: date | None
    source: str
    entry: int
    touched: bool = False


@dataclass(slots=True)
class Known:
    """An enterprise as it is known now: stored before, or met in an earlier row of this chunk."""

    uscc: str
    particulars: Particulars | None = None
    entry: int = 0
    names: dict[str, NameKnown] = field(default_factory=dict)
    stored_division: str = ""
    touched: bool = False

    def take(self, values: Mapping[str, object], today: date, entry: int) -> bool:
        """Take in what a row states; answers whether anything changed. `entry` will record the change."""
        stated = {name: value for name in FIELDS if (value := values.get(name))}
        before = self.particulars
        # The values were parsed by the sheet into the types of these fields.
        after = replace(before, **stated) if before else Particulars(**stated)  # type: ignore[arg-type]
        former = cast("tuple[str, ...]", values.get("former_names") or ())
        present = name_key(after.name)
        unheard = [name for name in former if name_key(name) not in self.names and name_key(name) != present]
        if after == before and not unheard:
            return False
        self._bear(after.name, present, None if before is None else today, entry)
        for name in unheard:
            self._bore(name, entry)
        self.particulars, self.entry, self.touched = after, entry, True
        return True

    def _bear(self, name: str, key: str, since: date | None, entry: int) -> None:
        """The enterprise bears this name now; what it bore until now ends on the same day."""
        known = self.names.get(key)
        if known is not None and known.current:
            if known.name != name:
                known.name, known.touched = name, True
            return
        for other in self.names.values():
            if other.current:
                other.current, other.until, other.touched = False, since, True
        if known is None:
            source = EnterpriseName.Source.RECORDED
            self.names[key] = NameKnown(0, name, key, True, since, None, source, entry, touched=True)
        else:
            known.name, known.current, known.since, known.until, known.touched = name, True, since, None, True

    def _bore(self, name: str, entry: int) -> None:
        key = name_key(name)
        source = EnterpriseName.Source.STATED
        self.names.setdefault(key, NameKnown(0, name, key, False, None, None, source, entry, touched=True))

    def fact(self) -> EnterpriseRecorded:
        """The particulars whole, with every former name that is known."""
        now = self.particulars
        if now is None:
            raise ValueError(f"nothing is known of {self.uscc}")
        return EnterpriseRecorded(
            uscc=self.uscc,
            name=now.name,
            division=now.division,
            former_names=tuple(known.name for known in self.names.values() if not known.current),
            address=now.address,
            industry=now.industry,
            type=now.type,
            established=now.established,
            capital=now.capital,
            status=now.status,
            scope=now.scope,
        )

    def stored(self, at: datetime) -> tuple[object, ...]:
        """The values of the row in the table of enterprises, in the order of `store.ENTERPRISE`."""
        now = self.particulars
        if now is None:
            raise ValueError(f"nothing is known of {self.uscc}")
        return (
            self.uscc, now.name, name_key(now.name), now.division, now.industry, now.address, now.type,
            now.established, now.capital, now.status, now.scope, self.entry, at,
        )  # fmt: skip
