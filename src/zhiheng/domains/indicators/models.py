"""Quality reports, from the draft to the published page. What one says stands in `content`, canonical.

A published report is never edited or deleted: it is withdrawn with a reason, and stays visible as
withdrawn. This module refuses to compute.
"""

from __future__ import annotations

import json
from typing import Self

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.guard import GuardedQuerySet, within
from zhiheng.kernel.chain import Json


class ReportQuerySet(GuardedQuerySet["Report"]):
    """The public sees what was published; officers also what is under way in their division and below."""

    def _visible_to(self, actor: Actor) -> Self:
        if actor.kind == "system":
            return self._clone()
        public = models.Q(state__in=[Report.State.PUBLISHED, Report.State.WITHDRAWN])
        if actor.kind == "officer" and actor.division:
            return self.filter(public | within("division", actor.scope) | models.Q(agency=actor.agency))
        return self.filter(public)


class Report(models.Model):
    """One quality report and where it stands."""

    class State(models.TextChoices):
        """The states of the workflow."""

        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted for review")
        REVIEWED = "reviewed", _("Reviewed")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    agency = models.CharField(max_length=32)
    agency_name = models.CharField(max_length=120)
    division = models.CharField(max_length=6)
    period_from = models.DateField()
    period_to = models.DateField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    content = models.TextField(help_text=_("Canonical JSON; its digest stands in the ledger."))
    content_digest = models.CharField(max_length=64)
    snapshot = models.CharField(max_length=60)
    manifest = models.CharField(max_length=64, help_text=_("Digest of the snapshot's manifest."))
    authors = models.JSONField(default=list, help_text=_("Keys of the officers who worked on the draft."))
    drafter = models.CharField(max_length=80)
    reviewer = models.CharField(max_length=80, blank=True)
    publisher = models.CharField(max_length=80, blank=True)
    drafted_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, help_text=_("Why it was returned or withdrawn."))
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )
    entry = models.BigIntegerField(help_text=_("The latest entry about the report."))
    published_entry = models.BigIntegerField(null=True, help_text=_("The entry that published it."))
    checkpoint = models.BigIntegerField(null=True, help_text=_("The checkpoint taken on publication."))

    objects = ReportQuerySet.as_manager()
    objects_of_django = models.Manager()

    class Meta:
        """Newest period first."""

        ordering = ("-period_to", "-period_from", "code")
        base_manager_name = "objects_of_django"
        indexes = (
            models.Index(fields=["state", "published_at"], name="indicators_report_state"),
            models.Index(fields=["division", "period_to"], name="indicators_report_division"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @cached_property
    def document(self) -> dict[str, Json]:
        """The content, parsed."""
        document: dict[str, Json] = json.loads(self.content)
        return document
