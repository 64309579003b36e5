"""The demo's accounts: one for each role, and one that sees a single city. One password, made for this home.

The password stands in a file that only its owner can read, because a demo whose password nobody
finds again is of no use. Real installations make accounts by `zhiheng account create`, without a file.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.models import Account, Agency
from zhiheng.foundation.org.services import SignIn, officer_enter
from zhiheng.kernel.errors import N_

FILE: Final = "accounts.txt"
# Without letters and digits that are taken for each other.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Who signs in under which name, for which agency, with which role, and what there is to do."""

    username: str
    name: str
    agency: str
    role: str
    purpose: str


PROVINCE: Final = "MSA-900000"
CITY: Final = "MSA-900100"
ACCOUNTS: Final = (
    DemoAccount(
        "registrar", "示例登记员", PROVINCE, roles.REGISTRAR, N_("imports files, mends refused rows")
    ),
    DemoAccount("analyst", "示例分析员", PROVINCE, roles.ANALYST, N_("pass rates, drafts reports")),
    DemoAccount("reviewer", "示例审核员", PROVINCE, roles.REVIEWER, N_("reviews reports")),
    DemoAccount("publisher", "示例发布员", PROVINCE, roles.PUBLISHER, N_("publishes reports")),
    DemoAccount("city", "示例市局分析员", CITY, roles.ANALYST, N_("sees one city only")),
    DemoAccount("system", "示例系统管理员", PROVINCE, roles.SYSTEM_ADMIN, N_("opens agencies")),
    DemoAccount("security", "示例安全管理员", PROVINCE, roles.SECURITY_ADMIN, N_("accounts and roles")),
    DemoAccount("auditor", "示例审计管理员", PROVINCE, roles.AUDITOR, N_("reads the record of acts")),
)


def password(folder: Path) -> str:
    """The password of this home's demo: what the file says, else a new one, on the disk before it is used."""
    path = folder / FILE
    if path.is_file():
        return path.read_text(encoding="utf-8").splitlines()[0].split()[-1]
    word = "-".join("".join(secrets.choice(_ALPHABET) for _letter in range(4)) for _group in range(3))
    lines = [f"password {word}", *(f"{account.username}\t{account.role}" for account in ACCOUNTS)]
    fresh = path.with_suffix(".tmp")
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return word


def accounts_opened(*, actor: Actor, folder: Path, at: datetime) -> int:
    """Open the accounts that are not there yet; how many that were."""
    word = password(folder)
    known = set(Account.objects.values_list("username", flat=True))
    missing = [account for account in ACCOUNTS if account.username not in known]
    agencies = {
        agency.code: agency
        for agency in Agency.objects.visible_to(actor).filter(code__in={one.agency for one in missing})
    }
    for account in missing:
        officer_enter(
            actor=actor,
            sign_in=SignIn(account.username, account.name, word),
            agency=agencies[account.agency],
            role=account.role,
            at=at,
        )
    return len(missing)


def purpose(account: DemoAccount) -> str:
    """What the account is for, in the language of the reader."""
    return _(account.purpose)
