"""Who is meant by the parties of a result, and what follows when a person says so.

A stated code stands, whether the registry knows it or not. A name without a code is the enterprise
of exactly that name where there is one and no second; else it waits as an unresolved party until a
person decides. This module refuses to guess: near matches are shown to people, never taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from zhiheng.domains.supervision.services.statements import Named, Values
from zhiheng.foundation.registry.names import name_key
from zhiheng.foundation.registry.selectors import match_names, usccs_known
from zhiheng.foundation.registry.services import ProductSeen, party_note, products_note
from zhiheng.kernel.errors import N_, Problem
from zhiheng.kernel.sheets import CellProblem

ROLES: Final = ("producer", "seller")


@dataclass(frozen=True, slots=True)
class Parties:
    """What is known of the parties of a chunk: registered codes, keys of names, and whom a key means."""

    registered: frozenset[str]
    keys: Mapping[str, str]
    by_key: Mapping[str, str]

    def producer(self, values: Values) -> Named:
        """The nominal producer of a row."""
        return self._named(values, "producer", cast(str, values.get("producer_place", "")))

    def seller(self, values: Values) -> Named:
        """The party that was sampled."""
        return self._named(values, "seller", "")

    def _named(self, values: Values, role: str, place: str) -> Named:
        name = cast(str, values.get(role, ""))
        if not name:
            return Named()
        code = cast(str, values.get(f"{role}_uscc", ""))
        if code:
            return Named(name, code, place)
        key = self.keys[name]
        return Named(name, self.by_key.get(key, ""), place, key)

    def problems(self, values: Values) -> tuple[CellProblem, ...]:
        """What keeps a row from being resolved; the row is recorded all the same."""
        found = []
        for role in ROLES:
            name, code = cast(str, values.get(role, "")), cast(str, values.get(f"{role}_uscc", ""))
            if code and code not in self.registered:
                found.append(CellProblem(f"{role}_uscc", code, _unregistered(code)))
            elif name and not code and self.keys[name] not in self.by_key:
                found.append(CellProblem(role, name, _unknown(name)))
        return tuple(found)


def _unregistered(code: str) -> Problem:
    return Problem(
        "result.code_unregistered",
        N_("The registry holds no enterprise %(code)s; the result keeps the code."),
        {"code": code},
        N_("Import the enterprise; its archive then shows this result."),
    )


def _unknown(name: str) -> Problem:
    return Problem(
        "result.party_unresolved",
        N_("No enterprise, or more than one, is called “%(name)s”; the result keeps the name."),
        {"name": name[:80]},
        N_("Say under “unresolved parties” which enterprise is meant."),
    )


def recognised(values: Sequence[Values]) -> Parties:
    """Look up every party of a chunk, in a fixed number of queries."""
    codes: set[str] = set()
    names: set[str] = set()
    for row in values:
        for role in ROLES:
            if code := row.get(f"{role}_uscc"):
                codes.add(cast(str, code))
            elif name := row.get(role):
                names.add(cast(str, name))
    keys = {name: name_key(name) for name in names}
    by_key = match_names(set(keys.values()))
    return Parties(frozenset(usccs_known(codes)).union(by_key.values()), keys, by_key)


def note(rows: Sequence[tuple[Values, Named, Named]], registered: frozenset[str], at: datetime) -> None:
    """Keep the registry in step: names that wait for a person, products that were seen."""
    party_note(
        names=[named.name for _, *both in rows for named in both if named.party and not named.uscc], at=at
    )
    products_note(products=[_seen(values, producer, registered) for values, producer, _ in rows], at=at)


def waiting(parties: Iterable[Named]) -> list[str]:
    """The names of which nobody knows yet who is meant."""
    return [named.name for named in parties if named.party and not named.uscc]


def _seen(values: Values, producer: Named, registered: frozenset[str]) -> ProductSeen:
    get = cast(Mapping[str, str], values).get
    return ProductSeen(
        name=get("product_name", ""),
        kind=get("product_kind", ""),
        brand=get("brand", ""),
        producer=producer.uscc if producer.uscc in registered else "",
        producer_name=producer.name,
        model=get("model", ""),
        batch=get("batch", ""),
    )
