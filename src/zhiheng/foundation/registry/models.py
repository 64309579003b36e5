"""Enterprises with their names, products with models and batches, and parties nobody has recognised yet.

What is stored here is the present state; how it came about stands in the ledger. Keys are compared
byte by byte (`fields`). This module refuses to hold personal data: no legal representative, no telephone.
"""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.guard import GuardedQuerySet
from zhiheng.foundation.registry.fields import CodeField, KeyField

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class EnterpriseQuerySet(GuardedQuerySet["Enterprise"]):
    """Registered particulars are public (企业信息公示暂行条例): everybody sees every enterprise."""

    def _visible_to(self, actor: Actor) -> Self:  # noqa: ARG002  everybody sees the same
        return self._clone()


class Enterprise(models.Model):
    """A legal person or sole trader, known by its unified social credit code."""

    class Status(models.TextChoices):
        """经营状态."""

        ACTIVE = "active", _("active")
        DEREGISTERED = "deregistered", _("deregistered")
        REVOKED = "revoked", _("licence revoked")
        MOVED_OUT = "moved_out", _("moved to another registrar")

    uscc = CodeField(max_length=18)
    name = models.CharField(max_length=200)
    name_key = KeyField()
    division = CodeField(max_length=6)
    industry = models.CharField(max_length=8, blank=True)
    address = models.CharField(max_length=300, blank=True)
    type = models.CharField(max_length=80, blank=True)
    established = models.DateField(null=True, blank=True)
    capital = models.CharField(max_length=60, blank=True, help_text=_("In 10 000 CNY unless a unit follows."))
    status = models.CharField(max_length=16, choices=Status.choices, blank=True)
    scope = models.TextField(blank=True)
    entry = models.BigIntegerField(help_text=_("The latest ledger entry that states these particulars."))
    recorded_at = models.DateTimeField()

    objects = EnterpriseQuerySet.as_manager()
    objects_of_django = models.Manager()

    class Meta:
        """In the order of their codes."""

        ordering = ("uscc",)
        base_manager_name = "objects_of_django"
        constraints = (models.UniqueConstraint(fields=["uscc"], name="registry_enterprise_uscc"),)
        indexes = (
            models.Index(fields=["name_key"], name="registry_enterprise_name"),
            models.Index(fields=["division", "uscc"], name="registry_enterprise_place"),
        )

    def __str__(self) -> str:
        return self.name


GONE = (Enterprise.Status.DEREGISTERED, Enterprise.Status.REVOKED)
"""States in which an enterprise no longer trades: its name may be borne by another."""


class EnterpriseName(models.Model):
    """A name that an enterprise bears or bore. Rows are never taken away; `current` moves.

    `since` and `until` are the days between which we know it bore the name; empty is unknown.
    """

    class Source(models.TextChoices):
        """Where the name is known from."""

        RECORDED = "recorded", _("recorded as the name")
        STATED = "stated", _("stated as a former name")

    enterprise = models.ForeignKey(
        Enterprise,
        to_field="uscc",
        db_column="uscc",
        on_delete=models.PROTECT,
        related_name="names",
        db_index=False,
    )
    name = models.CharField(max_length=200)
    name_key = KeyField()
    current = models.BooleanField()
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=8, choices=Source.choices)
    entry = models.BigIntegerField(help_text=_("The ledger entry that first stated the name."))

    class Meta:
        """The present name first."""

        ordering = ("enterprise_id", "-current", "id")
        constraints = (models.UniqueConstraint(fields=["enterprise", "name_key"], name="registry_name_once"),)
        indexes = (models.Index(fields=["name_key"], name="registry_name_key"),)

    def __str__(self) -> str:
        return self.name


class OfficersQuerySet(GuardedQuerySet[M_co]):
    """What is known from results that may not be published yet: for officers, not for the public."""

    def _visible_to(self, actor: Actor) -> Self:
        return self.none() if actor.kind == "public" else self._clone()


class ProductQuerySet(OfficersQuerySet["Product"]):
    """Products, for officers."""


class ModelQuerySet(OfficersQuerySet["ProductModel"]):
    """Models, for officers."""


class BatchQuerySet(OfficersQuerySet["Batch"]):
    """Batches, for officers."""


class PartyQuerySet(OfficersQuerySet["UnresolvedParty"]):
    """Parties without a code, for officers."""


class Product(models.Model):
    """What a producer sells under one name and brand. The key is made of the three (`services.notes`)."""

    key = CodeField(max_length=32, primary_key=True)
    maker = KeyField(help_text=_("The producer's code, or the key of its name while nobody knows the code."))
    producer = models.ForeignKey(
        Enterprise,
        to_field="uscc",
        db_column="producer",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
        db_index=False,
    )
    name = models.TextField()
    kind = models.TextField(blank=True)
    brand = models.TextField(blank=True)
    first_seen = models.DateTimeField()

    objects = ProductQuerySet.as_manager()
    objects_of_django = models.Manager()

    class Meta:
        """In the order in which they were first seen."""

        ordering = ("first_seen", "key")
        base_manager_name = "objects_of_django"
        indexes = (
            models.Index(fields=["maker"], name="registry_product_maker"),
            models.Index(fields=["producer"], name="registry_product_by"),
        )

    def __str__(self) -> str:
        return self.name


class ProductModel(models.Model):
    """A model or size (规格型号) of a product.

    The keys of models and batches are made of the product's key (`services.notes`), and nothing here is
    deleted: the database need not look the product up again for each row of an import.
    """

    key = CodeField(max_length=32, primary_key=True)
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="models", db_index=False, db_constraint=False
    )
    text = models.TextField()

    objects = ModelQuerySet.as_manager()
    objects_of_django = models.Manager()

    class Meta:
        """By product."""

        ordering = ("product_id", "text")
        base_manager_name = "objects_of_django"
        indexes = (models.Index(fields=["product"], name="registry_model_product"),)

    def __str__(self) -> str:
        return self.text


class Batch(models.Model):
    """What was made together: the production date or batch number as the label states it."""

    key = CodeField(max_length=32, primary_key=True)
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="batches", db_index=False, db_constraint=False
    )
    model = models.ForeignKey(
        ProductModel,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="batches",
        db_index=False,
        db_constraint=False,
    )
    text = models.TextField()

    objects = BatchQuerySet.as_manager()
    objects_of_django = models.Manager()

    class Meta:
        """By product."""

        ordering = ("product_id", "text")
        base_manager_name = "objects_of_django"
        indexes = (
            models.Index(fields=["product"], name="registry_batch_product"),
            models.Index(fields=["model"], name="registry_batch_model"),
        )

    def __str__(self) -> str:
        return self.text


class UnresolvedParty(models.Model):
    """A name without a code that results speak of, until a person says which enterprise is meant."""

    name = models.TextField()
    name_key = KeyField()
    first_seen = models.DateTimeField()
    results = models.PositiveIntegerField(default=0)
    resolved_to = models.ForeignKey(
        Enterprise,
        to_field="uscc",
        db_column="resolved_to",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parties",
        db_index=False,
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=80, blank=True)

    objects = PartyQuerySet.as_manager()
    objects_of_django = models.Manager()

    class Meta:
        """What most results wait for comes first."""

        ordering = ("-results", "id")
        base_manager_name = "objects_of_django"
        verbose_name_plural = "unresolved parties"
        constraints = (models.UniqueConstraint(fields=["name_key"], name="registry_party_once"),)
        indexes = (
            models.Index(fields=["resolved_to"], name="registry_party_resolved"),
            models.Index(
                fields=["-results", "id"],
                name="registry_party_open",
                condition=models.Q(resolved_to__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.name
