"""Officers and their roles, and one's own keys for programs."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from zhiheng.doors.look.bounded import cut_said, page_of
from zhiheng.doors.workbench.desk import EVERYBODY, KEEPERS, SECURITY, OfficerRequest, absent, desk, show
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.guard import within
from zhiheng.foundation.org.models import Account, Agency, Officer, Token
from zhiheng.foundation.org.policy import SEPARATION
from zhiheng.foundation.org.services import (
    TOKEN_DAYS_MAX,
    SignIn,
    officer_appoint,
    officer_dismiss,
    officer_enter,
    roles_held,
    token_issue,
    token_revoke,
)
from zhiheng.kernel.errors import N_, Refused

AGENCIES: Final = 500
SHOWN: Final = "workbench.token"


@desk(*KEEPERS)
def listed(request: OfficerRequest) -> HttpResponse:
    """The officers of the own agency and of those below it."""
    rows = (
        Officer.objects.visible_to(request.actor)
        .select_related("account", "agency")
        .prefetch_related("appointments")
    )
    query = request.GET.get("q", "").strip()[:60]
    if query:
        rows = rows.filter(account__name__contains=query) | rows.filter(account__username__contains=query)
    page = page_of(request, rows.order_by("agency__division", "pk"))
    shown = [(one, _titles(roles_held(one, request.today))) for one in page]
    return show(
        request, "officers.html", {"page": page, "rows": shown, "query": query, "cut": cut_said(page)}
    )


def _titles(held: frozenset[str]) -> list[str]:
    return [_(title) for role, title in roles.TITLES.items() if role in held]


def _officer(request: OfficerRequest, number: int) -> Officer:
    rows = (
        Officer.objects.visible_to(request.actor)
        .select_related("account", "agency")
        .prefetch_related("appointments")
    )
    found = rows.filter(pk=number).first()
    if found is None:
        raise absent(N_("There is no such officer, or not in your division."))
    return found


@desk(*KEEPERS)
def officer(request: OfficerRequest, number: int) -> HttpResponse:
    """One officer: the roles held now and before, and giving or ending one."""
    return _officer_page(request, _officer(request, number))


def _officer_page(request: OfficerRequest, one: Officer, refused: Refused | None = None) -> HttpResponse:
    held = roles_held(one, request.today)
    appointments = [
        (each, _(roles.TITLES.get(each.role, each.role)), each.until is None or each.until > request.today)
        for each in one.appointments.all()
    ]
    free = [
        (role, _(title), _(roles.TITLES[clash]) if (clash := roles.conflict(held, role)) else "")
        for role, title in roles.TITLES.items()
        if role not in held
    ]
    context = {
        "officer": one,
        "appointments": appointments,
        "free": free,
        "basis": SEPARATION,
        "problems": refused.problems if refused else (),
    }
    return show(request, "officer.html", context, status=422 if refused else 200)


@desk(*SECURITY)
def appoint(request: OfficerRequest, number: int) -> HttpResponse:
    """Give an officer a role."""
    one = _officer(request, number)
    if request.method == "POST":
        try:
            officer_appoint(
                actor=request.actor, officer=one, role=request.POST.get("role", ""), at=request.at
            )
        except Refused as refused:
            return _officer_page(request, one, refused)
        messages.success(request, _("The role is given, from today."))
    return redirect("workbench:officer", number=number)


@desk(*SECURITY)
def dismiss(request: OfficerRequest, number: int, appointment: int) -> HttpResponse:
    """End a role of an officer today."""
    one = _officer(request, number)
    held = next((each for each in one.appointments.all() if each.pk == appointment), None)
    if held is None:
        raise absent(N_("The officer holds no such role."))
    if request.method == "POST":
        officer_dismiss(actor=request.actor, appointment=held, at=request.at)
        messages.success(request, _("The role has ended, from today."))
    return redirect("workbench:officer", number=number)


class OfficerForm(forms.Form):
    """A new officer: what to sign in with, which agency, which first role."""

    username = forms.SlugField(
        label=gettext_lazy("Sign-in name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=pgettext_lazy("person", "Name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=gettext_lazy("First password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy(
            "At least 10 characters. Hand it over in person; it is to be changed at once."
        ),
    )
    agency = forms.CharField(
        label=gettext_lazy("Agency's code"), max_length=32, widget=forms.TextInput(attrs={"list": "agencies"})
    )
    role = forms.ChoiceField(label=gettext_lazy("First role"))

    def __init__(self, request: OfficerRequest) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)  # noqa: S101  declared above; tells the type
        role.choices = [(code, _(title)) for code, title in roles.TITLES.items()]
        self.actor = request.actor

    def clean_username(self) -> str:
        """A name that nobody else signs in with."""
        username = str(self.cleaned_data["username"])
        if Account.objects.filter(username=username).exists():
            raise ValidationError(_("Somebody signs in with this name already. Choose another."))
        return username

    def clean_password(self) -> str:
        """A password that the rules of the house allow."""
        password = str(self.cleaned_data["password"])
        validate_password(password)
        return password

    def clean_agency(self) -> Agency:
        """An agency that is there."""
        found = Agency.objects.visible_to(self.actor).filter(code=self.cleaned_data["agency"]).first()
        if found is None:
            raise ValidationError(_("There is no agency of this code."))
        return found


@desk(*SECURITY)
def enter(request: OfficerRequest) -> HttpResponse:
    """Enter an officer."""
    form = OfficerForm(request)
    agencies = Agency.objects.visible_to(request.actor).filter(within("division", request.actor.scope))
    context: dict[str, Any] = {"form": form, "agencies": agencies[:AGENCIES]}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        sign_in = SignIn(given["username"], given["name"], given["password"])
        try:
            one = officer_enter(
                actor=request.actor,
                sign_in=sign_in,
                agency=given["agency"],
                role=given["role"],
                at=request.at,
            )
        except Refused as refused:
            return show(request, "officer_new.html", {**context, "problems": refused.problems}, status=422)
        messages.success(request, _("The officer is entered and can sign in."))
        return redirect("workbench:officer", number=one.pk)
    return show(request, "officer_new.html", context, status=422 if form.errors else 200)


class TokenForm(forms.Form):
    """A new key: what it is for, what it may do, how long."""

    label = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=60,
        help_text=gettext_lazy("For example the name of the program that uses it."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may act as"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Never more than you may yourself, and nothing after a role of yours has ended."
        ),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days"), min_value=1, max_value=TOKEN_DAYS_MAX, initial=90,
        help_text=gettext_lazy("After this it is worth nothing."),
    )  # fmt: skip

    def __init__(self, request: OfficerRequest) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)  # noqa: S101  declared above; tells the type
        scopes.choices = [(role, _(roles.TITLES[role])) for role in sorted(request.actor.roles)]


def _me(request: OfficerRequest) -> Officer:
    rows = Officer.objects.visible_to(request.actor).select_related("agency", "account")
    return rows.get(pk=int(request.actor.key.partition(":")[2]))


@desk(*EVERYBODY)
def tokens(request: OfficerRequest) -> HttpResponse:
    """My own keys for programs, and making one."""
    form = TokenForm(request)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        key = token_issue(
            actor=request.actor, officer=_me(request), label=given["label"], scopes=tuple(given["scopes"]),
            days=given["days"], at=request.at,
        )  # fmt: skip
        request.session[SHOWN] = key
        return redirect("workbench:tokens")
    mine = Token.objects.filter(officer_id=_me(request).pk)
    rows = [
        (one, _standing(one, request), [_(roles.TITLES.get(scope, scope)) for scope in one.scopes])
        for one in mine
    ]
    context = {"form": form, "rows": rows, "key": request.session.pop(SHOWN, "")}
    return show(request, "tokens.html", context, status=422 if form.errors else 200)


def _standing(token: Token, request: OfficerRequest) -> str:
    if token.revoked_at:
        return "revoked"
    return "expired" if token.expires_at <= request.at else "valid"


@desk(*EVERYBODY)
def revoke(request: OfficerRequest, number: int) -> HttpResponse:
    """Make one of my keys worthless at once."""
    token = (
        Token.objects.select_related("officer__agency").filter(pk=number, officer_id=_me(request).pk).first()
    )
    if token is None:
        raise absent(N_("You have no such key."))
    if request.method == "POST" and token.revoked_at is None:
        token_revoke(actor=request.actor, token=token, at=request.at)
        messages.success(request, _("The key is worth nothing from now on."))
    return redirect("workbench:tokens")
