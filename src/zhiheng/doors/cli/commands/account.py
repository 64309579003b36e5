"""`zhiheng account`: agencies and the first accounts of a real installation; the workbench makes the rest.

The operator of the machine acts as the system here, and every act stands in the ledger.
"""

from __future__ import annotations

import os
from typing import Annotated, Final

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands.options import Agency, Json
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_, Problem, Refused

app = typer.Typer(help=N_("Agencies and first accounts of this installation."), no_args_is_help=True)
Role = Annotated[
    str, typer.Option("--role", help=N_("The role; the first account is the security administrator."))
]


@app.command("agency", help=N_("Enter an agency."))
def agency(
    code: Annotated[str, typer.Argument(help=N_("Code of the agency, as it is to stand in the ledger."))],
    name: Annotated[str, typer.Argument(help=N_("Its full name."))],
    division: Annotated[
        str, typer.Argument(help=N_("Code of its division (GB/T 2260); 100000 is the nation."))
    ],
    kind: Annotated[str, typer.Option("--kind", help=N_("authority, laboratory or other."))] = "authority",
    own: Annotated[bool, typer.Option("--own", help=N_("This installation belongs to it."))] = False,
) -> int:
    """Enter an agency."""
    from zhiheng.doors.cli import opening

    opening.prepared()
    from django.utils import timezone

    from zhiheng.doors.cli.acting import PROGRAM, own_agency, own_agency_set
    from zhiheng.foundation.ledger.facts.org import AgencyOpened
    from zhiheng.foundation.org.actors import NATION
    from zhiheng.foundation.org.models import Agency as Entered
    from zhiheng.foundation.org.models import Division
    from zhiheng.foundation.org.services import agencies_open

    place = Division.objects.filter(code=division).order_by("-valid_from").first()
    if place is None and division != NATION:
        raise Refused(Problem("cli.division", N_("There is no division %(code)s."), {"code": division[:12]}))
    # The table of divisions begins below the nation.
    level = place.level if place else Division.Level.NATION
    if kind not in Entered.Kind.values:
        raise refusals.wrongly_written(
            "cli.kind",
            N_("There is no kind %(kind)s."),
            N_("Use authority, laboratory or other."),
            kind=kind[:20],
        )
    fact = AgencyOpened(code=code, name=name, kind=kind, level=level, division=division)
    opened = agencies_open(actor=PROGRAM, agencies=[fact], at=timezone.now())
    if own or (kind == Entered.Kind.AUTHORITY and not own_agency()):
        own_agency_set(code)
    output.note(_("Entered: %(name)s.") % {"name": name} if opened else _("It was entered before."))
    return refusals.DONE


@app.command("agencies", help=N_("List the agencies."))
def agencies(as_json: Json = False) -> int:
    """List the agencies; the mark * is this installation's own."""
    from zhiheng.doors.cli import opening

    opening.in_use()
    from zhiheng.doors.cli.acting import PROGRAM, own_agency
    from zhiheng.foundation.org.models import Agency as Entered

    own = own_agency()
    rows = [
        (one.code, one.name, one.kind, one.division, "*" if one.code == own else "")
        for one in Entered.objects.visible_to(PROGRAM)
    ]
    if as_json:
        names = ("code", "name", "kind", "division")
        output.answer_json([{**dict(zip(names, row, strict=False)), "own": bool(row[4])} for row in rows])
    else:
        output.table((_("code"), _("name"), _("kind"), _("division"), _("own")), rows)
    return refusals.DONE


@app.command(
    "create",
    help=N_("Make an account with a role. The password is asked for, or taken from ZHIHENG_PASSWORD."),
)
def create(
    username: Annotated[str, typer.Argument(help=N_("What is typed to sign in."))],
    name: Annotated[str, typer.Argument(help=N_("The person's name."))],
    role: Role = "security_admin",
    agency: Agency = "",
    as_json: Json = False,
) -> int:
    """Make an account with a role. The password is asked for, or taken from ZHIHENG_PASSWORD."""
    from zhiheng.doors.cli import opening

    opening.prepared()
    from django.utils import timezone

    from zhiheng.doors.cli.acting import acting
    from zhiheng.foundation.org.models import Account
    from zhiheng.foundation.org.models import Agency as Entered
    from zhiheng.foundation.org.services import SignIn, officer_enter

    actor = acting(agency)
    body = Entered.objects.visible_to(actor).filter(code=actor.agency).first()
    if body is None:
        raise Refused(NO_AGENCY)
    if Account.objects.filter(username=username).exists():
        raise Refused(Problem("cli.username", N_("The name %(name)s is taken."), {"name": username[:60]}))
    sign_in = SignIn(username, name, _password(username, name))
    officer = officer_enter(actor=actor, sign_in=sign_in, agency=body, role=role, at=timezone.now())
    if as_json:
        output.answer_json({"officer": officer.pk, "username": username, "agency": body.code, "role": role})
    else:
        output.note(_("%(name)s can sign in now, as %(role)s of %(agency)s.")
                    % {"name": username, "role": role, "agency": body.name})  # fmt: skip
    return refusals.DONE


NO_AGENCY: Final = Problem(
    "cli.no_agency",
    N_("No agency is entered yet, and an officer belongs to one."),
    remedy=N_("First: zhiheng account agency CODE NAME DIVISION"),
)


@app.command("token", help=N_("Make a key for programs that use the API. It is shown once."))
def token(
    username: Annotated[str, typer.Argument(help=N_("The officer for whom the program acts."))],
    label: Annotated[str, typer.Argument(help=N_("What the key is for."))],
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help=N_("A role that the key may use; may be given again."))
    ] = None,
    days: Annotated[int, typer.Option("--days", help=N_("How long it is valid."))] = 90,
    as_json: Json = False,
) -> int:
    """Make a key for programs that use the API. It is shown once."""
    from zhiheng.doors.cli import opening

    opening.in_use()
    from django.utils import timezone

    from zhiheng.doors.cli.acting import PROGRAM, acting
    from zhiheng.foundation.org.models import Officer
    from zhiheng.foundation.org.services import token_issue

    officer = (
        Officer.objects.visible_to(PROGRAM)
        .select_related("agency", "account")
        .filter(account__username=username)
        .first()
    )
    if officer is None:
        raise Refused(Problem("cli.officer", N_("There is no officer %(name)s."), {"name": username[:60]}))
    key = token_issue(
        actor=acting(officer.agency.code),
        officer=officer,
        label=label,
        scopes=tuple(scope or ()),
        days=days,
        at=timezone.now(),
    )
    output.answer_json({"key": key}) if as_json else output.answer(key)
    return refusals.DONE


def _password(username: str, name: str) -> str:
    """The password, as strong as the pages demand it."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from zhiheng.doors.cli.acting import PASSWORD
    from zhiheng.foundation.org.models import Account

    given = os.environ.get(PASSWORD) or typer.prompt(
        _("Password"), hide_input=True, confirmation_prompt=_("Once more")
    )
    try:
        validate_password(given, Account(username=username, name=name))
    except ValidationError as error:
        raise Refused(
            Problem(
                "cli.password", N_("The password is too weak: %(why)s"), {"why": " ".join(error.messages)}
            )
        ) from error
    return str(given)
