"""Divisions, agencies, people, roles and tokens, as they are stored."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.guard import GuardedQuerySet, within


class Division(models.Model):
    """A place with a GB/T 2260 code. Codes die and are born: each row is valid for a time. Public."""

    class Level(models.IntegerChoices):
        """国家, 省, 市, 县."""

        NATION = 0, _("nation")
        PROVINCE = 1, _("province")
        CITY = 2, _("city")
        COUNTY = 3, _("county")

    code = models.CharField(max_length=6)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    parent = models.CharField(max_length=6, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=80)

    class Meta:
        """A code may stand twice, at different times."""

        ordering = ("code", "valid_from")
        constraints = (models.UniqueConstraint(fields=["code", "valid_from"], name="org_division_once"),)
        indexes = (models.Index(fields=["parent", "code"], name="org_division_parent"),)

    def __str__(self) -> str:
        return self.name


class AgencyQuerySet(GuardedQuerySet["Agency"]):
    """Agencies are public: that an authority exists is no secret."""

    def _visible_to(self, actor: Actor) -> Self:
        del actor
        return self._clone()


class Agency(models.Model):
    """An authority, a laboratory or another body with a division and a remit."""

    class Kind(models.TextChoices):
        """What the body is."""

        AUTHORITY = "authority", _("authority")
        LABORATORY = "laboratory", _("laboratory")
        OTHER = "other", _("other body")

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.AUTHORITY)
    level = models.PositiveSmallIntegerField(choices=Division.Level.choices)
    division = models.CharField(max_length=6, db_index=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = AgencyQuerySet.as_manager()
    objects_of_django = models.Manager()

    class Meta:
        """Shown in the order of place, then name."""

        ordering = ("division", "code")
        base_manager_name = "objects_of_django"
        indexes = (models.Index(fields=["name"], name="org_agency_name"),)

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    """Accounts are made by the service `account_open`, not by this manager."""


class Account(AbstractBaseUser):
    """What a person signs in with. What the person may do hangs on the officer, not on the account."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = AccountManager()

    USERNAME_FIELD: ClassVar[str] = "username"
    EMAIL_FIELD: ClassVar[str] = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        """In the order of the name that is typed."""

        ordering = ("username",)

    def __str__(self) -> str:
        return self.name


class OfficerQuerySet(GuardedQuerySet["Officer"]):
    """Officers are seen by their own agency and by those above it."""

    def _visible_to(self, actor: Actor) -> Self:
        if actor.kind == "system":
            return self._clone()
        if actor.kind == "public":
            return self.none()
        return self.filter(within("agency__division", actor.scope))


class Officer(models.Model):
    """A person acting for an agency."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="officer")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="officers")
    title = models.CharField(max_length=60, blank=True)
    active = models.BooleanField(default=True)

    objects = OfficerQuerySet.as_manager()
    objects_of_django = models.Manager()

    class Meta:
        """In the order of their agencies."""

        ordering = ("agency_id", "pk")
        base_manager_name = "objects_of_django"

    def __str__(self) -> str:
        return self.account.name


class Appointment(models.Model):
    """An officer holds a role from a day until a day; kept when it ends."""

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=32, choices=[(role, _(title)) for role, title in roles.TITLES.items()])
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering = ("-since", "pk")
        indexes = (models.Index(fields=["officer", "role"], name="org_appointment_officer"),)

    def __str__(self) -> str:
        return f"{self.officer_id} {self.role}"


class Token(models.Model):
    """A key for programs; only its digest is kept. Its scopes can only narrow what its officer may do."""

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="tokens")
    label = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.label
