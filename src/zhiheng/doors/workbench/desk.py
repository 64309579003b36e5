"""Who comes in at the officials' door: every page names the roles it is open to.

The decorator looks the officer up once, answers the uninvited with a reason, and turns a refusal of
a service into a page. It refuses to decide about single records: services and `visible_to` do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, Final

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from zhiheng.doors.look import errors
from zhiheng.foundation.ledger.entries import BEIJING
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.policy import SEPARATION
from zhiheng.foundation.org.selectors import actor_of
from zhiheng.kernel.errors import N_, Problem, Refused
from zhiheng.settings import settings

WORKERS: Final = (roles.REGISTRAR, roles.ANALYST, roles.REVIEWER, roles.PUBLISHER)
REGISTRARS: Final = (roles.REGISTRAR,)
AUDITORS: Final = (roles.AUDITOR,)
KEEPERS: Final = (roles.SECURITY_ADMIN, roles.SYSTEM_ADMIN, roles.AUDITOR)
SECURITY: Final = (roles.SECURITY_ADMIN,)
EVERYBODY: Final = tuple(roles.TITLES)

_DENIED: Final = frozenset({"org.role_missing", "org.not_covered", "workbench.not_open", "workbench.nobody"})
_ABSENT: Final = frozenset({"result.not_found", "exchange.run_unknown", "workbench.absent", "report.unknown"})
NOBODY: Final = Problem(
    "workbench.nobody",
    N_("You are signed in, but this account belongs to no officer who is in office."),
    remedy=N_("Ask the security administrator of your authority to enter you as an officer."),
)


class OfficerRequest(HttpRequest):
    """A request that came through the door: who asks, and at what time."""

    actor: Actor
    at: datetime

    @property
    def today(self) -> date:
        """The day of the request, in Beijing."""
        return self.at.astimezone(BEIJING).date()


@dataclass(frozen=True, slots=True)
class May:
    """Which parts of the workbench are open to an officer; the menu follows from it."""

    work: bool
    register: bool
    audit: bool
    organise: bool
    appoint: bool


def may(actor: Actor) -> May:
    """What the officer's roles open."""
    return May(
        work=actor.has(*WORKERS),
        register=actor.has(*REGISTRARS),
        audit=actor.has(*AUDITORS),
        organise=actor.has(*KEEPERS),
        appoint=actor.has(*SECURITY),
    )


View = Callable[..., HttpResponseBase]


def desk(*open_to: str) -> Callable[[View], View]:
    """Open a page to officers who hold one of these roles."""

    def wrap(view: View) -> View:
        @wraps(view)
        def entered(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            turned_away = _enter(request, open_to)
            if turned_away is not None:
                return turned_away
            try:
                return view(request, *args, **kwargs)
            except Refused as refused:
                return said_no(request, refused)

        entered.open_to = frozenset(open_to)  # type: ignore[attr-defined]  # tests and documents read it
        return entered

    return wrap


def _enter(request: Any, open_to: tuple[str, ...]) -> HttpResponseBase | None:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    request.at = timezone.now()
    request.today = request.at.astimezone(BEIJING).date()
    request.actor = actor_of(request.user, request.at)
    if request.actor.kind != "officer":
        return said_no(request, Refused(NOBODY))
    if settings().require_mfa and not is_mfa_enabled(request.user):
        return redirect("mfa_activate_totp")
    if not request.actor.has(*open_to):
        return said_no(request, Refused(not_open(request.actor, open_to)))
    return None


def not_open(actor: Actor, open_to: tuple[str, ...]) -> Problem:
    """Why a page is closed to somebody, and who could open it."""
    return Problem(
        "workbench.not_open",
        N_("This page is open to: %(wanted)s. You are: %(held)s. Basis: %(basis)s, separation of duties."),
        {
            "wanted": titles(open_to),
            "held": titles(sorted(actor.roles)) or "—",
            "basis": SEPARATION,
        },
        N_("Ask the security administrator of your authority for the role, or a colleague who holds it."),
    )


def titles(held: Any) -> str:
    """Roles in the words of the reader."""
    return "、".join(_(roles.TITLES[role]) for role in held)


def said_no(request: HttpRequest, refused: Refused) -> HttpResponse:
    """A refusal as a page, with the status that fits it."""
    codes = {problem.code for problem in refused.problems}
    if codes & _DENIED:
        return errors.denied(request, refused)
    answer = errors.refused(request, refused)
    if codes & _ABSENT:
        answer.status_code = 404
    return answer


def absent(what: str) -> Refused:
    """What was asked for is not there, or not for this officer."""
    return Refused(Problem("workbench.absent", what, remedy=N_("Go back to the list and look there.")))


def show(
    request: OfficerRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A page of the workbench."""
    frame = {"actor": request.actor, "may": may(request.actor)}
    return render(request, f"workbench/{template}", {**frame, **(context or {})}, status=status)


def partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page only."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted
