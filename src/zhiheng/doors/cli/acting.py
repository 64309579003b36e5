"""Who acts on the command line: the operator of the machine, for an agency, as the system.

The agency is the one that `--agency` names, else the installation's own, else the only one there is.
Before any agency is entered, the program acts for itself. An officer acts here only after signing in.
"""

from __future__ import annotations

import os
from typing import Final

import typer

from zhiheng.doors.cli.words import _
from zhiheng.foundation.org.actors import Actor, system
from zhiheng.kernel.errors import N_, refuse
from zhiheng.settings import settings

PROGRAM: Final = system("zhiheng")
_OWN: Final = "agency"
PASSWORD: Final = "ZHIHENG_PASSWORD"  # noqa: S105  the name of a variable


def acting(agency: str = "") -> Actor:
    """The system, acting for an agency."""
    from zhiheng.foundation.org.models import Agency

    agencies = Agency.objects.visible_to(PROGRAM)
    wanted = agency or own_agency()
    if wanted:
        found = agencies.filter(code=wanted).first()
        if found is None:
            raise refuse(
                "cli.agency",
                N_("There is no agency %(code)s."),
                N_("`zhiheng account agencies` lists those that there are."),
                code=wanted[:40],
            )
        return system(found.code, found.division)
    entered = list(agencies[:2])
    if not entered:
        return PROGRAM
    if len(entered) == 1:
        return system(entered[0].code, entered[0].division)
    raise refuse(
        "cli.agency_open",
        N_("Several agencies are entered, and it is not said for which one this is done."),
        N_("Add --agency CODE; `zhiheng account agencies` lists them."),
    )


def own_agency() -> str:
    """The agency that this installation belongs to, if that was said."""
    path = settings().home / _OWN
    return path.read_text(encoding="ascii").strip() if path.is_file() else ""


def own_agency_set(code: str) -> None:
    """Say to which agency this installation belongs."""
    (settings().home / _OWN).write_text(f"{code}\n", encoding="ascii")


def signed_in(username: str) -> Actor:
    """The officer of that name, after the password was given."""
    from allauth.mfa.utils import is_mfa_enabled
    from django.utils import timezone

    from zhiheng.foundation.org.models import Account
    from zhiheng.foundation.org.selectors import actor_of

    password = os.environ.get(PASSWORD) or typer.prompt(_("Password"), hide_input=True, err=True)
    account = Account.objects.filter(username=username, is_active=True).first()
    if account is None or not account.check_password(str(password)):
        raise refuse(
            "cli.sign_in",
            N_("%(name)s cannot sign in with this password."),
            N_("Look at the spelling of both; the security administrator sets a new password."),
            name=username[:60],
        )
    if settings().require_mfa or is_mfa_enabled(account):
        raise refuse(
            "cli.second_factor",
            N_("%(name)s signs in with a second factor, which cannot be asked for here."),
            N_("Do this in the workbench."),
            name=username[:60],
        )
    actor = actor_of(account, timezone.now())
    if actor.kind != "officer":
        raise refuse(
            "cli.officer", N_("%(name)s belongs to no officer who is in office."), name=username[:60]
        )
    return actor
