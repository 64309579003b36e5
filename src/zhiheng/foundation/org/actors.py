"""Who acts. Every act and every read is asked by an actor; there is no anonymous code path.

An actor is a value: it was looked up once at the door and does not change while it acts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from zhiheng.kernel.errors import N_, Problem

Kind = Literal["officer", "system", "public"]
NATION = "100000"


def division_prefix(code: str) -> str:
    """What the codes of a division and of all below it begin with; the nation begins all."""
    if code == NATION:
        return ""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


@dataclass(frozen=True, slots=True)
class Actor:
    """An officer of an agency, the system itself, or the public."""

    kind: Kind
    key: str
    name: str
    agency: str = ""
    division: str = ""
    roles: frozenset[str] = field(default=frozenset())

    @property
    def scope(self) -> str:
        """The division prefix within which this actor reads."""
        return division_prefix(self.division)

    def has(self, *roles: str) -> bool:
        """Whether the actor holds one of the roles; the system holds all."""
        return self.kind == "system" or not self.roles.isdisjoint(roles)

    def covers(self, division: str) -> bool:
        """Whether the division is the actor's own or lies below it."""
        if self.kind == "system":
            return True
        return bool(self.division) and division.startswith(self.scope)


PUBLIC = Actor(kind="public", key="public", name="public")


def system(agency: str, division: str = NATION) -> Actor:
    """The program acting for an agency: first start, demo, scheduled work."""
    return Actor(kind="system", key="system", name="system", agency=agency, division=division)


NOT_COVERED = Problem(
    "org.not_covered",
    N_("This division is not yours and does not lie below yours."),
    remedy=N_("Ask the authority of that division, or the one above both."),
)
