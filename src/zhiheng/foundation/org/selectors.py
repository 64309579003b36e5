"""Reads of the organisation: who is asking, which division is meant, who belongs to whom."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet

from zhiheng.foundation.ledger.entries import BEIJING
from zhiheng.foundation.org.actors import PUBLIC, Actor
from zhiheng.foundation.org.models import Account, Agency, Division, Officer, Token
from zhiheng.foundation.org.services import roles_held, token_digest


def actor_of(account: Account, at: datetime) -> Actor:
    """The actor that an account stands for now; without an active officer it reads as the public."""
    officer = (
        Officer.objects.unguarded("the account asks who it is itself")
        .select_related("agency", "account")
        .prefetch_related("appointments")
        .filter(account_id=account.pk, active=True)
        .first()
    )
    return PUBLIC if officer is None else _actor(officer, at)


def _actor(officer: Officer, at: datetime, scopes: frozenset[str] | None = None) -> Actor:
    held = roles_held(officer, at.astimezone(BEIJING).date())
    return Actor(
        kind="officer",
        key=f"officer:{officer.pk}",
        name=officer.account.name,
        agency=officer.agency.code,
        division=officer.agency.division,
        roles=held if scopes is None else held & scopes,
    )


def actor_of_token(key: str, at: datetime) -> Actor | None:
    """The actor behind a key for programs, narrowed to the key's scopes; none when it is not valid now."""
    token = (
        Token.objects.select_related("officer__agency", "officer__account")
        .prefetch_related("officer__appointments")
        .filter(digest=token_digest(key), revoked_at__isnull=True, expires_at__gt=at)
        .filter(officer__active=True, officer__account__is_active=True)
        .first()
    )
    return None if token is None else _actor(token.officer, at, frozenset(token.scopes))


def divisions(on: date) -> QuerySet[Division]:
    """The divisions that are valid on a day."""
    return Division.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on), Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    )


def division_names(codes: set[str], language: str = "zh") -> dict[str, str]:
    """The latest name of each code; one query for a whole page."""
    found: dict[str, str] = {}
    for row in Division.objects.filter(code__in=codes).order_by("code", "valid_from"):
        found[row.code] = row.name_en if language == "en" and row.name_en else row.name
    return found


def laboratories_by_name(names: set[str]) -> dict[str, str]:
    """Codes of laboratories by their exact names."""
    return dict(
        Agency.objects.unguarded("agencies are public")
        .filter(kind=Agency.Kind.LABORATORY, name__in=names)
        .values_list("name", "code")
    )
