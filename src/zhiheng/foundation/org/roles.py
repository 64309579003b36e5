"""Roles and what each may do. The three administrators are kept apart (GB/T 22239-2019, level 3)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from zhiheng.kernel.errors import N_

SYSTEM_ADMIN: Final = "system_admin"
AUDITOR: Final = "auditor"
SECURITY_ADMIN: Final = "security_admin"
REGISTRAR: Final = "registrar"
ANALYST: Final = "analyst"
REVIEWER: Final = "reviewer"
PUBLISHER: Final = "publisher"

ADMINISTRATORS: Final = frozenset({SYSTEM_ADMIN, AUDITOR, SECURITY_ADMIN})

TITLES: Final = MappingProxyType(
    {
        SYSTEM_ADMIN: N_("System administrator"),
        AUDITOR: N_("Audit administrator"),
        SECURITY_ADMIN: N_("Security administrator"),
        REGISTRAR: N_("Registrar of data"),
        ANALYST: N_("Analyst"),
        REVIEWER: N_("Reviewer"),
        PUBLISHER: N_("Publisher"),
    }
)


def conflict(held: frozenset[str], wanted: str) -> str:
    """The role already held that excludes the wanted one, or nothing.

    An administrator holds no second administrator's role and no role in the work itself: who sets
    the system up must not be who is recorded by it or who reads the record.
    """
    for role in sorted(held):
        if role != wanted and (role in ADMINISTRATORS or wanted in ADMINISTRATORS):
            return role
    return ""
