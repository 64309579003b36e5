"""What an entry of the ledger says, in words: the line of a timeline for each kind of fact.

A kind that has no words here is shown by its name, never hidden. This module refuses to read tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from zhiheng.domains.indicators.workflow import REPORT
from zhiheng.domains.supervision.models import Result
from zhiheng.foundation.ledger.facts import enterprise, org, report, run, spot_check
from zhiheng.foundation.ledger.facts.base import Fact
from zhiheng.foundation.org import roles
from zhiheng.kernel.errors import N_

DRAFTED: Final = N_("Drafted")


@dataclass(frozen=True, slots=True)
class Said:
    """A fact in words: its title, a sentence, a state of the look, and the page that tells more."""

    title: str
    text: str = ""
    state: str = ""
    href: str = ""
    act: bool = True


def said_of(fact: Fact) -> Said:
    """The words for a fact."""
    words = _WORDS.get(fact.KIND)
    return words(fact) if words else Said(fact.KIND)


def _recorded(fact: enterprise.EnterpriseRecorded) -> Said:
    text = " · ".join((fact.name, fact.uscc, fact.address or fact.division))
    return Said(_("Particulars recorded"), text, act=False)


def _party(fact: enterprise.PartyResolved) -> Said:
    text = _("“%(name)s” in %(results)s results means this enterprise: %(reason)s") % {
        "name": fact.name,
        "results": fact.results,
        "reason": fact.reason,
    }
    return Said(_("Party resolved"), text, "resolved", reverse("workbench:enterprise", args=[fact.uscc]))


def _released(fact: enterprise.PartyReleased) -> Said:
    text = _("“%(name)s” no longer means this enterprise: %(reason)s") % {
        "name": fact.name,
        "reason": fact.reason,
    }
    return Said(
        _("Decision on a party taken back"),
        text,
        "unresolved",
        reverse("workbench:enterprise", args=[fact.uscc]),
    )


def _result(fact: spot_check.SpotCheckResult) -> Said:
    parts = [fact.product_name, fact.model, fact.authority]
    failed = "、".join(fact.failed_items)
    if failed:
        parts.append(_("failed: %(items)s") % {"items": failed})
    if fact.reason:
        parts.append(_("correction: %(reason)s") % {"reason": fact.reason})
    title = _("Spot check: %(kind)s") % {"kind": fact.product_kind}
    href = reverse("workbench:result", args=[fact.key]) if fact.key else ""
    overturned = fact.retest == Result.Retest.OVERTURNED
    return Said(
        title,
        " · ".join(filter(None, parts)),
        "overturned" if overturned else fact.verdict,
        href,
        act=bool(fact.reason),
    )


def _opened(fact: run.ImportOpened) -> Said:
    return Said(_("Import handed in"), fact.file, href=reverse("workbench:import", args=[fact.run]))


def _closed(fact: run.ImportClosed) -> Said:
    text = _(
        "%(rows)s rows: %(accepted)s accepted, %(unresolved)s unresolved, "
        "%(refused)s refused, %(skipped)s skipped"
    ) % {
        "rows": fact.rows,
        "accepted": fact.accepted,
        "unresolved": fact.unresolved,
        "refused": fact.refused,
        "skipped": fact.skipped,
    }
    return Said(_("Import ended"), text, fact.state, reverse("workbench:import", args=[fact.run]))


def _mapping(fact: run.MappingSaved) -> Said:
    return Said(_("Mapping saved"), fact.name, href=reverse("workbench:mappings"))


def _role(role: str) -> str:
    return _(roles.TITLES[role]) if role in roles.TITLES else role


def _appointed(fact: org.OfficerAppointed) -> Said:
    text = _("Officer %(number)s: %(role)s") % {"number": fact.officer, "role": _role(fact.role)}
    return Said(_("Role given"), text)


def _dismissed(fact: org.OfficerDismissed) -> Said:
    text = _("Officer %(number)s: %(role)s") % {"number": fact.officer, "role": _role(fact.role)}
    return Said(_("Role ended"), text)


def _issued(fact: org.TokenIssued) -> Said:
    return Said(_("Key for programs made"), fact.label, href=reverse("workbench:tokens"))


def _revoked(fact: org.TokenRevoked) -> Said:
    return Said(_("Key for programs revoked"), fact.label, href=reverse("workbench:tokens"))


def _report(fact: report.ReportActed) -> Said:
    known = {act.name: act.label for act in REPORT.acts}
    title = _("Quality report: %(act)s") % {"act": _(known.get(fact.act, DRAFTED))}
    return Said(title, fact.reason, href=reverse("workbench:report", args=[fact.report]))


def _published(fact: report.ReportPublished) -> Said:
    return Said(
        _("Quality report published"),
        fact.title,
        "published",
        reverse("workbench:report", args=[fact.report]),
    )


def _divisions(fact: org.DivisionsLoaded) -> Said:
    return Said(
        _("Table of divisions loaded"),
        _("%(rows)s rows from %(source)s") % {"rows": fact.rows, "source": fact.source},
    )


_WORDS: Final[dict[str, Callable[[Any], Said]]] = {
    enterprise.EnterpriseRecorded.KIND: _recorded,
    enterprise.PartyResolved.KIND: _party,
    enterprise.PartyReleased.KIND: _released,
    spot_check.SpotCheckResult.KIND: _result,
    run.ImportOpened.KIND: _opened,
    run.ImportClosed.KIND: _closed,
    run.MappingSaved.KIND: _mapping,
    org.OfficerAppointed.KIND: _appointed,
    org.OfficerDismissed.KIND: _dismissed,
    org.TokenIssued.KIND: _issued,
    org.TokenRevoked.KIND: _revoked,
    org.AgencyOpened.KIND: lambda fact: Said(_("Agency entered"), fact.name),
    org.DivisionsLoaded.KIND: _divisions,
    report.ReportActed.KIND: _report,
    report.ReportPublished.KIND: _published,
}


def kinds() -> dict[str, str]:
    """The kinds of acts that an auditor can ask for, in words."""
    return {
        run.ImportOpened.KIND: _("Import handed in"),
        run.ImportClosed.KIND: _("Import ended"),
        run.MappingSaved.KIND: _("Mapping saved"),
        spot_check.SpotCheckResult.KIND: _("Result corrected"),
        enterprise.PartyResolved.KIND: _("Party resolved"),
        enterprise.PartyReleased.KIND: _("Decision on a party taken back"),
        report.ReportActed.KIND: _("Quality report acted on"),
        report.ReportPublished.KIND: _("Quality report published"),
        org.OfficerAppointed.KIND: _("Role given"),
        org.OfficerDismissed.KIND: _("Role ended"),
        org.TokenIssued.KIND: _("Key for programs made"),
        org.TokenRevoked.KIND: _("Key for programs revoked"),
        org.AgencyOpened.KIND: _("Agency entered"),
        org.DivisionsLoaded.KIND: _("Table of divisions loaded"),
    }
