"""Recorded results of spot checks, as the lists and pages of the domain read them.

A result is the present reading of its ledger entries: `entry` names the one that holds now. Items
stand in the row as JSON: they are recorded, shown, corrected and exported with their result and
never alone, and questions that go across items ("which item fails most") are answered by analytics
from the ledger. This module refuses to delete: a result that was recorded stays.
"""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from zhiheng.domains.supervision import items as tested
from zhiheng.foundation.ledger.facts.spot_check import Item
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.guard import GuardedQuerySet, within
from zhiheng.foundation.registry.fields import CodeField, KeyField

KEY_LENGTH = 32
PROVINCE_DIGITS = 2


class ResultQuerySet(GuardedQuerySet["Result"]):
    """Officers see their division and below, and what their agency recorded; the public what is published."""

    def _visible_to(self, actor: Actor) -> Self:
        if actor.kind == "system":
            return self._clone()
        if actor.kind == "officer" and actor.division:
            if not actor.scope:
                return self._clone()
            return self.filter(self._place(actor.scope) | models.Q(agency=actor.agency))
        return self.filter(published_on__isnull=False)

    @staticmethod
    def _place(scope: str) -> models.Q:
        """The rows of a place. A province holds most of the table, so it is read in the order of the list.

        A range would lead SQLite to gather and sort all of them before it shows the first fifty.
        """
        if len(scope) == PROVINCE_DIGITS:
            return models.Q(entry_division__startswith=scope)
        return within("entry_division", scope)

    def published(self, on: date) -> Self:
        """What had been published by the end of that day."""
        # Not the column itself: nearly all rows are published, and SQLite would take its index and then
        # sort them, where the index of the order gives a page at once.
        by_then = Coalesce("published_on", models.Value(date.max))
        return self.alias(by_then=by_then).filter(by_then__lte=on)


class Result(models.Model):
    """One sample and its verdict, as a source stated it or an official corrected it."""

    class Verdict(models.TextChoices):
        """What the source says of the sample as a whole."""

        CONFORMING = "conforming", _("conforming")
        NONCONFORMING = "nonconforming", _("nonconforming")

    class Selection(models.TextChoices):
        """How the sampled object was chosen."""

        RANDOM = "random", _("drawn at random")
        RISK_TARGETED = "risk_targeted", _("aimed at risk")
        UNDECLARED = "undeclared", _("not declared")

    class Coverage(models.TextChoices):
        """What the source reports."""

        ALL_RESULTS = "all_results", _("all results")
        FAILURES_ONLY = "failures_only", _("failures only")
        UNDECLARED = "undeclared", _("not declared")

    class Retest(models.TextChoices):
        """What became of a retest; empty where the source says nothing."""

        NONE = "none", _("no retest")
        CONFIRMED = "confirmed", _("failure confirmed")
        OVERTURNED = "overturned", _("failure overturned")

    key = CodeField(max_length=KEY_LENGTH, unique=True)
    record = models.CharField(max_length=80)
    source = models.CharField(max_length=120)
    authority = models.CharField(max_length=120)
    authority_code = CodeField(max_length=32, blank=True)
    sampled_on = models.DateField(null=True)
    published_on = models.DateField(null=True)
    dated_on = models.DateField(help_text=_("The day of sampling; where it is unknown, of publication."))
    selection = models.CharField(max_length=16, choices=Selection.choices)
    coverage = models.CharField(max_length=16, choices=Coverage.choices)
    division = CodeField(max_length=6, blank=True, help_text=_("Where the sample was taken, if stated."))
    product_kind = models.CharField(max_length=80)
    product_name = models.CharField(max_length=200)
    brand = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=500, blank=True)
    batch = models.CharField(max_length=500, blank=True)
    producer_uscc = CodeField(max_length=18, blank=True)
    producer_name = models.CharField(max_length=200, blank=True)
    producer_place = models.CharField(max_length=300, blank=True)
    producer_party = KeyField(blank=True, help_text=_("Key of the name, where the source states no code."))
    seller_uscc = CodeField(max_length=18, blank=True)
    seller_name = models.CharField(max_length=200, blank=True)
    seller_party = KeyField(blank=True)
    laboratory = models.CharField(max_length=120, blank=True)
    laboratory_code = CodeField(max_length=32, blank=True)
    standards = models.JSONField(default=list)
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    failed_items = models.JSONField(default=list)
    items = models.JSONField(default=list)
    retest = models.CharField(max_length=16, choices=Retest.choices, blank=True)
    counterfeit = models.BooleanField(null=True)
    note = models.TextField(blank=True)
    source_url = models.CharField(max_length=500, blank=True)
    stated = CodeField(max_length=64, help_text=_("Digest of the row as the source stated it."))
    entry = models.BigIntegerField(help_text=_("The ledger entry that holds now."))
    entry_division = CodeField(max_length=6)
    agency = CodeField(max_length=32, help_text=_("The agency that recorded it."))

    objects = ResultQuerySet.as_manager()
    objects_of_django = models.Manager()

    class Meta:
        """Newest first. Each index serves one list: they are what an import pays for.

        There is none of the day of publication: nearly all is published, and SQLite would take it for
        the newest page and sort everything, instead of reading fifty rows by `dated_on`.
        """

        ordering = ("-dated_on", "-id")
        base_manager_name = "objects_of_django"
        indexes = (
            models.Index(fields=["dated_on", "id"], name="supervision_result_dated"),
            models.Index(fields=["verdict", "dated_on"], name="supervision_result_verdict"),
            models.Index(fields=["product_kind", "dated_on"], name="supervision_result_kind"),
            models.Index(fields=["authority", "dated_on"], name="supervision_result_auth"),
            models.Index(fields=["entry_division", "dated_on"], name="supervision_result_place"),
            models.Index(fields=["agency", "dated_on"], name="supervision_result_agency"),
            models.Index(fields=["producer_uscc", "dated_on"], name="supervision_result_producer"),
            models.Index(
                fields=["producer_party"],
                name="supervision_result_unknown",
                condition=~models.Q(producer_party=""),
            ),
            models.Index(
                fields=["seller_party"],
                name="supervision_result_seller",
                condition=~models.Q(seller_party=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.record} {self.product_name}"

    @property
    def conclusion(self) -> str:
        """The verdict after the retest: an overturned failure is none."""
        if self.retest == self.Retest.OVERTURNED:
            return str(self.Verdict.CONFORMING)
        return self.verdict

    @property
    def tested_items(self) -> tuple[Item, ...]:
        """The items as values."""
        return tuple(Item(**item) for item in self.items)

    @property
    def failed_names(self) -> tuple[str, ...]:
        """The failed items: as the source names them, else those whose own verdict is a failure."""
        if self.failed_items:
            return tuple(self.failed_items)
        return tuple(item["name"] for item in self.items if item.get("verdict") == tested.NONCONFORMING)
