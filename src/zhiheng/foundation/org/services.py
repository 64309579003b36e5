"""Acts that change the organisation: divisions, agencies, accounts, roles, tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext

from zhiheng.foundation.ledger.acts import act, unchanged
from zhiheng.foundation.ledger.entries import BEIJING, Draft, append
from zhiheng.foundation.ledger.facts.org import (
    AgencyOpened,
    DivisionsLoaded,
    OfficerAppointed,
    OfficerDismissed,
    TokenIssued,
    TokenRevoked,
)
from zhiheng.foundation.org import policy, roles
from zhiheng.foundation.org.actors import NATION, Actor
from zhiheng.foundation.org.data import DivisionRow
from zhiheng.foundation.org.models import Account, Agency, Appointment, Division, Officer, Token
from zhiheng.kernel.chain import canonical, hasher
from zhiheng.kernel.errors import N_, refuse

TOKEN_DAYS_MAX = 366


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a new officer signs in with."""

    username: str
    name: str
    password: str


@act
def divisions_load(*, actor: Actor, rows: Iterable[DivisionRow], source: str, at: datetime) -> int:
    """Take in a table of divisions; rows already there (same code and first day) are left as they are."""
    policy.needs_role(actor, roles.SYSTEM_ADMIN).require()
    rows = list(rows)
    known = set(Division.objects.values_list("code", "valid_from"))
    fresh = [row for row in rows if (row.code, row.valid_from) not in known]
    if not fresh:
        unchanged("every division of the table is known")
        return 0
    Division.objects.bulk_create(
        [
            Division(
                code=row.code,
                name=row.name,
                name_en=row.name_en,
                level=row.level,
                parent=row.parent,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                source=source,
            )
            for row in fresh
        ],
        batch_size=1000,
    )
    digest = hasher()(
        "\n".join(canonical([row.code, row.name, str(row.valid_from or "")]) for row in fresh).encode()
    )
    fact = DivisionsLoaded(source=source, rows=len(fresh), digest=digest.hex())
    append(actor=actor, recorded_at=at, drafts=[Draft(fact, at, actor.division or NATION)])
    return len(fresh)


@act
def agencies_open(*, actor: Actor, agencies: Iterable[AgencyOpened], at: datetime) -> int:
    """Enter agencies; those whose code is known are left as they are."""
    agencies = list(agencies)
    known = set(Agency.objects.visible_to(actor).values_list("code", flat=True))
    fresh = [agency for agency in agencies if agency.code not in known]
    for agency in fresh:
        policy.agency_open(actor, agency.division).require()
    if not fresh:
        unchanged("every agency is known")
        return 0
    Agency.objects.bulk_create(
        [
            Agency(
                code=agency.code,
                name=agency.name,
                name_en=agency.name_en,
                kind=agency.kind,
                level=agency.level,
                division=agency.division,
            )
            for agency in fresh
        ],
        batch_size=1000,
    )
    append(actor=actor, recorded_at=at, drafts=[Draft(agency, at, agency.division) for agency in fresh])
    return len(fresh)


@act
def officer_appoint(*, actor: Actor, officer: Officer, role: str, at: datetime) -> Appointment:
    """Give an officer a role, unless a role that is held excludes it."""
    policy.officer_appoint(actor, officer.agency.division).require()
    today = at.astimezone(BEIJING).date()
    if role not in roles.TITLES:
        raise refuse("org.role_unknown", N_("There is no role %(role)s."), role=role)
    excluded_by = roles.conflict(roles_held(officer, today), role)
    if excluded_by:
        raise refuse(
            "org.role_conflict",
            N_("The role %(wanted)s cannot be held together with %(held)s."),
            N_("Give one of the two to another person (%(basis)s)."),
            wanted=gettext(roles.TITLES[role]),
            held=gettext(roles.TITLES[excluded_by]),
            basis=policy.SEPARATION,
        )
    appointment = Appointment.objects.create(officer=officer, role=role, since=today)
    fact = OfficerAppointed(officer=officer.pk, agency=officer.agency.code, role=role, since=today)
    append(
        actor=actor,
        recorded_at=at,
        drafts=[Draft(fact, at, officer.agency.division, basis=policy.SEPARATION)],
    )
    return appointment


@act
def officer_dismiss(*, actor: Actor, appointment: Appointment, at: datetime) -> Appointment:
    """End a role today; the appointment stays on record."""
    officer = appointment.officer
    policy.officer_appoint(actor, officer.agency.division).require()
    appointment.until = at.astimezone(BEIJING).date()
    appointment.save(update_fields=["until"])
    fact = OfficerDismissed(
        officer=officer.pk, agency=officer.agency.code, role=appointment.role, until=appointment.until
    )
    append(actor=actor, recorded_at=at, drafts=[Draft(fact, at, officer.agency.division)])
    return appointment


@act
def officer_enter(*, actor: Actor, sign_in: SignIn, agency: Agency, role: str, at: datetime) -> Officer:
    """Make an account and the officer it belongs to, with a first role."""
    policy.officer_appoint(actor, agency.division).require()
    account = Account(username=sign_in.username, name=sign_in.name, created_at=at)
    account.set_password(sign_in.password)
    account.save()
    officer = Officer.objects.create(account=account, agency=agency)
    officer_appoint(actor=actor, officer=officer, role=role, at=at)
    return officer


@act
def token_issue(
    *, actor: Actor, officer: Officer, label: str, scopes: tuple[str, ...], days: int, at: datetime
) -> str:
    """Make a key for programs; the key itself is answered once and never stored."""
    policy.officer_appoint(
        actor, officer.agency.division
    ).require() if actor.key != f"officer:{officer.pk}" else None
    if not 1 <= days <= TOKEN_DAYS_MAX:
        raise refuse(
            "org.token_days",
            N_("A token cannot be valid for %(days)d days."),
            N_("Choose between 1 and %(most)d days."),
            days=days,
            most=TOKEN_DAYS_MAX,
        )
    key = f"zh_{secrets.token_urlsafe(32)}"
    token = Token.objects.create(
        officer=officer,
        label=label,
        digest=token_digest(key),
        scopes=list(scopes),
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    fact = TokenIssued(officer=officer.pk, label=label, scopes=scopes, expires_on=token.expires_at.date())
    append(actor=actor, recorded_at=at, drafts=[Draft(fact, at, officer.agency.division)])
    return key


@act
def token_revoke(*, actor: Actor, token: Token, at: datetime) -> Token:
    """Make a key invalid at once."""
    if actor.key != f"officer:{token.officer_id}":
        policy.officer_appoint(actor, token.officer.agency.division).require()
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    fact = TokenRevoked(officer=token.officer_id, label=token.label)
    append(actor=actor, recorded_at=at, drafts=[Draft(fact, at, token.officer.agency.division)])
    return token


def token_digest(key: str) -> str:
    """What is stored of a key: keys are 256 random bits, so one fast hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def roles_held(officer: Officer, on: date) -> frozenset[str]:
    """The roles that an officer holds on a day."""
    return frozenset(
        appointment.role
        for appointment in officer.appointments.all()
        if appointment.since <= on and (appointment.until is None or appointment.until > on)
    )
