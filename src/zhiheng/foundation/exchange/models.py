"""Import runs, the rows that were refused, and saved mappings, as they are stored."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.guard import GuardedQuerySet, within


def _own_or_below(actor: Actor, agency: str, division: str) -> Q:
    """What belongs to the actor's agency, or to an agency of a division below the actor's."""
    below = within(division, actor.scope) & ~Q(**{division: actor.division})
    return Q(**{agency: actor.agency}) | below


class ImportRunQuerySet(GuardedQuerySet["ImportRun"]):
    """A run is seen by the agency that imports, and by those above it."""

    def _visible_to(self, actor: Actor) -> Self:
        if actor.kind == "system":
            return self._clone()
        if actor.kind == "public":
            return self.none()
        return self.filter(_own_or_below(actor, "agency", "division"))


class ImportRun(models.Model):
    """One file on its way in: how far it is, and what became of its rows."""

    class State(models.TextChoices):
        """Whether somebody works at it, and how it ended."""

        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        FINISHED = "finished", _("finished")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    public_id = models.CharField(max_length=24, unique=True)
    sheet = models.CharField(max_length=40)
    mapping = models.CharField(max_length=60, blank=True)
    file_name = models.CharField(max_length=255)
    path = models.CharField(max_length=255, help_text=_("Relative to the data folder."))
    digest = models.CharField(max_length=64)
    bytes = models.BigIntegerField()
    format = models.JSONField(
        default=dict, help_text=_("How the file is read: kind, encoding, delimiter, worksheet.")
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    rows_total = models.BigIntegerField(null=True)
    position = models.BigIntegerField(default=0, help_text=_("Rows committed."))
    accepted = models.BigIntegerField(default=0)
    unresolved = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    skipped = models.BigIntegerField(default=0)
    mended = models.BigIntegerField(
        default=0, help_text=_("Refused rows that were mended and taken in later.")
    )
    tally = models.JSONField(default=dict, help_text=_("Per source: rows, and those nonconforming."))
    opened_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    actor = models.CharField(max_length=80)
    agency = models.CharField(max_length=32, db_index=True)
    division = models.CharField(max_length=6, db_index=True)
    lease_owner = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True)
    problem = models.JSONField(null=True)

    objects = ImportRunQuerySet.as_manager()
    objects_of_django = models.Manager()

    class Meta:
        """Newest first."""

        ordering = ("-opened_at", "-pk")
        base_manager_name = "objects_of_django"
        indexes = (models.Index(fields=["state", "lease_until"], name="exchange_run_state"),)
        constraints = (
            models.CheckConstraint(
                name="exchange_run_sum",
                condition=Q(
                    position=models.F("accepted")
                    + models.F("unresolved")
                    + models.F("refused")
                    + models.F("skipped")
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.public_id} {self.sheet}"


class RefusedRowQuerySet(GuardedQuerySet["RefusedRow"]):
    """Refused rows are seen by whoever sees their run."""

    def _visible_to(self, actor: Actor) -> Self:
        if actor.kind == "system":
            return self._clone()
        if actor.kind == "public":
            return self.none()
        return self.filter(_own_or_below(actor, "run__agency", "run__division"))


class RefusedRow(models.Model):
    """A row that was not taken in: what it says, and all that is wrong with it."""

    class State(models.TextChoices):
        """Whether it still waits for a person."""

        OPEN = "open", _("open")
        MENDED = "mended", _("mended")

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="refused_rows", db_index=False)
    number = models.BigIntegerField(help_text=_("The row's number in the file."))
    cells = models.JSONField()
    problems = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)

    objects = RefusedRowQuerySet.as_manager()
    objects_of_django = models.Manager()

    class Meta:
        """In the order of the file; a row is refused once."""

        ordering = ("run_id", "number")
        base_manager_name = "objects_of_django"
        constraints = (models.UniqueConstraint(fields=["run", "number"], name="exchange_refused_once"),)

    def __str__(self) -> str:
        return f"{self.run_id} {self.number}"


class MappingQuerySet(GuardedQuerySet["Mapping"]):
    """A mapping is seen by the agency that made it, by those above, and by those below, who may use it."""

    def _visible_to(self, actor: Actor) -> Self:
        if actor.kind == "system":
            return self._clone()
        if actor.kind == "public":
            return self.none()
        above = [actor.division[:2] + "0000", actor.division[:4] + "00", "000000"]
        return self.filter(_own_or_below(actor, "agency", "division") | Q(division__in=above))


class Mapping(models.Model):
    """How the headings and words of a source become ours; saved under a name, each agency its own names."""

    name = models.CharField(max_length=60)
    sheet = models.CharField(max_length=40)
    agency = models.CharField(max_length=32)
    division = models.CharField(max_length=6)
    body = models.JSONField()
    saved_at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    objects = MappingQuerySet.as_manager()
    objects_of_django = models.Manager()

    class Meta:
        """By name."""

        ordering = ("name", "agency")
        base_manager_name = "objects_of_django"
        constraints = (models.UniqueConstraint(fields=["agency", "name"], name="exchange_mapping_once"),)

    def __str__(self) -> str:
        return self.name
